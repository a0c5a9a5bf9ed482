"""``query check --brand``: a brand tried as it is configured, and which of its keys stops a text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.options import no_configuration, settings
from mentionwatch.cli.query import AROUND, as_json, opened, show_spans
from mentionwatch.cli.show import now, plural
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentionwatch.pipeline.brand import BrandTrial, TriedBrand, TriedEntries
    from mentionwatch.settings import Brand, Config

#: How a text without a match begins, by its kind.
_NO_MATCH = {"stopped": "stopped", "none": "no match", "undecided": "not decided"}


def check_brand(
    name: str,
    query: str | None,
    texts: Sequence[str],
    config: Config | None,
    *,
    author: str | None = None,
    url: str | None = None,
) -> None:
    """Try a brand on texts, else on what is stored.

    Args:
        name: The brand's.
        query: What is tried in place of its match.
        texts: The texts.
        config: Where the brand is from.
        author: Who wrote the texts.
        url: Where they stand.

    Raises:
        ConfigError: There is no configuration.
        UsageError: There is no such brand.
        QueryError: The query cannot be read.
    """
    from mentionwatch.pipeline.brand import BrandTrial
    from mentionwatch.pipeline.search import known_name
    from mentionwatch.pipeline.traps import checked_query

    if config is None:
        raise no_configuration()
    brands = {brand.name: brand for brand in config.brands}
    brand = brands[known_name(name, brands, "brand")]
    if query is not None:
        checked_query(query, saved=config.queries)
        brand = replace(brand, match=(query,))
    trial = BrandTrial(brand, config, now=now())
    if texts:
        _show_texts(brand, [trial.try_text(text, author=author, url=url) for text in texts])
    else:
        _show_stored(brand, trial, config)


def _show_texts(brand: Brand, tried: list[TriedBrand]) -> None:
    if settings().json:
        records = [_record(brand, one) for one in tried]
        click.echo(as_json(records if len(records) > 1 else records[0]))
        return
    _show_brand(brand)
    for one in tried:
        _show(one)


def _show_stored(brand: Brand, trial: BrandTrial, config: Config) -> None:
    with opened(config) as store:
        found = trial.try_stored(store) if store is not None else None
    if settings().json:
        click.echo(as_json(_stored_record(brand, found)))
        return
    _show_brand(brand)
    if found is None:
        settings().say('Nothing is stored to try it on; give a text: --text "…"')
        return
    unknown = f" ({found.undecided:,} more not decided)" if found.undecided else ""
    click.echo(
        f"stored: {plural(found.hits, 'hit')} and {found.stopped:,} stopped{unknown} in"
        f" {plural(found.tried, 'entry')} that can match"
    )
    for one in found.shown:
        _show(one)
    left = found.hits + found.stopped + found.undecided - len(found.shown)
    if left:
        click.echo(f"not shown: {left:,} more")


def _show_brand(brand: Brand) -> None:
    """What the brand is looked for with: only the keys that say something."""
    keys = ("match", "context", "exclude", "own_authors", "ignore_authors", "ignore_sites")
    for key in keys:
        values = getattr(brand, key)
        if values:
            click.echo(f"{key}: {one_line(', '.join(values), 200)}")
    if brand.case == "exact":
        click.echo("case: exact")


def _show(one: TriedBrand) -> None:
    where = f"{one.entry} " if one.entry else ""
    text = one_line(one.text, 2 * AROUND)
    if one.spans is None:
        click.echo(f"{_NO_MATCH[one.kind]}: {where}{text}")
        if one.undecided is not None:
            click.echo(f"  {one_line(one.undecided)}")
        for stop in one.stops:
            click.echo(f"  {stop.by}: {one_line(stop.why)}")
        return
    click.echo(f"match: {where}{one_line(one.keyword or '', 2 * AROUND)}")
    show_spans(one.text, one.spans)


def _record(brand: Brand, one: TriedBrand) -> dict[str, object]:
    return {
        "brand": brand.name,
        "matched": one.spans is not None,
        "keyword": one.keyword,
        "spans": [list(span) for span in one.spans or ()],
        "stopped": [{"by": stop.by, "why": stop.why} for stop in one.stops],
        **({"entry": one.entry} if one.entry else {}),
        **({"undecided": one.undecided} if one.undecided else {}),
    }


def _stored_record(brand: Brand, found: TriedEntries | None) -> dict[str, object]:
    return {
        "brand": brand.name,
        "tried": found.tried if found else 0,
        "hits": found.hits if found else 0,
        "stopped": found.stopped if found else 0,
        "undecided": found.undecided if found else 0,
        "shown": [_record(brand, one) for one in found.shown] if found else [],
    }
