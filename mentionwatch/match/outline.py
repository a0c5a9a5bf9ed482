"""How a query was read, for people: on one line with all its parentheses, and as an indented tree."""

from __future__ import annotations

from mentionwatch.match.tree import And, Field, Near, Node, Not, Or

#: Lines of an outline, at most.
MOST_LINES = 200


def spell_out(node: Node) -> str:
    """Write a tree on one line, with every AND and all parentheses; read again, it gives the same tree."""
    if isinstance(node, (And, Or)):
        word = " AND " if isinstance(node, And) else " OR "
        return word.join(_inside(part) for part in node.parts)
    if isinstance(node, Not):
        return f"NOT {_inside(node.part)}"
    if isinstance(node, Field) and isinstance(node.part, (And, Or, Not, Near)):
        return f"{node.name}:({spell_out(node.part)})"
    return str(node)


def _inside(node: Node) -> str:
    return f"({spell_out(node)})" if isinstance(node, (And, Or, Near)) else spell_out(node)


def outline(node: Node) -> list[str]:
    """Write a tree as indented lines, from the top down."""
    lines: list[str] = []
    waiting: list[tuple[int, str, Node]] = [(0, "", node)]
    while waiting and len(lines) < MOST_LINES:
        depth, before, node = waiting.pop()
        if isinstance(node, Not) and not before:
            waiting.append((depth, "NOT ", node.part))
            continue
        head, inner = _head(node)
        lines.append("  " * depth + before + head)
        waiting += [(depth + 1, "", part) for part in reversed(inner)]
    return [*lines, f"… and more than {MOST_LINES} lines"] if waiting else lines


def _head(node: Node) -> tuple[str, tuple[Node, ...]]:
    if isinstance(node, And):
        return "all of", node.parts
    if isinstance(node, Or):
        return "one of", node.parts
    if isinstance(node, Not):
        return "NOT", (node.part,)
    if isinstance(node, Near):
        order = "the first before the second" if node.ordered else "in any order"
        between = "no word" if node.most == 0 else "at most 1 word" if node.most == 1 else f"at most {node.most} words"
        return f"{between} between, {order}", (node.left, node.right)
    if isinstance(node, Field) and isinstance(node.part, (And, Or, Not, Near)):
        return f"in {node.name}:", (node.part,)
    return str(node), ()
