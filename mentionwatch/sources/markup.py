"""Markup to plain text, and what an HTML page says about itself.  The only door to selectolax.

Remote markup is hostile: Lexbor needs time quadratic in the depth of nesting and in the number of attributes, so a text
is measured before it is parsed, and one that is out of all proportion loses its tags to a regular expression instead.
"""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING

from mentionwatch.sources.links import absolute
from mentionwatch.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser

#: Characters of markup that are read; the longest recorded post has 90,000.
_MAX_TEXT = 200_000
#: Characters of a page in which its head and its JSON-LD are looked for.
_MAX_PAGE = 4_000_000
_MAX_TAGS = 5_000
_MAX_DEPTH = 200
_MAX_QUOTES = 100

_BLOCKS = (
    "address|article|aside|blockquote|br|center|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr"
    "|legend|li|main|nav|ol|option|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
_INLINE = (
    "a|abbr|acronym|audio|b|bdi|bdo|big|body|button|canvas|caption|cite|code|col|del|dfn|em|embed|font|head|html|i|iframe|img|input|ins"
    "|kbd|label|link|map|mark|meta|noscript|object|picture|q|s|samp|script|small|source|span|strike|strong|style|sub|sup|svg|td|template"
    "|textarea|th|time|title|tt|u|var|video|wbr"
)
# Only tags that HTML knows: "vector<int>" and "a <3" are words.
_TAG = re.compile(rf"(?i)<(?:/?(?:{_BLOCKS}|{_INLINE})(?=[\s/>])|!--|!\[CDATA\[)")
_ESCAPED_TAG = re.compile(rf"(?i)&(?:lt|#0*60|#x0*3c);/?(?:{_BLOCKS}|{_INLINE})(?=\s|/|>|&(?:gt|#0*62|#x0*3e);)")
_BLOCK = re.compile(rf"(?i)<(?=/?(?:{_BLOCKS})[\s/>])")
_CELL = re.compile(r"(?i)<(?=t[dh][\s/>])")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z\d]{1,30});")
_PRE = re.compile(r"(?i)<pre[\s>]")
_SPACES = re.compile(r"[\t\r\n\f ]+")
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{5000}[^<>]*")
_ANY_TAG = re.compile(r"<(?:!--.*?(?:-->|\Z)|[!/?a-zA-Z][^<>]*>?)", re.DOTALL)
_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_UNSEEN_BLOCK = re.compile(r"(?is)<(script|style|template|noscript)\b.*?(?:</\1\s*>|\Z)")
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
_FORMATS = frozenset(("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"))
# The controls that open an escape sequence: a run of them costs text.clean time quadratic in its bound.
_OPENERS = dict.fromkeys([0x90, 0x98, 0x9D, 0x9E, 0x9F])

_UNSEEN = (
    "script, style, template, noscript, iframe, object, svg, head > title, [hidden], "
    '[style*="display:none" i], [style*="display: none" i]'
)
# The last two: Discourse, phpBB and vBulletin, mail.
_QUOTE = "blockquote, aside.quote, div.bbcode_quote, div.gmail_quote"
# "> the other's words", as in mail and on Hacker News; ">50 %" and "> 3" are no quotes.
_QUOTE_LINE = re.compile(r"(?m)^>+ ?(?=[^\W\d]|[\"'“(>])(.*)$")


def plain_text(html: str) -> tuple[str, str | None]:
    """Turn markup into (text, words of others that it quotes).

    Block elements become line feeds, what a reader does not see is left out, entities are decoded (a text that was
    escaped twice is decoded twice).  At most the first 200,000 characters are read.
    """
    html = html[:_MAX_TEXT].translate(_OPENERS) if len(html) > 1000 else html
    if not _TAG.search(html) and _ESCAPED_TAG.search(html):
        html = entities.unescape(html)
    if _TAG.search(html):
        text, quoted = _strip(html)
    else:
        text, quoted = _decode(html), []
    text = clean(text)
    if "\n>" in text or text.startswith(">"):
        quoted.extend(m[1] for m in _QUOTE_LINE.finditer(text))
        text = clean(_QUOTE_LINE.sub("", text))
    return text, clean("\n".join(quoted)) or None


def plain_title(html: str) -> str | None:
    """Turn a title, with or without markup, into one line; None when nothing is left."""
    text, quoted = plain_text(html[:5_000])
    return one_line(text or quoted or "") or None


def json_ld_blocks(html: str) -> list[str]:
    """Contents of the page's ``application/ld+json`` scripts, in order, as they stand (broken or not)."""
    # A regular expression: the page is large, the scripts are literal text, and nesting cannot hurt.
    return [m[1] for m in _JSON_LD.finditer(html[:_MAX_PAGE])]


_JSON_LD = re.compile(r"(?is)<script\b(?=[^<>]{0,2000}application/ld\+json)[^<>]{0,2000}>(.*?)</script\s*>")
_TITLE = re.compile(r"(?is)<title\b[^<>]{0,500}>(.{0,2000}?)</title\s*>")
_LINK = re.compile(r"(?i)<link\b([^<>]{0,2000})>")
_ATTRIBUTE = re.compile(r"""(?s)([a-zA-Z:-]{1,30})\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""")
_BASE = re.compile(r"(?i)<base\b([^<>]{0,2000})>")
_FEED_TYPES = frozenset(("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"))


def page_title(html: str) -> str | None:
    """The page's title on one line, at most 80 characters."""
    found = _TITLE.search(html[:_MAX_TEXT])
    return one_line(entities.unescape(found[1]), 80) or None if found else None


def feed_links(html: str, base: str) -> list[str]:
    """Feeds that the page names in its link elements (autodiscovery), as absolute URLs in order, each once."""
    head = html[:_MAX_TEXT]
    found = _BASE.search(head)
    if found:
        base = absolute(base, _attributes(found[1]).get("href")) or base
    urls = [absolute(base, a.get("href")) for a in map(_attributes, _link_elements(head)) if _names_feed(a)]
    return list(dict.fromkeys(url for url in urls if url))


def _link_elements(head: str) -> Iterator[str]:
    return (m[1] for m in _LINK.finditer(head))


def _attributes(tag: str) -> dict[str, str]:
    return {m[1].lower(): m[2] or m[3] or m[4] or "" for m in _ATTRIBUTE.finditer(tag)}


def _names_feed(attributes: dict[str, str]) -> bool:
    kind = attributes.get("type", "").split(";")[0].strip().lower()
    return "alternate" in attributes.get("rel", "").lower().split() and kind in _FEED_TYPES


def _decode(text: str) -> str:
    """Decode entities, twice where the first time leaves some: "&amp;amp;" was escaped once too often."""
    if "&" not in text:
        return text
    text = entities.unescape(text)
    return entities.unescape(text) if _ENTITY.search(text) else text


def _strip(html: str) -> tuple[str, list[str]]:
    if _is_absurd(html):
        return entities.unescape(_ANY_TAG.sub("\n", _UNSEEN_BLOCK.sub("\n", html))), []
    from selectolax.lexbor import LexborHTMLParser

    if not _PRE.search(html):
        html = _SPACES.sub(" ", html)
    tree = LexborHTMLParser(_CELL.sub(" <", _BLOCK.sub("\n<", html)))
    for node in tree.css(_UNSEEN):
        # Nothing is freed while the tree lives, so a node inside one that is gone already is no danger.
        node.decompose(recursive=False)
    quoted = _take_quotes(tree)
    # What was escaped twice inside real markup: "&amp;amp;" shows as "&amp;", which nobody meant.
    text = tree.text()
    return (entities.unescape(text) if _ENTITY.search(text) else text), quoted


def _take_quotes(tree: LexborHTMLParser) -> list[str]:
    """Cut the quotes out of the tree, outermost first."""
    quotes: list[str] = []
    while len(quotes) < _MAX_QUOTES:
        node = tree.css_first(_QUOTE)
        if node is None:
            break
        quotes.append(node.text())
        node.decompose()
    return quotes


def _is_absurd(html: str) -> bool:
    """Whether parsing it could take more than some tens of milliseconds."""
    tags = html.count("<")
    if tags > _MAX_TAGS or any(len(m[0].split()) > 500 for m in _LONG_TAG.finditer(html)):
        return True
    return tags > _MAX_DEPTH and _depth(html) > _MAX_DEPTH


def _depth(html: str) -> int:
    """How deep elements are nested at most, as if only the void ones needed no end tag.

    Formatting elements are counted apart: they stay open, and are opened anew in each block, until their own end tag.
    """
    depth = formats = deepest = 0
    for closing, given in _OPEN_OR_CLOSE.findall(html):
        name = given.lower()
        step = -1 if closing else name not in _VOID
        depth = max(0, depth + step)
        if name in _FORMATS:
            formats = max(0, formats + step)
        deepest = max(deepest, depth, formats)
    return deepest
