"""Count the reviews of pages by other means than the adapter's, and compare: the table of docs/reviews.md.

    python bench/reviews.py FOLDER > table.md

The folder has one folder of pages per kind.  Only the standard library reads here: ``html.parser`` finds the scripts
and the microdata, ``json`` reads the scripts, after a small machine has taken out comments and commas too many.  Each
review's stars, author, date and text are compared with the entry's.  Exit code 1: something is missing or differs.
"""

from __future__ import annotations

import html
import json
import re
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timezone
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mentionwatch.errors import ParseError
from mentionwatch.model import Response
from mentionwatch.settings import SourceSettings
from mentionwatch.sources import make_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentionwatch.model import Document, Entry

URL = "https://site.example/page"
NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
KINDS = ("jsonld-review-page", "jsonld-broken-page", "microdata-page")
FIELDS = ("stars", "author", "date", "text")
VOID = frozenset(re.findall(r"\w+", "area base br col embed hr img input link meta param source track wbr"))


class Review(NamedTuple):
    """What a page says of one review, brought to a form in which it can be compared."""

    stars: float | None
    author: str | None
    date: datetime | None
    text: str | None


@dataclass
class Page:
    """What stands in a page."""

    blocks: int = 0
    #: Blocks that json does not read as they are.
    broken: int = 0
    #: In JSON-LD and in microdata, each time that they stand there.
    in_json: list[Review] = field(default_factory=list)
    in_microdata: list[Review] = field(default_factory=list)
    averages: int = 0

    @property
    def distinct(self) -> list[Review]:
        """Each review once: it may stand in the page twice, word for word."""
        return list(dict.fromkeys(self.in_json + self.in_microdata))


class Finder(HTMLParser):
    """Collects the JSON-LD scripts, and microdata as nested dicts (without itemref)."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.items: list[dict[str, Any]] = []
        self._in_script = False
        #: Open elements: tag, the item that it begins, the property it is, and its text so far.
        self._open: list[tuple[str, dict[str, Any] | None, str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "script" and "ld+json" in told.get("type", "").lower():
            self._in_script = True
            self.scripts.append("")
        item = {"@type": told.get("itemtype", "")} if "itemscope" in told else None
        around = next((opened[1] for opened in reversed(self._open) if opened[1] is not None), None)
        prop = told.get("itemprop", "") if around is not None else ""
        value = next((told[key] for key in ("content", "datetime", "value") if key in told), None)
        if item is not None:
            self.items.append(item)
        for name in prop.split():
            if item is not None or value is not None:
                around.setdefault(name, []).append(item if item is not None else value)
        if tag not in VOID:
            self._open.append((tag, item, "" if item is not None or value is not None else prop, []))

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts[-1] += data
        for opened in self._open:
            if opened[2]:
                opened[3].append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False
        if not any(opened[0] == tag for opened in self._open):
            return
        while self._open:
            name, _, prop, said = self._open.pop()
            around = next((opened[1] for opened in reversed(self._open) if opened[1] is not None), None)
            for one in prop.split() if around is not None else []:
                around.setdefault(one, []).append("".join(said))
            if name == tag:
                break


def without_comments(text: str) -> str:
    """Take comments, JavaScript's \\' and commas before a closing bracket out of JSON, character by character."""
    made: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == '"':
            end = at + 1
            while end < len(text) and text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            made.append(text[at : end + 1].replace("\\'", "'"))
            at = end + 1
        elif text.startswith("//", at):
            at = (text + "\n").find("\n", at)
        elif text.startswith("/*", at):
            at = (text + "*/").find("*/", at + 2) + 2
        else:
            if text[at] in "}]":
                while made and (made[-1].isspace() or made[-1] == ","):
                    made.pop()
            made.append(text[at])
            at += 1
    return "".join(made)


def blocks_of(script: str) -> tuple[Any, bool]:
    """The value of a script, and whether it had to be mended; None where that was not enough."""
    try:
        return json.loads(script, strict=False), False
    except ValueError:
        pass
    for text in (without_comments(script), without_comments(html.unescape(script))):
        try:
            value, _ = json.JSONDecoder(strict=False).raw_decode(text.strip())
        except ValueError:
            continue
        return value, True
    return None, True


def walk(value: Any, key: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, list):
        for member in value:
            yield from walk(member, key)
    elif isinstance(value, dict):
        yield key, value
        for name, member in value.items():
            yield from walk(member, name)


def is_of(node: dict[str, Any], ending: str) -> bool:
    types = node.get("@type", "")
    return any(str(one).endswith(ending) for one in (types if isinstance(types, list) else str(types).split()))


def first(value: Any, *keys: str) -> Any:
    """The first of what a value is or holds under one of these keys."""
    while isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict):
        return value
    found = (first(value[key]) for key in keys if value.get(key))
    return next((one for one in found if one not in (None, "")), None)


def letters(text: Any) -> str | None:
    """Letters and digits of a text, without markup."""
    if not isinstance(text, str):
        return None
    plain = re.sub(r"<[^>]*>", " ", html.unescape(html.unescape(text)))
    return "".join(c for c in unicodedata.normalize("NFKC", plain).casefold() if c.isalnum()) or text.strip() or None


def number(value: Any) -> float | None:
    try:
        return float(str(value).strip().replace(",", "."))
    except ValueError:
        return None


def stars_of(node: dict[str, Any]) -> float | None:
    rating = node.get("reviewRating") or node.get("ReviewRating")  # one of the recorded sites writes it so
    while isinstance(rating, list):
        rating = rating[0] if rating else None
    rating = rating if isinstance(rating, dict) else {"ratingValue": rating}
    value, worst, best = (number(first(rating, key)) for key in ("ratingValue", "worstRating", "bestRating"))
    if value is None:
        return None
    worst, best = 1 if worst is None else worst, 5 if best is None else best
    if worst >= best:  # one of the recorded sites writes the value itself as both
        worst, best = 1, 5
    return round(1 + 4 * (value - worst) / (best - worst), 2) if worst <= value <= best else None


def date_of(node: dict[str, Any]) -> datetime | None:
    written = first(node, "datePublished", "dateCreated")
    if not isinstance(written, str):
        return None
    date = datetime.fromisoformat(written.strip().replace("Z", "+00:00"))
    return date if date.tzinfo else date.replace(tzinfo=timezone.utc)


def read(node: dict[str, Any]) -> Review:
    author = first(node.get("author"), "name")
    return Review(stars_of(node), letters(author), date_of(node), letters(first(node, "reviewBody", "description")))


def count(page: str) -> Page:
    """What stands in a page, counted with the standard library alone."""
    finder = Finder()
    finder.feed(page)
    finder.close()
    told = Page(blocks=len(finder.scripts))
    for script in finder.scripts:
        value, mended = blocks_of(script)
        told.broken += mended
        nodes = list(walk(value))
        told.in_json += [read(node) for _, node in nodes if is_of(node, "Review")]
        told.averages += sum(1 for key, node in nodes if is_of(node, "AggregateRating") or key == "aggregateRating")
    # A property's type is often left out: then its name says what it is.
    named = {id(item) for around in finder.items for item in around.get("review", []) if isinstance(item, dict)}
    found = [item for item in finder.items if is_of(item, "Review") or id(item) in named]
    told.in_microdata += [read(item) for item in found]
    told.averages += sum(1 for item in finder.items if is_of(item, "AggregateRating"))
    return told


def given(entry: Entry) -> Review:
    """What the adapter gives, in the same form; words of others count, as the page says them too."""
    text = f"{entry.text or ''} {entry.quoted or ''}"
    return Review(entry.rating, letters(entry.author), entry.published, letters(text) if text.strip() else None)


def parse(body: bytes) -> Document | str:
    """What the adapter makes of a page, or why it does not."""
    source = make_source(SourceSettings(name="s", url=URL, kind="page"))
    try:
        return source.parse(Response(URL, {}, body, NOW))
    except ParseError as e:
        return str(e)


def differences(page: Page, document: Document | str) -> list[str]:
    """In words, what the adapter does not give, or gives and the page does not hold."""
    entries = [] if isinstance(document, str) else [given(entry) for entry in document.entries]
    missing, added = Counter(page.distinct) - Counter(entries), Counter(entries) - Counter(page.distinct)
    return [f"missing: {one}" for one in missing] + [f"not in the page: {one}" for one in added]


def row(name: str, told: Counter[str]) -> str:
    columns = ["pages", "blocks", "broken", "averages", "there", "twice", "given"]
    cells = [str(told[key]) for key in columns]
    cells += [f"{told[key]} = {told[key + ' given']}" for key in FIELDS]
    return "| " + " | ".join([name, *cells, str(told["different"])]) + " |"


def measure(path: Path) -> Counter[str]:
    body = path.read_bytes()
    page, document = count(body.decode("utf-8", errors="replace")), parse(body)
    entries = () if isinstance(document, str) else document.entries
    told = Counter(pages=1, blocks=page.blocks, broken=page.broken, averages=page.averages, given=len(entries))
    told["there"] = len(page.in_json) + len(page.in_microdata)
    told["twice"] = told["there"] - len(page.distinct)
    for key in FIELDS:
        told[key] = sum(1 for one in page.distinct if getattr(one, key) is not None)
        told[f"{key} given"] = sum(1 for entry in entries if getattr(given(entry), key) is not None)
    wrong = differences(page, document)
    told["different"] = len(wrong)
    for line in wrong:
        print(f"{path.name}: {line}", file=sys.stderr)
    return told


def main(folder: Path) -> int:
    head = ["page", "pages", "blocks", "broken", "averages", "reviews", "twice", "entries", *FIELDS, "differences"]
    print("| " + " | ".join(head) + " |")
    print("| --- |" + " ---: |" * (len(head) - 1))
    total: Counter[str] = Counter()
    for kind in KINDS:
        whole: Counter[str] = Counter()
        for path in sorted((folder / kind).iterdir()):
            told = measure(path)
            whole += told
            print(row(path.name.removesuffix(".html").removesuffix(".testhtml").replace("__", ": "), told))
        print(row(f"**{kind}**", whole))
        total += whole
    print(row("**all**", total))
    return 1 if total["different"] else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
