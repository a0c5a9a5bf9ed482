"""mentionwatch: hears what people say of your brand, and tells you when complaints burst.

The public interface, in front of the pipeline: ``scan``, ``poll``, ``find_mentions``, ``list_alerts``, ``load_config``,
``parse_config`` and ``rate_text``.  They are imported when they are first used, so that ``import mentionwatch`` costs
nothing; their values are described in ``mentionwatch.model`` and ``mentionwatch.settings``, their errors in
``mentionwatch.errors``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mentionwatch.config import load_config, parse_config
    from mentionwatch.pipeline.api import find_mentions, list_alerts, poll, scan
    from mentionwatch.tone import rate_text

__all__ = ["__version__", "find_mentions", "list_alerts", "load_config", "parse_config", "poll", "rate_text", "scan"]

_HOMES = {
    "find_mentions": "mentionwatch.pipeline.api",
    "list_alerts": "mentionwatch.pipeline.api",
    "load_config": "mentionwatch.config",
    "parse_config": "mentionwatch.config",
    "poll": "mentionwatch.pipeline.api",
    "rate_text": "mentionwatch.tone",
    "scan": "mentionwatch.pipeline.api",
}


def __getattr__(name: str) -> Any:
    """Import a public function when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
