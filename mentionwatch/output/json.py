"""JSON: one array, an item a line, so that both ``jq`` and ``grep`` can read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mentionwatch.output.record import alert_record, mention_record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from mentionwatch.model import Alert, Mention
    from mentionwatch.output.base import Options


def write_mentions(mentions: Iterable[Mention], stream: TextIO, _options: Options) -> None:
    """Write an array of mention records; ``[]`` for none."""
    _write_array((mention_record(mention) for mention in mentions), stream)


def write_alerts(alerts: Iterable[Alert], stream: TextIO, _options: Options) -> None:
    """Write an array of alert records; ``[]`` for none."""
    _write_array((alert_record(alert) for alert in alerts), stream)


def _write_array(records: Iterable[dict[str, object]], stream: TextIO) -> None:
    before = "["
    for record in records:
        stream.write(before + json.dumps(record, ensure_ascii=False, allow_nan=False))
        before = ",\n "
    stream.write("[]\n" if before == "[" else "]\n")
