# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the tests of wdctl share: machines made of files, running it.

Each test program runs by itself:
WDCTL=path/to/wdctl WDCTL_MACHINE=path/to/wdctl_machine python3 test_x.py
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from modulefile import SRCVERSION, module_file
from taplines import equal, ok, run_tests, skip

WDCTL = os.path.abspath(os.environ.get("WDCTL", "wdctl"))
# The same program, whose library looks at the made-up machine as well.
MACHINE = os.path.abspath(os.environ.get("WDCTL_MACHINE", "wdctl_machine"))

RELEASE = "6.12.117+deb13-arm64"
PF = "0000:75:00.0"
VF = "0000:75:00.1"
NOBODY = 65534


def run(args, root=None, env=None, **kw):
    environment = dict(os.environ, LC_ALL="C", TZ="UTC", **(env or {}))
    environment.pop("POSIXLY_CORRECT", None)
    environment.pop("WDCTL_ROOT", None)
    if root:
        environment["WDCTL_ROOT"] = root
    kw.setdefault("timeout", 120)
    kw.setdefault("stdout", subprocess.PIPE)
    kw.setdefault("stderr", subprocess.PIPE)
    return subprocess.run(args, env=environment, stdin=subprocess.DEVNULL, **kw)


def text(r):
    return r.stdout.decode()


class Machine:
    """A server with one accelerator that works; tests break it."""

    def __init__(self, accelerator=True):
        self.root = tempfile.mkdtemp(prefix="machine-", dir=".")
        self.root = os.path.abspath(self.root)
        os.chmod(self.root, 0o755)
        self.kernel()
        self.pci("0000:00:00.0", 0x19e5, 0xa120)
        if accelerator:
            self.pci(PF, 0x19e5, 0xa250, driver="hisi_zip", vfs=63)
            self.uacce("hisi_zip-0", PF)

    def path(self, name):
        return self.root + "/" + name.lstrip("/")

    def put(self, name, data=""):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if isinstance(data, str):
            data = data.encode()
        with open(path, "wb") as f:
            f.write(data)
        return path

    def get(self, name):
        with open(self.path(name), "rb") as f:
            return f.read().decode()

    def link(self, name, to):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(to, path)

    def remove(self, name):
        path = self.path(name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)

    def kernel(self):
        self.put("/proc/sys/kernel/osrelease", RELEASE + "\n")
        self.put("/proc/self/status", "Name:\twdctl\nCapEff:\t0000000000000000\n")
        self.put(f"/boot/config-{RELEASE}",
                 "CONFIG_MODULES=y\nCONFIG_PCI=y\nCONFIG_PCI_MSI=y\n"
                 "CONFIG_CRYPTO=y\n# CONFIG_UACCE is not set\n")
        self.install()
        self.put(f"/lib/modules/{RELEASE}/build/Makefile")
        self.put("/var/lib/dkms/warpdrive/0.1.0/source")
        self.load("hisi_zip")

    def install(self, module="hisi_zip", suffix="", **fields):
        """As the only one: @fields are those of module_file()."""
        folder = f"/lib/modules/{RELEASE}"
        shutil.rmtree(self.path(folder + "/updates"), ignore_errors=True)
        name = f"updates/dkms/{module}.ko{suffix}"
        self.put(f"{folder}/{name}", module_file(module, suffix=suffix, **fields))
        self.put(f"{folder}/modules.dep", f"kernel/lib/crc.ko:\n{name}: "
                 "kernel/lib/crc.ko\n")

    def load(self, module, mode=2):
        self.put(f"/sys/module/{module}/taint", "OE\n")
        self.put(f"/sys/module/{module}/version", "0.1.0\n")
        self.put(f"/sys/module/{module}/srcversion", SRCVERSION + "\n")
        self.put(f"/sys/module/{module}/parameters/uacce_mode", f"{mode}\n")

    def unload(self, module="hisi_zip"):
        """The module is not loaded, so there is no driver and no device."""
        self.remove(f"/sys/module/{module}")
        shutil.rmtree(self.path("/sys/class/uacce"), ignore_errors=True)
        for name in os.listdir(self.path("/sys/bus/pci/devices")):
            driver = self.path(f"/sys/bus/pci/devices/{name}/driver")
            if os.path.islink(driver):
                os.unlink(driver)

    def pci(self, address, vendor, device, driver=None, iommu="DMA-FQ",
            vfs=None):
        folder = f"/sys/bus/pci/devices/{address}"
        self.put(folder + "/vendor", f"0x{vendor:04x}\n")
        self.put(folder + "/device", f"0x{device:04x}\n")
        self.put(folder + "/numa_node", "0\n")
        if driver:
            self.link(folder + "/driver", f"../../../drivers/{driver}")
        if iommu:
            self.put(folder + "/iommu_group/type", iommu + "\n")
        if vfs is not None:
            self.put(folder + "/sriov_totalvfs", f"{vfs}\n")
            self.put(folder + "/sriov_numvfs", "0\n")

    def iommu(self, kind):
        path = f"/sys/bus/pci/devices/{PF}/iommu_group"
        self.remove(path)
        if kind:
            self.put(path + "/type", kind + "\n")

    def uacce(self, name, address, **changes):
        attributes = {
            "algorithms": "zlib\ngzip\ndeflate", "api": "hisi_qm_v3",
            "available_instances": 200, "dev_state": 0, "flags": 128,
            "isolate": 0, "isolate_strategy": 0, "mode": "dma",
            "node_id": 0, "region_dus_size": 151552,
            "region_mmio_size": 65536,
        }
        attributes.update(changes)
        for key, value in attributes.items():
            if value is not None:
                self.put(f"/sys/class/uacce/{name}/{key}", f"{value}\n")
        if address:
            self.link(f"/sys/class/uacce/{name}/device",
                      f"../../../{address}")
        node = self.put(f"/dev/{name}")
        os.chmod(node, 0o666)

    def attribute(self, name, value, device="hisi_zip-0"):
        self.put(f"/sys/class/uacce/{device}/{name}", f"{value}\n")

    def process(self, pid, name, *nodes):
        self.put(f"/proc/{pid}/comm", name + "\n")
        for i, node in enumerate(nodes):
            self.link(f"/proc/{pid}/fd/{i + 3}", self.path(node))

    def run(self, *args, program=MACHINE, **kw):
        return run([program, *args], root=self.root, **kw)

    def doctor(self, *args, **kw):
        r = self.run("doctor", "--json", *args, **kw)
        return r, json.loads(r.stdout)


def as_nobody():
    """Arguments of run() for an ordinary user, or None after a skip."""
    if os.geteuid():
        return None
    kw = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    try:
        if run([MACHINE, "--version"], **kw).returncode == 0 and \
                run(["test", "-x", os.getcwd()], **kw).returncode == 0:
            return kw
    except OSError:
        pass
    return None


def main(*tests):
    """Run each test in an empty folder of its own; never returns."""
    for program in (WDCTL, MACHINE):
        if not os.access(program, os.X_OK):
            sys.exit(f"{program} cannot be run: set WDCTL and WDCTL_MACHINE")
    run_tests(tests, "wdctl-")
