# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Kernel modules of ours, compiled against the kernel that a guest runs."""
from __future__ import annotations

import hashlib
from pathlib import Path

from . import builder, cache, debug_kernels
from .initramfs import GUEST
from .kernels import Kernel
from .tool import PrepareError

TREE, MODULES = Path("/srv/kernel"), Path("/srv/modules")


def modules(name: str, kernel: Kernel) -> list[Path]:
    """The modules of guest/NAME, compiled now if their sources have changed."""
    folder = GUEST / name
    if not (folder / "Kbuild").is_file():
        raise PrepareError(f"{folder} has no Kbuild")
    tree = kernel.modules / "build"
    if not tree.is_dir():
        raise PrepareError(f"modules of ours are compiled for debug kernels only, "
                           f"{kernel.release} is Debian's; --kernel debug is one")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    key = "\n".join([str(tree), str(builder.root()),
                     *(f"{path.relative_to(folder)} {_digest(path)}"
                       for path in files)])
    entry = cache.entry(f"kmod-{name}-{kernel.arch}-{kernel.release}", key,
                        lambda part: _compile(files, folder, kernel, part))
    return sorted(entry.glob("*.ko"))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _compile(files: list[Path], folder: Path, kernel: Kernel, into: Path) -> None:
    for path in files:
        copy = into / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    builder.run(["make", "-s", "-C", TREE, f"M={MODULES}", "W=1", "KCFLAGS=-Werror",
                 *debug_kernels.make_variables(kernel.arch), "modules"],
                MODULES, {kernel.modules / "build": TREE, into: MODULES})
