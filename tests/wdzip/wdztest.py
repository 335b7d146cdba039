# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the tests of wdzip share: running programs, test data.

Each test program runs by itself: WDZIP=path/to/wdzip python3 test_x.py
"""
import glob
import os
import shutil
import subprocess
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from taplines import equal, ok, run_tests, skip

WDZIP = os.path.abspath(os.environ.get("WDZIP", "wdzip"))
SEGMENT = 2 << 20       # wdzip cuts its input at multiples of this, at most
HARDWARE = glob.glob("/dev/hisi_zip-*")

# Programs that read and write the same files, and what installs them.
PEERS = {
    "gzip": "gzip",
    "pigz": "pigz",
    "libdeflate-gzip": "libdeflate-tools",
    "igzip": "isal",
}


def peer(name):
    """Path of a peer, or None after a line that says what is missing."""
    path = shutil.which(name)
    if not path:
        skip(f"everything with {name}",
             f"{name} is missing, apt-get install {PEERS[name]}")
    return path


def environment():
    env = dict(os.environ, LC_ALL="C", TZ="UTC")
    env.pop("GZIP", None)
    env.pop("POSIXLY_CORRECT", None)
    return env


def run(args, stdin=b"", **kw):
    """Run to the end. stdin: bytes, a file, or None for nothing at all."""
    kw.setdefault("timeout", 300)
    kw.setdefault("stdout", subprocess.PIPE)
    kw.setdefault("stderr", subprocess.PIPE)
    if isinstance(stdin, bytes):
        kw["input"] = stdin
    else:
        kw["stdin"] = subprocess.DEVNULL if stdin is None else stdin
    return subprocess.run(args, env=environment(), **kw)


def wdzip(*args, **kw):
    """wdzip on the built-in device, whatever hardware the machine has."""
    return run([WDZIP, "--device", "emu", *args], **kw)


def start(*args, **kw):
    return subprocess.Popen([WDZIP, "--device", "emu", *args],
                            env=environment(), **kw)


def compress(data, *args):
    p = wdzip("-c", *args, stdin=data)
    if p.returncode or p.stderr:
        raise AssertionError(f"wdzip {args}: {p.returncode} {p.stderr!r}")
    return p.stdout


def put(name, data, mode=0o644):
    with open(name, "wb") as f:
        f.write(data)
    os.chmod(name, mode)
    return name


def get(name):
    with open(name, "rb") as f:
        return f.read()


def text(size=0):
    """Source text and licences, 20 MiB by repetition with changes."""
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    # What is built comes and goes while tests run.
    built = os.path.join(top, "build", "")
    names = sorted(n for n in glob.glob(top + "/**/*.[ch]", recursive=True)
                   if not n.startswith(built))
    names += sorted(glob.glob("/usr/share/common-licenses/*"))
    names += sorted(glob.glob("/usr/include/*.h"))
    once = b"".join(get(n) for n in names if os.path.isfile(n))
    data = bytearray()
    n = 0
    while len(data) < (size or 20 << 20):
        n += 1
        data += once.replace(b"int", b"i%dt" % n) + b"\n%d\n" % n
    return bytes(data[:size or 20 << 20])


def noise(size):
    return os.urandom(size)


def binaries():
    """Name and content of the largest programs of the system, and of bash."""
    names = [n for n in glob.glob("/usr/bin/*")
             if os.path.isfile(n) and not os.path.islink(n)
             and os.access(n, os.R_OK)]
    names.sort(key=os.path.getsize)
    for n in names[-3:] + ["/bin/bash"]:
        yield os.path.basename(n), get(n)[:6 << 20]


def main(*tests):
    """Run each test in an empty folder of its own; never returns."""
    if not os.access(WDZIP, os.X_OK):
        sys.exit(f"{WDZIP} cannot be run: set WDZIP to the program")
    run_tests(tests, "wdzip-")
