"""Fields by name, and what other tools' query languages call them.

A query copied from Google Alerts, Brandwatch, Talkwalker or Meltwater is read as it is, where this language has the
same thing under another name; what it has not is told with what to write instead.  Nothing is left out in silence.
"""

from __future__ import annotations

from difflib import get_close_matches

#: Fields that hold a text: they take a word, a phrase, a literal, a regex or a group.
TEXT_FIELDS = frozenset({"title", "text", "author", "site", "url"})
#: Fields that are compared with a value.
VALUE_FIELDS = frozenset({"lang", "type", "source", "stars", "since", "until"})
#: Fields that only a stored mention has.
STORED_FIELDS = frozenset({"tone", "intent", "topic", "brand", "state"})
FIELDS = TEXT_FIELDS | VALUE_FIELDS | STORED_FIELDS

#: Other names of fields; ``raw`` is a way to write literals.
ALIASES = {
    "intitle": "title",
    "headline": "title",
    "subject": "title",
    "intext": "text",
    "inbody": "text",
    "body": "text",
    "content": "text",
    "inurl": "url",
    "link": "url",
    "links": "url",
    "domain": "site",
    "host": "site",
    "from": "author",
    "username": "author",
    "authorname": "author",
    "language": "lang",
    "sentiment": "tone",
    "rating": "stars",
    "after": "since",
    "before": "until",
    "raw": "raw",
}

_WORDS_AFTER = "it holds for all words after it there; write {}:(…) around them"
_NO_PLACES = "places are not known of most posts; choose sources of that country instead"
_NO_REACH = "reach is not known of most posts; leave it out"
_NOT_OF_AUTHORS = "it is not known of authors; leave it out"
_TIMES = "write since:2026-01-01 for what is not older, until:2026-01-31 for what is not newer"
_KINDS = "write type:post, type:comment, type:review or type:article, or source: and a source's name"
_NO_PICTURES = "pictures are not looked at; leave it out"
#: What other tools can ask and this one cannot -> what to do.
NOT_KEPT = {
    "allintitle": _WORDS_AFTER.format("title"),
    "allintext": _WORDS_AFTER.format("text"),
    "allinurl": _WORDS_AFTER.format("url"),
    "country": _NO_PLACES,
    "city": _NO_PLACES,
    "continent": _NO_PLACES,
    "region": _NO_PLACES,
    "location": _NO_PLACES,
    "state_code": _NO_PLACES,
    "place": _NO_PLACES,
    "sourcecountry": _NO_PLACES,
    "authorcountry": _NO_PLACES,
    "authorcity": _NO_PLACES,
    "latitude": _NO_PLACES,
    "longitude": _NO_PLACES,
    "authorfollowers": _NO_REACH,
    "followers": _NO_REACH,
    "reach": _NO_REACH,
    "engagement": _NO_REACH,
    "impressions": _NO_REACH,
    "engagementtype": _NO_REACH,
    "engagingwith": _NO_REACH,
    "likes": _NO_REACH,
    "shares": _NO_REACH,
    "gender": _NOT_OF_AUTHORS,
    "authorgender": _NOT_OF_AUTHORS,
    "authorverified": _NOT_OF_AUTHORS,
    "authorverifiedtype": _NOT_OF_AUTHORS,
    "interest": _NOT_OF_AUTHORS,
    "profession": _NOT_OF_AUTHORS,
    "published": _TIMES,
    "publishedat": _TIMES,
    "date": _TIMES,
    "daterange": _TIMES,
    "created": _TIMES,
    "time": _TIMES,
    "sourcetype": _KINDS,
    "sourcesubtype": _KINDS,
    "pagetype": _KINDS,
    "pubtype": _KINDS,
    "publishersubtype": _KINDS,
    "threadentrytype": _KINDS,
    "medium": _KINDS,
    "imagetype": _NO_PICTURES,
    "filetype": "files are not searched; leave it out",
    "cache": "leave it out",
    "related": "leave it out",
    "define": "leave it out",
    "hashtag": 'write the word itself, as in "#acme"; it finds the hashtag too',
    "hashtags": 'write the word itself, as in "#acme"; it finds the hashtag too',
    "at_mentions": 'write the name itself, as in "@acme"',
    "mentions": 'write the name itself, as in "@acme"',
    "to": 'write the name itself, as in "@acme"',
    "subreddit": 'write url:"reddit.com/r/NAME"',
    "category": "write topic: and a topic's name",
    "tag": "write topic: and a topic's name",
    "tags": "write topic: and a topic's name",
    "score": "leave it out",
    "is": "write type: or state:",
    "has": "leave it out",
}
#: Operators of other tools -> what to do.
NOT_OPERATORS = {
    "SENTENCE": "write NEAR/15",
    "PARAGRAPH": "write NEAR/50",
    "ADJ": "write ONEAR/0, or put the words in double quotes",  # ADJ3: see ``lex``
    "XOR": "write (a -b) OR (b -a)",
    "ATLEAST": "how often a word stands there is not counted; leave it out",
    "AT_LEAST": "how often a word stands there is not counted; leave it out",
}

#: Words that are not searched for as they stand, and need quotes to be.
OPERATORS = frozenset({"AND", "OR", "NOT", "NEAR", "ONEAR", "AROUND", *NOT_OPERATORS})


def field_name(written: str) -> str | None:
    """The field that a name means, ``raw`` included; None for what is none."""
    name = written.casefold()
    return name if name in FIELDS else ALIASES.get(name)


def why_no_field(written: str) -> str:
    """What is said of a name before a colon that is no field: what to do, or the nearest that is one."""
    name = written.casefold()
    if name in NOT_KEPT:
        return f"the field {written}: of other tools cannot be kept: {NOT_KEPT[name]}"
    known = sorted({*FIELDS, *ALIASES} - {"raw"})
    near = get_close_matches(name, known, 1) if len(name) <= 40 else []
    meant = f"did you mean {near[0]}:?" if near else f"the fields are {', '.join(f'{f}:' for f in sorted(FIELDS))}"
    return f"there is no field {written}: ({meant}); to look for these words, put them in double quotes"
