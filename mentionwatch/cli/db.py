"""``mentionwatch db``: back up the store, bring it up to date, delete from it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.groups import Group
from mentionwatch.cli.options import F, Settings, find_settings_config, settings, shared_options
from mentionwatch.cli.show import Length, now, plural, zone_of
from mentionwatch.errors import UsageError
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from mentionwatch.settings import Config
    from mentionwatch.store.upkeep import Author, Deleted

#: Spellings of a name that are listed one by one.
_MOST_SHOWN = 20


def _wait_option(function: F) -> F:
    told = "Wait for a poll that is running."
    return click.option("--wait", "wait_s", type=click.FloatRange(0), default=0.0, metavar="SECONDS", help=told)(
        function
    )


@click.group("db", cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@shared_options
def db_command() -> None:
    r"""Back up the store, bring it up to date, delete from it.

    \b
    Examples:
      mentionwatch db backup /backups/mentions.db
      mentionwatch db upgrade
      mentionwatch db recover recovered.db
      mentionwatch db prune --older-than 90d --dry-run
      mentionwatch db forget u/ann
    """


@db_command.command("upgrade")
@_wait_option
@shared_options
def upgrade_command(*, wait_s: float) -> None:
    """Bring the store to this program's version, and keep a copy of it as it was.

    Every command does the same when it opens an older store, without the copy.
    """
    from mentionwatch.pipeline.upkeep import upgrade

    Settings.note_storing()
    done = upgrade(find_settings_config(need_secrets=False), now=now(), wait_s=wait_s)
    backup = str(done.backup) if done.backup else None
    if settings().json:
        _print({"path": str(done.path), "from": done.before, "to": done.after, "backup": backup})
    elif backup is None:
        settings().say(f"{done.path}: schema {done.after}, up to date")
    else:
        settings().say(f"{done.path}: schema {done.before} -> {done.after}; as it was it lies at {backup}")


@db_command.command("backup")
@click.argument("file", type=click.Path(), metavar="FILE")
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@shared_options
def backup_command(*, file: str, force: bool) -> None:
    r"""Copy the store to FILE, also while a poll runs; then look through the copy.

    FILE is readable by you alone, and appears whole or not at all. To go back to
    it, stop cron, and put it in the place of the store (without the store's -wal
    and -shm, if they are there).

    \b
    Examples:
      mentionwatch db backup /backups/mentions.db --force
    """
    from pathlib import Path

    from mentionwatch.output.doctor import shown_bytes
    from mentionwatch.pipeline.upkeep import copy_store

    done = copy_store(find_settings_config(need_secrets=False), Path(file), force=force)
    if settings().json:
        _print({"path": str(done.path), "bytes": done.bytes, "schema": done.version, "whole": True})
    else:
        settings().say(f"{done.path}: {shown_bytes(done.bytes)}, schema {done.version}; looked through, it is whole")


@db_command.command("recover")
@click.argument("file", type=click.Path(), metavar="FILE")
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@shared_options
def recover_command(*, file: str, force: bool) -> None:
    r"""Write what can be read of a damaged store to FILE, a new store.

    The damaged one stays as it is. A backup is better: where you have one, put that
    in the place of the store. Else put FILE there, while cron is stopped.

    \b
    Examples:
      mentionwatch db recover recovered.db
    """
    from pathlib import Path

    from mentionwatch.pipeline.upkeep import recover

    done = recover(find_settings_config(need_secrets=False), Path(file), force=force)
    if settings().json:
        _print({"path": str(done.path), "rows": done.rows, "torn": list(done.torn)})
        return
    counts = (("mention", "mentions"), ("entry", "entries"), ("alert", "alerts"), ("mark", "marks"))
    counted = ", ".join(plural(done.rows[table], noun) for noun, table in counts)
    torn = f"; not all could be read of: {', '.join(done.torn)}" if done.torn else "; all of it could be read"
    settings().say(f"{done.path}: {counted}{torn}")


@db_command.command("prune")
@click.option("--older-than", "age", type=Length(), required=True, metavar="TIME", help="What counts: 90d, 52w …")
@click.option("--dry-run", is_flag=True, help="Say how much it would be, and delete nothing.")
@_wait_option
@shared_options
def prune_command(*, age: timedelta, dry_run: bool, wait_s: float) -> None:
    r"""Delete what is older: mentions, their entries, resolved alerts.

    A poll does the same with what is older than [store] keep. What waits to be
    told stays, and so does an undated entry that its source still lists.

    \b
    Examples:
      mentionwatch db prune --older-than 90d --dry-run
    """
    from mentionwatch.output.layout import shown_time
    from mentionwatch.pipeline.upkeep import prune

    if not age:
        raise UsageError("--older-than 0 would delete everything; to start anew, move the store away")
    config = find_settings_config(need_secrets=False)
    at = now()
    try:
        before = at - age
    except OverflowError as e:
        raise UsageError("--older-than lies before all calendars; write a shorter time, such as 90d") from e
    Settings.note_storing(storing=not dry_run)
    deleted = prune(config, before, now=at, dry_run=dry_run, wait_s=wait_s)
    if settings().json:
        _print({"before": before.strftime("%Y-%m-%dT%H:%M:%SZ"), "dry_run": dry_run, **_pruned(deleted)})
        return
    when = shown_time(before, zone_of(config))
    counted = [
        plural(n, name.removesuffix("s") if name != "entries" else "entry") for name, n in _pruned(deleted).items()
    ]
    settings().say(f"{'Would delete' if dry_run else 'Deleted'} what is of before {when}: {', '.join(counted)}.")


def _pruned(deleted: Deleted) -> dict[str, int]:
    return {"mentions": deleted.mentions, "entries": deleted.entries, "alerts": deleted.alerts}


@db_command.command("forget")
@click.argument("author")
@click.option("--source", metavar="NAME", help="Only what this source gave; others may know somebody else of the name.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Say how much it would be, and delete nothing.")
@_wait_option
@shared_options
def forget_command(*, author: str, source: str | None, yes: bool, dry_run: bool, wait_s: float) -> None:
    r"""Delete all that an author wrote: entries, mentions, marks, and what alerts and notices quote of it.

    Names are compared as in ignore_authors: ann is Ann, u/ann, @ann. Alerts stay,
    with their numbers. What was sent, exported or backed up is not reached, nor
    what others wrote about the author.

    \b
    Examples:
      mentionwatch db forget ann --dry-run
      mentionwatch db forget ann --source forum --yes
    """
    from mentionwatch.pipeline.upkeep import authors_named, forget

    config = find_settings_config(need_secrets=False)
    found = authors_named(config, author, source)
    if found and not dry_run and not yes and not _asked(found):
        settings().say("Nothing was deleted.")
        return
    Settings.note_storing(storing=not dry_run)
    deleted, emptied = forget(config, found, now=now(), dry_run=dry_run, wait_s=wait_s) if found else (None, True)
    if settings().json:
        names = [{"author": one.name, "source": one.source, "entries": one.entries} for one in found]
        _print({"dry_run": dry_run, "authors": names, "deleted": asdict(deleted) if deleted else None})
    if deleted is None:
        settings().say(f"Nothing that is stored is by {one_line(author, 60)}.")
        return
    _say(deleted, dry_run=dry_run)
    if not emptied:
        settings().say(
            "Warning: another program reads the store, so the file beside it (-wal) may still hold some; it goes when"
            " that program has ended"
        )
    if not dry_run:
        _say_more(config, author)


def _asked(found: Sequence[Author]) -> bool:
    """Show whose it is, and ask; whether it is to be done.

    Raises:
        UsageError: There is nobody to ask.
    """
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on; look with --dry-run, then say --yes")
    for one in found[:_MOST_SHOWN]:
        click.echo(
            f"  {one_line(one.name, 60)} in {one_line(one.source, 60)}: {plural(one.entries, 'entry')}", err=True
        )
    if len(found) > _MOST_SHOWN:
        click.echo(f"  and {len(found) - _MOST_SHOWN} more", err=True)
    return click.confirm("Delete all of it, for ever?", err=True)


def _say(deleted: Deleted, *, dry_run: bool) -> None:
    counts = {"entry": deleted.entries, "mention": deleted.mentions, "mark": deleted.marks}
    line = f"{'Would delete' if dry_run else 'Deleted'} {', '.join(plural(n, noun) for noun, n in counts.items())}"
    changed = {"alert": deleted.alerts_changed, "notice": deleted.notices_changed, "message": deleted.tellings}
    told = [plural(n, noun) for noun, n in changed.items() if n]
    if told:
        line += f"; {'would take' if dry_run else 'taken'} out of {_listed(told)}"
    settings().say(f"{line}.")


def _listed(told: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(told[:-1]), told[-1])))


def _say_more(config: Config | None, author: str) -> None:
    """Whether it comes again, and what is not reached."""
    from mentionwatch import toml
    from mentionwatch.pipeline.upkeep import is_ignored

    if not is_ignored(config, author):
        settings().say(
            "A source that still shows it brings it again; to prevent that, write at the top of the configuration:"
            f" ignore_authors = [{toml.quote(author)}]"
        )
    elif config is not None and config.store.keep_unmatched:
        settings().say(
            "A source that still shows it brings it again, as an entry without a mention: keep_unmatched is on."
        )
    settings().say("What was sent, exported or backed up before is not reached.")


def _print(record: object) -> None:
    click.echo(json.dumps(record, ensure_ascii=False, indent=2))
