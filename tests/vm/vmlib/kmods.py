# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Kernel modules of ours, compiled against the kernel that a guest runs."""
from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import builder, cache, debug_kernels, headers
from .initramfs import GUEST
from .kernels import Kernel
from .tool import PrepareError

# The product's modules; all other names are folders of guest/.
PRODUCT = "warpdrive"
TOP = GUEST.parents[2]
# What the product's modules are made of, as it lies beside each other.
PRODUCT_FOLDERS = ("kmod", "uapi", "hwdefs")
# Raised when the content of an entry changes for the same key.
FORMAT = 1

DEBUG = Path("/srv/kernel")
SOURCES, SYMBOLS = Path("/srv/modules"), Path("/srv/symbols")


@dataclass(frozen=True)
class Tree:
    """What a kernel's modules are compiled against."""
    arch: str
    release: str
    outside: Path           # on this machine
    inside: Path            # where it is bound in the builder
    folder: Path            # what "make -C" gets there


def tree_of(kernel: Kernel) -> Tree:
    """Debian's headers, or what a debug kernel brings."""
    own = kernel.modules / "build"
    if own.is_dir():
        return Tree(kernel.arch, kernel.release, own, DEBUG, DEBUG)
    return stock_tree(kernel.arch, kernel.release)


def stock_tree(arch: str, release: str) -> Tree:
    """The same for one of Debian's own kernels, which need not be here."""
    found = headers.of(arch, release)
    return Tree(arch, release, found.tree, headers.PREFIX, found.folder)


def modules(names: Sequence[str], kernel: Kernel) -> list[Path]:
    """The modules of all names, compiled now if their sources have changed.

    Those of guest/ may use symbols of the product's modules, if that is named.
    """
    for name in names:
        _check(name)
    tree = tree_of(kernel)
    product = _compiled(PRODUCT, tree, None) if PRODUCT in names else None
    entries = [_compiled(name, tree, product) for name in names if name != PRODUCT]
    return [module for entry in (product, *entries) if entry
            for module in sorted(entry.glob("*.ko"))]


def _check(name: str) -> None:
    if name != PRODUCT and not (GUEST / name / "Kbuild").is_file():
        raise PrepareError(f"{GUEST / name} has no Kbuild")


def sources(name: str) -> dict[Path, Path]:
    """Files of a name by where they go; its Kbuild is at the folder's top."""
    if name == PRODUCT:
        return {path.relative_to(TOP): path for folder in PRODUCT_FOLDERS
                for path in _files(TOP / folder)}
    folder = GUEST / name
    return {path.relative_to(folder): path for path in _files(folder)}


def _files(folder: Path) -> list[Path]:
    """Sources; what a build by hand left beside them is not carried over."""
    built = {".o", ".ko", ".cmd", ".mod", ".order", ".symvers", ".d"}
    return sorted(path for path in folder.rglob("*")
                  if path.is_file() and path.suffix not in built
                  and not path.name.endswith(".mod.c")
                  and "probed" not in path.relative_to(folder).parts
                  and path.name != "probed.h")


def _compiled(name: str, tree: Tree, product: Path | None) -> Path:
    files = sources(name)
    key = "\n".join([str(FORMAT), str(tree.outside), str(builder.root()), str(product),
                     *(f"{path} {_digest(file)}" for path, file in files.items())])
    return cache.entry(f"kmod-{name}-{tree.release}", key,
                       lambda part: _fill(name, files, tree, product, part))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _fill(name: str, files: dict[Path, Path], tree: Tree, product: Path | None,
          into: Path) -> None:
    build = into / "build"
    copy(files, build)
    make(name, build, tree, ["W=1", "KCFLAGS=-Werror"], product)
    made = build / "kmod" if name == PRODUCT else build
    for path in (*made.glob("*.ko"), made / "Module.symvers"):
        path.rename(into / path.name)
    cache.remove_tree(build)


def copy(files: dict[Path, Path], into: Path) -> None:
    """Copies sources into a folder, as kbuild compiles beside them."""
    for path, file in files.items():
        to = into / path
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, to)


def make(name: str, build: Path, tree: Tree, options: Sequence[str],
         product: Path | None = None) -> str:
    """Compiles copied sources; gives all that was printed."""
    binds = {tree.outside: tree.inside, build: SOURCES}
    argv = ["make", "-s", "-C", tree.folder, f"-j{len(os.sched_getaffinity(0))}",
            f"M={SOURCES / 'kmod' if name == PRODUCT else SOURCES}",
            *debug_kernels.make_variables(tree.arch), *options]
    if product:
        binds[product] = SYMBOLS
        argv.append(f"KBUILD_EXTRA_SYMBOLS={SYMBOLS / 'Module.symvers'}")
    said = builder.run(["sh", "-c", 'exec "$@" 2>&1', "sh", *argv, "modules"],
                       SOURCES, binds)
    return said.decode(errors="replace")
