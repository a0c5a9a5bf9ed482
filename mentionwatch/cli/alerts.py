"""``mentionwatch alerts``: list them, show one, acknowledge or resolve it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.groups import ListGroup, QueryCommand, one_query
from mentionwatch.cli.hints import warn_of_traps
from mentionwatch.cli.options import fold, load_settings_config, settings, shared_options
from mentionwatch.cli.show import chosen_format, no_limit, now, output_options, show_alerts, zone_of
from mentionwatch.cli.stores import open_store
from mentionwatch.cli.streams import strict
from mentionwatch.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from mentionwatch.model import Alert, AlertState
    from mentionwatch.store import Store


@click.group("alerts", cls=ListGroup, context_settings={"help_option_names": ["-h", "--help"]})
@shared_options
def alerts_command() -> None:
    r"""List alerts, show one, acknowledge or resolve it. Without a command it lists.

    \b
    Examples:
      mentionwatch alerts
      mentionwatch alerts show 3f2a
      mentionwatch alerts ack 3f2a
    """


@alerts_command.command("list", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY]", callback=one_query)
@click.option("--brand", metavar="NAME", help="Only this brand.")
@click.option("--open", "live", is_flag=True, help="Only those that are not resolved.")
@click.option("--limit", default=50, show_default=True, metavar="N", help="At most N alerts; 0: all.")
@output_options
@shared_options
def list_command(
    *,
    query: str | None,
    brand: str | None,
    live: bool,
    limit: int,
    format_: str | None,
    output: Path | None,
    bom: bool,
) -> None:
    r"""List alerts, the latest first.

    With a QUERY those that rest on a mention which matches it; state:, since: and until: speak of the alert itself.

    \b
    Examples:
      mentionwatch alerts list 'refund OR "money back"'
      mentionwatch alerts list 'brand:acme state:resolved since:30d'
    """
    from mentionwatch.pipeline.search import known_brand, search_alerts
    from mentionwatch.pipeline.traps import ALERT_STATES, ask_store

    name = chosen_format(format_, output)
    config = load_settings_config(need_secrets=False)
    with open_store(config) as store:
        wanted = known_brand(store, config, brand) if brand is not None else None
        zone = zone_of(config)
        asked = ask_store(query, config, store, states=ALERT_STATES, zone=zone, now=now())
        found = search_alerts(
            store,
            query,
            brand=wanted,
            live=live,
            limit=no_limit(limit, "alerts"),
            saved=config.queries,
            zone=zone,
            now=now(),
        )
    if found or not asked.plain:
        warn_of_traps([asked])
    show_alerts(found, format_=name, output=output, bom=bom, zone=zone)
    if not found:
        nothing = "No alert is open." if live else "No alert so far."
        settings().say(asked.nothing("No alert fits.") if query else nothing)


@alerts_command.command("show")
@click.argument("id_", metavar="ID")
@shared_options
def show_command(id_: str) -> None:
    """Show one alert: its state, why, the worst quotes, every link."""
    from mentionwatch.output.message import alert_page
    from mentionwatch.pipeline.tell import evidence_of

    config = load_settings_config(need_secrets=False)
    with open_store(config) as store:
        alert = _find(store, id_)
        evidence = evidence_of(store, alert)
    if settings().json:
        _print(alert)
    else:
        click.echo(alert_page(alert, evidence, zone=zone_of(config)), nl=False)


@alerts_command.command("ack")
@click.argument("id_", metavar="ID")
@shared_options
def ack_command(id_: str) -> None:
    """Acknowledge an alert: it is told again only if it gets worse."""
    _change(id_, "acknowledged")


@alerts_command.command("resolve")
@click.argument("id_", metavar="ID")
@shared_options
def resolve_command(id_: str) -> None:
    """Resolve an alert by hand."""
    _change(id_, "resolved")


@alerts_command.command("test")
@shared_options
def test_command() -> int:
    r"""Send a test message through every channel, as alerts are sent.

    \b
    Exit codes: 0 every channel took it; 6 one did not, and says why
    """
    from functools import partial

    from mentionwatch.cli.hints import command_line
    from mentionwatch.pipeline.api import try_channels
    from mentionwatch.pipeline.outbox import open_channels

    config = load_settings_config()
    channels = open_channels(
        config,
        stream=strict(sys.stderr if settings().json else sys.stdout),
        commands=partial(command_line, config=config.path),
    )
    delivery = try_channels(config, channels, now=now())
    failed = {failure.channel: failure for failure in delivery.failures}
    if settings().json:
        told = [{"channel": c.name, "error": failed[c.name].error if c.name in failed else None} for c in channels]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    for channel in channels:
        if channel.name in failed:
            click.echo(fold(f"Error: {failed[channel.name]}"), err=True)
        else:
            settings().say(f"{channel.name}: sent")
    return 6 if failed else 0


def _change(id_: str, state: AlertState) -> None:
    with open_store(load_settings_config(need_secrets=False)) as store:
        alert = _find(store, id_)
        if alert.state != state and store.set_alert_state(alert.id, state, now=now()):
            alert = _find(store, alert.id)
        elif alert.state == "resolved":
            raise UsageError(f"alert {alert.id} is resolved already; another burst opens it again, or a new one")
    if settings().json:
        _print(alert)
    else:
        settings().say(f"{alert.id} is {state}")


def _print(alert: Alert) -> None:
    from mentionwatch.output.record import alert_record

    click.echo(json.dumps(alert_record(alert), ensure_ascii=False, indent=2))


def _find(store: Store, prefix: str) -> Alert:
    from mentionwatch.pipeline.search import the_only

    return the_only(store.alerts_like(prefix), prefix, "alert")
