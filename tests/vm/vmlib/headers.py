# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What modules of ours are compiled against for Debian's own kernels.

The packages of headers are for the kernel's architecture, the programs that
kbuild runs are for this machine's. All lie in one tree, as they refer to each
other by relative links, but for one line.
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import archive, cache, kernels
from .archive import Package

# Where builder.run() has to bind the tree.
PREFIX = Path("/srv/headers")
# Raised when the content of an entry changes for the same packages.
FORMAT = 1


@dataclass(frozen=True)
class Headers:
    """Headers of one kernel."""
    release: str
    tree: Path

    @property
    def folder(self) -> Path:
        """What "make -C" gets, in the builder."""
        return PREFIX / "usr" / "src" / f"linux-headers-{self.release}"


def headers(arch: str, series: str) -> Headers:
    """The headers of the kernel that kernels.stock() gives."""
    return of(arch, kernels.release(arch, series))


def of(arch: str, release: str) -> Headers:
    """The headers of a kernel, by what "uname -r" says there."""
    try:
        return _unpacked(arch, release)
    except archive.Missing:
        # What the lists say may be gone, or newer than they are.
        for suite in kernels.SUITES:
            archive.refresh(suite, arch)
        return _unpacked(arch, release)


def _unpacked(arch: str, release: str) -> Headers:
    abi = release.removesuffix(f"-{arch}")
    suite = _suite(arch, release)
    own = [archive.newest(f"linux-headers-{_literal(name)}", arch, suite)
           for name in (release, f"{abi}-common")]
    # 6.1.0-56 comes with linux-kbuild-6.1, later ones with the whole name.
    series = ".".join(abi.split(".")[:2])
    kbuild = archive.newest(f"linux-kbuild-({_literal(abi)}|{_literal(series)})",
                            archive.host_arch(), suite)
    packages = [*own, kbuild]
    key = "\n".join([str(FORMAT), archive.host_arch(), str(PREFIX),
                     *map(str, packages)])
    tree = cache.entry(f"headers-{release}", key,
                       lambda part: _fill(arch, suite, own, kbuild, part))
    return Headers(release, tree)


def _literal(name: str) -> str:
    return "".join(f"\\{char}" if char in ".+" else char for char in name)


def _suite(arch: str, release: str) -> str:
    for suite in kernels.SUITES:
        if archive.names(f"linux-headers-{_literal(release)}", arch, suite):
            return suite
    raise archive.Missing(f"the archive has no headers of kernel {release}")


def _fill(arch: str, suite: str, own: list[Package], kbuild: Package,
          folder: Path) -> None:
    debs = folder / "debs"
    archive.download(own, arch, debs, suite)
    archive.unpack(archive.download([kbuild], archive.host_arch(), debs, suite),
                   folder)
    cache.remove_tree(debs)
    makefile = folder / "usr" / "src" / own[0].name / "Makefile"
    text = makefile.read_text(encoding="utf-8")
    makefile.write_text(text.replace("/usr/src/", f"{PREFIX}/usr/src/"),
                        encoding="utf-8")
