# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Where things are compiled: a Debian with gcc for both architectures.

Guest programs and kernels are made by the same compilers on every machine,
whatever it has installed. The chroot is never written to after it was made and
has no network; what a command works on is bound into it below /srv.
"""
from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache as once
from pathlib import Path, PurePosixPath

from . import archive, cache, tool
from .tool import PrepareError

SUITE = "trixie"
# Raised when the content of the entry changes for the same packages.
FORMAT = 1
# Its version is in the key of all that is compiled.
COMPILER = "gcc-14"
# Compilers for the machine that is not this one.
CROSS = {"amd64": ("gcc-14-aarch64-linux-gnu", "libc6-dev-arm64-cross"),
         "arm64": ("gcc-14-x86-64-linux-gnu", "libc6-dev-amd64-cross")}
NATIVE = (COMPILER, "libc6-dev", "bc", "bison", "cmake", "cpio", "flex", "kmod",
          "libelf-dev", "libssl-dev", "make", "ninja-build", "pahole", "python3",
          "rsync", "sparse", "xz-utils", "zlib1g-dev", "zstd")
# What nobody reads there.
UNUSED = ("/usr/share/doc/*", "/usr/share/info/*", "/usr/share/locale/*",
          "/usr/share/man/*")
BINDS = PurePosixPath("/srv")

# In a mount namespace of its own: whatever happens, no mount is left. The
# arguments are the root, pairs of folders, "--", the folder to start in and
# the command.
INSIDE = r"""
set -e
root=$1
shift
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
for dir in dev srv tmp; do
	mount -t tmpfs -o mode=1777 tmpfs "$root/$dir"
done
for device in full null random urandom zero; do
	touch "$root/dev/$device"
	mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
while [ "$1" != -- ]; do
	mkdir -p "$root$2"
	mount --bind "$1" "$root$2"
	shift 2
done
cwd=$2
shift 2
exec chroot "$root" sh -c 'cd "$1" && shift && exec "$@"' sh "$cwd" "$@"
"""


@once
def root() -> Path:
    """The chroot, made now if the archive has newer compilers than it has."""
    host = archive.host_arch()
    if host not in CROSS:
        raise PrepareError(f"on a machine of architecture {host} nothing can be "
                           f"compiled for guests, only on {', '.join(CROSS)}")
    packages = (*NATIVE, *CROSS[host])
    key = "\n".join([str(FORMAT), host, *packages, compiler()])
    return cache.entry("builder", key, lambda part: _fill(packages, part))


@once
def compiler() -> str:
    """The compiler's package and version."""
    return str(archive.newest(COMPILER, archive.host_arch(), SUITE))


def _fill(packages: Sequence[str], into: Path) -> None:
    _need_root("making the chroot in which programs and kernels are compiled")
    with tempfile.TemporaryDirectory(prefix="vm-builder-") as name:
        conf, lines = Path(name, "apt.conf"), Path(name, "sources.list")
        conf.write_text("\n".join([
            *archive.host_options(), 'APT::Install-Recommends "false";',
            'Acquire::Check-Valid-Until "false";', ""]), encoding="utf-8")
        lines.write_text("\n".join([*archive.sources(SUITE), ""]),
                         encoding="utf-8")
        tool.run(["mmdebstrap", "--quiet", "--variant=apt", "--format=directory",
                  f"--include={','.join(packages)}", f"--aptopt={conf}",
                  *(f"--dpkgopt=path-exclude={path}" for path in UNUSED),
                  SUITE, into, lines])


def run(argv: Sequence[str | Path], cwd: Path, binds: Mapping[Path, Path],
        env: Mapping[str, str] | None = None) -> bytes:
    """The standard output of a command in the chroot, which must succeed.

    binds: folders of this machine and where they are seen, below /srv; cwd is
    a folder in the chroot. The command ends with this process, however it ends.
    """
    _need_root("compiling in a chroot")
    pairs = []
    for outside, inside in binds.items():
        if BINDS not in PurePosixPath(inside).parents:
            raise ValueError(f"{inside} is not below {BINDS}")
        pairs += [str(outside), str(inside)]
    variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp",
                 "LC_ALL": "C.UTF-8", **(env or {})}
    wanted = [str(arg) for arg in argv]
    command = ["setpriv", "--pdeathsig", "KILL", "--",
               "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child",
               "--propagation", "private", "--",
               "bash", "-c", INSIDE, "bash", str(root()), *pairs, "--", str(cwd),
               "env", "-i", *(f"{key}={value}" for key, value in variables.items()),
               *wanted]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL,
                              capture_output=True, check=False,
                              env=tool.environment())
    except FileNotFoundError:
        raise tool.missing(command[0]) from None
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace")
        raise tool.failed(wanted, done.returncode, said)
    return done.stdout


def _need_root(what: str) -> None:
    if os.geteuid() != 0:
        raise PrepareError(
            f"{what} needs root (mmdebstrap, mount, chroot): run the same command "
            "by sudo; what the cache has already needs none")
