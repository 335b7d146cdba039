# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""One run of one suite: where it runs, with which environment, what it found."""
from __future__ import annotations

import enum
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import process


class Status(enum.Enum):
    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Result:
    status: Status
    detail: str = ""


class Context:
    """A folder of its own, the environment of the programs under test, results.

    Without a library it is the baseline, which zlib alone serves.
    """

    def __init__(self, folder: Path, library: Path | None, prepared: object):
        self.folder = folder / "work"
        self.folder.mkdir(parents=True)
        self.counters = folder / "counters"
        self.prepared = prepared
        self.results: dict[str, Result] = {}
        self._plain = self._environment(folder)
        self.env = dict(self._plain)
        if library:
            self.env |= {"LD_PRELOAD": str(library), "WARPDRIVE_ZLIB": "force",
                         "WARPDRIVE_ZLIB_DEVICE": "emu",
                         "WARPDRIVE_ZLIB_COUNTERS": str(self.counters)}

    @staticmethod
    def _environment(folder: Path) -> dict[str, str]:
        """No settings of the caller's that programs under test would read."""
        (folder / "tmp").mkdir()
        (folder / "home").mkdir()
        return {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8",
                "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"),
                "TZ": "UTC"}

    def run(self, *argv: str | Path, data: bytes | None = None,
            env: dict[str, str] | None = None, cwd: Path | None = None,
            timeout: float = process.TIMEOUT_SECONDS) -> process.Done:
        """A program under test."""
        return process.run(argv, cwd=cwd or self.folder,
                           env=self.env | (env or {}), data=data,
                           timeout=timeout)

    def peer(self, *argv: str | Path, data: bytes | None = None) -> process.Done:
        """A program that judges: never with the drop-in."""
        return process.run(argv, cwd=self.folder, env=self._plain, data=data)

    def check(self, name: str, ok: bool, detail: object = "") -> bool:
        """One test's result; a name that comes twice has to be good twice."""
        before = self.results.get(name)
        if before is None or before.status is not Status.FAILED:
            self.results[name] = Result(
                Status.OK if ok else Status.FAILED, "" if ok else str(detail))
        return ok

    def check_same(self, name: str, done: process.Done, wanted: bytes) -> bool:
        """The program succeeded, and this is what it printed."""
        if not done.ok:
            return self.check(name, False, done)
        return self.check(name, done.out == wanted,
                          f"{len(done.out)} bytes, {len(wanted)} expected, equal "
                          f"up to {len(os.path.commonprefix([done.out, wanted]))}")

    def skip(self, name: str, reason: str) -> None:
        """A test that does not apply here."""
        self.results.setdefault(name, Result(Status.SKIPPED, reason))

    def put(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def get(self, name: str) -> bytes:
        """A file's bytes; none of it if it is not there, which no test takes
        for what it expects."""
        path = self.folder / name
        return path.read_bytes() if path.is_file() else b"<no such file>"


def scratch() -> tempfile.TemporaryDirectory[str]:
    """The folder of a whole run."""
    return tempfile.TemporaryDirectory(prefix="warpdrive-zlib-",
                                       ignore_cleanup_errors=True)
