# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The chroot for compiling: what is refused, and what is said."""
import os
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vmlib import archive, builder, kmods  # noqa: E402
from vmlib.kernels import Kernel  # noqa: E402
from vmlib.tool import PrepareError  # noqa: E402

OUT = Path("/srv/out")


class Builder(unittest.TestCase):

    def setUp(self):
        builder.root.cache_clear()
        self.addCleanup(builder.root.cache_clear)

    def test_run_without_root_says_what_to_do(self):
        with mock.patch.object(os, "geteuid", return_value=1000), \
                self.assertRaisesRegex(PrepareError, "needs root .* sudo"):
            builder.run(["true"], OUT, {Path("/tmp"): OUT})

    def test_run_bind_outside_srv_is_refused(self):
        for inside in ("/etc", "/srv", "/srvx/out"):
            with self.subTest(inside), \
                    mock.patch.object(os, "geteuid", return_value=0), \
                    self.assertRaises(ValueError):
                builder.run(["true"], OUT, {Path("/tmp"): Path(inside)})

    def test_root_on_an_unknown_machine_is_refused(self):
        with mock.patch.object(archive, "host_arch", return_value="riscv64"), \
                self.assertRaisesRegex(PrepareError, "riscv64"):
            builder.root()


class Modules(unittest.TestCase):

    def test_modules_without_kbuild_is_refused(self):
        kernel = Kernel("arm64", "6.12", "6.12", *[Path("/nowhere")] * 3)
        with self.assertRaisesRegex(PrepareError, "no Kbuild"):
            kmods.modules("nothing-of-the-kind", kernel)

    def test_modules_for_a_stock_kernel_name_the_debug_kernels(self):
        kernel = Kernel("arm64", "6.12", "6.12.1-arm64", *[Path("/nowhere")] * 3)
        with self.assertRaisesRegex(PrepareError, "--kernel debug"):
            kmods.modules("kernel", kernel)


if __name__ == "__main__":
    unittest.main()
