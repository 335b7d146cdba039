#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The command line: every subcommand's help, nonsense, exit codes."""
import os
import re
import tempfile

from wdctltest import WDCTL, equal, main, ok, run, text
from completion import completions

COMMANDS = ("list", "show", "doctor", "selftest", "bench", "vfs", "isolate",
            "watch")


def test_information():
    r = run([WDCTL, "--help"])
    equal((r.returncode, r.stderr), (0, b""), "--help")
    for name in COMMANDS:
        ok(re.search(rf"^  {name} ", text(r), re.M), f"--help names {name}")
    for args in (["-h"], ["help"]):
        equal(run([WDCTL, *args]).stdout, r.stdout, f"{args}")
    for args in (["-V"], ["--version"]):
        v = run([WDCTL, *args])
        ok(v.returncode == 0 and
           re.fullmatch(rb"wdctl \d+\.\d+\.\d+ \(libwarpdrive \S+\)\n", v.stdout),
           f"{args}", v.stdout)
    for name in COMMANDS:
        for option in ("-h", "--help"):
            r = run([WDCTL, name, option])
            ok(r.returncode == 0 and not r.stderr and
               text(r).startswith(f"Usage: wdctl {name} "), f"{name} {option}",
               r.stderr)


def test_nonsense():
    """A message, exit code 2, and nothing else."""
    cases = (
        ([], "a command is missing"),
        (["--nonsense"], "unknown option '--nonsense'"),
        (["nonsense"], "unknown command 'nonsense'"),
        (["lis"], "unknown command 'lis'"),
        (["list", "--nonsense"], "unrecognized option '--nonsense'"),
        (["list", "-x"], "invalid option -- 'x'"),
        (["list", "emu"], "too many arguments"),
        (["show"], "an argument is missing"),
        (["show", "emu", "emu"], "too many arguments"),
        (["doctor", "a", "b"], "too many arguments"),
        (["selftest", "a", "b"], "too many arguments"),
        (["vfs"], "an argument is missing"),
        (["vfs", "emu", "-1"], "invalid option -- '1'"),
        (["vfs", "emu", "x"], "invalid number of virtual functions 'x'"),
        (["vfs", "emu", "3x"], "invalid number of virtual functions '3x'"),
        (["vfs", "emu", ""], "invalid number of virtual functions ''"),
        (["vfs", "emu", "65536"], "invalid number of virtual functions '65536'"),
        (["isolate"], "an argument is missing"),
        (["isolate", "emu", "65536"], "invalid number of errors '65536'"),
        (["isolate", "emu", "always"], "invalid number of errors 'always'"),
        (["watch", "-n", "0"], "invalid interval '0'"),
        (["watch", "-n", "99999999999999999999"], "invalid interval"),
        (["watch", "-c", "-5"], "invalid count '-5'"),
        (["watch", "-n"], "option requires an argument -- 'n'"),
        (["bench", "-q", "65"], "invalid number of queues '65'"),
        (["bench", "-t", "0"], "invalid time in milliseconds '0'"),
        (["bench", "-s", ""], "invalid block size ''"),
        (["bench", "-s", ",4k"], "invalid block size ',4k'"),
        (["bench", "-s", "1"], "invalid block size '1'"),
        (["bench", "-s", "5m"], "invalid block size '5m'"),
        (["bench", "-s", "4g"], "invalid block size '4g'"),
        (["bench", "-s", "-4k"], "invalid block size '-4k'"),
        (["bench", "-s", "99999999999999999999k"], "invalid block size"),
        (["bench", "-s", ",".join(["4k"] * 33)], "too many block sizes"),
        (["bench", "--format", "lz4"], "invalid format 'lz4'"),
    )
    for args, message in cases:
        r = run([WDCTL, *args])
        ok(r.returncode == 2 and message in r.stderr.decode() and
           r.stderr.startswith(b"wdctl: ") and not r.stdout, f"{args}"[:60],
           f"{r.returncode} {r.stderr!r}")


def test_other_name():
    """Packages may install it under another name; then it calls itself so."""
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "warpctl")
        os.symlink(WDCTL, name)
        ok(text(run([name, "--version"])).startswith("warpctl "), "--version")
        ok(text(run([name, "--help"])).startswith("Usage: warpctl "), "--help")
        for args in ([], ["nonsense"], ["list", "-z"], ["show"], ["show", "none"]):
            said = run([name, *args]).stderr.decode()
            ok(said.startswith("warpctl: ") and "wdctl" not in said, f"{args}",
               said)


def test_exit_codes():
    """3 for a device that is not there, whatever its name."""
    for args in (["show"], ["vfs"], ["isolate"], ["selftest"],
                 ["bench", "-t", "1"], ["watch", "-c", "1"]):
        for name in ("hisi_zip-99", "", "../../etc", "x" * 5000):
            r = run([WDCTL, *args, name])
            ok(r.returncode == 3 and b"no such device" in r.stderr,
               f"{args} {name[:20]!r}", f"{r.returncode} {r.stderr!r:.200}")


def test_output():
    """A full disk and a closed pipe are errors, not silence."""
    for args in (["list"], ["list", "--json"], ["show", "emu"], ["--help"],
                 ["list", "--help"], ["--version"], ["doctor", "emu"]):
        with open("/dev/full", "wb") as full:
            r = run([WDCTL, *args], stdout=full)
        ok(r.returncode == 1 and b"No space left on device" in r.stderr,
           f"{args} to a full disk", f"{r.returncode} {r.stderr!r}")
        r = run([WDCTL, *args], stdout=None, preexec_fn=lambda: os.close(1))
        ok(r.returncode == 1 and b"stdout" in r.stderr, f"{args} with no stdout",
           f"{r.returncode} {r.stderr!r}")


def test_completion():
    equal(sorted(completions(WDCTL, "")), sorted(COMMANDS + ("--help",
          "--version")), "bash completes subcommands")
    equal(completions(WDCTL, "do"), ["doctor"], "that begin so")
    ok("emu" in completions(WDCTL, "show", ""), "and devices",
       completions(WDCTL, "show", ""))
    for name in COMMANDS:
        shown = set(re.findall(r"--[a-z-]+", text(run([WDCTL, name, "--help"]))))
        equal(set(completions(WDCTL, name, "--")), shown,
              f"and the options of {name}")
    equal(completions(WDCTL, "bench", "--format", "g"), ["gzip"],
          "and values of options")


main(test_information, test_nonsense, test_other_name, test_exit_codes, test_output,
     test_completion)
