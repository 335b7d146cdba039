#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""5 GiB, most of it a hole: sizes go beyond 32 bits, both ways."""
import os
import shutil
import subprocess

from wdztest import WDZIP, environment, equal, main, ok, peer, skip, wdzip

SIZE = 5 << 30


def pipeline(*commands):
    """Exit codes of a | b | c."""
    procs = []
    feed = subprocess.DEVNULL
    for c in commands:
        p = subprocess.Popen(c, stdin=feed, env=environment(),
                             stdout=subprocess.PIPE)
        if procs:
            procs[-1].stdout.close()
        feed = p.stdout
        procs.append(p)
    rest = procs[-1].stdout.read()
    return [p.wait() for p in procs], rest


def test_sparse():
    """There and back, with an end that says that nothing was lost."""
    if shutil.disk_usage(".").free < 1 << 30:
        skip("5 GiB sparse file", "needs 1 GiB in TMPDIR")
        return
    with open("big", "wb") as f:
        f.write(b"begin")
        f.truncate(SIZE)
        f.seek(SIZE - 3)
        f.write(b"end")
    r = wdzip("-1k", "big")
    equal((r.returncode, r.stderr), (0, b""), "compress")
    with open("big.gz", "rb") as f:
        f.seek(-4, os.SEEK_END)
        equal(int.from_bytes(f.read(), "little"), SIZE % 2**32,
              "the trailer has the size modulo 2^32")
    r = wdzip("-l", "big.gz")
    equal(r.stdout.split()[-3], str(SIZE).encode(), "-l shows all of it")
    codes, _ = pipeline([WDZIP, "--device", "emu", "-dc", "big.gz"],
                        ["cmp", "-", "big"])
    equal(codes, [0, 0], "the bytes are the same")
    if peer("pigz"):
        codes, rest = pipeline(["pigz", "-dc", "big.gz"], ["wc", "-c"])
        equal((codes, rest.strip()), ([0, 0], str(SIZE).encode()),
              "pigz reads it")
    size = os.path.getsize("big.gz")
    ok(size < SIZE // 100, "zeros become small", size)


main(test_sparse)
