# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The command line of tests/package/run."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vmlib.tool import PrepareError

from . import (boot, building, containers, debs, install, system, use,
               written)
from .points import Points
from .system import RELEASES, UNSTABLE

PASSED, FAILED, UNFIT = 0, 1, 2


@dataclass(frozen=True)
class Step:
    """What can be run alone; the variant is a release, or what the step says."""
    name: str
    summary: str
    run: Callable[..., None]
    variants: tuple[str, ...]
    # Those that are run without being named.
    usual: tuple[str, ...] = ()


STEPS = (
    Step("build", "packages of a clean copy of HEAD, with their tests",
         building.build, RELEASES, ("trixie",)),
    Step("lintian", "no error and no warning, also from pedantry",
         building.lintian, (*RELEASES, UNSTABLE), RELEASES),
    Step("reproduce", "a second build gives the same bytes",
         building.reproduce, RELEASES, ("trixie",)),
    Step("cross", "packages for arm64, built here",
         building.cross, RELEASES, ("trixie",)),
    Step("life", "install, another kernel, upgrade, remove, purge",
         install.life, RELEASES, RELEASES),
    Step("refuse", "no headers, other headers, kernels that are not for us",
         install.refusals, RELEASES),
    Step("dkms-arm64", "dkms builds for arm64 kernels, across",
         install.across, RELEASES),
    Step("use", "examples with pkg-config and CMake, the tools, the drop-in",
         use.installed, RELEASES, ("trixie",)),
    Step("written", "README and the guide, typed word for word",
         written.written, RELEASES),
    Step("containers", "what the guide says of them, by Podman",
         containers.containers, RELEASES),
    Step("autopkgtest", "debian/tests", use.autopkgtest, RELEASES),
    Step("piuparts", "install, upgrade and purge as Debian's piuparts does it",
         use.piuparts, ("trixie",)),
    Step("boot", "an arm64 server boots, from apt install to a compressed file",
         boot.arm64, RELEASES),
    Step("boot-amd64", "the same on amd64", boot.amd64, RELEASES),
    Step("qemu-user", "a whole arm64 system under QEMU's user mode",
         install.whole_arm64, ("trixie",)),
)


def main(argv: Sequence[str]) -> int:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(
        prog="tests/package/run", description="The Debian packages of this tree, "
        "built, installed, used.", epilog="Steps: " + "; ".join(
            f"{step.name} ({', '.join(step.variants)}) {step.summary}"
            for step in STEPS))
    parser.add_argument("steps", nargs="*", metavar="STEP[:RELEASE]",
                        help="all, or steps; without: those of each run, "
                        + ", ".join(name for name, *_ in _usual()))
    options = parser.parse_args(argv)
    points = Points()
    try:
        system.need_root()
        plan = _plan(options.steps)
        _warn_of_changes()
        for step, variant in plan:
            _run(points, step, variant)
    except PrepareError as error:
        print(f"package: {error}", file=sys.stderr)
        return UNFIT
    finally:
        # Also after an interruption, the last line counts.
        if points.steps:
            points.table()
    return FAILED if points.failed or not points.passed else PASSED


def _usual() -> list[tuple[str, Step, str]]:
    return [(f"{step.name}:{variant}", step, variant)
            for step in STEPS for variant in step.usual]


def _plan(words: Sequence[str]) -> list[tuple[Step, str]]:
    if not words:
        return [(step, variant) for _, step, variant in _usual()]
    plan = []
    for word in words:
        name, _, variant = word.partition(":")
        found = [(step, each) for step in STEPS for each in step.variants
                 if name in ("all", step.name) and variant in ("", each)]
        if not found:
            raise PrepareError(f"there is no step {word}, see --help")
        plan += [entry for entry in found if entry not in plan]
    return plan


def _warn_of_changes() -> None:
    if debs.is_dirty():
        print("package: there are changes that are not committed; what is tested is "
              "HEAD", file=sys.stderr)


def _run(points: Points, step: Step, variant: str) -> None:
    points.begin(f"{step.name}:{variant}", step.summary)
    try:
        step.run(points, variant)
    except PrepareError as error:
        points.ok(False, "goes on to its end", str(error))
    except BaseException:
        points.ok(False, "goes on to its end", "interrupted, or a fault of the test")
        points.end()
        raise
    points.end()
