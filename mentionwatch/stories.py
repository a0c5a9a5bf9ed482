"""Stories: which mentions are copies of one text.

First version: a copy is the same words again.  A copy counts once, however often it is posted; posts with words of
their own about one link are no copies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mentionwatch.identity import digest, entry_id, text_key, url_key

if TYPE_CHECKING:
    from mentionwatch.model import Entry

#: Fewer words than this are no evidence of a copy: people say "love it" without having read each other.
MIN_WORDS = 4

# ASCII only: Chinese and Japanese go on right after an address, without a space.
_URL = re.compile(r"(?:https?://|www\.)[!-~]+", re.IGNORECASE)
_URL_TAIL = ".,;:!?'\")]}>*_"
# Where words are not spaced (Kana, Han), two characters count as one.
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]{{1,2}}|[^\W_{_UNSPACED}]+")


def story_key(entry: Entry) -> str:
    """Give the key that copies of one text share: a letter and 15 hex digits.

    * Words in the text: the words of title and text, without addresses, case, blanks and punctuation.
    * No words in the text but a link: the link, whatever the title, in its canonical form.
    * Neither: the words of the title.
    * Fewer than ``MIN_WORDS`` words (and no bare link): the entry's own id, shared with nothing.
    """
    title, text = entry.title or "", entry.text or ""
    own_words = _URL.sub(" ", text)
    if not _WORD.search(own_words):
        link = _URL.search(text)
        if link:
            return _link_key(link.group())
    words = f"{_URL.sub(' ', title)}\n{own_words}"
    return text_key(words) if _is_long(words) else entry_id(entry)


def _is_long(words: str) -> bool:
    return sum(1 for _, _ in zip(_WORD.finditer(words), range(MIN_WORDS), strict=False)) >= MIN_WORDS


def _link_key(url: str) -> str:
    url = url.rstrip(_URL_TAIL)
    canonical = url_key(url if "://" in url else f"http://{url}")
    return digest("link", canonical)
