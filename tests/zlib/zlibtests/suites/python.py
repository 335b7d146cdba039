# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The tests that Python has of its modules zlib, gzip, zipfile and tarfile."""
from __future__ import annotations

import json
from pathlib import Path

from vmlib import tool

from .. import linkage, sources
from ..context import Context
from ..suite import Suite

MODULES = ("test_zlib", "test_gzip", "test_zipfile", "test_tarfile")
RUNNER = Path(__file__).resolve().parent / "python_runner.py"
TIMEOUT_SECONDS = 600


def _prepare(_folder: Path) -> object:
    # Debian's, whatever else is called python3 here.
    python = linkage.find("python3", "python3")
    version = tool.run([python, "-c", "import sys\n"
                        "print('%d.%d' % sys.version_info[:2])"]).decode().strip()
    linkage.require(python.resolve())
    return python, sources.python_tests(version)


def _run(ctx: Context) -> None:
    python, tests = ctx.prepared
    for module in MODULES:
        report = ctx.folder / f"{module}.jsonl"
        done = ctx.run(python, RUNNER, report, f"test.{module}",
                       env={"PYTHONPATH": str(tests),
                            "PYTHONDONTWRITEBYTECODE": "1"},
                       timeout=TIMEOUT_SECONDS)
        _read(ctx, module, report)
        ctx.check(f"{module}: runs to its end", done.status == 0, done)


def _read(ctx: Context, module: str, report: Path) -> None:
    if not report.exists():
        return
    running = None
    for line in report.read_text(encoding="utf-8").splitlines():
        name, status, detail = json.loads(line)
        # Names as short as they can be told apart.
        name = f"{module}: {name.removeprefix('test.').removeprefix(module + '.')}"
        running = name if status == "started" else None
        if status == "skipped":
            ctx.skip(name, detail)
        elif status != "started":
            ctx.check(name, status == "ok", detail)
    if running:
        ctx.check(running, False, "it did not come back")


SUITE = Suite("python", "Python's test_zlib, test_gzip, test_zipfile, test_tarfile",
              _prepare, _run)
