# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""How the packages are built, and what lintian finds in them."""
from __future__ import annotations

import re
import tempfile
from pathlib import Path

from vmlib import tool

from . import debs, foreign, system
from .debs import Built
from .points import Points
from .system import UNSTABLE, System

# Of which release the packages are that unstable's lintian looks at.
NEWEST = system.RELEASES[-1]
CROSS = "arm64"
# What a tag of lintian's begins with when it is an error or a warning, or what
# pedantry and experiments find.
FINDINGS = re.compile(r"^[EWPX]: ", re.MULTILINE)
RESULTS = "/srv/results"
# What only unstable's lintian knows, so that an override of it would be an error
# to the others'.
FOR_OLDER = {
    "redundant-priority-optional-field":
        "Debian 12 has no default, and its lintian wants the field",
    "redundant-rules-requires-root-no-field":
        "Debian 12 would build with fakeroot without it",
}


def declared() -> set[str]:
    """The packages that debian/control names."""
    return set(re.findall(r"^Package: *(\S+)", debs.control(), re.MULTILINE))


def build(points: Points, release: str) -> None:
    """The packages, from source, as an ordinary user and without a network."""
    built = debs.built(release, tested=True)
    _all_there(points, built)
    tests = re.search(r"100% tests passed, 0 tests failed out of (\d+)", built.log)
    points.ok(tests is not None and int(tests[1]) > 10, "the tests ran in the build",
              built.log[-3000:])
    warnings = re.findall(r"^.*(?:dpkg-shlibdeps|dpkg-gencontrol|dh_\w+|dpkg-source): "
                          r"(?:warning|error): .*$", built.log, re.MULTILINE)
    # That is Debian's own, of the C library and the merged /usr.
    warnings = [line for line in warnings if "diversions involved" not in line]
    points.ok(not warnings, "no tool of the build warns", "\n".join(warnings))
    for path in built.debs:
        if debs.field(path, "Architecture") != "all":
            points.ok(_links_are_hardened(path), f"{path.name.split('_')[0]} is "
                      "linked with relro and bound at start")


def _all_there(points: Points, built: Built) -> None:
    found = {debs.field(path, "Package") for path in built.debs}
    points.ok(found == declared(), "every package of debian/control is there",
              f"missing {declared() - found}, more {found - declared()}")


def _links_are_hardened(deb: Path) -> bool:
    """Every program and library of a package, by its dynamic section."""
    with tempfile.TemporaryDirectory(prefix="package-deb-") as name:
        tool.run(["dpkg-deb", "-x", deb, name])
        for path in _elf_files(Path(name)):
            said = tool.run(["readelf", "-W", "-l", "-d", path]).decode()
            if "GNU_RELRO" not in said or not re.search(r"BIND_NOW|\bNOW\b", said):
                return False
    return True


def _elf_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*")
            if path.is_file() and not path.is_symlink()
            and path.read_bytes()[:4] == b"\x7fELF"]


def _machine(file: Path) -> str:
    said = tool.run(["readelf", "-h", file]).decode()
    return re.search(r"Machine: *(.*\S)", said)[1]


def lintian(points: Points, release: str) -> None:
    """All that lintian of a release has to say about source and packages."""
    built = debs.built(NEWEST if release == UNSTABLE else release)
    (changes,) = built.folder.glob("*.changes")
    layers = ([system.tree("lintian", release, ["lintian"])] if release == UNSTABLE
              else [debs.builder(release)])
    known = FOR_OLDER if release == UNSTABLE else {}
    with System.copy(release, [*layers, system.base(release)]) as copy:
        copy.bind(built.folder, RESULTS)
        result = copy.run(["lintian", "--pedantic", "--allow-root", "--show-overrides",
                           *(["--suppress-tags", ",".join(known)] if known else []),
                           "--tag-display-limit", "0", f"{RESULTS}/{changes.name}"])
        found = [line for line in result.said.splitlines() if FINDINGS.match(line)]
        points.ok(result.status in (0, 1) and not found,
                  "nothing but what is overridden", "\n".join(found) or result.said)
        overridden = re.findall(r"^O: (\S+ .*)$", result.said, re.MULTILINE)
        for line in overridden:
            points.note(f"overridden: {line}")
        for tag, why in known.items():
            points.note(f"not looked at: {tag}: {why}")


def reproduce(points: Points, release: str) -> None:
    """Another folder, another time, with and without tests: the same packages."""
    first = debs.sums(debs.built(release).folder)
    second = debs.sums(debs.built(release, tested=True).folder)
    points.ok(set(first) == set(second), "the same packages",
              f"{sorted(first)}\n{sorted(second)}")
    for name in sorted(first):
        points.ok(first[name] == second.get(name), f"the same bytes in {name}")


def cross(points: Points, release: str) -> None:
    """Programs and libraries for another architecture."""
    built = foreign.cross_built(release, CROSS)
    _all_there(points, built)
    for path in built.debs:
        if debs.field(path, "Architecture") == "all":
            continue
        with tempfile.TemporaryDirectory(prefix="package-deb-") as name:
            tool.run(["dpkg-deb", "-x", path, name])
            machines = {_machine(file) for file in _elf_files(Path(name))}
        points.ok(machines <= {"AArch64"}, f"{path.name.split('_')[0]} is for arm64",
                  str(machines))
