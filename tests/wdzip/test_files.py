#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Files: suffixes, metadata, what is left alone, what is never overwritten."""
import gzip
import os
import stat
import zlib

from wdztest import (WDZIP, equal, get, main, ok, peer, put, run, skip, text,
                     wdzip)

DATA = text(20000)


def names(folder="."):
    return sorted(os.listdir(folder))


def clear():
    for n in os.listdir("."):
        run(["rm", "-rf", "--", "./" + n])


def check(args, code, message, left, what):
    """Exit code, a piece of the message and the files that are there after."""
    r = wdzip(*args, stdin=None)
    good = r.returncode == code and names() == sorted(left)
    good = good and (message in r.stderr if message else not r.stderr)
    ok(good, what, f"{r.returncode} {r.stderr!r} {names()}")
    return r


def test_suffixes():
    """Names that are made, and those that are refused."""
    packed = gzip.compress(DATA)
    made = (("a.gz", "a"), ("a.tgz", "a.tar"), ("a.taz", "a.tar"),
            ("a.z", "a"), ("a-gz", "a"), ("a-z", "a"), ("a_z", "a"),
            ("a.GZ", "a"), ("a.b.gz", "a.b"), ("a.gz.gz", "a.gz"),
            (" .gz", " "))
    for name, result in made:
        clear()
        put(name, packed)
        check(["-d", name], 0, b"", [result], f"-d {name!r}")
        equal(get(result) == DATA, True, f"-d {name!r}: bytes")
    for name in ("a", "a.x", ".gz", "a.gzz", "gz", "a.tar"):
        clear()
        put(name, packed)
        check(["-d", name], 2, b"unknown suffix -- ignored", [name],
              f"-d {name}")
        check(["-dq", name], 2, b"", [name], f"-dq {name}")
        r = wdzip("-dc", name, stdin=None)
        equal((r.returncode, r.stdout == DATA), (0, True), f"-dc {name}")
        check(["-t", name], 0, b"", [name], f"-t {name}")
    for name in ("a.gz", "a.tgz", "a.taz", "a.z", "a.zz", "a.deflate"):
        clear()
        put(name, DATA)
        suffix = name[1:].encode()
        check([name], 0, b"already has " + suffix + b" suffix -- unchanged",
              [name], f"{name} is not compressed")
        check(["-f", name], 0, b"", [name + ".gz"], f"-f {name}")
    clear()
    put("a", DATA)
    check(["-S", ".foo", "a"], 0, b"", ["a.foo"], "-S .foo")
    check(["-S", ".foo", "a.foo"], 0, b"already has .foo suffix", ["a.foo"],
          "-S .foo again")
    check(["-d", "a.foo"], 2, b"unknown suffix", ["a.foo"], "-d a.foo")
    check(["-d", "-S", ".foo", "a.foo"], 0, b"", ["a"], "-d -S .foo")
    check(["-d", "a"], 2, b"unknown suffix", ["a"], "-d a")
    put("b.gz", packed)
    check(["-d", "b"], 0, b"", ["a", "b"], "-d b finds b.gz")
    check(["-d", "c"], 1, b"c: No such file or directory", ["a", "b"],
          "-d of nothing")


def test_format_suffixes():
    """.zz and .deflate, made and recognised."""
    for name, suffix, wbits in (("zlib", ".zz", 15), ("deflate", ".deflate", -15)):
        clear()
        put("a", DATA)
        check(["--format", name, "a"], 0, b"", ["a" + suffix], f"{name}: name")
        equal(zlib.decompress(get("a" + suffix), wbits) == DATA, True,
              f"{name}: bytes")
        check(["-t", "a" + suffix], 0, b"", ["a" + suffix], f"{name}: -t")
        check(["-d", "a" + suffix], 0, b"", ["a"], f"{name}: -d by suffix")
        equal(get("a") == DATA, True, f"{name}: bytes again")
    clear()
    put("a.zz", zlib.compress(DATA))
    put("b.gz", gzip.compress(DATA))
    check(["-d", "a.zz", "b.gz"], 0, b"", ["a", "b"], "two formats in one run")
    if peer("pigz"):
        run(["pigz", "-zk", "a"])
        os.unlink("a")
        check(["-d", "a.zz"], 0, b"", ["a", "b"], "pigz -z and back")


def test_metadata():
    """Mode, times and owner follow the file both ways."""
    for mode in (0o600, 0o640, 0o644, 0o444, 0o755):
        clear()
        put("a", DATA, mode)
        when = (1234567890_123456789, 1111111111_987654321)
        os.utime("a", ns=when)
        for args, name in ((["a"], "a.gz"), (["-d", "a.gz"], "a")):
            r = wdzip(*args, stdin=None)
            st = os.stat(name)
            equal((r.returncode, st.st_mode & 0o7777, st.st_mtime_ns),
                  (0, mode, when[1]), f"mode {mode:o} and time of {name}")
    if os.geteuid():
        skip("owner and group", "they can only be changed by root")
        return
    clear()
    put("a", DATA, 0o4755)
    os.chown("a", 1234, 4321)
    os.chmod("a", 0o4755)
    check(["-f", "a"], 0, b"", ["a.gz"], "-f of a set-user-ID file")
    st = os.stat("a.gz")
    equal((st.st_uid, st.st_gid, st.st_mode & 0o7777), (1234, 4321, 0o755),
          "owner and group are kept, set-user-ID is not")


def test_names_in_header():
    """-n and -N, both ways."""
    def header(packed):
        name = packed[10:packed.index(b"\0", 10)] if packed[3] & 8 else None
        return name, int.from_bytes(packed[4:8], "little")

    put("a", DATA)
    os.utime("a", (1e9, 1e9))
    for args, due in ((["-k"], (b"a", 10**9)), (["-kN"], (b"a", 10**9)),
                      (["-kn"], (None, 0))):
        check([*args, "a"], 0, b"", ["a", "a.gz"], f"{args}")
        equal(header(get("a.gz")), due, f"{args}: header")
        os.unlink("a.gz")
    equal(header(wdzip("-c", stdin=DATA).stdout), (None, 0), "of a pipe")
    os.mkdir("d")
    os.rename("a", "d/a")
    wdzip("d/a")
    equal(header(get("d/a.gz"))[0], b"a", "without its folder")
    os.rename("d/a.gz", "d/b.gz")
    os.utime("d/b.gz", (1.1e9, 1.1e9))
    wdzip("-dk", "d/b.gz")
    equal((names("d"), os.stat("d/b").st_mtime), (["b", "b.gz"], 1.1e9),
          "-d: the file's own name and time")
    os.unlink("d/b")
    wdzip("-dN", "d/b.gz")
    equal((names("d"), os.stat("d/a").st_mtime), (["a"], 1e9),
          "-dN: name and time of the header, in the folder of the file")
    for stored in (b"../../evil", b"/tmp/evil", b"x/evil"):
        clear()
        os.mkdir("in")
        put("in/c.gz", b"\x1f\x8b\x08\x08\0\0\0\0\0\3" + stored + b"\0" +
            gzip.compress(DATA)[10:])
        wdzip("-dN", "in/c.gz")
        equal((names(), names("in")), (["in"], ["evil"]), f"-dN of {stored}")
    for stored in (b"..", b".", b"x/..", b"", b"x/"):
        clear()
        put("c.gz", b"\x1f\x8b\x08\x08\0\0\0\0\0\3" + stored + b"\0" +
            gzip.compress(DATA)[10:])
        check(["-dN", "c.gz"], 0, b"", ["c"], f"-dN of {stored}")
    clear()
    put("n" * 255, DATA)
    r = wdzip("n" * 255)
    equal((r.returncode, names()), (1, ["n" * 255]), "no room for a suffix")
    ok(b"File name too long" in r.stderr, "and it is said", r.stderr)
    r = wdzip("-c", "n" * 255)
    equal(gzip.decompress(r.stdout) == DATA, True, "but -c works")


def test_left_alone():
    """What is no plain file of its own: gzip's exit codes and messages."""
    os.mkdir("d")
    check(["d"], 2, b"wdzip: d is a directory -- ignored\n", ["d"], "a folder")
    check(["-q", "d"], 2, b"", ["d"], "a folder and -q")
    check(["-c", "d"], 2, b"is a directory", ["d"], "a folder and -c")
    os.mkfifo("p")
    check(["p"], 2, b"p is not a directory or a regular file - ignored",
          ["d", "p"], "a FIFO")
    check(["/dev/null"], 2, b"not a directory or a regular file", ["d", "p"],
          "a device")
    clear()
    put("a", DATA)
    os.link("a", "b")
    check(["a"], 2, b"a has 1 other link -- file ignored", ["a", "b"],
          "a hard link")
    os.link("a", "c")
    check(["a"], 2, b"a has 2 other links -- file ignored", ["a", "b", "c"],
          "two hard links")
    check(["-f", "a"], 0, b"", ["a.gz", "b", "c"], "a hard link and -f")
    equal(get("b") == DATA, True, "the other name")
    clear()
    put("a", DATA)
    os.symlink("a", "l")
    check(["l"], 1, b"l: Too many levels of symbolic links", ["a", "l"],
          "a symbolic link")
    r = wdzip("-c", "l")
    equal(gzip.decompress(r.stdout) == DATA, True, "a symbolic link and -c")
    check(["-kf", "l"], 0, b"", ["a", "l", "l.gz"], "a symbolic link and -f")
    equal(gzip.decompress(get("l.gz")) == DATA, True, "its bytes")
    os.symlink("nowhere", "dead")
    check(["dead"], 1, b"dead: ", ["a", "l", "l.gz", "dead"], "a dead link")
    for bit, message in ((stat.S_ISUID, b"set-user-ID"),
                         (stat.S_ISGID, b"set-group-ID"),
                         (stat.S_ISVTX, b"sticky bit")):
        clear()
        put("a", DATA)
        os.chmod("a", 0o755 | bit)
        if not os.stat("a").st_mode & bit:
            skip(f"bit {bit:o}", "it cannot be set here, run it as root")
            continue
        check(["a"], 2, message, ["a"], f"bit {bit:o}")
    clear()
    check(["nothing", ""], 1, b"nothing: No such file or directory", [],
          "a missing file")
    put("a", DATA)
    check(["nothing", "a", "d"], 1, b"d: No such file", ["a.gz"],
          "a missing file does not stop the others")


def test_clobber():
    """Existing output stays, unless -f."""
    put("a", DATA)
    put("a.gz", b"precious")
    check(["a"], 2, b"a.gz already exists;\tnot overwritten", ["a", "a.gz"],
          "output exists")
    check(["-q", "a"], 2, b"", ["a", "a.gz"], "output exists and -q")
    equal(get("a.gz"), b"precious", "it is as it was")
    check(["-kf", "a"], 0, b"", ["a", "a.gz"], "-f")
    equal(gzip.decompress(get("a.gz")) == DATA, True, "-f: bytes")
    put("a", b"precious")
    check(["-d", "a.gz"], 2, b"a already exists", ["a", "a.gz"], "-d")
    equal(get("a"), b"precious", "-d: it is as it was")
    clear()
    put("a", DATA)
    put("target", b"precious")
    os.symlink("target", "a.gz")
    check(["a"], 2, b"a.gz already exists", ["a", "a.gz", "target"],
          "output is a link")
    check(["-kf", "a"], 0, b"", ["a", "a.gz", "target"], "and -f")
    equal((get("target"), os.path.islink("a.gz")), (b"precious", False),
          "the link is replaced, not followed")
    clear()
    put("a", DATA)
    os.symlink("nowhere", "a.gz")
    check(["a"], 2, b"a.gz already exists", ["a", "a.gz"],
          "output is a dead link")
    clear()
    put("a", DATA)
    os.mkdir("a.gz")
    check(["-f", "a"], 1, b"a.gz: Is a directory", ["a", "a.gz"],
          "output is a folder")
    clear()
    put("a.gz", gzip.compress(DATA))
    put("b.gz", gzip.compress(DATA)[:-9])
    put("b", b"precious")
    check(["-d", "a.gz", "b.gz"], 2, b"b already exists", ["a", "b", "b.gz"],
          "before the input is looked at")
    equal(get("b"), b"precious", "and it is as it was")


def test_keep():
    """The input goes when the output is there, not with -k, -c, -t, -l."""
    packed = gzip.compress(DATA)
    put("a.gz", packed)
    for args in (["-dk"], ["-dc"], ["-t"], ["-l"], ["-dkf"]):
        equal((wdzip(*args, "a.gz").returncode, get("a.gz") == packed),
              (0, True), f"{args}")
    os.unlink("a")
    check(["-d", "--synchronous", "a.gz"], 0, b"", ["a"], "--synchronous -d")
    check(["--synchronous", "./a"], 0, b"", ["a.gz"], "--synchronous")


def test_recursive():
    """-r goes into folders, takes what it should and nothing twice."""
    for d in ("t", "t/u", "t/u/v", "t/empty"):
        os.mkdir(d)
    for n in ("t/a", "t/u/b", "t/u/v/c"):
        put(n, DATA)
    put("t/done.gz", gzip.compress(DATA))
    r = wdzip("-r", "t")
    equal((r.returncode, r.stderr, names("t"), names("t/u"), names("t/u/v")),
          (0, b"", ["a.gz", "done.gz", "empty", "u"], ["b.gz", "v"], ["c.gz"]),
          "-r")
    equal(wdzip("-r", "t").returncode, 0, "-r again")
    equal(wdzip("-rt", "t").returncode, 0, "-rt")
    r = wdzip("-rd", "t/")
    equal((r.returncode, names("t"), names("t/u"), names("t/u/v")),
          (0, ["a", "done", "empty", "u"], ["b", "v"], ["c"]), "-rd")
    equal(get("t/u/v/c") == DATA, True, "bytes")
    os.mkdir("mix")
    put("mix/plain", DATA)
    put("mix/x.gz", gzip.compress(DATA))
    for args in (["-rt"], ["-rl"], ["-rdc"], ["-rdk"]):
        r = wdzip(*args, "mix")
        equal((r.returncode, r.stderr), (0, b""),
              f"{args} passes over what has no suffix")
    r = wdzip("-rtv", "mix")
    ok(r.returncode == 2 and b"mix/plain: unknown suffix" in r.stderr,
       "-rtv says so", r.stderr)
    os.symlink("../a", "t/u/link")
    os.symlink("..", "t/u/loop")
    r = wdzip("-r", "t")
    equal((r.returncode, names("t/u")), (1, ["b.gz", "link", "loop", "v"]),
          "links are not followed")


def test_permissions():
    """Files and folders that may not be read or written."""
    kw = {}
    if os.geteuid() == 0:
        kw = {"user": 65534, "group": 65534, "extra_groups": []}
        os.chmod(".", 0o777)
    me = 65534 if kw else os.getuid()

    def as_user(*args):
        return run([WDZIP, "--device", "emu", *args], stdin=None, **kw)

    try:
        as_user("--version")
    except PermissionError:
        skip("permissions", f"{WDZIP} cannot be run by another user; "
             "build where everybody may read")
        return
    put("secret", DATA, 0)
    if kw:
        os.chown("secret", 0, 0)
    r = as_user("secret")
    equal((r.returncode, r.stderr, names()),
          (1, b"wdzip: secret: Permission denied\n", ["secret"]),
          "an unreadable file")
    os.mkdir("ro")
    put("ro/a", DATA)
    os.chmod("ro", 0o555)
    r = as_user("ro/a")
    equal((r.returncode, r.stderr, names("ro")),
          (1, b"wdzip: ro/a.gz: Permission denied\n", ["a"]),
          "a folder that is read-only")
    r = as_user("-c", "ro/a")
    equal(gzip.decompress(r.stdout) == DATA, True, "but -c works")
    os.chmod("ro", 0o755)
    put("b", DATA, 0o664)
    if kw:
        os.chown("b", me, 0)
        r = as_user("b")
        st = os.stat("b.gz")
        equal((r.returncode, st.st_uid, st.st_gid, st.st_mode & 0o777),
              (0, me, 65534, 0o644),
              "rights of a group that cannot be kept are not given")
    else:
        skip("a group that cannot be kept", "run it as root")


main(test_suffixes, test_format_suffixes, test_metadata,
     test_names_in_header, test_left_alone, test_clobber, test_keep,
     test_recursive, test_permissions)
