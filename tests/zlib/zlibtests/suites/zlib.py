# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""zlib's own test programs and examples, of the version that is installed."""
from __future__ import annotations

import functools
import gzip
from pathlib import Path

from vmlib import tool

from .. import linkage, samples, sources
from ..context import Context
from ..suite import Suite

# inflate_table(), which infcover calls directly, is not exported.
PROGRAMS = {
    "example": ["test/example.c"],
    "example64": ["-D_FILE_OFFSET_BITS=64", "test/example.c"],
    "minigzip": ["test/minigzip.c"],
    "infcover": ["test/infcover.c", "inftrees.c"],
    "fitblk": ["examples/fitblk.c"],
    "gun": ["examples/gun.c"],
    "gzappend": ["examples/gzappend.c"],
    "gzjoin": ["examples/gzjoin.c"],
    "gznorm": ["examples/gznorm.c"],
    "zpipe": ["examples/zpipe.c"],
    "zran": ["-DTEST", "examples/zran.c"],
}
SIZE = 700001


def _prepare(folder: Path) -> object:
    tree = sources.source("zlib", "zlib1g", ["*.[ch]"])
    programs = {}
    for name, arguments in PROGRAMS.items():
        programs[name] = folder / name
        words = [tree / word if word.endswith(".c") else word for word in arguments]
        # Not warned about: it is other people's code.
        tool.run(["cc", "-w", "-O1", "-I", tree, "-o", programs[name], *words, "-lz"])
        linkage.require(programs[name])
    return programs


def _run(ctx: Context) -> None:
    _own_tests(ctx)
    _minigzip(ctx)
    _zpipe(ctx)
    _gun(ctx)
    _append_and_join(ctx)
    _norm(ctx)
    _random_access(ctx)
    _fit(ctx)


def _own_tests(ctx: Context) -> None:
    for name in ("example", "example64", "infcover"):
        done = ctx.run(ctx.prepared[name])
        # What it says of each case, up to the first that fails.
        for line in (done.out + done.err).decode(errors="replace").splitlines():
            said = line.split(": ")[0] if name == "infcover" else line
            ctx.check(f"{name}: {said}", True)
        ctx.check(f"{name}: exit status", done.ok, done)


def _minigzip(ctx: Context) -> None:
    minigzip = ctx.prepared["minigzip"]
    for kind, make in samples.KINDS.items():
        for size in samples.SIZES:
            plain = make(size)
            packed = ctx.run(minigzip, data=plain)
            ctx.check_same(f"minigzip: {kind} {size}: gzip reads it",
                           ctx.peer("gzip", "-dc", data=packed.out), plain)
            theirs = gzip.compress(plain, 6)
            ctx.check_same(f"minigzip -d: {kind} {size}: it reads gzip's",
                           ctx.run(minigzip, "-d", data=theirs), plain)
    plain = samples.mixed(SIZE)
    for option in ("-1", "-2", "-3", "-4", "-5", "-6", "-7", "-8", "-9", "-f",
                   "-h", "-r"):
        packed = ctx.run(minigzip, option, data=plain)
        ctx.check_same(f"minigzip {option}",
                       ctx.peer("gzip", "-dc", data=packed.out), plain)
    ctx.put("file", plain)
    ctx.run(minigzip, "file")
    ctx.check_same("minigzip FILE", ctx.peer("gzip", "-dc", "file.gz"), plain)
    done = ctx.run(minigzip, "-d", "file.gz")
    ctx.check("minigzip -d FILE", done.ok and ctx.get("file") == plain, done)
    # What is no gzip file is passed through, and a second member is read, too.
    ctx.check_same("minigzip -d: not compressed",
                   ctx.run(minigzip, "-d", data=plain), plain)
    two = gzip.compress(plain) + gzip.compress(plain[:1000])
    ctx.check_same("minigzip -d: two members",
                   ctx.run(minigzip, "-d", data=two), plain + plain[:1000])
    damaged = bytearray(gzip.compress(plain))
    damaged[len(damaged) // 2] ^= 0x10
    for name, data in (("damaged", damaged), ("cut short", damaged[:2000])):
        done = ctx.run(minigzip, "-d", data=bytes(data))
        ctx.check(f"minigzip -d: {name} is an error", done.status == 1, done)


def _zpipe(ctx: Context) -> None:
    zpipe = ctx.prepared["zpipe"]
    for kind, make in samples.KINDS.items():
        plain = make(SIZE)
        packed = ctx.run(zpipe, data=plain)
        ctx.check_same(f"zpipe: {kind}", ctx.run(zpipe, "-d", data=packed.out), plain)
        ctx.check(f"zpipe: {kind}: size", _near(packed.out, plain), len(packed.out))


def _near(packed: bytes, plain: bytes) -> bool:
    """Other bytes than zlib's are right, other sizes by far are not."""
    return len(packed) <= 1.25 * _zlib_size(plain) + 64


@functools.cache
def _zlib_size(plain: bytes) -> int:
    return len(gzip.compress(plain, 6))


def _gun(ctx: Context) -> None:
    """inflateBack()."""
    plain = samples.mixed(SIZE)
    ctx.check_same("gun", ctx.run(ctx.prepared["gun"], data=gzip.compress(plain)),
                   plain)
    done = ctx.run(ctx.prepared["gun"], data=gzip.compress(plain)[:-9])
    ctx.check("gun: cut short is said", b"unexpected end" in done.err, done)


def _append_and_join(ctx: Context) -> None:
    """Z_BLOCK, inflatePrime(), deflatePrime(), deflateSetDictionary()."""
    first, second, third = samples.text(50000), samples.mixed(SIZE), samples.text(77)
    ctx.put("a.gz", gzip.compress(first))
    ctx.put("second", second)
    ctx.put("third", third)
    done = ctx.run(ctx.prepared["gzappend"], "a.gz", "second", "third")
    ctx.check("gzappend", done.ok, done)
    ctx.check_same("gzappend: gzip reads it", ctx.peer("gzip", "-dc", "a.gz"),
                   first + second + third)
    ctx.put("b.gz", gzip.compress(third))
    joined = ctx.run(ctx.prepared["gzjoin"], "a.gz", "b.gz")
    ctx.check_same("gzjoin", ctx.peer("gzip", "-dc", data=joined.out),
                   first + second + third + third)


def _norm(ctx: Context) -> None:
    plain = samples.mixed(SIZE)
    members = gzip.compress(plain) + gzip.compress(plain[:5000])
    done = ctx.run(ctx.prepared["gznorm"], data=members)
    ctx.check_same("gznorm", ctx.peer("gzip", "-dc", data=done.out),
                   plain + plain[:5000])


def _random_access(ctx: Context) -> None:
    """Z_BLOCK and inflateSetDictionary() in the middle of a file."""
    plain = samples.text(3 << 20)
    ctx.put("c.gz", gzip.compress(plain))
    for offset in (0, 1, 1 << 20, (2 << 20) + 12345, (3 << 20) - 16384):
        done = ctx.run(ctx.prepared["zran"], "c.gz", str(offset))
        ctx.check_same(f"zran: at {offset}", done, plain[offset:offset + 16384])


def _fit(ctx: Context) -> None:
    """As much as fits: deflate() with an output buffer that is the limit."""
    plain = samples.text(SIZE)
    for size in (4096, 100000):
        done = ctx.run(ctx.prepared["fitblk"], str(size), data=plain)
        if ctx.check(f"fitblk {size}: ends well", done.ok, done):
            got = ctx.peer("python3", "-c", "import sys, zlib\n"
                           "d = zlib.decompressobj()\n"
                           "sys.stdout.buffer.write(d.decompress("
                           "sys.stdin.buffer.read()))", data=done.out)
            ctx.check(f"fitblk {size}: a beginning of the input", len(got.out) > size
                      and plain.startswith(got.out), got)


SUITE = Suite("zlib", "zlib's example, minigzip, infcover and its examples",
              _prepare, _run)
