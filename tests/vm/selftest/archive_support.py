# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What tests share that have an archive of their own, see fake_apt.py."""
import contextlib
import io
import os
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from vmlib import cache  # noqa: E402

PROGRAMS = ("apt-get", "apt-cache", "apt-config")


class ArchiveTest(unittest.TestCase):
    """Has an empty cache, and a fake apt in front of the real one."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.into = self.folder / "into"
        self.state = self.folder / "state"
        self.state.mkdir()
        for name in ("archive", "known", "log"):
            (self.state / name).touch()
        patch = mock.patch.dict(
            os.environ, FAKE_APT=str(self.state),
            PATH=f"{self.programs()}:{os.environ['PATH']}",
            XDG_CACHE_HOME=str(self.folder / "cache"))
        patch.start()
        self.addCleanup(patch.stop)
        self.said = io.StringIO()
        self.enterContext(contextlib.redirect_stderr(self.said))

    def programs(self):
        programs = self.folder / "bin"
        programs.mkdir()
        for name in PROGRAMS:
            # Without the modules of the site it starts quicker.
            (programs / name).write_text(
                f'#!/bin/sh\nexec "{sys.executable}" -I -S '
                f'"{HERE}/fake_apt.py" {name} "$@"\n', encoding="utf-8")
            (programs / name).chmod(0o755)
        # Seconds on a busy machine; what it is for, no test can see.
        (programs / "sync").symlink_to("/bin/true")
        return programs

    def archive_has(self, *lines):
        (self.state / "archive").write_text(
            "".join(f"{line}\n" for line in lines), encoding="utf-8")

    def go_offline(self):
        (self.state / "offline").touch()

    def calls(self, what):
        log = (self.state / "log").read_text(encoding="utf-8").splitlines()
        return [line for line in log if what in line.split()]

    def age_lists(self, seconds):
        for stamp in cache.root().glob("archive/*/refreshed"):
            then = time.time() - seconds
            os.utime(stamp, (then, then))
