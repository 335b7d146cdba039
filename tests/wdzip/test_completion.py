#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What bash offers, held against what wdzip takes."""
import gzip
import os
import re
import zlib

from wdztest import WDZIP, equal, get, main, ok, put, run, wdzip
from completion import TOOLS, completions

MANUAL = os.path.join(TOOLS, "wdzip", "wdzip.1")


def offered(*words, **kw):
    return sorted(completions(WDZIP, *words, **kw))


def refusal(*args):
    """What wdzip says to an argument that it does not take."""
    return run([WDZIP, *args], stdin=None).stderr.decode()


def test_options():
    """All of the help, so none can be forgotten, and nothing but options."""
    shown = run([WDZIP, "--help"], stdin=None).stdout.decode()
    longs = set(re.findall(r"^ +(?:-\w, +)?(--[a-z-]+)", shown, re.M))
    ok(len(longs) > 15 and {"--decompress", "--format"} <= longs,
       "the help has options", longs)
    equal(set(offered("--")), longs, "all long ones, and no others")
    shorts = set(re.findall(r"^ +(-\w),", shown, re.M))
    ok({"-d", "-1", "-9"} <= shorts, "the help has short ones", shorts)
    shorts |= {f"-{level}" for level in range(1, 10)}
    equal(set(offered("-")), longs | shorts, "all short ones, and each level")
    equal(offered("--no"), ["--no-name"], "those that begin so")
    equal(offered("f", "-k", "--syn"), ["--synchronous"], "behind a file")


def test_values():
    formats = re.search(r"\((.*)\)", refusal("--format", "none")).group(1)
    formats = sorted(re.findall(r"\w{3,}", formats))
    equal(len(formats), 3, "wdzip knows its formats")
    for words in (["--format", ""], ["--format", "="], ["--format", "=", ""]):
        equal(offered(*words), formats, f"{words}")
    equal(offered("--format", "=", "z"), ["zlib"], "the start of one")
    last = int(re.search(r"1 to (\d+)", refusal("-p", "0")).group(1))
    numbers = sorted(str(n) for n in range(1, last + 1))
    for words in (["-p", ""], ["-kp", ""], ["--queues", ""],
                  ["--queues", "=", ""]):
        equal(offered(*words), numbers, f"{words}")
    put("file", b"")
    for words in (["-S", ""], ["-dS", ""], ["--suffix", "="]):
        equal(offered(*words), [], f"{words}: any text, and no file")


def test_devices():
    equal(offered("--device", "", sys="/nowhere"), ["auto", "emu"],
          "without an accelerator")
    for name in offered("--device", "", sys="/nowhere"):
        r = run([WDZIP, "-qc", "--device", name], stdin=b"data")
        equal((r.returncode, gzip.decompress(r.stdout)), (0, b"data"),
              f"wdzip takes {name}")
    for number in (0, 1, 10):
        os.makedirs(f"sys/class/uacce/hisi_zip-{number}")
    here = os.path.abspath("sys")
    equal(offered("--device", "=", sys=here),
          ["auto", "emu", "hisi_zip-0", "hisi_zip-1", "hisi_zip-10"],
          "with three")
    equal(offered("--device", "hisi_zip-1", sys=here),
          ["hisi_zip-1", "hisi_zip-10"], "those that begin so")


def packed_as(name):
    """Data in the format that the suffix stands for."""
    wbits = {".zz": 15, ".deflate": -15}.get(os.path.splitext(name.lower())[1], 31)
    c = zlib.compressobj(wbits=wbits)
    return c.compress(b"data") + c.flush()


def test_suffixes():
    """With -d the files that wdzip takes, and each suffix of the manual."""
    with open(MANUAL, encoding="ascii") as f:
        section = f.read().split(".It Fl d ,")[1].split(".It Fl f ,")[0]
    named = set(re.findall(r"^\.Pa (\S+)", section, re.M)) - {".tar"}
    ok({".gz", ".zz", "_z"} <= named, "the manual has suffixes", named)
    names = ["x" + s for s in named] + ["X" + s.upper() for s in named]
    names += ["n.txt", "ngz", "n", "n.g", "n.gz.txt", "n.tz", "n_gz", "n.zz.",
              "n-zz", "n,z", "n.zip", "n.tar", "n.t_gz", ".gz", "-z", "two words.gz"]
    for name in names:
        put(name, packed_as(name))
    taken = [name for name in names if wdzip("-dkf", "--", name).returncode == 0]
    ok({"x" + s for s in named} <= set(taken), "wdzip takes those of the manual",
       taken)
    left = set(os.listdir(".")) - set(names)
    for name in left:
        equal(get(name), b"data", f"made of its content: {name}")
        os.unlink(name)
    for words in (["-d"], ["--decompress"], ["--uncompress"], ["-cd"], ["-t"],
                  ["--test"], ["-vl"], ["--list"], ["-k", "-d", "-v"],
                  ["--device", "=", "emu", "-d"]):
        equal(offered(*words, ""), sorted(taken), f"{words}")
    equal(offered("-d", "x."), sorted(n for n in taken if n.startswith("x.")),
          "those that begin so")
    equal(offered("-d", "--", "-"), [], "behind --: names only")
    for words in ([], ["-c"], ["-p", "4"], ["-Sd"], ["--suffix", "=", ".d"]):
        equal(offered(*words, ""), sorted(names), f"{words}: compresses any file")


def test_own_suffix():
    for name in ("a.own", "a.OWN", "a.gz", "a.txt", ".own"):
        put(name, gzip.compress(b"data"))
    for words in (["-d", "-S", ".own"], ["-dS", ".own"], ["-dS.own"],
                  ["--suffix", "=", ".own", "-d"], ["--suffix", ".own", "-d"]):
        equal(offered(*words, ""), ["a.OWN", "a.gz", "a.own"], f"{words}")
    for name in ("a.own", "a.OWN"):
        equal(wdzip("-dkfS", ".own", name).returncode, 0, f"wdzip takes {name}")
    equal(offered("-d", ""), ["a.gz"], "without one")


def test_folders():
    os.makedirs("folder.d/deeper")
    put("folder.d/x.gz", gzip.compress(b"data"))
    put("folder.d/.gz", gzip.compress(b"data"))
    put("folder.d/x.txt", b"data")
    put("-dash.gz", gzip.compress(b"data"))
    equal(offered("-d", ""), ["-dash.gz", "folder.d"], "a folder may have some")
    equal(offered("-d", "folder.d/"), ["folder.d/deeper", "folder.d/x.gz"],
          "and what it has")
    equal(offered("-d", "--", "-"), ["-dash.gz"], "a name that begins with -")
    equal(offered("-r", "f"), ["folder.d"], "to compress")
    equal(offered("-d", "nothing"), [], "nothing of that name")
    os.environ["HOME"] = os.getcwd()
    equal(offered("-d", "~/f"), ["~/folder.d"], "a home folder's")


main(test_options, test_values, test_devices, test_suffixes, test_own_suffix,
     test_folders)
