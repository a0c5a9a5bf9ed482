"""What a query may not be: too long, too high, or one that would match nearly everything."""

from __future__ import annotations

from mentionwatch.errors import QueryError
from mentionwatch.match.tree import And, Field, Near, Node, Not, Or, Term

#: Longest query, in bytes of UTF-8.
MAX_QUERY_BYTES = 100_000
#: Parentheses and negations inside each other, and parts of the tree.
MAX_NESTING, MAX_HEIGHT = 100, 160
#: Words that begin with ``?``: each is compared with all words of a text.
MAX_OPEN_WORDS = 100


def check_length(text: str) -> None:
    """Refuse what is too long, or empty.

    Raises:
        QueryError: It is one of them.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_QUERY_BYTES:
        at = len(text.encode("utf-8", "surrogatepass")[:MAX_QUERY_BYTES].decode("utf-8", "ignore"))
        raise QueryError(text, at, f"the query is too long; {MAX_QUERY_BYTES:,} bytes are the most")
    if not text.strip():
        shell = "in a shell, backticks inside of \"…\" are run as a command: put the query into '…'"
        raise QueryError(text, 0, f"the query is empty; expected a word ({shell})")


def check_needs(text: str, tree: Node, *, alone: bool) -> None:
    """Refuse what would match nearly everything, or take very long.

    Args:
        text: The query.
        tree: How it is read.
        alone: Comparisons (``stars:<=2``) are enough.

    Raises:
        QueryError: It would.
    """
    start = len(text) - len(text.lstrip())
    if not asks(tree, negated=False, alone=True):
        reason = "the query only says what must not be there and would match nearly everything"
        raise QueryError(text, start, f"{reason}; expected a word to look for")
    if not alone and not asks(tree, negated=False, alone=False):
        reason = "the query only compares and would match nearly everything of a source"
        raise QueryError(text, start, f"{reason}; expected a word to look for too, or title: author: site: url:")
    if "?" in text and count_open(tree) > MAX_OPEN_WORDS:
        reason = f"{MAX_OPEN_WORDS} words that begin with ? are the most: each is compared with all words of a text"
        raise QueryError(text, start, reason)


def height_of(tree: Node) -> int:
    """Count the levels of a tree, without recursion: it may be too high for that."""
    height, level = 0, [tree]
    while level:
        height += 1
        level = [inner for node in level for inner in _inner(node)]
    return height


def count_open(tree: Node) -> int:
    """Count the words of a tree that begin with a wildcard."""
    count, waiting = 0, [tree]
    while waiting:
        node = waiting.pop()
        waiting += _inner(node)
        count += sum(word.startswith("?") for word in node.words) if isinstance(node, Term) else 0
    return count


def _inner(node: Node) -> tuple[Node, ...]:
    if isinstance(node, (And, Or)):
        return node.parts
    if isinstance(node, Near):
        return node.left, node.right
    if isinstance(node, Not):
        return (node.part,)
    return (node.part,) if isinstance(node, Field) and node.part is not None else ()


def asks(node: Node, *, negated: bool, alone: bool) -> bool:
    """Whether whatever matches has something that the query asks for; comparisons count where they may stand alone."""
    if isinstance(node, Not):
        return asks(node.part, negated=not negated, alone=alone)
    if isinstance(node, (And, Or)):
        some = isinstance(node, And) != negated
        return (any if some else all)(asks(part, negated=negated, alone=alone) for part in node.parts)
    return not negated and (alone or not isinstance(node, Field) or node.part is not None)
