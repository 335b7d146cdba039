# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The two runs of a suite side by side."""
from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .context import Result, Status


class Verdict(enum.Enum):
    PASSED = "passed"
    FAILED = "failed"
    # Fails without the drop-in, too, so it says nothing about it.
    KNOWN = "known"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Test:
    name: str
    verdict: Verdict
    detail: str = ""


def judge(baseline: Mapping[str, Result],
          ours: Mapping[str, Result]) -> Iterator[Test]:
    """A verdict for each test that either run has."""
    for name in {**baseline, **ours}:
        yield _judge_one(name, baseline.get(name), ours.get(name))


def _judge_one(name: str, before: Result | None, now: Result | None) -> Test:
    if now is None:
        if before is not None and before.status is Status.OK:
            return Test(name, Verdict.FAILED, "did not run with the drop-in")
        return Test(name, Verdict.SKIPPED, before.detail if before else "")
    if now.status is Status.OK:
        return Test(name, Verdict.PASSED)
    if now.status is Status.SKIPPED:
        if before is not None and before.status is Status.OK:
            return Test(name, Verdict.FAILED,
                        f"skipped with the drop-in only: {now.detail}")
        return Test(name, Verdict.SKIPPED, now.detail)
    if before is not None and before.status is Status.FAILED:
        return Test(name, Verdict.KNOWN, before.detail)
    return Test(name, Verdict.FAILED, now.detail)
