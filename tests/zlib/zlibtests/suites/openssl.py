# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""openssl zlib, where Debian builds it: since release 13."""
from __future__ import annotations

import zlib
from pathlib import Path

from .. import linkage, samples
from ..context import Context
from ..suite import Suite, Unsuitable


def _prepare(_folder: Path) -> object:
    openssl = linkage.find("openssl", "openssl")
    if not linkage.is_dynamic(openssl):
        raise Unsuitable("this openssl is built without zlib; zlib-flate takes its "
                         "place")
    return openssl


def _run(ctx: Context) -> None:
    openssl = ctx.prepared
    for kind, make in samples.KINDS.items():
        for size in (1, 5000, 1 << 20):
            plain = make(size)
            packed = ctx.run(openssl, "zlib", data=plain)
            if ctx.check(f"{kind} {size}: exit status", packed.ok, packed):
                ctx.check(f"{kind} {size}: zlib reads it", _unpack(packed.out) == plain)
            ctx.check_same(f"{kind} {size}: its own", ctx.run(
                openssl, "zlib", "-d", data=packed.out), plain)
            ctx.check_same(f"{kind} {size}: zlib's", ctx.run(
                openssl, "zlib", "-d", data=zlib.compress(plain)), plain)


def _unpack(packed: bytes) -> bytes | None:
    try:
        return zlib.decompress(packed)
    except zlib.error:
        return None


SUITE = Suite("openssl", "openssl zlib", _prepare, _run)
