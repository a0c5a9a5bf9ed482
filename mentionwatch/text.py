"""Characters: which of them are safe to show and store.

Remote text is hostile.  A title can hold escape sequences that rewrite the terminal, retarget a link (OSC 8) or
fill the clipboard (OSC 52), and bidirectional controls that make a text read as another.  Every text passes
through here twice: when an entry is made of it, and again before it reaches a terminal.  Imports nothing of ours.
"""

from __future__ import annotations

import re
import unicodedata

# C0 but tab and line feed, DEL, C1; bidirectional marks, embeddings, overrides and isolates; lone surrogates;
# the line and paragraph separators, the interlinear and language-tag characters, which no reader shows.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u206f\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
# A whole escape sequence goes, not only its first character: "\x1b[31mred" is to read "red".
# CSI; OSC, DCS, PM, APC and SOS up to their end (bounded, and no other in it: an unclosed one eats no text, and many of
# them cost no more than their length); two-character ones.
_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f\n]{0,2000}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANK = re.compile(r"[^\S\n]+")
# Where combining marks can be: a long run of characters beyond Latin, without a blank.
_LONG_RUN = re.compile(r"[^\x00-\u02ff]{64,}")
#: Unicode's stream-safe text format (UAX 15, section 13) has no more either.
_MOST_MARKS = 30
_BLANK_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """Make a text safe to store and show: NFC, no control or bidirectional characters, blanks folded.

    Line feeds stay (two in a row at most); other line ends become line feeds, tabs and runs of blanks one space.
    """
    # Most texts are plain already: looking costs a fraction of cleaning.
    plain = text.isascii() and text.replace("\n", " ").isprintable()
    # What escapes and breaks begin with is unsafe too, so one look tells that there is none of the three.
    if not plain and _UNSAFE.search(text):
        text = _UNSAFE.sub("", _BREAKS.sub("\n", _ESCAPE.sub("", text)))
    if not plain or "  " in text:
        text = _BLANK.sub(" ", text)
    if "\n" in text:
        text = _BLANK_LINES.sub("\n\n", text.replace(" \n", "\n").replace("\n ", "\n"))
    return text.strip() if plain else unicodedata.normalize("NFC", _LONG_RUN.sub(_thin_marks, text)).strip()


def _thin_marks(run: re.Match[str]) -> str:
    """Leave at most 30 combining marks in a row: sorting them, as NFC has to, takes time that grows with the square."""
    kept, marks = [], 0
    for char in run[0]:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def clean_or_none(text: str | None) -> str | None:
    """Clean a text; None when nothing is left of it."""
    return (clean(text) or None) if text else None


def one_line(text: str, width: int | None = None) -> str:
    """Clean a text and put it on one line, cut to at most `width` characters with an ellipsis."""
    line = " ".join(clean(text).split())
    if width is not None and len(line) > width:
        line = line[: max(0, width - 1)].rstrip() + "…"
    return line
