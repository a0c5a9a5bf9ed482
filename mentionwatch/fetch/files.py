"""Files that the user named, whole or in pieces."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mentionwatch.fetch import failures
from mentionwatch.model import Request, Response, Validators

if TYPE_CHECKING:
    from datetime import datetime

_OFFSET = "#offset="


def address_of(url: str) -> str:
    """The file's own address, whichever piece of it is asked for."""
    return url.partition("#")[0]


def read_file(request: Request, validators: Validators | None, *, now: datetime, cap: int) -> Response | None:
    """Read a file, or a piece of one: ``#offset=N`` is the byte where it begins.

    Args:
        request: Its URL is ``file:``.
        validators: Of an earlier read of this piece.
        now: Present time.
        cap: Bytes of a piece, and of a whole file.

    Returns:
        The response; of a piece, "content-range" says how much of the file is left.  None where the file was not
        touched since a piece of it was read.

    Raises:
        FetchError: It cannot be read, is no file, or is too large to be read whole.
    """
    address, _, offset = request.url.partition(_OFFSET)
    start = int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 16 else None
    path = url2pathname(urlsplit(address).path)
    named = replace(request, public_url=path)
    try:
        # Before it is opened: opening a pipe waits for whoever writes into it.
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise failures.error("it is no file", named, advice="check the path")
        with Path(path).open("rb") as file:
            told = os.fstat(file.fileno())
            # Of a file that is written to, the time may stand still; its size does not.
            mark = f"{told.st_mtime_ns:x}-{told.st_size:x}"
            if start is not None and validators is not None and validators.etag == mark:
                return None
            file.seek(start or 0)
            body = file.read(cap + 1)
    except (OSError, ValueError) as e:  # ValueError: a NUL in the path
        reason = getattr(e, "strerror", None) or "it cannot be read"
        raise failures.error(reason, named, advice="check the path") from e
    if start is None:
        if len(body) > cap:
            raise failures.too_large(cap, named)
        return Response(url=request.url, headers={}, body=body, fetched_at=now, given=request.given)
    found = {"content-range": f"bytes {start}-{start + len(body[:cap]) - 1}/{told.st_size}", "etag": mark}
    return Response(url=request.url, headers=found, body=body[:cap], fetched_at=now, given=request.given)
