#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Full disks, broken pipes, signals and terminals: a message, the right code,
and nothing half written left behind."""
import gzip
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time

from wdztest import (WDZIP, equal, get, main, noise, ok, put, run, skip, start,
                     text, wdzip)


def names():
    return sorted(os.listdir("."))


def test_dev_full():
    """Standard output on a full disk."""
    put("a", text(3 << 20))
    put("b.gz", gzip.compress(get("a")))
    put("small", b"x")
    for args in (["-c", "a"], ["-c", "small"], ["-dc", "b.gz"],
                 ["-cdf", "small"], ["-c", "small", "a"]):
        with open("/dev/full", "wb") as full:
            r = wdzip(*args, stdin=None, stdout=full)
        equal((r.returncode, r.stderr),
              (1, b"wdzip: stdout: No space left on device\n"), f"{args}")
    equal(names(), ["a", "b.gz", "small"], "no file came or went")


FULL_DISK = r"""
set -e
mount -t tmpfs -o size=1m none "$1"
cp incompressible zeros.gz "$1"
cd "$1"
set +e
"$2" --device emu incompressible; echo "compress $?"
ls
"$2" --device emu -d zeros.gz; echo "decompress $?"
ls
"$2" --device emu -k - <zeros.gz >here; echo "stdout $?"
rm here incompressible
"$2" --device emu -dc zeros.gz >here; echo "stdout $?"
"""


def test_full_disk():
    """A tmpfs without room: the partial output goes, the input stays."""
    put("incompressible", noise(700 << 10))
    put("zeros.gz", gzip.compress(bytes(20 << 20)))
    os.mkdir("disk")
    probe = 'mount -t tmpfs -o size=1m none "$1"'
    for how in (["unshare", "-m"], ["unshare", "-rm"]):
        if shutil.which("unshare") and run(
                [*how, "sh", "-c", probe, "sh", "disk"]).returncode == 0:
            break
    else:
        skip("a small tmpfs", "neither root nor user namespaces may mount here;"
             " test_dev_full still covers the error itself")
        return
    print(f"# tmpfs through {' '.join(how)}")
    r = run([*how, "sh", "-c", FULL_DISK, "sh", "disk", WDZIP])
    out = r.stdout.decode().splitlines()
    equal(out, ["compress 1", "incompressible", "zeros.gz", "decompress 1",
                "incompressible", "zeros.gz", "stdout 0", "stdout 1"],
          "exit codes and files")
    equal(r.stderr.decode().splitlines(),
          ["wdzip: incompressible.gz: No space left on device",
           "wdzip: zeros: No space left on device",
           "wdzip: stdout: No space left on device"], "messages")


def test_file_size_limit():
    """RLIMIT_FSIZE: by signal, or as an error where that is ignored."""
    import resource

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    def limit_and_ignore():
        limit()
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    put("a.gz", gzip.compress(bytes(8 << 20)))
    r = run([WDZIP, "--device", "emu", "-d", "a.gz"], stdin=None,
            preexec_fn=limit, restore_signals=True)
    equal((r.returncode, names()), (-signal.SIGXFSZ, ["a.gz"]), "SIGXFSZ")
    r = run([WDZIP, "--device", "emu", "-d", "a.gz"], stdin=None,
            preexec_fn=limit_and_ignore, restore_signals=False)
    equal((r.returncode, r.stderr, names()),
          (1, b"wdzip: a: File too large\n", ["a.gz"]), "SIGXFSZ ignored")


def test_broken_pipe():
    """A reader that goes away: SIGPIPE in silence, or EPIPE with a message."""
    put("a", noise(8 << 20))
    put("b.gz", gzip.compress(bytes(32 << 20)))
    for args in (["-c", "a"], ["-dc", "b.gz"]):
        p = start(*args, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        p.stdout.read(10)
        p.stdout.close()
        err = p.stderr.read()
        equal((p.wait(60), err), (-signal.SIGPIPE, b""), f"{args}")
        p = start(*args, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                  restore_signals=False,
                  preexec_fn=lambda: signal.signal(signal.SIGPIPE,
                                                   signal.SIG_IGN))
        p.stdout.read(10)
        p.stdout.close()
        err = p.stderr.read()
        equal((p.wait(60), err), (1, b"wdzip: stdout: Broken pipe\n"),
              f"{args}, SIGPIPE ignored")


def wait_for(name, p):
    end = time.monotonic() + 60
    while not (os.path.exists(name) and os.path.getsize(name)):
        if p.poll() is not None or time.monotonic() > end:
            return False
        time.sleep(0.002)
    return True


def test_signals():
    """In the middle of the work: ends by the signal, partial output gone."""
    with open("big", "wb") as f:
        f.truncate(40 << 30)
    member = gzip.compress(bytes(64 << 20))
    with open("many.gz", "wb") as f:
        for _ in range(500):
            f.write(member)
    before = names()
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        for args, out in ((["-9", "big"], "big.gz"), (["-d", "many.gz"], "many")):
            p = start(*args, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
            there = wait_for(out, p)
            p.send_signal(sig)
            err = p.communicate(timeout=60)[1]
            equal((there, p.returncode, err, names()),
                  (True, -sig, b"", before), f"{sig.name} in {args}")
    p = start("-9", "big", stdin=subprocess.DEVNULL, restore_signals=False,
              preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    there = wait_for("big.gz", p)
    p.send_signal(signal.SIGHUP)
    time.sleep(0.1)
    equal((there, p.poll()), (True, None), "an ignored SIGHUP stays ignored")
    p.send_signal(signal.SIGINT)
    equal((p.wait(60), names()), (-signal.SIGINT, before), "SIGINT after that")
    # Output of somebody else must not be removed.
    put("precious.gz", b"precious")
    p = start("-c", "big", stdin=subprocess.DEVNULL,
              stdout=subprocess.DEVNULL)
    time.sleep(0.2)
    p.send_signal(signal.SIGINT)
    equal((p.wait(60), get("precious.gz")), (-signal.SIGINT, b"precious"),
          "SIGINT with -c")


def test_signal_storm():
    """At any moment: either both files are as before, or all is done."""
    data = text(4 << 20)
    for i in range(40):
        put("a", data)
        p = start("-1", "a", stdin=subprocess.DEVNULL)
        time.sleep(i * 0.001)
        p.send_signal(signal.SIGTERM)
        code = p.wait(60)
        left = names()
        # The name of the output without the input is the end of the work;
        # both may be there when the signal came between close and removal.
        done = "a.gz" in left
        good = (left in (["a"], ["a.gz"], ["a", "a.gz"]) and
                code in (0, -signal.SIGTERM) and
                (not done or gzip.decompress(get("a.gz")) == data) and
                ("a" not in left or get("a") == data))
        ok(good, f"SIGTERM after {i} ms", f"{code} {left}")
        for n in left:
            os.unlink(n)


def test_grows():
    """An input that changes its size is kept."""
    with open("a", "wb") as f:
        f.truncate(512 << 20)       # seconds of work at -9, for the signal to come in
    p = start("-9", "a", stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    there = wait_for("a.gz", p)
    p.send_signal(signal.SIGSTOP)
    with open("a", "ab") as f:
        f.write(b"more")
    p.send_signal(signal.SIGCONT)
    err = p.communicate(timeout=600)[1]
    equal((there, p.returncode, err, names()),
          (True, 2, b"wdzip: a: file size changed while zipping -- kept\n",
           ["a", "a.gz"]), "a file that grows")


def on_terminal(args, keys=b"", which=(0, 1, 2), stdin=None, seconds=60):
    """Run with some of the standard files on a terminal; code and its text."""
    master, slave = pty.openpty()
    files = [slave if i in which else stdin if i == 0 else subprocess.PIPE
             for i in range(3)]
    p = start(*args, stdin=files[0], stdout=files[1], stderr=files[2])
    os.close(slave)
    os.write(master, keys)
    seen = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([master], [], [], 0.05)[0]:
            try:
                got = os.read(master, 65536)
            except OSError:
                break
            if not got:
                break
            seen += got
        elif p.poll() is not None:
            break
    others = [f.read() for f in (p.stdout, p.stderr) if f]
    code = p.wait(60)
    os.close(master)
    return code, seen, others


def test_terminal():
    """Compressed data do not go to a terminal, nor come from one."""
    put("a", b"data" * 1000)
    for args in ([], ["-c", "a"], ["-"]):
        code, seen, others = on_terminal(args, which=(1,),
                                         stdin=subprocess.DEVNULL)
        equal((code, seen), (1, b""), f"{args}: exit code")
        ok(b"compressed data not written to a terminal" in others[0],
           f"{args}: message", others)
    code, seen, _ = on_terminal(["-cf", "a"], which=(1,),
                                stdin=subprocess.DEVNULL)
    ok(code == 0 and seen.startswith(b"\x1f\x8b"), "-cf writes it", seen[:50])
    code, _, others = on_terminal(["-d"], which=(0,))
    equal(code, 1, "-d: exit code")
    ok(b"compressed data not read from a terminal" in others[1],
       "-d: message", others)
    put("b.gz", gzip.compress(b"plain\n"))
    code, seen, _ = on_terminal(["-dc", "b.gz"], which=(1,),
                                stdin=subprocess.DEVNULL)
    equal((code, seen), (0, b"plain\r\n"), "plain data go to a terminal")


def test_question():
    """On a terminal wdzip asks before it overwrites."""
    for keys, code, over in ((b"y\n", 0, True), (b"n\n", 2, False),
                             (b"\n", 2, False), (b"Yes\n", 0, True),
                             (b"\x04", 2, False)):
        put("a", b"new")
        put("a.gz", b"old")
        got, seen, _ = on_terminal(["-k", "a"], keys)
        ok(got == code and (get("a.gz") != b"old") == over and
           b"a.gz already exists; do you wish to overwrite (y or n)?" in seen,
           f"answer {keys!r}", f"{got} {seen!r}")


def test_progress():
    """A bar for work of more than a second, on a terminal, not with -q."""
    put("quick", text(1 << 20))
    # Now and then a busy machine takes a second even for that, not always.
    for _ in range(100):
        code, seen, _ = on_terminal(["-kf", "quick"], which=(2,))
        if code or not seen:
            break
    equal((code, seen), (0, b""), "no bar for a small file")
    with open("big", "wb") as f:
        f.truncate(100 << 30)
    for args, bar in ((["-9", "big"], True), (["-9q", "big"], False)):
        master, slave = pty.openpty()
        p = start(*args, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                  stderr=slave)
        os.close(slave)
        seen = b""
        if bar:
            seen = os.read(master, 65536)
        else:
            time.sleep(2)
        p.send_signal(signal.SIGTERM)
        p.wait(60)
        while select.select([master], [], [], 0)[0]:
            try:
                seen += os.read(master, 65536)
            except OSError:
                break
        os.close(master)
        shown = re.search(rb"\rbig|big: \[[#.]{24}\] +\d+%, \d+ MB/s", seen)
        equal(bool(shown), bar, f"{args}: {'a' if bar else 'no'} bar")
    p = start("-9", "big", stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(1.5)
    p.send_signal(signal.SIGTERM)
    equal(p.communicate(timeout=60)[1], b"", "no bar without a terminal")


main(test_dev_full, test_full_disk, test_file_size_limit, test_broken_pipe,
     test_signals, test_signal_storm, test_grows, test_terminal,
     test_question, test_progress)
