"""The clocks of this machine, from poll to poll: did the one on the wall jump?"""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mentionwatch.schedule import Jump, Tick, find_jump
from mentionwatch.store import Clock

if TYPE_CHECKING:
    from datetime import datetime

    from mentionwatch.store import Store

#: Names this start of the computer (Linux); a steady clock counts from it.
_BOOT = Path("/proc/sys/kernel/random/boot_id")
#: After a jump back nothing is learned for as long as the clock was ahead, but no longer than this: it may have been
#: ahead by years.
_MOST_LEFT_OUT = timedelta(days=2)
#: So long after the clock went far ahead nothing is deleted for its age: a wrong one is put right by then.
DOUBT = timedelta(days=7)
#: Ahead by less, no more than this is deleted too early.
_FAR_AHEAD = timedelta(days=1)


def read_tick(wall: datetime) -> Tick:
    """What the clocks say; the steady one of Linux, which goes on while the computer sleeps."""
    try:
        boot = _BOOT.read_text("ascii").strip()
        return Tick(wall, time.clock_gettime(time.CLOCK_BOOTTIME), boot or None)
    except (OSError, ValueError, AttributeError):
        return Tick(wall)


def note_clock(store: Store, tick: Tick) -> Jump | None:
    """Write what the clocks say, and what was jumped over, which leaves the baseline; the jump, where there is one."""
    with store.atomic():
        known = store.clock()
        jump = find_jump(Tick(known.wall, known.steady_s, known.boot) if known else None, tick)
        jumps = known.jumps if known else ()
        if jump is not None:
            jumps = _with_jump(jumps, jump)
        doubted = known.doubted if known else None
        if jump is not None:
            doubted = jump.found if jump.found - jump.expected > _FAR_AHEAD else None
        store.record_clock(Clock(tick.wall, tick.steady_s, tick.boot, jumps, doubted))
    return jump


def is_trusted(store: Store, last_poll: datetime | None, *, keep: timedelta, now: datetime) -> bool:
    """Whether what is old by this clock may be deleted: a wrong one, left alone for an hour, would delete it all.

    Where nothing tells a jump from a computer that was off, a time without polls that is long beside `keep` is doubted.
    """
    if last_poll is not None and now - last_poll >= keep / 2:
        store.record_clock((store.clock() or Clock(now))._replace(doubted=now))
        return False
    return is_believed(store, now)


def is_believed(store: Store, now: datetime) -> bool:
    """Whether nothing has made the clock doubtful of late."""
    known = store.clock()
    doubted = known.doubted if known else None
    return doubted is None or not doubted <= now < doubted + DOUBT


def _with_jump(jumps: tuple[tuple[datetime, datetime], ...], jump: Jump) -> tuple[tuple[datetime, datetime], ...]:
    now = jump.found
    if now > jump.expected:
        return (*jumps, (jump.expected, now))
    # What lay ahead was of the clock that was wrong.
    past = tuple((start, min(end, now)) for start, end in jumps if start < now)
    return (*past, (now, min(jump.expected, now + _MOST_LEFT_OUT)))
