# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The packages of this tree, built from a clean copy of HEAD in a chroot."""
from __future__ import annotations

import functools
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from vmlib import cache, tool

from . import system
from .system import TOP, System

NAME = "warpdrive"
# Raised when the content of the entry changes for the same tree.
FORMAT = 1
# Where things are built; the name must not get into the packages.
BUILD, OTHER_PLACE = "/build", "/elsewhere/further/down"
# Of the same source as if it were older, to upgrade from.
OLD = "0.0.1"


@dataclass(frozen=True)
class Built:
    """What dpkg-buildpackage left."""
    folder: Path

    @property
    def debs(self) -> list[Path]:
        """The packages to install; those with debug symbols are none."""
        return [path for path in sorted(self.folder.glob("*.deb"))
                if "-dbgsym_" not in path.name]

    def deb(self, name: str) -> Path:
        """The package of a name."""
        (found,) = self.folder.glob(f"{name}_*.deb")
        return found

    @property
    def log(self) -> str:
        """What the build printed."""
        return (self.folder / "log").read_text(encoding="utf-8")


def field(deb: Path, name: str) -> str:
    """A field of a package's control file."""
    return tool.run(["dpkg-deb", "-f", deb, name]).decode().strip()


@functools.cache
def commit() -> str:
    """What HEAD was when the run began; somebody may commit meanwhile."""
    return _git("rev-parse", "HEAD").decode().strip()


@functools.cache
def head() -> str:
    """What it has, but for this folder, which no package depends on."""
    lines = _git("ls-tree", "-r", commit()).decode().splitlines()
    return "\n".join(line for line in lines
                     if not line.split("\t")[1].startswith("tests/package/"))


def is_dirty() -> bool:
    """Whether there are changes that HEAD does not have."""
    return bool(_git("status", "--porcelain").strip())


def _git(*words: str) -> bytes:
    return tool.run(["git", "-c", "safe.directory=*", "-C", TOP, *words])


@functools.cache
def content(name: str) -> str:
    """What a file has."""
    return _git("show", f"{commit()}:{name}").decode()


def control() -> str:
    """What debian/control has."""
    return content("debian/control")


def version() -> str:
    """The version of the packages, by the newest entry of the changelog."""
    return re.match(r"\S+ \((\S+)\)", content("debian/changelog"))[1]


def unpack(into: Path, changed: str = "") -> Path:
    """A clean copy of HEAD, perhaps with another version."""
    source = into / f"{NAME}-{changed or version()}"
    source.mkdir(parents=True)
    with tempfile.TemporaryFile() as stream:
        stream.write(_git("archive", commit()))
        stream.seek(0)
        tool.run(["tar", "-x", "-C", source], source=stream)
    if changed:
        _rename(source, changed)
    for path in (source, *source.rglob("*")):
        os.chown(path, 0, 0, follow_symlinks=False)
    return source


def _rename(source: Path, changed: str) -> None:
    changelog = source / "debian" / "changelog"
    text = changelog.read_text(encoding="utf-8")
    changelog.write_text(re.sub(r"\([^)]*\)", f"({changed})", text, count=1),
                         encoding="utf-8")
    cmake = source / "CMakeLists.txt"
    text = cmake.read_text(encoding="utf-8")
    changed_text, found = re.subn(r"(?<=^project\(warpdrive VERSION )[0-9.]+", changed,
                                  text, count=1, flags=re.MULTILINE)
    assert found
    cmake.write_text(changed_text, encoding="utf-8")


@functools.cache
def builder(release: str) -> Path:
    """The layer with all that the packages are built with."""
    fields = re.findall(r"^(Build-[A-Za-z-]+:.*\n(?:[ \t#].*\n)*)", control(),
                        re.MULTILINE)
    # Without what has a profile of this project's.
    depends = "".join(",\n".join(
        entry for entry in field.rstrip().split(",\n")
        if "<pkg." not in entry or "<!nocheck>" in entry) + "\n" for field in fields)
    return system.tree(
        "build", release,
        ["build-essential", "dpkg-dev", "fakeroot", "lintian"], after=f"""
        mkdir -p /tmp/source/debian
        cat >/tmp/source/debian/control <<'END'
Source: {NAME}
Maintainer: nobody <nobody@localhost>
{depends}
Package: {NAME}
Architecture: any
END
        apt-get build-dep -y /tmp/source
        rm -rf /tmp/source
        useradd --create-home builder
        """)


def built(release: str, changed: str = "", *, tested: bool = False) -> Built:
    """The packages for a release, built now if HEAD has changed.

    With tests it is another build, in another folder, as those who only want to
    install need not wait for them.
    """
    layer = builder(release)
    # Of the older one what does not need compiling is enough: the modules.
    arguments = ("-A",) if changed else ()
    how = "" if tested else "nocheck"
    place = OTHER_PLACE if tested else BUILD
    key = "\n".join([str(FORMAT), str(layer), head(), changed, how])

    def fill(into: Path) -> None:
        with System.copy(release, [layer, system.base(release)]) as copy:
            log = build(copy, changed, place=place, how=how, arguments=arguments)
            (into / "log").write_text(log, encoding="utf-8")
            collect(copy, into, place)

    return Built(cache.entry(f"packages-{release}", key, fill))


def build(copy: System, changed: str = "", *, place: str = BUILD,
          how: str = "", arguments: tuple[str, ...] = ()) -> str:
    """Builds source and packages in a system; gives what was printed."""
    source = unpack(copy.upper / place.lstrip("/"), changed)
    inside = f"{place}/{source.name}"
    jobs = min(2, len(os.sched_getaffinity(0)))
    # As somebody who is not root, as Rules-Requires-Root says, and has no sbin in
    # the path; and without a network, as Debian does it.
    copy.must(["chown", "-R", "builder:", place])
    return copy.must(
        ["runuser", "-u", "builder", "--", "env", f"--chdir={inside}",
         "HOME=/home/builder", "PATH=/usr/local/bin:/usr/bin:/bin",
         f"DEB_BUILD_OPTIONS=parallel={jobs} {how}".rstrip(),
         "dpkg-buildpackage", "-us", "-uc", *arguments], network=False)


def collect(copy: System, into: Path, place: str = BUILD) -> list[Path]:
    """Takes what was built out of a system."""
    return system.copy_out(copy, place, "*", into)


def sums(folder: Path) -> dict[str, str]:
    """Checksums of the packages in a folder."""
    said = subprocess.run(["sha256sum", *sorted(p.name for p in folder.glob("*.deb"))],
                          cwd=folder, check=True, capture_output=True, text=True)
    return {line.split()[1]: line.split()[0] for line in said.stdout.splitlines()}
