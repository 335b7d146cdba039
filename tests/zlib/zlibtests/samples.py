# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Data of all kinds, the same in every run."""
import functools
import random

# Around the boundaries of zlib's window and of the pieces that it is fed in.
SIZES = (0, 1, 2, 100, 4096, 32767, 32768, 32769, 65536, 262145, 1 << 20)


@functools.cache
def text(size: int) -> bytes:
    """Words with the repetitions of prose."""
    rng = random.Random(size)
    known = [bytes(rng.choices(b"etaoinshrdlucmfwypvbgkjqxz",
                               k=rng.randint(1, 9))) for _ in range(800)]
    weights = [1 / (i + 1) for i in range(len(known))]
    out = bytearray()
    while len(out) < size:
        line = rng.choices(known, weights, k=rng.randint(3, 14))
        out += b" ".join(line) + b"\n"
    return bytes(out[:size])


@functools.cache
def noise(size: int) -> bytes:
    """What cannot be compressed."""
    return random.Random(size).randbytes(size)


@functools.cache
def mixed(size: int) -> bytes:
    """Stretches of all of it, so that a stream has blocks of every type."""
    rng = random.Random(size)
    kinds = (text, noise, bytes)
    out = bytearray()
    while len(out) < size:
        out += rng.choice(kinds)(rng.randint(1, 90000))
    return bytes(out[:size])


KINDS = {"text": text, "noise": noise, "zeros": bytes, "mixed": mixed}
