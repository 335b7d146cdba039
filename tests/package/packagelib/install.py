# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A life of the packages on a machine: installed, a kernel arrives, upgraded, a
kernel leaves, removed, purged; and machines on which no module can be built."""
from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from functools import cache as once
from pathlib import Path

from vmlib import archive, headers, kernels as stock

from . import debs, foreign, system
from .debs import Built
from .points import Points
from .system import Result, System

MODULES = ("uacce", "hisi_qm", "hisi_zip")
DKMS = debs.NAME
# The kernel that a machine has, and one that arrives; series and suite.
KERNELS = {"bookworm": (("6.1", "bookworm"), ("6.12", "bookworm")),
           "trixie": (("6.12", "trixie"), ("7.3", "trixie-backports"))}
# The accelerator as a bus announces it: hisi_zip's physical function.
ALIAS = "pci:v000019E5d0000A250sv000019E5sd00000000bc12sc00i00"
# Images for booting are nobody's business here, and take long to make.
NO_IMAGES = {"INITRD": "No"}
DEBS, OLD_DEBS = "/srv/debs", "/srv/debs-old"
# What purging may leave, and why.
LEFT = {
    r"/var/(log|cache|lib/apt|backups)(/.*)?": "of apt and dpkg themselves",
    r"/var/lib/dpkg(/.*-old|/lock.*|/status|/available)?": "of dpkg itself",
    r"/var/lib/dkms(/mok\.(key|pub))?": "the key with which dkms signs is its own",
    r"/etc/(group|gshadow)-?( \(content\))?|/etc(/\.pwd\.lock.*)?":
        "groups stay, or their numbers would be given to others, whom files "
        "that are left would then belong to",
    r"/etc/ld\.so\.cache.*": "made again by ldconfig",
    r"/run(/.*)?": "gone with the next boot",
    r"/usr/share/(kernel|doc/linux-base)(/.*)?|/var/lib/dpkg/info/linux-base\..*":
        "a newer linux-base came with the other kernel",
}


@once
def kernel(release: str, series: str, suite: str) -> str:
    """The newest kernel of a series, as "uname -r" says it."""
    arch = archive.host_arch()
    name = rf"linux-headers-(?P<release>{re.escape(series)}\.[0-9.]+(-[0-9]+|\+deb[0-9.]+)-{arch})"
    package = archive.newest(name, arch, suite)
    return re.fullmatch(name, package.name)["release"]


def kernels(release: str) -> list[tuple[str, str]]:
    """The two kernels of a release, each with the suite to take it from."""
    return [(kernel(release, *which), which[1]) for which in KERNELS[release]]


def machine(release: str) -> Path:
    """The layer with a kernel, its headers and dkms, and what servers have anyway,
    as it leaves files behind that are not ours."""
    name, _ = kernels(release)[0]
    return system.tree(
        "machine", release,
        ["dkms", "kmod", "openssl", "systemd", "udev", f"linux-image-{name}", f"linux-headers-{name}"],
        env=NO_IMAGES)


@contextlib.contextmanager
def copy_with(release: str, layers: Sequence[Path], packages: Built
              ) -> Iterator[System]:
    """A system of layers in which the packages lie."""
    with System.copy(release, [*layers, system.base(release)]) as copy:
        copy.bind(packages.folder, DEBS)
        yield copy


def names(packages: Built, folder: str = DEBS) -> list[str]:
    """The packages as "apt install" takes them in a system."""
    return [f"{folder}/{path.name}" for path in packages.debs]


def modules_of(packages: Built, folder: str = DEBS) -> list[str]:
    """Those that have to do with a kernel, which are the same everywhere."""
    return [f"{folder}/{packages.deb(name).name}"
            for name in ("warpdrive-dkms", "warpdrive-common")]


def life(points: Points, release: str) -> None:
    """Everything that happens to a machine over the years."""
    new, old = debs.built(release), debs.built(release, debs.OLD)
    (first, _), (second, suite) = kernels(release)
    with copy_with(release, [machine(release)], new) as copy:
        copy.bind(old.folder, OLD_DEBS)
        # dkms of Debian 12 builds for the kernel that runs and the newest one.
        copy.runs_kernel(first)
        before = copy.files()
        _succeeds(points, copy.apt("install", *modules_of(old, OLD_DEBS)),
                  f"the older modules are installed beside kernel {first}")
        modules(points, copy, first, debs.OLD)
        signed(points, copy, first)
        found_by_alias(points, copy, first)
        _succeeds(points, copy.apt(
            "install", *(["-t", suite] if suite != release else []),
            f"linux-image-{second}", f"linux-headers-{second}", env=NO_IMAGES),
            f"kernel {second} arrives")
        modules(points, copy, second, debs.OLD)
        _succeeds(points, copy.apt("install", *names(new)), "upgrade")
        for name in (first, second):
            modules(points, copy, name, debs.version())
        _nothing_of(points, copy, debs.OLD)
        _succeeds(points, copy.apt(
            "purge", *_packages_of(copy, second)), f"kernel {second} leaves")
        _kernel_is_gone(points, copy, second)
        modules(points, copy, first, debs.version())
        ours = [debs.field(path, "Package") for path in new.debs]
        _succeeds(points, copy.apt("remove", *ours), "remove")
        points.ok(not built_files(copy, first), "no module is left",
                  "\n".join(built_files(copy, first)))
        # By name, apt purges what is installed only.
        _succeeds(points, copy.run(["dpkg", "--purge", *ours]), "purge")
        _succeeds(points, copy.apt("autoremove", "--purge"), "autoremove")
        _same(points, before, copy.files())


def _succeeds(points: Points, result: Result, what: str) -> bool:
    return points.ok(result.good, what, f"status {result.status}\n{result.said}")


def built_files(copy: System, name: str) -> list[str]:
    """Files of our modules that a kernel has."""
    said = copy.must(["sh", "-c", f"cd /lib/modules/{name}/ 2>/dev/null && "
                                  "find . -name '*.ko*'; :"])
    return [line for line in said.splitlines()
            if re.search(rf"/({'|'.join(MODULES)})\.ko(\.[a-z]+)?$", line)]


def status(copy: System) -> list[str]:
    """What dkms knows about us: "VERSION, KERNEL, ARCH: STATE", or without a
    kernel."""
    lines = copy.must(["dkms", "status"]).splitlines()
    return [line.removeprefix(f"{DKMS}/") for line in lines
            if line.startswith(f"{DKMS}/")]


def modules(points: Points, copy: System, name: str, number: str) -> None:
    """dkms has built all of a version for a kernel, and modprobe finds them."""
    said = status(copy)
    points.ok(any(line.startswith(f"{number}, {name}, ") and "installed" in line
                  for line in said), f"modules {number} are there for {name}",
              "\n".join(said))
    found = built_files(copy, name)
    points.ok(sorted(Path(line).name.split(".")[0] for line in found)
              == sorted(MODULES) and all("/updates/dkms/" in line for line in found),
              "each where modprobe looks first", "\n".join(found))


def signed(points: Points, copy: System, name: str) -> None:
    """A kernel started with Secure Boot would load them, if it knew the key."""
    for module in MODULES:
        said = copy.run(["modinfo", "-k", name, "-F", "signer", module])
        points.ok(said.good and "DKMS" in said.said,
                  f"{module} is signed by dkms' own key", said.said)


def found_by_alias(points: Points, copy: System, name: str) -> None:
    """What modprobe loads when a bus announces the accelerator."""
    said = copy.run(["modprobe", "-S", name, "--show-depends", ALIAS])
    order = re.findall(r"/([a-z_]+)\.ko", said.said)
    points.ok(said.good and order[-3:] == list(MODULES),
              "the device's alias leads to all of them", said.said)


def _nothing_of(points: Points, copy: System, number: str) -> None:
    said = copy.sh(f"ls -d /usr/src/{DKMS}-{number} /var/lib/dkms/{DKMS}/{number} "
                   "2>/dev/null || :").said
    points.ok(not said, f"nothing is left of {number}", said)


def _packages_of(copy: System, name: str) -> list[str]:
    """Packages of a kernel, which depend on each other."""
    abi = name.rpartition("-")[0]
    said = copy.must(["dpkg-query", "-W", "-f", "${Package}\n", f"linux-*-{abi}*"])
    return said.split()


def _kernel_is_gone(points: Points, copy: System, name: str) -> None:
    said = "".join(line for line in status(copy) if name in line)
    points.ok(not said, "dkms has forgotten it", said)
    said = copy.sh(f"find /lib/modules/{name} /var/lib/dkms/{DKMS} -path '*{name}*' "
                   "2>/dev/null || :").said
    points.ok(not said, "and left nothing", said)


def _same(points: Points, before: dict[str, str], after: dict[str, str]) -> None:
    differences = [path for path in sorted(before.keys() | after.keys())
                   if before.get(path) != after.get(path)
                   and not any(re.fullmatch(known, path) for known in LEFT)]
    points.ok(not differences, "everything is as it was before",
              "\n".join(f"{path}: was {before.get(path)}, is {after.get(path)}"
                        for path in differences[-30:]))


# Machines on which there is nothing to build for.

def refusals(points: Points, release: str) -> None:
    """No headers, headers of another kernel, kernels that are not for us: apt
    succeeds, and says why there is no module."""
    packages = debs.built(release)
    _without_headers(points, release, packages)
    _other_headers(points, release, packages)
    _unsupported(points, release, packages)
    _failing(points, release, packages)


def _without_headers(points: Points, release: str, packages: Built) -> None:
    (name, _), _ = kernels(release)
    with copy_with(release, [], packages) as copy:
        result = copy.apt("install", *names(packages))
        _succeeds(points, result, "install without headers")
        points.ok(_says(result, r"linux-headers|headers? (for|of)|kernel headers"),
                  "says that headers are missing", result.said)
        points.ok(status(copy) == [f"{debs.version()}: added"],
                  "dkms waits for a kernel", "\n".join(status(copy)))
        _succeeds(points, copy.apt("install", f"linux-headers-{name}"),
                  "headers arrive later")
        modules(points, copy, name, debs.version())


def _other_headers(points: Points, release: str, packages: Built) -> None:
    (first, _), (second, suite) = kernels(release)
    options = ["-t", suite] if suite != release else []
    with copy_with(release, [machine(release)], packages) as copy:
        # Now the kernel is one and the headers are another's.
        copy.must(["apt-get", "install", "-y", *options, f"linux-headers-{second}"])
        copy.must(["apt-get", "purge", "-y", f"linux-headers-{first}"])
        result = copy.apt("install", *names(packages))
        _succeeds(points, result, "install with headers of another kernel")
        points.ok(not built_files(copy, first), "nothing is built for the kernel "
                  "without headers", result.said)


def _says(result: Result, pattern: str) -> bool:
    return re.search(pattern, result.said, re.IGNORECASE) is not None


# Kernels that nobody can have from the archive, as packages that look like
# Debian's: name, version, its configuration, what has to be said.
FOREIGN = (
    ("a kernel too old", "4.19.0-99-amd64", "CONFIG_PCI=y\nCONFIG_CRYPTO=y\n",
     "older than Linux 6.1"),
    ("a kernel with its own uacce", "6.12.999-own-amd64",
     "CONFIG_PCI=y\nCONFIG_CRYPTO=y\nCONFIG_UACCE=m\n",
     "modules of its own .*CONFIG_UACCE"),
)


def _unsupported(points: Points, release: str, packages: Built) -> None:
    with copy_with(release, [machine(release)], packages) as before:
        _succeeds(points, before.apt("install", *names(packages)),
                  "install, before such a kernel comes")
        for what, name, config, reason in FOREIGN:
            with before.again() as copy:
                _foreign_package(copy, name, config)
                result = copy.apt("install", f"/srv/{name}.deb")
                _refused(points, copy, result, f"{what} arrives", name, reason)
    for what, name, config, reason in FOREIGN:
        with copy_with(release, [machine(release)], packages) as copy:
            _foreign_package(copy, name, config)
            copy.must(["apt-get", "install", "-y", f"/srv/{name}.deb"])
            result = copy.apt("install", *names(packages))
            _refused(points, copy, result, f"with {what}", name, reason)


# One that looks as if modules could be built for it, until make is called.
FAILING = ("6.12.999-new-amd64", "CONFIG_PCI=y\nCONFIG_CRYPTO=y\n")


def _failing(points: Points, release: str, packages: Built) -> None:
    """Such a kernel is reported, and what the guide says ends the matter."""
    (first, _), _ = kernels(release)
    name, config = FAILING
    what = "a kernel for which building fails"
    with copy_with(release, [machine(release)], packages) as copy:
        copy.runs_kernel(first)
        copy.must(["apt-get", "install", "-y", *names(packages)])
        _foreign_package(copy, name, config)
        result = copy.apt("install", f"/srv/{name}.deb")
        log = f"/var/lib/dkms/{DKMS}/{debs.version()}/build/make.log"
        points.ok(not result.good and log in result.said and
                  copy.run(["grep", "nothing is built here", log]).good,
                  f"{what}: apt says so, and where the reason is", result.said)
        modules(points, copy, first, debs.version())
        again = copy.run(["dpkg", "--configure", "-a"])
        points.ok(not again.good and log in again.said,
                  f"{what}: another try says the same", again.said)
        _succeeds(points, copy.apt("purge", DKMS, f"{DKMS}-dkms"),
                  f"{what}: without the modules apt is content")
        said = copy.run(["dpkg", "--audit"]).said
        points.ok(not said, f"{what}: every package is configured", said)


def _refused(points: Points, copy: System, result: Result, what: str, name: str,
             reason: str) -> None:
    _succeeds(points, result, f"{what}: apt succeeds")
    points.ok(not built_files(copy, name), f"{what}: no module", "\n".join(status(copy)))
    points.ok(_says(result, reason), f"{what}: a reason is given", result.said)
    said = copy.run(["dpkg", "--audit"]).said
    points.ok(not said, f"{what}: every package is configured", said)


def _foreign_package(copy: System, name: str, config: str) -> None:
    """linux-headers-NAME, which calls the same hooks as Debian's own."""
    tree = f"/srv/{name}"
    source = f"{tree}/usr/src/linux-headers-{name}"
    copy.put(f"{tree}/DEBIAN/control", "\n".join([
        f"Package: linux-headers-{name}", "Version: 1", "Architecture: all",
        "Maintainer: nobody <nobody@localhost>", "Description: a kernel's headers",
        ""]))
    copy.put(f"{tree}/DEBIAN/postinst", "\n".join([
        "#!/bin/sh", "set -e",
        'if [ "$1" = configure ] && [ -d /etc/kernel/header_postinst.d ]; then',
        f'\tDEB_MAINT_PARAMS="$*" run-parts --report --exit-on-error --arg={name} '
        "/etc/kernel/header_postinst.d", "fi", ""]), 0o755)
    copy.put(f"{source}/.config", config)
    copy.put(f"{source}/include/config/auto.conf", config)
    copy.put(f"{source}/include/config/kernel.release", f"{name}\n")
    copy.put(f"{source}/Makefile", "all modules:\n\t@echo nothing is built here; false\n")
    copy.must(["sh", "-ec", f"""
        mkdir -p {tree}/lib/modules/{name}
        ln -s /usr/src/linux-headers-{name} {tree}/lib/modules/{name}/build
        chown -R root:root {tree}
        dpkg-deb -b {tree} /srv/{name}.deb"""])


# Other architectures.

# Debian's kernels for arm64 by what compiles them.
ACROSS = {"bookworm": ("6.1",), "trixie": ("6.12", stock.NEWEST)}
CROSS_COMPILER = "aarch64-linux-gnu-"


def across(points: Points, release: str) -> None:
    """dkms as it is, told of another architecture's kernel, headers, compiler."""
    packages = debs.built(release)
    # pahole is what headers depend on, which are no package here. The link is for
    # dkms, which knows one program of this name.
    layer = system.tree("across", release, ["dkms", "openssl", "file", "pahole",
                                            "gcc-aarch64-linux-gnu"],
                        after=f"""mkdir /opt/across
        ln -s /usr/bin/{CROSS_COMPILER}strip /opt/across/strip""")
    for series in ACROSS[release]:
        tree = headers.headers("arm64", series)
        with copy_with(release, [layer], packages) as copy:
            copy.bind(tree.tree, str(headers.PREFIX))
            copy.must(["apt-get", "install", "-y", *modules_of(packages)])
            result = copy.run(
                ["dkms", "build", "-m", DKMS, "-v", debs.version(), "-k", tree.release,
                 "-a", "aarch64", "--kernelsourcedir", str(tree.folder)],
                env={"ARCH": "arm64", "CROSS_COMPILE": CROSS_COMPILER,
                     "PATH": f"/opt/across:{copy.path}"})
            _succeeds(points, result, f"dkms builds for {tree.release}")
            _are_arm64(points, copy, tree.release)


def _are_arm64(points: Points, copy: System, name: str) -> None:
    folder = f"/var/lib/dkms/{DKMS}/{debs.version()}/{name}/aarch64/module"
    for module in MODULES:
        said = copy.sh(f"""
            cd {folder}
            modinfo -F vermagic ./{module}.ko*
            xz -dc {module}.ko.xz 2>/dev/null >/tmp/module || cp {module}.ko /tmp/module
            file -b /tmp/module""")
        points.ok(said.good and said.said.startswith(f"{name} ")
                  and "ARM aarch64" in said.said, f"{module} is for {name}", said.said)


def whole_arm64(points: Points, release: str) -> None:
    """A server's file system, with all of its programs emulated."""
    packages = foreign.cross_built(release, "arm64")
    root = foreign.server("arm64", release, foreign.SERVER)
    with System.copy(release, [root], arch="arm64") as copy:
        copy.bind(packages.folder, DEBS)
        (name,) = copy.must(["ls", "/lib/modules"]).split()
        _succeeds(points, copy.apt("install", *names(packages)),
                  "the packages are installed")
        modules(points, copy, name, debs.version())
        signed(points, copy, name)
        found_by_alias(points, copy, name)
        done = copy.run(["runuser", "-u", "alice", "--", "sh", "-ec", """
            cd
            cp /usr/bin/dpkg file
            wdzip --device emu -k file
            gzip -dc file.gz | cmp - file"""])
        _succeeds(points, done, "wdzip and gzip agree")
        _succeeds(points, copy.apt("purge", *(
            debs.field(path, "Package") for path in packages.debs)), "purge")
        points.ok(not built_files(copy, name), "no module is left")
