# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Tests: files of cases/, their headers, and where they can run."""
from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from . import firmware, reports

FOLDER = Path(__file__).resolve().parents[1] / "cases"
ARCHES = ("arm64", "amd64")
IOMMUS = {"arm64": ("none", "virtio"), "amd64": ("none", "intel", "virtio")}
KEYS = ("summary", "arch", "kernel", "iommu", "device", "functions", "beside",
        "firmware", "modules", "programs", "product", "kmod", "expects", "allows",
        "append", "matrix", "ram", "smp", "mem", "timeout")
FLAVOURS = ("kasan", "kcsan")
HEADER = re.compile(r"# ([a-z]+)(?: ([a-z0-9-]+))?:(?: +(.*))?$")
TIMEOUT_SECONDS = 60


class CaseError(Exception):
    """A file of cases/ that is not as tests/vm/README.md says."""


@dataclass(frozen=True)
class Module:
    """A kernel module to load, with parameters."""
    name: str
    parameters: tuple[str, ...] = ()
    # For kernels that have no such module.
    instead: Module | None = None


@dataclass(frozen=True)
class Case:
    """One test: a script with one variant of the device, or without any."""
    name: str
    path: Path
    summary: str
    variant: str = ""
    device: tuple[str, ...] | None = None
    functions: tuple[str, ...] = ()
    beside: str = ""
    firmware: str = ""
    arch: tuple[str, ...] = ARCHES
    kernel: tuple[str, ...] = ()
    iommu: tuple[str, ...] = ("none",)
    modules: tuple[Module, ...] = ()
    programs: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    kmod: tuple[str, ...] = ()
    expects: tuple[str, ...] = ()
    allows: tuple[str, ...] = ()
    append: tuple[str, ...] = ()
    in_quick: bool = True
    shared_ram: bool = True
    smp: int = 2
    mem: str = "512M"
    timeout: float = TIMEOUT_SECONDS

    def why_not(self, arch: str, kernel: KernelName, iommu: str) -> str:
        """Why it cannot run there; empty if it can."""
        if arch not in self.arch:
            return f"it is for {' and '.join(self.arch)}"
        if iommu not in self.iommu:
            return f"it is for IOMMU {' and '.join(self.iommu)}"
        if not kernel.matches(self.kernel):
            return f"it is for kernels {' '.join(self.kernel)}"
        return ""


@dataclass(frozen=True)
class KernelName:
    """What a kernel is chosen by: a series, and a flavour if it is for debugging."""
    series: str
    flavour: str = ""

    def __str__(self) -> str:
        return f"{self.series}-{self.flavour}" if self.flavour else self.series

    def matches(self, words: Iterable[str]) -> bool:
        """Whether it is one of those that the words of a header describe."""
        words = list(words)
        alternatives = [word for word in words if re.fullmatch(r"\d+\.\d+", word)]
        flavours = [word for word in words if word in FLAVOURS]
        if alternatives and self.series not in alternatives:
            return False
        if flavours and self.flavour not in flavours:
            return False
        if "stock" in words and self.flavour:
            return False
        if "debug" in words and not self.flavour:
            return False
        return all(self._compares(word) for word in words
                   if word.startswith((">=", "<")))

    def _compares(self, word: str) -> bool:
        if word.startswith(">="):
            return version(self.series) >= version(word[2:])
        return version(self.series) < version(word[1:])


def version(series: str) -> tuple[int, ...]:
    """6.12 as something that can be ordered."""
    return tuple(int(part) for part in series.split("."))


@dataclass
class _Header:
    """Lines of a header, as they are."""
    path: Path
    values: dict[str, str] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)

    def fail(self, line: int, text: str) -> CaseError:
        return CaseError(f"{self.path}:{line}: {text}")

    def add(self, number: int, line: str) -> None:
        match = HEADER.match(line)
        if not match:
            return
        key, variant, value = match[1], match[2] or "", (match[3] or "").strip()
        if key not in KEYS:
            raise self.fail(number, f'unknown key "{key}", known are {", ".join(KEYS)}')
        if variant and key != "device":
            raise self.fail(number, f'"{key}" has no variants')
        into = self.devices if key == "device" else self.values
        slot = variant if key == "device" else key
        if slot in into:
            raise self.fail(number, f'"{key} {variant}" is there twice'.replace(' "', '"'))
        into[slot] = value


def load(path: Path) -> list[Case]:
    """The tests of one file: one for each variant of the device."""
    header = _Header(path)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("#"):
            break
        header.add(number, line)
    common = _common(header)
    if not header.devices:
        return [Case(name=path.stem, path=path, **common)]
    try:
        return [Case(name=f"{path.stem}:{variant}" if variant else path.stem,
                     path=path, variant=variant,
                     device=tuple(shlex.split(options)), **common)
                for variant, options in header.devices.items()]
    except ValueError as error:
        raise header.fail(1, f"device: {error}") from None


def _common(header: _Header) -> dict[str, object]:
    values = header.values
    if not values.get("summary"):
        raise header.fail(1, 'the header has no "summary"')
    result: dict[str, object] = {"summary": values["summary"]}
    known = {"arch": ARCHES, "iommu": ("none", "virtio", "intel"),
             "expects": tuple(reports.KINDS), "allows": tuple(reports.KINDS)}
    for key in ("arch", "kernel", "iommu", "functions", "programs", "product", "kmod",
                "expects", "allows", "append"):
        if key not in values:
            continue
        words = tuple(values[key].split())
        for word in words:
            if key in known and word not in known[key]:
                raise header.fail(1, f'{key}: "{word}" is none of '
                                     f'{", ".join(known[key])}')
            if key == "kernel":
                _check_kernel_word(header, word)
            if key == "functions" and not re.fullmatch(r"pf|vf[1-9]\d*", word):
                raise header.fail(1, f'functions: "{word}" is neither pf nor vf1, vf2...')
        result[key] = words
    result["beside"] = values.get("beside", "")
    if result["beside"] and not header.devices:
        raise header.fail(1, "beside: there is no device to be beside of")
    result["modules"] = _modules(header)
    result["firmware"] = _firmware(header, result.get("arch", ARCHES))
    _numbers(header, result)
    return result


def _firmware(header: _Header, arch: object) -> str:
    name = header.values.get("firmware", "")
    if name and name not in firmware.tables():
        raise header.fail(1, f'firmware: "{name}" is none of '
                             f'{", ".join(firmware.tables())}')
    # QEMU starts arm64 kernels with a device tree.
    if name and arch != ("amd64",):
        raise header.fail(1, "firmware: only amd64 guests have ACPI, so the test's "
                             "arch has to be amd64")
    return name


def _numbers(header: _Header, result: dict[str, object]) -> None:
    values = header.values
    if values.get("ram", "shared") not in ("shared", "private"):
        raise header.fail(1, "ram: it is shared or private")
    result["shared_ram"] = values.get("ram", "shared") == "shared"
    if values.get("matrix", "quick") not in ("quick", "full"):
        raise header.fail(1, "matrix: it is quick or full")
    result["in_quick"] = values.get("matrix", "quick") == "quick"
    for key, pattern, kind in (("smp", r"[1-9]\d*", int), ("mem", r"[1-9]\d*[MG]", str),
                               ("timeout", r"[1-9]\d*", float)):
        if key in values:
            if not re.fullmatch(pattern, values[key]):
                raise header.fail(1, f'{key}: "{values[key]}" is not understood')
            result[key] = kind(values[key])


def _check_kernel_word(header: _Header, word: str) -> None:
    if not re.fullmatch(r"(>=|<)?\d+\.\d+|stock|debug|kasan|kcsan", word):
        raise header.fail(1, f'kernel: "{word}" is not understood')


def _modules(header: _Header) -> tuple[Module, ...]:
    return tuple(_module(header, entry)
                 for entry in header.values.get("modules", "").split(",")
                 if entry.strip())


def _module(header: _Header, entry: str) -> Module:
    """NAME [PARAMETER...] [or NAME...]"""
    first, _, rest = f" {entry} ".partition(" or ")
    words = first.split()
    if not words or (" or " in f" {entry} " and not rest.strip()):
        raise header.fail(1, f'modules: "{entry.strip()}" lacks a name')
    return Module(words[0], tuple(words[1:]),
                  _module(header, rest) if rest.strip() else None)


def load_all(folder: Path = FOLDER) -> list[Case]:
    """All tests, sorted by name; boot comes first, as all others rely on it."""
    cases = [case for path in sorted(folder.glob("*.sh")) for case in load(path)]
    return sorted(cases, key=lambda case: (case.path.stem != "boot", case.name))


def select(cases: list[Case], wanted: list[str]) -> list[Case]:
    """Those that are named: NAME has all its variants, NAME:VARIANT the one."""
    if not wanted:
        return cases
    chosen = []
    for name in wanted:
        if "/" in name:
            chosen += _load_outside(Path(name))
            continue
        stem = name.removesuffix(".sh")
        found = [case for case in cases if stem in (case.name, case.path.stem)]
        if not found:
            raise CaseError(f'there is no test "{name}", --list shows them')
        chosen += [case for case in found if case not in chosen]
    return chosen


def _load_outside(path: Path) -> list[Case]:
    if not path.is_file():
        raise CaseError(f"there is no test {path}")
    return load(path)
