"""A Config as TOML: what is in force (``config show``), and a first file (``config init``)."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

from mentionwatch.config.references import is_reference
from mentionwatch.masking import MASK, SECRET_NAME, mask_url
from mentionwatch.settings import Secret, Size, SpanOrNever, show_span
from mentionwatch.toml import key_of, quote, write_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mentionwatch.settings import Config


def show_config(config: Config) -> str:
    """Write what is in force as TOML, with every default, and ``***`` for what is secret.

    Secret are: resolved secrets, params and URL parameters whose name says so (token, key, password …), and user and
    password in URLs.  Where there are none, parse_config reads the same configuration again.
    """
    blocks = [_pairs(config), *_tables(config, "")]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _pairs(table: Any) -> str:
    """The plain values of a dataclass, a line each; None is left out."""
    hints = get_type_hints(type(table), include_extras=True)
    lines = []
    for field in fields(table):
        value = getattr(table, field.name)
        if value is None and _has_mark(hints[field.name], SpanOrNever):
            lines.append(f'{field.name} = "never"')
        elif not _is_left_out(field.name, value):
            lines.append(f"{key_of(field)} = {_written(_without_secrets(field.name, value), hints[field.name])}")
    return "\n".join(lines)


def _is_left_out(name: str, value: object) -> bool:
    # A channel may not have what is of another kind, not even empty.
    return value is None or isinstance(value, Path) or _is_table(value) or (name in {"to", "argv"} and not value)


def _is_table(value: object) -> bool:
    in_list = isinstance(value, tuple) and bool(value) and is_dataclass(value[0])
    return is_dataclass(value) or isinstance(value, dict) or in_list


def _tables(parent: Any, path: str) -> Iterator[str]:
    """The tables of a dataclass and theirs in turn, each with its header."""
    for field in fields(parent):
        value, name = getattr(parent, field.name), f"{path}{field.name}"
        if isinstance(value, dict):
            yield _params(name, value) if field.name == "params" else _texts(name, value)
        elif is_dataclass(value):
            yield f"[{name}]\n{_pairs(value)}"
            yield from _tables(value, f"{name}.")
        elif _is_table(value):
            for item in value:
                yield f"[[{name}]]\n{_pairs(item)}"
                yield from _tables(item, f"{name}.")


def _params(name: str, params: Mapping[str, str | tuple[str, ...]]) -> str:
    if not params:
        return ""
    return "\n".join([f"[{name}]", *(f"{write_key(k)} = {_param(k, v)}" for k, v in params.items())])


def _texts(name: str, texts: Mapping[str, str | float]) -> str:
    return "\n".join([f"[{name}]", *(f"{write_key(k)} = {_plain(v)}" for k, v in texts.items())]) if texts else ""


def _plain(value: str | float) -> str:
    return quote(value) if isinstance(value, str) else f"{value:g}"


def _param(key: str, value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return quote(mask_param(key, value))
    return f"[{', '.join(quote(mask_param(key, one)) for one in value)}]"


def _written(value: Any, hint: Any) -> str:
    if isinstance(value, timedelta):
        return quote(show_span(value))
    if isinstance(value, tuple):
        return f"[{', '.join(quote(item) for item in value)}]"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote(size_text(value)) if _has_mark(hint, Size) else repr(value)


def _has_mark(hint: Any, mark: type) -> bool:
    return get_origin(hint) is Annotated and any(isinstance(one, mark) for one in get_args(hint))


def size_text(size: int) -> str:
    """Write a number of bytes in the largest unit that is whole."""
    units = (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))
    return next((f"{size // unit}{name}" for name, unit in units if size and size % unit == 0), f"{size}B")


def mask_param(name: str, value: str) -> str:
    """A param as it may be shown."""
    secret = isinstance(value, Secret) or (SECRET_NAME.search(name) and not is_reference(value))
    return MASK if secret else mask_url(value) if "://" in value else value


def mask_argv(argv: Sequence[str]) -> tuple[str, ...]:
    """A program's arguments as they may be shown: without what follows ``--token``, ``--password=`` and the like."""
    shown: list[str] = []
    for arg in argv:
        name, equals, _value = arg.partition("=")
        if shown and shown[-1].startswith("-") and "=" not in shown[-1] and SECRET_NAME.search(shown[-1].lstrip("-")):
            shown.append(MASK)
        elif equals and SECRET_NAME.search(name.lstrip("-")):
            shown.append(f"{name}={MASK}")
        else:
            shown.append(mask_url(arg) if "://" in arg else arg)
    return tuple(shown)


def _without_secrets(name: str, value: Any) -> Any:
    if isinstance(value, Secret) or (name in {"password", "secret"} and not is_reference(str(value))):
        return MASK
    if name == "argv":
        return mask_argv(value)
    return mask_url(value) if name in {"url", "contact"} and isinstance(value, str) else value


def starter(brand: str, terms: Sequence[str], sources: Sequence[str]) -> str:
    """Write a first file.

    Args:
        brand: What is watched.
        terms: Queries, one of which has to match.
        sources: URLs (http, https) and names of presets.
    """
    shown = [
        f"[[sources]]\n{'url' if s.lower().startswith(('http://', 'https://')) else 'use'} = {quote(s)}\n"
        for s in sources
    ]
    return _STARTER.format(
        name=quote(brand), match=", ".join(map(quote, terms)), sources="\n".join(shown) or _NO_SOURCES
    )


_NO_SOURCES = """\
# [[sources]]
# url = "https://forum.example.com/posts.rss"
"""
_STARTER = """\
# What mentionwatch watches, and where.  Check it with: mentionwatch config check
# All other keys have defaults; config.example.toml explains them.

[[brands]]
name = {name}
# Queries, one of which has to match: words, "phrases", AND OR NOT, parentheses.  Try them: mentionwatch query check
match = [{match}]
# Queries, none of which may match.
# exclude = []
# For a name that is also a word (Apple, Square, Notion): queries, one of which has to be near ...
# context = []
# ... and "exact", so that only the case counts in which the queries are written.
# case = "any"
# Our own people: not counted as mentions.
# own_authors = []

[alerts]
# How soon to tell: low, medium or high.  What that would have meant: mentionwatch backtest
sensitivity = "medium"

# Who is told.  Without any [[notify]], alerts are printed, and cron mails them.  Try it: mentionwatch alerts test
# [[notify]]
# via = "email"
# to = ["me@example.com"]
# severity = "elevated"
# mute = "22:00-07:00"

# Through which server; without it, through this machine's sendmail.  cron does not have the variables of your shell:
# file:NAME is a file beside this one, with the password alone in it.
# [smtp]
# host = "mail.example.com"
# user = "me@example.com"
# password = "file:smtp-password"
# from = "me@example.com"

# Where to look: url = "https://…" is a feed or a page with reviews, use = "hackernews" a preset.
{sources}"""
