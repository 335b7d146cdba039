# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A QEMU that knows vfio-user, whatever this machine has installed.

Debian's packages are unpacked, not installed, and run in place by their own
loader with their own libraries.
"""
from __future__ import annotations

import os
import platform
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import archive, cache, tool
from .kernels import Kernel
from .tool import PrepareError

# The first with vfio-user-pci.
OLDEST = (10, 1)
SUITE = "trixie-backports"
PACKAGES = ("qemu-system-x86", "qemu-system-arm")
# Raised when the content of the entry changes for the same packages.
FORMAT = 1

# Of the machines' names in Debian, and of what is run for each.
BINARIES = {"amd64": "qemu-system-x86_64", "arm64": "qemu-system-aarch64"}
# Of this machine: where its libraries and their loader are.
TRIPLETS = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
LOADERS = {"amd64": "usr/lib64/ld-linux-x86-64.so.2",
           "arm64": "usr/lib/ld-linux-aarch64.so.1"}
UNUSED = ("./usr/bin/qemu-system-arm", "./usr/bin/qemu-system-i386",
          "./usr/bin/perl*", "./usr/lib/*/perl*", "./usr/share/perl*",
          "./usr/lib/*/gconv")

KVM = Path("/dev/kvm")
PROBE_SECONDS = 20
# What a kernel without any disk says when it has started all of itself.
PROBE_END = b"Unable to mount root fs"


@dataclass(frozen=True)
class Qemu:
    """A program to run: command, then options as in QEMU's manual."""
    arch: str
    command: list[str]
    version: str


def qemu(arch: str) -> Qemu:
    """The QEMU that emulates a machine of an architecture."""
    if arch not in BINARIES:
        raise PrepareError(f"architecture '{arch}' is none of "
                           f"{', '.join(BINARIES)}")
    host = archive.host_arch()
    if host not in LOADERS:
        raise PrepareError(f"a machine of architecture {host} cannot run the QEMU "
                           f"that is fetched here, only {', '.join(LOADERS)} can")
    root = _root(host)
    command = _command(root, host, BINARIES[arch])
    return Qemu(arch, command, (root / "version").read_text(encoding="utf-8"))


@archive.looked_up_again
def _root(host: str) -> Path:
    packages = [archive.newest(re.escape(name), host, SUITE)
                for name in PACKAGES]
    key = "\n".join([str(FORMAT), host, *map(str, packages)])
    return cache.entry("qemu", key, lambda part: _fill(packages, host, part))


def _fill(packages: Sequence[archive.Package], host: str, root: Path) -> None:
    debs = root / "debs"
    archive.unpack(
        archive.download(packages, host, debs, SUITE, dependencies=True), root,
        exclude=(*archive.DOCUMENTATION, *UNUSED))
    cache.remove_tree(debs)
    version = ""
    for binary in BINARIES.values():
        command = _command(root, host, binary)
        version = _version(command)
        if b'"vfio-user-pci"' not in tool.run([*command, "-device", "help"]):
            raise PrepareError(f"{binary} {version} has no vfio-user-pci")
    (root / "version").write_text(version, encoding="utf-8")


def _version(command: Sequence[str]) -> str:
    said = tool.run([*command, "--version"]).decode()
    found = re.match(r"QEMU emulator version (([0-9]+)\.([0-9]+)[.0-9]*)", said)
    if not found:
        raise PrepareError(f"QEMU says '{said.strip()}' about its version")
    if (int(found[2]), int(found[3])) < OLDEST:
        raise PrepareError(f"{SUITE} has QEMU {found[1]}, but vfio-user-pci needs "
                           f"{'.'.join(map(str, OLDEST))}")
    return found[1]


def _command(root: Path, host: str, binary: str) -> list[str]:
    share = root / "usr" / "share"
    return [*in_place(root, host, binary),
            "-L", str(share / "qemu"), "-L", str(share / "seabios")]


def in_place(root: Path, host: str, binary: str) -> list[str]:
    """What runs a program of packages that were unpacked there."""
    return [str(root / LOADERS[host]),
            # A library that is missing must not be one of this machine.
            "--inhibit-cache",
            "--library-path", str(root / "usr" / "lib" / TRIPLETS[host]),
            str(root / "usr" / "bin" / binary)]


def kvm_works(arch: str, kernel: Kernel) -> bool:
    """Whether that kernel starts with KVM here; found out once by trying.

    A /dev/kvm that can be opened says little: there are machines on which the
    guest dies at once, or hangs.
    """
    if arch != archive.host_arch() or not os.access(KVM, os.R_OK | os.W_OK):
        return False
    machine = qemu(arch)
    key = "\n".join([machine.version, kernel.release, str(kernel.image),
                     platform.release(), platform.version(), _cpu()])
    result = cache.entry(
        f"kvm-{arch}", key,
        lambda part: _write_verdict(part, _probe(machine, kernel)))
    return (result / "works").exists()


def _write_verdict(folder: Path, works: bool) -> None:
    (folder / ("works" if works else "fails")).touch()
    if not works:
        cache.say("KVM does not start a stock kernel here, so TCG is taken")


def _cpu() -> str:
    """What tells this processor from another."""
    names = ("vendor_id", "model name", "microcode", "CPU implementer",
             "CPU part", "CPU revision")
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return "\n".join(sorted({line for line in lines if line.startswith(names)}))


def _probe(machine: Qemu, kernel: Kernel) -> bool:
    options = {"amd64": ["-M", "q35"],
               "arm64": ["-M", "virt,gic-version=host"]}[machine.arch]
    console = {"amd64": "ttyS0", "arm64": "ttyAMA0"}[machine.arch]
    command = [*machine.command, *options, "-accel", "kvm", "-cpu", "host",
               "-smp", "2", "-m", "512", "-nodefaults", "-no-reboot",
               "-display", "none", "-serial", "stdio", "-monitor", "none",
               "-kernel", str(kernel.image),
               "-append", f"console={console} panic=-1"]
    with tempfile.TemporaryFile() as said:
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=said,
                           stderr=subprocess.STDOUT, timeout=PROBE_SECONDS,
                           check=False)
        except subprocess.TimeoutExpired:
            return False
        said.seek(0)
        return PROBE_END in said.read()
