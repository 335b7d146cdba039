# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What a test runs on: architecture, kernel and IOMMU."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from . import kernels, qemu
from .case import FLAVOURS, IOMMUS, Case, KernelName
from .tool import PrepareError

# Of the debug kernels that are named without a series.
DEBUG_SERIES = "6.12"
# What an IOMMU needs of a kernel.
OPTIONS = {"virtio": "CONFIG_VIRTIO_IOMMU", "intel": "CONFIG_INTEL_IOMMU"}


@dataclass(frozen=True)
class Target:
    """One cell of the matrix."""
    arch: str
    kernel: KernelName
    iommu: str

    def __str__(self) -> str:
        return f"{self.arch} {self.kernel} {self.iommu}"


def kernel_name(arch: str, text: str) -> KernelName:
    """What --kernel names: 6.12, newest, debug, debug-newest, debug-kcsan,
    6.12-kasan..."""
    words = text.split("-")
    flavours = [word for word in words if word in FLAVOURS]
    named = [word for word in words if word not in (*FLAVOURS, "debug")]
    debug = "debug" in words or bool(flavours)
    if len(flavours) > 1 or len(named) > 1:
        raise PrepareError(f'there is no kernel "{text}"')
    series = named[0] if named else DEBUG_SERIES if debug else kernels.NEWEST
    if series == kernels.NEWEST:
        series = _newest(arch)
    if not re.fullmatch(r"\d+\.\d+", series):
        raise PrepareError(f'there is no kernel "{text}": it is a series such as 6.12, '
                           "newest, debug, debug-newest or debug-kcsan")
    return KernelName(series, (flavours or ["kasan"])[0] if debug else "")


@cache
def _newest(arch: str) -> str:
    return kernels.series(arch)[-1]


@cache
def kernel(arch: str, name: KernelName) -> kernels.Kernel:
    """The kernel itself, fetched or built if need be."""
    if not name.flavour:
        return kernels.stock(arch, name.series)
    from . import debug_kernels  # the compiler's chroot is not needed before
    return debug_kernels.debug(arch, name.series, name.flavour)


@cache
def machine(arch: str) -> qemu.Qemu:
    """The QEMU of an architecture."""
    return qemu.qemu(arch)


@cache
def has_kvm(arch: str, name: KernelName) -> bool:
    """Whether to use KVM; of debug kernels nobody knows what they make of it."""
    return not name.flavour and qemu.kvm_works(arch, kernel(arch, name))


def why_no_iommu(target: Target) -> str:
    """Why this kernel cannot have that IOMMU; empty if it can."""
    if target.iommu not in IOMMUS[target.arch]:
        return f"QEMU has no IOMMU {target.iommu} for {target.arch} that works here"
    option = OPTIONS.get(target.iommu)
    if not option:
        return ""
    config = kernel(target.arch, target.kernel).config.read_text(encoding="utf-8")
    if re.search(rf"^{option}=[ym]$", config, re.MULTILINE):
        return ""
    return f"the kernel is built without {option}"


@dataclass(frozen=True)
class Row:
    """Kernels of an architecture, each with some IOMMUs."""
    arch: str
    kernels: Sequence[str]
    iommus: Sequence[str]


STOCK = (Row("arm64", ("6.1", "6.12", "newest"), ("none", "virtio")),
         Row("amd64", ("6.12", "newest"), ("none", "intel")))
# Of the debug kernels a quick run takes one, the others take long to build.
QUICK = (*STOCK, Row("arm64", ("debug",), ("none",)))
FULL = (Row("arm64", ("6.1", "6.12", "newest"), ("none", "virtio")),
        Row("amd64", ("6.1", "6.12", "newest"), ("none", "intel", "virtio")),
        Row("arm64", ("debug", "debug-newest", "debug-kcsan"), ("none", "virtio")),
        Row("amd64", ("debug", "debug-newest", "debug-kcsan"), ("none", "intel")))
MATRICES = {"stock": STOCK, "quick": QUICK, "full": FULL}


def in_quick(entry: Case, target: Target) -> bool:
    """Whether a matrix that is not full has the test on that: the device's
    generations need not be shown on each kernel."""
    newest = target.kernel == kernel_name(target.arch, kernels.NEWEST)
    return entry.in_quick and (not entry.variant or newest and target.iommu == "none")


def of_matrix(which: str) -> Iterator[Target]:
    """The cells of a matrix, each once."""
    seen = set()
    for row in MATRICES[which]:
        for name in row.kernels:
            for iommu in row.iommus:
                target = Target(row.arch, kernel_name(row.arch, name), iommu)
                if target not in seen:
                    seen.add(target)
                    yield target


