# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Programs of the host that must not outlive the run, however it ends."""
from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from . import tool

END_SECONDS = 3


def spawn(argv: Sequence[str], *, log: IO[bytes] | int,
          pass_fds: Sequence[int] = (),
          terminal: bool = False) -> subprocess.Popen[bytes]:
    """Starts a program that is killed when the calling thread dies.

    It is in a process group of its own, so that what the terminal sends
    reaches the harness only, unless the terminal is what it is for.
    """
    command = ["setpriv", "--pdeathsig", "KILL", "--", *argv]
    try:
        return subprocess.Popen(
            command, stdin=None if terminal else subprocess.DEVNULL,
            stdout=None if terminal else log, stderr=log, pass_fds=pass_fds,
            process_group=None if terminal else 0)
    except FileNotFoundError:
        raise tool.missing("setpriv") from None


def end(process: subprocess.Popen[bytes], seconds: float = END_SECONDS) -> int:
    """Ends a program, by force if it does not want to; its status."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            break
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(seconds)
    return process.wait()


def status_text(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"status {status}"
    return f"signal {signal.Signals(-status).name}"


def write_command(path: Path, argv: Sequence[str]) -> None:
    """A command line that can be pasted into a shell."""
    path.write_text(shlex.join(argv) + "\n", encoding="utf-8")


def exists(pid: int) -> bool:
    """Whether there is a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
