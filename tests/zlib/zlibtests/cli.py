# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The command line."""
from __future__ import annotations

import argparse
import concurrent.futures
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from vmlib.tool import PrepareError

from . import counters, process, suites
from .context import Context, Result, Status, scratch
from .judge import Test, Verdict, judge
from .suite import Suite, Unsuitable

TOP = Path(__file__).resolve().parents[3]
LIBRARY = "libwdz/libwdz.so.1"


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/zlib/run",
        description="Runs suites of programs that use zlib, each without the "
                    "drop-in and then with it and the built-in device.",
        epilog="suites: " + "; ".join(f"{s.name}: {s.what}" for s in suites.ALL))
    parser.add_argument("suites", metavar="SUITE", nargs="*",
                        help="only these; no name means all")
    parser.add_argument("--build", type=Path, default=TOP / "build" / "release",
                        help="folder of the build (build/release)")
    parser.add_argument("--jobs", type=int,
                        default=int(os.environ.get("JOBS") or os.cpu_count() or 1),
                        help="runs at once, one a processor by default")
    parser.add_argument("--keep", action="store_true",
                        help="keep what the suites wrote, and say where")
    chosen = parser.parse_args(argv)
    known = {suite.name: suite for suite in suites.ALL}
    for name in chosen.suites:
        if name not in known:
            parser.error(f"there is no suite {name}: {', '.join(known)}")
    chosen.suites = [suite for suite in suites.ALL
                     if not chosen.suites or suite.name in chosen.suites]
    if chosen.jobs < 1:
        parser.error("--jobs: 1 at least")
    return chosen


def main(argv: Sequence[str]) -> int:
    """The exit status; the last line says how many passed and failed."""
    chosen = _arguments(argv)
    library = (chosen.build / LIBRARY).absolute()
    if not library.exists():
        print(f"tests/zlib/run: there is no {library}; ./build.sh check zlib "
              "builds it, --build names another folder", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _stop)
    report = _Report()
    try:
        folder = scratch()
        try:
            _run_all(chosen, library, Path(folder.name), report)
        finally:
            process.stop_all()
            if chosen.keep:
                folder._finalizer.detach()
                print(f"# kept in {folder.name}")
            else:
                folder.cleanup()
    except _Interrupted as signalled:
        print(f"tests/zlib/run: stopped by signal {signalled}", file=sys.stderr)
        return 128 + signalled.args[0]
    return report.end()


class _Interrupted(BaseException):
    pass


def _stop(number: int, _frame: object) -> None:
    process.stop_all()
    raise _Interrupted(number)


def _run_all(chosen: argparse.Namespace, library: Path, folder: Path,
             report: _Report) -> None:
    with concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
        waiting = {pool.submit(_run_suite, suite, library, folder / suite.name): suite
                   for suite in chosen.suites}
        for future in concurrent.futures.as_completed(waiting):
            report.suite(waiting[future], *future.result())


def _run_suite(suite: Suite, library: Path,
               folder: Path) -> tuple[list[Test], list[str]]:
    """The tests of both runs, and what there is to say beside them."""
    began = time.monotonic()
    (folder / "prepared").mkdir(parents=True)
    try:
        prepared = suite.prepare(folder / "prepared")
    except Unsuitable as reason:
        return [], [f"skipped {suite.name}: {reason}"]
    except PrepareError as error:
        return [Test("can be run", Verdict.FAILED, str(error))], []
    baseline = Context(folder / "baseline", None, prepared)
    ours = Context(folder / "dropin", library, prepared)
    for context in (baseline, ours):
        _run_guarded(suite, context)
    tests = list(judge(baseline.results, ours.results))
    sums = counters.total(ours.counters)
    tests += _device_worked(suite, sums)
    return tests, [f"# {suite.name}: {counters.summary(sums)}; "
                   f"{time.monotonic() - began:.0f} s"]


def _run_guarded(suite: Suite, context: Context) -> None:
    try:
        suite.run(context)
    except process.Stopped:
        raise
    except Exception:
        # The suite's own mistake or a missing file: its tests so far count.
        context.results["runs to its end"] = Result(
            Status.FAILED, traceback.format_exc(limit=-4))


def _device_worked(suite: Suite, sums) -> Iterator[Test]:
    for direction in suite.directions:
        done = counters.device_bytes(sums, direction) > 0
        yield Test(f"the device did work: {direction}",
                   Verdict.PASSED if done else Verdict.FAILED,
                   "" if done else f"counters: {dict(sums) or 'none'}")


class _Report:
    """TAP-like lines, and the sums."""

    def __init__(self):
        self.number = 0
        self.count = dict.fromkeys(Verdict, 0)

    def suite(self, suite: Suite, tests: list[Test], notes: list[str]) -> None:
        for test in tests:
            self._test(suite, test)
        for note in notes:
            print(note)
        sys.stdout.flush()

    def _test(self, suite: Suite, test: Test) -> None:
        self.number += 1
        self.count[test.verdict] += 1
        line = f"{self.number} - {suite.name}: {test.name}"
        if test.verdict is Verdict.PASSED:
            print(f"ok {line}")
        elif test.verdict is Verdict.SKIPPED:
            print(f"ok {line} # SKIP {' '.join(test.detail.split())}")
        elif test.verdict is Verdict.KNOWN:
            print(f"not ok {line} # TODO fails without the drop-in, too")
        else:
            print(f"not ok {line}")
            for text in test.detail.strip().splitlines():
                print(f"#   {text}")

    def end(self) -> int:
        count = self.count
        if count[Verdict.KNOWN]:
            print(f"note {count[Verdict.KNOWN]} tests fail without the drop-in, too")
        if count[Verdict.SKIPPED]:
            print(f"note {count[Verdict.SKIPPED]} tests leave themselves out")
        if not count[Verdict.PASSED]:
            print("# nothing passed: that is no success")
        failed = count[Verdict.FAILED] or (0 if count[Verdict.PASSED] else 1)
        print(f"{count[Verdict.PASSED]} passed, {failed} failed")
        return 1 if failed else 0
