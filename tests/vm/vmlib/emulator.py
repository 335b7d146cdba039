# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""hisi-zip-emu: built from this tree, started for one guest, watched."""
from __future__ import annotations

import functools
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import cache, process, reports, tool
from .tool import PrepareError

TOP = Path(__file__).resolve().parents[3]
BUILD = TOP / "build" / "vm"
TARGET = "hisi-zip-emu"
START_SECONDS = 10
END_SECONDS = 10
# A path of a UNIX socket is short, sun_path has 108 bytes.
SOCKET_PATH_BYTES = 100


@functools.cache
def build() -> Path:
    """The emulator of this tree, brought up to date once a run."""
    began = time.monotonic()
    with cache.locked(BUILD.with_name("vm.lock"), what="the emulator's build"):
        if not (BUILD / "build.ninja").exists():
            cache.say("preparing the emulator's build")
            tool.run(["cmake", "-S", TOP, "-B", BUILD, "-G", "Ninja",
                      "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DWD_BUILD_TESTS=OFF",
                      "-DWD_BUILD_BENCH=OFF"])
        tool.run(["cmake", "--build", BUILD, "--target", TARGET])
    if time.monotonic() - began > 2:
        cache.say(f"the emulator is built, {time.monotonic() - began:.1f} s")
    return find(BUILD)


def find(folder: Path) -> Path:
    """The program in a build directory, or the path of it itself."""
    if folder.is_file():
        return folder
    for path in (folder / "devmodel" / "vfio-user" / TARGET, folder / TARGET):
        if path.is_file():
            return path
    raise PrepareError(f"there is no {TARGET} at {folder}")


@dataclass
class Emulator:
    """One emulator, for one guest."""
    program: Path
    options: tuple[str, ...]
    sockets: Path           # folder, with a short path
    folder: Path            # for logs
    trace: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    # The test has asked for its end.
    killed: bool = field(default=False, init=False)

    @property
    def socket(self) -> Path:
        return self.sockets / "pci"

    @property
    def control(self) -> Path:
        return self.sockets / "control"

    @property
    def log(self) -> Path:
        return self.folder / "emulator.log"

    def socket_of(self, function: str) -> Path:
        """Where a function is to be had: pf, or vf1, vf2... beside it."""
        if function == "pf":
            return self.socket
        return self.socket.with_name(f"{self.socket.name}.{function}")

    def start(self, functions: tuple[str, ...]) -> None:
        """Returns when the sockets of these functions are there."""
        if len(str(self.socket)) > SOCKET_PATH_BYTES:
            raise PrepareError(f"{self.sockets} is too long for a socket, "
                               "set TMPDIR to something shorter")
        argv = [str(self.program), "--socket", str(self.socket), "--control",
                str(self.control), "--once", *self.options]
        if self.trace:
            argv.append(f"--trace={self.folder / 'trace.log'}")
        process.write_command(self.folder / "emulator.command", argv)
        with open(self.log, "wb") as log:
            self.process = process.spawn(argv, log=log)
        wanted = [*map(self.socket_of, functions), self.control]
        deadline = time.monotonic() + START_SECONDS
        while not all(path.is_socket() for path in wanted):
            self._check_start(deadline, wanted)
            time.sleep(0.01)

    def _check_start(self, deadline: float, wanted: list[Path]) -> None:
        assert self.process
        status = self.process.poll()
        if status is not None:
            raise PrepareError(f"{TARGET} ended with {process.status_text(status)} "
                               f"before the guest began:\n{self.said()}")
        if time.monotonic() > deadline:
            missing = ", ".join(path.name for path in wanted if not path.is_socket())
            raise PrepareError(f"{TARGET} made no socket {missing} in "
                               f"{START_SECONDS} s:\n{self.said()}")

    def said(self) -> str:
        """Its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def send_command(self, words: list[str]) -> list[str]:
        """What carries out a command of its control socket."""
        return [str(self.program), "--send", str(self.control), *words]

    def kill(self) -> None:
        """What a test does to see a device vanish."""
        assert self.process
        self.killed = True
        self.process.kill()
        self.process.wait()

    def faults(self) -> list[str]:
        """After the guest's end: what is wrong with how the emulator ended."""
        assert self.process
        found = []
        try:
            status = self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.end(self.process)
            found.append(f"{TARGET} did not end when the guest was gone")
        else:
            if status and not self.killed:
                found.append(f"{TARGET} ended with {process.status_text(status)}")
        found += [f"{TARGET}: {finding.text.strip()}"
                  for finding in reports.scan_program(self.said())]
        return found

    def stop(self) -> None:
        """Whatever happened: it is gone afterwards."""
        if self.process:
            process.end(self.process)
