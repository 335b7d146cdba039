# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""QEMU from packages that are made here, and the probe for KVM."""
import os
import subprocess
import time
import unittest
from pathlib import Path
from unittest import mock

from archive_support import ArchiveTest
from vmlib import archive, qemu, tool
from vmlib.kernels import Kernel

# Stands for the loader: runs what QEMU's binary is here, a script.
LOADER = """#!/bin/sh
while [ "${1#--}" != "$1" ]; do
	[ "$1" = --library-path ] && shift
	shift
done
exec "$@"
"""
BINARY = """#!/bin/sh
case "$*" in
*--version*) echo "QEMU emulator version $VERSION (Debian)" ;;
*"-device help"*) echo "$DEVICES" ;;
*) echo "$*" >>"$LOG"; eval "$BOOT" ;;
esac
"""
DEVICES = 'name "vfio-user-pci", bus PCI'
BOOTS = "echo '[    1.5] Kernel panic - not syncing: VFS: Unable to mount root fs'"


class QemuTest(ArchiveTest):
    def setUp(self):
        super().setUp()
        self.log = self.folder / "boots"
        self.log.touch()
        self.environment(VERSION="11.1.3", DEVICES=DEVICES, LOG=str(self.log),
                         BOOT=BOOTS)
        self.replace(archive, "download", self.download)
        self.archive_has("qemu-system-x86 1:10.0 trixie",
                         "qemu-system-arm 1:10.0 trixie",
                         "qemu-system-x86 1:11.1 trixie-backports",
                         "qemu-system-arm 1:11.1 trixie-backports")
        self.downloads = []
        self.host = archive.host_arch()

    def environment(self, **values):
        patch = mock.patch.dict(os.environ, values)
        patch.start()
        self.addCleanup(patch.stop)

    def replace(self, *what):
        patch = mock.patch.object(*what)
        patch.start()
        self.addCleanup(patch.stop)

    def download(self, packages, arch, into, suite, **options):
        self.downloads.append((sorted(map(str, packages)), arch, suite, options))
        tree = self.folder / "tree"
        (tree / "DEBIAN").mkdir(parents=True, exist_ok=True)
        (tree / "DEBIAN/control").write_text(
            "Package: qemu\nVersion: 1\nArchitecture: all\nMaintainer: nobody\n"
            "Description: test\n", encoding="utf-8")
        files = {qemu.LOADERS[arch]: LOADER}
        files |= {f"usr/bin/{name}": BINARY for name in qemu.BINARIES.values()}
        for name, text in files.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(text, encoding="utf-8")
            (tree / name).chmod(0o755)
        into.mkdir(parents=True)
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, into], check=True,
                       stdout=subprocess.DEVNULL)
        return sorted(into.glob("*.deb"))


class FetchTest(QemuTest):
    def test_qemu_is_that_of_backports_with_all_it_needs(self):
        machine = qemu.qemu("arm64")
        self.assertEqual(machine.version, "11.1.3")
        self.assertEqual(self.downloads, [
            (["qemu-system-arm=1:11.1", "qemu-system-x86=1:11.1"], self.host,
             "trixie-backports", {"dependencies": True})])

    def test_qemu_runs_by_its_own_loader(self):
        command = qemu.qemu("amd64").command
        root = Path(command[0].removesuffix(qemu.LOADERS[self.host]))
        self.assertEqual(root.parent.name, "vm")
        for option in ("--library-path", "-L"):
            self.assertTrue(command[command.index(option) + 1].startswith(
                str(root)))
        self.assertIn(b"11.1.3", tool.run([*command, "--version"]))
        self.assertFalse((root / "debs").exists())

    def test_both_machines_are_fetched_once(self):
        self.assertIn("qemu-system-x86_64", " ".join(qemu.qemu("amd64").command))
        self.assertIn("qemu-system-aarch64", " ".join(qemu.qemu("arm64").command))
        self.assertEqual(len(self.downloads), 1)

    def test_qemu_that_is_too_old_is_an_error(self):
        self.environment(VERSION="10.0.13")
        with self.assertRaisesRegex(tool.PrepareError, "has QEMU 10.0.13.*10.1"):
            qemu.qemu("arm64")

    def test_qemu_without_the_device_is_an_error(self):
        self.environment(DEVICES='name "edu"')
        with self.assertRaisesRegex(tool.PrepareError, "no vfio-user-pci"):
            qemu.qemu("arm64")

    def test_qemu_of_another_machine_is_an_error(self):
        with self.assertRaisesRegex(tool.PrepareError, "none of amd64, arm64"):
            qemu.qemu("riscv64")

    def test_host_of_another_architecture_is_an_error(self):
        with mock.patch.object(archive, "host_arch", lambda: "s390x"), \
                self.assertRaisesRegex(tool.PrepareError, "s390x cannot run"):
            qemu.qemu("arm64")


class KvmTest(QemuTest):
    def setUp(self):
        super().setUp()
        node = self.folder / "kvm"
        node.touch()
        self.replace(qemu, "KVM", node)
        self.kernel = self.kernel_of(self.host)

    def kernel_of(self, arch, release="6.12.1"):
        return Kernel(arch, "6.12", release, self.folder / "image", self.folder,
                      self.folder / "config")

    def boots(self):
        return self.log.read_text(encoding="utf-8").splitlines()

    def test_a_kernel_that_starts_shows_that_kvm_works(self):
        self.assertTrue(qemu.kvm_works(self.host, self.kernel))
        self.assertIn("-accel kvm", self.boots()[0])

    def test_the_probe_is_made_once_for_a_kernel(self):
        for _ in range(2):
            self.assertTrue(qemu.kvm_works(self.host, self.kernel))
        self.assertEqual(len(self.boots()), 1)
        qemu.kvm_works(self.host, self.kernel_of(self.host, "7.2.1"))
        self.assertEqual(len(self.boots()), 2)

    def test_a_guest_that_dies_shows_that_it_does_not(self):
        self.environment(BOOT="echo 'KVM internal error'; exit 1")
        for _ in range(2):
            self.assertFalse(qemu.kvm_works(self.host, self.kernel))
        self.assertEqual(len(self.boots()), 1)
        self.assertIn("TCG", self.said.getvalue())

    def test_a_guest_that_hangs_is_ended(self):
        self.environment(BOOT="exec sleep 60")
        self.replace(qemu, "PROBE_SECONDS", 0.5)
        began = time.monotonic()
        self.assertFalse(qemu.kvm_works(self.host, self.kernel))
        self.assertLess(time.monotonic() - began, 20)

    def test_no_kvm_is_no_question(self):
        self.replace(qemu, "KVM", self.folder / "nothing")
        self.assertFalse(qemu.kvm_works(self.host, self.kernel))
        self.assertEqual(self.boots(), [])

    def test_another_architecture_is_no_question(self):
        other = "arm64" if self.host == "amd64" else "amd64"
        self.assertFalse(qemu.kvm_works(other, self.kernel_of(other)))
        self.assertEqual(self.boots(), [])


if __name__ == "__main__":
    unittest.main()
