"""Undoing the compression of a body, bit by bit and never further than asked."""

from __future__ import annotations

import re
import zlib
from typing import Any

_INFLATABLE = frozenset({"gzip", "x-gzip", "deflate"})
_UNKNOWN = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz"})
_GZIP_MAGIC = b"\x1f\x8b"
#: How documents begin, after blanks; those of UTF-16 are none of deflate.
_DOCUMENT = re.compile(rb"(?:\xef\xbb\xbf)?\s*[<{\[]|\xff\xfe|\xfe\xff")
#: A file made by parallel or blockwise gzip has hundreds; empty ones by the million are an attack.
_MAX_MEMBERS = 1_000


class UndecodableError(Exception):
    """A body's compression is broken, or one that was not asked for."""


class Inflater:
    """Undoes the (outermost) Content-Encoding of a body.

    Deflated data can grow a thousandfold, twice deflated data a millionfold.  An inner layer is left to whoever reads
    the document, as that of a document that was compressed to begin with.  A plain body that only says it was
    compressed is passed on as it is.

    Args:
        encoding: The header as it came.
    """

    def __init__(self, encoding: str) -> None:
        names = [name.strip().lower() for name in encoding.split(",")]
        # What is no name of a compression ("utf-8" is one that servers send) changes nothing.
        self._name = next((name for name in reversed(names) if name in _INFLATABLE | _UNKNOWN), None)
        if self._name in _UNKNOWN:
            raise UndecodableError(f"its compression cannot be read ({self._name}, which it was not asked for)")
        # zlib's object has no name to annotate it with.
        self._zlib: Any = None
        self._members = 0

    def inflate(self, data: bytes, most: int) -> bytes:
        """Inflate the next part, up to `most` bytes of output; the rest is lost."""
        if self._name is None or not data:
            return data
        if self._zlib is None and self._is_plain(data):
            self._name = None
            return data
        try:
            return self._members_of(data, most)
        except zlib.error as e:
            raise UndecodableError("its compression is broken") from e

    def finish(self) -> None:
        """Check that it was all.

        Raises:
            UndecodableError: It broke off.
        """
        if self._zlib is not None and not self._zlib.eof:
            raise UndecodableError("its compression is broken (it ends too early)")

    def _members_of(self, data: bytes, most: int) -> bytes:
        out = b""
        while data and len(out) < most:
            if self._zlib is None:
                self._zlib = zlib.decompressobj(self._window(data))
                self._members += 1
            out += self._zlib.decompress(data, most - len(out))
            data = self._zlib.unused_data if self._zlib.eof else b""
            if data[:2] != _GZIP_MAGIC:
                break  # the end, or padding
            if self._members >= _MAX_MEMBERS:
                raise zlib.error("too many parts")
            self._zlib = None  # a further member, which goes on where this one ended
        return out

    def _is_plain(self, data: bytes) -> bool:
        """Whether a body begins as no compressed one does."""
        if self._members or data[:1] == _GZIP_MAGIC[:1] or _is_zlib(data):
            return False
        if self._name != "deflate":
            return True
        # Raw deflate has no mark and may begin with any byte, "<" too; but text is none of it beyond a few bytes.
        return bool(_DOCUMENT.match(data)) and not (data[:1] == b"<" and self._begins_raw(data))

    def _begins_raw(self, data: bytes) -> bool:
        try:
            zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[:256], 1024)
        except zlib.error:
            return False
        return True

    def _window(self, data: bytes) -> int:
        # "deflate" is zlib by the standard and raw in the wild; 8 in the low bits is zlib's mark.
        raw = self._name == "deflate" and data[0] & 0x0F != 8
        return -zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 32


def _is_zlib(data: bytes) -> bool:
    """By its mark and its checksum of two bytes; of one byte, in doubt."""
    return data[0] & 0x0F == 8 and (len(data) == 1 or int.from_bytes(data[:2], "big") % 31 == 0)
