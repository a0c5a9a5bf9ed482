"""What is wrong with an installation, and what to do about it: looked for in every stage, and nothing is changed."""

from __future__ import annotations

import os
import platform
import re
import shlex
import sqlite3
from datetime import timedelta
from importlib import metadata
from typing import TYPE_CHECKING, Any

from mentionwatch.errors import MentionwatchError, StoreError
from mentionwatch.model import DOWN_STATES
from mentionwatch.output.doctor import Finding, shown_bytes
from mentionwatch.output.layout import shown_time
from mentionwatch.pipeline.digest import zone_of
from mentionwatch.pipeline.doctor_config import lacks_of
from mentionwatch.pipeline.handover import given_up_sentence
from mentionwatch.pipeline.outbox import recipients
from mentionwatch.pipeline.status import source_rows, status_code
from mentionwatch.pipeline.upkeep import file_of, url_of
from mentionwatch.store import DamagedStore, Store
from mentionwatch.store.backup import find_damage
from mentionwatch.store.disk import look_at
from mentionwatch.store.opening import version_of
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from mentionwatch.pipeline.status import SourceRow
    from mentionwatch.settings import Config, NotifySettings
    from mentionwatch.store.disk import Place
    from mentionwatch.store.given_up import GivenUp
    from mentionwatch.store.outbox import ChannelState, Overdue

#: A store that is larger is looked through without its indexes, which take the longest.
QUICK_BYTES = 2 * 10**9
#: Less room than this, or than a tenth of the store, is told.
_LEAST_ROOM = 200 * 10**6
#: A -wal that is larger than this, and than half of the store, is told.
_MOST_WAL = 64 * 10**6
#: Sources that are listed one by one.
_MOST_LISTED = 20
#: A clock that is so far behind a poll was set back, or was wrong then.
_CLOCK_SLACK = timedelta(minutes=5)
#: No poll for so long, and for three of the shortest intervals: nobody polls.
_NO_POLL = timedelta(hours=2)
_LIBRARIES = ("click", "feedparser", "httpx", "rich", "SQLAlchemy", "textblob", "tomli")
#: By extra, the libraries that it brings.
_EXTRAS = {"accurate": ("numpy",), "fast": ("httpx-aiohttp", "feedparser-rs"), "notify": ("apprise",)}


def examine(config: Config, *, now: datetime, commands: Callable[..., str], full: bool = False) -> Iterator[Finding]:
    """Look at all but the configuration itself; what takes long comes as it is found.

    Args:
        config: With its secrets, or the references to those that are not there.
        now: Present time.
        commands: Writes a command as it has to be typed here.
        full: Look through the store's indexes too, however large it is.
    """
    path = file_of(config)
    readable = True
    for finding in _store(path, commands=commands, full=full):
        readable = readable and not finding.code
        yield finding
    if readable and path.exists() and path.stat().st_size:
        try:
            yield from _stored(config, now=now, commands=commands)
        except StoreError as e:
            yield told("store", e, code=1)
    else:
        yield from _channels(config, {}, (), now=now, commands=commands)
        yield from _zone(config, now)
    yield from _tone(config)


def told(area: str, error: MentionwatchError, *, code: int) -> Finding:
    """A finding of an error, whose message says what to do after the first semicolon."""
    what, _, todo = str(error).partition("; ")
    return Finding(area, "error", what, todo, code)


# --- store ------------------------------------------------------------------------------------------------


def _store(path: Path, *, commands: Callable[..., str], full: bool) -> Iterator[Finding]:
    from mentionwatch.store.schema import SCHEMA_VERSION

    try:
        version = version_of(path)
        if not version:
            yield Finding("store", "warning", f"there is none at {path} yet", f"{commands('poll')} makes it")
            return
        place = look_at(path)
        quick = place.bytes > QUICK_BYTES and not full
        wrong = find_damage(path, quick=quick)
    except DamagedStore as e:
        why = str(e).partition("; ")[0].partition(" is damaged ")[2].strip("()")
        yield _damaged(path, [why], commands)
        return
    except StoreError as e:
        yield told("store", e, code=1)
        return
    except OSError as e:
        yield Finding("store", "error", f"{path} may not be looked at: {e.strerror or e}", "check its permissions", 1)
        return
    about = f"{path}: {shown_bytes(place.bytes)}, schema {version}"
    if wrong:
        yield _damaged(path, wrong, commands)
        return
    looked = "whole, indexes not looked at (--full does)" if quick else "whole"
    yield Finding("store", "ok", f"{about}, {looked}, {shown_bytes(place.free_bytes)} free")
    if version < SCHEMA_VERSION:
        what = f"its schema is {version}, this program's is {SCHEMA_VERSION}; the next command brings it up to date"
        yield Finding("store", "warning", what, f"{commands('db', 'upgrade')} does it now, and keeps a copy")
    yield from _placed(place)


def _damaged(path: Path, wrong: Sequence[str], commands: Callable[..., str]) -> Finding:
    said = one_line("; ".join(wrong), 300)
    copy, own, new = (shlex.quote(f"{path}{suffix}") for suffix in (".copy", "", ".new"))
    todo = (
        f"stop cron and put a backup in its place; without one: {commands('db', 'backup')} {copy} keeps a copy as it"
        f" is, and {commands('db', 'recover')} {new} (or sqlite3 {own} .recover | sqlite3 {new}) saves what can be read"
    )
    return Finding("store", "error", f"{path} is damaged: {said}", todo, 1)


def _placed(place: Place) -> Iterator[Finding]:
    """How the file lies on its disk."""
    path = place.path
    if not place.writable:
        yield Finding("store", "error", f"this user may not write {path}, or into its folder", "chown, or chmod u+w", 1)
    if place.mode is not None and place.mode & 0o077:
        what = f"others on this machine may read it (its mode is {place.mode:03o})"
        yield Finding("store", "warning", what, f"chmod 600 {shlex.quote(str(path))}")
    if place.network:
        yield Finding(
            "store",
            "warning",
            f"it lies on a network drive ({place.network}), where locks do not hold and a store gets damaged",
            "move it to a disk of this machine, set [store] url to it, and back up to the drive with db backup",
        )
    if place.free_bytes < max(_LEAST_ROOM, place.bytes // 10):
        what = f"only {shown_bytes(place.free_bytes)} are free on its disk"
        yield Finding("store", "warning", what, "make room, or keep less: [store] keep, db prune")
    if place.wal_bytes > max(_MOST_WAL, place.bytes // 2):
        what = f"{shown_bytes(place.wal_bytes)} of it wait in its -wal, because some program has read it for long"
        yield Finding("store", "warning", what, f"end the program that has {path} open")


# --- what is stored ---------------------------------------------------------------------------------------


def _stored(config: Config, *, now: datetime, commands: Callable[..., str]) -> Iterator[Finding]:
    from mentionwatch.store.schema import SCHEMA_VERSION

    path = file_of(config)
    if version_of(path) < SCHEMA_VERSION:
        # To open it would bring it up to date, and nothing is changed here.
        yield from _channels(config, {}, (), now=now, commands=commands)
        yield from _zone(config, now)
        return
    with Store(url_of(config)) as store:
        rows = source_rows(config, store, now=now)
        states, overdue, given_up = store.outbox.channels(), store.overdue(now), store.outbox.given_up()
    yield from _sources(rows, now=now, commands=commands)
    yield from _channels(config, states, overdue, now=now, commands=commands)
    yield from _given_up(config, given_up, states)
    polled = [row.last_polled for row in rows if row.last_polled is not None]
    yield from _clock(config, max(polled, default=None), now=now, commands=commands)


def _sources(rows: Sequence[SourceRow], *, now: datetime, commands: Callable[..., str]) -> Iterator[Finding]:
    if not rows:
        yield Finding("sources", "warning", "none is configured", f"{commands('sources', 'add', '--help')}")
        return
    counts = {state: sum(row.state == state for row in rows) for state in dict.fromkeys(row.state for row in rows)}
    said = f"{len(rows):,} configured: {', '.join(f'{n:,} {state}' for state, n in counts.items())}"
    code = status_code(rows)
    odd = sorted((row for row in rows if row.state not in {"ok", "new"}), key=lambda row: row.state not in DOWN_STATES)
    yield Finding(
        "sources", "error" if code else "ok", said, "every source failed: is there a network?" * (code == 4), code
    )
    for row in odd[:_MOST_LISTED]:
        down = row.state in DOWN_STATES
        what, _, todo = (row.reason or "").partition("; ")
        age = f", its data is {_length(now - row.last_success)} old" if row.last_success and row.fails else ""
        yield Finding("sources", "error" if down else "warning", f"{row.name}: {row.state}{age}: {what}", todo)
    if len(odd) > _MOST_LISTED:
        yield Finding("sources", "warning", f"and {len(odd) - _MOST_LISTED:,} more", commands("sources", "status"))


def _length(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    if hours < 2:
        return f"{max(0.0, hours * 60):.0f} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} d"


# --- channels ---------------------------------------------------------------------------------------------


def _channels(
    config: Config,
    states: Mapping[str, ChannelState],
    overdue: Sequence[Overdue],
    *,
    now: datetime,
    commands: Callable[..., str],
) -> Iterator[Finding]:
    late = {one.channel: one for one in overdue}
    if not config.notify:
        yield Finding("channels", "ok", "none is configured: poll prints alerts, and cron mails what is printed")
    untried = ""
    for channel in recipients(config) if config.notify else ():
        lacks = lacks_of(channel, config)
        if lacks is not None:
            yield Finding("channels", "error", f"{channel.name}: {lacks[0]}", lacks[1], 2)
        state = states.get(channel.name)
        if state is not None and (lacks is None or state.failing_since is not None or channel.name in late):
            yield from _channel(channel, state, late.get(channel.name), config, now=now, commands=commands)
        elif lacks is None:
            untried = untried or channel.name
            todo = f"try it: {commands('alerts', 'test')}" if untried == channel.name else ""
            yield Finding("channels", "ok", f"{channel.name}: {channel.via}, has told nothing yet", todo)


def _given_up(config: Config, given_up: Sequence[GivenUp], states: Mapping[str, ChannelState]) -> Iterator[Finding]:
    """What was given up on each channel since it worked the last time."""
    for channel in recipients(config):
        state = states.get(channel.name)
        worked = state.last_success if state else None
        lost = [one for one in given_up if one.channel == channel.name and (worked is None or one.at > worked)]
        if lost:
            todo = "put the channel right, or remove it; it is told what it missed with the next message that it takes"
            yield Finding("channels", "warning", given_up_sentence(lost, zone_of(config)), todo)


def _channel(
    channel: NotifySettings,
    state: ChannelState,
    late: Overdue | None,
    config: Config,
    *,
    now: datetime,
    commands: Callable[..., str],
) -> Iterator[Finding]:
    zone = zone_of(config)
    why, _, advice = (state.last_error or "").partition("; ")
    again = f"try it: {commands('alerts', 'test')}"
    todo = f"{advice}; then {again}" if advice else again
    if late is not None:
        what = (
            f"{channel.name}: {_plural(late.messages, 'message')} overdue since {shown_time(late.since, zone)}: {why}"
        )
        yield Finding("channels", "error", what, todo, 6)
    elif state.failing_since is not None:
        since = shown_time(state.failing_since, zone)
        what = f"{channel.name}: has failed since {since} ({state.fails} in a row): {why}"
        yield Finding("channels", "warning", what, todo)
    else:
        ago = f"{_length(now - state.last_success)} ago" if state.last_success else "never"
        yield Finding("channels", "ok", f"{channel.name}: {channel.via}, last told {ago}")


def _plural(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'s' * (n != 1)}"


# --- clock ------------------------------------------------------------------------------------------------


def _clock(config: Config, last: datetime | None, *, now: datetime, commands: Callable[..., str]) -> Iterator[Finding]:
    zone = zone_of(config)
    if last is not None and last > now + _CLOCK_SLACK:
        yield Finding(
            "clock",
            "warning",
            f"it says {shown_time(now, zone)}, and the last poll was at {shown_time(last, zone)}: it was set back,"
            f" or was wrong then by {_length(last - now)}",
            "set it by the network (timedatectl set-ntp true); the next poll takes the time as it is then",
        )
    elif last is not None:
        shortest = min((source.every for source in config.sources), default=timedelta(0))
        idle = now - last
        if idle > max(_NO_POLL, 3 * shortest):
            todo = f"run {commands('poll')} from cron; look into crontab -l, and whether cron runs"
            yield Finding("clock", "warning", f"the last poll was {_length(idle)} ago", todo)
        else:
            yield Finding("clock", "ok", f"the last poll was {_length(idle)} ago")
    yield from _zone(config, now)


def _zone(config: Config, now: datetime) -> Iterator[Finding]:
    """Whether the zone for people's eyes is known; a configured one is, or the configuration would not load."""
    variable = os.environ.get("TZ", "").removeprefix(":")
    if config.timezone is None and re.fullmatch(r"[A-Za-z]\w*/[\w/+-]+", variable) and not _is_zone(variable):
        what = f"the variable TZ names the zone {one_line(variable, 60)}, which is not known here; times are in UTC"
        yield Finding("clock", "warning", what, 'write timezone = "Europe/Paris", or whichever, into the configuration')
        return
    local = now.astimezone(zone_of(config))
    name = config.timezone or f"{local.tzname()}, the system's zone"
    yield Finding("clock", "ok", f"it is {local:%Y-%m-%d %H:%M} ({name})")


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # KeyError: ZoneInfoNotFoundError is one
        return False
    return True


# --- tone, versions ---------------------------------------------------------------------------------------


def _tone(config: Config) -> Iterator[Finding]:
    from mentionwatch.tone import make_engine
    from mentionwatch.tone.accurate import is_available

    install = "pip install 'mentionwatch[accurate]'"
    try:
        make_engine(config.tone).rate("It broke again, and nobody answers.", language="en")
    except MentionwatchError as e:
        yield told("tone", e, code=e.exit_code)
        return
    what = f'engine "{config.tone.engine}": it works'
    if config.tone.engine == "textblob":
        yield Finding("tone", "ok", what)
    elif is_available():
        yield Finding("tone", "ok", f"{what}; the accurate model is installed")
    else:
        yield Finding("tone", "ok", f"{what}; the accurate model is not installed", f"for surer verdicts: {install}")


def versions() -> dict[str, str | None]:
    """What runs here, by name; None: not installed."""
    from mentionwatch import __version__

    found: dict[str, str | None] = {
        "mentionwatch": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "platform": platform.platform(),
    }
    extras = [name for names in _EXTRAS.values() for name in names]
    return found | {name: _version_of(name) for name in (*_LIBRARIES, *extras)}


def _version_of(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def version_findings(found: Mapping[str, str | None]) -> Iterator[Finding]:
    """The same for people."""
    fts = "" if _has_fts5() else " without FTS5, so searches look through everything"
    main = f"mentionwatch {found['mentionwatch']}, Python {found['python']}, SQLite {found['sqlite']}{fts}"
    yield Finding("versions", "ok", f"{main}, {platform.system()} {platform.machine()}")
    yield Finding("versions", "ok", ", ".join(f"{name} {found[name]}" for name in _LIBRARIES))
    told_of = []
    for extra, names in _EXTRAS.items():
        there = [f"{name} {found[name]}" for name in names if found[name]]
        told_of.append(f"{extra} ({', '.join(there) if there else 'not installed'})")
    yield Finding("versions", "ok", f"extras: {', '.join(told_of)}")


def _has_fts5() -> bool:
    raw: Any = sqlite3.connect(":memory:")
    try:
        return bool(raw.execute("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'").fetchone()[0])
    finally:
        raw.close()
