#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Both directions against other programs, on all kinds and sizes of data."""
import gzip
import zlib

from wdztest import (PEERS, SEGMENT, binaries, compress, equal, main, noise,
                     ok, peer, put, run, text, wdzip)


def kinds():
    words = text(9 * SEGMENT // 2 + 1)
    yield "text", words
    yield from binaries()
    yield "compressed", gzip.compress(words, 6)
    yield "noise", noise(3 * SEGMENT + 17)
    yield "zeros", bytes(5 * SEGMENT + 1)
    yield "nothing", b""
    yield "one byte", b"x"


def test_peers_read_ours():
    """What wdzip makes is read by every other program."""
    peers = [p for p in PEERS if peer(p)]
    for name, data in kinds():
        for level in ("-1", "-6"):
            packed = compress(data, level)
            for p in peers:
                r = run([p, "-dc"], stdin=packed)
                ok(r.returncode == 0 and r.stdout == data,
                   f"{p} reads {name} {level}", r.stderr)


def test_we_read_peers():
    """What every other program makes is read by wdzip."""
    peers = [p for p in PEERS if peer(p)]
    for name, data in kinds():
        for p in peers:
            for level in ("-1", "-3") if p == "igzip" else ("-1", "-6", "-9"):
                r = run([p, "-c", level], stdin=data)
                u = wdzip("-dc", stdin=r.stdout)
                ok(r.returncode == 0 and u.returncode == 0 and
                   u.stdout == data, f"{name} by {p} {level}", u.stderr)


def one_stream(packed, wbits):
    """The plain data, if there is exactly one stream and nothing behind it."""
    d = zlib.decompressobj(wbits)
    data = d.decompress(packed)
    return data if d.eof and not d.unused_data else None


def test_levels():
    """Levels 1 to 9 are all valid, and the extremes differ as they should."""
    data = text(3 * SEGMENT + 5)
    size = {}
    for level in range(1, 10):
        packed = compress(data, f"-{level}")
        size[level] = len(packed)
        equal(one_stream(packed, 31) == data, True, f"level {level}")
    ok(size[9] < size[6] < size[1], "higher levels are smaller", size)
    equal(compress(data, "--fast"), compress(data, "-1"), "--fast is -1")
    equal(compress(data, "--best"), compress(data, "-9"), "--best is -9")
    equal(compress(data), compress(data, "-6"), "-6 is the default")


def test_sizes():
    """Around the boundaries of segments, one member and the right bytes."""
    words = text()
    sizes = {0, 1, 2, 15, 16, 17, 100, 4095, 4096, 4097, 65535, 65536}
    for n in (1, 2, 3, 6, 7, 8):
        sizes |= {n * SEGMENT + d for d in (-1, 0, 1)}
    for size in sorted(sizes):
        data = words[:size]
        packed = compress(data, "-1", "-p2")
        equal(one_stream(packed, 31) == data, True, f"{size} bytes as gzip")
        u = wdzip("-dc", stdin=packed)
        ok(u.returncode == 0 and u.stdout == data, f"{size} bytes back",
           u.stderr)


def test_file_sizes():
    """A file's size is known, and small ones are cut into smaller pieces."""
    words = text()
    for size in (512 << 10, 1 << 20, 2 << 20, 3 << 20, 4 << 20, 8 << 20):
        for d in (-1, 0, 1):
            put("f", words[:size + d])
            r = wdzip("-1c", "f")
            equal(one_stream(r.stdout, 31) == words[:size + d], True,
                  f"a file of {size + d} bytes")
    put("f", words[:1000])
    with open("f", "rb") as f:
        f.seek(990)
        r = wdzip(stdin=f)
    equal(one_stream(r.stdout, 31), words[990:1000], "the rest of a file")


def test_queues():
    """The number of queues changes nothing in the output."""
    data = text(9 * SEGMENT + 1)
    one = compress(data, "-n", "-p1")
    for n in (2, 3, 4, 8, 64):
        equal(compress(data, "-n", f"-p{n}") == one, True,
              f"{n} queues give the bytes of one")


def test_formats():
    """zlib and raw deflate in both directions, one stream each."""
    words = text(4 * SEGMENT + 3)
    for name, wbits in (("zlib", 15), ("deflate", -15)):
        for size in (0, 1, 1000, SEGMENT, SEGMENT + 1, len(words)):
            data = words[:size]
            packed = compress(data, "--format", name)
            equal(one_stream(packed, wbits) == data, True,
                  f"{name} of {size} bytes")
            c = zlib.compressobj(6, zlib.DEFLATED, wbits)
            foreign = c.compress(data) + c.flush()
            for what, p in (("ours", packed), ("zlib's", foreign)):
                u = wdzip("-dc", "--format", name, stdin=p)
                ok(u.returncode == 0 and u.stdout == data,
                   f"{what} {name} of {size} bytes back", u.stderr)


def test_small_is_small():
    """A file of one segment costs no more than with gzip, but for the few bytes
    between a stored block and one of fixed codes."""
    for size in (0, 1, 100, 10000):
        data = text(size) if size else b""
        ours = len(compress(data, "-n", "-9"))
        theirs = len(gzip.compress(data, 9))
        ok(ours <= theirs * 1.01 + 4, f"{size} bytes: {ours} and {theirs}")


main(test_peers_read_ours, test_we_read_peers, test_levels, test_sizes,
     test_file_sizes, test_queues, test_formats, test_small_is_small)
