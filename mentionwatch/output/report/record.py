"""A report as one record; times in UTC, days in the zone of people's eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentionwatch.output.record import SCHEMA, alert_record, mention_record, time_utc
from mentionwatch.output.report.base import LEVEL
from mentionwatch.text import clean, clean_or_none

if TYPE_CHECKING:
    from mentionwatch.output.report.base import BrandReport, Change, Portion, RatingLine, Report


def report_record(report: Report) -> dict[str, object]:
    """The record of a report.

    ``mentions`` counts each text once, and ``ids`` holds all that was found, copies too; shares are in [0, 1], and
    ``interval`` is Wilson's for 95 %.
    """
    return {
        "schema": SCHEMA,
        "created": time_utc(report.created),
        "since": time_utc(report.since) if report.since else None,
        "until": time_utc(report.until),
        "query": clean_or_none(report.query),
        "brand": clean_or_none(report.brand),
        "command": clean(report.command),
        "mentions": report.mentions,
        "brands": [_brand(brand) for brand in report.brands],
        "silent": [clean(name) for name in report.silent],
        "down": [alert_record(alert) for alert in report.down],
        "sources": [
            {
                "name": clean(line.name),
                "mentions": line.mentions,
                "negative": line.negative,
                "blind": [clean(told) for told in line.blind],
                "odd": [clean(told) for told in line.odd],
            }
            for line in report.sources
        ],
        "further_sources": report.quiet_sources,
        "notes": list(report.notes),
        "undecided": {clean(pattern): count for pattern, count in report.undecided.items()},
    }


def _brand(brand: BrandReport) -> dict[str, object]:
    return {
        "brand": clean(brand.name),
        "mentions": brand.mentions,
        "copies": brand.copies,
        "stories": brand.stories,
        "tones": dict(brand.tones),
        "negative": _portion(brand.negative),
        "before": _change(brand.change) if brand.change else None,
        "days": [
            {"date": day.date.isoformat(), "negative": day.negative, "other": day.other, "unknown": day.unknown}
            for day in brand.days
        ],
        "blind_spots": [
            {
                "source": clean(gap.source),
                "start": time_utc(gap.start),
                "end": time_utc(gap.end) if gap.end else None,
            }
            for gap in brand.gaps
        ],
        "watched": round(brand.watched, 4) if brand.watched is not None else None,
        "alerts": [alert_record(alert) for alert in brand.alerts],
        "quotes": [mention_record(mention) for mention in brand.quotes],
        "ratings": [_rating(line) for line in brand.ratings],
        "marked": brand.marked,
        "corrected": brand.corrected,
        "noise": brand.noise,
        "ids": [clean(id_) for id_ in brand.ids],
    }


def _portion(share: Portion) -> dict[str, object]:
    return {
        "count": share.hits,
        "of": share.total,
        "share": share.value,
        "interval": list(share.interval) if share.interval else None,
    }


def _change(change: Change) -> dict[str, object]:
    return {
        "since": time_utc(change.since),
        "until": time_utc(change.until),
        "mentions": change.mentions,
        "negative": _portion(change.negative),
        "probability": change.probability,
        "more_than_chance": change.probability < LEVEL if change.probability is not None else None,
        "not_compared": change.why_not,
    }


def _rating(line: RatingLine) -> dict[str, object]:
    return {
        "source": clean(line.source),
        "name": clean_or_none(line.name),
        "rating": line.rating,
        "count": line.count,
        "at": time_utc(line.at),
        "before": line.before,
        "before_at": time_utc(line.before_at) if line.before_at else None,
    }
