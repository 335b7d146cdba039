# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What comes from Debian's archive without being installed, kept in the cache.

The versions are those of this machine's own packages, or the nearest that the
archive still has.
"""
from __future__ import annotations

import shutil
from pathlib import Path

from vmlib import archive, cache, tool
from vmlib.tool import PrepareError


def release() -> str:
    """This machine's suite."""
    with open("/etc/os-release", encoding="utf-8") as file:
        for line in file:
            name, _, value = line.strip().partition("=")
            if name == "VERSION_CODENAME":
                return value.strip('"')
    raise PrepareError("this is no release of Debian: /etc/os-release has no "
                       "VERSION_CODENAME")


def _installed(package: str) -> str:
    said = tool.run(["dpkg-query", "-W", "-f", "${source:Version}\n", package])
    return said.decode().splitlines()[0]


def _upstream(version: str) -> str:
    """1:1.2.13.dfsg-1 is 1.2.13.dfsg."""
    return version.partition(":")[2 * (":" in version)].rpartition("-")[0] or version


def upstream(package: str) -> str:
    """The installed package's version, as its authors count."""
    return _upstream(_installed(package))


def _nearest(versions: list[str], wanted: str) -> list[str]:
    """The version itself, then those of the same upstream version."""
    same = [v for v in versions if _upstream(v) == _upstream(wanted)]
    return sorted(same, key=lambda v: v != wanted)


def source(name: str, package: str, members: list[str]) -> Path:
    """The upstream tree of an installed package's source, or parts of it."""
    wanted = _installed(package)
    key = f"{name} {_upstream(wanted)} {members}"
    folder = cache.entry(f"source-{name}", key,
                         lambda into: _fetch_source(name, wanted, members, into))
    return next(path for path in folder.iterdir() if path.is_dir())


def _fetch_source(name: str, wanted: str, members: list[str], into: Path) -> None:
    candidates = _nearest(archive.source_versions(name, release()), wanted)
    error: PrepareError = archive.Missing(
        f"{release()} has no source package {name} {_upstream(wanted)}; "
        "apt-get update and apt-get upgrade bring this machine in line")
    for version in candidates:
        try:
            archive.download_source(name, version, into, release())
            break
        except PrepareError as failure:
            # Lists may name what the archive has replaced.
            error = failure
    else:
        raise error
    tarball = next(path for path in sorted(into.glob(f"{name}_*.orig.tar.*"))
                   if not path.name.endswith(".asc"))
    tool.run(["tar", "-x", "-C", into, "--no-same-owner", "--wildcards",
              "-f", tarball, *(f"*/{member}" for member in members)])
    for path in into.iterdir():
        if path.is_file():
            path.unlink()


@archive.looked_up_again
def package(name: str) -> Path:
    """The files of a package that nobody wants installed for a test."""
    found = archive.newest(name, archive.host_arch(), release())

    def fetch(into: Path) -> None:
        debs = archive.download([found], archive.host_arch(), into, release())
        archive.unpack(debs, into)
        for deb in debs:
            deb.unlink()
    return cache.entry(f"package-{name}",
                       f"{found} {release()} {archive.host_arch()}", fetch)


def python_tests(version: str) -> Path:
    """A folder for PYTHONPATH with Python's package "test" as a whole.

    Debian has its support code in one package and the tests in another.
    """
    tests = package(f"libpython{version}-testsuite")
    library = Path("usr/lib") / f"python{version}" / "test"
    support = Path("/") / library
    if not support.is_dir():
        raise PrepareError(f"{support} is missing, "
                           f"apt-get install libpython{version}-stdlib")

    def merge(into: Path) -> None:
        shutil.copytree(support, into / "test",
                        ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(tests / library, into / "test", dirs_exist_ok=True)
    key = f"{tests.name} {_installed(f'libpython{version}-stdlib')}"
    return cache.entry(f"python{version}-tests", key, merge)
