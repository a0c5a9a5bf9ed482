"""``mentionwatch mark``: the user's own verdict."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from mentionwatch.cli.options import Settings, load_settings_config, settings, shared_options
from mentionwatch.cli.show import now
from mentionwatch.cli.stores import open_store

if TYPE_CHECKING:
    from mentionwatch.pipeline.mark import Change

_TONES = ("negative", "neutral", "positive")
_STATES = ("open", "seen", "handled", "ignored")
_INTENTS = ("purchase", "consider", "churn", "none")


@click.command("mark")
@click.argument("ids", nargs=-1, required=True, metavar="ID [ID]...")
@click.option("--tone", type=click.Choice(_TONES), help="What its tone is, whatever the engine says.")
@click.option("--noise/--no-noise", default=None, help="It is not about the brand, or spam: it counts nowhere.")
@click.option("--state", type=click.Choice(_STATES), help="What you did with it.")
@click.option("--intent", type=click.Choice(_INTENTS), help="What its author is about to do.")
@click.option("--topic", metavar="NAME", help="What it is about, in a word of your own.")
@click.option("--clear", is_flag=True, help="Take back what was said before; the engine's verdict counts again.")
@shared_options
def mark_command(ids: tuple[str, ...], *, topic: str | None, **said: Any) -> None:
    r"""Say what mentions are. Your word goes before the engine's, for ever.

    Tone, noise, intent and topic hold for the copies of a mention too, also for
    those that come later; the state is that of each mention alone. Ids may be
    shortened; where one is wrong, nothing is changed.

    \b
    Examples:
      mentionwatch mark 3f2a --tone negative
      mentionwatch mark 3f2a 77b0 --noise
      mentionwatch mark 3f2a --state handled --topic billing
      mentionwatch mark 3f2a --clear
    """
    from mentionwatch.pipeline.mark import mark_mentions, topic_name
    from mentionwatch.store import Verdict

    verdict = Verdict(topic=topic_name(topic) if topic is not None else None, **said)
    config = load_settings_config(need_secrets=False)
    with open_store(config) as store:
        Settings.note_storing()
        changes = mark_mentions(store, ids, verdict, now=now())
    if settings().json:
        click.echo(json.dumps([_record(change) for change in changes], ensure_ascii=False, indent=2))
    else:
        for change in changes:
            settings().say(str(change))


def _record(change: Change) -> dict[str, object]:
    """The mention as it is now, with the mark, and what it was where that is other."""
    from mentionwatch.output.record import mark_record, mention_record

    old, new = mention_record(change.before), mention_record(change.after)
    return {
        **new,
        "noise": change.after.noise,
        "topic": change.after.topic,
        "mark": mark_record(change.mark) if change.mark is not None else None,
        "was": {name: value for name, value in old.items() if new[name] != value}
        | ({"noise": change.before.noise} if change.before.noise != change.after.noise else {})
        | ({"topic": change.before.topic} if change.before.topic != change.after.topic else {}),
    }
