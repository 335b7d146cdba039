# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Headers of tests, and where a test runs."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vmlib import case, targets  # noqa: E402
from vmlib.case import CaseError, KernelName  # noqa: E402


class Load(unittest.TestCase):

    def load(self, header, name="probe"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{name}.sh"
            path.write_text(f"#!/bin/sh\n{header}\n. /lib/tap.sh\n# summary: late\n",
                            encoding="utf-8")
            return case.load(path)

    def refuses(self, header, word):
        with self.assertRaisesRegex(CaseError, word):
            self.load(header)

    def test_load_least_header_has_defaults(self):
        (only,) = self.load("# summary: it works")
        self.assertEqual(("probe", "it works", None, ("none",), 2, "512M", 60),
                         (only.name, only.summary, only.device, only.iommu, only.smp,
                          only.mem, only.timeout))

    def test_load_variants_are_tests_of_their_own(self):
        cases = self.load("# summary: s\n# device:\n# device v2: --revision v2 --queues 4")
        self.assertEqual(["probe", "probe:v2"], [entry.name for entry in cases])
        self.assertEqual([(), ("--revision", "v2", "--queues", "4")],
                         [entry.device for entry in cases])

    def test_load_modules_have_parameters(self):
        (only,) = self.load("# summary: s\n# modules: vfio a=1 b=2, vfio-pci")
        self.assertEqual([("vfio", ("a=1", "b=2")), ("vfio-pci", ())],
                         [(module.name, module.parameters) for module in only.modules])

    def test_load_modules_may_have_another_instead(self):
        (only,) = self.load("# summary: s\n# modules: brd size=1 or zram, vfio")
        self.assertEqual((case.Module("brd", ("size=1",), case.Module("zram")),
                          case.Module("vfio")), only.modules)

    def test_load_firmware_is_for_amd64(self):
        (only,) = self.load("# summary: s\n# arch: amd64\n# firmware: reset")
        self.assertEqual(("reset", ("amd64",)), (only.firmware, only.arch))

    def test_load_long_tests_are_not_quick(self):
        (long,) = self.load("# summary: s\n# matrix: full\n# product: wdzip wd_load")
        (quick,) = self.load("# summary: s")
        self.assertEqual((False, True), (long.in_quick, quick.in_quick))
        self.assertEqual(("wdzip", "wd_load"), long.product)
        target = targets.Target("arm64", KernelName("6.12", "kasan"), "none")
        self.assertEqual((False, True), (targets.in_quick(long, target),
                                         targets.in_quick(quick, target)))

    def test_load_bad_headers_are_refused(self):
        self.refuses("# arch: arm64", "no \"summary\"")
        self.refuses("# summary: s\n# kernels: 6.1", "unknown key \"kernels\"")
        self.refuses("# summary: s\n# arch: riscv", "riscv")
        self.refuses("# summary: s\n# iommu: smmu", "smmu")
        self.refuses("# summary: s\n# kernel: six", "six")
        self.refuses("# summary: s\n# expects: wonders", "wonders")
        self.refuses("# summary: s\n# timeout: soon", "soon")
        self.refuses("# summary: s\n# ram: none", "ram")
        self.refuses("# summary: s\n# matrix: none", "matrix")
        self.refuses("# summary: s\n# functions: vf0", "vf0")
        self.refuses("# summary: s\n# beside: pci-testdev", "beside")
        self.refuses("# summary: s\n# modules: brd or", "lacks a name")
        self.refuses("# summary: s\n# modules: or brd", "lacks a name")
        self.refuses("# summary: s\n# arch: amd64\n# firmware: bios", "bios")
        self.refuses("# summary: s\n# firmware: reset", "ACPI")
        self.refuses("# summary: s\n# timeout v2: 3", "variants")
        self.refuses("# summary: s\n# summary: t", "twice")
        self.refuses("# summary: s\n# device: --cap '", "device")

    def test_load_all_of_this_tree_are_right(self):
        cases = case.load_all()
        self.assertEqual("boot", cases[0].name)
        self.assertEqual(len(cases), len({entry.name for entry in cases}))


class Select(unittest.TestCase):

    def setUp(self):
        self.cases = [case.Case(name, Path(f"{name.split(':')[0]}.sh"), "")
                      for name in ("boot", "queue", "queue:v2")]

    def names(self, *wanted):
        return [entry.name for entry in case.select(self.cases, list(wanted))]

    def test_select_nothing_is_everything(self):
        self.assertEqual(["boot", "queue", "queue:v2"], self.names())

    def test_select_file_has_all_its_variants(self):
        self.assertEqual(["queue", "queue:v2"], self.names("queue.sh"))
        self.assertEqual(["queue:v2"], self.names("queue:v2", "queue:v2"))

    def test_select_unknown_is_refused(self):
        with self.assertRaises(CaseError):
            self.names("que")
        with self.assertRaises(CaseError):
            self.names("/nowhere/x.sh")


class Matches(unittest.TestCase):

    def test_matches_words(self):
        stock, new, kasan = (KernelName("6.1"), KernelName("7.3"),
                             KernelName("6.12", "kasan"))
        for words, fit in (("", (stock, new, kasan)), ("6.1 7.3", (stock, new)),
                           (">=6.12", (new, kasan)), ("<6.12", (stock,)),
                           ("stock", (stock, new)), ("debug", (kasan,)),
                           ("kasan kcsan", (kasan,)), ("kcsan", ()),
                           ("stock >=6.2", (new,))):
            with self.subTest(words=words):
                self.assertEqual(fit, tuple(
                    name for name in (stock, new, kasan)
                    if name.matches(words.split())))

    def test_why_not_names_what_is_wrong(self):
        entry = case.Case("x", Path("x.sh"), "", arch=("arm64",), iommu=("virtio",),
                          kernel=("stock",))
        self.assertIn("arm64", entry.why_not("amd64", KernelName("6.1"), "virtio"))
        self.assertIn("virtio", entry.why_not("arm64", KernelName("6.1"), "none"))
        self.assertIn("stock", entry.why_not("arm64", KernelName("6.1", "kasan"),
                                             "virtio"))
        self.assertEqual("", entry.why_not("arm64", KernelName("6.1"), "virtio"))


if __name__ == "__main__":
    unittest.main()
