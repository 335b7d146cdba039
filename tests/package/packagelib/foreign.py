# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Debian of another architecture: whole systems by QEMU's user mode, and
packages of ours built across."""
from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from vmlib import cache, tool

from . import binfmt, debs, system
from .debs import Built
from .system import System

GUEST = Path(__file__).resolve().parents[1] / "guest"
# Raised when the content of an entry changes for the same packages.
FORMAT = 1
# What an administrator has on a server before ours comes: the kernel, its
# headers, dkms, and what the packages depend on, as the guest has no network.
SERVER = ("systemd", "systemd-sysv", "udev", "dbus", "kmod", "gzip", "dkms", "openssl",
          "zlib1g", "libjson-c5", "libdeflate0", "libisal2", "pciutils")


def server(arch: str, release: str, packages: Sequence[str]) -> Path:
    """The file system of a server that has its kernel, headers and dkms."""
    system.need_root()
    wanted = (*packages, f"linux-image-{arch}", f"linux-headers-{arch}")
    scripts = sorted(GUEST.glob("server-*"))
    key = "\n".join([str(FORMAT), arch, system.week(), *system.sources(release), *wanted,
                     *(path.read_text(encoding="utf-8") for path in scripts)])

    def fill(into: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="package-server-") as name:
            conf, listed = Path(name, "apt.conf"), Path(name, "sources.list")
            conf.write_text("\n".join([*system.apt_conf(), ""]), encoding="utf-8")
            listed.write_text("\n".join([*system.sources(release), ""]),
                              encoding="utf-8")
            tool.run([*binfmt.can_run(arch), "env", "INITRD=No",
                      "mmdebstrap", "--quiet", "--variant=minbase", "--mode=root",
                      "--format=directory", f"--architectures={arch}",
                      "--skip=check/qemu,cleanup/apt/lists", f"--aptopt={conf}",
                      "--dpkgopt=force-unsafe-io",
                      *(f"--dpkgopt=path-exclude={path}" for path in system.UNUSED),
                      f"--include={','.join(wanted)}",
                      f"--customize-hook={GUEST / 'server-setup'} \"$1\" {GUEST}",
                      release, into, listed])

    return cache.entry(f"files-{release}-{arch}", key, fill)


def cross_built(release: str, arch: str) -> Built:
    """Our packages for another architecture, built here."""
    layer = debs.builder(release)
    key = "\n".join([str(FORMAT), str(layer), debs.head(), arch])

    def fill(into: Path) -> None:
        with System.copy(release, [layer, system.base(release)]) as copy:
            log = cross_build(copy, arch)
            (into / "log").write_text(log, encoding="utf-8")
            debs.collect(copy, into)

    return Built(cache.entry(f"packages-{release}-{arch}", key, fill))


def cross_build(copy: System, arch: str) -> str:
    """Build-Depends for the other architecture, then the build."""
    copy.must(["dpkg", "--add-architecture", arch])
    copy.must(["apt-get", "update"])
    copy.must(["apt-get", "install", "-y", f"crossbuild-essential-{arch}"])
    source = debs.unpack(copy.upper / "srv/depends")
    copy.must(["apt-get", "build-dep", "-y", "-a", arch, "-Pcross,nocheck",
               f"/srv/depends/{source.name}"])
    return debs.build(copy, how="nocheck",
                      arguments=(f"-a{arch}", "-Pcross,nocheck", "-b"))
