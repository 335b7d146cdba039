# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The command line of tests/vm/run."""
from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from . import (cache, case, emulator, initramfs, programs, report, shell,
               targets, trial)
from .case import ARCHES, Case, CaseError
from .guest import Interrupted
from .targets import Target
from .tool import PrepareError

PASSED, FAILED, UNFIT = 0, 1, 2


class _Arguments(argparse.ArgumentParser):
    """Ends with the line that ends every run."""

    def error(self, message: str) -> None:  # type: ignore[override]
        self.print_usage(sys.stderr)
        raise PrepareError(f"{message}, see --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Arguments(
        prog="tests/vm/run", description="Tests in virtual machines; "
        "tests/vm/README.md says more. Without a test's name, all of them.")
    add = parser.add_argument
    add("test", nargs="*", help="NAME, NAME:VARIANT, or the path of a script")
    add("--arch", choices=ARCHES, help="arm64 if not given")
    add("--kernel", metavar="K", help="6.1, 6.12, ... newest (if not given), debug, "
        "debug-newest, debug-kcsan, 6.12-kasan")
    add("--iommu", choices=("none", "virtio", "intel"),
        help="all that the test is for, if not given")
    add("--matrix", nargs="?", const="quick", choices=tuple(targets.MATRICES),
        help="architectures, kernels and IOMMUs, and a table at the end; stock: "
        "Debian's kernels, variants of a test only on the newest ones without "
        "IOMMU; quick: a debug kernel, too; full: all of everything")
    add("--device", metavar="OPTIONS", type=shlex.split,
        help="options of hisi-zip-emu instead of those of the tests")
    add("--emulator", metavar="PATH", type=Path,
        help="hisi-zip-emu, or a build directory with it, instead of this tree's")
    add("--append", metavar="WORDS", type=shlex.split, default=[],
        help="more for the kernel's command line")
    add("--ko", metavar="FILE", type=Path, action="append", default=[],
        help="a kernel module to have in the guest's /lib/kmod")
    add("--smp", metavar="N", type=_positive, help="processors of the guest")
    add("--mem", metavar="M", help="memory of the guest, for instance 1G")
    add("--timeout", metavar="S", type=_positive, help="seconds that a test may take")
    add("-j", "--jobs", metavar="N", type=_positive, default=1,
        help="guests at the same time, 1 if not given")
    add("--shell", action="store_true",
        help="a shell in the guest, with the device of the test named, or of a PF")
    add("--trace", action="store_true", help="have the emulator log accesses")
    add("--keep", action="store_true", help="keep the logs of what passed, too")
    add("--verbose", "-v", action="store_true", help="show what the tests print")
    add("--list", action="store_true", help="show the tests and end")
    add("--prepare", action="store_true",
        help="fetch and build what the other options ask for, and end")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def main(argv: Sequence[str]) -> int:
    """Runs; its value is the exit status."""
    summary = report.Summary()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: _interrupt(stop))
    try:
        status = _main(argv, summary, stop)
    except (PrepareError, CaseError) as error:
        print(f"tests/vm/run: {error}", file=sys.stderr)
        summary.broken("the run could not go on")
        status = UNFIT
    except (Interrupted, KeyboardInterrupt):
        print("tests/vm/run: interrupted", file=sys.stderr)
        summary.broken("the run was interrupted")
        status = UNFIT
    except BrokenPipeError:
        # Nobody reads any more; not even the interpreter's last flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNFIT
    except Exception:  # pylint: disable=broad-except
        traceback.print_exc()
        summary.broken("the run ended by a mistake in vmlib, see above")
        status = UNFIT
    if status is not None:
        summary.end()
        return status
    return PASSED


def _interrupt(stop: threading.Event) -> None:
    # The second time without waiting for anybody.
    if stop.is_set():
        raise KeyboardInterrupt
    stop.set()
    cache.interrupted.set()
    raise KeyboardInterrupt


def _main(argv: Sequence[str], summary: report.Summary,
          stop: threading.Event) -> int | None:
    options = _parser().parse_args(argv)
    cases = case.select(case.load_all(), options.test)
    if options.list:
        report.show_list(cases)
        return None
    if options.matrix and (options.arch or options.kernel or options.shell):
        raise PrepareError("--matrix chooses architectures and kernels itself")
    if options.emulator:
        emulator.find(options.emulator)
    for path in options.ko:
        if not path.is_file():
            raise PrepareError(f"there is no {path}")
    if options.shell:
        return shell.run(cases if options.test else [], _target(options), options)
    plan = _plan(cases, options, summary)
    if options.prepare:
        _prepare(plan)
        return None
    if not plan:
        raise PrepareError("none of these tests can run on that")
    if not options.emulator and any(
            (entry.device if options.device is None else options.device) is not None
            for entry, _ in plan):
        emulator.build()
    folder = Path(tempfile.mkdtemp(prefix="warpdrive-vm-"))
    settings = trial.Settings(
        folder, stop, options.emulator,
        None if options.device is None else tuple(options.device),
        tuple(options.append), tuple(options.ko), options.keep, options.trace,
        options.verbose, options.smp, options.mem, options.timeout)
    try:
        _run_all(plan, settings, options.jobs, summary)
    finally:
        if options.matrix:
            summary.table()
        with contextlib.suppress(OSError):
            folder.rmdir()  # if nothing is kept
    return FAILED if summary.failed else PASSED


def _target(options: argparse.Namespace) -> Target:
    arch = options.arch or "arm64"
    return Target(arch, targets.kernel_name(arch, options.kernel or "newest"),
                  options.iommu or "none")


def _targets(options: argparse.Namespace) -> list[Target]:
    if options.matrix:
        found = list(targets.of_matrix(options.matrix))
        return [target for target in found
                if options.iommu in (None, target.iommu)]
    first = _target(options)
    if options.iommu:
        return [first]
    return [Target(first.arch, first.kernel, iommu)
            for iommu in case.IOMMUS[first.arch]]


def _plan(cases: list[Case], options: argparse.Namespace,
          summary: report.Summary) -> list[tuple[Case, Target]]:
    """What to run, in an order that has a kernel's boots together."""
    plan = []
    for target in _targets(options):
        here = [entry for entry in cases
                if not entry.why_not(target.arch, target.kernel, target.iommu)
                and (options.matrix in (None, "full") or targets.in_quick(entry, target))]
        if not here:
            summary.empty(target, "no test is for it")
            continue
        reason = targets.why_no_iommu(target)
        if reason and options.iommu and not options.matrix:
            raise PrepareError(f"{target}: {reason}")
        if reason:
            summary.empty(target, reason)
            continue
        plan += [(entry, target) for entry in here]
    if not options.matrix:
        planned = {entry for entry, _ in plan}
        for entry in cases:
            if options.test and entry not in planned:
                target = _target(options)
                summary.remark(f"{entry.name} does not run here: " + entry.why_not(
                    target.arch, target.kernel, target.iommu))
    return plan


def _prepare(plan: list[tuple[Case, Target]]) -> None:
    for entry, target in plan:
        targets.machine(target.arch)
        targets.kernel(target.arch, target.kernel)
        initramfs.busybox(target.arch)
        for name in entry.programs:
            programs.program(name, target.arch)
        if entry.product:
            from . import product  # the compiler's chroot is not needed before
            product.prepare(entry.product, target.arch)
        if entry.kmod:
            from . import kmods
            kmods.modules(entry.kmod, targets.kernel(target.arch, target.kernel))
        if entry.device is not None:
            emulator.build()
    cache.say("everything is there")


def _run_all(plan: list[tuple[Case, Target]], settings: trial.Settings, jobs: int,
             summary: report.Summary) -> None:
    echo = summary.echo if settings.verbose else None
    with ThreadPoolExecutor(jobs) as pool:
        waiting: set[Future[trial.Verdict]] = set()
        rest = iter(plan)
        try:
            while True:
                while len(waiting) < jobs and (following := next(rest, None)):
                    waiting.add(pool.submit(trial.run, *following, settings, echo))
                if not waiting:
                    return
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    summary.add(future.result())
        except BaseException:
            # The guests end before the pool is left.
            settings.stop.set()
            raise
