# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The cache: whole entries or none, made once, gone when unused."""
import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

VM = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(VM))

from vmlib import cache, tool  # noqa: E402

DAY = 86400

# A run of its own: argv[1] is the key, argv[2] the file that counts builds,
# argv[4] how long a build takes, argv[5] what ends it before.
OTHER_RUN = """
import os, sys, time
sys.path.insert(0, sys.argv[3])
from vmlib import cache
def build(folder):
    with open(sys.argv[2], "a") as file:
        file.write("built\\n")
    (folder / "first").write_text("1")
    print("building", flush=True)
    end = time.monotonic() + float(sys.argv[4])
    while time.monotonic() < end and not os.path.exists(sys.argv[5]):
        time.sleep(0.01)
    (folder / "second").write_text("2")
print(cache.entry("thing", sys.argv[1], build), flush=True)
"""


class CacheTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.count = self.home / "count"
        patch = mock.patch.dict(os.environ, XDG_CACHE_HOME=str(self.home))
        patch.start()
        self.addCleanup(patch.stop)
        self.said = io.StringIO()
        self.enterContext(contextlib.redirect_stderr(self.said))

    def other_run(self, key, seconds):
        run = subprocess.Popen(
            [sys.executable, "-c", OTHER_RUN, key, self.count, VM, str(seconds),
             self.home / "enough"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        self.addCleanup(run.stdout.close)
        return run

    def names(self):
        """What is there, without the locks."""
        return sorted(path.name for path in cache.root().iterdir()
                      if path.suffix != ".lock")

    def build(self, folder):
        (folder / "file").write_text("content", encoding="utf-8")

    def refuse(self, folder):
        self.fail(f"{folder} was built again")

    def make_old(self, entry, days):
        lock = entry.with_name(entry.name + ".lock")
        then = time.time() - days * DAY
        os.utime(lock, (then, then))

    def test_entry_is_built_once(self):
        first = cache.entry("thing", "key", self.build)
        self.assertEqual((first / "file").read_text(encoding="utf-8"), "content")
        self.assertEqual(cache.entry("thing", "key", self.refuse), first)

    def test_entry_says_what_it_prepares_and_how_long_it_took(self):
        cache.entry("thing", "key", self.build)
        self.assertRegex(self.said.getvalue(),
                         r"preparing thing\n.*thing is ready, [0-9.]+ s\n")

    def test_entry_of_another_key_is_another(self):
        first = cache.entry("thing", "key", self.build)
        second = cache.entry("thing", "other key", self.build)
        self.assertNotEqual(first, second)
        self.assertTrue(first.is_dir() and second.is_dir())

    def test_entry_in_a_relative_cache_is_absolute(self):
        with mock.patch.dict(os.environ, XDG_CACHE_HOME="relative"):
            self.assertTrue(cache.root().is_absolute())

    def test_failing_build_is_reported_and_not_kept(self):
        def fail(folder):
            (folder / "half").touch()
            raise tool.PrepareError("no such thing")
        with self.assertRaisesRegex(tool.PrepareError, "no such thing"):
            cache.entry("thing", "key", fail)
        self.assertEqual(self.names(), [])
        cache.entry("thing", "key", self.build)

    def test_interrupted_build_leaves_nothing(self):
        def interrupt(folder):
            (folder / "half").touch()
            raise KeyboardInterrupt
        with self.assertRaises(KeyboardInterrupt):
            cache.entry("thing", "key", interrupt)
        self.assertEqual(self.names(), [])

    def test_interrupted_run_begins_nothing(self):
        first = cache.entry("thing", "key", self.build)
        cache.interrupted.set()
        self.addCleanup(cache.interrupted.clear)
        self.assertEqual(cache.entry("thing", "key", self.refuse), first)
        with self.assertRaisesRegex(tool.PrepareError, "interrupted"):
            cache.entry("thing", "other key", self.refuse)
        self.assertEqual(self.names(), [first.name])

    def test_killed_build_is_made_again_whole(self):
        run = self.other_run("key", 60)
        self.assertEqual(run.stdout.readline(), "building\n")
        run.send_signal(signal.SIGKILL)
        run.wait()
        self.assertRegex(" ".join(self.names()), r"^thing-[0-9a-f]+\.part-\w+$")
        entry = cache.entry("thing", "key", self.build)
        self.assertEqual(self.names(), [entry.name])
        self.assertEqual(os.listdir(entry), ["file"])

    def test_two_runs_build_once(self):
        runs = [self.other_run("key", 0.5) for _ in range(2)]
        answers = [run.communicate(timeout=60)[0].split() for run in runs]
        self.assertEqual([run.returncode for run in runs], [0, 0])
        self.assertEqual(answers[0][-1], answers[1][-1])
        self.assertEqual(self.count.read_text(encoding="utf-8"), "built\n")
        self.assertEqual(sorted(os.listdir(answers[0][-1])), ["first", "second"])

    def test_second_run_says_that_it_waits(self):
        run = self.other_run("key", 60)
        self.assertEqual(run.stdout.readline(), "building\n")
        ended = threading.Event()

        def release():
            while "waiting for who has thing" not in self.said.getvalue() and \
                    not ended.wait(0.01):
                pass
            (self.home / "enough").touch()
        waiter = threading.Thread(target=release)
        waiter.start()
        try:
            cache.entry("thing", "key", self.refuse)
        finally:
            ended.set()
            waiter.join()
        self.assertIn("waiting for who has thing", self.said.getvalue())

    def test_prune_removes_what_was_not_used(self):
        old = cache.entry("thing", "old", self.build)
        used = cache.entry("thing", "used", self.build)
        self.make_old(old, cache.KEEP_DAYS + 1)
        self.make_old(used, cache.KEEP_DAYS - 1)
        self.assertEqual(cache.prune(), [old.name])
        self.assertEqual(self.names(), [used.name])

    def test_prune_leaves_other_names(self):
        thing = cache.entry("thing", "key", self.build)
        longer = cache.entry("thing-two", "key", self.build)
        self.make_old(thing, 99)
        self.make_old(longer, 99)
        self.assertEqual(cache.prune("thing"), [thing.name])
        self.assertEqual(self.names(), [longer.name])

    def test_use_keeps_an_entry(self):
        entry = cache.entry("thing", "key", self.build)
        self.make_old(entry, 99)
        cache.entry("thing", "key", self.refuse)
        self.assertEqual(cache.prune(), [])

    def test_build_prunes(self):
        old = cache.entry("thing", "old", self.build)
        self.make_old(old, 99)
        new = cache.entry("thing", "new", self.build)
        self.assertEqual(self.names(), [new.name])

    def test_prune_removes_what_a_killed_build_left(self):
        run = self.other_run("key", 60)
        run.stdout.readline()
        run.kill()
        run.wait()
        left, = (path for path in cache.root().iterdir() if path.is_dir())
        self.make_old(left.with_name(left.name.split(".")[0]), 99)
        cache.prune()
        self.assertEqual(list(cache.root().iterdir()), [])

    def test_prune_leaves_what_another_run_has(self):
        run = self.other_run("key", 60)
        run.stdout.readline()
        lock, = cache.root().glob("*.lock")
        os.utime(lock, (0, 0))
        self.assertEqual(cache.prune(), [])
        self.assertTrue(lock.exists())

    def test_remove_tree_takes_what_cannot_be_written(self):
        folder = self.home / "tree" / "closed"
        folder.mkdir(parents=True)
        (folder / "file").touch()
        folder.chmod(0o500)
        cache.remove_tree(folder.parent)
        self.assertFalse(folder.parent.exists())

    def test_locked_without_waiting_gives_up(self):
        path = self.home / "lock"
        with cache.locked(path) as mine:
            self.assertTrue(mine)
            with cache.locked(path, wait=False) as also:
                self.assertFalse(also)

    def test_locked_ignores_a_file_that_lost_its_name(self):
        path = self.home / "lock"
        stat = os.path.samestat
        answers = []

        def removed_once(one, other):
            # Between the opening and the lock, as prune() does it.
            answers.append(stat(one, other) and bool(answers))
            return answers[-1]
        with mock.patch("os.path.samestat", removed_once):
            with cache.locked(path) as mine:
                self.assertTrue(mine)
        self.assertEqual(answers, [False, True])


if __name__ == "__main__":
    unittest.main()
