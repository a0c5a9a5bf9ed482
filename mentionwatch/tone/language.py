"""Whether a text is in a language that an engine for English can judge."""

from __future__ import annotations

import re

_ENGLISH = {"en", "eng", "english"}
#: BCP 47: undetermined, several, none.
_NO_TAG = {"", "und", "mul", "mis", "zxx"}
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z]")


def is_english(text: str, tag: str | None) -> bool:
    """Tell whether to judge a text as English.

    A tag of another language settles it.  Without one, and with an English one too (feeds often carry a default),
    half of the letters have to be A to Z.  A text without letters could be in any language, and is judged.
    Other languages in Latin letters pass when they come without a tag.
    """
    primary = re.split(r"[-_]", (tag or "").strip(), maxsplit=1)[0].casefold()
    if primary not in _ENGLISH and primary not in _NO_TAG:
        return False
    if text.isascii():
        return True
    return 2 * len(_LATIN.findall(text)) >= len(_LETTER.findall(text))


def has_words(text: str) -> bool:
    """Tell whether there is a letter or a digit in a text."""
    return any(character.isalnum() for character in text)
