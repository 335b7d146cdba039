# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Directories that are expensive to make, kept between runs.

An entry is made in <name>-<hash>.part* and renamed, so what has its final name
is whole. <name>-<hash>.lock serialises the processes that want it, its text is
the key, and its time stamp is the entry's last use.
"""
from __future__ import annotations

import contextlib
import fcntl
import glob
import hashlib
import os
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from . import tool

KEEP_DAYS = 21
HASH_DIGITS = 16

# Set when a run is interrupted: what another of its threads waits to make is not
# begun any more.
interrupted = threading.Event()


def root() -> Path:
    """The folder of everything that is kept."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).absolute() / "warpdrive" / "vm"


def say(text: str) -> None:
    """A line on what is going on; standard output is TAP's."""
    print(f"vm: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def locked(path: Path, *, wait: bool = True, what: str = "") -> Iterator[bool]:
    """Holds an exclusive lock on a file, which is made if need be.

    Gives False, and holds nothing, if somebody else has it and wait is unset.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with open(path, "a", encoding="utf-8") as file:
            if not _lock(file.fileno(), wait, what or path.stem):
                yield False
                return
            # Whoever had it before may have removed the file: a lock on a
            # file without a name excludes nobody.
            if _is_named(file.fileno(), path):
                yield True
                return


_waited_for: set[str] = set()


def _lock(descriptor: int, wait: bool, what: str) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        if not wait:
            return False
    # A run's own threads wait for each other many times.
    if what not in _waited_for:
        _waited_for.add(what)
        say(f"waiting for who has {what}")
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return True


def _is_named(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def entry(name: str, key: str, build: Callable[[Path], None]) -> Path:
    """The directory that build() fills, made now if it is not there.

    Another key makes another directory. An exception of build() is passed on
    and leaves nothing. build() gets a directory whose name changes afterwards:
    what it makes must not contain the path.
    """
    digest = hashlib.sha256(key.encode()).hexdigest()[:HASH_DIGITS]
    final = root() / f"{name}-{digest}"
    with locked(_beside(final, ".lock"), what=name):
        if not final.is_dir():
            _build(name, final, build)
            _beside(final, ".lock").write_text(key, encoding="utf-8")
        os.utime(_beside(final, ".lock"))
    return final


def _beside(final: Path, suffix: str) -> Path:
    return final.with_name(final.name + suffix)


def _build(name: str, final: Path, build: Callable[[Path], None]) -> None:
    if interrupted.is_set():
        raise tool.PrepareError(f"{name}: interrupted")
    say(f"preparing {name}")
    began = time.monotonic()
    _remove_parts(final)
    # Not a name that was used before: a program that an interrupted build left
    # running may still write there.
    part = _beside(final, f".part-{secrets.token_hex(4)}")
    part.mkdir()
    try:
        build(part)
        # A rename may reach the disk before the data that it vouches for.
        tool.run(["sync", "--file-system", part])
        part.rename(final)
    except BaseException:
        remove_tree(part)
        raise
    say(f"{name} is ready, {time.monotonic() - began:.1f} s")
    prune()


def _remove_parts(final: Path) -> None:
    for part in final.parent.glob(f"{glob.escape(final.name)}.part*"):
        remove_tree(part)


def remove_tree(path: Path) -> None:
    """Removes a directory; what is mounted in it makes that fail."""
    if not path.exists():
        return
    if os.geteuid() != 0:
        # Packages have directories that only root may write.
        subprocess.run(["chmod", "-R", "u+rwX", path], check=False)
    tool.run(["rm", "-rf", "--one-file-system", path])


def prune(name: str | None = None, days: float = KEEP_DAYS) -> list[str]:
    """Removes entries, of one name or all, that were not used for some days.

    What another process holds is left alone. Returns what was removed.
    """
    removed = []
    pattern = re.compile(rf"{re.escape(name) if name else '.+'}"
                         rf"-[0-9a-f]{{{HASH_DIGITS}}}\.lock")
    for lock in sorted(root().glob("*.lock")):
        if not pattern.fullmatch(lock.name) or not _is_old(lock, days):
            continue
        with locked(lock, wait=False) as mine:
            # It may have been used between the look and the lock.
            if not mine or not _is_old(lock, days):
                continue
            _discard(lock.with_suffix(""))
            lock.unlink()
            removed.append(lock.stem)
    return removed


def _is_old(lock: Path, days: float) -> bool:
    try:
        return lock.stat().st_mtime < time.time() - days * 86400
    except FileNotFoundError:
        return False


def _discard(final: Path) -> None:
    if final.exists():
        # Half of it must not have the final name.
        final.rename(_beside(final, f".part-{secrets.token_hex(4)}"))
    _remove_parts(final)
