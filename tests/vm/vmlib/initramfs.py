# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The guest's file system: a cpio archive in memory, made for every boot."""
from __future__ import annotations

import functools
import io
import lzma
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from . import archive, cache, tool
from .case import Module
from .tool import PrepareError

if TYPE_CHECKING:
    from .kernels import Kernel

GUEST = Path(__file__).resolve().parents[1] / "guest"
DIRECTORIES = ("bin", "dev", "etc", "lib", "lib/modules", "lib/kmod", "lib64",
               "proc", "root", "run", "sys", "tmp")


@dataclass
class Archive:
    """Files to be, by their path in the guest."""
    files: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def add(self, path: str, data: bytes, *, executable: bool = False) -> None:
        """A regular file; its folder is among DIRECTORIES."""
        mode = 0o755 if executable else 0o644
        self.files[path.lstrip("/")] = (stat.S_IFREG | mode, data)

    def pack(self) -> bytes:
        """The archive in cpio's "newc" format, which the kernel unpacks."""
        out = io.BytesIO()
        entries = {path: (stat.S_IFDIR | 0o755, b"") for path in DIRECTORIES}
        # /dev/console is what process 1 gets as its standard streams.
        entries["dev/console"] = (stat.S_IFCHR | 0o600, b"")
        entries |= self.files
        for number, (path, (mode, data)) in enumerate(entries.items(), 1):
            device = (5, 1) if stat.S_ISCHR(mode) else (0, 0)
            _entry(out, number, path, mode, device, data)
        _entry(out, 0, "TRAILER!!!", 0, (0, 0), b"")
        return out.getvalue()


def _entry(out: io.BytesIO, number: int, path: str, mode: int,
           device: tuple[int, int], data: bytes) -> None:
    name = path.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name), 0)
    out.write(b"070701" + b"".join(b"%08X" % value for value in fields) + name)
    _pad(out)
    out.write(data)
    _pad(out)


def _pad(out: io.BytesIO) -> None:
    out.write(b"\0" * (-out.tell() % 4))


@functools.cache
@archive.looked_up_again
def busybox(arch: str) -> Path:
    """Debian's static busybox of an architecture."""
    package = archive.newest("busybox-static", arch)

    def build(into: Path) -> None:
        debs = archive.download([package], arch, into / "debs")
        archive.unpack(debs, into)
        cache.remove_tree(into / "debs")

    folder = cache.entry(f"busybox-{arch}", str(package), build)
    found = [path for path in (folder / "usr/bin/busybox", folder / "bin/busybox")
             if path.is_file()]
    if not found:
        raise PrepareError(f"{package} has no busybox")
    return found[0]


def module_files(kernel: Kernel, wanted: tuple[Module, ...]
                 ) -> list[tuple[Path, tuple[str, ...]]]:
    """Modules in the order in which they have to be loaded, with parameters."""
    wanted = _chosen(kernel, wanted)
    parameters = {_plain(module.name): module.parameters for module in wanted}
    order: dict[Path, tuple[str, ...]] = {}
    for module in wanted:
        for kind, rest in _depends(kernel, module):
            if kind == "insmod":
                path = Path(rest.split()[0])
                order[path] = parameters.get(_plain(path.name.split(".")[0]), ())
    return list(order.items())


def builtin_parameters(kernel: Kernel, wanted: tuple[Module, ...]) -> list[str]:
    """Parameters of modules that this kernel does not have to load, as words of
    its command line."""
    return [f"{_plain(module.name)}.{parameter}"
            for module in _chosen(kernel, wanted)
            if any(kind == "builtin" for kind, _ in _depends(kernel, module)[-1:])
            for parameter in module.parameters]


def _chosen(kernel: Kernel, wanted: tuple[Module, ...]) -> tuple[Module, ...]:
    """Of those with another instead, the first that the kernel has."""
    return tuple(_first(kernel, module) for module in wanted)


def _first(kernel: Kernel, module: Module) -> Module:
    while module.instead:
        try:
            _depends(kernel, module)
            break
        except PrepareError:
            module = module.instead
    return module


def _depends(kernel: Kernel, module: Module) -> list[tuple[str, str]]:
    """What modprobe would do, the module itself last."""
    try:
        said = tool.run(["modprobe", "-C", "/dev/null", "-d", kernel.modules,
                         "-S", kernel.release, "--show-depends", module.name])
    except PrepareError as error:
        raise PrepareError(f"kernel {kernel.release} has no module "
                           f"{module.name}: {error}") from None
    lines = (line.partition(" ") for line in said.decode().splitlines())
    return [(kind, rest) for kind, _, rest in lines]


def _plain(name: str) -> str:
    return name.replace("-", "_")


def module_data(path: Path) -> bytes:
    """A module as insmod takes it: not compressed."""
    if path.suffix == ".xz":
        return lzma.decompress(path.read_bytes())
    if path.suffix == ".zst":
        return tool.run(["zstd", "-dcq", path])
    return path.read_bytes()


def add_modules(into: Archive, kernel: Kernel, wanted: tuple[Module, ...]) -> None:
    """The modules, and the list of them that the guest's init works through."""
    lines = []
    for path, parameters in module_files(kernel, wanted):
        name = f"/lib/modules/{path.name.split('.')[0]}.ko"
        into.add(name, module_data(path))
        lines.append(" ".join((name, *parameters)))
    into.add("/etc/vm.modules", "".join(f"{line}\n" for line in lines).encode())


def add_base(into: Archive, arch: str) -> None:
    """What every guest has."""
    into.add("/bin/busybox", busybox(arch).read_bytes(), executable=True)
    into.add("/init", (GUEST / "init").read_bytes(), executable=True)
    into.add("/bin/host", (GUEST / "host").read_bytes(), executable=True)
    for name in ("tap.sh", "warpdrive.sh"):
        into.add(f"/lib/{name}", (GUEST / name).read_bytes())
