# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Which packages of headers go with a kernel."""
import unittest
from pathlib import Path
from unittest import mock

from archive_support import ArchiveTest
from vmlib import archive, cache, headers, kernels


class HeadersTest(ArchiveTest):
    def packages(self, arch, release):
        with mock.patch.object(cache, "entry", return_value=Path("/tree")) as entry:
            headers.of(arch, release)
        return entry.call_args[0][1].splitlines()[3:]

    def test_a_release_is_matched_as_it_is(self):
        self.archive_has("linux-headers-6.12.95+deb13-arm64 6.12.95-1 trixie",
                         "linux-headers-6.12.95+deb13-rt-arm64 6.12.95-1 trixie",
                         "linux-headers-6.12.95+deb13-common 6.12.95-1 trixie",
                         "linux-headers-6.12.95+deb13-common-rt 6.12.95-1 trixie",
                         "linux-kbuild-6.12.95+deb13 6.12.95-1 trixie",
                         "linux-headers-6.12.96+deb13-arm64 6.12.96-1 trixie")
        self.assertEqual(self.packages("arm64", "6.12.95+deb13-arm64"), [
            "linux-headers-6.12.95+deb13-arm64=6.12.95-1",
            "linux-headers-6.12.95+deb13-common=6.12.95-1",
            "linux-kbuild-6.12.95+deb13=6.12.95-1"])

    def test_old_kernels_have_one_kbuild_a_series(self):
        self.archive_has("linux-headers-6.1.0-56-arm64 6.1.192-2 bookworm",
                         "linux-headers-6.1.0-56-common 6.1.192-2 bookworm",
                         "linux-kbuild-6.1 6.1.192-2 bookworm")
        self.assertEqual(self.packages("arm64", "6.1.0-56-arm64")[-1],
                         "linux-kbuild-6.1=6.1.192-2")

    def test_the_release_is_that_of_the_kernel_to_boot(self):
        self.archive_has("linux-image-6.12.95+deb13-arm64 6.12.95-1 trixie",
                         "linux-image-6.12.96+deb13-arm64 6.12.96-1 trixie")
        self.assertEqual(kernels.release("arm64", "6.12"), "6.12.96+deb13-arm64")

    def test_headers_that_are_not_there_are_named(self):
        self.archive_has("linux-headers-6.12.95+deb13-arm64 6.12.95-1 trixie")
        with self.assertRaisesRegex(archive.Missing, "headers of kernel 6.12.96"):
            headers.of("arm64", "6.12.96+deb13-arm64")


if __name__ == "__main__":
    unittest.main()
