# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What counts as passed, and that a failure is never taken for anything else."""
import contextlib
import io
import os
import signal
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP), str(TOP.parent / "vm")]

from vmlib import archive, cache  # noqa: E402
from vmlib.tool import PrepareError  # noqa: E402
from zlibtests import cli, counters, linkage, process, sources  # noqa: E402
from zlibtests.context import Context, Result, Status  # noqa: E402
from zlibtests.judge import Verdict, judge  # noqa: E402
from zlibtests.suite import Suite, Unsuitable  # noqa: E402
from zlibtests.suites import perl  # noqa: E402

OK, FAILED, SKIPPED = (Result(status, "why") for status in
                       (Status.OK, Status.FAILED, Status.SKIPPED))


class JudgeTest(unittest.TestCase):
    def verdict(self, before, now):
        test, = judge({"t": before} if before else {}, {"t": now} if now else {})
        return test.verdict

    def test_judge_takes_what_passes_with_the_drop_in(self):
        for before in (OK, FAILED, SKIPPED, None):
            self.assertIs(self.verdict(before, OK), Verdict.PASSED)

    def test_judge_failure_with_the_drop_in_only_is_one(self):
        for before in (OK, SKIPPED, None):
            self.assertIs(self.verdict(before, FAILED), Verdict.FAILED)

    def test_judge_failure_without_the_drop_in_is_known(self):
        self.assertIs(self.verdict(FAILED, FAILED), Verdict.KNOWN)

    def test_judge_what_did_not_run_any_more_has_failed(self):
        self.assertIs(self.verdict(OK, None), Verdict.FAILED)
        self.assertIs(self.verdict(OK, SKIPPED), Verdict.FAILED)

    def test_judge_skipped_in_both_is_skipped(self):
        self.assertIs(self.verdict(SKIPPED, SKIPPED), Verdict.SKIPPED)


class ContextTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def context(self, library=None):
        return Context(self.folder / "context", library, None)

    def test_check_twice_has_to_be_good_twice(self):
        ctx = self.context()
        ctx.check("a", False, "first")
        ctx.check("a", True)
        ctx.check("b", True)
        ctx.check("b", False, "second")
        self.assertEqual(ctx.results["a"], Result(Status.FAILED, "first"))
        self.assertEqual(ctx.results["b"], Result(Status.FAILED, "second"))

    def test_check_same_looks_at_status_and_bytes(self):
        ctx = self.context()
        for name, script, wanted, status in (
                ("good", "printf abc", b"abc", Status.OK),
                ("bytes", "printf abx", b"abc", Status.FAILED),
                ("short", "printf ab", b"abc", Status.FAILED),
                ("exit", "printf abc; exit 1", b"abc", Status.FAILED)):
            ctx.check_same(name, ctx.run("sh", "-c", script), wanted)
            self.assertIs(ctx.results[name].status, status, name)

    def test_only_programs_under_test_have_the_drop_in(self):
        ctx = self.context(Path("/nowhere/libwdz.so.1"))
        self.assertEqual(ctx.env["LD_PRELOAD"], "/nowhere/libwdz.so.1")
        self.assertEqual(ctx.env["WARPDRIVE_ZLIB"], "force")
        self.assertNotIn(b"LD_PRELOAD", ctx.peer("env").out)

    def test_settings_of_the_caller_are_not_passed_on(self):
        with mock.patch.dict(os.environ, LD_PRELOAD="x", WARPDRIVE_ZLIB="off",
                             PERL5OPT="-w"):
            ctx = self.context()
        self.assertFalse({"LD_PRELOAD", "WARPDRIVE_ZLIB", "PERL5OPT"} & set(ctx.env))

    def test_run_ends_what_takes_too_long_and_all_its_children(self):
        ctx = self.context()
        done = ctx.run("sh", "-c", "sleep 1000 & echo $!; wait", timeout=0.5)
        self.assertIsNone(done.status)
        with self.assertRaises(ProcessLookupError):
            for _ in range(100):
                os.kill(int(done.out), 0)
                process.threading.Event().wait(0.05)

    def test_run_says_which_signal_ended_a_program(self):
        self.assertEqual(self.context().run("sh", "-c", "kill -SEGV $$").status,
                         -signal.SIGSEGV)


class CountersTest(unittest.TestCase):
    def total(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "counters"
            if text is not None:
                path.write_text(text, encoding="utf-8")
            return counters.total(path)

    def test_total_adds_up_processes(self):
        sums = self.total(
            "pid=7 comm=a deflate.device.in=5 inflate.device.out=1\n"
            "pid=8 comm=b deflate.device.in=6 inflate.device.out=0\n")
        self.assertEqual(sums["processes"], 2)
        self.assertEqual(counters.device_bytes(sums, "deflate"), 11)
        self.assertEqual(counters.device_bytes(sums, "inflate"), 1)

    def test_total_of_no_file_and_of_rubbish_is_nothing(self):
        for text in (None, "", "deflate.device.in=\n=5\nwords only\n"):
            self.assertEqual(
                counters.device_bytes(self.total(text), "deflate"), 0)


class TapTest(unittest.TestCase):
    def read(self, text):
        return perl.read_tap(process.Done(0, text, b""))

    def test_read_tap_counts(self):
        self.assertEqual(self.read(b"1..3\nok 1\nok 2 - a\nnot ok 3 - b\n"),
                         (2, ["3"], 3))

    def test_read_tap_of_what_is_to_be_done_passes(self):
        self.assertEqual(self.read(b"1..1\nnot ok 1 - a # TODO some day\n"),
                         (1, [], 1))

    def test_read_tap_without_a_plan_has_none(self):
        self.assertEqual(self.read(b"ok 1\n"), (1, [], None))


class SuiteTest(unittest.TestCase):
    """Whole suites of the test's own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "suite"

    def outcome(self, run, prepare=lambda folder: None, counted=""):
        def run_and_count(ctx):
            if "LD_PRELOAD" in ctx.env:
                ctx.counters.write_text(counted, encoding="utf-8")
            run(ctx)
        suite = Suite("own", "own", prepare, run_and_count)
        tests, notes = cli._run_suite(suite, Path("/nowhere"), self.folder)
        return {test.name: test.verdict for test in tests}, notes

    def test_suite_without_work_of_the_device_fails(self):
        tests, _ = self.outcome(lambda ctx: ctx.check("t", True),
                              counted="deflate.device.in=9\n")
        self.assertEqual(tests, {
            "t": Verdict.PASSED, "the device did work: deflate": Verdict.PASSED,
            "the device did work: inflate": Verdict.FAILED})

    def test_suite_that_breaks_with_the_drop_in_fails(self):
        def run(ctx):
            ctx.check("t", True)
            if "LD_PRELOAD" in ctx.env:
                raise OSError("broken")
        tests, _ = self.outcome(run)
        self.assertIs(tests["runs to its end"], Verdict.FAILED)

    def test_suite_that_cannot_be_prepared_fails(self):
        tests, _ = self.outcome(None, mock.Mock(side_effect=PrepareError("none")))
        self.assertEqual(tests, {"can be run": Verdict.FAILED})

    def test_suite_that_does_not_apply_says_so(self):
        tests, notes = self.outcome(None, mock.Mock(side_effect=Unsuitable("as it is")))
        self.assertEqual((tests, notes), ({}, ["skipped own: as it is"]))


class ReportTest(unittest.TestCase):
    def test_end_of_nothing_is_a_failure(self):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            self.assertEqual(cli._Report().end(), 1)
        self.assertEqual(said.getvalue().splitlines()[-1], "0 passed, 1 failed")

    def test_main_without_a_build_is_an_error(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.assertEqual(cli.main(["--build", "/nowhere", "pigz"]), 2)
        self.assertIn("./build.sh check zlib", said.getvalue())

    def test_main_of_an_unknown_suite_is_an_error(self):
        with contextlib.redirect_stderr(io.StringIO()), \
                self.assertRaises(SystemExit) as ended:
            cli.main(["nothing"])
        self.assertEqual(ended.exception.code, 2)


class LinkageTest(unittest.TestCase):
    def test_require_refuses_what_has_a_zlib_of_its_own(self):
        with mock.patch.object(linkage.tool, "run",
                               return_value=b"\tlibc.so.6 => /lib/libc.so.6\n"), \
                self.assertRaisesRegex(PrepareError, "does not load libz"):
            linkage.require(Path("/bin/x"))

    def test_find_names_the_package(self):
        with self.assertRaisesRegex(PrepareError, "apt-get install some-package"):
            linkage.find("no-such-program", "some-package")


class SourcesTest(unittest.TestCase):
    def test_upstream_of_versions(self):
        for version, wanted in (("1:1.2.13.dfsg-1", "1.2.13.dfsg"),
                                ("5.36.0-7+deb12u2", "5.36.0"),
                                ("1:1.3.dfsg+really1.3.1-1+b1",
                                 "1.3.dfsg+really1.3.1"), ("7", "7")):
            self.assertEqual(sources._upstream(version), wanted)

    def test_nearest_is_the_version_itself_then_the_same_upstream(self):
        self.assertEqual(
            sources._nearest(["5.38-1", "5.36-9", "5.36-8", "5.36-7"], "5.36-8"),
            ["5.36-8", "5.36-9", "5.36-7"])

    def test_source_takes_another_if_one_is_gone(self):
        with tempfile.TemporaryDirectory() as folder, \
                mock.patch.dict(os.environ, XDG_CACHE_HOME=folder), \
                mock.patch.object(sources, "_installed", return_value="1-2"), \
                mock.patch.object(archive, "source_versions",
                                  return_value=["1-3", "1-1"]), \
                mock.patch.object(archive, "download_source",
                                  side_effect=self.download), \
                contextlib.redirect_stderr(io.StringIO()):
            tree = sources.source("some", "libsome", ["*.c"])
            self.assertEqual([path.name for path in tree.iterdir()], ["a.c"])
            self.assertTrue(tree.is_relative_to(cache.root()))

    def download(self, name, version, into, _release):
        if version == "1-3":
            raise archive.Missing("404")
        tree = into / "some-1"
        tree.mkdir()
        for file in ("a.c", "b.h"):
            (tree / file).touch()
        process.subprocess.run(["tar", "-C", into, "-cf",
                                into / f"{name}_1.orig.tar.xz", "some-1"], check=True)
        (tree / "b.h").unlink()


if __name__ == "__main__":
    unittest.main()
