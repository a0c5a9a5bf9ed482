"""Which setting would have stayed under so many alerts a month?"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from mentionwatch.burst.scan import THRESHOLDS
from mentionwatch.errors import UsageError
from mentionwatch.model import Budgeted
from mentionwatch.pipeline.backtest import Past, fired_at, fired_by
from mentionwatch.pipeline.replay import SENSITIVITIES
from mentionwatch.pipeline.rules import rules_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from mentionwatch.model import Fired
    from mentionwatch.settings import Config, RuleSettings

_BUDGET = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*/\s*(day|week|month|year)s?", re.ASCII)
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}
#: Watched for less, nothing says how many alerts come in a month.
LEAST_WATCHED = timedelta(days=7)
#: How often another least number of mentions is tried.
_MOST_TRIES = 6


def parse_budget(text: str) -> float:
    """Read ``2/month``, ``1/week``: alerts in 30 days.

    Raises:
        UsageError: It is none.
    """
    found = _BUDGET.fullmatch(text.strip().lower())
    if not found:
        raise UsageError(f"{text!r} is no budget; write 2/month, 1/week or 0.5/day")
    return float(found[1]) * 30.0 / _DAYS[found[2]]


def find_budget(
    config: Config,
    pasts: Sequence[Past],
    most: float,
    *,
    since: datetime | None = None,
    again: Callable[[int], Sequence[Past]],
) -> list[Budgeted]:
    """Find what stays under so many alerts a month, of all these brands together: for the detector, and each rule.

    The highest sensitivity that does, as all lower ones do; where none does, the least ``min_mentions`` with the lowest
    one.  Of a rule the least ``more_than``, above which every one does.

    Args:
        config: What is set now.
        pasts: Passes over the brands.
        most: Alerts in 30 days.
        since: Only those since then.
        again: Makes the passes anew with another ``min_mentions``.
    """
    found = [_budget_detector(config, pasts, most, since, again)]
    found += [_budget_rule(config, pasts, rule, most, since) for rule in config.rules]
    return found


def is_watched_enough(pasts: Sequence[Past], *, since: datetime | None = None) -> bool:
    """Whether one of the brands was watched, and known, for long enough to speak of months."""
    return any(past.until - _start(past, since) >= LEAST_WATCHED for past in pasts)


def _start(past: Past, since: datetime | None) -> datetime:
    """From when on alerts are counted."""
    return max(past.since, past.learned or past.until, since or past.since)


def _rate(pasts: Sequence[Past], since: datetime | None, alerts: Callable[[Past], Iterable[Fired]]) -> float:
    """Alerts in 30 days, of all brands together."""
    rate = 0.0
    for past in pasts:
        months = (past.until - _start(past, since)) / timedelta(days=30)
        n = sum(since is None or alert.opened >= since for alert in alerts(past))
        rate += n / months if months > 0 else 0.0
    return rate


def _budget_detector(
    config: Config,
    pasts: Sequence[Past],
    most: float,
    since: datetime | None,
    again: Callable[[int], Sequence[Past]],
) -> Budgeted:
    def rate(over: Sequence[Past], name: str | None = None) -> float:
        def alerts(past: Past) -> tuple[Fired, ...]:
            settings = past.brand.alerts or config.alerts
            return fired_at(past, settings, THRESHOLDS[name or settings.sensitivity])

        return _rate(over, since, alerts)

    now = rate(pasts)
    under = list(takewhile(lambda name: rate(pasts, name) <= most, SENSITIVITIES))
    if under:
        return Budgeted("detector", f'sensitivity = "{under[-1]}"', rate(pasts, under[-1]), now, most)
    least = _least_mentions(config, pasts, most, since)
    for _ in range(_MOST_TRIES):
        if (of := rate(again(least), "low")) <= most:
            return Budgeted("detector", f'sensitivity = "low", min_mentions = {least}', of, now, most)
        least += max(1, least // 4)
    return Budgeted("detector", None, of, now, most)


def _least_mentions(config: Config, pasts: Sequence[Past], most: float, since: datetime | None) -> int:
    """About how many mentions a burst has to have; another window may stand for a poll then."""

    def alerts(past: Past) -> tuple[Fired, ...]:
        return fired_at(past, past.brand.alerts or config.alerts, THRESHOLDS["low"], min_mentions=least)

    least = max((past.brand.alerts or config.alerts).min_mentions for past in pasts) + 1 if pasts else 1
    highest = max((seen.burst.observed for past in pasts for seen in past.bursts), default=0) + 1
    while least < highest and _rate(pasts, since, alerts) > most:
        least += max(1, least // 10)
    return least


def _budget_rule(
    config: Config, pasts: Sequence[Past], rule: RuleSettings, most: float, since: datetime | None
) -> Budgeted:
    concerned = [past for past in pasts if rule in rules_of(config, past.brand)]

    def rate(more_than: int) -> float:
        tried = replace(rule, more_than=more_than)
        return _rate(concerned, since, lambda past: fired_by(past, tried, past.brand.alerts or config.alerts))

    levels = {0, *(seen.burst.observed for past in concerned for seen in past.hits.get(rule.name, ()))}
    # From above: far below, alerts become fewer again, because one of them never ends.
    least = list(takewhile(lambda level: rate(level) <= most, sorted(levels, reverse=True)))[-1]
    return Budgeted(rule.name, f"more_than = {least}", rate(least), rate(rule.more_than), most)
