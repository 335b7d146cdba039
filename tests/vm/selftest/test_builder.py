# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The chroot for compiling: what is refused, and what is said."""
import os
import sys
import tempfile
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
            kmods.modules(["nothing-of-the-kind"], kernel)

    def test_sources_are_without_what_a_build_by_hand_left(self):
        with tempfile.TemporaryDirectory() as name:
            top = Path(name)
            for path in ("kmod/Kbuild", "kmod/a.c", "kmod/a.o", "kmod/.a.o.cmd",
                         "kmod/a.mod.c", "kmod/compat/probed.h",
                         "kmod/compat/probed/x.h", "uapi/u.h", "hwdefs/h.h"):
                (top / path).parent.mkdir(parents=True, exist_ok=True)
                (top / path).touch()
            with mock.patch.object(kmods, "TOP", top):
                found = kmods.sources(kmods.PRODUCT)
        self.assertEqual(sorted(map(str, found)), [
            "hwdefs/h.h", "kmod/Kbuild", "kmod/a.c", "uapi/u.h"])

    def test_modules_of_a_debug_kernel_are_made_with_what_it_brings(self):
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "build").mkdir()
            kernel = Kernel("arm64", "6.12", "6.12", Path("/nowhere"), Path(name),
                            Path("/nowhere"))
            self.assertEqual(kmods.tree_of(kernel).outside, Path(name) / "build")

    def test_modules_with_the_product_can_use_its_symbols(self):
        with tempfile.TemporaryDirectory() as name, \
                mock.patch.object(builder, "run", return_value=b"") as run:
            tree = kmods.Tree("arm64", "6.12", *[Path("/nowhere")] * 3)
            kmods.make("provoke", Path(name), tree, [], Path("/product"))
        self.assertIn("KBUILD_EXTRA_SYMBOLS=/srv/symbols/Module.symvers",
                      run.call_args[0][0])
        self.assertEqual(run.call_args[0][2][Path("/product")], kmods.SYMBOLS)


if __name__ == "__main__":
    unittest.main()
