"""Rows for the accurate engine: reading them, marking targets, cutting them into pieces, batches, figures."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from accurate_network import LABELS

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from accurate_network import Encoder
    from torch import Tensor

    from mentionwatch.tone.pieces.wordpiece import WordPiece

LONGEST = 128


@dataclass(frozen=True)
class Row:
    """A text to learn from.

    Attributes:
        text: As it stands in the file.
        label: Number of its label.
        source: Which file it is from.
        spans: Where the target stands; it is always marked there.
        soft: Shares of the labels, where one label says too much; else empty.
        fixed: It is taken as it stands, never varied.
        number: To find it again after it was put into batches.
    """

    text: str
    label: int
    source: str
    spans: tuple[tuple[int, int], ...] = ()
    soft: tuple[float, ...] = ()
    fixed: bool = False
    number: int = 0


def read_rows(path: Path) -> list[Row]:
    """Read a file of JSON lines; a target without its place is looked for by its name."""
    return [row_of(json.loads(line), path.stem) for line in path.read_text(encoding="utf-8").splitlines()]


def row_of(about: dict, source: str) -> Row:
    """Make a row of what a line says."""
    return Row(about["text"], LABELS.index(about["label"]), source, _spans(about))


#: Topics of banking77 and clinc150 that are plain requests, and those that tell of something that does not work; the
#: others may be either, and are left out.
_REQUESTS = frozenset(
    """
    activate_my_card age_limit apple_pay_or_google_pay atm_support card_acceptance card_delivery_estimate
    change_pin country_support disposable_card_limits edit_personal_details exchange_rate exchange_via_app
    order_physical_card fiat_currency_support get_disposable_virtual_card getting_spare_card
    supported_cards_and_currencies top_up_limits transfer_into_account transfer_timing verify_my_identity
    visa_or_mastercard why_verify_identity application_status apr balance bill_balance bill_due book_flight
    book_hotel calendar cancel_reservation car_rental carry_on change_language confirm_reservation credit_limit
    current_location definition direct_deposit directions distance expiration_date flight_status gas_type how_busy
    ingredients_list insurance interest_rate meal_suggestion measurement_conversion meeting_schedule mpg new_card
    next_holiday nutrition_info order order_checks order_status pay_bill payday plug_type recipe redeem_rewards
    reminder restaurant_reservation restaurant_reviews rewards_balance schedule_maintenance shopping_list
    spending_history sync_device taxes time timezone tire_change todo_list traffic transactions translate
    travel_alert travel_suggestion update_playlist vaccines weather
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_FAILURES = frozenset(
    """
    card_not_working contactless_not_working virtual_card_not_working transaction_charged_twice
    declined_card_payment declined_cash_withdrawal declined_transfer failed_transfer top_up_failed
    Refund_not_showing_up extra_charge_on_statement wrong_amount_of_cash_received
    wrong_exchange_rate_for_cash_withdrawal
    """.split()  # noqa: SIM905 - a list of words reads best as words
)


def read_requests(path: Path) -> list[Row]:
    """Read customers' requests by topic: neutral, or rather negative where something of the firm's failed."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        about = json.loads(line)
        if about["topic"] in _REQUESTS:
            rows.append(Row(about["text"], LABELS.index("neutral"), path.stem))
        elif about["topic"] in _FAILURES:
            rows.append(Row(about["text"], LABELS.index("negative"), path.stem, soft=(0.7, 0.3, 0.0)))
    return rows


def read_texts(path: Path) -> list[str]:
    """Read the texts of a file of JSON lines."""
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]


def _spans(about: dict) -> tuple[tuple[int, int], ...]:
    if "from" in about:
        return ((about["from"], about["to"]),)
    if not about.get("target"):
        return ()
    found = re.finditer(rf"(?<!\w){re.escape(about['target'])}(?!\w)", about["text"], re.IGNORECASE)
    return tuple(match.span() for match in found)


_NAME = re.compile(r"\[(?:NAME|RELIGION)\]")
_PROPER = re.compile(r"(?<=[a-z,;] )(?!I\b)[A-Z][\w]{2,}")
_SUBJECT = re.compile(
    r"(?i)\b(?:the|my|this|your|our|their) (\w{3,20})"
    r"(?= (?:is|was|are|were|has|had|does|did|can|will|won|keeps|works)\b)"
)
_NAMES = ("Alex", "Sam", "Maria", "Jones", "Acme", "Orbit", "Kim", "Nordia", "Lee", "Zelto")


def vary(row: Row, chance: random.Random) -> Row:
    """Fill what was made anonymous, and sometimes mark a word of a text without a target.

    So a marker alone says nothing, and a text about one thing reads the same with and without it.
    """
    if row.spans or row.fixed:
        return row
    names = [match.span() for match in _NAME.finditer(row.text)]
    if names:
        if chance.random() < 0.5:
            return replace(row, spans=tuple(names))
        return replace(row, text=_NAME.sub(chance.choice(_NAMES), row.text))
    if chance.random() < 0.4:
        spans = [m.span() for m in _PROPER.finditer(row.text)] or [m.span(1) for m in _SUBJECT.finditer(row.text)]
        if spans:
            return replace(row, spans=(chance.choice(spans),))
    return row


def cut(row: Row, pieces: WordPiece, longest: int = LONGEST) -> list[int]:
    """Give a row's pieces, with the marks of begin and end."""
    inner = [piece for token in pieces.tokens(row.text[:4000], row.spans) for piece in token.pieces]
    if row.spans and pieces.target in inner:
        start = max(0, inner.index(pieces.target) - longest // 2)
        start = start if len(inner) > longest - 2 else 0
        inner = inner[start:]
    return [pieces.cls, *inner[: longest - 2], pieces.sep]


@dataclass(frozen=True)
class Batch:
    """Rows of about one length.

    Attributes:
        pieces: Their pieces, filled up with zeros.
        filled: Where a piece stands.
        target: Where the target's piece stands.
        labels: Their labels.
        soft: Shares of the labels; all 0 where there are none.
        numbers: Which rows they are.
    """

    pieces: Tensor
    filled: Tensor
    target: Tensor
    labels: Tensor
    soft: Tensor
    numbers: list[int]


def batches(
    rows: list[Row], pieces: WordPiece, *, size: int, chance: random.Random | None, longest: int = LONGEST
) -> Iterator[Batch]:
    """Make batches of rows of about one length: varied and in random order with `chance`, else as they come."""
    cuts = [cut(vary(row, chance) if chance else row, pieces, longest) for row in rows]
    order = sorted(range(len(rows)), key=lambda i: len(cuts[i]) + (chance.random() * 4 if chance else 0))
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    if chance:
        chance.shuffle(groups)
    for group in groups:
        yield _batch([rows[i] for i in group], [cuts[i] for i in group], pieces)


def _batch(rows: list[Row], cuts: list[list[int]], pieces: WordPiece) -> Batch:
    width = max(map(len, cuts))
    table = np.zeros((len(cuts), width), dtype=np.int64)
    filled = np.zeros((len(cuts), width), dtype=bool)
    for i, numbers in enumerate(cuts):
        table[i, : len(numbers)] = numbers
        filled[i, : len(numbers)] = True
    return Batch(
        pieces=torch.from_numpy(table),
        filled=torch.from_numpy(filled),
        target=torch.from_numpy((table == pieces.target) & filled),
        labels=torch.tensor([row.label for row in rows]),
        soft=torch.tensor([row.soft or (0.0, 0.0, 0.0) for row in rows]),
        numbers=[row.number for row in rows],
    )


def name_target(model: Encoder, words: WordPiece) -> None:
    """Let the target's piece begin as the mean of words that stand for anything."""
    with torch.no_grad():
        like = [words.word(word)[0] for word in ("it", "company", "product", "he")]
        model.words.weight[words.target] = model.words.weight[like].mean(dim=0)


@torch.no_grad()
def predict(model: Encoder, rows: list[Row], words: WordPiece) -> np.ndarray:
    """Give the log-odds of rows as they stand."""
    model.eval()
    found = np.zeros((len(rows), len(LABELS)), dtype=np.float32)
    numbered = [replace(row, number=number) for number, row in enumerate(rows)]
    for batch in batches(numbered, words, size=64, chance=None):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found[batch.numbers] = model(batch.pieces, batch.filled, batch.target).float().numpy()
    return found


def sample(rows: Iterable[Row], limits: dict[str, int], chance: random.Random) -> list[Row]:
    """Take at most so many rows of each source, the labels of a source as even as that allows."""
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row)
    taken = []
    for source, group in sorted(by_source.items()):
        limit = limits.get(source, len(group))
        if limit >= len(group):
            taken.extend(group)
            continue
        by_label = [[row for row in group if row.label == label] for label in range(len(LABELS))]
        for same in by_label:
            chance.shuffle(same)
            taken.extend(same[: limit // len(LABELS)])
    return taken


def figures(odds: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Macro-F1, macro-recall, and precision, recall and F1 of negative."""
    said = odds.argmax(axis=1)
    recall, precision, f1 = [], [], []
    for label in range(len(LABELS)):
        right = float(((said == label) & (labels == label)).sum())
        precision.append(right / max(1, (said == label).sum()))
        recall.append(right / max(1, (labels == label).sum()))
        f1.append(2 * precision[-1] * recall[-1] / max(1e-9, precision[-1] + recall[-1]))
    return {
        "macro_f1": float(np.mean(f1)),
        "macro_recall": float(np.mean(recall)),
        "accuracy": float((said == labels).mean()),
        "neg_p": precision[0],
        "neg_r": recall[0],
        "neg_f1": f1[0],
    }
