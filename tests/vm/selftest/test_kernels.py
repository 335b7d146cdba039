# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Which kernel packages are taken, and what is made of them."""
import lzma
import struct
import subprocess
import unittest
from unittest import mock

from archive_support import ArchiveTest
from vmlib import archive, kernels, tool

VMLINUX = b"\x7fELF and so on"


def bzimage():
    image = bytearray(1024)
    image[0x1f1] = 1
    image[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", image, 0x206, 0x20f)
    payload = lzma.compress(VMLINUX) + struct.pack("<I", len(VMLINUX))
    struct.pack_into("<II", image, 0x248, 0, len(payload))
    return bytes(image) + payload


def arm64_image():
    return bytes(0x38) + b"ARM\x64" + b"and so on"


class KernelsTest(ArchiveTest):
    def setUp(self):
        super().setUp()
        # kmod may be missing where only unit tests are run.
        depmod = self.folder / "bin" / "depmod"
        depmod.write_text('#!/bin/sh\ntouch "$2/lib/modules/$3/modules.dep"\n',
                          encoding="utf-8")
        depmod.chmod(0o755)

    def packages(self, arch, series):
        build = kernels._newest_build(arch, series)
        return build.release, [str(package) for package in build.packages]


class LookUpTest(KernelsTest):
    def test_series_are_sorted_as_numbers(self):
        self.archive_has("linux-image-6.12.1+deb13-arm64 1 trixie",
                         "linux-image-6.1.0-56-arm64 1 trixie",
                         "linux-binary-7.2.12+deb13-arm64 1 trixie-backports",
                         "linux-image-6.9.12+deb13-arm64 1 trixie")
        self.assertEqual(kernels.series("arm64"), ["6.1", "6.9", "6.12", "7.2"])

    def test_newest_release_of_a_series_is_taken(self):
        self.archive_has("linux-image-6.12.95+deb13-arm64 6.12.95-1 trixie",
                         "linux-image-6.12.115+deb13.1-arm64 6.12.115-2 trixie",
                         "linux-image-6.12.115+deb13-arm64 6.12.115-1 trixie",
                         "linux-image-6.16.3+deb13-arm64 6.16.3-1 trixie")
        self.assertEqual(self.packages("arm64", "6.12"),
                         ("6.12.115+deb13.1-arm64",
                          ["linux-image-6.12.115+deb13.1-arm64=6.12.115-2"]))

    def test_a_series_is_no_prefix_of_another(self):
        self.archive_has("linux-image-6.12.95+deb13-arm64 6.12.95-1 trixie",
                         "linux-image-6.1.0-56-arm64 6.1.192-2 trixie")
        self.assertEqual(self.packages("arm64", "6.1")[0], "6.1.0-56-arm64")

    def test_flavours_and_debug_symbols_are_left(self):
        self.archive_has("linux-image-6.12.95+deb13-amd64 6.12.95-1 trixie",
                         "linux-image-6.12.96+deb13-rt-amd64 6.12.96-1 trixie",
                         "linux-image-6.12.96+deb13-cloud-amd64 6.12.96-1 trixie",
                         "linux-image-6.12.96+deb13-amd64-dbg 6.12.96-1 trixie",
                         "linux-image-6.12.96+deb13-amd64-unsigned 6.12.96-1 trixie")
        self.assertEqual(self.packages("amd64", "6.12")[0], "6.12.95+deb13-amd64")

    def test_split_packages_are_taken_together(self):
        self.archive_has("linux-image-7.2.12+deb13-arm64 7.2.12-1 trixie-backports",
                         "linux-binary-7.2.12+deb13-arm64 7.2.12-1 trixie-backports")
        self.assertEqual(self.packages("arm64", "7.2"), (
            "7.2.12+deb13-arm64",
            ["linux-binary-7.2.12+deb13-arm64=7.2.12-1",
             "linux-base-7.2.12+deb13-arm64=7.2.12-1",
             "linux-modules-7.2.12+deb13-arm64=7.2.12-1"]))

    def test_an_unsigned_binary_serves_until_it_is_signed(self):
        unsigned = "linux-binary-unsigned-7.3.4+deb13-arm64 7.3.4-1 trixie-backports"
        signed = "linux-binary-7.3.4+deb13-arm64 7.3.4-1 trixie-backports"
        self.archive_has(unsigned)
        self.assertIn("linux-binary-unsigned-7.3.4+deb13-arm64=7.3.4-1",
                      self.packages("arm64", "newest")[1])
        self.archive_has(unsigned, signed)
        self.age_lists(3600)
        archive.refresh("trixie", "arm64")
        self.assertIn("linux-binary-7.3.4+deb13-arm64=7.3.4-1",
                      self.packages("arm64", "newest")[1])

    def test_newest_is_the_highest_series(self):
        # By its package version an update of an old series can be "higher".
        self.archive_has("linux-image-6.12.95+deb13-arm64 9 trixie",
                         "linux-image-7.2.1+deb13-arm64 8 trixie-backports",
                         "linux-image-7.10.1+deb13-arm64 7 trixie-backports")
        self.assertEqual(self.packages("arm64", "newest")[0], "7.10.1+deb13-arm64")

    def test_an_unknown_series_names_those_that_there_are(self):
        self.archive_has("linux-image-6.12.95+deb13-arm64 6.12.95-1 trixie",
                         "linux-image-6.1.0-56-arm64 6.1.192-2 trixie")
        with self.assertRaisesRegex(tool.PrepareError, "has 6.1, 6.12$"):
            kernels.stock("arm64", "9.9")

    def test_what_is_no_series_is_an_error(self):
        for name in ("", "6", "6.12.1", ".*", "debug"):
            with self.subTest(name=name), \
                    self.assertRaisesRegex(tool.PrepareError, "no series"):
                kernels.stock("arm64", name)

    def test_another_architecture_is_an_error(self):
        for call in (kernels.series, lambda arch: kernels.stock(arch, "6.12")):
            with self.assertRaisesRegex(tool.PrepareError, "none of amd64, arm64"):
                call("riscv64")


class StockTest(KernelsTest):
    """download() is replaced: it gives real packages with small files."""

    def setUp(self):
        super().setUp()
        patch = mock.patch.object(archive, "download", self.download)
        patch.start()
        self.addCleanup(patch.stop)
        self.gone = set()
        self.files = {}

    def download(self, packages, arch, into, suite, **_):
        into.mkdir(parents=True)
        for package in packages:
            if str(package) in self.gone:
                self.archive_moves_on()
                raise archive.Missing(f"{package} 404")
            self.make_deb(package, arch, into)
        return sorted(into.glob("*.deb"))

    def archive_moves_on(self):
        self.archive_has("linux-image-6.12.2+deb13-arm64 6.12.2-1 trixie")
        self.age_lists(3600)

    def make_deb(self, package, arch, into):
        tree = self.folder / "trees" / package.name
        (tree / "DEBIAN").mkdir(parents=True, exist_ok=True)
        (tree / "DEBIAN/control").write_text(
            f"Package: {package.name}\nVersion: {package.version}\n"
            f"Architecture: {arch}\nMaintainer: nobody\nDescription: test\n",
            encoding="utf-8")
        for name, content in self.files.get(package.name, {}).items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(content)
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, into], check=True,
                       stdout=subprocess.DEVNULL)

    def old_layout(self, release, prefix="usr/"):
        self.files[f"linux-image-{release}"] = {
            f"boot/vmlinuz-{release}": arm64_image(),
            f"boot/config-{release}": b"CONFIG_PCI=y\n",
            f"{prefix}lib/modules/{release}/kernel/fs/fuse.ko": b"fuse",
            f"{prefix}lib/modules/{release}/kernel/sound/snd.ko": b"snd",
        }

    def files_of(self, kernel):
        return sorted(str(path.relative_to(kernel.modules))
                      for path in kernel.modules.rglob("*") if path.is_file())

    def test_stock_has_image_configuration_and_modules(self):
        self.archive_has("linux-image-6.12.1+deb13-arm64 6.12.1-1 trixie")
        for prefix in ("", "usr/"):
            self.old_layout("6.12.1+deb13-arm64", prefix)
            kernel = kernels.stock("arm64", "6.12")
            self.assertEqual(kernel.release, "6.12.1+deb13-arm64")
            self.assertEqual(kernel.series, "6.12")
            self.assertEqual(kernel.image.read_bytes(), arm64_image())
            self.assertEqual(kernel.config.read_bytes(), b"CONFIG_PCI=y\n")
            # No sound, no packages, nothing of the tree that was unpacked.
            self.assertEqual(self.files_of(kernel), [
                "config", "image",
                "lib/modules/6.12.1+deb13-arm64/kernel/fs/fuse.ko",
                "lib/modules/6.12.1+deb13-arm64/modules.dep"])
            self.assertTrue((kernel.modules / "usr/lib/modules").is_dir())
            subprocess.run(["rm", "-rf", kernel.modules, self.folder / "trees"],
                           check=True)

    def test_stock_takes_vmlinux_out_of_split_packages(self):
        release = "7.3.4+deb13-amd64"
        modules = f"usr/lib/modules/{release}"
        self.archive_has(f"linux-binary-unsigned-{release} 7.3.4-1 trixie-backports")
        self.files = {
            f"linux-binary-unsigned-{release}": {
                f"{modules}/vmlinuz.unsigned": bzimage()},
            f"linux-base-{release}": {f"{modules}/config": b"CONFIG_PCI=y\n"},
            f"linux-modules-{release}": {f"{modules}/kernel/fs/fuse.ko": b"fuse"},
        }
        kernel = kernels.stock("amd64", "newest")
        self.assertEqual(kernel.series, "7.3")
        self.assertEqual(kernel.image.read_bytes(), VMLINUX)
        self.assertEqual(self.files_of(kernel), [
            "config", "image", f"lib/modules/{release}/kernel/fs/fuse.ko",
            f"lib/modules/{release}/modules.dep"])

    def test_stock_is_unpacked_once(self):
        self.archive_has("linux-image-6.12.1+deb13-arm64 6.12.1-1 trixie")
        self.old_layout("6.12.1+deb13-arm64")
        first = kernels.stock("arm64", "6.12")
        self.gone.add("linux-image-6.12.1+deb13-arm64=6.12.1-1")
        self.assertEqual(kernels.stock("arm64", "6.12"), first)

    def test_stock_looks_again_when_the_archive_has_moved_on(self):
        self.archive_has("linux-image-6.12.1+deb13-arm64 6.12.1-1 trixie")
        self.gone.add("linux-image-6.12.1+deb13-arm64=6.12.1-1")
        self.old_layout("6.12.2+deb13-arm64")
        self.assertEqual(kernels.stock("arm64", "6.12").release,
                         "6.12.2+deb13-arm64")

    def test_stock_refuses_what_is_no_image(self):
        self.archive_has("linux-image-6.12.1+deb13-arm64 6.12.1-1 trixie")
        self.old_layout("6.12.1+deb13-arm64")
        name = "linux-image-6.12.1+deb13-arm64"
        self.files[name]["boot/vmlinuz-6.12.1+deb13-arm64"] = bytes(4096)
        with self.assertRaisesRegex(tool.PrepareError, "no arm64 Image"):
            kernels.stock("arm64", "6.12")

    def test_stock_refuses_packages_without_configuration(self):
        self.archive_has("linux-image-6.12.1+deb13-arm64 6.12.1-1 trixie")
        self.old_layout("6.12.1+deb13-arm64")
        name = "linux-image-6.12.1+deb13-arm64"
        del self.files[name]["boot/config-6.12.1+deb13-arm64"]
        with self.assertRaisesRegex(tool.PrepareError, "0 files like boot/config"):
            kernels.stock("arm64", "6.12")


if __name__ == "__main__":
    unittest.main()
