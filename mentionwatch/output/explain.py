"""Why a mention is what it is: for people, and as a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentionwatch.output.layout import excerpt, mention_time, shown_time
from mentionwatch.output.record import SCHEMA, mark_record, mention_record, time_utc, tone_record
from mentionwatch.text import clean, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo
    from typing import TextIO

    from rich.console import Console

    from mentionwatch.model import Alert, Explanation, Finding, Mark, Mention, Tone
    from mentionwatch.output.base import Options

#: Characters of a whole id.
ID_WHOLE = 16
#: Characters shown around a hit; hits that are nearer to each other are shown together.
AROUND = 40
#: Pieces of the text, words of the tone, other mentions and places that are shown.
MOST_PIECES, MOST_WORDS, MOST_OTHERS, MOST_PLACES = 4, 12, 4, 12


def explanation_record(found: Explanation) -> dict[str, object]:
    """The record of an explanation.

    ``match.found`` has [start, end) offsets in title, line feed and text as they are stored; ``judged`` is what the
    engine said, ``mark`` what the user did; ``burst.reason`` is one of ``model.CountReason``.
    """
    finding, counting = found.finding, found.counting
    return {
        "schema": SCHEMA,
        "mention": mention_record(found.mention),
        "match": {
            "keyword": clean(finding.keyword),
            "matches": finding.lost is None,
            "why": finding.lost and clean(finding.lost),
            "found": [
                {"start": start, "end": end, "text": clean(finding.text[start:end])} for start, end in finding.spans
            ],
        },
        "noise": found.mention.noise,
        "topic": clean(found.mention.topic) if found.mention.topic else None,
        "judged": tone_record(found.judged),
        "mark": mark_record(found.mark) if found.mark is not None else None,
        "copies": {
            "of": _id(found.copy_of),
            "count": found.mention.copies,
            "others": [_id(other) for other in found.copies],
        },
        "story": {"others": [_id(other) for other in found.story], "places": [clean(place) for place in found.places]},
        "burst": {
            "counts": counting.counts,
            "reason": counting.reason,
            "why": clean(counting.why),
            "at": time_utc(counting.at) if counting.at is not None else None,
            "past": counting.past,
            "learning": counting.learning,
            "alerts": [clean(alert.id) for alert in found.alerts],
        },
    }


def _id(mention: Mention | None) -> str | None:
    return clean(mention.id) if mention is not None else None


# --- for people -------------------------------------------------------------------------------------------


def write_explanation(found: Explanation, stream: TextIO, options: Options) -> None:
    """Write an explanation for people: the mention, then a part for each question."""
    from rich.text import Text

    from mentionwatch.output.table import make_console, print_link, print_words

    console, width = make_console(stream, options)
    _print_head(console, found.mention, width, options)
    print_words(console, excerpt(found.mention.entry), width, most_lines=4)
    print_link(console, found.mention.entry.url)
    parts = {
        "Found by": _finding(found.finding),
        "Tone": _tone(found, options.zone),
        "Copies and story": _others(found, options.zone),
        "Bursts": _bursts(found, options.zone),
    }
    for title, lines in parts.items():
        console.print(Text(title, style="bold"))
        for line in lines:
            print_words(console, one_line(line), width)


def _print_head(console: Console, mention: Mention, width: int, options: Options) -> None:
    from mentionwatch.output.table import TONES, marks_of, print_line

    tone, style = TONES[mention.tone.label]
    entry = mention.entry
    about = (mention.brand, entry.source, entry.author, *marks_of(mention), mention.intent, mention.topic)
    print_line(
        console,
        [
            (mention.id, "bold", ID_WHOLE),
            (mention_time(mention, options.zone), "", 16),
            (tone, style, 10),
            (", ".join(filter(None, about)), "", None),
        ],
        width,
    )


def _finding(finding: Finding) -> Iterator[str]:
    yield finding.keyword
    yield from pieces(finding.text, finding.spans)
    if not finding.spans and finding.lost is None:
        yield "It stands nowhere in the text: what the query says of other fields is so."
    if finding.lost is not None:
        yield finding.lost


def pieces(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """What stands around hits, each of which is in brackets; a line for each piece of the text."""
    groups: list[list[tuple[int, int]]] = []
    for span in spans:
        if groups and span[0] - groups[-1][-1][1] <= AROUND:
            groups[-1].append(span)
        else:
            groups.append([span])
    lines = [_piece(text, group) for group in groups[:MOST_PIECES]]
    left = sum(map(len, groups[MOST_PIECES:]))
    return [*lines, *([f"and {left} more"] if left else [])]


def _piece(text: str, spans: Sequence[tuple[int, int]]) -> str:
    # Many hits side by side make no line without end.
    shown = spans[:MOST_PIECES]
    start, end = _word_start(text, shown[0][0]), _word_end(text, shown[-1][1])
    parts, at = ["…" if start else ""], start
    for first, last in shown:
        parts += [_part(text, at, first), "[", _part(text, first, last), "]"]
        at = last
    parts += [_part(text, at, end), "…" if end < len(text) else ""]
    return one_line("".join(parts))


def _part(text: str, start: int, end: int) -> str:
    """A part of the text, with a dash where the title ends."""
    title_end = text.find("\n")
    is_inside = title_end > 0 and start <= title_end < end
    return f"{text[start:title_end]} - {text[title_end + 1 : end]}" if is_inside else text[start:end]


def _word_start(text: str, at: int) -> int:
    """Where to begin some way before, at a word if there is one."""
    first = max(0, at - AROUND)
    blank = text.find(" ", first, at)
    return blank + 1 if first and blank >= 0 else first


def _word_end(text: str, at: int) -> int:
    last = min(len(text), at + AROUND)
    blank = text.rfind(" ", at, last)
    return blank if last < len(text) and blank >= 0 else last


def _tone(found: Explanation, zone: tzinfo | None) -> Iterator[str]:
    rating = found.mention.entry.rating
    stars = f", with {rating:g} of 5 stars" if rating is not None else ""
    marked = found.mark is not None and found.mark.tone is not None
    yield f"{'The engine said ' if marked else ''}{_verdict(found.judged)}{stars}"
    if found.judged.words:
        words = [f"{word} {weight:+.2f}" for word, weight in found.judged.words[:MOST_WORDS]]
        yield f"Words: {', '.join(words)}"
    for rule in found.judged.rules:
        yield f"Rule: {rule}"
    if found.mark is not None:
        yield _mark(found.mark, found.mention, zone)


def _verdict(tone: Tone) -> str:
    numbers = [
        *([f"polarity {tone.polarity:+.2f}"] if tone.polarity is not None else []),
        *([f"{100 * tone.confidence:.0f} % sure"] if tone.confidence is not None else []),
        *([f"by {tone.by}"] if tone.by else []),
    ]
    return ", ".join([tone.label, *numbers])


def _mark(mark: Mark, mention: Mention, zone: tzinfo | None) -> str:
    said = [
        *([mark.tone] if mark.tone is not None else []),
        *(["noise" if mark.noise else "no noise"] if mark.noise is not None else []),
        *([f"intent {mark.intent}"] if mark.intent is not None else []),
        *([f"topic {mark.topic}"] if mark.topic is not None else []),
    ]
    by_copy = f" in its copy {mark.mention}" if mark.mention != mention.id else ""
    return f"You marked it{by_copy}: {', '.join(said)} ({shown_time(mark.at, zone)})"


def _others(found: Explanation, zone: tzinfo | None) -> Iterator[str]:
    if not (found.copies or found.story):
        yield "No other mention has its text or its story."
        return
    if found.copies:
        yield f"{found.mention.copies} mentions have this text; {_folded(found, zone)}"
        yield from _listed("The others", [other for other in found.copies if other != found.copy_of], zone)
    yield from _listed("The same story in words of their own", found.story, zone)
    shown = ", ".join(found.places[:MOST_PLACES])
    more = f" and {len(found.places) - MOST_PLACES} more" if len(found.places) > MOST_PLACES else ""
    yield f"Seen at {len(found.places)} place{'s' * (len(found.places) != 1)}: {shown}{more}"


def _folded(found: Explanation, zone: tzinfo | None) -> str:
    if found.copy_of is not None:
        return f"this one was folded into {_told(found.copy_of, zone)}"
    if found.mention.copy == found.mention.entry_id:
        return "the others were folded into this one"
    return "the one they were folded into is not stored any more"


def _listed(what: str, others: Sequence[Mention], zone: tzinfo | None) -> Iterable[str]:
    if not others:
        return []
    left = len(others) - MOST_OTHERS
    more = f" and {left} more" if left > 0 else ""
    return [f"{what}: {'; '.join(_told(other, zone) for other in others[:MOST_OTHERS])}{more}"]


def _told(mention: Mention, zone: tzinfo | None) -> str:
    by = f", {one_line(mention.entry.author, 40)}" if mention.entry.author else ""
    return f"{mention.id} ({one_line(mention.entry.source, 40)}{by}, {mention_time(mention, zone)})"


def _bursts(found: Explanation, zone: tzinfo | None) -> Iterator[str]:
    counting = found.counting
    at = f" Its time: {shown_time(counting.at, zone)}." if counting.at is not None else ""
    yield f"{counting.why}{at}"
    if counting.past:
        yield "By now every window that it could stand in has ended: it is part of what is usual."
    elif counting.learning:
        yield "The brand is still being learned: no burst is looked for yet."
    if found.alerts:
        yield f"Behind {', '.join(map(_alert, found.alerts))}"
    else:
        yield "No alert rests on it."


def _alert(alert: Alert) -> str:
    return f"alert {alert.id} ({alert.severity}, {alert.state})"
