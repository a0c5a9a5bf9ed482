"""``mentionwatch explain``: why a mention is what it is."""

from __future__ import annotations

import json

import click

from mentionwatch.cli.options import load_settings_config, settings, shared_options
from mentionwatch.cli.show import now, open_output, terminal_width, zone_of
from mentionwatch.cli.stores import open_store


@click.command("explain")
@click.argument("id_", metavar="ID")
@shared_options
def explain_command(id_: str) -> None:
    r"""Say why a mention is what it is.

    Which part of the query found it, which words made its tone and what you
    marked, where else its text and its story were seen, whether it counts in a
    burst and why not.

    \b
    Examples:
      mentionwatch explain 3f2a
      mentionwatch explain 3f2a --json | jq .burst
    """
    from mentionwatch.output import write_explanation
    from mentionwatch.output.explain import explanation_record
    from mentionwatch.pipeline.explain import explain_mention
    from mentionwatch.pipeline.search import the_only

    config = load_settings_config(need_secrets=False)
    with open_store(config) as store:
        found = explain_mention(config, store, the_only(store.mentions_like(id_), id_, "mention"), now=now())
    if settings().json:
        click.echo(json.dumps(explanation_record(found), ensure_ascii=False, indent=2))
    else:
        width, color = terminal_width(), settings().wants_color()
        with open_output(None) as stream:
            write_explanation(found, stream, width=width, color=color, zone=zone_of(config))
