# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Programs of ours for the guest: compiled statically for its architecture."""
from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from . import cache
from .initramfs import GUEST
from .tool import PrepareError

TOP = GUEST.parents[2]
INCLUDES = (TOP / "hwdefs", TOP / "uapi")
COMPILERS = {"arm64": "aarch64-linux-gnu-gcc-14", "amd64": "x86_64-linux-gnu-gcc-14"}
FLAGS = ("-std=gnu11", "-O2", "-g", "-static", "-pthread", "-Wall", "-Wextra",
         "-Wmissing-prototypes", "-Wstrict-prototypes", "-Wvla", "-Wpointer-arith",
         "-Wwrite-strings", "-Werror")


def sources(name: str) -> list[Path]:
    """guest/NAME.c, or every guest/NAME/*.c."""
    single, folder = GUEST / f"{name}.c", GUEST / name
    found = [single] if single.is_file() else sorted(folder.glob("*.c"))
    if not found:
        raise PrepareError(f"there is neither {single} nor {folder}/*.c")
    return found


@functools.cache
def program(name: str, arch: str) -> Path:
    """The executable, compiled now if its sources have changed."""
    from . import builder  # needs root, which a test without programs does not

    parts = sources(name)
    root = builder.root()
    folder = cache.entry(f"program-{name}-{arch}", _key(parts, arch, root),
                         lambda part: _compile(name, parts, arch, part))
    return folder / name


def _key(parts: list[Path], arch: str, root: Path) -> str:
    """Everything that goes into it: sources, headers, compiler, flags."""
    files = {*parts, *parts[0].parent.glob("*.h"),
             *(file for folder in INCLUDES for file in folder.rglob("*.h"))}
    lines = [COMPILERS[arch], *FLAGS, str(root)]
    lines += [f"{file.relative_to(TOP)} {_digest(file)}" for file in sorted(files)]
    return "\n".join(lines)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _compile(name: str, parts: list[Path], arch: str, into: Path) -> None:
    from . import builder

    inside = Path("/srv/warpdrive")
    argv = [COMPILERS[arch], *FLAGS,
            *(f"-I{inside / folder.relative_to(TOP)}" for folder in INCLUDES),
            f"-I{inside / parts[0].parent.relative_to(TOP)}",
            "-o", f"/srv/out/{name}",
            *(str(inside / part.relative_to(TOP)) for part in parts)]
    builder.run(argv, cwd=Path("/srv/out"),
                binds={TOP: inside, into: Path("/srv/out")})
