#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Reserved memory in pieces that are smaller than a segment: without an IOMMU."""
import gzip
import os

from wdztest import WDZIP, equal, main, noise, ok, run, text

PIECES = os.environ["WDZIP_PIECES"]


def compress(data, piece, *args):
    """What wdzip makes of it, by way of the preloaded library."""
    return run(["env", f"LD_PRELOAD={PIECES}", f"WDZIP_PIECE_BYTES={piece}",
                WDZIP, "--device", "emu", "-qc", *args], data)


def test_pieces():
    """Segments become smaller, and nothing is lost, doubled or out of order."""
    data = noise(3000000) + text(2500000) + noise(17)
    for piece in (3000000, 700000, 100000, 17000):
        for queues in (1, 2, 4):
            r = compress(data, piece, "-p", str(queues))
            what = f"pieces of {piece}, {queues} queues"
            equal((r.returncode, r.stderr), (0, b""), what)
            ok(gzip.decompress(r.stdout) == data, f"{what}: the same data")


def test_too_small():
    """An end with a message where nothing fits."""
    r = compress(noise(100000), 1000)
    equal(r.returncode, 1, "pieces too small for anything")
    ok(b"memory" in r.stderr, "a message says so", r.stderr)


main(test_pieces, test_too_small)
