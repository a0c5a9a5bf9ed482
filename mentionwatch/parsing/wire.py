"""What a parser and its workers say to each other, over pipes: frames of a length and that many bytes.

A document goes there as a head (a pickle of ``Task``) and its body.  The worker answers with an empty frame as soon as
it has seen that something comes, and with a pickle of ``Reply`` at the end.
"""

from __future__ import annotations

import io
import pickle
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from mentionwatch import model, settings

if TYPE_CHECKING:
    from datetime import datetime

#: Most bytes of an answer.  The most that the adapters let through, 16 Mi characters and 2,000 entries, is less.
MAX_REPLY = 64 * 2**20

_LENGTH = struct.Struct("!Q")
# Everything that a Document is made of.  A pickle can call whatever it names; one of these does nothing but exist.
_ALLOWED: dict[tuple[str, str], Any] = {
    (kind.__module__, kind.__name__): kind
    for kind in (
        model.AggregateRating,
        model.Document,
        model.Dropped,
        model.Entry,
        model.FeedLink,
        model.Login,
        model.Request,
        settings.Secret,
    )
}


class Adapter(Protocol):
    """What reads a document; see sources/base.py."""

    def parse(self, response: model.Response) -> model.Document:
        """Read one document."""
        ...


@dataclass(frozen=True)
class Task:
    """A document without its body, and who is to read it."""

    adapter: Adapter
    url: str
    headers: dict[str, str]
    fetched_at: datetime
    status: int
    given: dict[str, str]


@dataclass(frozen=True)
class Refusal:
    """Why a document cannot be read: a ParseError without the place, which only the parent may name."""

    reason: str
    state: str = "down"
    advice: str = ""


@dataclass(frozen=True)
class Reply:
    """What became of a document."""

    result: model.Document | Refusal
    #: The worker ends now: it has grown, or something in it broke.
    last: bool = False


class BrokenReply(Exception):  # noqa: N818 - the pool turns it into a ParseError
    """What came is no reply; the message says why."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """Give only what a reply is made of."""
        if module_name == "datetime" and global_name in {"datetime", "timedelta", "timezone"}:
            return super().find_class(module_name, global_name)
        try:
            return _ALLOWED[module_name, global_name]
        except KeyError:
            raise BrokenReply(f"it names {module_name}.{global_name}") from None


_ALLOWED |= {(kind.__module__, kind.__name__): kind for kind in (Refusal, Reply)}


def dump(value: Task | Reply) -> bytes:
    """Write a message."""
    return pickle.dumps(value, protocol=5)


def load_reply(data: bytes) -> Reply:
    """Read a reply without believing it.

    Raises:
        BrokenReply: It is none.
    """
    try:
        reply = _Unpickler(io.BytesIO(data)).load()
    except BrokenReply:
        raise
    except Exception as e:
        # pickle's own words: "other exceptions may also be raised during unpickling".
        raise BrokenReply(f"it cannot be unpickled ({type(e).__name__})") from e
    if not isinstance(reply, Reply) or not isinstance(getattr(reply, "result", None), (model.Document, Refusal)):
        raise BrokenReply(f"it is a {type(reply).__name__}")
    return reply


def write(stream: BinaryIO, *frames: bytes) -> None:
    """Write frames and flush."""
    for frame in frames:
        stream.write(_LENGTH.pack(len(frame)))
        stream.write(frame)
    stream.flush()


def read_length(stream: BinaryIO) -> int | None:
    """Length of the next frame; None where nothing more comes."""
    head = stream.read(_LENGTH.size)
    return int(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else None


def read(stream: BinaryIO, *, most: int | None = None) -> bytes | None:
    """The next frame; None where nothing more comes.

    Raises:
        BrokenReply: It is longer than `most`.
    """
    length = read_length(stream)
    if length is None:
        return None
    if most is not None and length > most:
        raise BrokenReply(f"it is larger than {most / 2**20:.0f} MiB")
    data = stream.read(length)
    return data if len(data) == length else None
