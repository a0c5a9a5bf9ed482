"""What is told beside the result: commands to type next, and traps."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mentionwatch.cli.options import settings
from mentionwatch.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mentionwatch.errors import SourceError


def command_line(*words: str, config: Path | None = None) -> str:
    """A command that works where it is read: with the program as it can be called, and the configuration where needed.

    Args:
        words: The command and its arguments.
        config: The configuration it is about; the user's own, which is found anyway, is not named.
    """
    return shlex.join([*_program(), *words, *_config_words(config)])


def warn_of_letters(queries: Iterable[str], *, saved: Mapping[str, str] | None = None, stored: bool = False) -> None:
    """Warn of queries that find every text with some letter in it.

    Args:
        queries: What is asked for.
        saved: Queries by name, for ``@name``.
        stored: They are for what is stored.

    Raises:
        QueryError: One cannot be read.
    """
    from mentionwatch.pipeline.search import lone_letters

    for query in queries:
        for word in lone_letters(query, saved=saved, stored=stored):
            letter = next(char for char in word if char.isalnum())
            settings().say(
                f"Warning: punctuation does not count, so {word} finds every {letter!r} that stands alone;"
                f" add a word that has to be there too: {word} compiler"
            )


def warn_of_undecided(undecided: Mapping[str, int], what: str) -> None:
    """Warn of regular expressions that took too long: what is not known must not look like a no."""
    for pattern, count in undecided.items():
        settings().say(
            f"Warning: /{one_line(pattern, 60)}/ took too long: for {count:,} {what} it is not known whether it"
            " matches, and they are left out."
        )


def error_text(error: SourceError) -> str:
    """A source's error where there is no next poll to hope for: in ``scan`` and ``sources check``."""
    if not error.advice:
        return str(error)
    kept = [part for part in error.advice.split("; ") if not part.endswith("again at the next poll")]
    return str(error).removesuffix(error.advice) + ("; ".join(kept) or "try again later")


def _program() -> list[str]:
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return [sys.executable, "-m", "mentionwatch"]
    # cron, and who has not activated the virtual environment, call it by its path.
    by_path = called.stem == "mentionwatch" and called.parent != Path() and not shutil.which("mentionwatch")
    return [str(called) if by_path else "mentionwatch"]


def _config_words(config: Path | None) -> list[str]:
    from mentionwatch.config import user_config_file

    if config is None or config == user_config_file():
        return []
    return ["--config", os.path.abspath(config)]  # noqa: PTH100 - resolve() would follow links
