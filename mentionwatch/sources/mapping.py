"""Items of a JSON API's answer become entries, by the description of the API."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, Any, TypeVar

from mentionwatch.model import Dropped, Entry, EntryKind
from mentionwatch.sources import values
from mentionwatch.sources.boilerplate import strip_boilerplate
from mentionwatch.sources.dates import parse_date
from mentionwatch.sources.links import Link, absolute, destination, kept_links
from mentionwatch.sources.markup import Plain, plain_title, read_markup
from mentionwatch.sources.quotes import split_quotes
from mentionwatch.sources.sameness import Known
from mentionwatch.sources.template import fill
from mentionwatch.text import clean_or_none, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from mentionwatch.model import Response
    from mentionwatch.sources.api import ApiSpec

T = TypeVar("T")


class Reader:
    """Reads the items of one answer."""

    def __init__(self, name: str, spec: ApiSpec, params: Mapping[str, str], root: Any, response: Response) -> None:
        self._name = name
        self._spec = spec
        self._params = params
        self._root = root
        self._known = Known()
        self._now: datetime = response.fetched_at
        self._base = self._base_url(response.url)
        self._language = self._first(root, spec.language, values.as_language)

    def _base_url(self, url: str) -> str:
        home = self._first(self._root, self._spec.base, values.as_text)
        return (absolute(url, home) if home else None) or url

    @staticmethod
    def _first(value: Any, path: str, convert: Callable[[Any], T | None]) -> T | None:
        # The first value that can be used, not the first that is there: "" and a wrong type count as missing.
        return next((made for found in values.find(value, path) if (made := convert(found)) is not None), None)

    def title(self) -> str | None:
        """Title of the answer as a whole."""
        title = self._first(self._root, self._spec.title, values.as_text)
        return one_line(title) if title else None

    def read(self, number: int, item: Any) -> Entry | Dropped:
        """Make an entry of an item."""
        if not isinstance(item, dict):
            return Dropped(f"item {number}", f"it is {values.shape(item)}, not an object")
        if self._spec.require and next(values.find(item, self._spec.require), None) is None:
            return Dropped(f"item {number}", f"it has no {self._spec.require}")
        entry = self._entry({**item, **self._captured(item)})
        if not (entry.guid or entry.url or entry.title or entry.text):
            return Dropped(f"item {number}", "it has no id, URL, title or text")
        return self._known.name(entry)

    def _captured(self, item: dict[str, Any]) -> dict[str, str]:
        found = {}
        for key, capture in self._spec.captures.items():
            text = self._first(item, capture.of, values.as_text)
            part = _compiled(capture.pattern).search(text[: values.ID_CAP]) if text else None
            if part and (said := part[1] if part.re.groups else part[0]):
                found[key] = said
        return found

    def _entry(self, item: dict[str, Any]) -> Entry:
        fields = self._spec.fields
        language = self._first(item, fields.language, self._as_language) or self._language
        published, raw = parse_date(self._first(item, fields.published, _as_date), now=self._now, language=language)
        body, quoted, links = self._body(item)
        url = self._url(item)
        return Entry(
            source=self._name,
            guid=self._guid(item),
            kind=next((k for v in values.find(item, fields.kind) if (k := self._kind(v))), self._spec.kind),
            url=url,
            title=self._title(item),
            text=body,
            author=self._line(item, fields.author),
            community=self._line(item, fields.community) or self._constant("community"),
            parent=self._line(item, fields.parent),
            published=published,
            published_raw=raw,
            language=language or values.as_language(self._constant("language")),
            country=self._first(item, fields.country, self._as_country) or values.as_country(self._constant("country")),
            version=self._line(item, fields.version) or self._constant("version"),
            rating=self._rating(item),
            engagement=self._engagement(item),
            quoted=quoted,
            about=self._page(item, fields.about),
            links=kept_links(links, self._base, body, url),
        )

    def _kind(self, value: Any) -> EntryKind | None:
        kind = self._spec.kinds.get(value) if isinstance(value, str) else None
        return kind or self._spec.kinds.get("*")

    def _line(self, item: Any, path: str) -> str | None:
        text = self._first(item, path, values.as_text)
        if text and self._spec.entities:
            text = unescape(text)
        return one_line(text, 500) if text else None

    def _as_language(self, value: Any) -> str | None:
        return values.as_language(_looked_up(self._spec.languages, value))

    def _as_country(self, value: Any) -> str | None:
        return values.as_country(_looked_up(self._spec.countries, value))

    def _constant(self, name: str) -> str | None:
        template = self._spec.constants.get(name)
        return clean_or_none(fill(template, self._params.get, str)) if template else None

    def _value_in(self, item: Any) -> Callable[[str], str | None]:
        """What a template about an item may name: parameters, and paths in the item."""
        return lambda name: self._params.get(name) or self._first(item, name, values.as_text)

    def _guid(self, item: Any) -> str | None:
        made = fill(self._spec.guid, self._value_in(item), str) if self._spec.guid else None
        guid = made or self._first(item, self._spec.fields.guid, values.as_text)
        return guid if guid and len(guid) <= values.ID_CAP else None

    def _url(self, item: Any) -> str | None:
        if self._spec.link and (made := destination(self._base, fill(self._spec.link, self._value_in(item)))):
            return made
        return self._first(
            item,
            self._spec.fields.url,
            lambda v: destination(self._base, v) if isinstance(v, str) and v.strip() else None,
        )

    def _page(self, item: Any, path: str) -> str | None:
        return self._first(
            item, path, lambda v: destination(self._base, v) if isinstance(v, str) and v.strip() else None
        )

    def _title(self, item: Any) -> str | None:
        fields = self._spec.fields
        plain = self._line(item, fields.title)
        return plain or self._first(
            item, fields.title_html, lambda v: plain_title(v[: values.TEXT_CAP]) if isinstance(v, str) else None
        )

    def _body(self, item: Any) -> tuple[str | None, str | None, tuple[Link, ...]]:
        """The longer of the plain and the HTML text, what it quotes of others, and the links of the HTML."""
        fields = self._spec.fields
        plain = self._first(item, fields.text, values.as_text) or ""
        markup = self._first(item, fields.html, lambda v: v if isinstance(v, str) and v.strip() else None)
        text, quoted, links = read_markup(markup[: values.TEXT_CAP]) if markup else Plain("", None)
        if len(plain) > len(text) + len(quoted or ""):
            text, quoted = split_quotes(plain, [])
        for pattern in self._spec.strip:
            text = _compiled(pattern).sub("", text)
        return clean_or_none(strip_boilerplate(text).text), quoted, links

    def _rating(self, item: Any) -> float | None:
        if self._spec.stars:
            words = (str(v).lower() if isinstance(v, bool) else v for v in values.find(item, self._spec.fields.rating))
            told = (self._spec.stars.get(word) for word in words if isinstance(word, str))
            return next((stars for stars in told if stars is not None), None)
        found = self._first(item, self._spec.fields.rating, values.as_number)
        return values.stars(found, worst=self._spec.worst, best=self._spec.best)

    def _engagement(self, item: Any) -> int | None:
        found = [self._first(item, path, values.as_number) for path in self._spec.fields.engagement]
        counts = [int(count) for count in found if count is not None]
        return sum(counts) if counts else None


def _looked_up(names: Mapping[str, str], value: Any) -> Any:
    """What a site's own name stands for; what it has no name for stays."""
    return names.get(value.strip().casefold(), value) if isinstance(value, str) else value


@lru_cache(maxsize=200)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _as_date(value: Any) -> Any:
    return value if isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != "" else None
