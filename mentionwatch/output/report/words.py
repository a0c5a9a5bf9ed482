"""The sentences of a report, the same in every format; each is plain text, with remote text in it as it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentionwatch.output.layout import ID_SHOWN, shown_time, shown_zone
from mentionwatch.output.message import alert_subject
from mentionwatch.output.report.base import LEAST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, tzinfo

    from mentionwatch.model import Alert
    from mentionwatch.output.report.base import Bar, BrandReport, Change, Portion, RatingLine, Report, SourceLine

#: Alerts of a brand that are listed.
MOST_ALERTS = 20
#: Bars of a chart, so that they are as wide as a finger on a screen.
MOST_BARS = 62
#: Names in a list of brands or sources.
MOST_NAMES = 20
#: Said in place of anything else.
NOTHING = "No mention in this time."


def counted(n: int, noun: str) -> str:
    """A number with its noun: ``1 mention``, ``9 mentions``, ``2 copies``."""
    if n == 1:
        return f"1 {noun}"
    return f"{n:,} {noun[:-1]}ies" if noun.endswith(("py", "ry")) else f"{n:,} {noun}s"


def named(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """Names with commas, and how many more there are."""
    left = len(names) - most
    return ", ".join(names[:most]) + (f" and {left:,} more" if left > 0 else "")


# --- the whole --------------------------------------------------------------------------------------------


def title(report: Report) -> str:
    """What it is about: ``Report: Acme``."""
    names = [brand.name for brand in report.brands] or list(report.silent)
    if report.brand is not None:
        names = [report.brand]
    if len(names) > 3:
        return f"Report: {counted(len(names), 'brand')}"
    return f"Report: {', '.join(names)}" if names else "Report"


def period(report: Report, zone: tzinfo | None, *, named: bool) -> str:
    """Of which time it is; `named` with the zone of all its times, for whoever may sit elsewhere."""
    told = _period(report, zone)
    return f"{told} Times are in {shown_zone(report.until, zone)}." if named else told


def _period(report: Report, zone: tzinfo | None) -> str:
    end = shown_time(report.until, zone)
    if report.since is not None:
        return f"From {shown_time(report.since, zone)} to {end} ({days_of(report)})."
    if report.oldest is None:
        return f"All that is stored, to {end}."
    return f"All that is stored, from {shown_time(report.oldest, zone)} to {end}."


def days_of(report: Report) -> str:
    """How long it is: ``7 days``, ``36 hours``."""
    hours = (report.until - report.since).total_seconds() / 3600 if report.since else 0.0
    count, noun = (hours / 24, "day") if hours >= 48 or hours == 24 else (hours, "hour")
    return f"1 {noun}" if count == 1 else f"{round(count, 1):g} {noun}s"


def choice(report: Report) -> str:
    """By what its mentions were chosen."""
    parts = []
    if report.brand is not None:
        parts.append(f"brand {report.brand}")
    if report.query is not None:
        parts.append(f"query {report.query}")
    return f"Only: {'; '.join(parts)}." if parts else "All mentions, but those that you marked as noise."


def total(report: Report) -> str:
    """How many there are in all."""
    if not report.mentions:
        return NOTHING
    negative = sum(brand.negative.hits for brand in report.brands)
    judged = sum(brand.negative.total for brand in report.brands)
    unknown = report.mentions - judged
    of_brands = f" of {counted(len(report.brands), 'brand')}" if len(report.brands) > 1 else ""
    apart = f"; {unknown:,} could not be judged" if unknown else ""
    return f"{counted(report.mentions, 'mention')}{of_brands}: {negative:,} negative of {judged:,} judged{apart}."


def caveats(report: Report) -> Iterator[str]:
    """What has to be known to read it rightly."""
    yield from report.notes
    for pattern, count in report.undecided.items():
        yield (
            f"/{pattern}/ took too long: for {counted(count, 'mention')} it is not known whether the query matches, and"
            " none of them is counted."
        )
    blind = [line.name for line in report.sources if line.blind]
    if blind:
        yield (
            f"Not all was seen: {counted(len(blind), 'source')} had blind spots ({named(blind, 5)}). Where nothing was"
            " read, silence says nothing."
        )


def silent(report: Report) -> str:
    """Brands of which there is nothing."""
    if not report.silent:
        return ""
    nothing = "The query finds nothing in this time of" if report.query is not None else "Nothing in this time of"
    return f"{nothing}: {named(report.silent)}."


def overview(report: Report) -> tuple[list[str], list[list[str]]]:
    """A table of the brands: headings, of which "#" begins those of numbers, and the texts of each row."""
    compared = any(brand.change for brand in report.brands)
    heads = ["Brand", "#Mentions", "#Stories", "#Not judged", "Negative, of judged"]
    heads += [*(("Before", "Change") if compared else ()), "#Alerts"]
    return heads, [_overview_row(brand, compared=compared) for brand in report.brands]


def _overview_row(brand: BrandReport, *, compared: bool) -> list[str]:
    row = [brand.name, *(f"{n:,}" for n in (brand.mentions, brand.stories, brand.tones["unknown"]))]
    row.append(portion(brand.negative))
    if compared:
        row += [portion(brand.change.negative) if brand.change else "-", change_cell(brand)]
    return [*row, f"{len(brand.alerts):,}"]


# --- a brand ----------------------------------------------------------------------------------------------


def counts(brand: BrandReport) -> str:
    """How many mentions, stories and copies."""
    if not brand.mentions:
        return NOTHING
    copies = f" {counted(brand.copies, 'further copy')} of them count{'s' * (brand.copies == 1)} nowhere."
    in_stories = "1 story" if brand.stories == 1 else f"{brand.stories:,} stories"
    return f"{counted(brand.mentions, 'mention')} in {in_stories}.{copies if brand.copies else ''}"


def tones(brand: BrandReport) -> str:
    """The tones, with what could not be judged apart."""
    if not brand.mentions:
        return ""
    judged, found = brand.negative.total, brand.tones
    parts = ", ".join(f"{found[label]:,} {label}" for label in ("negative", "neutral", "positive"))
    told = f"Of {judged:,} judged: {parts}."
    if not judged:
        told = "None could be judged."
    if not found["unknown"]:
        return told
    apart = f"{found['unknown']:,} of {brand.mentions:,} could not be judged (their language), and are in no share"
    return f"{told} Apart from them, {apart}."


def portion(share: Portion) -> str:
    """A share with its interval: ``34 % (41 of 120; 95 %: 26 to 43 %)``; of few the counts in place of a percentage."""
    if share.value is None or share.interval is None:
        return "none judged"
    low, high = (100 * end for end in share.interval)
    span = f"95 %: {low:.0f} to {high:.0f} %"
    if share.total < LEAST:
        return f"{share.hits:,} of {share.total:,} ({span})"
    return f"{100 * share.value:.0f} % ({share.hits:,} of {share.total:,}; {span})"


def negative(brand: BrandReport) -> str:
    """The share of negative ones, as a sentence."""
    return f"Negative: {portion(brand.negative)}." if brand.negative.total else ""


def change(brand: BrandReport) -> str:
    """How it was before, and whether it differs by more than chance; "" where there is no period before."""
    if brand.change is None:
        return ""
    before = brand.change
    told = f"The period before: {counted(before.mentions, 'mention')}"
    if not before.negative.total:
        return f"{told}, none judged, so there is no share to compare with."
    return f"{told}, negative {portion(before.negative)}. {_verdict(brand.negative, before)}"


def _verdict(now: Portion, before: Change) -> str:
    if before.why_not is not None:
        return f"Not compared: {before.why_not}"
    if before.probability is None or now.value is None or before.negative.value is None:
        return f"Too few to compare: a share takes {LEAST} that are judged, in both."
    points = 100 * (now.value - before.negative.value)
    # No smaller number than there is reason for.
    odds = f"p = {before.probability:.2g}" if before.probability >= 0.0001 else "p < 0.0001"
    if not before.is_more_than_chance:
        return f"That is no more of a difference than chance makes ({points:+.0f} points, {odds})."
    word = "more" if points > 0 else "less"
    return f"Negative is {abs(points):.0f} points {word} than before, which is more than chance explains ({odds})."


def change_cell(brand: BrandReport) -> str:
    """The same for a table: ``+16 points``, ``=``, ``too few``."""
    before = brand.change
    if before is None:
        return "-"
    if before.why_not is not None:
        return "not compared"
    if before.probability is None or brand.negative.value is None or before.negative.value is None:
        return "too few"
    points = 100 * (brand.negative.value - before.negative.value)
    return f"{points:+.0f} points" if before.is_more_than_chance else "="


def corrections(brand: BrandReport) -> str:
    """What the user said of it."""
    parts = []
    if brand.marked:
        parts.append(
            f"{brand.marked:,} of {brand.mentions:,} bear a tone that you marked, {brand.corrected:,} of them"
            " another than the engine's"
        )
    if brand.noise:
        parts.append(f"{counted(brand.noise, 'more mention')} you marked as noise, which count nowhere")
    return "; ".join(parts) + "." if parts else "You have corrected none of them."


def chart_label(bars: Sequence[Bar]) -> str:
    """What a chart shows."""
    size = max(((bar.last - bar.first).days + 1 for bar in bars), default=1)
    return f"Mentions {'a day' if size == 1 else f'per {size} days'}: negative ones among all"


def bar_days(bar: Bar) -> str:
    """The days of a bar: ``2026-11-16``, ``2026-11-16 to 22``."""
    if bar.first == bar.last:
        return bar.first.isoformat()
    return f"{bar.first.isoformat()} to {_short(bar.first, bar.last)}"


def _short(first: date, last: date) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return f"{last:%d}"
    return f"{last:%m-%d}" if first.year == last.year else last.isoformat()


def bar_blind(bar: Bar) -> str:
    """Which sources were blind then; "" for none."""
    return f"blind: {named(bar.blind, 3)}" if bar.blind else ""


def alert_head(alert: Alert, zone: tzinfo | None) -> str:
    """One alert, without its sentence: ``2026-11-19 14:10  Acme: high alert (3f2a9c1b), resolved 2026-11-21 09:00``."""
    state = f"resolved {shown_time(alert.resolved, zone)}" if alert.resolved else alert.state
    return f"{shown_time(alert.opened, zone)}  {alert_subject(alert)} ({alert.id[:ID_SHOWN]}), {state}"


def alert_blind(alert: Alert) -> str:
    """What was not seen when it was opened."""
    return f"Blind spots then: {named(alert.blind_spots)}." if alert.blind_spots and alert.kind != "source" else ""


def more_alerts(brand: BrandReport) -> str:
    """How many are not listed."""
    left = len(brand.alerts) - MOST_ALERTS
    return f"And {counted(left, 'more alert')}: see mentionwatch alerts." if left > 0 else ""


def quoted(brand: BrandReport) -> str:
    """How many of the negative ones are quoted; of each author and story one."""
    if not brand.negative.hits:
        return "Nothing negative was said." if brand.negative.total else "There is nothing to quote."
    return (
        f"{len(brand.quotes):,} of {brand.negative.hits:,} negative, each of another author and text; the surest first."
    )


def rating(line: RatingLine, zone: tzinfo | None) -> str:
    """What a page or app is given by all."""
    of = f" of 5, by {line.count:,} ratings" if line.count is not None else " of 5 (of how many ratings is not told)"
    name = f"{line.name} at {line.source}" if line.name else line.source
    told = f"{name}: {line.rating:.2f}{of}, {shown_time(line.at, zone)[:10]}"
    if line.before is None or line.before_at is None:
        return f"{told}; there is no earlier one to compare with."
    earlier = f"it was {line.before:.2f} on {shown_time(line.before_at, zone)[:10]}"
    return f"{told}; {earlier} ({line.rating - line.before:+.2f})."


# --- sources ----------------------------------------------------------------------------------------------


def source_state(line: SourceLine) -> str:
    """How well it was seen."""
    return "; ".join((*line.blind, *line.odd)) or "no gap is known"


def quiet(report: Report) -> str:
    """What is not listed."""
    if not report.quiet_sources:
        return ""
    return f"And {counted(report.quiet_sources, 'more source')}: see mentionwatch sources status."
