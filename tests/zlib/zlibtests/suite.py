# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What a suite is."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .context import Context

BOTH = ("deflate", "inflate")


@dataclass(frozen=True)
class Suite:
    """prepare() makes what run() finds in Context.prepared, once for both runs.

    run() reports to the context; an exception of it is a failed test. The
    device must have done work in all the directions.
    """
    name: str
    what: str
    prepare: Callable[[Path], object]
    run: Callable[[Context], None]
    directions: tuple[str, ...] = BOTH


class Unsuitable(Exception):
    """The suite cannot be had on this system, for a reason that is no mistake."""
