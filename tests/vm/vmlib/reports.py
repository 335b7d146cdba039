# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What a kernel's console says when something has gone wrong.

Kinds are what a test names behind "expects:"; the table below is looked
through from its beginning, so what is special comes before what is general.
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# A report's lines that are shown with it.
CONTEXT_LINES = 30
# How far behind a known report a call trace may be and still be its own: lockdep
# first shows where each lock of a circle was taken.
TRACE_LINES = 200

# Where a WARN() or BUG() is says more than that it is one.
_AT = r"(?:WARNING: (?:CPU: \d+ PID: \d+ at )?|kernel BUG at )"
# WARNING: CPU: 0 PID: 1 at FILE:LINE to 6.18, WARNING: FILE:LINE at since.
_FILE_LINE = r"[\w./-]+\.[chS]:\d+"

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("kasan", r"BUG: KASAN: "),
    ("kcsan", r"BUG: KCSAN: "),
    ("kfence", r"BUG: KFENCE: "),
    ("ubsan", r"UBSAN: [a-z-]+ in "),
    ("kmemleak", r"unreferenced object 0x|kmemleak: \d+ new suspected memory leaks"),
    ("rcu", r"suspicious RCU usage|Illegal context switch in RCU|"
            rf"{_AT}kernel/rcu/|Voluntary context switch within RCU"),
    ("lockdep", r"WARNING: (?:possible (?:circular|recursive|irq lock inversion|"
                r"unsafe locking)|inconsistent lock state|bad unlock balance|"
                r"bad contention detected|held lock freed|nested lock was not taken|"
                r"lock held when returning|\S+ -> \S+ lock order|"
                r".*lock order detected)|"
                r"\[ BUG: |BUG: (?:Invalid wait context|MAX_LOCK|MAX_STACK_TRACE|"
                r"\S+ lockdep|(?:spin|rw|mutex)\S* |held lock freed|bad unlock|"
                r"\S+ still has locks held)|INFO: trying to register non-static key|"
                r"possible deadlock in|DEBUG_LOCKS_WARN_ON|"
                rf"{_AT}kernel/locking/"),
    ("atomic", r"BUG: (?:sleeping function called|scheduling while atomic|"
               r"using \S+ in preemptible|workqueue leaked lock or atomic|"
               r"atomic scheduling)|"
               r"do not call blocking ops when !TASK_RUNNING"),
    ("lockup", r"BUG: soft lockup|hard LOCKUP|BUG: workqueue lockup"),
    ("hung-task", r"INFO: task .* blocked (?:on|for more than|in)"),
    ("stall", r"rcu.*(?:detected (?:expedited )?stalls|self-detected stall)|"
              r"rcu.*kthread starved"),
    ("debug-objects", r"ODEBUG: (?:init|activate|deactivate|free|destroy|"
                      rf"assert_init|active_state|object|Out of)|{_AT}lib/debugobjects\.c"),
    ("refcount", rf"refcount_t: |{_AT}lib/refcount\.c"),
    ("list", r"list_(?:add|del)(?:_\w+)? corruption|"
             rf"(?:next|prev)->(?:next|prev) should be |{_AT}lib/list_debug\.c"),
    ("dma-api", r"DMA-API: .*(?:device driver|exceeded \d+|not mapped|"
                rf"cacheline tracking|leak)|{_AT}kernel/dma/debug\.c"),
    ("slab", r"BUG \S+ \([^)]*\): |"
             r"cache_from_obj: Wrong slab|Slab cache still has objects|"
             r"Objects remaining .*on __kmem_cache_shutdown"),
    ("iommu-fault", r"DMAR: \[?(?:DMA|INTR-REMAP|DMA Read|DMA Write)\b.*fault|"
                    r"DMAR: DRHD: handling fault status|"
                    r"(?:domain|page|mapping|unknown) fault from EP|"
                    r"arm-smmu-v3 .*event 0x\w+ received|Unhandled context fault|"
                    r"AMD-Vi: Event logged"),
    ("irq", r"irq \d+: nobody cared|No irq handler for vector|"
            r"unexpected IRQ trap at vector"),
    ("out-of-memory", r"Out of memory: |invoked oom-killer|page allocation failure|"
                      r"Memory cgroup out of memory"),
    ("panic", r"Kernel panic - not syncing"),
    ("bug", r"kernel BUG at |Internal error: Oops - BUG|"
            r"(?:Oops: )?invalid opcode: |BUG: Bad (?:page|rss)"),
    ("oops", r"BUG: (?:unable to handle|kernel NULL pointer)|Oops: |"
             r"Unable to handle kernel|Internal error: |general protection fault.*\[#\d|"
             r"(?:double|stack) fault: |kernel stack overflow|"
             r"stack-protector: Kernel stack"),
    ("warning", rf"WARNING: (?:CPU: \d+ PID: \d+ at |{_FILE_LINE} at )"),
    ("bug", r"\bBUG: "),
    ("segfault", r"segfault at [0-9a-f]+ ip|unhandled .* fault \(\d+\) at 0x|"
                 r"traps: \S+ (?:general protection|trap )|"
                 r"potentially unexpected fatal signal"),
    ("pcie", r"PCIe Bus Error: |AER: .*(?:error|Error)|"
             r"not ready \d+ms after .*giving up|"
             r"BAR \d+ \[mem.*(?:failed to assign|no space)|"
             r"BAR \d+: (?:failed to assign|no space for) \[mem|"
             r"device lost from bus|Unable to change power state"),
    ("trace", r"\bCall [Tt]race:"),
)
_TABLE = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
KINDS = tuple(dict.fromkeys(kind for kind, _ in _PATTERNS))

# What looks like a report, and is the kernel at work.
_HARMLESS = re.compile(
    r"AER: enabled with IRQ|DMA-API: (?:preallocated|debugging enabled)|"
    r"ODEBUG: selftest passed|Firmware Bug|\(bug\)|"
    r"AER: (?:Multiple )?.*error message received.*(?:none)")

_SANITIZERS = re.compile(r"(?:ERROR|WARNING): (?:Address|Leak|Thread|Memory|"
                         r"UndefinedBehavior)Sanitizer|: runtime error: ")


@dataclass(frozen=True)
class Finding:
    """A report: its kind, the line that says so, and what follows."""
    kind: str
    number: int
    text: str
    context: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}: {self.text.strip()}"


def scan(console: str) -> list[Finding]:
    """All reports of a console, in their order."""
    lines = console.splitlines()
    found: list[Finding] = []
    for number, line in enumerate(lines):
        kind = _kind(line)
        if kind is None:
            continue
        # The trace of a report is no report.
        if kind == "trace" and found and number - found[-1].number <= TRACE_LINES:
            continue
        found.append(Finding(kind, number, line,
                             tuple(lines[number:number + CONTEXT_LINES])))
    return found


def _kind(line: str) -> str | None:
    if _HARMLESS.search(line):
        return None
    return next((kind for kind, pattern in _TABLE if pattern.search(line)), None)


def scan_program(log: str) -> list[Finding]:
    """Reports of sanitizers in what a program of the host printed."""
    lines = log.splitlines()
    return [Finding("sanitizer", number, line,
                    tuple(lines[number:number + CONTEXT_LINES]))
            for number, line in enumerate(lines) if _SANITIZERS.search(line)]


def judge(found: Iterable[Finding], expects: Iterable[str],
          allows: Iterable[str]) -> tuple[list[Finding], list[str]]:
    """Findings that fail a test, and kinds that it expects and that are missing."""
    found, expects = list(found), set(expects)
    unexpected = [finding for finding in found
                  if finding.kind not in expects | set(allows)]
    return unexpected, sorted(expects - {finding.kind for finding in found})
