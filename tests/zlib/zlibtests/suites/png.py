# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""PNG pictures, there and back: netpbm by way of libpng, checked by pngfix."""
from __future__ import annotations

import functools
import random
from pathlib import Path

from .. import linkage
from ..context import Context
from ..suite import Suite


def _prepare(_folder: Path) -> object:
    return {name: linkage.require(linkage.find(name, package))
            for name, package in (("pnmtopng", "netpbm"), ("pngtopnm", "netpbm"),
                                  ("pngfix", "libpng-tools"))}


@functools.cache
def _picture(width: int, height: int, kind: str) -> bytes:
    """A PPM file."""
    rng = random.Random(width * height)
    head = b"P6\n%d %d\n255\n" % (width, height)
    if kind == "noise":
        return head + rng.randbytes(3 * width * height)
    if kind == "flat":
        return head + bytes((10, 200, 30)) * (width * height)
    return head + b"".join(
        bytes((x * 255 // width, y * 255 // height,
               (x ^ y) & 0xff if kind == "pattern" else 128))
        for y in range(height) for x in range(width))


PICTURES = ((1, 1, "flat"), (640, 480, "flat"), (640, 480, "slope"),
            (301, 299, "pattern"), (400, 300, "noise"))
OPTIONS = ((), ("-compression=1",), ("-compression=9",), ("-compression=0",),
           ("-interlace",), ("-paeth",), ("-comp_strategy=huffman_only",),
           ("-comp_strategy=filtered",), ("-comp_mem_level=1",),
           ("-comp_window_bits=9",), ("-comp_buffer_size=100",))


def _run(ctx: Context) -> None:
    for width, height, kind in PICTURES:
        _there_and_back(ctx, f"{width}x{height} {kind}",
                        _picture(width, height, kind), ())
    plain = _picture(500, 400, "pattern")
    for options in OPTIONS:
        _there_and_back(ctx, " ".join(options) or "no option", plain, options)
    _damage(ctx, plain)


def _there_and_back(ctx: Context, name: str, plain: bytes,
                    options: tuple[str, ...]) -> None:
    packed = ctx.run(ctx.prepared["pnmtopng"], *options, data=plain)
    if not ctx.check(f"{name}: pnmtopng", packed.ok, packed):
        return
    ctx.check_same(f"{name}: pngtopnm",
                   ctx.run(ctx.prepared["pngtopnm"], data=packed.out), plain)
    ctx.check_same(f"{name}: pngtopnm without the drop-in",
                   ctx.peer(ctx.prepared["pngtopnm"], data=packed.out), plain)
    ctx.put("picture.png", packed.out)
    for start, who in ((ctx.run, ""), (ctx.peer, " without the drop-in")):
        done = start(ctx.prepared["pngfix"], "picture.png")
        ctx.check(f"{name}: pngfix{who}", done.ok and b"OK" in done.out, done)


def _damage(ctx: Context, plain: bytes) -> None:
    packed = bytearray(ctx.run(ctx.prepared["pnmtopng"], data=plain).out)
    packed[len(packed) // 2] ^= 0x10
    done = ctx.run(ctx.prepared["pngtopnm"], data=bytes(packed))
    ctx.check("a damaged picture is an error", done.status not in (0, None), done)


SUITE = Suite("png", "PNG pictures by netpbm and libpng", _prepare, _run)
