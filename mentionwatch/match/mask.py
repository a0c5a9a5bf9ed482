"""Links, mail addresses, code and quotes in a text: no plain word looks into them.

Links are what has a scheme, begins with ``www.``, or is a host with a path (``acme.com/shop``); a bare domain is a word
of people.  Code is what Markdown or HTML mark as such: ``` `acme` ```, fences of ``` or ~~~ that are closed, <code> and
<pre>.  Quotes are the words of others: lines that begin with ">", <blockquote> and ``[quote]``; of an entry they are
gone already (``sources``), and a text that a query is tried on is read in the same way.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from mentionwatch.match.words import SOLO

#: Without one of these a text has nothing of the kind.
_SIGN = re.compile(r"://|[@`<]|~~~|(?i:www\.)|\.[A-Za-z]{2,24}/")
# Characters of a link: what follows it in scripts without spaces is none of it, and brackets only in pairs.
_CHAR = rf"[^\s<>\"'`()\[\]{{}}|\\^“”„«»‘’\u3000-\u303f\uff00-\uffef{SOLO}]"
_REST = rf"(?:{_CHAR}|\({_CHAR}*\)|\[{_CHAR}*\])*"
# Of hosts that are written in another way than all in lower case: else "It broke.Acme/Globex" would be one.
_TOPS = (
    "com|org|net|io|co|dev|app|ai|gg|me|info|biz|edu|gov|int|mil|xyz|shop|store|online|site|blog|news|tv|example|test|eu|uk|us"
    "|de|fr|es|it|nl|be|at|ch|pl|cz|se|no|dk|fi|pt|ie|ru|ua|tr|gr|jp|cn|kr|in|au|nz|ca|br|mx|ar|cl|za|il|ly|gl|la|li|lu"
)
# What comes after the last dot of a file's name and is no top-level domain: "node.js/express" is prose.
_FILES = (
    "js|jsx|mjs|ts|tsx|css|scss|htm|html|php|asp|aspx|jsp|cgi|json|xml|yml|yaml|toml|ini|cfg|conf|csv|sql|txt|doc|docx|xls|xlsx"
    "|pdf|png|jpg|jpeg|gif|svg|webp|exe|dll|bat|bin|log|lock|tmp|tar|gz|rb|go|java|cpp|hpp|swift|kt|lua|wasm|ipynb"
)
# Bounded at each step, so that no text makes it slow.
_LINK = re.compile(
    rf"(?<![^\W_])(?:[a-z][a-z0-9+.-]{{0,19}}://|www\.(?=\w)){_REST}"
    rf"|(?<![\w.@/-])(?:[a-z0-9-]{{1,63}}\.){{1,8}}(?:{_TOPS}|(?!(?:{_FILES})/)(?-i:[a-z]{{2,24}}))/{_REST}",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?<![\w.+@-])[\w.+-]{1,64}@((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,63})(?![\w\u0300-\u036f-])")
_CLOSING = re.compile(r"[.,;:!?*_~]+\Z")
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_TICKS = re.compile(r"`+")
_TAGS = re.compile(r"<(code|pre)(?:\s[^<>]{0,200})?>", re.IGNORECASE)
# Both as ``sources`` reads them: ">50 %" and "> 3" alone are no quotes.
_QUOTE_LINES = re.compile(r"(?m)(?:^>.*(?:\n|\Z))+")
_QUOTED_WORD = re.compile(r"(?m)^(?:> ?)+[^\W\d]|^(?:> ?)+[\"'“(]")
_QUOTE_ENDS = (
    re.compile(r"<(/?)blockquote(?:\s[^<>]{0,200})?>", re.IGNORECASE),
    re.compile(r"\[(/?)quote(?:[=: ][^\]\n]{0,200})?\]", re.IGNORECASE),
)

Region = tuple[int, int]


class Regions(NamedTuple):
    """What of a text is no prose, as [start, end), in order."""

    links: tuple[Region, ...] = ()
    #: Hosts of links and of mail addresses.
    hosts: tuple[Region, ...] = ()
    #: Links, addresses, code and quotes, merged.
    hidden: tuple[Region, ...] = ()
    #: Words of others; no link and no host lies in them.
    quotes: tuple[Region, ...] = ()


def find_regions(text: str, code_from: int = 0) -> Regions:
    """Find links, mail addresses, code and quotes.

    Args:
        text: The text.
        code_from: What stands before it is never code, and no quote.
    """
    quotes = _find_quotes(text, code_from)
    if not quotes and not _SIGN.search(text):
        return Regions()
    links = _outside([_trim(text, *m.span()) for m in _LINK.finditer(text)], quotes)
    mails = list(_MAIL.finditer(text)) if "@" in text else []
    hosts = [_host(text, *link) for link in links] + _outside([m.span(1) for m in mails], quotes)
    code = _find_code(text, code_from)
    hidden = _merge([*links, *(m.span() for m in mails), *code, *quotes])
    return Regions(tuple(links), tuple(sorted(hosts)), hidden, quotes)


def _trim(text: str, start: int, end: int) -> Region:
    """Leave out the punctuation of the sentence that a link stands in."""
    closing = _CLOSING.search(text, max(start, end - 50), end)
    return start, closing.start() if closing else end


def _host(text: str, start: int, end: int) -> Region:
    """The host of a link, without name, password and port."""
    scheme = text.find("://", start, end)
    start = scheme + 3 if scheme >= 0 else start
    for sign in "/?#":
        stop = text.find(sign, start, end)
        end = stop if stop >= 0 else end
    name = text.rfind("@", start, end)
    start = name + 1 if name >= 0 else start
    port = text.find(":", start, end)
    return start, port if port >= 0 else end


def _merge(regions: list[Region]) -> tuple[Region, ...]:
    merged: list[Region] = []
    for start, end in sorted(regions):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return tuple(merged)


def _outside(found: list[Region], regions: tuple[Region, ...]) -> list[Region]:
    """Leave out what touches one of some regions."""
    return [one for one in found if not touches(regions, *one)] if regions else found


def touches(regions: tuple[Region, ...], start: int, end: int) -> bool:
    """Tell whether a piece of the text touches one of some regions in order."""
    at = bisect_left(regions, (end,)) - 1
    return at >= 0 and regions[at][1] > start


def _find_quotes(text: str, at: int) -> tuple[Region, ...]:
    found: list[Region] = []
    if text.startswith(">", at) or "\n>" in text:
        found += [m.span() for m in _QUOTE_LINES.finditer(text, at) if _QUOTED_WORD.search(text, *m.span())]
    for sign, ends in zip(("<", "["), _QUOTE_ENDS, strict=True):
        opened: list[int] = []
        for end in ends.finditer(text, at) if sign in text else ():
            if not end[1]:
                opened.append(end.start())
            elif opened:  # one that is not closed is none
                found.append((opened.pop(), end.end()))
    return _merge(found)


def _find_code(text: str, code_from: int) -> list[Region]:
    found = []
    if "```" in text or "~~~" in text:
        found += _find_fences(text, code_from)
    if "`" in text:
        found += _find_ticks(text, code_from)
    if "<" in text:
        found += _find_tags(text, code_from)
    return found


def _find_fences(text: str, at: int) -> list[Region]:
    """Find what stands between fences; one that is not closed hides nothing: most texts are cut off somewhere."""
    found, opened, start = [], "", 0
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        fence = _FENCE.match(text, at, end)
        if fence and not opened:
            opened, start = fence[1], at
        elif fence and fence[1].startswith(opened) and not text[fence.end() : end].strip():
            found.append((start, end))
            opened = ""
        at = end
    return found


def _find_ticks(text: str, at: int) -> list[Region]:
    """Find what stands between runs of as many backticks in one line."""
    found = []
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        runs = [m.span() for m in _TICKS.finditer(text, at, end)]
        at = end
        later: dict[int, list[int]] = {}
        for number in range(len(runs) - 1, -1, -1):
            later.setdefault(runs[number][1] - runs[number][0], []).append(number)
        number = 0
        while number < len(runs):
            same = later[runs[number][1] - runs[number][0]]
            while same and same[-1] <= number:
                same.pop()
            if same:
                found.append((runs[number][0], runs[same[-1]][1]))
                number = same[-1]
            number += 1
    return found


def _find_tags(text: str, at: int) -> list[Region]:
    found, lowered = [], text.lower() if text.isascii() else text
    while opening := _TAGS.search(text, at):
        closing = f"</{opening[1].lower()}>"
        stop = lowered.find(closing, opening.end())
        if stop < 0:
            break
        at = stop + len(closing)
        found.append((opening.start(), at))
    return found
