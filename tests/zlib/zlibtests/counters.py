# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the drop-in says that it did: a line of name=value for each process."""
from __future__ import annotations

import collections
from pathlib import Path


def total(path: Path) -> collections.Counter[str]:
    """The sums over all processes; empty if none wrote anything."""
    sums: collections.Counter[str] = collections.Counter()
    if not path.exists():
        return sums
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        sums["processes"] += 1
        for word in line.split():
            name, _, value = word.partition("=")
            if value.isdecimal() and name != "pid":
                sums[name] += int(value)
    return sums


def device_bytes(sums: collections.Counter[str], direction: str) -> int:
    """Uncompressed bytes that went through the device."""
    side = "in" if direction == "deflate" else "out"
    return sums[f"{direction}.device.{side}"]


def summary(sums: collections.Counter[str]) -> str:
    """One line for people."""
    parts = [f"{sums['processes']} processes"]
    for direction in ("deflate", "inflate"):
        parts.append(
            f"{direction}: device {sums[f'{direction}.device.streams']} streams "
            f"{device_bytes(sums, direction)} bytes, software "
            f"{sums[f'{direction}.software.streams']} streams, moved "
            f"{sums[f'{direction}.moved']}")
    return "; ".join(parts)
