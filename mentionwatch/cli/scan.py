"""``mentionwatch scan``: the one-off."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from mentionwatch.cli.hints import error_text, warn_of_config, warn_of_traps, warn_of_undecided
from mentionwatch.cli.options import fold, load_settings_config, settings, shared_options
from mentionwatch.cli.show import (
    FOR_PEOPLE,
    When,
    chosen_format,
    copies_option,
    in_zone,
    no_limit,
    now,
    output_options,
    plural,
    progress,
    show_mentions,
    zone_of,
)
from mentionwatch.errors import UsageError
from mentionwatch.model import LABELS
from mentionwatch.settings import FetchSettings, SourceSettings, ToneSettings

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from mentionwatch.model import Mention
    from mentionwatch.pipeline.scan import ScanReport
    from mentionwatch.settings import Config


@click.command("scan")
@click.argument("terms", nargs=-1, metavar="[TERM]...")
@click.option("--url", "urls", multiple=True, metavar="URL|FILE", help="A feed, JSON Feed or review page; repeatable.")
@click.option("--use", "presets", multiple=True, metavar="PRESET", help="A preset; repeatable.")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="For the presets; repeatable.")
@click.option("--source", "names", multiple=True, metavar="NAME", help="A source of the configuration; repeatable.")
@click.option("--since", type=When(), metavar="WHEN", help="Only what is published since: 7d, 2026-11-01 (local time).")
@click.option("--tone", "tones", multiple=True, type=click.Choice(LABELS), help="Only this tone; repeatable.")
@click.option("--limit", default=0, metavar="N", help="At most N mentions; 0: all.")
@copies_option
@output_options
@shared_options
def scan_command(*, format_: str | None, output: Path | None, bom: bool, **asked: Any) -> int:
    r"""Look for terms now; print what is found and store nothing.

    \b
    Examples:
      mentionwatch scan acme '"acme router"' --since 7d
      mentionwatch scan acme --url https://acme.example/posts.rss --tone negative
      mentionwatch scan acme --url saved.xml --format csv -o mentions.csv
      mentionwatch scan acme --use appstore --param app=284882215
      mentionwatch scan --config mentionwatch.toml

    A TERM is a query: a word, "a phrase", or several with AND, OR, NOT. Several TERMs: any of them. Without
    --url, --use, --source or --config it asks the presets that can search without a key.

    Exit code 3 when some sources failed, 4 when all did.
    """
    format_ = chosen_format(format_, output)
    look = _Look(**asked | {"limit": no_limit(asked["limit"])})
    config = load_settings_config() if settings().config or look.names else None
    if not look.terms and config is None:
        raise UsageError("say what to look for: mentionwatch scan TERM, or name a configuration with --config FILE")
    _warn(look.terms, config)
    report = _ask(look, config)
    found = [mention for mention in report.mentions if not look.tones or mention.tone.label in look.tones]
    shown = _show(look, found, config, format_=format_, output=output, bom=bom)
    _tell(report)
    settings().say(_summary(report, found, shown))
    return _exit_code(report)


@dataclass(frozen=True)
class _Look:
    """What is looked for, where, and what of it is shown: the options as they were given."""

    terms: tuple[str, ...]
    urls: tuple[str, ...]
    presets: tuple[str, ...]
    params: tuple[str, ...]
    names: tuple[str, ...]
    since: datetime | None
    tones: tuple[str, ...]
    #: None: all.
    limit: int | None
    all_copies: bool


def _ask(look: _Look, config: Config | None) -> ScanReport:
    from mentionwatch.config import user_presets
    from mentionwatch.pipeline.api import scan

    sources = _places(look.names, look.presets, look.params, config, others=bool(look.urls))
    with progress(len(look.urls) + len(sources), "Asking") as step:
        return scan(
            *look.terms,
            urls=look.urls,
            sources=sources,
            brands=config.brands if config and not look.terms else (),
            since=in_zone(look.since, config),
            now=now(),
            fetch=config.fetch if config else FetchSettings(),
            tone=config.tone if config else ToneSettings(),
            preset_folder=user_presets(),
            config=config,
            folder=config.path.parent if config and config.path else None,
            progress=step,
        )


def _show(
    look: _Look, found: list[Mention], config: Config | None, *, format_: str, output: Path | None, bom: bool
) -> int:
    """Print what was found; how many that are."""
    from mentionwatch.pipeline.fold import one_a_text
    from mentionwatch.pipeline.hits import find_hits

    for_people, zone = format_ in FOR_PEOPLE, zone_of(config)
    shown = (found if look.all_copies or not for_people else list(one_a_text(found)))[: look.limit]
    hits = find_hits(shown, saved=config.queries if config else None, zone=zone, now=now()) if for_people else {}
    several = len(set(look.terms)) > 1
    show_mentions(shown, format_=format_, output=output, bom=bom, zone=zone, keywords=several, hits=hits)
    return len(shown)


def _warn(terms: tuple[str, ...], config: Config | None) -> None:
    """Warn of traps in what is looked for.

    Raises:
        QueryError: A term cannot be read, or finds nothing.
    """
    from mentionwatch.pipeline.traps import read_asked

    warn_of_traps(read_asked(term, config.queries if config else {}) for term in dict.fromkeys(terms))
    if config is not None and not terms and settings().verbosity > 0:
        warn_of_config(config)


def _tell(report: ScanReport) -> None:
    """Say what went wrong, and what a user should know."""
    for name, error in report.errors:
        click.echo(fold(f"Error: {name}: {error_text(error)}"), err=True)
    for note in report.notes:
        settings().say(note, level=1)
    warn_of_undecided(report.undecided, "entry")


def _places(
    names: tuple[str, ...], presets: tuple[str, ...], params: tuple[str, ...], config: Config | None, *, others: bool
) -> list[SourceSettings]:
    """What is asked beside the addresses that were given (others); where nothing was named, what needs no key."""
    named = _sources(names, config, others=others or bool(presets)) + _presets(presets, params)
    return named if named or others else _default_presets()


def _sources(names: tuple[str, ...], config: Config | None, *, others: bool) -> list[SourceSettings]:
    """The configured sources that were named; all of them where nothing else was."""
    if config is None:
        return []
    if not names:
        return [] if others else list(config.sources)
    from mentionwatch.pipeline.search import known_name

    known = {source.name: source for source in config.sources}
    return [known[name] for name in dict.fromkeys(known_name(name, known, "source") for name in names)]


def _presets(given: tuple[str, ...], params: tuple[str, ...]) -> list[SourceSettings]:
    """The presets that were named, each of which has to be there, with what was given for them."""
    from mentionwatch.config import user_presets
    from mentionwatch.pipeline.places import given_params
    from mentionwatch.pipeline.search import known_name
    from mentionwatch.sources.presets import names

    if params and not given:
        raise UsageError("--param is for a preset; name it with --use")
    known = names(user_presets())
    wanted = dict.fromkeys(known_name(preset, known, "preset") for preset in given)
    return [SourceSettings(name=preset, use=preset, params=given_params(params)) for preset in wanted]


def _default_presets() -> list[SourceSettings]:
    """What is asked when nobody names a place; says so, and what is left out and why."""
    from mentionwatch.config import user_presets
    from mentionwatch.sources import default_presets

    asked, left_out = default_presets(user_presets())
    settings().say(f"Asking {', '.join(asked)}; name other places with --url, --use or --config.")
    if left_out:
        reasons = "; ".join(f"{name} {why}" for name, why in left_out.items())
        settings().say(f"Left out: {reasons}. See: mentionwatch sources presets")
    return [SourceSettings(name=preset, use=preset) for preset in asked]


def _summary(report: ScanReport, found: list[Mention], shown: int) -> str:
    tones = Counter(mention.tone.label for mention in found)
    parts = [f"{tones[label]} {label}" for label in LABELS if tones[label]]
    line = plural(len(found), "mention") + (f" ({', '.join(parts)})" if parts else "")
    line += f" in {plural(_entries(report), 'entry')}"
    line += f" from {plural(len(report.outcomes), 'source')}"
    failed = _failed(report)
    if failed:
        line += f"; {failed} failed"
    return line + (f"; {shown} shown" if shown < len(found) else "") + "."


def _entries(report: ScanReport) -> int:
    return sum(getattr(outcome, "entries", 0) for outcome in report.outcomes)


def _failed(report: ScanReport) -> int:
    from mentionwatch.model import Failed

    return sum(isinstance(outcome, Failed) for outcome in report.outcomes)


def _exit_code(report: ScanReport) -> int:
    if report.outcomes and _failed(report) == len(report.outcomes):
        return 4
    return 3 if report.errors else 0
