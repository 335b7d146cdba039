#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""doctor: machines broken on purpose, each of which has to be called by name."""
import errno
import gzip
import os
import re
import sys

from modulefile import module_file
from wdctltest import (NOBODY, PF, RELEASE, VF, WDCTL, Machine,
                       as_nobody, equal, main, ok, run, skip, text)

CONFIG = f"/boot/config-{RELEASE}"
MODULES = f"/lib/modules/{RELEASE}"
LOCKDOWN = "/sys/kernel/security/lockdown"
SECURE_BOOT = ("/sys/firmware/efi/efivars/"
               "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c")
RELOAD = "sudo modprobe -r hisi_zip && sudo modprobe hisi_zip"
MODINFO = next((p for p in ("/usr/sbin/modinfo", "/sbin/modinfo")
                if os.access(p, os.X_OK)), None)
MANUAL = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../../tools/wdctl/wdctl.1")
provoked = set()


def diagnose(machine, cause, mend, *args, status=1, **kw):
    """The first thing that is wrong is @cause, and @mend is in the command."""
    r, report = machine.doctor(*args, **kw)
    wrong = report["wrong"] or {}
    ok(r.returncode == status and wrong.get("cause") == cause,
       cause, f"{r.returncode} {wrong}\n{r.stderr.decode()}")
    ok(mend in wrong.get("mend", ""), f"{cause}: mended by {mend[:40]}", wrong)
    provoked.add(wrong.get("cause"))
    last = report["checks"][-1]["verdict"]
    ok(last == "wrong", f"{cause}: nothing is looked at behind it", last)
    return wrong


def healthy(machine, what, *args, **kw):
    r, report = machine.doctor(*args, **kw)
    ok(r.returncode == 0 and report["wrong"] is None, what,
       f"{r.returncode} {report['wrong']}\n{r.stderr.decode()}")
    return report


def test_healthy():
    """A machine on which everything works, in each mode."""
    m = Machine()
    report = healthy(m, "everything works")
    checks = [c["check"] for c in report["checks"]]
    equal(checks, ["library", "hardware", "kernel", "config", "module",
                   "driver", "mode", "attributes", "interface", "node",
                   "permission", "isolation", "queues", "compression"],
          "all checks are made, in order")
    equal((report["unseen"], report["warnings"]), (0, 0), "and all could be made")
    r = m.run("doctor")
    ok(r.returncode == 0 and text(r).endswith("\nnothing is wrong\n"), "as text",
       text(r))
    module_says(m, "the module", "ok", "hisi_zip 0.1.0 is loaded")
    healthy(m, "by name", "hisi_zip-0")
    healthy(m, "by address", PF)
    healthy(m, "the built-in device", "emu")
    m.attribute("mode", "sva")
    m.attribute("flags", "1")
    healthy(m, "mode sva")
    m.remove("/sys/class/uacce/hisi_zip-0/mode")
    healthy(m, "a kernel that does not tell the mode in words")
    m.remove(f"/boot/config-{RELEASE}")
    report = healthy(m, "no kernel configuration")
    equal(report["unseen"], 1, "what could not be seen is counted")
    ok("unseen: 1" in text(m.run("doctor")), "and told")
    m.put("/proc/config.gz", gzip.compress(b"CONFIG_MODULES=y\nCONFIG_PCI=y\n"
                                           b"CONFIG_PCI_MSI=y\nCONFIG_CRYPTO=y\n"))
    equal(healthy(m, "/proc/config.gz")["unseen"], 0, "which can be seen")


def test_other_root():
    """The real program looks below WDCTL_ROOT, and says what it leaves out."""
    m = Machine()
    r, report = m.doctor(program=WDCTL)
    equal((r.returncode, report["wrong"], report["unseen"]), (0, None, 2),
          "interface and compression are not looked at")
    m.unload()
    diagnose(m, "module-not-loaded", "sudo modprobe hisi_zip", program=WDCTL)
    r = run([WDCTL, "doctor", "emu"])
    equal((r.returncode, r.stderr), (0, b""), "the built-in device of wdctl")


def test_library():
    m = Machine()
    diagnose(m, "library-old", "apt install --only-upgrade libwarpdrive1",
             env={"WDCTL_LIBRARY": "0.0.9"})
    healthy(m, "a newer one is good", env={"WDCTL_LIBRARY": "1.2.3"})
    m.attribute("api", "other_qm_v1")
    diagnose(m, "library-unfit", "libwarpdrive1")


def test_hardware():
    m = Machine(accelerator=False)
    diagnose(m, "no-hardware", "lspci")
    diagnose(m, "no-hardware", "lspci", "hisi_zip-0")
    m.remove("/sys")
    diagnose(m, "no-sysfs", "mount -t sysfs")


def test_kernel():
    m = Machine()
    m.unload()
    m.put("/proc/sys/kernel/osrelease", "5.10.0-46-arm64\n")
    diagnose(m, "kernel-old", "apt install linux-image-")
    m = Machine()
    m.unload()
    m.put(CONFIG, "CONFIG_MODULES=y\nCONFIG_PCI=y\n# CONFIG_PCI_MSI is not set\n")
    wrong = diagnose(m, "config-missing", "linux-image-")
    ok("CONFIG_PCI_MSI" in wrong["text"], "the option is named", wrong)
    m.put(CONFIG, "CONFIG_MODULES=y\nCONFIG_PCI=y\nCONFIG_PCI_MSI=y\n"
          "CONFIG_CRYPTO=y\nCONFIG_UACCE=m\n")
    diagnose(m, "config-uacce", "linux-image-")


SETTINGS = ("options uacce ss_limit_mib=4096\n"
            "options hisi_zip uacce_mode=1 vfs_num=4\n")


def keeps_settings(m, name, more, cause):
    """What is proposed is done, up to the driver's restart, on the machine's own
    files: the options that the administrator had are there before and after."""
    m.put(name, SETTINGS + more)
    mend = diagnose(m, cause, name)["mend"].partition(" && ")[0]
    r = run(["sh", "-c", mend.replace("sudo ", "").replace(name, m.path(name))])
    ok(r.returncode == 0 and m.get(name).startswith(SETTINGS),
       f"{cause}: the settings stay", f"{mend}\n{r.stderr!r}\n{m.get(name)}")
    return m.get(name).removeprefix(SETTINGS)


def test_module():
    m = Machine()
    m.unload()
    diagnose(m, "module-not-loaded", "sudo modprobe hisi_zip")
    m.put("/etc/modprobe.d/local.conf", "# mine\nblacklist hisi_zip\n")
    diagnose(m, "module-blacklisted", "/etc/modprobe.d/local.conf")
    m.put("/etc/modprobe.d/local.conf", "install  hisi_zip /bin/false\n")
    diagnose(m, "module-blacklisted", "/etc/modprobe.d/local.conf")
    keeps_settings(m, "/etc/modprobe.d/local.conf", "blacklist hisi_zip\n",
                   "module-blacklisted")
    diagnose(m, "module-not-loaded", "sudo modprobe hisi_zip")
    forbidding = "blacklist hisi-zip\n"
    m.put("/etc/modprobe.d/local.conf", forbidding)
    wrong = diagnose(m, "module-blacklisted", "/etc/modprobe.d/local.conf")
    ok("hisi_zip" in wrong["text"], "- and _ are the same", wrong)
    keeps_settings(m, "/etc/modprobe.d/local.conf", forbidding, "module-blacklisted")
    diagnose(m, "module-not-loaded", "sudo modprobe hisi_zip")
    m.put("/etc/modprobe.d/local.conf.dpkg-old", forbidding)
    diagnose(m, "module-not-loaded", "sudo modprobe hisi_zip")
    m.put("/usr/lib/modprobe.d/vendor.conf", forbidding)
    diagnose(m, "module-blacklisted", "/usr/lib/modprobe.d/vendor.conf")
    m.put("/etc/modprobe.d/vendor.conf")
    diagnose(m, "module-not-loaded", "sudo modprobe hisi_zip")
    m.put("/proc/sys/kernel/modules_disabled", "1\n")
    diagnose(m, "modules-disabled", "reboot")


def warned(machine, what, cause, mend, *args, **kw):
    """Everything works, and the check of the module warns of @cause."""
    report = healthy(machine, f"{what}: nothing is wrong", *args, **kw)
    module = next(c for c in report["checks"] if c["check"] == "module")
    equal((report["warnings"], module["verdict"], module.get("cause")),
          (1, "warning", cause), f"{what}: {cause}")
    ok(mend in module.get("mend", ""), f"{what}: mended by {mend[:40]}", module)
    provoked.add(module.get("cause"))
    return module


def module_says(machine, what, verdict, text_, **kw):
    report = healthy(machine, what, **kw)
    module = next(c for c in report["checks"] if c["check"] == "module")
    ok(module["verdict"] == verdict and text_ in module["text"] and
       report["warnings"] == 0, f"{what}: {verdict}, {text_}", module)


def test_outdated():
    """After an upgrade of the package, without a new start."""
    for suffix in ("", ".xz", ".zst"):
        m = Machine()
        m.install(suffix=suffix)
        module_says(m, f"the loaded module, .ko{suffix}", "ok", "hisi_zip 0.1.0")
        m.install(suffix=suffix, version="0.2.0")
        module = warned(m, f"another version, .ko{suffix}", "module-outdated", RELOAD)
        ok("version 0.1.0, installed: 0.2.0" in module["text"], "both are told",
           module)
        m.install(suffix=suffix, srcversion="0123456789ABCDEF0123456")
        module = warned(m, f"other sources, .ko{suffix}", "module-outdated", RELOAD)
        ok("installed: 0123456789ABCDEF0123456" in module["text"],
           "both are told", module)
    out = text(m.run("doctor"))
    ok(re.search(r"^warning module +the loaded hisi_zip .*\n +mend it by +sudo "
                 "modprobe -r", out, re.M), "as text", out)
    ok(out.endswith("\nwarnings: 1\nnothing else is wrong\n"), "at the end", out)
    m.attribute("isolate", "1")
    diagnose(m, "isolated", "unbind")
    equal(m.doctor()[1]["warnings"], 1, "a fault is not hidden, nor hides it")
    m.remove("/sys/class/uacce/hisi_zip-0/api")
    diagnose(m, "attributes-missing", "warpdrive-dkms")


def test_outdated_below():
    """The modules that hisi_zip stands on."""
    for name in ("hisi_qm", "uacce"):
        m = Machine()
        m.install(name, version="0.2.0")
        module_says(m, f"{name} is not loaded", "ok", "hisi_zip 0.1.0")
        m.load(name)
        module = warned(m, name, "module-outdated", RELOAD)
        ok(f"the loaded {name} " in module["text"], "it is named", module)
        m.install(name, ".xz")
        module_says(m, f"{name} is as installed", "ok", "hisi_zip 0.1.0")


def test_outdated_fields():
    """With what there is, and nothing is made up."""
    m = Machine()
    m.install(srcversion=None)
    module_says(m, "no srcversion in the file", "ok", "hisi_zip 0.1.0")
    m.install(srcversion=None, version="0.2.0")
    warned(m, "then the version counts", "module-outdated", RELOAD)
    m.remove("/sys/module/hisi_zip/version")
    module_says(m, "no field in common", "ok", "hisi_zip")
    m.install(version=None)
    module_says(m, "the same srcversion", "ok", "hisi_zip is loaded")
    m.install(version=None, srcversion="0")
    warned(m, "another one", "module-outdated", RELOAD)
    m.install(version="\x1b[31m\xff" + "9" * 300, srcversion=None)
    m.put("/sys/module/hisi_zip/version", "1\n")
    module = warned(m, "nonsense", "module-outdated", RELOAD)
    ok("(version 1, installed: ?[31m?" in module["text"] and
       len(module["text"]) < 400, "is told as text", module)


def test_outdated_unsigned():
    """Reloading would leave the machine without a driver."""
    m = Machine()
    m.put(LOCKDOWN, "none [integrity] confidentiality\n")
    for suffix in ("", ".xz", ".zst"):
        m.install(suffix=suffix, version="0.2.0")
        warned(m, f"signed, .ko{suffix}", "module-outdated", RELOAD)
        m.install(suffix=suffix, version="0.2.0", signed=False)
        warned(m, f"not signed, .ko{suffix}", "secure-boot-unsigned",
               "dpkg-reconfigure warpdrive-dkms")
    m.put(LOCKDOWN, "[none] integrity confidentiality\n")
    warned(m, "which does not matter", "module-outdated", RELOAD)


def test_modinfo():
    """Where the file cannot be looked at, that is said, and nothing is wrong."""
    m = Machine()
    m.install(version="0.2.0")
    for number, said in ((errno.ENOENT, "(package kmod) is missing"),
                         (errno.EACCES, "Permission denied")):
        module_says(m, f"modinfo: {said}", "note", said,
                    env={"WDCTL_FAULT": f"modinfo={number}"})
    path = MODULES + "/updates/dkms/hisi_zip.ko"
    for what, content in (("empty", b""), ("no module", b"\x7fELF" + bytes(1000)),
                          ("half a module", module_file()[:100])):
        m.put(path, content)
        module_says(m, what, "note", "modinfo cannot read it")
    m.remove(path)
    module_says(m, "a file that is gone", "note", "modinfo cannot read it")
    os.mkfifo(m.path(path))
    module_says(m, "a pipe", "note", "modinfo cannot read it")
    m.remove(MODULES + "/modules.dep")
    module_says(m, "no list of files", "ok", "hisi_zip 0.1.0")
    m = Machine()
    m.install(suffix=".gz", version="0.2.0")
    if "+ZLIB" in text(run([MODINFO, "--version"])):
        warned(m, ".ko.gz", "module-outdated", RELOAD)
    else:
        module_says(m, ".ko.gz, which kmod is built without", "note",
                    "modinfo cannot read it")
    # It gets files of its own for those, whichever of ours are closed.
    r = m.run("doctor", "--json", stdout=None, preexec_fn=lambda: os.close(1))
    ok(r.returncode == 1 and b"stdout" in r.stderr, "without a stdout", r.stderr)
    m.install(version="0.2.0")
    for closed in ((0,), (2,), (0, 2)):
        r = m.run("doctor", stderr=None,
                  preexec_fn=lambda: [os.close(n) for n in closed])
        ok(r.returncode == 0 and "warnings: 1" in text(r), f"without {closed}",
           text(r))


def test_build():
    """Everything that keeps DKMS from making the module."""
    m = Machine()
    m.unload()
    m.put(MODULES + "/modules.dep", "kernel/lib/crc.ko:\n")
    m.put("/var/lib/dkms/warpdrive/0.1.0/" + RELEASE + "/aarch64/module/x")
    diagnose(m, "module-not-installed", "depmod")
    m.remove("/var/lib/dkms/warpdrive/0.1.0/" + RELEASE)
    diagnose(m, "module-not-built", f"dkms autoinstall -k {RELEASE}")
    m.remove(MODULES + "/build")
    diagnose(m, "headers-missing", f"apt install linux-headers-{RELEASE}")
    m.link(MODULES + "/build", "/nowhere/at/all")
    diagnose(m, "headers-missing", f"apt install linux-headers-{RELEASE}")
    m.remove("/var/lib/dkms/warpdrive")
    diagnose(m, "package-missing", "apt install warpdrive-dkms")


def test_secure_boot():
    m = Machine()
    m.unload()
    m.put(SECURE_BOOT, b"\x06\0\0\0\1")
    wrong = diagnose(m, "module-not-loaded", "modprobe")
    ok("mokutil" in wrong["text"], "signed: what to do if the key is refused",
       wrong)
    m.put("/dev/kmsg", "4,1,1,-;Loading of module with unavailable key is rejected\n")
    diagnose(m, "secure-boot-key", "mokutil --import")
    m.install(suffix=".xz")
    diagnose(m, "secure-boot-key", "mokutil --import")
    for suffix in (".xz", ".zst", ""):
        m.install(suffix=suffix, signed=False)
        wrong = diagnose(m, "secure-boot-unsigned", "mokutil --import")
        ok(f"hisi_zip.ko{suffix} has no signature" in wrong["text"],
           "the file is named", wrong)
    m.install(suffix=".xz", signed=False)
    diagnose(m, "secure-boot-key", "mokutil --import",
             env={"WDCTL_FAULT": f"modinfo={errno.ENOENT}"})
    m.install(signed=False)
    m.put(SECURE_BOOT, b"\x06\0\0\0\0")
    diagnose(m, "module-not-loaded", "modprobe")
    m.put(LOCKDOWN, "none [integrity] confidentiality\n")
    diagnose(m, "secure-boot-unsigned", "mokutil --import")
    m.put(LOCKDOWN, "[none] integrity confidentiality\n")
    diagnose(m, "module-not-loaded", "modprobe")
    m.put("/sys/module/module/parameters/sig_enforce", "Y\n")
    diagnose(m, "secure-boot-unsigned", "mokutil --import")


def test_driver():
    m = Machine()
    driver = f"/sys/bus/pci/devices/{PF}/driver"
    m.remove("/sys/class/uacce")
    m.remove(driver)
    m.put("/dev/kmsg", f"3,9,9,-;hisi_zip {PF}: no 64-bit DMA: -5\n")
    wrong = diagnose(m, "driver-not-bound", "/drivers/hisi_zip/bind")
    ok("no 64-bit DMA: -5" in wrong["text"], "the kernel's reason is told", wrong)
    m.link(driver, "../../../drivers/vfio-pci")
    diagnose(m, "driver-other", "driver_override")


def test_mode():
    """The driver is there and gives no queues to programs."""
    m = Machine()
    m.remove("/sys/class/uacce")
    m.load("hisi_zip", 0)
    diagnose(m, "mode-off", "options hisi_zip uacce_mode=1")
    equal(keeps_settings(m, "/etc/modprobe.d/warpdrive.conf", "", "mode-off"),
          "options hisi_zip uacce_mode=1\n", "one line comes to them")
    m.load("hisi_zip", 1)
    diagnose(m, "mode-not-isolating", "options hisi_zip uacce_mode=2")
    equal(keeps_settings(m, "/etc/modprobe.d/warpdrive.conf", "",
                         "mode-not-isolating"),
          "options hisi_zip uacce_mode=2\n", "one line comes to them")
    m.iommu("identity")
    diagnose(m, "iommu-passthrough", "iommu.passthrough=1")
    m.iommu(None)
    diagnose(m, "no-iommu", "firmware-setup")
    m.load("hisi_zip", 2)
    diagnose(m, "no-user-queues", "dmesg")
    m.put("/dev/kmsg", f"5,9,9,-;hisi_zip {PF}: no user queues: their doorbells "
          "share a page of 64 KiB with control registers; unsafe_mmio=1 for "
          "trusted programs only\n")
    equal(keeps_settings(m, "/etc/modprobe.d/warpdrive.conf", "",
                         "doorbells-shared"),
          "options hisi_zip unsafe_mmio=1\n", "one line comes to them")
    m = Machine()
    m.iommu("identity")
    diagnose(m, "mode-mismatch", "modprobe -r hisi_zip")


def test_attributes():
    for name in ("api", "algorithms", "flags", "region_dus_size"):
        m = Machine()
        m.remove(f"/sys/class/uacce/hisi_zip-0/{name}")
        wrong = diagnose(m, "attributes-missing", "warpdrive-dkms")
        ok(name in wrong["text"], f"{name} is named", wrong)


def test_node():
    m = Machine()
    m.remove("/dev/hisi_zip-0")
    diagnose(m, "node-missing", "udevadm trigger")
    m = Machine()
    m.attribute("dev", "510:0")
    diagnose(m, "node-wrong", "rm ")


def test_permission():
    user = as_nobody()
    if not user:
        skip("permissions of an ordinary user",
             "only root can become one, and the program must be readable for it")
        return
    m = Machine()
    healthy(m, "an ordinary user who may", **user)
    node = m.path("/dev/hisi_zip-0")
    os.chmod(node, 0o600)
    diagnose(m, "permission-rule", "udevadm control --reload", **user)
    os.chown(node, 0, 8)
    os.chmod(node, 0o660)
    diagnose(m, "permission-group", "sudo adduser nobody mail", **user)
    os.chown(node, 0, NOBODY)
    elsewhere = dict(user, group=8)
    diagnose(m, "permission-session", "newgrp nogroup", **elsewhere)
    healthy(m, "root may in any case")


def test_rawio():
    m = Machine()
    m.iommu(None)
    m.attribute("mode", "noiommu")
    m.attribute("flags", "2")
    m.attribute("api", "hisi_qm_v3_noiommu")
    diagnose(m, "permission-rawio", "cap_sys_rawio")
    m.put("/proc/self/status", "CapEff:\t0000000000020000\n")
    healthy(m, "with CAP_SYS_RAWIO")


def test_use():
    m = Machine()
    m.attribute("isolate", "1")
    m.attribute("isolate_strategy", "3")
    m.attribute("available_instances", "0")
    diagnose(m, "isolated", f"echo {PF} | sudo tee "
             "/sys/bus/pci/drivers/hisi_zip/unbind && ")
    m = Machine()
    m.attribute("dev_state", "-1")
    diagnose(m, "device-error", f"/sys/bus/pci/devices/{PF}/reset")
    m = Machine()
    m.pci(VF, 0x19e5, 0xa251, driver="hisi_zip")
    m.link(f"/sys/bus/pci/devices/{VF}/physfn", f"../{PF}")
    m.uacce("hisi_zip-1", VF, isolate=1)
    diagnose(m, "isolated", f"echo {PF} |", "hisi_zip-1")
    m = Machine()
    m.attribute("available_instances", "0")
    m.process(4711, "backupd", "/dev/hisi_zip-0", "/dev/hisi_zip-0", "/dev/null")
    wrong = diagnose(m, "no-free-queue", "fuser -v")
    ok("backupd (pid 4711, 2)" in wrong["text"], "who has them is told", wrong)


def test_compression():
    m = Machine()

    def fault(what):
        return {"env": {"WDCTL_FAULT": what}}

    diagnose(m, "no-free-queue", "fuser", **fault(f"open={errno.EBUSY}"))
    diagnose(m, "permission-open", "ls -l", **fault(f"open={errno.EPERM}"))
    diagnose(m, "compression-failed", "/reset", **fault(f"start={errno.EIO}"))
    diagnose(m, "compression-timeout", "/reset", **fault("silent"))
    diagnose(m, "compression-wrong", "/reset", **fault("shifted"))


def test_several():
    """Each device is looked at; functions of virtual machines are left out."""
    m = Machine()
    m.pci(VF, 0x19e5, 0xa251, driver="vfio-pci")
    m.pci("0000:75:00.2", 0x19e5, 0xa251)
    report = healthy(m, "functions in other hands")
    ok(not any(c["device"] == VF for c in report["checks"]), "are left out")
    equal(report["left_out"], 2, "and counted")
    ok("left out: 2" in text(m.run("doctor")), "and that is told")
    m.pci("0000:b5:00.0", 0x19e5, 0xa250, driver="hisi_zip")
    m.uacce("hisi_zip-1", "0000:b5:00.0", isolate=1)
    r, report = m.doctor()
    equal((r.returncode, report["wrong"]["device"], report["wrong"]["cause"]),
          (1, "hisi_zip-1", "isolated"), "the second device is named")
    healthy(m, "the first alone", "hisi_zip-0")
    diagnose(m, "driver-other", "unbind", VF)
    m.attribute("isolate", "1")
    out = text(m.run("doctor"))
    ok("wrong: hisi_zip-0: isolation: isolated" in out and "1 more" in out,
       "the first of two is named, and that there is one more", out)
    diagnose(m, "no-such-device", "wdctl list", "hisi_zip-7", status=3)
    m.pci("0000:00:01.0", 0x19e5, 0xa255)
    m.uacce("sec-0", "0000:00:01.0")
    equal(m.doctor()[1]["left_out"], 3, "accelerators of other kinds, too")
    r, report = m.doctor("sec-0")
    ok(any(c["check"] == "driver" and c["verdict"] == "unseen"
           for c in report["checks"]), "a device of another kind")
    m.uacce("other-0", None)
    r, report = m.doctor("other-0")
    ok(any(c["check"] == "driver" and c["verdict"] == "unseen"
           for c in report["checks"]), "a device whose function is not known")


def test_no_such_device():
    """Whatever its name: JSON stays JSON, a line stays one, status 3."""
    m = Machine()
    for name in ("", "-", "../../etc", "x" * 5000, b"nix\xff", b"\x80" * 900,
                 "ü" * 700, "a\x1b[31mred\nwrong: x", "%s%n", 'a"b\\'):
        wrong = diagnose(m, "no-such-device", "wdctl list", "--", name, status=3)
        ok(wrong.get("text", "").startswith("there is no device '"), "with its name",
           wrong)
        r = m.run("doctor", "--", name)
        ok(r.returncode == 3 and all(b == 10 or 32 <= b < 127 for b in r.stdout) and
           r.stdout.count(b"\nwrong: ") == 1, f"{name[:12]!r} as text", r.stdout)


def test_manual():
    """The causes that the manual names are those that were provoked here."""
    with open(MANUAL, encoding="ascii") as f:
        section = f.read().split(".Ss wdctl doctor")[1].split(".Ss ")[0]
    named = {cause for line in section.splitlines() if line.startswith(".Li ")
             for cause in re.findall(r"[a-z-]+", line[4:])}
    if not as_nobody():
        named -= {"permission-rule", "permission-group", "permission-session"}
    equal(named - provoked, set(), "each was provoked")
    equal(provoked - named, set(), "and there are no others")


if not MODINFO:
    sys.exit("modinfo is missing: apt-get install kmod")
main(test_healthy, test_other_root, test_library, test_hardware, test_kernel,
     test_module, test_outdated, test_outdated_below, test_outdated_fields,
     test_outdated_unsigned, test_modinfo, test_build, test_secure_boot,
     test_driver, test_mode, test_attributes, test_node, test_permission,
     test_rawio, test_use, test_compression, test_several, test_no_such_device,
     test_manual)
