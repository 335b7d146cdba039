# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Debian packages of other suites and architectures, without installing them.

apt does the work, with a configuration, lists and locks of its own for each
pair of release and architecture, so neither root nor a change to this machine
is needed. Which archive is asked follows from this machine's own sources.

The lists are refreshed once a week, and when a download fails because the
archive has moved on. With lists in the cache no network is needed.
"""
from __future__ import annotations

import contextlib
import functools
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from pathlib import Path
from typing import ParamSpec, TypeVar

from . import cache, tool
from .tool import PrepareError

P = ParamSpec("P")
T = TypeVar("T")

# Releases that packages are taken from, oldest first, and whether their
# backports are, too, which this machine may have or not have of its own release.
RELEASES = {"bookworm": False, "trixie": True}
POCKETS = ("", "-updates", "-security")
# Stands for an architecture where the lists are those of source packages.
SOURCE = "source"
REFRESH_SECONDS = 7 * 86400
# A list so young need not be fetched again because a package is missing.
FRESH_SECONDS = 60
# How long old lists serve before another try when they cannot be refreshed.
RETRY_SECONDS = 3600

KEYRINGS = (Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
            Path("/usr/share/keyrings/debian-archive-keyring.pgp"))
TRUSTED = Path("/etc/apt/trusted.gpg.d")
SCRIPT = Path(__file__).resolve().parents[2] / "lib" / "archive.sh"

# What nobody reads in an unpacked tree.
DOCUMENTATION = ("./usr/share/doc", "./usr/share/info", "./usr/share/lintian",
                 "./usr/share/locale", "./usr/share/man")


class Missing(PrepareError):
    """The archive has no such package or version, also by fresh lists."""


def looked_up_again(get: Callable[P, T]) -> Callable[P, T]:
    """For what looks packages up and fetches them: once more if one is Missing.

    Lists of last week name versions that the archive has dropped since; the lists
    are fresh then.
    """
    @functools.wraps(get)
    def twice(*args: P.args, **named: P.kwargs) -> T:
        try:
            return get(*args, **named)
        except Missing:
            return get(*args, **named)
    return twice


@dataclass(frozen=True)
class Package:
    """A package of a suite, as apt names it."""
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name}={self.version}"


def host_arch() -> str:
    """This machine's architecture in Debian's terms."""
    return tool.run(["dpkg", "--print-architecture"]).decode().strip()


def sources(release: str) -> list[str]:
    """sources.list lines of a release, from this machine's archives."""
    lines = {line.split()[2]: line for line in _script(f"archive_sources {release}")}
    if release not in lines:
        raise PrepareError(
            "this machine's apt configuration has no archive of its own Debian "
            "release (see apt-get indextargets), so none of others is known")
    wanted = [release + pocket for pocket in POCKETS]
    if RELEASES[release]:
        backports = f"{release}-backports"
        wanted.append(backports)
        lines.setdefault(backports, lines[release].replace(
            f" {release} ", f" {backports} "))
    return [lines[suite] for suite in wanted if suite in lines]


def host_options() -> list[str]:
    """apt.conf lines by which this machine reaches its archives."""
    return _script("archive_apt_conf")


def _script(call: str) -> list[str]:
    out = tool.run(["bash", "-c", f'set -euo pipefail; . "$1"; {call}', "bash",
                    SCRIPT])
    return out.decode().splitlines()


def newest(regex: str, arch: str, suite: str = "trixie") -> Package:
    """The newest of the packages whose whole name matches.

    Newest is the highest version of a package, then of the numbers in a name:
    several kernels of one source have one package version each.
    """
    found = matching(regex, arch, suite)
    if not found:
        refresh(suite, arch)
        found = matching(regex, arch, suite)
    if not found:
        raise Missing(f"{suite} has no package {regex} for {arch}")
    return found[-1]


def refresh(suite: str, arch: str) -> None:
    """Fetches a suite's lists again, unless that was done just now."""
    _Lists.of(suite, arch).refresh()


def matching(regex: str, arch: str, suite: str = "trixie") -> list[Package]:
    """Packages whose whole name matches, each in its newest version, sorted.

    A suite with a dash (trixie-backports) includes the release itself.
    """
    lists = _Lists.of(suite, arch)
    found = lists.names(regex)
    if not found:
        return []
    newest_of: dict[str, Package] = {}
    for line in lists.apt("apt-cache", "madison", *found).splitlines():
        name, version, origin = (part.strip() for part in line.split("|"))
        if not origin.endswith(" Packages") or not lists.has(origin):
            continue
        best = newest_of.get(name)
        if best is None or _compare(best.version, version) < 0:
            newest_of[name] = Package(name, version)
    return sorted(newest_of.values(), key=cmp_to_key(
        lambda a, b: _compare(a.version, b.version) or _compare(a.name, b.name)))


def names(regex: str, arch: str, suite: str = "trixie") -> list[str]:
    """Package names that match as a whole, in no order.

    That is quicker than matching(), but a name may be in backports only.
    """
    return _Lists.of(suite, arch).names(regex)


def _compare(one: str, other: str) -> int:
    """Debian's order of versions."""
    if one == other:
        return 0
    less = subprocess.run(["dpkg", "--compare-versions", one, "lt", other],
                          check=False, stderr=subprocess.DEVNULL)
    return -1 if less.returncode == 0 else 1


def download(packages: Sequence[str | Package], arch: str, into: Path,
             suite: str = "trixie", *, dependencies: bool = False) -> list[Path]:
    """Fetches packages, with all that they depend on if asked, into a folder.

    Raises Missing, after a refresh of the lists, if the archive does not have
    them: then look the names up again.
    """
    lists = _Lists.of(suite, arch)
    fetch = lists.install if dependencies else lists.download
    into.mkdir(parents=True, exist_ok=True)
    try:
        fetch([str(package) for package in packages], into)
    except PrepareError:
        if not lists.refresh():
            raise
        fetch([str(package) for package in packages], into)
    return sorted(into.glob("*.deb"))


def source_versions(name: str, suite: str) -> list[str]:
    """The versions of a source package that a suite has, newest first."""
    lists = _SourceLists.of(suite, SOURCE)
    found = _source_versions(lists, name)
    if not found and lists.refresh():
        found = _source_versions(lists, name)
    return sorted(found, key=cmp_to_key(_compare), reverse=True)


def _source_versions(lists: _Lists, name: str) -> set[str]:
    try:
        said = lists.apt("apt-cache", "showsrc", "--only-source", name)
    except PrepareError:
        # That is how it says that there is none.
        return set()
    return set(re.findall(r"^Version: (\S+)$", said, re.MULTILINE))


def download_source(name: str, version: str, into: Path, suite: str) -> list[Path]:
    """Fetches the upstream tarballs of a source package, unpacking nothing.

    They outlive Debian's own part of a version, and apt knows their sums from
    the signed lists, so nothing else is asked for. Raises Missing, after a
    refresh of the lists, if the archive does not have them.
    """
    lists = _SourceLists.of(suite, SOURCE)
    into.mkdir(parents=True, exist_ok=True)
    try:
        lists.download_source(f"{name}={version}", into)
    except PrepareError:
        if not lists.refresh():
            raise
        lists.download_source(f"{name}={version}", into)
    return sorted(into.iterdir())


def unpack(debs: Sequence[Path], into: Path,
           exclude: Sequence[str] = DOCUMENTATION) -> None:
    """Unpacks packages into one tree; nothing is configured."""
    into.mkdir(parents=True, exist_ok=True)
    options = [f"--exclude={name}" for name in exclude]
    for deb in debs:
        # tar is told what to leave out, which dpkg-deb -x cannot be.
        with tool.piped(["dpkg-deb", "--fsys-tarfile", deb]) as stream:
            tool.run(["tar", "-x", "-C", into, "--no-same-owner", *options],
                     source=stream)


def _age(stamp: Path) -> float | None:
    try:
        return max(0.0, time.time() - stamp.stat().st_mtime)
    except FileNotFoundError:
        return None


class _Lists:
    """The apt configuration and the package lists of one release and arch."""

    def __init__(self, suite: str, arch: str):
        self.suite = suite
        self.release = suite.split("-")[0]
        self.arch = arch
        self.folder = cache.root() / "archive" / f"{self.release}-{arch}"
        self.conf = self.folder / "apt.conf"
        self.stamp = self.folder / "refreshed"
        self.tried = self.folder / "tried"

    @classmethod
    def of(cls, suite: str, arch: str) -> _Lists:
        """The lists, fetched or refreshed if it is time."""
        lists = cls(suite, arch)
        if lists.release not in RELEASES:
            raise PrepareError(f"suite {suite} is none of {', '.join(RELEASES)}")
        with lists._locked():
            if not lists.conf.exists():
                lists._write_configuration()
            age = _age(lists.stamp)
            if age is None:
                lists._update()
            elif age > REFRESH_SECONDS:
                lists._try_update()
        return lists

    def apt(self, *argv: str | Path, cwd: Path | None = None) -> str:
        """Standard output of an apt program with these lists."""
        with self._locked():
            return self._apt(*argv, cwd=cwd)

    def names(self, regex: str) -> list[str]:
        return [name for name in self.apt("apt-cache", "pkgnames").split()
                if re.fullmatch(regex, name)]

    def download(self, packages: Sequence[str], into: Path) -> None:
        self._fetch(["apt-get", *self._target(), "download", *packages], into)

    def install(self, packages: Sequence[str], into: Path) -> None:
        """The packages and, as nothing counts as installed, all below them."""
        self._fetch(["apt-get", *self._target(), "--yes", "--download-only",
                     "--no-install-recommends",
                     "-o", f"Dir::Cache::archives={into}",
                     "install", *packages], into)
        for left in ("partial", "lock"):
            tool.run(["rm", "-rf", into / left])

    def refresh(self) -> bool:
        """Fetches the lists again; False if they were fetched just now."""
        with self._locked():
            age = _age(self.stamp)
            if age is not None and age < FRESH_SECONDS:
                return False
            self._write_configuration()
            self._update()
            return True

    def has(self, origin: str) -> bool:
        """Whether madison's origin ("URI suite/main arch Packages") counts."""
        suite = origin.split()[1].split("/")[0]
        return suite == self.suite or not suite.endswith("-backports")

    def _target(self) -> list[str]:
        # Backports are chosen only if asked for.
        return ["-t", self.suite] if self.suite.endswith("-backports") else []

    def _locked(self) -> contextlib.AbstractContextManager[bool]:
        return cache.locked(self.folder.with_name(f"{self.folder.name}.apt"),
                            what=f"the package lists of {self.release} {self.arch}")

    def _apt(self, *argv: str | Path, cwd: Path | None = None) -> str:
        return tool.run(argv, cwd=cwd,
                        env={"APT_CONFIG": str(self.conf)}).decode()

    def _fetch(self, argv: Sequence[str], into: Path) -> None:
        try:
            self.apt(*argv, cwd=into)
        except PrepareError as error:
            if re.search(r"\b404\b|Unable to locate|was not found|no candidate|"
                         r"Can't find", str(error)):
                raise Missing(str(error)) from None
            raise

    def _update(self) -> None:
        began = time.monotonic()
        cache.say(f"fetching the package lists of {self.release} {self.arch}")
        # By default a list that could not be had is a warning.
        self._apt("apt-get", "-qq", "update", "-o", "APT::Update::Error-Mode=any")
        self.stamp.touch()
        cache.say(f"package lists of {self.release} {self.arch} are here, "
                  f"{time.monotonic() - began:.1f} s")

    def _try_update(self) -> None:
        tried = _age(self.tried)
        if tried is not None and tried < RETRY_SECONDS:
            return
        self.tried.touch()
        try:
            self._write_configuration()
            self._update()
        except PrepareError as error:
            days = (_age(self.stamp) or 0) / 86400
            cache.say(f"{error}\nvm: going on with package lists that are "
                      f"{days:.0f} days old")

    def _write_configuration(self) -> None:
        for name in ("lists/partial", "cache/archives/partial", "trusted"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._trust()
        (self.folder / "status").touch()
        (self.folder / "sources.list").write_text(
            "\n".join(self._sources()) + "\n", encoding="utf-8")
        part = self.conf.with_suffix(".part")
        part.write_text("\n".join(self._configuration()) + "\n",
                        encoding="utf-8")
        part.rename(self.conf)

    def _sources(self) -> list[str]:
        return sources(self.release)

    def _trust(self) -> None:
        """Debian's keys and those that this machine trusts for all archives."""
        trusted = self.folder / "trusted"
        for old in trusted.iterdir():
            old.unlink()
        keys = [next((key for key in KEYRINGS if key.exists()), None)]
        if TRUSTED.is_dir():
            keys += sorted(TRUSTED.iterdir())
        for key in filter(None, keys):
            # apt reads no other endings than these.
            ending = ".asc" if key.suffix == ".asc" else ".gpg"
            (trusted / (key.stem + ending)).symlink_to(key)
        if not any(trusted.iterdir()):
            raise PrepareError("no keys of Debian's archive here, "
                               "apt-get install debian-archive-keyring")

    def _configuration(self) -> Iterator[str]:
        folder = self.folder
        yield from host_options()
        values = {
            "APT::Architecture": self._architecture(),
            "Dir::State": folder,
            "Dir::State::lists": folder / "lists",
            "Dir::State::status": folder / "status",
            "Dir::Cache": folder / "cache",
            # As large as all the rest, and it saves time only with local files.
            "Dir::Cache::srcpkgcache": "",
            "Dir::Etc::sourcelist": folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::parts": "/dev/null",
            "Dir::Etc::main": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::Etc::trusted": "/dev/null",
            "Dir::Etc::trustedparts": folder / "trusted",
            # apt's own user cannot enter somebody's cache.
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "Acquire::GzipIndexes": "true",
            # Mirrors with old lists are used, too.
            "Acquire::Check-Valid-Until": "false",
            "Acquire::Retries": 3,
        }
        for name, value in values.items():
            yield f'{name} "{value}";'
        yield f'APT::Architectures {{ "{self._architecture()}"; }};'

    def _architecture(self) -> str:
        return self.arch


class _SourceLists(_Lists):
    """The same for source packages."""

    def download_source(self, package: str, into: Path) -> None:
        self._fetch(["apt-get", "-qq", "source", "--download-only", "--tar-only",
                     "--only-source", package], into)

    def _sources(self) -> list[str]:
        return [re.sub("^deb ", "deb-src ", line)
                for line in super()._sources()]

    def _architecture(self) -> str:
        return host_arch()
