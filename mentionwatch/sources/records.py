"""Records of exports become entries: whatever their columns are called.

A record is a JSON object or a row of a table.  Which column is what is told by its name, compared without case, blanks
and underscores; a value inside another has a path with points.  The user may name the columns himself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from mentionwatch.identity import text_key, url_key
from mentionwatch.model import ENTRY_KINDS, Dropped, Entry, EntryKind
from mentionwatch.sources import values
from mentionwatch.sources.boilerplate import strip_boilerplate
from mentionwatch.sources.columns import (
    ADDRESSES,
    COLUMNS,
    DOUBTFUL,
    ENGAGEMENT,
    FIELDS,
    KNOWN,
    OF_REVIEWS,
    PARTS,
    TRANSPARENT,
    VOTES,
    column,
)
from mentionwatch.sources.dates import parse_date
from mentionwatch.sources.flat import MAX_COLUMNS, flatten, has_any
from mentionwatch.sources.links import destination, kept_links
from mentionwatch.sources.markup import Plain, plain_title, read_markup
from mentionwatch.text import clean_or_none, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

#: What this program's own exports hold; they are read as they were written.
_OWN = {name: name for name in FIELDS} | {"guid": "entry"}
_IS_OWN = ("schema", "entry", "keyword", "toneby", "firstseen")
_MISSING = frozenset(("nan", "none", "null", "n/a", "[deleted]", "[removed]"))
_OUT_OF = re.compile(
    r"(\d{1,3}(?:[.,]\d{1,3})?)\s*(?:/|out of|von|sur|de|su|van|di|of)\s*(\d{1,3})\b.{0,20}", re.IGNORECASE
)
_STARS = re.compile(
    r"(\d(?:[.,]\d{1,3})?)[\s-]*(?:\*|★|⭐|stars?|sterne?|sterren|étoiles?|estrell?as?|stell[ae])", re.IGNORECASE
)
_DRAWN = re.compile(r"([★⭐]{1,5})[\ufe0f☆✩\s]*")
_NAMED = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0}
_WORDS = re.compile(r"[^\W\d_]")
#: As output/csv.py guards cells against being run as a formula; only that is undone.
_FORMULA = re.compile(
    "[\\s\u00ad\u200b-\u200d\u2060\ufeff\"'`\u2018-\u201f\u00ab\u00bb\uff02\uff07]*"
    "[=+\\-@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20\t\r]"
)
#: Columns that nobody reads, named at most.
_MOST_TOLD = 10
#: Share of ratings outside of the scale from which on it is the wrong scale.
_WRONG_SCALE = 0.05


@dataclass(frozen=True)
class Reading:
    """What the user says of the records."""

    #: From a field of an entry to the column, or the path, where it stands; alternatives are divided by "|".
    fields: Mapping[str, str] = field(default_factory=dict)
    #: Ends of the rating scale; None: 1 and 5.
    worst: float | None = None
    best: float | None = None

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Where each field is looked for."""
        named = {n: tuple(column(way.strip()) for way in path.split("|")) for n, path in self.fields.items() if path}
        return COLUMNS | named

    def known(self) -> frozenset[str]:
        """Names of columns by which the header of a table is known."""
        return KNOWN.union(*self.columns().values())


def is_usable(entry: Entry) -> bool:
    """Whether an entry says anything."""
    return bool(entry.text or entry.title or entry.rating is not None)


class Reader:
    """Makes entries of the records of one document."""

    def __init__(self, source: str, now: datetime, reading: Reading, *, is_table: bool = False) -> None:
        """Read records.

        Args:
            source: The source's name.
            now: When the document was asked for.
            reading: What the user says of them.
            is_table: They are rows of a table, whose cells may be guarded against spreadsheets.
        """
        self._source = source
        self._now = now
        self._reading = reading
        self._columns = reading.columns()
        self._is_table = is_table
        self._ratings = 0
        self._outside: list[float] = []
        self._is_own_export = False
        #: Columns that were seen, as they stand there, by their first record; and those that held something.
        self.seen: dict[str, None] = {}
        self._filled: dict[str, None] = {}

    def read(self, what: str, record: Any) -> Entry | Dropped:
        """Make an entry of a record."""
        if not isinstance(record, dict):
            return Dropped(what, f"it is {values.shape(record)}, not an object with columns")
        if len(self.seen) < MAX_COLUMNS:
            names = [str(name) for name in islice(record, 100)]
            self.seen.update(dict.fromkeys(names))
            self._filled.update(dict.fromkeys(name for name in names if _is_filled(record.get(name))))
        flat = flatten(record)
        is_own = all(name in flat for name in _IS_OWN)
        self._is_own_export |= is_own
        entry = self._own(flat) if is_own else self._entry(flat)
        return entry if is_usable(entry) else Dropped(what, "it has no text, title or rating")

    def unused(self) -> list[Dropped]:
        """Tell of the columns that held something and whose names nobody looks for."""
        told = self._reading.fields
        parts = [
            names
            for group, name in ((PARTS, "text"), (ENGAGEMENT, "engagement"))
            if name not in told
            for names in group
        ]
        known = VOTES.union(("",), *self._columns.values(), *parts)
        left = [] if self._is_own_export else [name for name in self._filled if column(name) not in known]
        if not left:
            return []
        more = f" and {len(left) - _MOST_TOLD} more" if len(left) > _MOST_TOLD else ""
        return [Dropped("columns not used", ", ".join(one_line(name, 40) for name in left[:_MOST_TOLD]) + more)]

    def missing(self, records: Sequence[Any], header: Sequence[str] = ()) -> tuple[str, str] | None:
        """A field and its column, as the user names them, where none of the records has that column.

        Args:
            records: All of them.
            header: Of the table that they are rows of.
        """
        for name, path in self._reading.fields.items():
            ways = {column(way.strip()) for way in path.split("|")}
            if path and ways.isdisjoint(map(column, header)) and not any(has_any(record, ways) for record in records):
                return name, path
        return None

    def finish(self, entries: list[Entry]) -> tuple[list[Entry], list[Dropped]]:
        """Leave out ratings of a scale that nobody told, and give different records of one id their own."""
        dropped = []
        if self._outside:
            outside = len(self._outside)
            wrong = outside > _WRONG_SCALE * (self._ratings + outside)
            if wrong and self._ratings:
                entries = [replace(entry, rating=None) if entry.kind == "review" else entry for entry in entries]
            count = outside + (self._ratings if wrong else 0)
            advice = f"as {max(self._outside):g} is; where the scale is another one, give best (and worst)"
            dropped.append(Dropped(f"the ratings of {count} records", f"some are outside of 1 to 5, {advice}"))
        kept = [entry for entry in entries if is_usable(entry)]
        if empty := len(entries) - len(kept):
            dropped.append(Dropped(f"{empty} of these records", "they hold nothing else"))
        return _name_apart(kept), dropped

    def _entry(self, flat: dict[str, Any]) -> Entry:
        def first(name: str) -> str | None:
            return next(self._texts(flat, name), None)

        language = values.as_language(first("language"))
        dates = (c for c in self._columns["published"] if _is_date(flat.get(c)))
        # "data" is a date in Italian, and anything in English.
        raw = next((flat[c] for c in dates if c not in TRANSPARENT or self._is_table), None)
        published, published_raw = parse_date(_date_in(raw), now=self._now, language=language)
        found, column_of_text = self._text(flat)
        plain = read_markup(found[: values.TEXT_CAP]) if found else Plain("", None)
        text = clean_or_none(strip_boilerplate(plain.text).text)
        url, rating = self._url(flat), self._rating(flat)
        entry = Entry(
            source=self._source,
            guid=_short(first("guid"), values.ID_CAP),
            kind=self._kind(first("kind"), flat, column_of_text, rated=rating is not None),
            url=url,
            title=self._title(flat, column_of_text),
            text=text,
            author=_line(first("author")),
            community=_line(first("community")),
            parent=_line(first("parent")),
            published=published,
            published_raw=published_raw,
            language=language,
            country=next(filter(None, map(values.as_country, self._texts(flat, "country"))), None),
            version=_short(first("version"), 50),
            rating=rating,
            engagement=_engagement(flat, self._columns),
            quoted=plain.quoted,
            links=kept_links(plain.links, "", text, url),
        )
        return entry if entry.guid else replace(entry, guid=_content(entry, raw))

    def _own(self, flat: dict[str, Any]) -> Entry:
        """An entry as an export of this program has it."""

        def get(name: str) -> str | None:
            text = values.as_text(flat.get(_OWN[name]))
            return _unguard(text) if text and self._is_table else text

        published, raw = parse_date(get("published"), now=self._now)
        engagement = values.as_number(get("engagement"))
        kind = get("kind")
        return Entry(
            source=self._source,
            guid=get("guid"),
            kind=next((known for known in ENTRY_KINDS if known == kind), "post"),
            url=destination("", get("url")),
            title=_line(get("title")),
            text=get("text"),
            author=_line(get("author")),
            community=_line(get("community")),
            parent=_line(get("parent")),
            version=_line(get("version")),
            published=published,
            published_raw=raw,
            language=values.as_language(get("language")),
            country=values.as_country(get("country")),
            rating=values.stars(values.as_number(get("rating"))),
            engagement=None if engagement is None else int(engagement),
        )

    def _texts(self, flat: dict[str, Any], name: str) -> Iterator[str]:
        """What stands in the columns of a field, the best first."""
        for known in self._columns[name]:
            text = values.as_text(flat.get(known))
            if text and text.casefold() not in _MISSING:
                yield text

    def _text(self, flat: dict[str, Any]) -> tuple[str | None, str]:
        """The text with its markup, with what is liked and disliked, and the column that it stands in."""
        is_told = "text" in self._reading.fields
        columns = [c for c in self._columns["text"] if _says(flat.get(c)) and (is_told or _is_text(c, flat[c]))]
        parts = [flat[columns[0]]] if columns else []
        if not is_told:
            for names in PARTS:
                parts += [flat[name] for name in names if _says(flat.get(name)) and _WORDS.search(flat[name])][:1]
        return "\n\n".join(parts) or None, columns[0] if columns else ""

    def _title(self, flat: dict[str, Any], column_of_text: str) -> str | None:
        title = next(self._texts(flat, "title"), None)
        if title is None and "title" not in self._reading.fields and column_of_text != "summary":
            title = values.as_text(flat.get("summary"))
        return plain_title(title) if title else None

    def _url(self, flat: dict[str, Any]) -> str | None:
        # Reddit's own addresses lack the site.
        base = "https://www.reddit.com" if "subreddit" in flat else ""
        for link in self._texts(flat, "url"):
            if url := destination(base, link):
                return url
        for needed, address in ADDRESSES:
            if all(name in flat for name in needed):
                return destination("", address.format(values.as_text(flat[needed[-1]])))
        return None

    def _rating(self, flat: dict[str, Any]) -> float | None:
        for name in self._columns["rating"]:
            if name == "score" and "rating" not in self._reading.fields and not VOTES.isdisjoint(flat):
                continue
            stars, outside = _stars(flat.get(name), self._reading)
            if stars is not None:
                self._ratings += 1
                return stars
            if outside is not None:
                self._outside.append(outside)
                return None
        return None

    @staticmethod
    def _kind(told: str | None, flat: dict[str, Any], column_of_text: str, *, rated: bool) -> EntryKind:
        for kind in ENTRY_KINDS:
            if told == kind:
                return kind
        if rated or any(name.startswith(OF_REVIEWS) for name in flat):
            return "review"
        return "comment" if column_of_text.startswith("comment") or "commentid" in flat else "post"


def _says(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.strip().casefold() not in _MISSING


def _is_text(name: str, value: str) -> bool:
    """Whether a column of that name holds a text, where it may hold stars as well: "Bewertung"."""
    return name not in DOUBTFUL or (bool(_WORDS.search(value)) and _stars(value, Reading()) == (None, None))


def _is_filled(value: Any) -> bool:
    """Whether a record says something there, which is not an object of its own."""
    return value not in {None, ""} if isinstance(value, (str, int, float, type(None))) else False


def _line(text: str | None) -> str | None:
    return one_line(text, 500) or None if text else None


def _short(text: str | None, most: int) -> str | None:
    line = one_line(text[: 2 * most]) if text else ""
    return line if 0 < len(line) <= most else None


def _is_date(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and value not in {"", 0}


#: "Reviewed in the United States on December 9, 2025"
_REVIEWED_IN = re.compile(r"Reviewed in .{1,60}? on (.{6,40})")


def _date_in(raw: Any) -> Any:
    found = _REVIEWED_IN.fullmatch(raw.strip()) if isinstance(raw, str) and len(raw) < 200 else None
    return found[1] if found else raw


def _stars(value: Any, reading: Reading) -> tuple[float | None, float | None]:
    """Stars, or else the number that is outside of the scale; 0 is how most write that there is no rating."""
    worst, best = reading.worst, reading.best
    number = values.as_number(value)
    if number is None and isinstance(value, str) and len(value) < 100:
        written = value.strip()
        if found := _OUT_OF.fullmatch(written):
            number, best = values.as_number(found[1]), values.as_number(found[2])
        elif found := _STARS.fullmatch(written):
            number = values.as_number(found[1])
        elif found := _DRAWN.fullmatch(written):
            number = float(len(found[1]))
        else:
            number = _NAMED.get(written.casefold())
    stars = values.stars(number, worst=worst, best=best)
    return stars, number if stars is None and number else None


def _engagement(flat: dict[str, Any], columns: Mapping[str, tuple[str, ...]]) -> int | None:
    groups = ENGAGEMENT
    if "engagement" in columns:
        groups = (columns["engagement"],)
    elif not VOTES.isdisjoint(flat):
        groups = (groups[0], ("score", *groups[1]), *groups[2:])
    # The first of each group that is there: several names for one number are common.
    found = [next((n for c in names if (n := values.as_number(flat.get(c))) is not None), None) for names in groups]
    counts = [int(count) for count in (found[:1] if found[0] is not None else found) if count is not None]
    return sum(counts) if counts else None


def _content(entry: Entry, raw_date: Any) -> str:
    """An id for a record that has none, made of what it says.

    Not its address: all reviews of an app may have that of the app.  And of nothing beside it, so that it is the same
    wherever it stands.
    """
    words = (entry.author or "", str(raw_date or "")[:100], entry.title or "", entry.text or entry.quoted or "")
    return "record:" + text_key("\n".join((*words, str(entry.rating or ""), url_key(entry.url) if entry.url else "")))


def _name_apart(entries: list[Entry]) -> list[Entry]:
    """Give different records of one id an id by their content: what they have is the id of something else."""
    said: dict[str, set[tuple[str | None, str | None, str | None]]] = {}
    for entry in entries:
        said.setdefault(entry.guid or "", set()).add((entry.author, entry.title, entry.text))
    return [replace(e, guid=_content(e, e.published)) if len(said[e.guid or ""]) > 1 else e for e in entries]


def _unguard(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell
