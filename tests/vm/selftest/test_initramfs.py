# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Which modules a guest loads."""
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vmlib import initramfs  # noqa: E402
from vmlib.case import Module  # noqa: E402
from vmlib.tool import PrepareError  # noqa: E402

WANTED = (Module("brd", ("rd_nr=1",), Module("zram", ("num_devices=2",))),)


def kernel_with(*names):
    def depends(_, module):
        if module.name not in names:
            raise PrepareError(f"no module {module.name}")
        return [("insmod", f"/lib/{module.name}.ko")]
    return mock.patch.object(initramfs, "_depends", depends)


class ModuleFilesTest(unittest.TestCase):
    def test_first_that_the_kernel_has(self):
        with kernel_with("brd", "zram"):
            self.assertEqual([(Path("/lib/brd.ko"), ("rd_nr=1",))],
                             initramfs.module_files(None, WANTED))

    def test_another_instead(self):
        with kernel_with("zram"):
            self.assertEqual([(Path("/lib/zram.ko"), ("num_devices=2",))],
                             initramfs.module_files(None, WANTED))

    def test_none_of_them(self):
        with kernel_with(), self.assertRaisesRegex(PrepareError, "zram"):
            initramfs.module_files(None, WANTED)


if __name__ == "__main__":
    unittest.main()
