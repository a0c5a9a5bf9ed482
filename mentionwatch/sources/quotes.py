"""Words of others that a plain text quotes, set apart from its author's own.

Three ways of quoting are left when markup is gone: lines that begin with ">", forum code (``[quote]``), and the line
that names whom the text quotes ("Ada wrote:").
"""

from __future__ import annotations

import re

from mentionwatch.text import clean

# "> the other's words", as in mail, in Markdown and on Hacker News; ">50 %" and "> 3" alone are no quotes.
_QUOTE_LINES = re.compile(r"(?m)(?:^>.*(?:\n|\Z))+")
_QUOTE_MARK = re.compile(r"(?m)^(?:> ?)+")
_WORDS = re.compile(r"(?m)^(?:> ?)+(?=[^\W\d]|[\"'“(])")
# From an opening mark to the next mark only, so that the time is linear; nested ones are taken from within.
_FORUM_CODE = re.compile(r"\[quote(?:[=: ][^\]\n]{0,200})?\]((?:(?!\[/?quote)[\s\S])*)\[/quote\]", re.IGNORECASE)
_MAX_NESTED = 10
_SAID = (
    r"(?:(?<!\w)(?:wrote|writes|schrieb|hat geschrieben|a écrit|escribió|escreveu|ha scritto|schreef"
    r"|napisał(?:a|\(a\))?|skrev|napsala?|yazdı|írta|kirjoitti|έγραψε"
    r"|пишет|писала?|написала?|wrote the following)|写道|さんは書きました)"
)
# A mail program's line begins with a date, a forum's is a name; a sentence of the author is neither.
_ATTRIBUTION = re.compile(
    r"(?m)^(?:(?:On|Am|Le|El|Em|Il|Op|W dniu|Den|Dne|В|在) [^\n]{1,150}(?:\n[^\n]{1,80})?"
    rf"|[^\s,;.!?:][^\n,;!?:]{{0,40}}){_SAID} ?[:：] ?[↑]?$"
)
_ORIGINAL = re.compile(
    r"(?m)^[-_]{2,} ?(?:(?:original|forwarded) message|ursprüngliche nachricht|message d'origine|mensaje original)"
    r" ?[-_]{2,}$",
    re.IGNORECASE,
)


def split_quotes(text: str, taken: list[str]) -> tuple[str, str | None]:
    """Take the quotes out of a plain text.

    Args:
        text: Without markup.
        taken: Quotes that were found in its markup.

    Returns:
        Its author's own words, and those of others (`taken` first) or None; both cleaned.
    """
    quotes = list(taken)
    if found := _ORIGINAL.search(text):
        quotes.append(text[found.end() :])
        text = text[: found.start()]
    if "[/quote]" in text.lower():
        text = _take_forum_code(text, quotes)
    if text.startswith(">") or "\n>" in text:
        text = _QUOTE_LINES.sub(lambda lines: _take_lines(lines[0], quotes), text)
    if any(quotes):
        # Last, and only here: without a quote behind it, such a line is an ordinary one.
        quotes += [line[0] for line in _ATTRIBUTION.finditer(text)]
        text = _ATTRIBUTION.sub("", text)
    return clean(text), clean("\n".join(q.strip() for q in quotes)) or None


def _take_forum_code(text: str, quotes: list[str]) -> str:
    def take(quote: re.Match[str]) -> str:
        quotes.append(quote[1])
        return "\n"

    for _ in range(_MAX_NESTED):
        text, taken = _FORUM_CODE.subn(take, text)
        if not taken:
            break
    return text


def _take_lines(lines: str, quotes: list[str]) -> str:
    if not _WORDS.search(lines):
        return lines
    quotes.append(_QUOTE_MARK.sub("", lines))
    return ""
