# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What speaks against a test that has run."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vmlib import guest, trial  # noqa: E402
from vmlib.case import Case  # noqa: E402


class FaultsTest(unittest.TestCase):
    def faults(self, lines, console=""):
        case = Case("name", Path("name.sh"), "", expects=("pcie",))
        with tempfile.NamedTemporaryFile("w+", encoding="utf-8") as file:
            file.write(console)
            file.flush()
            _, faults = trial._faults(case, guest.Outcome(lines, 0),
                                      Path(file.name))
        return faults

    def test_expected_report_is_no_fault(self):
        report = "[    2.1] pcieport 0000:00:02.0: PCIe Bus Error: severity=x\n"
        self.assertEqual([], self.faults(["ok - point", "1..1"], report))

    def test_expected_report_is_missed(self):
        self.assertEqual(["the console has no pcie, which the test expects"],
                         self.faults(["ok - point", "1..1"]))

    def test_skipped_test_need_not_show_it(self):
        self.assertEqual([], self.faults(["1..0 # SKIP no such device"]))


if __name__ == "__main__":
    unittest.main()
