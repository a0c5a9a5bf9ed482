"""JSON lines: one record a line, written as it comes."""

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
    """Write a line a mention; nothing for none."""
    _write_lines((mention_record(mention) for mention in mentions), stream)


def write_alerts(alerts: Iterable[Alert], stream: TextIO, _options: Options) -> None:
    """Write a line an alert; nothing for none."""
    _write_lines((alert_record(alert) for alert in alerts), stream)


def _write_lines(records: Iterable[dict[str, object]], stream: TextIO) -> None:
    stream.writelines(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n" for record in records)
