# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Points of a step as they are printed, and the table at the end."""
from __future__ import annotations

import time
from dataclasses import dataclass, field

# Of what a failed command said.
SHOWN_LINES = 40


@dataclass
class Step:
    """A line of the table."""
    name: str
    summary: str
    passed: int = 0
    failed: int = 0
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0


class Points:
    """Counts what was shown."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.notes: list[str] = []

    @property
    def passed(self) -> int:
        return sum(step.passed for step in self.steps)

    @property
    def failed(self) -> int:
        return sum(step.failed for step in self.steps)

    def begin(self, name: str, summary: str) -> None:
        """What comes from here on belongs to this step."""
        self.steps.append(Step(name, summary))
        print(f"# {name}: {summary}", flush=True)

    def end(self) -> None:
        """The step is over; one that showed nothing has failed."""
        step = self.steps[-1]
        step.seconds = time.monotonic() - step.began
        if not step.passed and not step.failed:
            self.ok(False, "shows something")

    def ok(self, good: bool, what: str, detail: str = "") -> bool:
        """A point; the detail is shown if it is not good."""
        step = self.steps[-1]
        step.passed += bool(good)
        step.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.passed + self.failed} - "
              f"{step.name}: {what}", flush=True)
        if not good:
            for line in detail.strip().splitlines()[-SHOWN_LINES:]:
                print(f"#   {line[:300]}", flush=True)
        return good

    def note(self, text: str) -> None:
        """A line for the reader, again below the table."""
        self.notes.append(f"{self.steps[-1].name}: {text}")
        print(f"# {text}", flush=True)

    def table(self) -> None:
        """The table, the notes and the line that counts."""
        width = max((len(step.name) for step in self.steps), default=4)
        print(f"# {'step':{width}}  passed  failed  seconds")
        for step in self.steps:
            print(f"# {step.name:{width}}  {step.passed:6}  {step.failed:6}  "
                  f"{step.seconds:7.0f}  {step.summary}")
        for text in self.notes:
            print(f"# note {text}")
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
