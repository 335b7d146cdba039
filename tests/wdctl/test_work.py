#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""selftest and bench, on the built-in device and on made-up ones that fail."""
import errno
import json
import xml.dom.minidom

from wdctltest import WDCTL, Machine, equal, main, ok, run, text


def test_selftest():
    r = run([WDCTL, "selftest", "emu"])
    equal((r.returncode, r.stderr), (0, b""), "selftest emu")
    ok(text(r).endswith("emu: 21 passed, 0 failed\n"), "all pass", text(r))
    r = run([WDCTL, "selftest", "--json", "emu"])
    report = json.loads(r.stdout)
    equal((report["device"], report["passed"], report["failed"],
           len(report["tests"])), ("emu", 21, 0, 21), "as JSON")
    m = Machine()
    r = m.run("selftest", "--json")
    equal((r.returncode, json.loads(r.stdout)["device"]), (0, "hisi_zip-0"),
          "hardware comes before the built-in device")
    m.attribute("algorithms", "zlib\ngzip")
    r = m.run("selftest", "--json", "hisi_zip-0")
    report = json.loads(r.stdout)
    ok(r.returncode == 0 and
       not any("deflate" in t["name"] for t in report["tests"]),
       "a device without raw deflate is not asked for it", report)


def test_selftest_fails():
    m = Machine()
    r = m.run("selftest", "hisi_zip-0", env={"WDCTL_FAULT": "shifted"})
    ok(r.returncode == 1 and "FAILED gzip, 4096 bytes: compression" in text(r),
       "wrong data are noticed", text(r))
    for code, fault, message in (
            (1, f"open={errno.EBUSY}", "all queues are in use"),
            (4, f"open={errno.EACCES}", "may not be opened"),
            (1, f"start={errno.EIO}", "the device failed")):
        r = m.run("selftest", "hisi_zip-0", env={"WDCTL_FAULT": fault})
        ok(r.returncode == code and message in r.stderr.decode(), fault,
           f"{r.returncode} {r.stderr!r}")


SHORT = ["bench", "-t", "5", "-s", "1k,64k"]


def test_bench():
    r = run([WDCTL, *SHORT, "emu"])
    equal((r.returncode, r.stderr), (0, b""), "bench emu")
    for word in ("64 KiB  compress", "1 KiB  decompress", "throughput, MB/s",
                 "64 KiB decompress |"):
        ok(word in text(r), f"has {word}", text(r))
    ok("|" not in text(run([WDCTL, *SHORT, "--no-plot", "emu"])), "--no-plot")
    r = run([WDCTL, *SHORT, "--json", "-q", "3", "--format", "zlib", "emu"])
    report = json.loads(r.stdout)
    equal((report["device"], report["format"], report["queues"]),
          ("emu", "zlib", 3), "as JSON")
    equal([(p["direction"], p["block_bytes"]) for p in report["points"]],
          [("compress", 1024), ("compress", 65536), ("decompress", 1024),
           ("decompress", 65536)], "every direction and size")
    for p in report["points"]:
        ok(p["latency_median_us"] > 0 and p["throughput_mb_s"] > 0 and
           p["latency_p99_us"] >= p["latency_median_us"] and p["ratio"] > 1,
           f"figures of {p['direction']} {p['block_bytes']}", p)


def test_bench_picture():
    r = run([WDCTL, *SHORT, "--svg", "a.svg", "emu"])
    equal(r.returncode, 0, "--svg")
    root = xml.dom.minidom.parse("a.svg").documentElement
    equal((root.tagName, len(root.getElementsByTagName("circle")),
           len(root.getElementsByTagName("polyline"))), ("svg", 8, 4),
          "a picture with two curves a panel and all points")
    for circle in root.getElementsByTagName("circle"):
        x, y = (float(circle.getAttribute(a)) for a in ("cx", "cy"))
        ok(80 <= x <= 720 and 64 <= y <= 632, "a point inside it", (x, y))
    r = run([WDCTL, "bench", "-t", "1", "-s", "4k", "--svg", "b.svg", "emu"])
    equal(r.returncode, 0, "one size")
    xml.dom.minidom.parse("b.svg")
    for name in ("/nowhere/a.svg", "/dev/full", "."):
        r = run([WDCTL, "bench", "-t", "1", "-s", "4k", "--svg", name, "emu"])
        ok(r.returncode == 1 and name.encode() in r.stderr, f"--svg {name}",
           f"{r.returncode} {r.stderr!r}")


def test_bench_file():
    with open("zeros", "wb") as f:
        f.write(bytes(1000))
    r = run([WDCTL, *SHORT, "--json", "--file", "zeros", "emu"])
    ok(json.loads(r.stdout)["points"][1]["ratio"] > 100,
       "a short file is repeated", r.stdout)
    open("empty", "wb").close()
    for name in ("empty", "missing", "."):
        r = run([WDCTL, *SHORT, "--file", name, "emu"])
        ok(r.returncode == 1 and name.encode() in r.stderr, f"--file {name}",
           f"{r.returncode} {r.stderr!r}")


def test_bench_fails():
    m = Machine()
    r = m.run(*SHORT, "--json", "hisi_zip-0")
    equal((r.returncode, json.loads(r.stdout)["device"]), (0, "hisi_zip-0"),
          "a device of the machine")
    for code, fault in ((1, "shifted"), (1, f"open={errno.EBUSY}"),
                        (4, f"open={errno.EPERM}"), (1, "silent")):
        r = m.run(*SHORT, "hisi_zip-0", env={"WDCTL_FAULT": fault})
        ok(r.returncode == code and b"hisi_zip-0: " in r.stderr, fault,
           f"{r.returncode} {r.stderr!r}")


main(test_selftest, test_selftest_fails, test_bench, test_bench_picture,
     test_bench_file, test_bench_fails)
