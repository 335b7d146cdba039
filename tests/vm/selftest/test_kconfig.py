# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Configurations of debug kernels: fragments, and options that were dropped."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vmlib import debug_kernels, kconfig  # noqa: E402
from vmlib.tool import PrepareError  # noqa: E402

CONFIG = """\
#
# Automatically generated file; DO NOT EDIT.
#
CONFIG_KASAN=y
CONFIG_NR_CPUS=8
CONFIG_LOCALVERSION="-kasan"
CONFIG_VFIO=m
# CONFIG_UACCE is not set
"""


class Wanted(unittest.TestCase):

    def test_wanted_leaves_out_remarks_and_empty_lines(self):
        text = "# SPDX\n\n#\n# Why.\nCONFIG_A=y\n# CONFIG_B is not set\n"
        self.assertEqual(["CONFIG_A=y", "# CONFIG_B is not set"],
                         kconfig.wanted([text], "6.12"))

    def test_wanted_joins_fragments_in_order(self):
        self.assertEqual(["CONFIG_A=y", 'CONFIG_B="x"'],
                         kconfig.wanted(["CONFIG_A=y\n", 'CONFIG_B="x"\n'], "6.12"))

    def test_wanted_limits_lines_to_series(self):
        text = ("CONFIG_NEW=y # since 6.16\n"
                "# CONFIG_OLD is not set # before 6.16\n")
        for series, lines in (("6.9", ["# CONFIG_OLD is not set"]),
                              ("6.12", ["# CONFIG_OLD is not set"]),
                              ("6.16", ["CONFIG_NEW=y"]), ("7.3", ["CONFIG_NEW=y"])):
            with self.subTest(series):
                self.assertEqual(lines, kconfig.wanted([text], series))

    def test_wanted_refuses_what_kconfig_would_pass_over(self):
        for line in ("KASAN=y", "CONFIG_KASAN", "CONFIG_KASAN =y",
                     "# CONFIG_KASAN is off", "#CONFIG_KASAN is not set",
                     "Why. # since 6.1"):
            with self.subTest(line), self.assertRaisesRegex(PrepareError, "no line"):
                kconfig.wanted([line], "6.12")

    def test_wanted_refuses_an_option_twice(self):
        with self.assertRaisesRegex(PrepareError, "CONFIG_A is .* twice"):
            kconfig.wanted(["CONFIG_A=y\n", "# CONFIG_A is not set\n"], "6.12")

    def test_wanted_reads_all_fragments_of_the_tree(self):
        for arch in debug_kernels.ARCHES:
            for flavour in debug_kernels.FLAVOURS:
                for series in ("6.12", "7.3"):
                    with self.subTest(f"{arch} {series} {flavour}"):
                        lines = debug_kernels.options(arch, series, flavour)
                        self.assertIn(f"CONFIG_{flavour.upper()}=y", lines)


class Check(unittest.TestCase):

    def faults(self, *lines):
        return kconfig.missing(CONFIG, lines)

    def test_missing_nothing_when_all_is_as_wanted(self):
        self.assertEqual([], self.faults(
            "CONFIG_KASAN=y", "CONFIG_NR_CPUS=8", 'CONFIG_LOCALVERSION="-kasan"',
            "CONFIG_VFIO=m", "# CONFIG_UACCE is not set",
            "# CONFIG_UNHEARD_OF is not set"))

    def test_missing_names_an_option_that_was_dropped(self):
        self.assertEqual(["CONFIG_LOCKDEP: wanted y, is off or unknown"],
                         self.faults("CONFIG_KASAN=y", "CONFIG_LOCKDEP=y"))

    def test_missing_names_an_option_that_was_switched_off(self):
        self.assertEqual(["CONFIG_UACCE: wanted y, is off or unknown"],
                         self.faults("CONFIG_UACCE=y"))

    def test_missing_names_another_value(self):
        self.assertEqual(["CONFIG_VFIO: wanted y, is m",
                          "CONFIG_NR_CPUS: wanted 80, is 8"],
                         self.faults("CONFIG_VFIO=y", "CONFIG_NR_CPUS=80"))

    def test_missing_names_what_should_be_off(self):
        self.assertEqual(["CONFIG_KASAN: wanted off, is y"],
                         self.faults("# CONFIG_KASAN is not set"))

    def test_check_raises_with_every_fault(self):
        with self.assertRaisesRegex(PrepareError, "(?s)a kernel.*_A:.*_B:"):
            kconfig.check(CONFIG, ["CONFIG_A=y", "CONFIG_B=y"], "a kernel")


if __name__ == "__main__":
    unittest.main()
