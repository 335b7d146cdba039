# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Programs of the host: run to the end, or an error that says the way out."""
from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

LAST_LINES = 12

# What gives a program that may be missing.
PACKAGES = {
    "apt-cache": "apt",
    "apt-get": "apt",
    "depmod": "kmod",
    "dpkg-deb": "dpkg",
    "lz4": "lz4",
    "modprobe": "kmod",
    "tar": "tar",
    "zstd": "zstd",
}


class PrepareError(Exception):
    """Something that a run needs cannot be had; the text says what to do."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The caller's environment, with messages that can be searched.

    Without root the path has no sbin, where depmod and others are.
    """
    path = os.environ.get("PATH", os.defpath)
    return {**os.environ, "LC_ALL": "C.UTF-8",
            "PATH": f"{path}:/usr/sbin:/sbin", **(extra or {})}


def missing(program: str) -> PrepareError:
    """The error of a program that is not there."""
    package = PACKAGES.get(program)
    hint = f", apt-get install {package}" if package else ""
    return PrepareError(f"{program} is missing{hint}")


def run(argv: Sequence[str | Path], *, cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        source: IO[bytes] | None = None) -> bytes:
    """The standard output of a program that must succeed.

    Its input is source, or empty: nobody is there to answer a question.
    """
    command = [str(arg) for arg in argv]
    try:
        done = subprocess.run(command, cwd=cwd, env=environment(env),
                              stdin=source or subprocess.DEVNULL,
                              capture_output=True, check=False)
    except FileNotFoundError:
        raise missing(command[0]) from None
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace")
        raise failed(command, done.returncode, said)
    return done.stdout


def failed(command: Sequence[str], status: int, said: str) -> PrepareError:
    """The error of a program that ended badly."""
    last = "\n".join(said.strip().splitlines()[-LAST_LINES:])
    return PrepareError(f"{' '.join(command[:6])} failed with status "
                        f"{status}:\n{last}")


@contextlib.contextmanager
def piped(argv: Sequence[str | Path]) -> Iterator[IO[bytes]]:
    """A program whose output is read meanwhile; it must succeed, too."""
    command = [str(arg) for arg in argv]
    with tempfile.TemporaryFile() as errors:
        try:
            program = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=errors,
                                       env=environment())
        except FileNotFoundError:
            raise missing(command[0]) from None
        with program:
            yield program.stdout
        if program.returncode:
            errors.seek(0)
            raise failed(command, program.returncode,
                         errors.read().decode(errors="replace"))
