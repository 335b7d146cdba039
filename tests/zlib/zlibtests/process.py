# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Programs that end: by themselves, after a time, or with this one."""
from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

TIMEOUT_SECONDS = 120
LAST_LINES = 15

# Guards _running and _stopping.
_lock = threading.Lock()
_running: set[subprocess.Popen[bytes]] = set()
_stopping = False


class Stopped(Exception):
    """The whole run is being ended."""


@dataclass(frozen=True)
class Done:
    """How a program ended. A negative status is a signal, None the time limit."""
    status: int | None
    out: bytes
    err: bytes

    @property
    def ok(self) -> bool:
        return self.status == 0

    def __str__(self) -> str:
        how = "took too long" if self.status is None else f"status {self.status}"
        said = (self.out[-4000:] + self.err[-4000:]).decode(errors="replace")
        return "\n".join([how, *said.strip().splitlines()[-LAST_LINES:]])


def _kill(program: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
    # Each leads a group, so what it started goes with it.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, number)


@contextlib.contextmanager
def started(argv: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str],
            source: IO[bytes] | int = subprocess.DEVNULL,
            to: IO[bytes] | int = subprocess.PIPE,
            errors: IO[bytes] | int = subprocess.PIPE,
            ) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a group of its own, of which nothing is left afterwards."""
    with _lock:
        if _stopping:
            raise Stopped
        program = subprocess.Popen([str(arg) for arg in argv], cwd=cwd, env=env,
                                   stdin=source, stdout=to, stderr=errors,
                                   start_new_session=True)
        _running.add(program)
    try:
        with program:
            try:
                yield program
            finally:
                _kill(program)
    finally:
        with _lock:
            _running.discard(program)


def run(argv: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str],
        data: bytes | None = None, to: IO[bytes] | int = subprocess.PIPE,
        timeout: float = TIMEOUT_SECONDS) -> Done:
    """Runs a program to its end; its input is the data given, or empty."""
    source = subprocess.DEVNULL if data is None else subprocess.PIPE
    with started(argv, cwd=cwd, env=env, source=source, to=to) as program:
        try:
            out, err = program.communicate(data, timeout)
            status = program.returncode
        except subprocess.TimeoutExpired:
            _kill(program)
            out, err = program.communicate()
            status = None
    with _lock:
        if _stopping:
            raise Stopped
    return Done(status, out or b"", err or b"")


def stop_all() -> None:
    """Ends all that runs, and lets nothing new begin."""
    global _stopping
    with _lock:
        _stopping = True
        for program in _running:
            _kill(program)
