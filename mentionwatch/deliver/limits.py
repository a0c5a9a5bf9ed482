"""Work that ends in time whatever the other side does."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from mentionwatch.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
#: How long the work may take to notice that it was given up.
_LEAVE_S = 1.0


def within(seconds: float, work: Callable[[], T], *, what: str, give_up: Callable[[], None] | None = None) -> T:
    """Do some work in a thread of its own, and go on without it when its time is up.

    A timeout of a socket starts anew with each byte, and the resolver of names and other people's libraries have none
    at all.  The thread does not keep the process from ending.

    Args:
        seconds: How long it may take.
        work: What to do.
        what: Who is waited for, as a message names it.
        give_up: Called when the time is up: what makes the work end.

    Raises:
        DeliveryError: The time is up.
    """
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as e:  # noqa: BLE001 - it is raised again, in the thread that waits
            failed.append(e)

    thread = threading.Thread(target=run, daemon=True, name="mentionwatch-deliver")
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        if give_up is not None:
            give_up()
            thread.join(_LEAVE_S)
        raise DeliveryError(f"{what} takes longer than {seconds:g} s")
    if failed:
        raise failed[0]
    return done[0]
