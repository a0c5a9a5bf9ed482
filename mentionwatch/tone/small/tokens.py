"""From a text to its tokens: what counts as the same word, where it stands, and whether it is denied.

Everything that a learned weight hangs on is decided here and in ``features.py``: a change needs a new model file.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from mentionwatch.tone.small.emoji import EMOJI_PATTERN, EMOTICON_PATTERN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: What is looked at of a text.
MAX_CHARACTERS = 5_000

#: What is known of longer words is found anew each time.
_LONGEST_KEPT = 64

_Found = TypeVar("_Found")

#: Stands where the brand stood: a letter of the private area that no text should have.
MASK = "\ue000"

_TOKEN = re.compile(
    r"(?P<url>(?:https?://|www\.|pic\.twitter)\S{1,500})"
    r"|(?P<tag></?[a-zA-Z][^<>]{0,200}>)"
    rf"|(?P<mask>{MASK})"
    r"|(?P<at>@\w+)"
    r"|(?P<word>[^\W\d_]\w*(?:'\w+)*)"
    rf"|(?P<smile>{EMOTICON_PATTERN})"
    r"|(?P<num>\d[\w.,%]*)"
    rf"|(?P<emoji>{EMOJI_PATTERN})"
    r"|(?P<mark>[!?][!?]*)"
    r"|(?P<stop>\.+|[,;:()\[\]\n\"…—–-])"
)
#: One for one, so that offsets stay.
_CURLY = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "＠": "@", "\u00a0": " ", MASK: " "})
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
#: A line that is taken over from the post that is answered.
_ANSWERED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_LONG = re.compile(r"([a-z])\1{2,}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: What denies what comes after it, in the normal form.
NEGATORS = _words(
    "not no never none nothing nobody neither nor without hardly barely cannot zero scarcely dont doesnt didnt isnt"
    " arent wasnt werent wont wouldnt cant couldnt shouldnt hasnt havent hadnt aint mustnt neednt"
)
#: A denial does not reach over these.
CONTRASTS = _words("but however although though yet except unless whereas while despite still because")
_MORE = _words(
    "very so really extremely absolutely totally completely super incredibly too most such always freaking fucking damn"
    " utterly highly truly way even insanely seriously"
)
_LESS = _words(
    "slightly somewhat kinda kind sort bit little almost partly fairly marginally occasionally rather less sometimes"
    " might could maybe perhaps"
)
#: What a word does to the strength of the next.
BOOSTERS = dict.fromkeys(_MORE, 0.3) | dict.fromkeys(_LESS, -0.3)
_SHORT = {
    "u": "you",
    "ur": "your",
    "r": "are",
    "pls": "please",
    "plz": "please",
    "thx": "thanks",
    "thanx": "thanks",
    "ppl": "people",
    "cuz": "because",
    "bc": "because",
    "gr8": "great",
    "luv": "love",
    "b4": "before",
    "abt": "about",
    "rly": "really",
    "rlly": "really",
    "w": "with",
    "da": "the",
    "n": "and",
    "gonna": "going",
    "wanna": "want",
    "tho": "though",
}
#: Where 's is "is", and no possessive.
_IS = _words("it's that's what's he's she's there's let's who's here's how's where's")


def clean(text: str, target: Sequence[tuple[int, int]] = ()) -> str:
    """Take out the target, and undo what feeds leave behind: entities, escapes, curly quotes, lines of others."""
    text = text[:MAX_CHARACTERS].translate(_CURLY)
    if target:
        text = _masked(text, target)
    if "&" in text:
        text = html.unescape(text)
    if "\\u" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).translate(_CURLY)
    if ">" in text:
        own = _ANSWERED.sub("", text)
        text = own if own.strip() else text
    return text


def _masked(text: str, target: Sequence[tuple[int, int]]) -> str:
    parts, last = [], 0
    for start, end in target:
        if start >= last:
            parts += [text[last:start], " ", MASK, " "]
        last = max(last, end)
    return "".join((*parts, text[last:]))


def find_tokens(text: str) -> Iterator[re.Match[str]]:
    """Give the tokens of a text; the kind of each is the name of its group."""
    return _TOKEN.finditer(text)


def normal(word: str) -> str:
    """Give the form under which a word is known: small, without apostrophes, "sooo" as "soo"."""
    small = word.lower()
    if "'" in small:
        small = small[:-2] if small.endswith("'s") and small not in _IS else small.replace("'", "")
    small = _LONG.sub(r"\1\1", small)
    return _SHORT.get(small, small)


def kept(function: Callable[[str], _Found]) -> Callable[[str], _Found]:
    """Keep what a function finds of the words met last; not of long ones, so that no text fills the memory."""
    cached = lru_cache(maxsize=1 << 14)(function)

    def found(word: str) -> _Found:
        return cached(word) if len(word) <= _LONGEST_KEPT else function(word)

    return found


@kept
def stem(word: str) -> str:
    """Cut the endings of English verbs and nouns, roughly: crashes, crashed, crashing -> crash."""
    n = len(word)
    if n < 4 or word.endswith("ss"):
        return word
    for ending, left in (("ies", "y"), ("ied", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if word.endswith(ending) and n > len(ending) + 2:
            return word[: -len(ending)] + left
    for ending in ("ing", "ed", "ly", "s"):
        if word.endswith(ending) and n - len(ending) >= 3:
            root = word[: -len(ending)]
            if ending in ("ing", "ed"):
                if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "sle":
                    return root[:-1]
                return root.removesuffix("e")
            return root.removesuffix("e") if ending == "s" and n > 5 else root
    return word.removesuffix("e") if n > 4 else word
