# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What a run prints: TAP, the table of a matrix, the last line."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .case import Case
from .targets import Target
from .trial import Verdict


@dataclass
class _Cell:
    """What became of a target."""
    boots: int = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    why_empty: str = ""


@dataclass
class Summary:
    """Counts tests as they end, and prints them."""
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    cells: dict[Target, _Cell] = field(default_factory=dict)
    # What was left out and why, by the targets on which it was.
    skips: dict[str, list[Target]] = field(default_factory=dict)

    def add(self, verdict: Verdict) -> None:
        """One test has ended."""
        cell = self.cells.setdefault(verdict.target, _Cell())
        cell.boots += verdict.boot_seconds is not None
        kind = ("failed" if verdict.failed else
                "skipped" if verdict.skipped else "passed")
        for counts in (self, cell):
            setattr(counts, kind, getattr(counts, kind) + 1)
        self._show(verdict)

    def _show(self, verdict: Verdict) -> None:
        number = self.passed + self.failed + self.skipped
        line = (f"{'not ok' if verdict.failed else 'ok'} {number} - "
                f"{verdict.target} {verdict.case.name}")
        skips = verdict.result.skipped
        if verdict.skipped:
            print(f"{line} # SKIP {'; '.join(skips)}", flush=True)
        else:
            boot = (f", boot {verdict.boot_seconds:.1f} s"
                    if verdict.boot_seconds is not None else "")
            print(f"{line} ({verdict.result.points} points{boot}, "
                  f"{verdict.seconds:.1f} s)", flush=True)
        for skip in skips:
            self.skips.setdefault(f"{verdict.case.name}: {skip}",
                                  []).append(verdict.target)
        for fault in verdict.faults:
            self.remark(fault)
        for note in verdict.notes:
            self.echo(note)
        if verdict.folder:
            self.remark(f"artefacts in {verdict.folder}")

    def broken(self, why: str) -> None:
        """What ended the run early: nobody may take the rest for a success."""
        self.failed += 1
        print(f"not ok {self.passed + self.failed + self.skipped} - {why}", flush=True)

    def remark(self, text: str) -> None:
        """Something that is no result."""
        print("\n".join(f"# {line}" for line in text.splitlines()), flush=True)

    def echo(self, line: str) -> None:
        """A line of a test or of a console; no point of this level's TAP."""
        print(f"    {line}", flush=True)

    def empty(self, target: Target, why: str) -> None:
        """A target that nothing can run on."""
        self.cells[target] = _Cell(why_empty=why)
        self.remark(f"nothing on {target}: {why}")

    def table(self) -> None:
        """A line a target."""
        rows = [("arch", "kernel", "iommu", "boots", "passed", "failed", "skipped", "")]
        rows += [(target.arch, str(target.kernel), target.iommu,
                  *([str(value) for value in (cell.boots, cell.passed, cell.failed,
                                              cell.skipped)]
                    if not cell.why_empty else ["-"] * 4), cell.why_empty)
                 for target, cell in self.cells.items()]
        widths = [max(map(len, column)) for column in zip(*rows)]
        for row in rows:
            self.remark("  ".join(value.ljust(width) for value, width
                                  in zip(row, widths)).rstrip())

    def end(self) -> None:
        """The plan and the last line, however the run went."""
        for skip, where in self.skips.items():
            self.remark(f"skipped {skip} ({', '.join(map(str, where))})")
        print(f"1..{self.passed + self.failed + self.skipped}")
        print(f"{self.passed} passed, {self.failed} failed", flush=True)


def show_list(cases: Iterable[Case]) -> None:
    """What --list prints."""
    for case in cases:
        kernels = f", kernels {' '.join(case.kernel)}" if case.kernel else ""
        print(f"{case.name:24} {case.summary}")
        print(f"{'':24} {' '.join(case.arch)}, IOMMU {' '.join(case.iommu)}{kernels}")
