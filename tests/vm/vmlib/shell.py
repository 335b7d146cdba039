# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""--shell: a guest with a shell on the terminal."""
from __future__ import annotations

import argparse
import dataclasses
import math
import tempfile
import threading
from pathlib import Path

from . import guest, targets, trial
from .case import Case
from .targets import Target
from .tool import PrepareError

# What a guest is like for which no test is named.
PLAIN = Path(__file__).resolve().parents[1] / "cases" / "boot.sh"
FOR_EVER = guest.Limits(boot=math.inf, test=math.inf, scan=math.inf)


def run(cases: list[Case], target: Target, options: argparse.Namespace) -> None:
    """Comes back when the guest has powered off."""
    if len(cases) > 1:
        raise PrepareError("--shell takes the device and programs of one test, these "
                           f"are {', '.join(case.name for case in cases)}")
    case = cases[0] if cases else Case("shell", PLAIN, "", device=())
    case = dataclasses.replace(case, append=(*case.append, "loglevel=7"))
    with tempfile.TemporaryDirectory(prefix="warpdrive-vm-") as name:
        folder = Path(name)
        settings = trial.Settings(
            folder, threading.Event(), options.emulator,
            None if options.device is None else tuple(options.device), tuple(options.append),
            tuple(options.ko), trace=options.trace, smp=options.smp, mem=options.mem)
        with trial.device(case, settings, folder) as emu:
            machine = trial.machine_of(case, target, settings, emu)
            archive = folder / "initramfs.cpio"
            archive.write_bytes(
                trial.file_system(case, machine, settings, shell=True).pack())
            print(f"{target}, logs in {folder} while it runs; C-a x ends it, "
                  "C-a c is QEMU's monitor", flush=True)
            guest.Guest(folder, FOR_EVER, emu, settings.stop, terminal=True).run(
                targets.machine(target.arch).command, machine, archive)
