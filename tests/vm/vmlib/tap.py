# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What a test printed in the Test Anything Protocol, judged."""
from __future__ import annotations

import re
from dataclasses import dataclass, field

POINT = re.compile(r"(?P<result>ok|not ok)\b[ \t]*(?P<number>\d+)?[ \t]*"
                   r"(?:- )?(?P<name>.*)$")
PLAN = re.compile(r"1\.\.(?P<count>\d+)[ \t]*(?:# *(?i:skip)\S*[ \t]*(?P<reason>.*))?$")
DIRECTIVE = re.compile(r"(?P<name>.*?)[ \t]*# *(?P<kind>(?i:skip|todo))\b[ \t]*"
                       r"(?P<reason>.*)$")


@dataclass
class Result:
    """A test's own view: what it showed, left out, and failed at."""
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    # Why the output as a whole is not to be trusted.
    faults: list[str] = field(default_factory=list)

    @property
    def points(self) -> int:
        return self.passed + len(self.failed) + len(self.skipped)


def judge(lines: list[str], status: int | None) -> Result:
    """The result of a test's output and exit status (None: it did not end)."""
    result = Result()
    plans: list[re.Match[str]] = []
    for line in lines:
        if line.startswith("Bail out!"):
            result.faults.append(line)
        elif match := PLAN.match(line):
            plans.append(match)
        elif match := POINT.match(line):
            _point(result, match)
    if status is None:
        result.faults.append("the test did not end")
    elif status != 0:
        result.faults.append(f"the test ended with status {status}")
    _check_plan(result, plans)
    return result


def _point(result: Result, match: re.Match[str]) -> None:
    wanted = result.points + 1
    if match["number"] and int(match["number"]) != wanted:
        result.faults.append(f"point {match['number']} came where {wanted} was due")
    name = match["name"] or f"point {wanted}"
    directive = DIRECTIVE.match(name)
    if directive and directive["kind"].lower() == "todo":
        result.faults.append(f"{name}: there is no TODO here, a point passes or fails")
    if match["result"] == "not ok":
        result.failed.append(name)
    elif directive and not directive["reason"]:
        result.failed.append(f"{name}: skipped without a reason")
    elif directive:
        result.skipped.append(f"{directive['name']}: {directive['reason']}")
    else:
        result.passed += 1


def _check_plan(result: Result, plans: list[re.Match[str]]) -> None:
    if len(plans) != 1:
        result.faults.append("there is more than one plan" if plans
                             else "the plan is missing")
        return
    planned, reason = int(plans[0]["count"]), plans[0]["reason"]
    if planned != result.points:
        result.faults.append(f"{planned} points were planned, "
                             f"{result.points} came")
    elif planned == 0 and reason:
        result.skipped.append(f"all of it: {reason}")
    elif planned == 0:
        result.faults.append("everything was skipped without a reason")
