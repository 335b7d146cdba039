# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The machine's firmware: ACPI tables that QEMU has not, and who they talk to."""
from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from . import archive, cache, qemu, tool
from .tool import PrepareError

FOLDER = Path(__file__).resolve().parents[1] / "firmware"
PACKAGE = "acpica-tools"
SUITE = "trixie"
# What the method gives if the emulator did not reset the device.
BROKEN_STEP = 0xee


def tables() -> list[str]:
    """Those that a test can name."""
    return sorted(path.stem for path in FOLDER.glob("*.asl"))


@archive.looked_up_again
def table(name: str) -> Path:
    """A table as QEMU takes it, compiled now if its source has changed."""
    source = FOLDER / f"{name}.asl"
    host = archive.host_arch()
    package = archive.newest(PACKAGE, host, SUITE)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    folder = cache.entry(f"firmware-{name}", f"{package}\n{digest}",
                         lambda part: _compile(source, package, host, part))
    return folder / f"{name}.aml"


def _compile(source: Path, package: archive.Package, host: str, into: Path) -> None:
    root = into / "compiler"
    archive.unpack(archive.download([package], host, into / "debs", SUITE,
                                    dependencies=True),
                   root, exclude=archive.DOCUMENTATION)
    output = into / f"{source.stem}.aml"
    tool.run([*qemu.in_place(root, host, "iasl"), "-we", "-p", output, source])
    for folder in (into / "debs", root):
        cache.remove_tree(folder)
    if not output.is_file():
        raise PrepareError(f"{source} gave no table")


class Firmware:
    """The other end of firmware/reset.asl: resets the device when it is asked.

    reset: does it, and calls what it is given with whether that went well.
    answer: sends the byte that the method is waiting for.
    """

    def __init__(self, reset: Callable[[Callable[[bool], None]], None],
                 answer: Callable[[bytes], None]):
        self._reset = reset
        self._answer = answer
        self._calls = 0
        self._failing_step = 0

    def called(self, _line: str) -> None:
        """The method runs."""
        self._calls += 1
        if self._failing_step:
            self._answer(bytes([self._failing_step]))
        else:
            self._reset(lambda ok: self._answer(bytes([0 if ok else BROKEN_STEP])))

    def command(self, words: list[str]) -> tuple[int, str]:
        """What a test says to "host firmware": status and answer."""
        if words == ["calls"]:
            return 0, f"{self._calls}\n"
        if words == ["works"]:
            self._failing_step = 0
            return 0, ""
        if (len(words) == 2 and words[0] == "fails" and words[1].isdecimal()
                and 0 < int(words[1]) < BROKEN_STEP):
            self._failing_step = int(words[1])
            return 0, ""
        return 2, "host firmware knows calls, works, and fails STEP\n"
