#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""list and show: what they say about machines of all kinds."""
import json
import os

from wdctltest import (MACHINE, PF, VF, WDCTL, Machine, as_nobody, equal, main,
                       ok, run, skip, text)


def listing(machine, **kw):
    r = machine.run("list", "--json", **kw)
    equal((r.returncode, r.stderr), (0, b""), "list --json")
    return {d["name"] or d["pci"]["address"]: d for d in json.loads(r.stdout)}


def rows(machine, **kw):
    r = machine.run("list", **kw)
    equal((r.returncode, r.stderr), (0, b""), "list")
    return {line.split()[0]: line.split() for line in text(r).splitlines()}


def test_nothing():
    """A machine without accelerators has the built-in device."""
    m = Machine(accelerator=False)
    for program in (WDCTL, MACHINE):
        equal(list(listing(m, program=program)), ["emu"], "only that")
    emu = listing(m)["emu"]
    equal((emu["state"], emu["emulated"], emu["node"], emu["pci"]),
          ("ready", True, None, None), "it is ready and has no file")
    os.mkdir("nothing")
    r = run([MACHINE, "list", "--json"], root=os.path.abspath("nothing"))
    equal([d["name"] for d in json.loads(r.stdout)], ["emu"],
          "nor has a machine without sysfs")


def test_one():
    m = Machine()
    m.process(17, "backupd", "/dev/hisi_zip-0", "/dev/hisi_zip-0")
    m.process(18, "other", "/dev/null")
    got = listing(m)["hisi_zip-0"]
    wanted = {
        "name": "hisi_zip-0", "node": m.path("/dev/hisi_zip-0"),
        "state": "ready", "mode": "dma", "numa_node": 0,
        "queues": {"free": 200, "used": 2, "total": None},
        "algorithms": ["zlib", "gzip", "deflate"], "api": "hisi_qm_v3",
        "user_driver": "hisi_zip", "emulated": False, "isolated": 0,
        "isolate_threshold": 0, "dev_state": 0, "flags": 128,
        "region_mmio_bytes": 65536, "region_dus_bytes": 151552,
        "pci": {"address": PF, "driver": "hisi_zip", "driver_version": "0.1.0",
                "iommu": "DMA-FQ", "virtual_function": False, "vfs": 0,
                "max_vfs": 63}}
    equal(got, wanted, "everything about it")
    m.put(f"/sys/kernel/debug/hisi_qm/{PF}/state",
          "state     running\nqueues    256, 200 free\n")
    equal(listing(m)["hisi_zip-0"]["queues"],
          {"free": 200, "used": 56, "total": 256},
          "root sees how many queues there are in all")
    equal(rows(m)["hisi_zip-0"],
          ["hisi_zip-0", m.path("/dev/hisi_zip-0"), "ready", "dma", "0", "200",
           "56", "hisi_zip", "0.1.0", "zlib", "gzip", "deflate"], "the row")
    r = m.run("show", "hisi_zip-0")
    for line in ("state                ready", "mode                 dma",
                 "queues in all        256", "isolated             no",
                 "held by              backupd (pid 17, 2)",
                 "virtual functions    0 of 63",
                 "kernel driver        hisi_zip 0.1.0"):
        ok(line in text(r).splitlines(), f"show: {line}", text(r))
    for pid in range(100, 130):
        m.process(pid, "many", "/dev/hisi_zip-0")
    held = [line for line in text(m.run("show", "hisi_zip-0")).splitlines()
            if line.startswith("held by")][0]
    shown = held.count("pid")
    ok(5 < shown < 31 and held.endswith(f" and {31 - shown} more"),
       "processes that there is no room for are counted", held)
    equal(json.loads(m.run("show", "--json", PF).stdout),
          listing(m)["hisi_zip-0"], "show --json by address is the same")


def test_states():
    def state(change):
        m = Machine()
        change(m)
        found = listing(m)
        return found[sorted(k for k in found if k != "emu")[0]]["state"]

    def attribute(*args):
        return lambda m: m.attribute(*args)

    equal(state(lambda m: None), "ready", "ready")
    equal(state(attribute("available_instances", 0)), "busy", "busy")
    equal(state(attribute("isolate", 1)), "isolated", "isolated")
    equal(state(attribute("dev_state", -1)), "error", "error")
    equal(state(attribute("api", "x")), "unsupported", "unsupported")
    equal(state(lambda m: m.remove("/dev/hisi_zip-0")), "no-node", "no-node")
    equal(state(lambda m: m.remove("/sys/class/uacce/hisi_zip-0/flags")),
          "broken", "broken")
    equal(state(lambda m: m.remove("/sys/class/uacce")), "no-queues",
          "no-queues")
    equal(state(lambda m: m.unload()), "no-driver", "no-driver")

    def lend(m):
        m.unload()
        m.link(f"/sys/bus/pci/devices/{PF}/driver", "../../vfio-pci")

    equal(state(lend), "lent", "lent")


def test_modes():
    """From the flags, where the kernel has no words for it."""
    for flags, mode in ((1, "sva"), (7, "sva"), (16, "share-domain"),
                        (4, "pasid"), (2, "noiommu"), (128, "dma"), (0, None)):
        m = Machine()
        m.remove("/sys/class/uacce/hisi_zip-0/mode")
        m.attribute("flags", flags)
        equal(listing(m)["hisi_zip-0"]["mode"], mode, f"flags {flags}")


def test_many():
    """Devices in the order of their numbers, then what has no number."""
    m = Machine()
    for i in range(1, 12):
        address = f"0000:{i:02x}:00.0"
        m.pci(address, 0x19e5, 0xa250, driver="hisi_zip")
        m.uacce(f"hisi_zip-{i}", address, node_id=-1)
    m.pci(VF, 0x19e5, 0xa251)
    equal(list(listing(m)), [f"hisi_zip-{i}" for i in range(12)] + [VF, "emu"],
          "twelve devices, a function, the built-in one")
    equal(listing(m)["hisi_zip-3"]["numa_node"], -1, "no node")
    equal(rows(m)["hisi_zip-3"][4], "any", "is any node in the table")
    equal(json.loads(m.run("show", "--json", VF).stdout)["pci"]
          ["virtual_function"], True, "a virtual function is called one")


def test_user():
    """An ordinary user sees what is his to see, and that there is more."""
    user = as_nobody()
    if not user:
        skip("an ordinary user",
             "only root can become one, and the program must be readable for it")
        return
    m = Machine()
    m.process(17, "backupd", "/dev/hisi_zip-0")
    os.chmod(m.path("/proc/17/fd"), 0o700)
    os.chmod(m.path("/dev/hisi_zip-0"), 0o600)
    got = listing(m, **user)["hisi_zip-0"]
    equal((got["state"], got["queues"]["used"]), ("denied", None),
          "denied, and the queues in use are not known")
    ok("nobody of whom you may know" in text(m.run("show", "hisi_zip-0", **user)),
       "show says so")


main(test_nothing, test_one, test_states, test_modes, test_many, test_user)
