"""``mentionwatch doctor``: look for what is wrong, and say what to do about it."""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mentionwatch.cli.hints import command_line
from mentionwatch.cli.options import find_settings_config, no_configuration, settings, shared_options
from mentionwatch.cli.show import now, progress, terminal_width
from mentionwatch.errors import ConfigError

if TYPE_CHECKING:
    from mentionwatch.output.doctor import Finding


@click.command("doctor")
@click.option("--full", is_flag=True, help="Look through the store's indexes too, however large it is.")
@shared_options
def doctor_command(*, full: bool) -> int:
    r"""Look for what is wrong, and say what to do about it.

    Looks at the configuration and its secrets (never shown), the store, sources,
    channels, the clock, the engine of tone, and versions. Nothing is changed,
    fetched or sent.

    \b
    Examples:
      mentionwatch doctor
      mentionwatch doctor --json

    \b
    Exit codes: 0 nothing is down; 1 the store is damaged, or cannot be used;
      2 the configuration has mistakes, or a secret or a channel's program is
      not there; 3 a source is down; 4 every source failed; 6 a notice is over
      an hour overdue
    """
    from mentionwatch.output.doctor import exit_code, findings_record, write_findings
    from mentionwatch.pipeline.doctor import version_findings, versions

    with progress(1, "Looking"):
        found = _examine(full=full)
    installed = versions()
    code = exit_code(found)
    if settings().json:
        click.echo(json.dumps(findings_record(found, installed), ensure_ascii=False, indent=2))
        return code
    found += version_findings(installed)
    if settings().verbosity < 0:
        found = [finding for finding in found if finding.level != "ok"]
    write_findings(found, sys.stdout, width=terminal_width(), color=settings().wants_color())
    return code


def _examine(*, full: bool) -> list[Finding]:
    from mentionwatch.config import find_config
    from mentionwatch.pipeline.doctor import examine
    from mentionwatch.pipeline.doctor_config import examine_config, problem_findings

    try:
        config = find_settings_config(need_secrets=False)
    except ConfigError as e:
        return list(problem_findings(e.problems))
    if config is None:
        return list(problem_findings(no_configuration().problems))
    found = find_config(settings().config, os.environ, Path.cwd())
    named = found is None or found[1]
    commands = partial(command_line, config=config.path)
    return [
        *examine_config(config, named=named, environ=os.environ),
        *examine(config, now=now(), commands=commands, full=full),
    ]
