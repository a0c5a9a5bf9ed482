"""Stories: which mentions are copies of one text, and which speak of one page.

A **copy** is the same text again, on another site, with another headline, cut short, or as nothing but a link: it
counts once.  Posts with words of their own about one page share a **story** for display, and each counts.
"""

from mentionwatch.stories.copies import is_copy
from mentionwatch.stories.fold import COPY_SPAN, Head, MemoryShelf, Named, Place, Placed, Shelf, fold, place, settle
from mentionwatch.stories.links import link_key, own_story
from mentionwatch.stories.sketch import sketch
from mentionwatch.stories.words import read

__all__ = [
    "COPY_SPAN",
    "Head",
    "MemoryShelf",
    "Named",
    "Place",
    "Placed",
    "Shelf",
    "fold",
    "is_copy",
    "link_key",
    "own_story",
    "place",
    "read",
    "settle",
    "sketch",
]
