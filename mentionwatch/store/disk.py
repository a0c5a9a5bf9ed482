"""Where a store lies: its size, who may read it, what room is left, and whether the disk is another machine's."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Kinds of file systems that lie on another machine, or are shared with one: SQLite's locks do not hold on them.
NETWORK = frozenset(
    {
        "9p", "afpfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "glusterfs", "gpfs", "lustre",
        "ncpfs", "nfs", "nfs4", "orangefs", "prl_fs", "smb2", "smb3", "smbfs", "vboxsf", "vmhgfs", "webdav",
    }
)  # fmt: skip
#: What runs on FUSE, by the name after "fuse."; another one may be a disk of this machine.
NETWORK_FUSE = frozenset(
    {
        "sshfs", "s3fs", "rclone", "gvfsd-fuse", "davfs2", "glusterfs", "curlftpfs", "gcsfuse", "goofys", "mount.ceph",
        "ceph-fuse", "juicefs", "vmhgfs-fuse", "cifs", "nfs", "smbnetfs", "google-drive-ocamlfuse",
    }
)  # fmt: skip
#: Where BSD and macOS say what is mounted.
_MOUNT = "/sbin/mount"
#: ``//user@server/share on /Volumes/share (smbfs, nodev, nosuid, mounted by user)``; BSD: ``… on /mnt type nfs (v3)``.
_LISTED = re.compile(r".*? on (?P<place>/.*?)(?: type (?P<type>\S+))? \((?P<kind>[^,() ]+)[^()]*\)")
_OCTAL = re.compile(r"\\([0-7]{3})")
#: What Windows calls a drive of another machine.
_DRIVE_REMOTE = 4


@dataclass(frozen=True)
class Place:
    """How a store's file lies on its disk."""

    path: Path
    #: With what is still in its -wal.
    bytes: int
    #: Of this, the -wal.
    wal_bytes: int
    #: Room that is left there.
    free_bytes: int
    #: Permissions, such as 0o600; None where the system has none of the kind.
    mode: int | None
    #: Whether this user may write the file, and into its folder.
    writable: bool
    #: Kind of a file system of another machine; None: it is of this one, or that cannot be told.
    network: str | None


def look_at(path: Path) -> Place:
    """See how a file lies; it is there.

    Raises:
        OSError: It may not be looked at.
    """
    found = path.stat()
    wal = Path(f"{path}-wal")
    wal_bytes = wal.stat().st_size if wal.exists() else 0
    return Place(
        path,
        found.st_size + wal_bytes,
        wal_bytes,
        shutil.disk_usage(path.resolve().parent).free,
        stat.S_IMODE(found.st_mode) if os.name == "posix" else None,
        os.access(path, os.W_OK) and os.access(path.resolve().parent, os.W_OK),
        network_kind(path),
    )


def network_kind(path: Path) -> str | None:
    """The kind of file system, where it is of another machine; None: of this one, or that cannot be told."""
    if os.name == "nt":
        return _windows_kind(path)
    return kind_at(path.resolve(), _mounts())


def kind_at(path: Path, mounts: Iterable[tuple[str, str]]) -> str | None:
    """The same by what is mounted, as (place, kind); of two at one place the later one holds."""
    best: tuple[int, str] | None = None
    for place, kind in mounts:
        inside = place == "/" or str(path) == place or str(path).startswith(f"{place.rstrip('/')}/")
        if inside and (best is None or len(place) >= best[0]):
            best = len(place), kind
    return best[1] if best is not None and is_network(best[1]) else None


def is_network(kind: str) -> bool:
    """Whether such a file system lies on another machine."""
    main, _, sub = kind.lower().partition(".")
    return main in NETWORK or (main in {"fuse", "fuseblk", "macfuse", "osxfuse"} and sub in NETWORK_FUSE)


def read_proc(text: str) -> list[tuple[str, str]]:
    """Read ``/proc/mounts``, where blanks in names are written in octal."""
    lines = (line.split(" ") for line in text.splitlines())
    return [(_OCTAL.sub(lambda o: chr(int(o[1], 8)), words[1]), words[2]) for words in lines if len(words) > 3]


def read_listed(text: str) -> list[tuple[str, str]]:
    """Read what ``mount`` prints on macOS and the BSDs."""
    found = (_LISTED.fullmatch(line.rstrip()) for line in text.splitlines())
    return [(line["place"], line["type"] or line["kind"]) for line in found if line]


def _mounts() -> list[tuple[str, str]]:
    try:
        # What this very process sees: in a container that is not what its host sees.
        return read_proc(Path("/proc/self/mounts").read_text("utf-8", "replace"))
    except OSError:
        pass
    try:
        done = subprocess.run([_MOUNT], capture_output=True, check=False, timeout=5)  # noqa: S603 - a fixed path
    except (OSError, subprocess.SubprocessError):
        return []
    return read_listed(done.stdout.decode("utf-8", "replace"))


def _windows_kind(path: Path) -> str | None:
    import ctypes

    drive = PureWindowsPath(path.resolve()).drive
    if drive.startswith("\\\\"):
        return "UNC"
    windows: Any = getattr(ctypes, "windll", None)
    is_remote = windows is not None and windows.kernel32.GetDriveTypeW(f"{drive}\\") == _DRIVE_REMOTE
    return "network drive" if is_remote else None
