"""``python -m mentionwatch`` and the command ``mentionwatch``."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from mentionwatch.cli import cli
    from mentionwatch.cli.streams import mend_streams

    mend_streams()
    cli(prog_name="mentionwatch")


if __name__ == "__main__":
    main()
