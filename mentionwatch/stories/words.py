"""What a post says, without what programs and sites put around it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mentionwatch.model import Entry

#: Fewer words than this are no evidence of a copy: people say "love it" without having read each other.
MIN_WORDS = 4
#: Characters of a text that are looked at; what is longer is told apart by its beginning.
_MOST_CHARS = 20_000
#: Characters at either end in which boilerplate stands.
_REACH = 400
#: How often something is cut off at an end: several things stand there one after the other.
_CUTS = 6

# ASCII only: Chinese and Japanese go on right after an address, without a space.
URL = re.compile(r"(?:https?://|www\.)[!-~]+", re.IGNORECASE)
# Where words are not spaced (Thai to Khmer, Kana, Han), a character counts as half a word.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ](?=\w)")
# A capital that no sentence begins with.
_NAME = re.compile(r"(?<=[\w,;] )[A-ZÄÖÜÀ-Þ][\w'’]+")
_ONE_UNSPACED = re.compile(f"[{_UNSPACED}]")

# --- words of others ----------------------------------------------------------------------------------------

_QUOTE_BLOCK = re.compile(r"\[quote[^\]\n]{0,100}\][^\0]{0,5000}?\[/quote\]", re.IGNORECASE)
_QUOTE_LINE = re.compile(
    r"^(?:[ \t]*>.*|.{0,120}\b(?:wrote|said|schrieb|a écrit|escribió)[ \t]?:[ \t]*)$", re.MULTILINE | re.IGNORECASE
)

# --- what stands at the ends --------------------------------------------------------------------------------

_MORE = (
    r"(?:click here to |please )?(?:read(?: the)?(?: full| whole| rest| entire)?(?: more| on| article| story| post)?"
    r"|continue(?: reading)?|keep reading|(?:see|view|show|learn) more|full (?:story|article|post)|more)"
    r"(?: (?:at|on|here|of this \w+)\b[^\n.]{0,40}(?:\.\w{2,15}){0,3})?"
    r"|(?:hier )?(?:weiterlesen|mehr lesen|zum artikel)(?: (?:auf|bei) [^\n]{1,40})?"
    r"|lire (?:la suite|plus)(?: sur [^\n]{1,40})?|(?:leer|ver|seguir|sigue) (?:más|leyendo)(?: en [^\n]{1,40})?"
    r"|leia mais|continua a leggere|lees verder|читать далее|続きを読む|全文を読む|もっと見る|阅读全文"
)
_FIRST = (
    r"(?:the post|this (?:post|article|story)|der beitrag|dieser (?:beitrag|artikel)|l['’]article|cet article"
    r"|la entrada|este artículo|el artículo)\b[^\n]{0,200}?(?:(?:first|originally|also)? ?(?:appeared|published|posted)"
    r"(?: first)? (?:on|in|at|by)|erschien (?:zuerst )?(?:auf|bei)|est apparu en premier sur|a été publié"
    r" (?:d['’]abord )?sur|(?:se publicó|apareció|aparece) primero en)[^\n]{1,80}"
)
_SOURCE = (
    r"[(\[]?(?:via|h/t|source|quelle|fuente|origin(?:al)?|found (?:on|at)|credit|出典|引用元)[: ：]\s?"
    r"@?[^\s,.!?]{1,40}(?: [A-Z][^\s,.!?]{1,30}){0,3}"
)
_ENDS = tuple(
    re.compile(rf"(?:\A|[\s.!?…。）)\]]){pattern}[\s.:!)\]»›→…>]*\Z", re.IGNORECASE)
    for pattern in (
        _FIRST,
        rf"[\[(«]?(?:{_MORE})",
        _SOURCE,
        r"(?:originally|first) (?:published|posted|appeared) (?:on|at|in|by) [^\n]{1,60}",
        r"(?:sent|posted|gesendet|envoyé|enviado) (?:from|with|via|von|de|desde) (?:my|meinem|mon|mi) [^\n]{1,30}",
        r"(?:tags?|filed under|categor(?:y|ies)|schlagwörter|topics|labels) ?: [^\n]{1,150}",
        r"(?:share this|share on|teilen|partager|compartir|like this)\b[^\n]{0,80}",
        r"(?:subscribe|sign up|follow us|folgen sie|suivez[- ]nous|abonnez[- ]vous|síguenos|newsletter)\b[^\n.]{0,100}",
        r"(?:©|\(c\)|copyright) [^\n]{1,100}",
        r"all rights reserved",
        r"\d{1,6} (?:comments?|likes?|views?|shares?|kommentare?|commentaires?)",
        r"advertisement|anzeige|publicité",
        r"(?:#\w{1,50}\s*){1,12}",
    )
)
_STARTS = tuple(
    re.compile(rf"\A\s*{pattern}\s*", re.IGNORECASE)
    for pattern in (
        r"(?:RT|MT|via|re-?post(?:ed)?(?: from)?|quote) @\w{1,40}:?",
        r"(?:re|fw|fwd|aw|wg|tr)\s?:",
        r"(?:breaking|update(?: \d+)?|updated|news|exclusive|eilmeldung|urgent|última hora|速報)\s?(?:[:|]|[-–] )",
        r"\[(?:news|update|updated|article|link|crosspost|x-?post|oc)\]",
        # An agency's dateline.
        r"[A-Z][\w ,./]{1,40} \((?:AP|AFP|Reuters|dpa|EFE|UPI|PTI)\) ?[-–—:]",
        r"\((?:AP|AFP|Reuters|dpa|EFE|UPI|PTI)\) ?[-–—:]?",
    )
)
#: Where a text was broken off.
_CUT_OFF = re.compile(r"[\s(\[]*(?:…|\.\.\.+|・・・|\[&hellip;\])[\s)\]…]*\Z")
_SITE = re.compile(r"\s(?:[|·•»]|::|[-–—])\s([^|·•»\n]{1,40})\Z")
_REPLY = re.compile(r"\s*(?:re|aw|sv|antw)\s?:", re.IGNORECASE)


class Said(NamedTuple):
    """The words of an entry, as they are compared."""

    title: tuple[str, ...]
    body: tuple[str, ...]
    #: The body was broken off: what follows is elsewhere.
    is_cut: bool = False
    #: It answers something: what it repeats is the other's.
    is_reply: bool = False
    #: The only link of a post without words of its own.
    bare_link: str | None = None
    #: Own address.
    url: str | None = None
    rating: float | None = None
    is_review: bool = False
    #: Words of the body that are written as names are.
    names: frozenset[str] = frozenset()

    @property
    def all(self) -> tuple[str, ...]:
        """Title and body as one text."""
        return self.title + self.body


def length(words: tuple[str, ...]) -> int:
    """How many words these are, where two characters of an unspaced script count as one."""
    halves = sum(1 for word in words if _ONE_UNSPACED.match(word))
    return len(words) - halves + halves // 2


def split_words(text: str) -> tuple[str, ...]:
    """Words in one case and form; an apostrophe inside joins."""
    text = _APOSTROPHE.sub("", unicodedata.normalize("NFKC", text).casefold())
    return tuple(_WORD.findall(text))


def read(entry: Entry) -> Said:
    """What an entry says, without quotes, addresses and boilerplate."""
    title, text = (entry.title or "")[:_MOST_CHARS], (entry.text or "")[:_MOST_CHARS]
    long = len(entry.text or "") > _MOST_CHARS
    body, is_cut = _bare(text)
    link = URL.search(text) if not body else None
    heading = split_words(_strip_title(title))
    is_cut = is_cut or long or _is_start(heading, title)
    # Where the title is the beginning of the text, it says nothing of its own.
    if body[: len(heading)] == heading or _begins(title, body):
        heading = () if body else heading
    return Said(
        title=heading,
        body=body,
        is_cut=is_cut,
        is_reply=bool(entry.parent) or entry.kind == "comment" or bool(_REPLY.match(title)),
        bare_link=link.group() if link else None,
        url=entry.url,
        rating=entry.rating,
        is_review=entry.kind == "review" or entry.rating is not None,
        names=_names(text),
    )


@lru_cache(maxsize=256)
def _bare(text: str) -> tuple[tuple[str, ...], bool]:
    """A body's words, and whether it was broken off; where all of it is quoted, the quote is what it says."""
    own = _QUOTE_LINE.sub(" ", _QUOTE_BLOCK.sub(" ", text)) if text else ""
    own, is_cut = strip_ends(URL.sub(" ", own))
    words = split_words(own)
    if not words and text:
        words = split_words(URL.sub(" ", text))
    return words, is_cut


@lru_cache(maxsize=256)
def _names(text: str) -> frozenset[str]:
    return frozenset(word for found in _NAME.findall(text) for word in split_words(found))


def strip_ends(text: str) -> tuple[str, bool]:
    """Cut off what sites put before and after a text; whether it was broken off there."""
    is_cut = False
    for _ in range(_CUTS):
        before = text
        text = text.strip()
        if cut := _CUT_OFF.search(text[-_REACH:]):
            is_cut = True
            text = text[: max(0, len(text) - _REACH) + cut.start()]
        for pattern in _STARTS:
            if found := pattern.match(text):
                text = text[found.end() :]
        text = _strip_end(text)
        if text == before:
            break
    return text, is_cut


def _strip_end(text: str) -> str:
    for pattern in _ENDS:
        start = max(0, len(text) - _REACH)
        found = pattern.search(text, start)
        # What is all there is, is no boilerplate.
        if found and text[: found.start()].strip():
            text = text[: found.start() + 1].rstrip()
    return text


def _strip_title(title: str) -> str:
    """A title without the name of its site, and without what it was marked with."""
    title = URL.sub(" ", title)
    for pattern in _STARTS:
        if (found := pattern.match(title)) and title[found.end() :].strip():
            title = title[found.end() :]
    title = _CUT_OFF.sub("", title)
    found = _SITE.search(title)
    if found and not re.search(r"\d", found[1]):
        site, rest = split_words(found[1]), split_words(title[: found.start()])
        if len(site) <= 4 and length(rest) >= MIN_WORDS:
            return title[: found.start()]
    return title


def _begins(title: str, body: tuple[str, ...]) -> bool:
    """Whether a title is a cut-off beginning of the text: some sites make titles so."""
    cut = _CUT_OFF.search(title[-_REACH:])
    if not cut or not body:
        return False
    words = split_words(title)
    return len(words) > 1 and body[: len(words) - 1] == words[:-1]


def _is_start(heading: tuple[str, ...], title: str) -> bool:
    return bool(heading) and bool(_CUT_OFF.search(title[-_REACH:]))
