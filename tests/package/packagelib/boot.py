# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The packages on a machine that booted: systemd, udev, the emulated device."""
from __future__ import annotations

import re
import shlex
import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from vmlib import archive, cache, emulator, guest, initramfs, kernels, qemu
from vmlib import boot as vm
from vmlib import tap, tool, vmlinux
from vmlib.case import Module

from . import debs, foreign
from .points import Points

GUEST = Path(__file__).resolve().parents[1] / "guest"
TAP = initramfs.GUEST / "tap.sh"
# Raised when the content of an image changes for the same packages.
FORMAT = 1
# What an administrator has on a server before ours comes: the kernel, its
# headers, dkms, and what the packages depend on, as the guest has no network.
SERVER = ("systemd", "systemd-sysv", "udev", "dbus", "kmod", "gzip", "dkms", "openssl",
          "zlib1g", "libjson-c5", "libdeflate0", "libisal2", "pciutils")
SERIES = {"bookworm": "6.1", "trixie": "6.12"}
# For the disk with the root file system.
MODULES = ("virtio_pci", "virtio_blk", "ext4")
SPARE_MIB = 1500
# IOMMUs with which an ordinary user may use the device.
IOMMU = {"arm64": "virtio", "amd64": "intel"}
# On a busy host an emulated machine with systemd takes its time.
BOOT_SECONDS, TEST_SECONDS = 600, 1800


@dataclass(frozen=True)
class Image:
    """A server to boot."""
    arch: str
    release: str            # of Debian
    folder: Path

    @property
    def kernel(self) -> kernels.Kernel:
        """Its own kernel, as Debian's package installed it."""
        name = (self.folder / "kernel-release").read_text(encoding="utf-8")
        return kernels.Kernel(self.arch, SERIES[self.release], name,
                              self.folder / "kernel", self.folder, self.folder)


def image(arch: str, release: str) -> Image:
    """The server, made now if Debian has newer packages."""
    layers = foreign.server(arch, release, SERVER)
    key = "\n".join([str(FORMAT), str(layers), *(path.read_text(encoding="utf-8")
                                                 for path in sorted(GUEST.glob("boot*")))])
    return Image(arch, release, cache.entry(
        f"server-{release}-{arch}", key, lambda part: _fill(arch, layers, part)))


def _fill(arch: str, root: Path, into: Path) -> None:
    (vmlinuz,) = root.glob("boot/vmlinuz-*")
    name = vmlinuz.name.removeprefix("vmlinuz-")
    (into / "kernel-release").write_text(name, encoding="utf-8")
    data = vmlinuz.read_bytes()
    (into / "kernel").write_bytes(vmlinux.extract(data) if arch == "amd64" else data)
    _pack_initramfs(arch, root, name, into)
    used = int(tool.run(["du", "-sxm", root]).split()[0])
    tool.run(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-L", "root",
              "-d", root, into / "root.img", f"{used * 11 // 10 + SPARE_MIB}M"])


def _pack_initramfs(arch: str, root: Path, name: str, into: Path) -> None:
    kernel = kernels.Kernel(arch, "", name, into / "kernel", root, root)
    files = initramfs.Archive()
    files.add("/bin/busybox", initramfs.busybox(arch).read_bytes(), executable=True)
    files.add("/init", (GUEST / "boot-init").read_bytes(), executable=True)
    initramfs.add_modules(files, kernel, tuple(map(Module, MODULES)))
    (into / "initramfs.cpio").write_bytes(files.pack())


def first_file(points: Points, arch: str, release: str) -> None:
    """From "apt install" to a file that an ordinary user compressed."""
    built = debs.built(release) if arch == archive.host_arch() \
        else foreign.cross_built(release, arch)
    server = image(arch, release)
    program = emulator.build()
    folder = Path(tempfile.mkdtemp(prefix="warpdrive-package-"))
    try:
        outcome = _boot(server, built, program, folder)
        result = tap.read(outcome.lines)
        for point in result.points:
            points.ok(point.good, point.text, point.detail)
        for fault in (*result.faults, *outcome.faults):
            points.ok(False, "the guest", f"{fault}\n{_last_of(folder)}")
        points.note(f"{arch} {release}, kernel {server.kernel.release}: "
                    f"boot {outcome.boot_seconds or 0:.0f} s, all "
                    f"{outcome.seconds:.0f} s")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
