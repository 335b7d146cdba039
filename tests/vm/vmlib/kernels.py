# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Debian's own kernels, unpacked: image, configuration and modules.

Of each series (6.1, 6.12, ...) the newest build is taken; which that is, and
in which packages it comes, is looked up.
"""
from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from . import archive, cache, tool, vmlinux
from .archive import Package
from .tool import PrepareError

T = TypeVar("T")

ARCHES = ("amd64", "arm64")
NEWEST = "newest"
# Raised when the content of an entry changes for the same packages.
FORMAT = 2

# Where series are looked for, the first that has one wins: bookworm builds the
# newer release's series, too.
SUITES = ("trixie-backports", "bookworm")

# linux-image-RELEASE-ARCH has all of it until, in 6.19, it only depends on
# linux-binary-*, linux-modules-* and linux-base-* (the configuration). A new
# build has its binary signed some days later and is unsigned until then.
PACKAGE = (r"linux-(?P<kind>image|binary|binary-unsigned)-"
           r"(?P<release>(?P<series>{series})\.[0-9.]+"
           r"(-[0-9]+|\+deb[0-9.]+)-{arch})")
ANY_SERIES = r"[0-9]+\.[0-9]+"

# Three quarters of the modules, of no use on the machines that QEMU makes here.
UNUSED = ("sound", "drivers/accel", "drivers/bluetooth", "drivers/comedi",
          "drivers/gpu", "drivers/hid", "drivers/hwmon", "drivers/iio",
          "drivers/infiniband", "drivers/input", "drivers/media", "drivers/mmc",
          "drivers/mtd", "drivers/net/ethernet", "drivers/net/wireless",
          "drivers/scsi", "drivers/staging", "drivers/usb", "net/bluetooth",
          "net/netfilter", "net/wireless")
# QEMU makes its own.
DEVICE_TREES = ("./usr/lib/linux-image-*", "./usr/lib/modules/*/dtb")


@dataclass(frozen=True)
class Kernel:
    """A kernel to boot."""
    arch: str
    series: str
    release: str            # uname -r
    image: Path             # for -kernel: Image (arm64), vmlinux (amd64)
    modules: Path           # for modprobe -d: has lib/modules/<release>
    config: Path


@dataclass(frozen=True)
class _Build:
    """A kernel in the archive."""
    arch: str
    series: str
    release: str
    suite: str
    packages: tuple[Package, ...]


def series(arch: str) -> list[str]:
    """The series that the archive has, newest last."""
    _check(arch)
    return sorted({name for suite in SUITES for name in _series_of(arch, suite)},
                  key=_number)


def stock(arch: str, wanted: str) -> Kernel:
    """Debian's newest kernel of a series ("6.12") or of all ("newest")."""
    return _of_newest(arch, wanted, _unpacked)


def release(arch: str, wanted: str) -> str:
    """The name of the kernel that stock() gives, which is not fetched."""
    return _of_newest(arch, wanted, lambda build: build.release)


def _of_newest(arch: str, wanted: str, use: Callable[[_Build], T]) -> T:
    _check(arch)
    if wanted != NEWEST and not re.fullmatch(ANY_SERIES, wanted):
        raise PrepareError(f"'{wanted}' is no series of kernels, which is for "
                           f"instance 6.12 or {NEWEST}")
    try:
        return use(_newest_build(arch, wanted))
    except archive.Missing:
        # What the lists say may be gone, or newer than they are.
        for suite in SUITES:
            archive.refresh(suite, arch)
        return use(_newest_build(arch, wanted))


def _check(arch: str) -> None:
    if arch not in ARCHES:
        raise PrepareError(f"architecture '{arch}' is none of {', '.join(ARCHES)}")


def _number(name: str) -> list[int]:
    return [int(part) for part in name.split(".")]


def _series_of(arch: str, suite: str) -> set[str]:
    regex = PACKAGE.format(series=ANY_SERIES, arch=arch)
    return {re.fullmatch(regex, name)["series"]
            for name in archive.names(regex, arch, suite)}


def _newest_build(arch: str, wanted: str) -> _Build:
    for suite in SUITES:
        found = _series_of(arch, suite)
        if wanted == NEWEST and found:
            return _newest_of(arch, max(found, key=_number), suite)
        if wanted in found:
            return _newest_of(arch, wanted, suite)
    raise archive.Missing(f"no kernel of series {wanted} for {arch}, the archive "
                          f"has {', '.join(series(arch))}")


def _newest_of(arch: str, name: str, suite: str) -> _Build:
    """The newest build of a series."""
    regex = PACKAGE.format(series=re.escape(name), arch=arch)
    by_release: dict[str, dict[str, Package]] = {}
    for package in archive.matching(regex, arch, suite):
        named = re.fullmatch(regex, package.name)
        by_release.setdefault(named["release"], {})[named["kind"]] = package
    # They came sorted.
    release, kinds = list(by_release.items())[-1]
    return _build(arch, name, suite, release, kinds)


def _build(arch: str, name: str, suite: str, release: str,
           kinds: dict[str, Package]) -> _Build:
    binary = kinds.get("binary") or kinds.get("binary-unsigned")
    if binary is None:
        packages = (kinds["image"],)
    else:
        packages = (binary, *(Package(f"linux-{part}-{release}", binary.version)
                              for part in ("base", "modules")))
    return _Build(arch, name, release, suite, packages)


def _unpacked(build: _Build) -> Kernel:
    key = "\n".join([str(FORMAT), *map(str, build.packages)])
    folder = cache.entry(f"kernel-{build.arch}-{build.series}", key,
                         lambda part: _fill(build, part))
    return Kernel(build.arch, build.series, build.release, folder / "image",
                  folder, folder / "config")


def _fill(build: _Build, folder: Path) -> None:
    debs, tree = folder / "debs", folder / "tree"
    archive.unpack(
        archive.download(build.packages, build.arch, debs, build.suite), tree,
        exclude=(*archive.DOCUMENTATION, *DEVICE_TREES,
                 *(f"./*lib/modules/*/kernel/{name}" for name in UNUSED)))
    _take_image(build, tree, folder / "image")
    _take(tree, ("boot/config-*", "usr/lib/modules/*/config"), folder / "config")
    _take_modules(build.release, tree, folder)
    cache.remove_tree(debs)
    cache.remove_tree(tree)


def _find(tree: Path, patterns: tuple[str, ...]) -> Path:
    found = [path for pattern in patterns for path in tree.glob(pattern)]
    if len(found) != 1:
        raise PrepareError(f"the kernel's packages have {len(found)} files like "
                           f"{patterns[0]} instead of one")
    return found[0]


def _take(tree: Path, patterns: tuple[str, ...], to: Path) -> None:
    shutil.copyfile(_find(tree, patterns), to)


def _take_image(build: _Build, tree: Path, to: Path) -> None:
    # Without or with ".unsigned" at the end.
    vmlinuz = _find(tree, ("boot/vmlinuz-*", "usr/lib/modules/*/vmlinuz*"))
    image = vmlinuz.read_bytes()
    if build.arch == "amd64":
        image = vmlinux.extract(image)
    elif image[0x38:0x3c] != b"ARM\x64":
        raise PrepareError(f"{vmlinuz.name} is no arm64 Image")
    to.write_bytes(image)


def _take_modules(release: str, tree: Path, folder: Path) -> None:
    modules = _find(tree, (f"lib/modules/{release}",
                           f"usr/lib/modules/{release}"))
    to = folder / "lib" / "modules" / release
    to.parent.mkdir(parents=True)
    modules.rename(to)
    # Some builds of kmod look below /usr/lib.
    (folder / "usr").mkdir()
    (folder / "usr" / "lib").symlink_to("../lib")
    for left in ("vmlinuz", "vmlinuz.unsigned", "config", "System.map"):
        (to / left).unlink(missing_ok=True)
    tool.run(["depmod", "-b", folder, release])
