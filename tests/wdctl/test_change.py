#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""vfs, isolate and watch: what changes a device, and what sees it change."""
import ctypes
import json
import os
import signal
import struct
import subprocess
import time

from wdctltest import (MACHINE, PF, VF, Machine, as_nobody, equal, main, ok, skip,
                       text)

NUMVFS = f"/sys/bus/pci/devices/{PF}/sriov_numvfs"
STRATEGY = "/sys/class/uacce/hisi_zip-0/isolate_strategy"


def test_vfs():
    m = Machine()
    r = m.run("vfs", "hisi_zip-0")
    equal((r.returncode, text(r)), (0, "hisi_zip-0: 0 of 63 virtual functions\n"),
          "how many there are")
    r = m.run("vfs", "hisi_zip-0", "5")
    equal((r.returncode, r.stderr, m.get(NUMVFS)), (0, b"", "5\n"), "five")
    r = m.run("vfs", PF, "63")
    equal((r.returncode, m.get(NUMVFS)), (0, "63\n"), "all, by address")
    r = m.run("vfs", "hisi_zip-0", "64")
    ok(r.returncode == 1 and b"there can be 63" in r.stderr and
       m.get(NUMVFS) == "63\n", "one too many", r.stderr)
    r = m.run("vfs", "hisi_zip-0", "0")
    equal((r.returncode, m.get(NUMVFS)), (0, "0\n"), "none")
    equal(m.run("vfs", "hisi_zip-0", "0").returncode, 0, "none again")


IN_MODIFY = 2
IN_CLOSE_WRITE = 8


class Writes:
    """How often a file is written to, by inotify."""

    def __init__(self, path):
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self.fd < 0 or libc.inotify_add_watch(
                self.fd, path.encode(), IN_MODIFY | IN_CLOSE_WRITE) < 0:
            raise OSError(ctypes.get_errno(), "inotify")

    def count(self):
        try:
            events = os.read(self.fd, 4096)
        except BlockingIOError:
            events = b""
        os.close(self.fd)
        # Two of a kind in a row are one: what lies between keeps them apart.
        return sum(mask == IN_CLOSE_WRITE
                   for _, mask, _, _ in struct.iter_unpack("iIII", events))


def test_vfs_writes():
    """The kernel goes from 3 to 5 by way of 0 only."""
    for before, after, wanted in ((0, 5, 1), (3, 5, 2), (3, 0, 1), (5, 5, 0)):
        m = Machine()
        m.put(NUMVFS, f"{before}\n")
        writes = Writes(m.path(NUMVFS))
        r = m.run("vfs", "hisi_zip-0", str(after))
        equal((r.returncode, writes.count(), m.get(NUMVFS)),
              (0, wanted, f"{after}\n"), f"{before} to {after}")


def test_vfs_refused():
    m = Machine()
    m.pci(VF, 0x19e5, 0xa251, driver="hisi_zip")
    r = m.run("vfs", VF, "1")
    ok(r.returncode == 1 and b"name the physical one" in r.stderr,
       "of a virtual function", r.stderr)
    r = m.run("vfs", "emu", "1")
    ok(r.returncode == 1 and b"cannot have virtual functions" in r.stderr,
       "of the built-in device", r.stderr)
    m.remove(NUMVFS)
    os.symlink("/dev/full", m.path(NUMVFS))
    r = m.run("vfs", "hisi_zip-0", "1")
    ok(r.returncode == 1, "a file that is none", r.stderr)
    user = as_nobody()
    if not user:
        skip("without permission", "only root can become an ordinary user")
        return
    m = Machine()
    r = m.run("vfs", "hisi_zip-0", "1", **user)
    ok(r.returncode == 4 and b"sudo wdctl vfs hisi_zip-0 1" in r.stderr and
       m.get(NUMVFS) == "0\n", "without permission", r.stderr)
    equal(m.run("vfs", "hisi_zip-0", **user).returncode, 0, "looking is free")


def test_isolate():
    m = Machine()
    r = m.run("isolate", "hisi_zip-0")
    equal((r.returncode, text(r)),
          (0, "hisi_zip-0: in service, never isolated\n"), "as it is")
    r = m.run("isolate", "hisi_zip-0", "7")
    equal((r.returncode, r.stderr, m.get(STRATEGY)), (0, b"", "7\n"), "seven")
    equal(text(m.run("isolate", PF)),
          "hisi_zip-0: in service, isolated after more than 7 errors in an hour\n",
          "is told")
    m.attribute("isolate", 1)
    ok("isolated, " in text(m.run("isolate", "hisi_zip-0")), "an isolated one")
    r = m.run("isolate", "hisi_zip-0", "never")
    equal((r.returncode, m.get(STRATEGY)), (0, "0\n"), "never")
    r = m.run("isolate", "emu", "1")
    equal(r.returncode, 1, "not the built-in device")
    m.remove(STRATEGY)
    r = m.run("isolate", "hisi_zip-0", "1")
    ok(r.returncode == 1 and b"knows no threshold" in r.stderr,
       "a kernel driver that cannot", r.stderr)
    user = as_nobody()
    if not user:
        skip("without permission", "only root can become an ordinary user")
        return
    m = Machine()
    r = m.run("isolate", "hisi_zip-0", "1", **user)
    ok(r.returncode == 4 and b"sudo wdctl isolate hisi_zip-0 1" in r.stderr,
       "without permission", r.stderr)


def start_watch(m, *args):
    env = dict(os.environ, LC_ALL="C", WDCTL_ROOT=m.root)
    return subprocess.Popen([MACHINE, "watch", "-n", "1", *args], env=env,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_watch():
    m = Machine()
    r = m.run("watch", "-c", "2", "-n", "1")
    equal((r.returncode, len(text(r).splitlines())), (0, 5),
          "two looks at two devices below a head")
    r = m.run("watch", "-c", "1", "--json", "hisi_zip-0")
    one = json.loads(r.stdout)
    ok(one["queues"]["free"] == 200 and "time" in one, "as JSON", r.stdout)


def test_watch_change():
    """A device that changes, goes and comes back."""
    m = Machine()
    p = start_watch(m, "--json", "hisi_zip-0")
    try:
        equal(json.loads(p.stdout.readline())["state"], "ready", "ready")
        m.attribute("available_instances", 0)
        state = "ready"
        while state == "ready":
            state = json.loads(p.stdout.readline())["state"]
        equal(state, "busy", "busy")
        os.rename(m.path("/sys/class/uacce"), m.path("/sys/class/away"))
        time.sleep(1.5)
        os.rename(m.path("/sys/class/away"), m.path("/sys/class/uacce"))
        equal(json.loads(p.stdout.readline())["state"], "busy", "back again")
        p.send_signal(signal.SIGINT)
        equal(p.wait(timeout=20), 0, "an interrupt ends it well")
    finally:
        p.kill()
        p.communicate()
    p = start_watch(m)
    p.stdout.readline()
    p.stdout.close()
    try:
        ok(p.wait(timeout=20) != 0, "a reader that goes ends it")
    finally:
        p.kill()
        p.stderr.close()


main(test_vfs, test_vfs_writes, test_vfs_refused, test_isolate, test_watch,
     test_watch_change)
