"""``mentionwatch backtest``: what would have been told."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Literal

import click

from mentionwatch.cli.options import load_settings_config, settings, shared_options
from mentionwatch.cli.show import When, in_zone, now, progress, terminal_width, zone_of
from mentionwatch.cli.stores import open_store
from mentionwatch.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import TextIO

    from mentionwatch.pipeline.backtest import Past
    from mentionwatch.settings import AlertSettings, Brand, Config

_SENSITIVITIES: tuple[Literal["low", "medium", "high"], ...] = ("low", "medium", "high")


@click.command("backtest")
@click.option("--brand", metavar="NAME", help="Only this brand.  [default: all]")
@click.option("--since", type=When(), metavar="WHEN", help="Only alerts since 90d, 2026-11-01 …; all is learned from.")
@click.option("--sensitivity", type=click.Choice(_SENSITIVITIES), help="Only this one.  [default: all three]")
@click.option("--budget", metavar="N/month", help="Find what stays under 2/month, 1/week …, for each rule too.")
@click.option("--stdin", is_flag=True, help="Replay events and polls from stdin, in JSON lines, as they come.")
@shared_options
def backtest_command(
    *, brand: str | None, since: datetime | None, sensitivity: str | None, budget: str | None, stdin: bool
) -> None:
    r"""Replay what is stored: when would which setting have told?

    Each sensitivity and each rule is run over all that is stored, from the
    beginning. Nothing is written, and nothing is told.

    \b
    Examples:
      mentionwatch backtest
      mentionwatch backtest --brand Acme --since 90d
      mentionwatch backtest --budget 2/month
      mentionwatch backtest --stdin < events.jsonl

    With --stdin, events and polls are read as JSON lines, of any number of
    brands, and stdout has a line for each alert that opens, grows or is
    resolved. The medium sensitivity is used, or the [alerts] of --config FILE.
    """
    if stdin:
        _refuse_beside_stdin(brand=brand, since=since, budget=budget)
        _replay_stdin(sensitivity)
        return
    config = load_settings_config(need_secrets=False)
    _replay_stored(config, _brands(config, brand), in_zone(since, config), sensitivity, budget)


def _refuse_beside_stdin(**given: object) -> None:
    """Stdout is for the protocol alone, and what comes is not kept."""
    wrong = next((name for name, value in given.items() if value is not None), None)
    if settings().json:
        wrong = "json"
    if wrong:
        raise UsageError(f"--{wrong} looks at what is stored; leave it out, or --stdin")


def _brands(config: Config, name: str | None) -> tuple[Brand, ...]:
    from mentionwatch.pipeline.search import known_name

    if name is None:
        return config.brands
    found = known_name(name, [brand.name for brand in config.brands], "brand")
    return tuple(brand for brand in config.brands if brand.name == found)


def _replay_stored(
    config: Config, brands: Sequence[Brand], since: datetime | None, sensitivity: str | None, budget: str | None
) -> None:
    from mentionwatch.output.backtest import backtest_record, write_backtests
    from mentionwatch.output.base import Options
    from mentionwatch.pipeline.backtest import backtest_of, replay_brand
    from mentionwatch.pipeline.budget import LEAST_WATCHED, find_budget, is_watched_enough, parse_budget

    most = parse_budget(budget) if budget is not None else None
    at, zone = now(), zone_of(config)
    with open_store(config) as store:

        def replay(min_mentions: int | None = None) -> list[Past]:
            with progress(len(brands), "Replaying") as step:
                found = []
                for brand in brands:
                    past = replay_brand(config, store, brand, zone=zone, now=at, min_mentions=min_mentions)
                    found += [past] if past is not None else []
                    step(brand.name)
                return found

        pasts = replay()
        known = is_watched_enough(pasts, since=since)
        fits = find_budget(config, pasts, most, since=since, again=replay) if most is not None and known else []
    if pasts and most is not None and not known:
        days = LEAST_WATCHED.days
        settings().say(f"Warning: --budget needs {days} days of watching; less says nothing of a month.")
    only = (sensitivity,) if sensitivity else _SENSITIVITIES
    found = [backtest_of(config, past, since=since, only=only) for past in pasts]
    if settings().json:
        click.echo(json.dumps(backtest_record(found, fits), ensure_ascii=False, indent=2))
        return
    if not found:
        settings().say("Nothing is stored of these brands yet; poll first.")
    write_backtests(found, fits, sys.stdout, Options(width=terminal_width(), color=settings().wants_color(), zone=zone))


def _replay_stdin(sensitivity: str | None) -> None:
    from mentionwatch.pipeline.replay import replay_lines

    for told in replay_lines(_lines(), _alert_settings(sensitivity)):
        click.echo(json.dumps(told))


def _lines() -> TextIO:
    """What comes, line by line; a byte that is no UTF-8 is a mistake in its line."""
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return sys.stdin


def _alert_settings(sensitivity: str | None) -> AlertSettings:
    from dataclasses import replace

    from mentionwatch.settings import AlertSettings

    # Only what is named is read: a file that is found, and its secrets, have nothing to do with what comes.
    found = load_settings_config(need_secrets=False).alerts if settings().config else AlertSettings()
    given: dict[str, Any] = {"sensitivity": sensitivity} if sensitivity else {}
    return replace(found, **given)
