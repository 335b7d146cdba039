# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Kernels of ours with everything switched on that finds mistakes.

Built from Debian's linux-source packages with the fragments of debug/. An
entry also has, in build/, what modules of ours are compiled against.
"""
from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import archive, builder, cache, kconfig, tool
from .archive import Package
from .kernels import ARCHES, NEWEST, SUITES, Kernel
from .tool import PrepareError

FLAVOURS = ("kasan", "kcsan")
FRAGMENTS = Path(__file__).resolve().parents[1] / "debug"
# Raised when the content of an entry changes for the same key.
FORMAT = 1

KBUILD_ARCH = {"amd64": "x86", "arm64": "arm64"}
CROSS = {"amd64": "x86_64-linux-gnu-", "arm64": "aarch64-linux-gnu-"}
TARGETS = {"amd64": ("vmlinux", "vmlinux"), "arm64": ("Image", "arch/arm64/boot/Image")}
# What is compiled does not depend on who did it and when.
ENVIRONMENT = {"KBUILD_BUILD_TIMESTAMP": "@0", "KBUILD_BUILD_USER": "warpdrive",
               "KBUILD_BUILD_HOST": "warpdrive"}

# Two thirds of the source, which no configuration here compiles. Kconfig and
# Makefiles stay: they are read.
UNUSED = tuple(f"linux-source-*/{path}" for path in (
    "Documentation/*.rst", "Documentation/*.yaml", "arch/*.dts", "arch/*.dtsi",
    *(f"{folder}/*.[chS]" for folder in (
        "sound", "tools/perf", "tools/testing", "drivers/accel", "drivers/gpu",
        "drivers/infiniband", "drivers/media", "drivers/net/ethernet",
        "drivers/net/wireless", "drivers/scsi", "drivers/staging", "drivers/usb",
        "arch/mips", "arch/powerpc", "arch/s390", "arch/sparc"))))

SOURCE, BUILD = Path("/srv/source"), Path("/srv/build")


@archive.looked_up_again
def debug(arch: str, series: str, flavour: str = "kasan") -> Kernel:
    """The debug kernel of a series ("6.12", "newest"), built if need be."""
    if arch not in ARCHES:
        raise PrepareError(f"architecture '{arch}' is none of {', '.join(ARCHES)}")
    if flavour not in FLAVOURS:
        raise PrepareError(f"flavour '{flavour}' is none of {', '.join(FLAVOURS)}")
    package, suite = find_source(series)
    series = package.name.removeprefix("linux-source-")
    lines = options(arch, series, flavour)
    key = "\n".join([str(FORMAT), arch, str(package), builder.compiler(), *lines])
    folder = cache.entry(
        f"debug-{arch}-{series}-{flavour}", key,
        lambda part: _fill(arch, fetch_source(package, suite), lines, part))
    release = (folder / "release").read_text(encoding="utf-8").strip()
    return Kernel(arch, series, release, folder / "image", folder,
                  folder / "config")


def options(arch: str, series: str, flavour: str) -> list[str]:
    """The lines of configuration that such a kernel has to have."""
    return kconfig.wanted(
        ((FRAGMENTS / f"{name}.config").read_text(encoding="utf-8")
         for name in ("base", arch, flavour)), series)


def find_source(series: str) -> tuple[Package, str]:
    pattern = r"\d+\.\d+" if series == NEWEST else re.escape(series)
    for suite in SUITES:
        found = archive.matching(f"linux-source-{pattern}", archive.host_arch(),
                                 suite)
        if found:
            return found[-1], suite
    raise archive.Missing(f"the archive has no source of kernel {series}")


def fetch_source(package: Package, suite: str) -> Path:
    """The package, which several kernels are made of."""
    def fetch(part: Path) -> None:
        archive.download([package], archive.host_arch(), part, suite)

    folder = cache.entry(package.name, str(package), fetch)
    return next(folder.glob("*.deb"))


def _fill(arch: str, deb: Path, lines: Sequence[str], folder: Path) -> None:
    source, build = folder / "source", folder / "objects"
    build.mkdir()
    _unpack(deb, source)
    make = _Make(arch, source, build)
    _configure(make, lines)
    target, image = TARGETS[arch]
    make.run(target, "modules")
    _take(make, build / image, folder)
    cache.remove_tree(source)
    cache.remove_tree(build)


def _unpack(deb: Path, source: Path) -> None:
    package = source.with_name("package")
    archive.unpack([deb], package)
    source.mkdir()
    (tarball,) = package.glob("usr/src/linux-source-*.tar.xz")
    tool.run(["tar", "-x", "-f", tarball, "-C", source, "--strip-components=1",
              "--no-same-owner", "--wildcards",
              *(f"--exclude={pattern}" for pattern in UNUSED)])
    cache.remove_tree(package)


class _Make:
    """The kernel's own make, in the builder's chroot."""

    def __init__(self, arch: str, source: Path, build: Path):
        self.arch, self.source, self.build = arch, source, build

    def run(self, *arguments: str) -> None:
        self.command("make", "-s", "-C", str(SOURCE), f"O={BUILD}",
                     f"-j{len(os.sched_getaffinity(0))}",
                     *make_variables(self.arch), *arguments)

    def command(self, *argv: str, env: Mapping[str, str] | None = None) -> None:
        builder.run(argv, BUILD, {self.source: SOURCE, self.build: BUILD},
                    {**ENVIRONMENT, **(env or {})})


def make_variables(arch: str) -> list[str]:
    """What the kernel's make has to be told, for modules, too."""
    return [f"ARCH={KBUILD_ARCH[arch]}", f"CROSS_COMPILE={CROSS[arch]}",
            f"CC={CROSS[arch]}{builder.COMPILER}", f"HOSTCC={builder.COMPILER}"]


def _configure(make: _Make, lines: Sequence[str]) -> None:
    """Everything off that is not wanted, and what is wanted on."""
    (make.build / "wanted.config").write_text("\n".join([*lines, ""]),
                                              encoding="utf-8")
    make.run(f"KCONFIG_ALLCONFIG={BUILD / 'wanted.config'}", "allnoconfig")
    config = (make.build / ".config").read_text(encoding="utf-8")
    kconfig.check(config, lines, f"the debug kernel for {make.arch}")


def _take(make: _Make, image: Path, folder: Path) -> None:
    """What a guest boots from and what its modules are compiled against."""
    make.run("INSTALL_MOD_PATH=" + str(BUILD / "installed"), "modules_install")
    # The kernel's own list of what modules of others need. It makes programs
    # for the target if the compilers differ, which could not be run here.
    make.command(f"{SOURCE}/scripts/package/install-extmod-build", "headers",
                 env={"srctree": str(SOURCE), "SRCARCH": KBUILD_ARCH[make.arch],
                      "CC": "same", "HOSTCC": "same", "MAKE": "make"})
    config = make.build / "include" / "config"
    shutil.copyfile(config / "kernel.release", folder / "release")
    image.rename(folder / "image")
    (make.build / ".config").rename(folder / "config")
    (make.build / "headers").rename(folder / "build")
    (make.build / "installed" / "lib").rename(folder / "lib")
    for link in folder.glob("lib/modules/*/build"):
        link.unlink()
    # Some builds of kmod look below /usr/lib.
    (folder / "usr").mkdir()
    (folder / "usr" / "lib").symlink_to("../lib")
