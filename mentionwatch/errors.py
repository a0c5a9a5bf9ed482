"""Everything that can go wrong on purpose, as one tree.

::

    MentionwatchError                exit code
    ├── ConfigError                  2    the file has mistakes (all of them are in .problems)
    ├── QueryError                   2    a query cannot be read (with a caret)
    ├── MatchTimeout                 2    a /regex/ of a query takes too long over a text
    ├── UsageError                   2    an option or argument makes no sense
    ├── SourceError                  3/4  one source failed; 4 when all did
    │   ├── FetchError                    the document could not be had
    │   └── ParseError                    the document could not be read
    ├── Postponed                         a request waits for its host or for the next poll
    ├── StoreError                   1    the database cannot be opened, read or written
    ├── ToneError                    1/2  an engine cannot judge; 2 when what it needs is not installed
    ├── OutputError                  1    the result cannot be written
    ├── DeliveryError                6    a channel did not take a message; it stays in the outbox
    └── Locked                       75   another run holds the lock

A library function raises; only ``cli`` prints and exits.  A message is one line: what, where, why, what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class MentionwatchError(Exception):
    """Base of all errors that are told to the user in one line."""

    #: What the process exits with when this error ends it.
    exit_code: int = 1


@dataclass(frozen=True)
class Problem:
    """One mistake in a file.

    Attributes:
        file: The file as the user named it.
        line: Line in it, from 1; None when the mistake is that something is missing altogether.
        key: Dotted path, list items from 0: ``sources[2].every``.
        message: What is wrong and what would be right.
    """

    file: str
    line: int | None
    key: str
    message: str

    def __str__(self) -> str:
        """``file:line: key: message``, as compilers and editors know it."""
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (where, self.key, self.message) if part)


class ConfigError(MentionwatchError):
    """A configuration (or preset) cannot be used; it names every mistake at once."""

    exit_code = 2

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems in the order of their lines."""
        self.problems = sorted(problems, key=lambda p: (p.file, p.line or 0))
        super().__init__("\n".join(str(p) for p in self.problems))


class QueryError(MentionwatchError):
    """A query cannot be read.

    Attributes:
        query: The query as given.
        offset: Where reading stopped, in characters from 0.
        reason: What is wrong and what was expected there.
    """

    exit_code = 2

    def __init__(self, query: str, offset: int, reason: str) -> None:
        """Build the message with a caret under the place."""
        self.query = query
        self.offset = offset
        self.reason = reason
        start = max(0, offset - 60)
        # One for one, so that the caret stays under its place: a query from a file may hold anything.
        shown = "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in query[start : offset + 40])
        super().__init__(f"{reason}\n  {shown}\n  {' ' * (offset - start)}^")


class MatchTimeout(MentionwatchError):  # noqa: N818 - named as TimeoutError's kind is
    """A regular expression took too long over a text: whether it matches is not known, and never taken for a "no".

    Attributes:
        pattern: The expression, without its slashes.
        seconds: What it was given; None: it took too long over other texts before, and was not tried on this one.
        query: The query that it stands in, where that is known.
    """

    exit_code = 2

    def __init__(self, pattern: str, seconds: float | None, query: str | None = None) -> None:
        """Say which expression it was, and what to do about it."""
        self.pattern = pattern
        self.seconds = seconds
        self.query = query
        shown = pattern if len(pattern) <= 80 else pattern[:79] + "…"
        why = (
            f"took longer than {seconds:g} s over a text"
            if seconds is not None
            else "took too long over several texts and is not tried on more"
        )
        super().__init__(f"the regex /{shown}/ {why}; repetitions inside each other, as in (a+)+, are the usual cause")


class UsageError(MentionwatchError):
    """An option or argument makes no sense here."""

    exit_code = 2


#: What to do about a source in this state, where whoever met it knows nothing better.
_ADVICE = {
    "down": "look at it in a browser; it is asked again later",
    "not-a-feed": "look at it in a browser, and give the URL of its feed",
}


class SourceError(MentionwatchError):
    """One source failed; the others go on.

    Attributes:
        state: Which kind of failure it was, in the words of ``sources status``:
            ``down`` (may pass by itself), ``gone``, ``blocked``, ``not-a-feed``, ``rate-limited``.
        url: The URL asked for, without secrets.
        status: HTTP status, or None when there was none.
    """

    exit_code = 3

    def __init__(
        self, reason: str, *, url: str, state: str = "down", status: int | None = None, advice: str = ""
    ) -> None:
        """Build ``reason (HTTP status): URL; advice``; a source's name is put in front by whoever knows it."""
        self.reason = reason
        self.url = url
        self.state = state
        self.status = status
        self.advice = advice or _ADVICE.get(state, "")
        answered = f" (HTTP {status})" if status is not None and "HTTP" not in reason else ""
        super().__init__(f"{reason}{answered}: {url}" + (f"; {self.advice}" if self.advice else ""))


class FetchError(SourceError):
    """The document could not be had: no connection, a timeout, an HTTP error, too large.

    Attributes:
        retry_after: How long the server asks not to come back; zero: not at all; None: it says nothing.
    """

    retry_after: timedelta | None = None


class Postponed(MentionwatchError):  # noqa: N818 - it is a state, not a fault
    """A request was not sent, because its host is to be left alone for now, or the poll's time is up.

    Attributes:
        url: The URL without secrets.
        until: When it may be asked.
        reason: Why, in some words.
    """

    def __init__(self, url: str, until: datetime, reason: str) -> None:
        """Nothing was sent."""
        self.url = url
        self.until = until
        self.reason = reason
        super().__init__(f"{reason}: {url}")


class ParseError(SourceError):
    """The document was had and cannot be read as what the source should be."""


class StoreError(MentionwatchError):
    """The database cannot be opened, read or written."""


class ToneError(MentionwatchError):
    """An engine cannot judge: its data is damaged, or of another version, or what it needs is not installed.

    Attributes:
        missing: Something has to be installed, or another engine chosen; False: what is installed is broken.
    """

    def __init__(self, message: str, *, missing: bool = False) -> None:
        """What the user asked for and has not is a mistake of use; what is broken is a failure."""
        self.missing = missing
        self.exit_code = 2 if missing else 1
        super().__init__(message)


class OutputError(MentionwatchError):
    """The result cannot be written where the user asked for it."""


class DeliveryError(MentionwatchError):
    """A channel did not take a message.

    Attributes:
        reason: What happened, without any secret.
        advice: What to do; "" when there is nothing but to wait.
        permanent: Trying again is of no use before something is changed: a wrong password, a refused address.
        wait_s: For so long the other side asks to be left alone, in seconds.
    """

    exit_code = 6

    def __init__(self, reason: str, *, advice: str = "", permanent: bool = False, wait_s: int = 0) -> None:
        super().__init__(reason + (f"; {advice}" if advice else ""))
        self.reason = reason
        self.advice = advice
        self.permanent = permanent
        self.wait_s = wait_s


class Locked(MentionwatchError):  # noqa: N818 - it is a state, not a fault
    """Another run holds the lock.

    Attributes:
        pid: Process that holds it, or None when it cannot be read.
        held_s: Seconds since it took the lock, or None when it cannot be read.
    """

    exit_code = 75

    def __init__(self, path: str, pid: int | None, held_s: float | None) -> None:
        """Name the holder, so that it can be looked at before anybody ends it."""
        self.pid = pid
        self.held_s = held_s
        who = f"process {pid}" if pid is not None else "another process"
        since = f" for {held_s / 60:.0f} min" if held_s is not None else ""
        super().__init__(f"{who} has held the lock {path}{since}; wait with --wait SECONDS, or look at that process")
