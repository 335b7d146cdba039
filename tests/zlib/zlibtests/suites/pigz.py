# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""pigz: threads, dictionaries, flush points, check values that are combined."""
from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from .. import linkage, samples
from ..context import Context
from ..suite import Suite

SIZE = 2_500_000
OPTIONS = ((), ("-1",), ("-9",), ("-0",), ("-p", "1"), ("-p", "4"), ("-i",),
           ("-R",), ("-b", "32"), ("-b", "1000"), ("-H",), ("-U",),
           ("-p", "4", "-i", "-b", "64"))


def _prepare(_folder: Path) -> object:
    return linkage.require(linkage.find("pigz", "pigz"))


def _run(ctx: Context) -> None:
    pigz = ctx.prepared
    for kind, make in samples.KINDS.items():
        for size in (0, 1, 200000, SIZE):
            plain = make(size)
            packed = ctx.run(pigz, "-c", data=plain)
            ctx.check_same(f"{kind} {size}: gzip reads it",
                           ctx.peer("gzip", "-dc", data=packed.out), plain)
            ctx.check_same(f"-d: {kind} {size}: it reads gzip's",
                           ctx.run(pigz, "-dc", data=gzip.compress(plain)), plain)
    plain = samples.mixed(SIZE)
    for options in OPTIONS:
        packed = ctx.run(pigz, *options, "-c", data=plain)
        ctx.check_same(f"{' '.join(options) or 'no option'}: gzip reads it",
                       ctx.peer("gzip", "-dc", data=packed.out), plain)
    _formats(ctx, plain)
    _damage(ctx, plain)
    _files(ctx, plain)


def _formats(ctx: Context, plain: bytes) -> None:
    packed = ctx.run(ctx.prepared, "-z", "-c", data=plain)
    ctx.check_same("-z: it reads its own",
                   ctx.run(ctx.prepared, "-dc", data=packed.out), plain)
    ctx.check_same("-z: it reads zlib's",
                   ctx.run(ctx.prepared, "-dc", data=zlib.compress(plain)), plain)
    packed = ctx.run(ctx.prepared, "-K", "-c", data=plain)
    ctx.put("k.zip", packed.out)
    ctx.check_same("-K: unzip reads it", ctx.peer("unzip", "-p", "k.zip"), plain)


def _damage(ctx: Context, plain: bytes) -> None:
    packed = bytearray(gzip.compress(plain))
    packed[len(packed) // 2] ^= 0x10
    for name, data in (("damaged", packed), ("cut short", packed[:1000])):
        done = ctx.run(ctx.prepared, "-t", data=bytes(data))
        ctx.check(f"-t: {name} is an error", done.status not in (0, None), done)


def _files(ctx: Context, plain: bytes) -> None:
    ctx.put("file", plain)
    done = ctx.run(ctx.prepared, "file")
    ctx.check_same("FILE", ctx.peer("gzip", "-dc", "file.gz"), plain)
    done = ctx.run(ctx.prepared, "-l", "-v", "file.gz")
    ctx.check("-l", done.ok and b"file" in done.out, done)
    done = ctx.run(ctx.prepared, "-d", "file.gz")
    ctx.check("-d FILE", done.ok and ctx.get("file") == plain, done)


# It decompresses by inflateBack(), whose window is the caller's: never the device.
SUITE = Suite("pigz", "pigz with its options, checked by gzip and unzip",
              _prepare, _run, directions=("deflate",))
