# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The tests of Perl's Compress::Raw::Zlib and IO::Compress.

They come from the source of the installed perl, whose modules they test.
"""
from __future__ import annotations

import re
import shutil
from pathlib import Path

from vmlib import tool

from .. import linkage, process, sources
from ..context import Context
from ..suite import Suite

FOLDERS = ("cpan/Compress-Raw-Zlib", "cpan/IO-Compress")
TIMEOUT_SECONDS = 300
# Has five tests for each byte that zlib needs for a text; the device may need
# one less.
PLANNED_BY_SIZE = ("101truncate-rawdeflate.t",)
# Other formats, and the documentation.
LEFT_OUT = re.compile(r"bzip2|lzma|xz|zstd|pod\.t|pod-coverage|meta-")


def _prepare(_folder: Path) -> object:
    perl = linkage.find("perl", "perl")
    said = tool.run([perl, "-MCompress::Raw::Zlib", "-e", "print join \"\\n\", "
                     "grep /Zlib\\.so$/, @DynaLoader::dl_shared_objects"])
    for module in said.decode().splitlines() or [str(perl)]:
        linkage.require(Path(module))
    tree = sources.source("perl", "perl-base", [
        *(f"{folder}/t" for folder in FOLDERS), "cpan/IO-Compress/bin"])
    return perl, tree


def _run(ctx: Context) -> None:
    perl, tree = ctx.prepared
    for folder in FOLDERS:
        # They write where they are.
        here = ctx.folder / Path(folder).name
        shutil.copytree(tree / folder, here)
        for script in sorted((here / "t").glob("*.t")):
            if not LEFT_OUT.search(script.name):
                _script(ctx, perl, here, f"{here.name}/{script.name}")


def _script(ctx: Context, perl: Path, here: Path, name: str) -> None:
    # ALL would take most of an hour.
    env = {"COMPRESS_ZLIB_RUN_MOST": "1"}
    done = ctx.run(perl, "-It", "-It/compress", f"t/{Path(name).name}", cwd=here,
                   env=env, timeout=TIMEOUT_SECONDS)
    passed, failed, plan = read_tap(done)
    if plan == 0 and done.ok:
        ctx.skip(name, "by itself")
        return
    bad = [f"not ok {number}" for number in failed]
    whole = done.ok and passed == plan
    if Path(name).name in PLANNED_BY_SIZE:
        # It ends with 255 if it only ran another number than planned.
        whole = whole or (done.status == 255 and passed > 600 and
                          b"# Looks like you planned" in done.err)
    ctx.check(name, whole and not failed,
              f"{passed} of {plan} passed\n" + "\n".join(bad[:10]) + f"\n{done}")


def read_tap(done: process.Done) -> tuple[int, list[str], int | None]:
    """How many passed, the numbers of those that did not, the plan."""
    out = done.out.decode(errors="replace")
    plan = re.search(r"^1\.\.(\d+)", out, re.MULTILINE)
    failed = [number for number, rest in
              re.findall(r"^not ok\b *(\d*)(.*)$", out, re.MULTILINE)
              if "# TODO" not in rest]
    passed = len(re.findall(r"^(?:ok\b|not ok\b.*# TODO)", out, re.MULTILINE))
    return passed, failed, int(plan[1]) if plan else None


SUITE = Suite("perl", "Perl's Compress::Raw::Zlib and IO::Compress",
              _prepare, _run)
