"""``mentionwatch cron``: the crontab line and the systemd units that fit this installation."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.options import load_settings_config, settings, shared_options
from mentionwatch.errors import UsageError
from mentionwatch.identity import digest
from mentionwatch.schedule import spread
from mentionwatch.settings import show_span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mentionwatch.settings import Config

#: What neither cron nor systemd knows of a shell, and the program's folders hang on.
_FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME")
#: Codes of a poll that ran: what they say is told by alerts, and the unit has not failed.
_RAN = "3 5 6 75"
#: Signs that systemd takes in no program's name, however they are quoted.
_REFUSED = "\"'\\"
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_@/.,:=+-]+", re.ASCII)
_UNIT_NAME = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Times:
    """When to poll: the same in the words of both."""

    crontab: str
    calendar: str
    every: timedelta


@dataclass(frozen=True)
class Job:
    """What is to be run, and when."""

    times: Times
    #: The program with its full path, and its arguments.
    command: Sequence[str]
    #: Variables that it has to have.
    environ: Mapping[str, str]
    #: Name of the units.
    name: str


@click.command("cron")
@click.option("--crontab", "only", flag_value="crontab", help="Only the line for crontab -e.")
@click.option("--systemd", "only", flag_value="systemd", help="Only the units of systemd.")
@shared_options
def cron_command(*, only: str | None) -> None:
    r"""Print the crontab line and the systemd timer that fit this installation.

    They poll as often as the shortest every of the sources says, with the program and the configuration by their full
    paths. Nothing is changed: copy what you want. Both say in comments what else is needed.

    \b
    Examples:
      mentionwatch cron
      (crontab -l; mentionwatch cron --crontab) | crontab -
      mentionwatch cron --systemd --config acme.toml
    """
    from mentionwatch.pipeline.watch import shortest_every

    config = load_settings_config()
    shortest = shortest_every(config)
    job = _job(config, shortest)
    if settings().json:
        record = {"every_s": job.times.every.total_seconds(), "command": list(job.command)}
        record |= {"crontab": crontab_line(job), "units": units(job, needs_secrets=bool(_variables(config)))}
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
        return
    texts = []
    if only != "systemd":
        texts.append(_crontab_text(config, job, shortest))
    if only != "crontab":
        texts.append(_systemd_text(config, job))
    click.echo("\n".join(texts), nl=False)


def _job(config: Config, shortest: timedelta) -> Job:
    path = os.path.abspath(config.path or "")  # noqa: PTH100 - resolve() would follow links
    environ = {name: os.environ[name] for name in _FOLDERS if os.environ.get(name)}
    command = [*program(sys.argv[0]), "poll", "--config", path]
    for text in (*command, *environ.values()):
        if not text.isprintable():
            # Not shown as it is: what is wrong with it is what a terminal would act on.
            raise UsageError(f"{text!r} cannot stand in a crontab or a unit; give that file or folder another name")
    return Job(poll_times(shortest, path), command, environ, unit_name(config))


def program(called: str) -> list[str]:
    """How to run this installation from anywhere: its entry point, or its interpreter where it was called through that.

    Args:
        called: What the process was called as.
    """
    found = shutil.which(called) if Path(called).stem == "mentionwatch" else None
    if found:
        # Links stay: what they lead to is replaced by the next version.
        return [os.path.abspath(found)]  # noqa: PTH100 - see above
    return [sys.executable or "python3", "-m", "mentionwatch"]


def unit_name(config: Config) -> str:
    """``mentionwatch``, or one of its own for a configuration beside the user's, so that there is room for both.

    Two of the same name stand apart where the units of one are installed: those of the other end in a key of its path.
    """
    from mentionwatch.config import user_config_file

    own = user_config_file()
    if config.path in {None, own}:
        return "mentionwatch"
    path = Path(os.path.abspath(config.path))  # noqa: PTH100 - resolve() would follow links
    stem = path.stem
    if stem == "mentionwatch" and own.exists():
        # The units of the user's own have that name: another one of it would end their polls.
        stem = path.parent.name
    name = "mentionwatch" if stem == "mentionwatch" or not _UNIT_NAME.fullmatch(stem) else f"mentionwatch-{stem}"
    if (name == "mentionwatch" and own.exists()) or _is_taken(name, path):
        return f"{name}-{digest('unit', str(path))[1:7]}"
    return name


def _is_taken(name: str, path: Path) -> bool:
    """Whether the user has units of this name that poll with another configuration."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    try:
        text = (folder / "systemd" / "user" / f"{name}.service").read_text("utf-8", "replace")
    except (OSError, RuntimeError):  # the second: there is no home
        return False
    return f"--config {_word(str(path))}\n" not in text


def poll_times(every: timedelta, name: str) -> Times:
    """When to poll: as often as `every`, or more often where the hour or the day is no multiple of it.

    Args:
        every: The shortest interval of the sources.
        name: Spreads installations over the interval, so that not all ask the same sites at the full hour.
    """
    part = spread(name)
    if every < _HOUR:
        step = max(n for n in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30) if n * _MINUTE <= max(every, _MINUTE))
        first = int(part * step)
        return Times(f"{_steps(first, 59, step)} * * * *", f"*-*-* *:{_calendar(first, step)}:00", step * _MINUTE)
    minute, hour = int(part * 60), int(part * 3600 % 60 / 60 * 24)
    if every < _DAY:
        step = max(n for n in (1, 2, 3, 4, 6, 8, 12) if n * _HOUR <= every)
        first = hour % step
        calendar = f"*-*-* {_calendar(first, step)}:{minute:02}:00"
        return Times(f"{minute} {_steps(first, 23, step)} * * *", calendar, step * _HOUR)
    return Times(f"{minute} {hour} * * *", f"*-*-* {hour:02}:{minute:02}:00", _DAY)


def _steps(first: int, last: int, step: int) -> str:
    if step == 1:
        return "*"
    return f"{first}-{last}/{step}" if first else f"*/{step}"


def _calendar(first: int, step: int) -> str:
    return "*" if step == 1 else f"{first:02}/{step}"


def crontab_line(job: Job) -> str:
    """The line: cron takes a % for the end of a line, whatever a shell would make of it."""
    assigned = [f"{name}={shlex.quote(value)}" for name, value in job.environ.items()]
    command = " ".join([*assigned, shlex.join(job.command)])
    # Cron minds backslashes too: one before a % would escape that of ours.  Such a text stands in quotes, which are
    # closed and opened again between the two.
    escaped = re.sub(r"(\\?)%", lambda m: f"{m[1]}''\\%" if m[1] else "\\%", command)
    return f"{job.times.crontab} {escaped}"


def units(job: Job, *, needs_secrets: bool = False) -> dict[str, str]:
    """The service and its timer, by the names of their files."""
    command = list(job.command)
    if any(sign in command[0] for sign in _REFUSED):
        command = ["/bin/sh", "-c", 'exec "$0" "$@"', *command]
    # A ":" in front: no variable is put in the place of a "$", which may stand in a name.
    first = f":{command[0]}" if any("$" in word for word in command) else command[0]
    execute = " ".join(map(_word, (first, *command[1:])))
    variables = "".join(f"Environment={_word(f'{name}={value}')}\n" for name, value in job.environ.items())
    if needs_secrets:
        variables += f"EnvironmentFile=-%h/.config/mentionwatch/{job.name}.env\n"
    service = (
        "[Unit]\nDescription=Hear what people say of a brand, and tell bursts of complaints\n\n"
        f"[Service]\nType=oneshot\nExecStart={execute}\n{variables}"
        "# It ran: a source is down, an alert is open, a notice is overdue, or another run was at it.\n"
        f"SuccessExitStatus={_RAN}\nNice=10\n"
    )
    timer = (
        f"[Unit]\nDescription=Poll every {show_span(job.times.every)}\n\n"
        f"[Timer]\nOnCalendar={job.times.calendar}\n"
        "# Together less than a poll may come early: with more, every second one would find its sources not due yet.\n"
        "RandomizedDelaySec=5s\nAccuracySec=3s\n"
        "# What was missed while the computer slept is made up for, once.\n"
        "Persistent=true\n\n[Install]\nWantedBy=timers.target\n"
    )
    return {f"{job.name}.service": service, f"{job.name}.timer": timer}


def _word(text: str) -> str:
    """A word of a unit: quoted where it has to be, and % is never a specifier."""
    doubled = text.replace("%", "%%")
    if _PLAIN_WORD.fullmatch(text):
        return doubled
    return '"' + doubled.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _crontab_text(config: Config, job: Job, shortest: timedelta) -> str:
    every = show_span(job.times.every)
    why = "" if job.times.every == shortest else f" (the shortest every of the sources is {show_span(shortest)})"
    lines = [f"# mentionwatch polls every {every}{why}. This line goes into your crontab: crontab -e"]
    lines += _wrapped(
        "Cron mails what a poll prints: alerts and trouble, nothing else. Above the line: MAILTO=you@example.org"
        if config.notify
        else "Without [[notify]], alerts come by cron's mail only. Above the line: MAILTO=you@example.org"
    )
    if names := _variables(config):
        lines += _wrapped(
            f"Cron knows no variable of your shell, and this configuration needs {', '.join(names)}. Write NAME=value"
            " above the line for each, or file:PATH in place of env:NAME in the configuration."
        )
    return "\n".join([*lines, crontab_line(job)]) + "\n"


def _systemd_text(config: Config, job: Job) -> str:
    files = units(job, needs_secrets=bool(_variables(config)))
    parts = [f"# ~/.config/systemd/user/{name}\n{text}" for name, text in files.items()]
    notes = ["# Then:", "#   systemctl --user daemon-reload", f"#   systemctl --user enable --now {job.name}.timer"]
    notes += [f"# What polls said: journalctl --user -u {job.name}"]
    notes += ["# To poll while you are not logged in too: loginctl enable-linger"]
    if not config.notify:
        notes += _wrapped("Without [[notify]], alerts go to that journal only: name a channel in the configuration.")
    if names := _variables(config):
        notes += _wrapped(
            f"The configuration needs {', '.join(names)}: a line NAME=value for each in"
            f" ~/.config/mentionwatch/{job.name}.env, which nobody but you may read (chmod 600)."
        )
    return "\n".join([*parts, "\n".join(notes)]) + "\n"


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, 100, initial_indent="# ", subsequent_indent="# ", break_long_words=False)


def _variables(config: Config) -> list[str]:
    """Variables that the configuration takes secrets from."""
    from mentionwatch import toml
    from mentionwatch.config.secrets import references

    if config.path is None:
        return []
    found = references(toml.parse(toml.read_text(config.path, str(config.path)), str(config.path)).values)
    names = {value.removeprefix("env:") for _where, value in found if value.startswith("env:")}
    return sorted(name for name in names if re.fullmatch(r"\w+", name, re.ASCII))
