#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The command line: every option, combined forms, and nonsense."""
import gzip
import os
import re
import subprocess
import zlib

from wdztest import (HARDWARE, WDZIP, compress, equal, get, main, ok, peer, put,
                     run, skip, text, wdzip)


def test_nonsense():
    """A message, exit code 1, and no file touched."""
    put("f", b"data")
    put("f.gz", gzip.compress(b"data"))
    cases = (
        (["--nonsense", "f"], "unrecognized option '--nonsense'"),
        (["-y", "f"], "invalid option -- 'y'"),
        (["-kX9", "f"], "invalid option -- 'X'"),
        (["-p", "0", "f"], "invalid number of queues '0'"),
        (["-p", "65", "f"], "invalid number of queues '65'"),
        (["-p", "-1", "f"], "invalid number of queues '-1'"),
        (["-p", "2x", "f"], "invalid number of queues '2x'"),
        (["-p", "99999999999999999999", "f"], "invalid number of queues"),
        (["-p"], "option requires an argument -- 'p'"),
        (["--format", "bzip2", "f"], "invalid format 'bzip2'"),
        (["--format=", "f"], "invalid format ''"),
        (["--device=", "f"], "invalid device ''"),
        (["-S", "", "f"], "invalid suffix ''"),
        (["-S", "a/b", "f"], "invalid suffix 'a/b'"),
        (["-S", "." + "x" * 40, "f"], "invalid suffix"),
        (["-S"], "option requires an argument -- 'S'"),
        (["--rsyncable", "f"], "--rsyncable is not offered"),
        (["--fast=3", "f"], "option '--fast' doesn't allow an argument"),
        (["--s", "f"], "option '--s' is ambiguous"),
        (["-kc0", "f"], "invalid option -- '0'"),
    )
    for args, message in cases:
        r = run([WDZIP, *args], stdin=None)
        ok(r.returncode == 1 and message in r.stderr.decode() and
           r.stderr.startswith(b"wdzip: ") and not r.stdout,
           f"{args}", f"{r.returncode} {r.stderr!r}")
    equal(sorted(os.listdir(".")), ["f", "f.gz"], "no file was made")
    equal(get("f"), b"data", "the input is as it was")


def test_device():
    """--device: nonsense is refused with a list, emu says nothing."""
    put("f", b"data" * 100)
    for name in ("hisi_zip-99", "nonsense", "/dev/null", "x" * 5000):
        r = run([WDZIP, "--device", name, "f"], stdin=None)
        ok(r.returncode == 1 and b"no such device" in r.stderr and
           b"emu" in r.stderr, f"--device {name[:20]}",
           f"{r.returncode} {r.stderr!r}")
        equal(os.listdir("."), ["f"], f"--device {name[:20]}: files")
    r = run([WDZIP, "-dc", "--device", "nonsense"], stdin=gzip.compress(b"x"))
    equal((r.returncode, r.stdout), (1, b""), "likewise for -d")
    equal(wdzip("-k", "f").stderr, b"", "--device emu says nothing")
    os.unlink("f.gz")
    if HARDWARE:
        skip("message of the built-in device",
             "this machine has hardware; run it on one without")
        return
    note = b"wdzip: no accelerator found, using the built-in device\n"
    put("g", b"more")
    r = run([WDZIP, "-k", "f", "g"], stdin=None)
    equal((r.returncode, r.stderr), (0, note), "said once for two files")
    r = run([WDZIP, "-t", "f.gz", "g.gz"], stdin=None)
    equal((r.returncode, r.stderr), (0, note), "said once for two tests")
    r = run([WDZIP, "-qkf", "--device", "auto", "f"], stdin=None)
    equal((r.returncode, r.stderr), (0, b""), "silent with -q")


def test_information():
    """--help, --version and --license; the first of them counts."""
    r = run([WDZIP, "--help"], stdin=None)
    equal((r.returncode, r.stderr), (0, b""), "--help")
    for option in ("-c, --stdout", "-d, --decompress", "-f, --force",
                   "-k, --keep", "-l, --list", "-n, --no-name", "-N, --name",
                   "-q, --quiet", "-r, --recursive", "-S, --suffix",
                   "-t, --test", "-v, --verbose", "-p, --queues", "--format",
                   "--device"):
        ok(option.encode() in r.stdout, f"--help names {option}")
    equal(run([WDZIP, "-h"], stdin=None).stdout, r.stdout, "-h")
    for o in ("-V", "--version"):
        v = run([WDZIP, o], stdin=None)
        ok(v.returncode == 0 and
           re.match(rb"wdzip \d+\.\d+\.\d+ \(libwarpdrive \S+\)\n$", v.stdout),
           o, v.stdout)
    for o in ("-L", "--license"):
        v = run([WDZIP, o], stdin=None)
        ok(v.returncode == 0 and b"BSD 2-clause" in v.stdout, o, v.stdout)
    with open("/dev/full", "wb") as full:
        r = run([WDZIP, "--help"], stdin=None, stdout=full)
    equal((r.returncode, r.stderr),
          (1, b"wdzip: stdout: No space left on device\n"),
          "--help to a full disk")


def test_forms():
    """Short options combined, long ones in full and cut, -- and order."""
    data = text(50000)

    def fresh():
        for n in os.listdir("."):
            os.unlink(n)
        put("f", data)

    for args in (["-9kc", "f"], ["-c", "-k", "--best", "f"],
                 ["f", "-c9"], ["--stdout", "--", "f"], ["--to-stdout", "f"],
                 ["--keep", "-c", "f"], ["-cp3", "f"], ["-c", "--queues=1", "f"],
                 ["-cvq", "f"], ["--std", "f"], ["-c", "--forc", "f"],
                 ["-c", "--form=gzip", "f"], ["-cS.x", "f"],
                 ["-c", "--suffix=.x", "f"], ["-c", "--silent", "f"]):
        fresh()
        r = wdzip(*args, stdin=None)
        ok(r.returncode == 0 and not r.stderr and
           gzip.decompress(r.stdout) == data and os.listdir(".") == ["f"],
           f"{args}", f"{r.returncode} {r.stderr!r}")
    fresh()
    put("-odd", data)
    r = wdzip("--", "-odd", stdin=None)
    equal((r.returncode, sorted(os.listdir("."))), (0, ["-odd.gz", "f"]),
          "a name with a dash behind --")
    for args in (["-dk"], ["--decompress", "-k"], ["--uncompress", "--keep"],
                 ["--dec", "-k"]):
        fresh()
        put("g.gz", gzip.compress(data))
        r = wdzip(*args, "g.gz", stdin=None)
        ok(r.returncode == 0 and get("g") == data, f"{args}", r.stderr)
    fresh()
    r = run([WDZIP, "--device=emu", "f"], stdin=None)
    equal((r.returncode, os.listdir(".")), (0, ["f.gz"]), "the plain form")


def test_environment():
    """GZIP is not read."""
    put("f", b"x" * 1000)
    os.environ["GZIP"] = "-dv"
    try:
        env = dict(os.environ, LC_ALL="C")
        r = subprocess.run([WDZIP, "--device", "emu", "-c", "f"], env=env,
                           capture_output=True, timeout=60)
    finally:
        del os.environ["GZIP"]
    equal((r.returncode, r.stderr, gzip.decompress(r.stdout)),
          (0, b"", b"x" * 1000), "GZIP=-dv changes nothing")


def test_streams():
    """Standard input and output, alone, as - and among files."""
    data = text(3 << 20)
    packed = gzip.compress(data)
    equal(gzip.decompress(compress(data)) == data, True, "a pipe in and out")
    equal(wdzip("-d", stdin=packed).stdout == data, True, "and back")
    put("in", data)
    with open("in", "rb") as f:
        r = wdzip(stdin=f)
    equal(gzip.decompress(r.stdout) == data, True, "a redirected file")
    put("f", b"file")
    r = wdzip("-c", "f", "-", "f", stdin=b"pipe")
    equal(gzip.decompress(r.stdout), b"filepipefile", "- between files")
    r = wdzip("-", stdin=b"pipe")
    equal(gzip.decompress(r.stdout), b"pipe", "- alone")
    r = wdzip("-dc", "-", stdin=packed + packed)
    equal(r.stdout == data + data, True, "-d of -")
    equal(wdzip("-t", stdin=packed).returncode, 0, "-t of a pipe")
    r = wdzip("-k", "f", "-", stdin=b"pipe")
    equal((r.returncode, gzip.decompress(r.stdout), sorted(os.listdir("."))),
          (0, b"pipe", ["f", "f.gz", "in"]), "a file in place and -")
    r = run(["sh", "-c", f"(head -c 1000 in; sleep 0.2; tail -c +1001 in) |"
             f"'{WDZIP}' --device emu | '{WDZIP}' --device emu -d"])
    equal(r.stdout == data, True, "a pipe that delivers in pieces")
    for args in ((), ("-d",)):
        r = run([WDZIP, "--device", "emu", *args], stdin=None,
                preexec_fn=lambda: os.close(0))
        ok(r.returncode == 1 and b"Bad file descriptor" in r.stderr,
           f"standard input is closed {args}", r.stderr)
    r = wdzip("-d", stdin=None)
    equal((r.returncode, r.stderr), (1, b"wdzip: stdin: unexpected end of file\n"),
          "-d of nothing")


def test_pass_through():
    """-cdf hands on what is not compressed."""
    for data in (b"", b"p", b"plain", text(3 << 20)):
        r = wdzip("-cdf", stdin=data)
        equal((r.returncode, r.stdout == data), (0, True),
              f"-cdf of {len(data)} plain bytes")
    r = wdzip("-cdf", stdin=gzip.compress(b"packed"))
    equal((r.returncode, r.stdout), (0, b"packed"), "-cdf of gzip data")
    put("plain.gz", b"plain")
    equal(wdzip("-df", "plain.gz").returncode, 1, "not without -c")
    equal(get("plain.gz"), b"plain", "and the file is as it was")


def listing(r):
    return [line.split() for line in r.stdout.decode().splitlines()]


def test_list():
    """-l shows what gzip's -l shows."""
    put("f", text(100000))
    put("g", b"")
    os.utime("f", (1e9, 1e9))
    os.utime("g", (1e9, 1e9))
    run(["gzip", "-k", "f", "g"])
    os.utime("f.gz", (1e9, 1e9))
    os.utime("g.gz", (1e9, 1e9))
    with open("m.gz", "wb") as m:
        m.write(get("f.gz") + get("f.gz"))
    if peer("gzip"):
        for args in (["-l", "f.gz"], ["-lv", "f.gz"], ["-lq", "f.gz"],
                     ["-l", "f"], ["-lv", "g.gz"]):
            equal(wdzip(*args, stdin=None).stdout.decode(),
                  run(["gzip", *args], stdin=None).stdout.decode(), f"{args}")
        got = listing(wdzip("-l", "f.gz", "g.gz", stdin=None))
        due = listing(run(["gzip", "-l", "f.gz", "g.gz"], stdin=None))
        equal([[w for w in line if "%" not in w] for line in got],
              [[w for w in line if "%" not in w] for line in due],
              "-l of two files, but for the ratio of the totals")
    equal(listing(wdzip("-l", "m.gz"))[1][:2],
          [str(len(get("m.gz"))), "200000"], "-l of two members")
    r = wdzip("-l", stdin=get("f.gz"))
    equal(listing(r)[1][:2], [str(len(get("f.gz"))), "100000"], "-l of a pipe")
    r = wdzip("-lN", "f.gz", stdin=None)
    equal(listing(r)[1][-1], "f", "-lN")
    os.rename("f.gz", "other.gz")
    equal(listing(wdzip("-lN", "other.gz"))[1][-1], "f", "-lN: stored name")
    equal(listing(wdzip("-l", "other.gz"))[1][-1], "other", "-l: own name")
    bad = bytearray(get("other.gz"))
    bad[-5] ^= 1
    put("bad.gz", bytes(bad))
    equal(wdzip("-l", "bad.gz").returncode, 1, "-l of a damaged file")
    put("z.zz", zlib.compress(b"z" * 1000))
    equal(listing(wdzip("-lv", "z.zz"))[1][1],
          f"{zlib.adler32(b'z' * 1000):08x}", "-lv of zlib: Adler-32")
    with open("/dev/full", "wb") as full:
        r = wdzip("-l", "z.zz", stdout=full)
    equal((r.returncode, r.stderr),
          (1, b"wdzip: stdout: No space left on device\n"),
          "-l to a full disk")


def test_verbose():
    """-v: saving, speed, device and what became of the file."""
    put("f", bytes(1 << 20))
    shape = r"\t ?\d+\.\d%, \d+\.\d MB/s, emu\S*"
    for args, rest in ((["-v", "f"], r"f:" + shape + r" -- replaced with f\.gz\n"),
                       (["-dv", "f.gz"],
                        r"f\.gz:" + shape + r" -- replaced with f\n"),
                       (["-kv", "f"], r"f:" + shape + r" -- created f\.gz\n"),
                       (["-tv", "f.gz"], r"f\.gz:\t OK\n"),
                       (["-cv", "f"], r"f:" + shape + r"\n")):
        r = wdzip(*args, stdin=None)
        ok(r.returncode == 0 and re.fullmatch(rest, r.stderr.decode()),
           f"{args}", r.stderr)


main(test_nonsense, test_device, test_information, test_forms,
     test_environment, test_streams, test_pass_through, test_list,
     test_verbose)
