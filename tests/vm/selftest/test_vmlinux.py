# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The kernel inside a bzImage, made here in the layout of boot.rst."""
import gzip
import lzma
import struct
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vmlib import tool, vmlinux  # noqa: E402

KERNEL = b"\x7fELF" + bytes(range(256)) * 64
SIZE = struct.pack("<I", len(KERNEL))


def zstd(data):
    return subprocess.run(["zstd", "--compress", "--stdout", "--quiet"],
                          input=data, check=True, capture_output=True).stdout


def bzimage(payload, sectors=3, version=0x20f):
    """A header, the 16-bit setup, some code, the payload, a signature."""
    image = bytearray(((sectors or 4) + 1) * 512)
    image[0x1f1] = sectors
    image[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", image, 0x206, version)
    struct.pack_into("<II", image, 0x248, 100, len(payload))
    return bytes(image) + bytes(100) + payload + b"signature" * 50


class VmlinuxTest(unittest.TestCase):
    def refuses(self, image, why):
        with self.assertRaisesRegex(tool.PrepareError, why):
            vmlinux.extract(image)

    def test_extract_unpacks_xz(self):
        image = bzimage(lzma.compress(KERNEL) + SIZE)
        self.assertEqual(vmlinux.extract(image), KERNEL)

    def test_extract_unpacks_zstd(self):
        self.assertEqual(vmlinux.extract(bzimage(zstd(KERNEL) + SIZE)), KERNEL)

    def test_extract_unpacks_gzip(self):
        self.assertEqual(vmlinux.extract(bzimage(gzip.compress(KERNEL))), KERNEL)

    def test_extract_takes_no_sectors_for_four(self):
        image = bzimage(lzma.compress(KERNEL) + SIZE, sectors=0)
        self.assertEqual(vmlinux.extract(image), KERNEL)

    def test_extract_refuses_another_file(self):
        self.refuses(b"MZ" + bytes(4096), "no bzImage")
        self.refuses(b"", "no bzImage")

    def test_extract_refuses_an_old_header(self):
        self.refuses(bzimage(bytes(100), version=0x207), "does not say where")

    def test_extract_refuses_a_file_that_is_cut_short(self):
        image = bzimage(lzma.compress(KERNEL) + SIZE)
        self.refuses(image[:image.index(b"signature") - 1], "cut short")

    def test_extract_refuses_an_unknown_compression(self):
        self.refuses(bzimage(b"\x02\x21\x4c\x18" + bytes(100)), "02214c18")

    def test_extract_refuses_a_damaged_payload(self):
        for packed in (lzma.compress(KERNEL) + SIZE, zstd(KERNEL) + SIZE,
                       gzip.compress(KERNEL)):
            middle = len(packed) // 2
            damaged = packed[:middle] + bytes(16) + packed[middle + 16:]
            with self.subTest(magic=packed[:4].hex()):
                self.refuses(bzimage(damaged), "does not unpack|zstd.* failed")

    def test_extract_refuses_another_size(self):
        self.refuses(bzimage(lzma.compress(KERNEL) + b"\1\0\0\0"), "instead of 1$")

    def test_extract_refuses_what_is_no_elf_file(self):
        text = b"no kernel"
        self.refuses(bzimage(lzma.compress(text) + struct.pack("<I", len(text))),
                     "no ELF file")


if __name__ == "__main__":
    unittest.main()
