# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Every kind of report is recognised, and what only looks like one is not."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vmlib import reports  # noqa: E402

# Lines as kernels of 6.1 to 7.3 print them; the first of each is the report.
SAMPLES = [
    ("warning", "[    2.1] WARNING: CPU: 1 PID: 97 at drivers/pci/msi/msi.c:712 "
                "pci_alloc_irq_vectors+0x1c/0x30"),
    ("warning", "[    2.1] WARNING: drivers/pci/msi/msi.c:712 at "
                "__pci_enable_msi_range+0x40/0x90, CPU#0: insmod/71"),
    ("bug", "[    3.0] kernel BUG at mm/slub.c:4023!"),
    ("bug", "[    3.0] Internal error: Oops - BUG: 00000000f2000800 [#1] SMP"),
    ("bug", "[    3.0] Oops: invalid opcode: 0000 [#1] PREEMPT SMP KASAN NOPTI"),
    ("bug", "[    3.0] invalid opcode: 0000 [#1] PREEMPT SMP NOPTI"),
    ("bug", "[    3.0] BUG: Bad page state in process sh  pfn:12345"),
    ("bug", "[    3.0] BUG: Bad rss-counter state mm:00000000 type:MM_ANONPAGES val:1"),
    ("oops", "[    3.0] BUG: kernel NULL pointer dereference, address: 0000000000000000"),
    ("oops", "[    3.0] BUG: unable to handle page fault for address: ffff88810000"),
    ("oops", "[    3.0] Oops: 0002 [#1] PREEMPT SMP NOPTI"),
    ("oops", "[    3.0] Unable to handle kernel NULL pointer dereference at virtual "
             "address 0000000000000000"),
    ("oops", "[    3.0] Internal error: Oops: 0000000096000044 [#1] PREEMPT SMP"),
    ("oops", "[    3.0] Internal error: synchronous external abort: 96000010 [#1] SMP"),
    ("oops", "[    3.0] general protection fault, probably for non-canonical address "
             "0xdead000000000108: 0000 [#1] PREEMPT SMP"),
    ("panic", "[    3.0] Kernel panic - not syncing: Fatal exception in interrupt"),
    ("lockdep", "[    4.0] WARNING: possible circular locking dependency detected"),
    ("lockdep", "[    4.0] WARNING: possible recursive locking detected"),
    ("lockdep", "[    4.0] WARNING: possible irq lock inversion dependency detected"),
    ("lockdep", "[    4.0] WARNING: inconsistent lock state"),
    ("lockdep", "[    4.0] WARNING: bad unlock balance detected!"),
    ("lockdep", "[    4.0] WARNING: held lock freed!"),
    ("lockdep", "[    4.0] WARNING: lock held when returning to user space!"),
    ("lockdep", "[    4.0] WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected"),
    ("lockdep", "[    4.0] [ BUG: Invalid wait context ]"),
    ("lockdep", "[    4.0] INFO: trying to register non-static key."),
    ("lockdep", "[    4.0] BUG: spinlock bad magic on CPU#0, insmod/61"),
    ("lockdep", "[    4.0] DEBUG_LOCKS_WARN_ON(lock->magic != lock)"),
    ("lockdep", "[    4.0] WARNING: CPU: 0 PID: 61 at kernel/locking/mutex.c:587 "
                "__mutex_lock+0x1/0x2"),
    ("atomic", "[    4.0] BUG: sleeping function called from invalid context at "
               "kernel/locking/mutex.c:585"),
    ("atomic", "[    4.0] BUG: scheduling while atomic: sh/62/0x00000002"),
    ("atomic", "[    4.0] BUG: using smp_processor_id() in preemptible [00000000] "
               "code: sh/61"),
    ("rcu", "[    4.0] WARNING: suspicious RCU usage"),
    ("kasan", "[    5.0] BUG: KASAN: slab-use-after-free in provoke_uaf+0x50/0x80 "
              "[provoke]"),
    ("kasan", "[    5.0] BUG: KASAN: slab-out-of-bounds in f+0x1/0x2"),
    ("kcsan", "[    5.0] BUG: KCSAN: data-race in reader+0x1/0x2 / writer+0x1/0x2"),
    ("kfence", "[    5.0] BUG: KFENCE: use-after-free read in f+0x1/0x2"),
    ("ubsan", "[    5.0] UBSAN: array-index-out-of-bounds in provoke.c:91:14"),
    ("ubsan", "[    5.0] UBSAN: shift-out-of-bounds in provoke.c:99:2"),
    ("kmemleak", "[   20.0] kmemleak: unreferenced object 0xffff000005a4c600 (size 64):"),
    ("kmemleak", "[   20.0] kmemleak: 1 new suspected memory leaks (see "
                 "/sys/kernel/debug/kmemleak)"),
    ("hung-task", "[  130.0] INFO: task sh:71 blocked for more than 10 seconds."),
    ("hung-task", "[  130.0] INFO: task sh:71 blocked on a mutex likely owned by "
                  "task cat:70."),
    ("lockup", "[   30.0] watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [sh:71]"),
    ("lockup", "[   30.0] watchdog: Watchdog detected hard LOCKUP on cpu 1"),
    ("lockup", "[   30.0] BUG: workqueue lockup - pool cpus=0 node=0 stuck for 31s!"),
    ("stall", "[   30.0] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:"),
    ("stall", "[   30.0] rcu: INFO: rcu_sched self-detected stall on CPU"),
    ("stall", "[   30.0] rcu: INFO: rcu_preempt detected expedited stalls on CPUs"),
    ("debug-objects", "[    6.0] ODEBUG: free active (active state 0) object: "
                      "000000005a object type: timer_list hint: f+0x0/0x8"),
    ("debug-objects", "[    6.0] WARNING: CPU: 1 PID: 71 at lib/debugobjects.c:615 "
                      "debug_print_object+0xb4/0xf8"),
    ("debug-objects", "[    6.0] WARNING: lib/debugobjects.c:615 at "
                      "debug_print_object+0xb4/0xf8, CPU#1: sh/71"),
    ("refcount", "[    6.0] refcount_t: underflow; use-after-free."),
    ("refcount", "[    6.0] WARNING: CPU: 0 PID: 71 at lib/refcount.c:28 "
                 "refcount_warn_saturate+0xf4/0x150"),
    ("list", "[    6.0] list_add corruption. next->prev should be prev (ffff0000c1), "
             "but was ffff0000c2. (next=ffff0000c3)."),
    ("list", "[    6.0] list_del corruption, ffff0000c1->next is LIST_POISON1"),
    ("list", "[    6.0] kernel BUG at lib/list_debug.c:32!"),
    ("dma-api", "[    6.0] DMA-API: hisi_zip 0000:01:00.0: device driver frees DMA "
                "memory with different size"),
    ("dma-api", "[    6.0] WARNING: CPU: 0 PID: 71 at kernel/dma/debug.c:1023 "
                "check_unmap+0x1/0x2"),
    ("slab", "[    6.0] BUG kmalloc-64 (Tainted: G           O      ): Right Redzone "
             "overwritten"),
    ("slab", "[    6.0] BUG hisi_req (Not tainted): Objects remaining in hisi_req on "
             "__kmem_cache_shutdown()"),
    ("iommu-fault", "[    7.0] DMAR: DRHD: handling fault status reg 2"),
    ("iommu-fault", "[    7.0] DMAR: [DMA Write NO_PASID] Request device [01:00.0] "
                    "fault addr 0xdead0000 [fault reason 0x05] PTE Write access is not "
                    "set"),
    ("iommu-fault", "[    7.0] virtio_iommu virtio0: page fault from EP 256 at 0xdead000 "
                    "[ R ]"),
    ("iommu-fault", "[    7.0] arm-smmu-v3 9050000.smmuv3: event 0x10 received:"),
    ("irq", "[    8.0] irq 55: nobody cared (try booting with the \"irqpoll\" option)"),
    ("irq", "[    8.0] __common_interrupt: 0.55 No irq handler for vector"),
    ("out-of-memory", "[    8.0] Out of memory: Killed process 71 (sh) total-vm:4kB"),
    ("out-of-memory", "[    8.0] sh: page allocation failure: order:4, mode:0xcc0"),
    ("segfault", "[    8.0] zip_by_hand[70]: segfault at 10 ip 0000000000401a sp "
                 "00007ffd error 4 in zip_by_hand"),
    ("pcie", "[    8.0] pcieport 0000:00:02.0: AER: Uncorrectable (Fatal) error message "
             "received from 0000:01:00.0"),
    ("pcie", "[    8.0] pcieport 0000:00:02.0: PCIe Bus Error: severity=Corrected"),
    ("pcie", "[    8.0] pci 0000:01:00.0: not ready 65535ms after FLR; giving up"),
    ("pcie", "[    8.0] pci 0000:01:00.0: BAR 2 [mem size 0x00400000 64bit pref]: "
             "failed to assign"),
    ("pcie", "[    8.0] pci 0000:01:00.0: BAR 2: failed to assign [mem size 0x00400000]"),
    ("trace", "[    9.0] Call trace:"),
    ("trace", "[    9.0] Call Trace:"),
]

HARMLESS = """\
[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x410fd083]
[    0.000000] kasan: KernelAddressSanitizer initialized (generic)
[    0.000000] kcsan: enabled early
[    0.000000] Lock dependency validator: Copyright (c) 2006 Red Hat, Inc., Ingo Molnar
[    0.000000] rcu: \tRCU lockdep checking is enabled.
[    0.000000] rcu: \tRCU debug extended QS entry/exit.
[    0.000000] rcu: RCU calculated value of scheduler-enlistment delay is 25 jiffies.
[    0.000000] ODEBUG: selftest passed
[    0.000000] kmemleak: Kernel memory leak detector initialized (mem pool available: 1)
[    0.100000] kmemleak: Automatic memory scanning thread started
[    0.200000] DMA-API: preallocated 65536 debug entries
[    0.200000] DMA-API: debugging enabled by kernel config
[    0.300000] DMAR: Host address width 39
[    0.300000] DMAR: DRHD base: 0x000000fed90000 flags: 0x0
[    0.300000] DMAR: Intel-IOMMU force enabled due to platform opt in
[    0.300000] DMAR-IR: Enabled IRQ remapping in x2apic mode
[    0.400000] pcieport 0000:00:02.0: AER: enabled with IRQ 24
[    0.500000] Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on
[    0.500000] [Firmware Bug]: TSC doesn't count with P0 frequency!
[    0.500000] ACPI BIOS Error (bug): Could not resolve symbol [\\_SB.PCI0]
[    0.600000] pci-host-generic 4010000000.pcie: Memory resource size exceeds max for 32 bits
[    0.700000] provoke: loading out-of-tree module taints kernel.
[    0.700000] provoke: module verification failed: signature and/or required key missing
[    0.800000] pci 0000:00:02.0: bridge window [io  size 0x1000]: failed to assign
[    0.800000] hung_task: debug
[    0.900000] debug: unmapping init [mem 0xffff-0xffff]
[    0.900000] Run /init as init process
[    0.950000] clocksource: Switched to clocksource arch_sys_counter
[    0.960000] clocksource: timekeeping watchdog on CPU0: Marking clocksource 'tsc' as unstable
[    1.000000] Freeing unused kernel memory: 6528K
[    2.000000] reboot: Power down
"""

REPORT = """\
[    1.0] ------------[ cut here ]------------
[    1.0] WARNING: CPU: 0 PID: 61 at provoke.c:40 provoke_warn+0x10/0x20 [provoke]
[    1.0] Modules linked in: provoke(O)
[    1.0] Call trace:
[    1.0]  provoke_warn+0x10/0x20 [provoke]
[    1.0] ---[ end trace 0000000000000000 ]---
"""


class Scan(unittest.TestCase):

    def test_scan_every_sample_has_its_kind(self):
        for kind, line in SAMPLES:
            with self.subTest(line=line):
                self.assertEqual([kind], [found.kind for found in reports.scan(line)])

    def test_scan_every_kind_has_a_sample(self):
        self.assertEqual(set(reports.KINDS), {kind for kind, _ in SAMPLES})

    def test_scan_with_times_before_the_line_finds_the_same(self):
        for kind, line in SAMPLES:
            found = reports.scan(f"[  12.345] {line.replace('] ', '][    T71] ', 1)}")
            self.assertEqual([kind], [entry.kind for entry in found], line)

    def test_scan_harmless_lines_gives_nothing(self):
        for line in HARMLESS.splitlines():
            with self.subTest(line=line):
                self.assertEqual([], reports.scan(line))

    def test_scan_trace_of_a_report_is_no_second_report(self):
        found = reports.scan(HARMLESS + REPORT)
        self.assertEqual(["warning"], [entry.kind for entry in found])
        self.assertIn("end trace", found[0].context[-1])

    def test_scan_trace_far_from_a_report_is_one(self):
        text = (REPORT + "[    2.0] all is well\n" * (reports.TRACE_LINES + 1)
                + "[    9.0] Call trace:\n")
        self.assertEqual(["warning", "trace"],
                         [entry.kind for entry in reports.scan(text)])

    def test_scan_program_finds_sanitizers(self):
        for line in ("==71==ERROR: AddressSanitizer: heap-use-after-free on address",
                     "==71==ERROR: LeakSanitizer: detected memory leaks",
                     "WARNING: ThreadSanitizer: data race (pid=71)",
                     "vfu_dma.c:10:3: runtime error: left shift of negative value"):
            self.assertEqual(1, len(reports.scan_program(f"listening\n{line}\n")), line)
        self.assertEqual([], reports.scan_program("listening\nclient left\n"))


class Judge(unittest.TestCase):

    def test_judge_unexpected_is_given_back(self):
        unexpected, missing = reports.judge(reports.scan(REPORT), [], [])
        self.assertEqual(["warning"], [entry.kind for entry in unexpected])
        self.assertEqual([], missing)

    def test_judge_expected_is_no_failure(self):
        self.assertEqual(([], []), reports.judge(reports.scan(REPORT), ["warning"], []))

    def test_judge_missing_is_given_back(self):
        self.assertEqual(([], ["kasan"]), reports.judge([], ["kasan"], []))

    def test_judge_allowed_may_be_missing(self):
        self.assertEqual(([], []), reports.judge([], [], ["warning"]))
        self.assertEqual(([], []), reports.judge(reports.scan(REPORT), [], ["warning"]))


if __name__ == "__main__":
    unittest.main()
