"""Markup to plain text, and what an HTML page says about itself.  The only door to selectolax.

Remote markup is hostile: Lexbor needs time quadratic in the depth of nesting and in the number of attributes, so a text
is measured before it is parsed, and one that is out of all proportion loses its tags to a regular expression instead.
"""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from mentionwatch.sources.code import mark_code
from mentionwatch.sources.links import Link, absolute
from mentionwatch.sources.proportion import is_absurd
from mentionwatch.sources.quotes import split_quotes
from mentionwatch.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser, LexborNode

    Items = tuple[dict[str, Any], ...]

#: Characters of markup that are read; the longest recorded post has 90,000.
_MAX_TEXT = 200_000
#: Characters of a page in which its head and its JSON-LD are looked for.
_MAX_PAGE = 4_000_000
_MAX_QUOTES = 100
_MAX_CODES = 1_000
_MAX_LINKS = 200
#: Of a whole page, for its microdata.
_MAX_PAGE_TAGS = 40_000
_MAX_PROPERTIES = 5_000
#: Of the values of all properties together: those inside one another are read again and again.
_MAX_VALUES = 2_000_000
#: Items that refer to elements elsewhere, and elements that one of them refers to.
_MAX_REFERRING = 100
_MAX_REFERENCES = 20

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
_LONG_NUMBER = re.compile(r"&#(?:\d{8,}|[xX][\da-fA-F]{8,});?")
_CODE = re.compile(r"(?i)<(?:pre|code)[\s>]")
_PRE = re.compile(r"(?i)<pre[\s>]")
_SPACES = re.compile(r"[\t\r\n\f ]+")
_ANY_TAG = re.compile(r"<(?:!--.*?(?:-->|\Z)|[!/?a-zA-Z][^<>]*>?)", re.DOTALL)
_UNSEEN_BLOCK = re.compile(r"(?is)<(script|style|template|noscript)\b.*?(?:</\1\s*>|\Z)")
#: How the words of a link begin that leads to a person, a tag or a forum, and what marks one.
_NAMES = ("@", "#", "＃", "/u/", "u/", "/r/")
_NO_PAGES = frozenset(("tag", "author", "mention", "hashtag", "u-url"))

_UNSEEN = (
    "script, style, template, noscript, iframe, object, svg, head > title, [hidden], "
    '[style*="display:none" i], [style*="display: none" i], '
    '[style*="visibility:hidden" i], [style*="visibility: hidden" i]'
)
# Discourse, phpBB and vBulletin, mail programs, Askbot and the like.
_QUOTE = (
    "blockquote, aside.quote, div.bbcode_quote, div.bbCodeBlock--quote, div.quotetitle, div.quotecontent,"
    " div.gmail_quote, div.moz-cite-prefix, div.yahoo_quoted"
)


class Plain(NamedTuple):
    """What a marked-up text says."""

    text: str
    #: Words of others that it quotes.
    quoted: str | None
    #: Links of its author's own words, in order; none of pictures, and none to people and tags.
    links: tuple[Link, ...] = ()


def plain_text(html: str) -> tuple[str, str | None]:
    """Turn markup into (text, words of others that it quotes); see ``read_markup``."""
    return read_markup(html)[:2]


def read_markup(html: str, *, with_code: bool = True) -> Plain:
    """Turn markup into plain text.

    Block elements become line feeds, what a reader does not see is left out, entities are decoded (a text that was
    escaped twice is decoded twice).  At most the first 200,000 characters are read.

    Args:
        html: The text, with or without markup.
        with_code: Code is marked as Markdown marks it.
    """
    html = html[:_MAX_TEXT]
    if not _TAG.search(html) and _ESCAPED_TAG.search(html):
        html = unescape(html)
    if not _TAG.search(html):
        return Plain(*split_quotes(clean(_decode(html)), []))
    found = _strip(html, with_code=with_code)
    return Plain(*split_quotes(clean(found.text), found.quotes), tuple(found.links))


def plain_title(html: str) -> str | None:
    """Turn a title, with or without markup, into one line; None when nothing is left."""
    text, quoted, _links = read_markup(html[:5_000], with_code=False)
    return one_line(text or quoted or "") or None


def json_ld_blocks(html: str) -> list[str]:
    """Contents of the page's ``application/ld+json`` scripts, in order, as they stand (broken or not)."""
    # A regular expression: the page is large, the scripts are literal text, and nesting cannot hurt.
    return [m[1] for m in _JSON_LD.finditer(html[:_MAX_PAGE])]


# Some servers write the plus as an entity.
_JSON_LD = re.compile(
    r"(?is)<script\b(?=[^<>]{0,2000}application/ld(?:\+|&\#x2b;|&\#43;)json)[^<>]{0,2000}>(.*?)</script\s*>"
)
_TITLE = re.compile(r"(?is)<title\b[^<>]{0,500}>(.{0,2000}?)</title\s*>")
_MICRODATA = re.compile(r"(?i)\bitemprop\s{0,9}=")
_ITEMREF = re.compile(r"(?i)\bitemref\s{0,9}=")
#: Attributes that hold a property's value, by element.
_VALUE_OF = {
    "area": ("href",),
    "link": ("href",),
    "img": ("src",),
    "time": ("datetime",),
    "data": ("value",),
    "meter": ("value",),
}
_LINKS = frozenset(("url", "sameAs", "image", "item"))
_LINK = re.compile(r"(?i)<link\b([^<>]{0,2000})>")
_ATTRIBUTE = re.compile(r"""(?s)([a-zA-Z:-]{1,30})\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""")
_BASE = re.compile(r"(?i)<base\b([^<>]{0,2000})>")
_FEED_TYPES = frozenset(("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"))


def microdata(html: str) -> list[dict[str, Any]]:
    """The page's schema.org microdata as objects like those of JSON-LD, outermost ones in order.

    A property that stands several times is a list; texts keep their markup.  An item inside another that is no property
    of it is in its "@included", as JSON-LD has it.  With ``itemref`` an item can be in several others, and in itself.
    Nothing where the page has no microdata, or where parsing it would take long.
    """
    page = html[:_MAX_PAGE]
    if not _MICRODATA.search(page) or is_absurd(page, _MAX_PAGE_TAGS):
        return []
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(page)
    # An element that is both is found twice.
    nodes = {node.mem_id: node for node in tree.css("[itemscope], [itemprop]")[:_MAX_PROPERTIES]}
    items = {name: _item(node) for name, node in nodes.items() if "itemscope" in node.attributes}
    owners = _Owners(items, _referred(tree, items) if _ITEMREF.search(page) else {})
    found: list[dict[str, Any]] = []
    left = _MAX_VALUES
    for node in nodes.values():
        around, item = owners.of(node), items.get(node.mem_id)
        names = (node.attributes.get("itemprop") or "").split()[:5] if left > 0 else []
        if item is not None and not (around and names):
            _include(item, around, found)
        for name in (re.split(r"[/#]", name)[-1] for name in names if around):
            value = _value(node, name) if item is None else item
            left -= len(value or ())
            for owner in around:
                _add(owner, name, value)
    return found


def _item(node: LexborNode) -> dict[str, Any]:
    kinds = (node.attributes.get("itemtype") or "").split()[:5]
    name = (node.attributes.get("itemid") or "").strip()
    return ({"@type": kinds} if kinds else {}) | ({"@id": name} if name else {})


def _include(item: dict[str, Any], around: Items, found: list[dict[str, Any]]) -> None:
    """Put an item that is nobody's property where it stands."""
    if around:
        around[0].setdefault("@included", []).append(item)
    else:
        found.append(item)


def _referred(tree: LexborHTMLParser, items: dict[int, dict[str, Any]]) -> dict[int, Items]:
    """The items that name an element in their ``itemref``, by the element."""
    wanted: dict[str, Items] = {}
    for node in tree.css("[itemref]")[:_MAX_REFERRING]:
        item = items.get(node.mem_id)
        if item is None:
            continue
        for name in dict.fromkeys((node.attributes.get("itemref") or "").split()[:_MAX_REFERENCES]):
            wanted[name] = (*wanted.get(name, ()), item)[:_MAX_REFERRING]
    # The first of several elements with one id is meant.
    named = {node.attributes.get("id"): node.mem_id for node in reversed(tree.css("[id]"))}
    return {named[name]: referring for name, referring in wanted.items() if name in named}


class _Owners:
    """Says to which items the properties of an element belong: to the one around it, and to those that refer to it."""

    def __init__(self, items: dict[int, dict[str, Any]], referred: dict[int, Items]) -> None:
        self._items = items
        self._referred = referred
        #: By element, so that none is passed twice on the way up.
        self._known: dict[int, Items] = {}

    def of(self, node: LexborNode) -> Items:
        """The items, the one around the element first."""
        passed: list[int] = []
        at: LexborNode | None = node
        while at is not None and at.mem_id not in self._known and (not passed or at.mem_id not in self._items):
            passed.append(at.mem_id)
            at = at.parent
        found: Items = ()
        if at is not None:
            found = (self._items[at.mem_id],) if at.mem_id in self._items else self._known[at.mem_id]
        for name in reversed(passed):
            added = (item for item in self._referred.get(name, ()) if all(item is not one for one in found))
            found = (*found, *added)
            self._known[name] = found
        return found


def _add(item: dict[str, Any], name: str, value: Any) -> None:
    if value is None or not name or name.startswith("@"):
        return
    if name not in item:
        item[name] = value
    elif isinstance(item[name], list):
        item[name].append(value)
    else:
        item[name] = [item[name], value]


def _value(node: LexborNode, name: str) -> str | None:
    """What a property says: in an attribute where its element has one for that, else what it shows."""
    told = node.attributes
    # A link around a person's name is that name, whatever the standard says.
    attributes = ("href",) if node.tag == "a" and name in _LINKS else _VALUE_OF.get(node.tag or "", ())
    for attribute in ("content", *attributes):
        value = told.get(attribute)
        if value is not None:
            return value.strip()
    return (node.inner_html or "")[:_MAX_TEXT].strip() if node.child is not None else None


def page_title(html: str) -> str | None:
    """The page's title on one line, at most 80 characters."""
    found = _TITLE.search(html[:_MAX_TEXT])
    return one_line(unescape(found[1]), 80) or None if found else None


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


def unescape(text: str) -> str:
    """Decode entities; a number of too many digits is no character (Python raises at more than 4300)."""
    return entities.unescape(_LONG_NUMBER.sub("\ufffd", text))


def _decode(text: str) -> str:
    """Decode entities, twice where the first time leaves some: "&amp;amp;" was escaped once too often."""
    if "&" not in text:
        return text
    text = unescape(text)
    return unescape(text) if _ENTITY.search(text) else text


class _Stripped(NamedTuple):
    text: str
    quotes: list[str]
    links: list[Link]


def _strip(html: str, *, with_code: bool) -> _Stripped:
    if is_absurd(html):
        return _Stripped(unescape(_ANY_TAG.sub("\n", _UNSEEN_BLOCK.sub("\n", html))), [], [])
    from selectolax.lexbor import LexborHTMLParser

    if not _PRE.search(html):
        html = _SPACES.sub(" ", html)
    tree = LexborHTMLParser(_CELL.sub(" <", _BLOCK.sub("\n<", html)))
    for node in tree.css(_UNSEEN):
        # Nothing is freed while the tree lives, so a node inside one that is gone already is no danger.
        node.decompose(recursive=False)
    if with_code and _CODE.search(html):
        _mark_codes(tree)
    quotes = _take_quotes(tree)
    # What was escaped twice inside real markup: "&amp;amp;" shows as "&amp;", which nobody meant.
    text = tree.text()
    return _Stripped(unescape(text) if _ENTITY.search(text) else text, quotes, _links(tree))


def _mark_codes(tree: LexborHTMLParser) -> None:
    """Mark what stands in code elements.

    Mail archives and lists of commits put a whole text of words into one ``pre``: where that is all there is, it is
    no code.
    """
    found = tree.css("pre, code")[:_MAX_CODES]
    inside: set[int] = set()
    for node in found:
        if node.mem_id not in inside:
            inside |= {inner.mem_id for inner in node.css("pre, code")} - {node.mem_id}
    outer = [node for node in found if node.mem_id not in inside]
    if not inside and all(node.tag == "pre" for node in outer) and _says(*outer) == _says(tree):
        return
    for node in outer:
        node.replace_with(mark_code(node.text()))


def _says(*parts: LexborHTMLParser | LexborNode) -> str:
    return "".join("".join(part.text() for part in parts).split())


def _links(tree: LexborHTMLParser) -> list[Link]:
    """Where a text leads to; what names a person or a tag leads to no page that it speaks of."""
    found = []
    for node in tree.css("a[href]")[:_MAX_LINKS]:
        told = node.attributes
        href, words = (told.get("href") or "").strip(), one_line(node.text())
        kinds = {*(told.get("rel") or "").split(), *(told.get("class") or "").split()}
        is_page = words and not words.startswith(_NAMES) and kinds.isdisjoint(_NO_PAGES)
        if is_page and href and not href.startswith("#"):
            found.append(Link(href, words))
    return found


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
