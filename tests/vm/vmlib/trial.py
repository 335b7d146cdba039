# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""One test on one target: prepared, booted, judged."""
from __future__ import annotations

import contextlib
import re
import shlex
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import (boot, emulator, firmware, guest, initramfs, programs, reports,
               tap, targets)
from .case import Case, version
from .targets import Target
from .tool import PrepareError

# A host with much else to do is ten times slower than one without.
BOOT_SECONDS = 120
# Of the time that a stock kernel needs.
DEBUG_FACTOR = 4
# From 7.0 on the slab allocator keeps arrays of pointers to what it gave away
# last, and kmemleak takes them for users of it: lost objects stay unseen.
# Caches with checks of their own have no such arrays.
NO_SLAB_ARRAYS = "slab_debug=F"
SHOWN_LINES = 25


@dataclass(frozen=True)
class Settings:
    """What the command line says about all tests."""
    folder: Path
    stop: threading.Event
    emulator: Path | None = None
    device: tuple[str, ...] | None = None
    append: tuple[str, ...] = ()
    modules: tuple[Path, ...] = ()
    keep: bool = False
    trace: bool = False
    verbose: bool = False
    smp: int | None = None
    mem: str | None = None
    timeout: float | None = None


@dataclass
class Verdict:
    """How a test went."""
    case: Case
    target: Target
    result: tap.Result = field(default_factory=tap.Result)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    folder: Path | None = None
    boot_seconds: float | None = None
    seconds: float = 0

    @property
    def failed(self) -> bool:
        return bool(self.faults)

    @property
    def skipped(self) -> bool:
        """Nothing was shown, and the test says why."""
        return not self.failed and not self.result.passed


def run(case: Case, target: Target, settings: Settings,
        echo: Callable[[str], None] | None = None) -> Verdict:
    """Boots the target with the test; an interruption is passed on."""
    verdict = Verdict(case, target)
    name = re.sub(r"[^a-z0-9.]+", "-", f"{target} {case.name}")
    verdict.folder = settings.folder / name
    verdict.folder.mkdir(parents=True)
    try:
        _boot(verdict, settings, echo)
    except PrepareError as error:
        verdict.faults.append(str(error))
    except BaseException:
        if not settings.keep:
            shutil.rmtree(verdict.folder, ignore_errors=True)
        raise
    _leave(verdict, settings)
    return verdict


def _leave(verdict: Verdict, settings: Settings) -> None:
    assert verdict.folder
    if verdict.failed or settings.keep:
        text = "\n".join(verdict.faults) or "passed"
        (verdict.folder / "verdict.txt").write_text(text + "\n", encoding="utf-8")
    else:
        shutil.rmtree(verdict.folder)
        verdict.folder = None


def _boot(verdict: Verdict, settings: Settings,
          echo: Callable[[str], None] | None) -> None:
    case, target, folder = verdict.case, verdict.target, verdict.folder
    assert folder
    with device(case, settings, folder) as emu:
        machine = machine_of(case, target, settings, emu)
        archive = folder / "initramfs.cpio"
        archive.write_bytes(file_system(case, machine, settings).pack())
        factor = DEBUG_FACTOR if target.kernel.flavour else 1
        limits = guest.Limits(
            boot=BOOT_SECONDS * factor, scan=BOOT_SECONDS * factor,
            test=settings.timeout or case.timeout * factor,
            off=guest.OFF_SECONDS * factor)
        console = folder / "console.log"
        outcome = guest.Guest(
            folder, limits, emu, settings.stop, echo=echo,
            wants_dmesg=lambda outcome: settings.keep or bool(
                _faults(case, outcome, console)[1]),
        ).run(targets.machine(target.arch).command, machine, archive)
        verdict.boot_seconds, verdict.seconds = outcome.boot_seconds, outcome.seconds
        verdict.result, verdict.faults = _faults(case, outcome, console)
        if emu:
            verdict.faults += emu.faults()
        if outcome.dmesg:
            (folder / "dmesg.log").write_text("\n".join(outcome.dmesg) + "\n",
                                              encoding="utf-8")
        if verdict.failed:
            verdict.notes = _last_lines(verdict, console)


def _faults(case: Case, outcome: guest.Outcome, console: Path
            ) -> tuple[tap.Result, list[str]]:
    """Everything that speaks against the test, what weighs most first."""
    result = tap.judge(outcome.lines, outcome.status)
    found = reports.scan(_console(console))
    # What shows nothing, and says why, does not show that either.
    expects = case.expects if result.passed or result.failed else ()
    unexpected, missing = reports.judge(found, expects,
                                        (*case.expects, *case.allows))
    faults = list(outcome.faults)
    faults += [f"the console has {finding}" for finding in unexpected]
    faults += [f"the console has no {kind}, which the test expects"
               for kind in missing]
    faults += [f"not ok: {name}" for name in result.failed]
    # That a test came to no end follows from what ended it.
    if not outcome.faults:
        faults += result.faults
    return result, faults


def _console(path: Path) -> str:
    """What the kernel said by itself."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return text.partition(guest.HANG_NOTE)[0]


def _last_lines(verdict: Verdict, console: Path) -> list[str]:
    """What to show at once: the failed points' remarks, or else the console."""
    assert verdict.folder
    log = verdict.folder / "test.log"
    if verdict.result.failed:
        lines = log.read_text(errors="replace").splitlines()
        return list(_failures(lines))[:3 * SHOWN_LINES]
    lines = console.read_text(errors="replace").splitlines()
    found = reports.scan(_console(console))
    if found:
        first = found[0].number
        return lines[first:first + SHOWN_LINES]
    return lines[-SHOWN_LINES:]


def _failures(lines: list[str]) -> Iterator[str]:
    """Points that failed with the remarks behind them."""
    showing = False
    for line in lines:
        if line.startswith(("ok", "not ok")):
            showing = line.startswith("not ok")
        if showing:
            yield line


@contextlib.contextmanager
def device(case: Case, settings: Settings, folder: Path
           ) -> Iterator[emulator.Emulator | None]:
    """The running emulator of a test that wants one."""
    options = case.device if settings.device is None else settings.device
    if options is None:
        yield None
        return
    program = (emulator.find(settings.emulator) if settings.emulator
               else emulator.build())
    with tempfile.TemporaryDirectory(prefix="vm-") as sockets:
        emu = emulator.Emulator(program, options, Path(sockets), folder,
                                settings.trace)
        try:
            emu.start(case.functions or ("pf",))
            yield emu
        finally:
            emu.stop()


def leak_check_words(name: targets.KernelName) -> tuple[str, ...]:
    """What the command line of a kernel with kmemleak needs."""
    needs_words = name.flavour == "kasan" and version(name.series) >= (7, 0)
    return (NO_SLAB_ARRAYS,) if needs_words else ()


def machine_of(case: Case, target: Target, settings: Settings,
               emu: emulator.Emulator | None) -> boot.Machine:
    """The virtual machine for a test."""
    kernel = targets.kernel(target.arch, target.kernel)
    functions = (case.functions or ("pf",)) if emu else ()
    return boot.Machine(
        target.arch, kernel, target.iommu, settings.smp or case.smp,
        settings.mem or case.mem, case.shared_ram,
        (*leak_check_words(target.kernel), *case.append, *settings.append,
         *initramfs.builtin_parameters(kernel, case.modules)),
        kvm=targets.has_kvm(target.arch, target.kernel),
        functions=tuple((name, emu.socket_of(name)) for name in functions if emu),
        beside=case.beside,
        firmware=firmware.table(case.firmware) if case.firmware else None)


def file_system(case: Case, machine: boot.Machine, settings: Settings,
                shell: bool = False) -> initramfs.Archive:
    """What the guest boots from."""
    archive = initramfs.Archive()
    initramfs.add_base(archive, machine.arch)
    initramfs.add_modules(archive, machine.kernel,
                          boot.iommu_modules(machine) + case.modules)
    for name in case.programs:
        archive.add(f"/bin/{name}", programs.program(name, machine.arch).read_bytes(),
                    executable=True)
    if case.product:
        from . import product  # the compiler's chroot is not needed before
        product.add(archive, case.product, machine.arch)
    for path in (*_own_modules(case, machine), *settings.modules):
        archive.add(f"/lib/kmod/{path.name}", path.read_bytes())
    archive.add("/test.sh", case.path.read_bytes())
    options = case.device if settings.device is None else settings.device
    variables = {"ARCH": machine.arch, "IOMMU": machine.iommu,
                 "ACCEL": "kvm" if machine.kvm else "tcg",
                 "VARIANT": case.variant, "DEVICE": shlex.join(options or ()),
                 "CHANNEL": boot.CHANNEL[machine.arch],
                 "SHELL_ON": f"/dev/{boot.CONSOLE[machine.arch]}" if shell else ""}
    archive.add("/etc/vm.conf", "".join(
        f"export {name}={shlex.quote(value)}\n"
        for name, value in variables.items()).encode())
    return archive


def _own_modules(case: Case, machine: boot.Machine) -> list[Path]:
    if not case.kmod:
        return []
    from . import kmods  # the compiler's chroot is not needed before
    return kmods.modules(case.kmod, machine.kernel)
