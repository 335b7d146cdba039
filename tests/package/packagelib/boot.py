# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The packages on a machine that booted: systemd, udev, the emulated device."""
from __future__ import annotations

import shlex
import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from vmlib import (archive, cache, emulator, guest, initramfs, kernels, qemu,
                   reports, tap, tool, vmlinux)
from vmlib import boot as vm
from vmlib.case import Module

from . import debs, foreign
from .debs import Built
from .points import Points

GUEST = Path(__file__).resolve().parents[1] / "guest"
TAP = initramfs.GUEST / "tap.sh"
# Raised when the content of an image changes for the same packages.
FORMAT = 1
SERIES = {"bookworm": "6.1", "trixie": "6.12"}
# For the disk with the root file system.
MODULES = ("virtio_pci", "virtio_blk", "ext4")
SPARE_MIB = 1500
# IOMMUs with which an ordinary user may use the device, but where Debian's kernel
# has no driver for the one that QEMU can put such a device behind.
IOMMU = {"arm64": "virtio", "amd64": "intel"}
WITHOUT_IOMMU = {("arm64", "bookworm")}
# On a busy host an emulated machine with systemd takes its time.
BOOT_SECONDS, TEST_SECONDS = 600, 5400
# The same as the hardware of today: queue manager version 3.
DEVICE = ("--revision", "v3")
DISK_SIZE = "64M"
SHOWN_LINES = 25


@dataclass(frozen=True)
class Image:
    """A server to boot."""
    arch: str
    release: str            # of Debian
    folder: Path

    @property
    def iommu(self) -> str:
        """What it has, as vmlib names it."""
        return ("none" if (self.arch, self.release) in WITHOUT_IOMMU
                else IOMMU[self.arch])

    @property
    def mode(self) -> str:
        """In which queues are then."""
        return "noiommu" if self.iommu == "none" else "dma"

    @property
    def kernel(self) -> kernels.Kernel:
        """Its own kernel, as Debian's package installed it."""
        name = (self.folder / "kernel-release").read_text(encoding="utf-8")
        return kernels.Kernel(self.arch, SERIES[self.release], name,
                              self.folder / "kernel", self.folder, self.folder)


def image(arch: str, release: str) -> Image:
    """The server, made now if Debian has newer packages."""
    layers = foreign.server(arch, release, foreign.SERVER)
    key = "\n".join([str(FORMAT), str(layers), *(path.read_text(encoding="utf-8")
                                                 for path in (GUEST / "boot-init",))])
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
    if arch == archive.host_arch():
        built = debs.built(release)
    else:
        built = foreign.cross_built(release, arch)
    server = image(arch, release)
    program = emulator.build()
    folder = Path(tempfile.mkdtemp(prefix="warpdrive-package-"))
    try:
        outcome = _boot(server, built, program, folder)
        _judge(points, outcome, folder)
        points.note(f"{arch} {release}, kernel {server.kernel.release}: the server "
                    f"was up after {outcome.boot_seconds or 0:.0f} s, all took "
                    f"{outcome.seconds:.0f} s")
    finally:
        cache.remove_tree(folder)


def _boot(server: Image, built: Built, program: Path, folder: Path) -> guest.Outcome:
    disk = _second_disk(server, built, folder)
    emu = emulator.Emulator(program, DEVICE, folder, folder)
    try:
        emu.start(("pf",))
        machine = vm.Machine(
            server.arch, server.kernel, server.iommu, smp=2, mem="2G",
            shared_ram=True, append=("root=/dev/vda", "systemd.show_status=false"),
            functions=(("pf", emu.socket_of("pf")),),
            disks=(server.folder / "root.img", disk))
        outcome = guest.Guest(
            folder, guest.Limits(BOOT_SECONDS, TEST_SECONDS), emu, threading.Event(),
            wants_dmesg=lambda outcome: True,
        ).run(qemu.qemu(server.arch).command, machine,
              server.folder / "initramfs.cpio")
        outcome.faults += emu.faults()
        return outcome
    finally:
        emu.stop()


def _second_disk(server: Image, built: Built, folder: Path) -> Path:
    """What the guest's service runs, and the packages."""
    files, disk = folder / "files", folder / "second.img"
    (files / "debs").mkdir(parents=True)
    for path in built.debs:
        shutil.copy(path, files / "debs")
    for path in (GUEST / "run", GUEST / "test", TAP):
        shutil.copy(path, files / path.name.removesuffix(".sh"))
    (files / "settings").write_text("".join(
        f"{name}={shlex.quote(value)}\n" for name, value in (
            ("CHANNEL", vm.CHANNEL[server.arch]), ("MODE", server.mode))), encoding="utf-8")
    tool.run(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", files, disk,
              DISK_SIZE])
    return disk


def _judge(points: Points, outcome: guest.Outcome, folder: Path) -> None:
    result = tap.judge(outcome.lines, outcome.status)
    details: dict[str, list[str]] = {}
    name = ""
    for line in outcome.lines:
        if match := tap.POINT.match(line):
            name = match["name"]
            details[name] = []
        elif name:
            details[name].append(line)
    failed = set(result.failed)
    for name, lines in details.items():
        points.ok(name not in failed, name, "\n".join(lines))
    for name in result.skipped:
        points.ok(False, f"{name} was skipped")
    text = (folder / "console.log").read_text(encoding="utf-8", errors="replace")
    # What comes behind that was asked for.
    own = text.partition(guest.HANG_NOTE)[0]
    found = [finding.text for finding in reports.scan(own)]
    points.ok(not found, "the kernel reports nothing", "\n".join(found))
    faults = [*outcome.faults, *([] if outcome.faults else result.faults)]
    points.ok(not faults, "the guest comes to its end",
              "\n".join([*faults, *text.splitlines()[-SHOWN_LINES:]]))


def arm64(points: Points, release: str) -> None:
    """The server that the packages are for."""
    first_file(points, "arm64", release)


def amd64(points: Points, release: str) -> None:
    """The one that developers have."""
    first_file(points, "amd64", release)
