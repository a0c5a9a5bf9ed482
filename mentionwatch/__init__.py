"""mentionwatch: hears what people say of your brand, and tells you when complaints burst.

The public interface, in front of the pipeline: ``scan``, ``poll``, ``find_mentions``, ``list_alerts``, ``load_config``,
``parse_config`` and ``rate_text``.  They are imported when they are first used, so that ``import mentionwatch`` costs
nothing; their values are described in ``mentionwatch.model`` and ``mentionwatch.settings``, their errors in
``mentionwatch.errors``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mentionwatch.config import load_config, parse_config
    from mentionwatch.pipeline.api import find_mentions, list_alerts, poll, scan
    from mentionwatch.tone import rate_text
else:
    from mentionwatch.lazy import lazily

    __getattr__, __dir__ = lazily(
        __name__,
        {
            "mentionwatch.config": ("load_config", "parse_config"),
            "mentionwatch.pipeline.api": ("find_mentions", "list_alerts", "poll", "scan"),
            "mentionwatch.tone": ("rate_text",),
        },
    )

__all__ = ["__version__", "find_mentions", "list_alerts", "load_config", "parse_config", "poll", "rate_text", "scan"]
