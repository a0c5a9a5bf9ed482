"""Everything, as JSON: what webhooks, commands and files get.

The keys are an interface: they may grow, and change only with ``schema``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mentionwatch.deliver.render.words import headline
from mentionwatch.output.record import SCHEMA, alert_record, mention_record, time_utc
from mentionwatch.text import clean, one_line

if TYPE_CHECKING:
    from mentionwatch.deliver.base import Message, Told
    from mentionwatch.model import Mention

#: Mentions that come with an alert, the most telling; ``evidence`` has the ids of all.
MOST_MENTIONS = 50
#: Characters of a mention's text: one of a megabyte is no message.
MOST_TEXT = 4_000


def record_of(message: Message) -> dict[str, object]:
    """The record of a message.

    ``alerts`` are alert records with ``notice`` (open, worse, remind, resolved), ``notice_id``, ``counts`` (per
    ``slice_hours``, oldest first) and ``mentions``; ``mentions`` are those that are told one by one.
    """
    return {
        "schema": SCHEMA,
        "id": clean(message.id),
        "kind": message.kind,
        "created": time_utc(message.created),
        "headline": headline(message),
        "alerts": [_alert(told) for told in message.told],
        "mentions": [_mention(mention) for mention in message.mentions],
        "failing": [one_line(sentence) for sentence in message.failing],
    }


def json_of(message: Message) -> str:
    """The record on one line, in ASCII: no receiver can take it for another encoding."""
    return json.dumps(record_of(message), allow_nan=False, separators=(",", ":"))


def _alert(told: Told) -> dict[str, object]:
    return alert_record(told.notice.alert) | {
        "notice": told.notice.kind,
        "notice_id": clean(told.notice.id),
        "counts": list(told.counts),
        "slice_hours": told.slice_hours,
        "mentions": [_mention(mention) for mention in told.evidence[:MOST_MENTIONS]],
    }


def _mention(mention: Mention) -> dict[str, object]:
    record = mention_record(mention)
    text = record["text"]
    if isinstance(text, str) and len(text) > MOST_TEXT:
        record["text"] = text[: MOST_TEXT - 1] + "…"
    return record
