# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The library, its tools and its tests for the guest: built by CMake as ever,
with the compilers of the builder and Debian's libraries of the architecture."""
from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

from . import archive, builder, cache
from .initramfs import GUEST, Archive

TOP = GUEST.parents[2]
# Raised when the content of the entry changes for the same packages.
FORMAT = 1

COMPILERS = {"arm64": "aarch64-linux-gnu-gcc-14", "amd64": "x86_64-linux-gnu-gcc-14"}
PROCESSORS = {"arm64": "aarch64", "amd64": "x86_64"}
LOADERS = {"arm64": "lib/ld-linux-aarch64.so.1", "amd64": "lib64/ld-linux-x86-64.so.2"}
# What the product is linked with, and what pkg-config needs to run here.
LIBRARIES = ("libc6", "zlib1g", "zlib1g-dev", r"libdeflate[0-9]+", "libdeflate-dev",
             r"libisal[0-9]+", "libisal-dev", r"libjson-c[0-9]+", "libjson-c-dev", r"libcmocka[0-9]+", "libcmocka-dev")
PKG_CONFIG = ("pkgconf-bin", r"libpkgconf[0-9]+")

SOURCE, BUILD, SYSTEM = Path("/srv/warpdrive"), Path("/srv/build"), Path("/srv/system")


def prepare(names: Sequence[str], arch: str) -> None:
    """Programs of the product, built now if their sources have changed."""
    _built(tuple(sorted(names)), arch)


def add(into: Archive, names: Sequence[str], arch: str) -> None:
    """Programs of the product in /bin, and everything they need to run."""
    build, system = _built(tuple(sorted(names)), arch), _system(arch)
    for name in names:
        into.add(f"/bin/{name}", _program(build, name).read_bytes(), executable=True)
    (library,) = build.glob("libwarpdrive/libwarpdrive.so.?")
    # Debian's loader looks in /lib, too.
    folder = system / "usr" / "lib" / f"{PROCESSORS[arch]}-linux-gnu"
    for path in (library, *sorted(folder.glob("*.so.[0-9]*"))):
        into.add(f"/lib/{path.name}", path.read_bytes(), executable=True)
    loader = folder / Path(LOADERS[arch]).name
    into.add(f"/{LOADERS[arch]}", loader.read_bytes(), executable=True)


def _program(build: Path, name: str) -> Path:
    (found,) = (path for path in build.rglob(name)
                if path.is_file() and "CMakeFiles" not in path.parts)
    return found


@functools.cache
@archive.looked_up_again
def _system(arch: str) -> Path:
    """Debian's libraries of an architecture, unpacked, and a pkg-config."""
    host = archive.host_arch()
    target = [archive.newest(name, arch, builder.SUITE) for name in LIBRARIES]
    here = [archive.newest(name, host, builder.SUITE) for name in PKG_CONFIG]

    def fill(into: Path) -> None:
        for folder, packages, of in ((into, target, arch), (into / "here", here, host)):
            debs = archive.download(packages, of, folder / "debs", builder.SUITE)
            archive.unpack(debs, folder)
            cache.remove_tree(folder / "debs")

    return cache.entry(f"system-{arch}",
                       "\n".join([str(FORMAT), *map(str, (*target, *here))]), fill)


@functools.cache
def _built(targets: tuple[str, ...], arch: str) -> Path:
    """The build folder with these programs, brought up to date once a run."""
    # Another compiler or other libraries have a folder of their own.
    tools = f"{builder.root()}\n{_system(arch)}"
    digest = hashlib.sha256(tools.encode()).hexdigest()[:8]
    build = TOP / "build" / f"guest-{arch}-{digest}"
    began = time.monotonic()
    with cache.locked(build.with_name(f"{build.name}.lock"),
                      what=f"the build for guests of {arch}"):
        build.mkdir(parents=True, exist_ok=True)
        if not (build / "build.ninja").exists():
            cache.say(f"preparing the build for guests of {arch}")
            _run(["cmake", "-S", SOURCE, "-B", BUILD, "-G", "Ninja", *_options(arch)],
                 arch, build)
        _run(["cmake", "--build", BUILD, "-j", "2", "--target", *targets], arch, build)
    if time.monotonic() - began > 2:
        cache.say(f"what guests of {arch} run is built, {time.monotonic() - began:.1f} s")
    return build


def _options(arch: str) -> list[str]:
    return ["-DCMAKE_SYSTEM_NAME=Linux",
            f"-DCMAKE_SYSTEM_PROCESSOR={PROCESSORS[arch]}",
            f"-DCMAKE_C_COMPILER={COMPILERS[arch]}",
            "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
            "-DWD_BUILD_EMULATOR=OFF", "-DWD_BUILD_BENCH=OFF",
            f"-DPKG_CONFIG_EXECUTABLE={SYSTEM}/here/usr/bin/pkgconf",
            # Only for tests that are not run here.
            "-DWD_TEST_CXX=c++"]


def _run(argv: Sequence[str | Path], arch: str, build: Path) -> None:
    host = SYSTEM / "here" / "usr" / "lib"
    libraries = SYSTEM / "usr" / "lib" / f"{PROCESSORS[arch]}-linux-gnu"
    builder.run(argv, BUILD, {TOP: SOURCE, build: BUILD, _system(arch): SYSTEM}, {
        "LD_LIBRARY_PATH": f"{host}/{PROCESSORS[archive.host_arch()]}-linux-gnu",
        "PKG_CONFIG_LIBDIR": f"{libraries}/pkgconfig",
        "PKG_CONFIG_SYSROOT_DIR": str(SYSTEM),
        "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1",
        "PKG_CONFIG_ALLOW_SYSTEM_LIBS": "1"})
