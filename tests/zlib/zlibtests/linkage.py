# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Which zlib a program has."""
from __future__ import annotations

import shutil
from pathlib import Path

from vmlib import tool
from vmlib.tool import PrepareError

PATH = "/usr/bin:/bin:/usr/sbin:/sbin"


def find(name: str, package: str) -> Path:
    """A program of Debian's, not another of its name."""
    found = shutil.which(name, path=PATH)
    if not found:
        raise PrepareError(f"{name} is missing, apt-get install {package}")
    return Path(found)


def is_dynamic(path: Path) -> bool:
    """It loads libz.so.1; only then can anything be put in its place."""
    said = tool.run(["ldd", path]).decode()
    if "not found" in said:
        raise PrepareError(f"{path} lacks libraries:\n{said}")
    return "libz.so.1 =>" in said


def require(path: Path) -> Path:
    """The same path, if the drop-in can serve it."""
    if not is_dynamic(path):
        raise PrepareError(f"{path} does not load libz.so.1, so it shows nothing; "
                           "another program has to take its place")
    return path
