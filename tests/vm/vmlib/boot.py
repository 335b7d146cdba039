# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The machine: QEMU's command line for an architecture, an IOMMU, a device."""
from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from .case import Module
from .kernels import Kernel
from .tool import PrepareError

# First and second serial port, as the guest's kernel names them.
CONSOLE = {"arm64": "ttyAMA0", "amd64": "ttyS0"}
CHANNEL = {"arm64": "/dev/ttyAMA1", "amd64": "/dev/ttyS1"}

# Warnings are shown, which "quiet" would not do: WARN() has that level.
APPEND = ("loglevel=5", "panic=-1", "sysrq_always_enabled")
# Several requests of a test may wait for a device that is slow on purpose.
MESSAGE_TIMEOUT_MS = 20000
# Slot on the bus, behind those of the IOMMU and the ports.
FIRST_DISK = 0x18


@dataclass(frozen=True)
class Machine:
    """What a guest consists of."""
    arch: str
    kernel: Kernel
    iommu: str
    smp: int
    mem: str
    shared_ram: bool
    append: tuple[str, ...] = ()
    kvm: bool = False
    # Functions of the device and their sockets, in the order of their ports.
    functions: tuple[tuple[str, Path], ...] = ()
    # A device of QEMU's below the port of the first, or nothing.
    beside: str = ""
    # Disks (vda, vdb...) that are the same again after the guest.
    disks: tuple[Path, ...] = ()
    # An ACPI table beside QEMU's own, see firmware.py.
    firmware: Path | None = None


@dataclass(frozen=True)
class Channels:
    """Descriptors of sockets that QEMU takes over; None: the terminal."""
    channel: int
    qmp: int
    console: int | None = None
    firmware: int | None = None


def iommu_modules(machine: Machine) -> tuple[Module, ...]:
    """What has to be loaded for the IOMMU to work."""
    if machine.iommu == "virtio":
        return (Module("virtio_pci"), Module("virtio_iommu"))
    return ()


def command(machine: Machine, initramfs: Path, channels: Channels) -> list[str]:
    """The options behind the program."""
    return [*_board(machine), *_memory(machine), *_serial(channels),
            *_firmware(machine, channels),
            *_iommu(machine), *_devices(machine), *_disks(machine),
            "-kernel", str(machine.kernel.image), "-initrd", str(initramfs),
            "-append", " ".join(_append(machine))]


def _board(machine: Machine) -> list[str]:
    options = ["-nodefaults", "-no-reboot", "-display", "none",
               "-smp", str(machine.smp)]
    if machine.arch == "arm64":
        gic = "host" if machine.kvm else "3"
        board, cpu = f"virt,gic-version={gic}", "cortex-a72"
    else:
        # With KVM the interrupt controllers in QEMU are those that can remap.
        split = ",kernel-irqchip=split" if machine.kvm else ""
        board, cpu = f"q35{split}", "max"
        # Ports that ACPI plugs do not tell that their link is up again.
        options += ["-global",
                    "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"]
    accel = ["-accel", "kvm"] if machine.kvm else ["-accel", "tcg,thread=multi"]
    return [*options, "-machine", f"{board},memory-backend=ram",
            "-cpu", "host" if machine.kvm else cpu, *accel]


def _memory(machine: Machine) -> list[str]:
    # The device maps memory that has a descriptor; the other is reached by
    # messages through QEMU.
    kind = ("memory-backend-memfd,share=on" if machine.shared_ram
            else "memory-backend-ram")
    return ["-m", machine.mem, "-object", f"{kind},id=ram,size={machine.mem}"]


def _serial(channels: Channels) -> list[str]:
    if channels.console is None:
        console = "stdio,mux=on,signal=off"
    else:
        console = f"socket,fd={channels.console}"
    return ["-chardev", f"{console},id=console", "-serial", "chardev:console",
            "-chardev", f"socket,fd={channels.channel},id=channel",
            "-serial", "chardev:channel",
            "-chardev", f"socket,fd={channels.qmp},id=qmp",
            "-qmp", "chardev:qmp",
            *(["-monitor", "chardev:console"] if channels.console is None else [])]


def _firmware(machine: Machine, channels: Channels) -> list[str]:
    if machine.firmware is None:
        return []
    # Behind the two of _serial(): the table names its registers.
    return ["-acpitable", f"file={machine.firmware}",
            "-chardev", f"socket,fd={channels.firmware},id=firmware",
            "-serial", "chardev:firmware"]


def _iommu(machine: Machine) -> list[str]:
    if machine.iommu == "virtio":
        return ["-device", "virtio-iommu-pci,addr=1"]
    if machine.iommu == "intel" and machine.arch == "amd64":
        # Without caching mode the device would not learn of mappings; without
        # remapping it would get one interrupt vector.
        return ["-device", "intel-iommu,intremap=on,caching-mode=on"]
    if machine.iommu != "none":
        raise PrepareError(f"QEMU has no IOMMU {machine.iommu} for {machine.arch} "
                           "that works with this device")
    return []


def _devices(machine: Machine) -> list[str]:
    options = []
    for number, (name, path) in enumerate(machine.functions):
        device = {"driver": "vfio-user-pci", "id": name, "bus": f"port-{name}",
                  "socket": {"type": "unix", "path": str(path)},
                  "x-msg-timeout": MESSAGE_TIMEOUT_MS}
        beside = machine.beside if number == 0 else ""
        if beside:
            device |= {"addr": "0.0", "multifunction": True}
        options += ["-device", f"pcie-root-port,id=port-{name},"
                               f"chassis={number + 1},slot={number + 1},"
                               f"addr={number + 2:x}",
                    "-device", json.dumps(device)]
        if beside:
            options += ["-device", f"{beside},bus=port-{name},addr=0.1"]
    return options


def _disks(machine: Machine) -> list[str]:
    options = []
    for number, path in enumerate(machine.disks):
        # Writes go to a file of QEMU's own, which has no name.
        options += ["-drive", f"if=none,id=disk{number},format=raw,snapshot=on,"
                              f"cache=unsafe,file={path}",
                    "-device", f"virtio-blk-pci,drive=disk{number},"
                               f"addr={FIRST_DISK + number:x}"]
    return options


def _append(machine: Machine) -> list[str]:
    words = [f"console={CONSOLE[machine.arch]}", *APPEND, *machine.append]
    if machine.iommu == "intel":
        words.append("intel_iommu=on")
    if machine.arch == "amd64" and not machine.kvm:
        # The kernel panics if no tick comes while it counts to some million,
        # which happens when the host has other things to do.
        words.append("no_timer_check")
    return words
