#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Several members, padding, garbage, truncation, corruption: as gzip does."""
import gzip
import os
import random
import struct
import zlib

from wdztest import (SEGMENT, compress, equal, main, ok, peer, put, run, text,
                     wdzip)


def both(data, *args):
    return wdzip(*args, stdin=data), run(["gzip", *args], stdin=data)


def same_as_gzip(data, what, plain=None):
    """Exit code of -t and -dc, and the output, are gzip's."""
    ours, theirs = both(data, "-dc")
    tested, tested_theirs = both(data, "-t")
    equal((ours.returncode, tested.returncode),
          (theirs.returncode, tested_theirs.returncode),
          f"{what}: exit codes of -dc and -t")
    if plain is not None:
        equal(ours.stdout == plain, True, f"{what}: bytes")
    return ours


def test_members():
    """Members one after the other are one file."""
    a, b = text(300000), text(2 * SEGMENT + 77)
    pa, pb, empty = gzip.compress(a), compress(b), gzip.compress(b"")
    same_as_gzip(pa + pb, "two members", a + b)
    same_as_gzip(pb + pa + pb, "three members", b + a + b)
    same_as_gzip(empty, "an empty member", b"")
    same_as_gzip(empty * 3 + pa + empty, "empty ones around", a)
    small = [b"%d\n" % i for i in range(3000)]
    same_as_gzip(b"".join(gzip.compress(s) for s in small),
                 "3000 small members", b"".join(small))
    # A header that lies across a refill of the input buffer.
    for gap in range(1, 24, 2):
        first = stored((1 << 20) - gap)
        same_as_gzip(first + pa, f"second member {gap} bytes before 1 MiB",
                     zlib.decompress(first, 31) + a)


def stored(total):
    """A member of exactly @total bytes."""
    body = total - 18
    blocks = -(-body // (65535 + 5))
    data = bytes(random.Random(1).randbytes(body - 5 * blocks))
    out = bytearray(b"\x1f\x8b\x08\0\0\0\0\0\0\x03")
    for i in range(blocks):
        part = data[i * 65535:(i + 1) * 65535]
        out += struct.pack("<BHH", i == blocks - 1, len(part),
                           len(part) ^ 0xffff) + part
    out += struct.pack("<II", zlib.crc32(data), len(data))
    assert len(out) == total
    return bytes(out)


def test_behind_the_end():
    """Zeros are padding, anything else is garbage that is named."""
    a = text(70000)
    p = gzip.compress(a)
    for n in (1, 2, 7, 511, 2 * SEGMENT):
        same_as_gzip(p + bytes(n), f"{n} zeros", a)
    for junk in (b"xy", b"\0x", bytes(600) + b"junk", b"\x1f\x8c",
                 b"\x1f ", b"x" * (3 * SEGMENT)):
        r = same_as_gzip(p + junk, f"garbage {junk[:4]!r}", a)
        equal(r.stderr.decode(), "wdzip: stdin: decompression OK, "
              "trailing garbage ignored\n", f"garbage {junk[:4]!r} is named")
        equal(wdzip("-dqc", stdin=p + junk).stderr, b"",
              f"garbage {junk[:4]!r} and -q")
    same_as_gzip(p + b"x", "one byte of garbage", a)
    r = wdzip("-tv", stdin=p + bytes(3))
    ok(r.returncode == 2 and b"trailing zero bytes ignored" in r.stderr,
       "zeros are named with -v, as by gzip", r.stderr)
    same_as_gzip(p + b"\x1f\x8b", "the beginning of a member", a)
    same_as_gzip(p + b"\x1f\x8b\x09\0\0\0\0\0\0\3", "another method", a)
    z = zlib.compress(a)
    r = wdzip("-dc", "--format", "zlib", stdin=z + b"junk")
    equal((r.returncode, r.stdout == a), (2, True), "garbage behind zlib")


def test_headers():
    """Every optional field, and headers that are wrong."""
    a = text(5000)
    body = gzip.compress(a)[10:]
    extra = struct.pack("<H", 5) + b"extra"
    fields = ((1, b""), (4, extra), (8, b"name\0"), (16, b"comment\0"))
    for mask in range(16):
        flags, tail = 0, b""
        for i, (bit, data) in enumerate(fields):
            if mask >> i & 1:
                flags, tail = flags | bit, tail + data
        head = b"\x1f\x8b\x08" + bytes([flags]) + b"\1\2\3\4\0\3" + tail
        same_as_gzip(head + body, f"flags {flags:#x}", a)
        head = head[:3] + bytes([flags | 2]) + head[4:]
        crc = struct.pack("<H", zlib.crc32(head) & 0xffff)
        same_as_gzip(head + crc + body, f"flags {flags | 2:#x}", a)
        bad = struct.pack("<H", (zlib.crc32(head) & 0xffff) ^ 1)
        equal(wdzip("-t", stdin=head + bad + body).returncode, 1,
              f"flags {flags | 2:#x} with a wrong checksum")
    long = b"\x1f\x8b\x08\x14\0\0\0\0\0\3" + struct.pack("<H", 65535) + \
        bytes(65535) + b"c" * 100000 + b"\0"
    same_as_gzip(long + body, "a header of 160 KiB", a)
    huge = b"\x1f\x8b\x08\x10\0\0\0\0\0\3" + b"c" * (3 * SEGMENT) + b"\0"
    same_as_gzip(huge + body, "a header of 3 MiB", a)
    for flags in (0x20, 0x40, 0x80):
        equal(wdzip("-t", stdin=b"\x1f\x8b\x08" + bytes([flags]) +
                    b"\0\0\0\0\0\3" + body).returncode, 1,
              f"reserved flag {flags:#x} is refused")
    r = wdzip("-dc", stdin=b"plain text")
    equal((r.returncode, r.stderr), (1, b"wdzip: stdin: not in gzip format\n"),
          "plain text is named as such")
    r = wdzip("-dc", stdin=b"\x1f\x8b\x07" + bytes(20))
    equal((r.returncode, r.stderr),
          (1, b"wdzip: stdin: unknown method 7 -- not supported\n"),
          "an unknown method is named")


def test_truncation():
    """Wherever the file ends, it is said, and what came before is right."""
    data = text(3 * SEGMENT // 2)
    named = b"\x1f\x8b\x08\x08\0\0\0\0\0\3name\0" + gzip.compress(data)[10:]
    points = set(range(0, 20)) | {len(named) - i for i in range(1, 16)}
    points |= set(random.Random(7).sample(range(20, len(named)), 40))
    for n in sorted(points):
        r = wdzip("-dc", stdin=named[:n])
        equal((r.returncode, r.stderr, data.startswith(r.stdout)),
              (1, b"wdzip: stdin: unexpected end of file\n", True),
              f"cut at {n}")
    two = named + gzip.compress(b"second")
    for n in range(len(named) + 1, len(two)):
        same_as_gzip(two[:n], f"second member cut at {n - len(named)}")
    for name, packed in (("zlib", zlib.compress(data)),
                         ("deflate", zlib.compress(data)[2:-4])):
        for n in (0, 1, 2, 3, len(packed) // 2, len(packed) - 5,
                  len(packed) - 1):
            r = wdzip("-dc", "--format", name, stdin=packed[:n])
            equal((r.returncode, data.startswith(r.stdout)), (1, True),
                  f"{name} cut at {n}")


def flips(packed, dense, sparse, seed):
    rnd = random.Random(seed)
    points = set(range(min(dense, len(packed))))
    points |= {len(packed) - i for i in range(1, 13)}
    points |= set(rnd.sample(range(len(packed)), min(sparse, len(packed))))
    for at in sorted(points):
        for bit in (1 << rnd.randrange(8), 0xff):
            bad = bytearray(packed)
            bad[at] ^= bit
            yield at, bit, bytes(bad)


def zlib_verdict(packed):
    """Exit code that is due; bits between body and check value are free."""
    try:
        zlib.decompress(packed)
    except zlib.error:
        return 1
    return 0


def test_corruption():
    """A wrong byte anywhere gives the exit code that gzip gives."""
    data = text(400000)
    named = b"\x1f\x8b\x08\x08\0\0\0\0\0\3name\0" + gzip.compress(data)[10:]
    for at, bit, bad in flips(named, 40, 60, 3):
        ours, theirs = both(bad, "-t")
        ok(ours.returncode == theirs.returncode,
           f"byte {at} of gzip's, xor {bit:#x}: {theirs.returncode}",
           f"{ours.returncode} {ours.stderr!r}, gzip {theirs.stderr!r}")
    ours_packed = compress(text(SEGMENT + 100000), "-n")
    for at, bit, bad in flips(ours_packed, 20, 25, 4):
        ours, theirs = both(bad, "-t")
        ok(ours.returncode == theirs.returncode,
           f"byte {at} of ours, xor {bit:#x}: {theirs.returncode}",
           f"{ours.returncode} {ours.stderr!r}, gzip {theirs.stderr!r}")
    z = zlib.compress(data)
    for at, bit, bad in flips(z, 2, 20, 5):
        r = wdzip("-t", "--format", "zlib", stdin=bad)
        equal(r.returncode, zlib_verdict(bad),
              f"byte {at} of zlib's, xor {bit:#x}")


def test_corrupt_files():
    """A damaged file leaves nothing behind, its input, and the next file."""
    data = text(2 * SEGMENT)
    good = gzip.compress(data)
    for what, at in (("crc", len(good) - 5), ("length", len(good) - 1),
                     ("body", len(good) // 2)):
        bad = bytearray(good)
        bad[at] ^= 0x55
        put("bad.gz", bytes(bad))
        put("good.gz", good)
        r = wdzip("-d", "bad.gz", "good.gz")
        equal(r.returncode, 1, f"wrong {what}: exit code")
        ok(r.stderr.startswith(b"wdzip: bad.gz: invalid compressed data--"),
           f"wrong {what}: message", r.stderr)
        equal(files(), ["bad.gz", "good"], f"wrong {what}: files")
        equal(open("good", "rb").read() == data, True,
              f"wrong {what}: the other file")
        os.unlink("good")


def files():
    return sorted(os.listdir("."))


if peer("gzip"):
    main(test_members, test_behind_the_end, test_headers, test_truncation,
         test_corruption, test_corrupt_files)
main(test_corrupt_files)
