# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Kernel configurations from fragments, and whether a kernel has them.

Kconfig drops what it does not know or what depends on something else that is
off, without a word; a debug kernel without its checks would find nothing.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .tool import PrepareError

SET = re.compile(r"(CONFIG_\w+)=(.+)")
UNSET = re.compile(r"# (CONFIG_\w+) is not set")
LIMIT = re.compile(r" # (since|before) (\d+\.\d+)$")


def wanted(texts: Iterable[str], series: str) -> list[str]:
    """The lines of fragments that count for a series, without remarks.

    A line may end with "# since X" or "# before X", a series.
    """
    lines: dict[str, str] = {}
    for line in (line.rstrip() for text in texts for line in text.splitlines()):
        limit = LIMIT.search(line)
        if limit:
            line = line[:limit.start()]
        name = _name(line)
        if name is None:
            if limit or not re.match(r"#($| (?!CONFIG_))|$", line):
                raise PrepareError(f'"{line}" is no line of a configuration')
            continue
        if limit and not _holds(limit[1], limit[2], series):
            continue
        if name in lines:
            raise PrepareError(f"{name} is in the configuration twice")
        lines[name] = line
    return list(lines.values())


def _name(line: str) -> str | None:
    found = SET.fullmatch(line) or UNSET.fullmatch(line)
    return found[1] if found else None


def _holds(relation: str, limit: str, series: str) -> bool:
    return (_number(series) >= _number(limit)) == (relation == "since")


def _number(series: str) -> list[int]:
    return [int(part) for part in series.split(".")]


def missing(config: str, lines: Sequence[str]) -> list[str]:
    """Those lines that a finished configuration does not have, and why."""
    has = {}
    for line in config.splitlines():
        found = SET.fullmatch(line)
        if found:
            has[found[1]] = found[2]
    faults = []
    for line in lines:
        found = SET.fullmatch(line)
        value = found[2] if found else None
        name = _name(line)
        assert name
        if has.get(name) != value:
            faults.append(f"{name}: wanted {value or 'off'}, is "
                          f"{has.get(name, 'off or unknown')}")
    return faults


def check(config: str, lines: Sequence[str], what: str) -> None:
    """Raises an error that names everything that is not as wanted."""
    faults = missing(config, lines)
    if faults:
        raise PrepareError(f"the configuration of {what} is not what was asked "
                           "for:\n" + "\n".join(faults))
