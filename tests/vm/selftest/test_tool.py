# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Programs of the host: what they say when they fail."""
import io
import os
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vmlib import tool  # noqa: E402


class ToolTest(unittest.TestCase):
    def test_run_gives_the_output(self):
        self.assertEqual(tool.run(["echo", "word"]), b"word\n")

    def test_run_has_no_input_unless_given(self):
        self.assertEqual(tool.run(["cat"]), b"")

    def test_run_shows_the_last_lines_of_a_failure(self):
        with self.assertRaisesRegex(tool.PrepareError,
                                    r"(?s)status 3:.*\nline 20$") as got:
            tool.run(["sh", "-c", "seq -f 'line %g' 20; exit 3"])
        self.assertNotIn("line 5\n", str(got.exception))

    def test_run_of_a_missing_program_names_its_package(self):
        with mock.patch.dict(tool.PACKAGES, {"no-such-program": "a-package"}), \
                self.assertRaisesRegex(tool.PrepareError,
                                       "is missing, apt-get install a-package"):
            tool.run(["no-such-program"])

    def test_run_finds_sbin_without_root(self):
        with mock.patch.dict(os.environ, PATH="/usr/bin:/bin"):
            path = tool.run(["sh", "-c", "echo $PATH"]).decode().strip()
        self.assertIn("/usr/sbin", path.split(":"))

    def test_piped_joins_two_programs(self):
        with tool.piped(["echo", "word"]) as stream:
            self.assertEqual(tool.run(["tr", "a-z", "A-Z"], source=stream),
                             b"WORD\n")

    def test_piped_reports_the_first_program(self):
        with self.assertRaisesRegex(tool.PrepareError, "status 4:\ncause"):
            with tool.piped(["sh", "-c", "echo cause >&2; exit 4"]) as stream:
                stream.read()

    def test_piped_of_a_missing_program_is_an_error(self):
        with self.assertRaisesRegex(tool.PrepareError, "is missing"):
            with tool.piped(["no-such-program"]) as stream:
                self.assertIsInstance(stream, io.IOBase)


if __name__ == "__main__":
    unittest.main()
