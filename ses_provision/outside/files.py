"""Files as they may be: missing, a folder, a pipe that nobody writes into, endless, not ours.

Whatever is wrong with one is an OSError, and `reason` says it in words.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

LARGEST = 1_000_000
"""Bytes of a file that people write; ours have a hundredth of it."""


def reason(error: OSError) -> str:
    """What is wrong, without the path that the error may repeat."""
    return error.strerror or str(error)


def content(path: Path, largest: int = LARGEST) -> bytes:
    """All of an ordinary file. Raises OSError; FileNotFoundError where there is nothing."""
    # Without O_NONBLOCK, opening a FIFO waits for somebody who writes (POSIX, open).
    with os.fdopen(opened(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        about = os.fstat(file.fileno())
        if stat.S_ISDIR(about.st_mode):
            raise OSError(errno.EISDIR, "it is a folder")
        if not stat.S_ISREG(about.st_mode):
            raise OSError(errno.EINVAL, "it is no ordinary file")
        found = file.read(largest + 1)
    if len(found) > largest:
        raise OSError(errno.EFBIG, f"it is larger than {largest // 1000} kB")
    return found


def opened(path: Path, flags: int, mode: int = 0o600) -> int:
    """A descriptor of a file."""
    try:
        return os.open(path, flags | getattr(os, "O_CLOEXEC", 0), mode)
    except ValueError as error:  # a NUL, which no system call takes
        raise OSError(errno.EINVAL, "no file can have this name") from error


def is_there(path: Path) -> bool:
    """Whether there is something, as far as it can be seen; a name too long names nothing."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def make_folder(path: Path) -> None:
    """Have a folder."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise OSError(errno.ENOTDIR, f"{path} is no folder") from error


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises FileExistsError where it is, even as a link."""
    make_folder(path.parent)
    handle = opened(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def replace(path: Path, text: str, mode: int) -> None:
    """Write a file as a whole: a reader sees the old one or the new one, never half of it.

    A link is replaced, not followed.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new.", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def why_not_there(path: Path, is_ours: Callable[[Path], bool], what: str) -> str:
    """Why something of ours may not be written at a place, over an older one; empty where it may.

    What is there and is none of ours is left, and so is what a link leads to.
    """
    try:
        about = path.lstat()
    except FileNotFoundError:
        return "" if path.parent.is_dir() else "its folder does not exist"
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    if stat.S_ISLNK(about.st_mode):
        return "it is a symbolic link, and what it leads to is not touched"
    return "" if is_ours(path) else f"it exists and is no {what}, so it is left as it is"


EXAMPLE = "example"
"""The file that documents every setting; it is not an environment."""


def environments(folder: Path) -> list[str]:
    """The environments in a folder: its TOML files but the example and hidden ones.

    Editors and macOS leave `.#prod.toml` and `._prod.toml` beside a file.
    """
    try:
        found = [path.name for path in folder.iterdir()]
    except (OSError, ValueError):
        return []
    stems = (name.removesuffix(".toml") for name in found if name.endswith(".toml"))
    return sorted(stem for stem in stems if stem != EXAMPLE and not stem.startswith("."))
