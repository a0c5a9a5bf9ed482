"""``mentionwatch alerts``: list them, show one, acknowledge or resolve it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.options import load_settings_config, settings, shared_options
from mentionwatch.cli.show import chosen_format, no_limit, now, output_options, show_alerts, zone_of
from mentionwatch.cli.stores import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from mentionwatch.model import Alert
    from mentionwatch.store import Store


class _ListWhenBare(click.Group):
    """``alerts`` alone lists; so do ``alerts --brand X`` and ``alerts list``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        asks_help = any(arg in {"-h", "--help"} for arg in args)
        if not asks_help and not any(arg in self.commands for arg in args):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group("alerts", cls=_ListWhenBare, context_settings={"help_option_names": ["-h", "--help"]})
@shared_options
def alerts_command() -> None:
    r"""List alerts, show one, acknowledge or resolve it.

    \b
    Examples:
      mentionwatch alerts
      mentionwatch alerts show 3f2a
      mentionwatch alerts ack 3f2a
    """


@alerts_command.command("list")
@click.option("--brand", metavar="NAME", help="Only this brand.")
@click.option("--open", "live", is_flag=True, help="Only those that are not resolved.")
@click.option("--limit", default=50, show_default=True, metavar="N", help="At most N alerts; 0: all.")
@output_options
@shared_options
def list_command(
    *, brand: str | None, live: bool, limit: int, format_: str | None, output: Path | None, bom: bool
) -> None:
    """List alerts, the latest first."""
    config = load_settings_config()
    with open_store(config) as store:
        found = store.alerts(brand=brand, live=live, limit=no_limit(limit))
    show_alerts(found, format_=chosen_format(format_, output), output=output, bom=bom, zone=zone_of(config))
    if not found:
        settings().say("No alert so far." if not live else "No alert is open.")


@alerts_command.command("show")
@click.argument("id_", metavar="ID")
@shared_options
def show_command(id_: str) -> None:
    """Show one alert: why, the worst quotes, every link."""
    from mentionwatch.output.message import alert_text
    from mentionwatch.output.record import alert_record
    from mentionwatch.pipeline.tell import evidence_of

    config = load_settings_config()
    with open_store(config) as store:
        alert = _find(store, id_)
        evidence = evidence_of(store, alert)
    if settings().json:
        click.echo(json.dumps(alert_record(alert), ensure_ascii=False, indent=2))
        return
    kind = "resolved" if alert.state == "resolved" else "open"
    click.echo(alert_text(alert, evidence, notice=kind, zone=zone_of(config)), nl=False)  # type: ignore[arg-type]


@alerts_command.command("ack")
@click.argument("id_", metavar="ID")
@shared_options
def ack_command(id_: str) -> None:
    """Acknowledge an alert: it is told again only if it gets worse."""
    config = load_settings_config()
    with open_store(config) as store:
        alert = _find(store, id_)
        if alert.state == "open":
            store.save_alert(replace(alert, state="acknowledged", updated=now()))
    settings().say(f"{alert.id} is {'acknowledged' if alert.state == 'open' else alert.state}")


@alerts_command.command("resolve")
@click.argument("id_", metavar="ID")
@shared_options
def resolve_command(id_: str) -> None:
    """Resolve an alert by hand."""
    config = load_settings_config()
    with open_store(config) as store:
        alert = _find(store, id_)
        if alert.state != "resolved":
            store.save_alert(replace(alert, state="resolved", resolved=now(), updated=now()))
    settings().say(f"{alert.id} is resolved")


def _find(store: Store, prefix: str) -> Alert:
    from mentionwatch.pipeline.search import the_only

    return the_only(store.alerts_like(prefix), prefix, "alert")
