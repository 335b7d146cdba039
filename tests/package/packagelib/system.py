# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Debian systems to install into: trees in the cache, and copies of them that
last as long as a test and cost nothing, as only what changes is written."""
from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache as once
from pathlib import Path

from vmlib import archive, cache, tool
from vmlib.tool import PrepareError

from . import binfmt

TOP = Path(__file__).resolve().parents[3]
# Releases that are supported, and the one that is only looked at.
RELEASES = ("bookworm", "trixie")
UNSTABLE = "sid"
# Raised when the content of a tree changes for the same packages.
FORMAT = 1
# What nobody reads; that the packages of this tree bring theirs is looked at in
# their lists of files.
UNUSED = ("/usr/share/info/*", "/usr/share/locale/*")
# Long for what is emulated on a busy machine; nobody may be there to see a hang.
COMMAND_SECONDS = 7200
# Where a program lies that stands in for uname.
RUNNING = "/srv/running"

# In name spaces of its own, so that whatever happens nothing is left mounted.
# Arguments: the lower directories, the folder with what belongs to this system,
# where packages are kept, pairs of folders to bind, "--", the command.
INSIDE = r"""
set -e
lower=$1 folder=$2 debs=$3 root=$2/root
shift 3
# Nothing has to outlive a crash of this machine, so nothing waits for its disk;
# the mark that this leaves would forbid another mount.
rm -rf "$folder/work/work/incompat" "$folder/debs-work/work/incompat"
mount -t overlay overlay -o \
	"lowerdir=$lower,upperdir=$folder/upper,workdir=$folder/work,volatile" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in full null random tty urandom zero; do
	touch "$root/dev/$device"
	mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mkdir -p "$root/var/cache/apt/archives"
# apt locks the folder that it downloads to, so each system has its own.
mount -t overlay overlay -o \
	"lowerdir=$debs,upperdir=$folder/debs,workdir=$folder/debs-work,volatile" \
	"$root/var/cache/apt/archives"
# To find the archive by the same means as this machine does.
for file in resolv.conf hosts; do
	touch "$root/etc/$file"
	mount --bind "$(realpath "/etc/$file")" "$root/etc/$file"
done
while [ "$1" != -- ]; do
	mkdir -p "$root$2"
	mount --bind "$1" "$root$2"
	shift 2
done
shift
exec chroot "$root" "$@"
"""


def week() -> str:
    """Trees of another week have other packages."""
    return time.strftime("%G-%V")


def sources(release: str) -> list[str]:
    """sources.list of a release, of this machine's own archives."""
    if release != UNSTABLE:
        return archive.sources(release)
    # It has one suite, and its components are those of any other.
    (main,) = (line for line in archive.sources(RELEASES[0])
               if line.split()[2] == RELEASES[0])
    return [main.replace(f" {RELEASES[0]} ", f" {UNSTABLE} ")]


def debs_of(release: str, arch: str) -> Path:
    """Where downloaded packages are kept, for this week."""
    folder = cache.root() / "debs" / f"{release}-{arch}-{week()}"
    if not folder.is_dir():
        for old in folder.parent.glob(f"{release}-{arch}-*"):
            cache.remove_tree(old)
        (folder / "partial").mkdir(parents=True, exist_ok=True)
    return folder


def need_root() -> None:
    """Ends with what to do if this is not root."""
    if os.geteuid() != 0:
        raise PrepareError("chroots, mounts and packages need root: run the same "
                           "command by sudo")


@once
def base(release: str, arch: str = "") -> Path:
    """The least that is a Debian with apt and its lists."""
    arch = arch or archive.host_arch()
    lines = sources(release)
    key = "\n".join([str(FORMAT), arch, week(), *lines])

    def fill(into: Path) -> None:
        need_root()
        with tempfile.TemporaryDirectory(prefix="package-base-") as name:
            conf, listed = Path(name, "apt.conf"), Path(name, "sources.list")
            conf.write_text("\n".join([*apt_conf(), ""]), encoding="utf-8")
            listed.write_text("\n".join([*lines, ""]), encoding="utf-8")
            tool.run(["mmdebstrap", "--quiet", "--variant=minbase",
                      "--format=directory", f"--architectures={arch}",
                      "--skip=cleanup/apt/lists,check/qemu", f"--aptopt={conf}",
                      "--dpkgopt=force-unsafe-io",
                      *(f"--dpkgopt=path-exclude={path}" for path in UNUSED),
                      release, into, listed])

    return cache.entry(f"base-{release}-{arch}", key, fill)


def apt_conf() -> list[str]:
    """How apt behaves in all trees."""
    return [*archive.host_options(), 'APT::Install-Recommends "false";',
            'Acquire::Languages "none";',
            # Not kept when "apt install" is what is run.
            'Binary::apt::APT::Keep-Downloaded-Packages "true";',
            # The folder of packages may belong to anybody.
            'APT::Sandbox::User "root";']


def tree(name: str, release: str, packages: Sequence[str], *,
         after: str = "", env: Mapping[str, str] | None = None) -> Path:
    """The base with packages, and what a command changed, as a layer on it."""
    below = base(release)
    key = "\n".join([str(FORMAT), str(below), *packages, after])

    def fill(into: Path) -> None:
        with System.copy(release, [below]) as system:
            system.must(["apt-get", "install", "-y", *packages], env=env)
            if after:
                system.must(["sh", "-ec", after])
            system.upper.rename(into / "layer")

    return cache.entry(f"{name}-{release}", key, fill) / "layer"


@dataclass
class Result:
    """How a command in a system ended."""
    status: int
    said: str

    @property
    def good(self) -> bool:
        return self.status == 0


@dataclass
class System:
    """A copy of a tree, to be changed; lowers has the newest layer first."""
    release: str
    lowers: list[Path]
    folder: Path
    arch: str = field(default_factory=archive.host_arch)
    binds: dict[Path, str] = field(default_factory=dict)
    path: str = "/usr/sbin:/usr/bin:/sbin:/bin"

    @classmethod
    @contextlib.contextmanager
    def copy(cls, release: str, lowers: Sequence[Path], *,
             arch: str = "") -> Iterator[System]:
        """The copy is gone afterwards."""
        need_root()
        folder = Path(tempfile.mkdtemp(prefix="warpdrive-package-"))
        try:
            for name in ("upper", "work", "root", "debs", "debs-work"):
                (folder / name).mkdir()
            (folder / "upper").chmod(0o755)
            yield cls(release, list(lowers), folder, arch or archive.host_arch())
        finally:
            cache.remove_tree(folder)

    @property
    def upper(self) -> Path:
        return self.folder / "upper"

    @contextlib.contextmanager
    def again(self) -> Iterator[System]:
        """A copy of the system as it is now; this one must not change meanwhile."""
        with System.copy(self.release, [self.upper, *self.lowers],
                         arch=self.arch) as other:
            other.binds, other.path = dict(self.binds), self.path
            yield other

    def bind(self, outside: Path, inside: str) -> None:
        """A folder of this machine for the commands to come."""
        self.binds[outside] = inside

    def put(self, path: str, text: str, mode: int = 0o644) -> None:
        """A file in the system, or another content of one."""
        to = self.upper / path.lstrip("/")
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(text, encoding="utf-8")
        to.chmod(mode)

    def runs_kernel(self, release: str) -> None:
        """What programs take for the kernel of a chroot is this machine's own;
        from here on they are told of another one."""
        self.put(f"{RUNNING}/uname", f"""#!/bin/sh
if [ "$*" = -r ]; then
	echo {release}
else
	exec /usr/bin/uname "$@"
fi
""", 0o755)
        self.path = f"{RUNNING}:{self.path}"

    def run(self, argv: Sequence[str], *, cwd: str = "/",
            env: Mapping[str, str] | None = None, network: bool = True,
            seconds: float = COMMAND_SECONDS) -> Result:
        """Runs a command as root in the system."""
        pairs = [str(word) for pair in self.binds.items() for word in pair]
        variables = {"PATH": self.path, "HOME": "/root",
                     "LC_ALL": "C.UTF-8", "TERM": "dumb",
                     "DEBIAN_FRONTEND": "noninteractive", **(env or {})}
        command = [
            "setpriv", "--pdeathsig", "KILL", "--", *binfmt.can_run(self.arch),
            "unshare", "--mount", "--pid", "--fork", "--kill-child",
            *([] if network else ["--net"]), "--propagation", "private", "--",
            "bash", "-c", INSIDE, "bash", ":".join(map(str, self.lowers)),
            str(self.folder), str(debs_of(self.release, self.arch)), *pairs, "--",
            "sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", cwd,
            "env", "-i", *(f"{name}={value}" for name, value in variables.items()),
            *argv]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  check=False, timeout=seconds,
                                  env=tool.environment())
        except FileNotFoundError:
            raise tool.missing(command[0]) from None
        except subprocess.TimeoutExpired as error:
            said = (error.stdout or b"").decode(errors="replace")
            return Result(124, f"{said}\nnot done in {seconds:.0f} s")
        finally:
            self._keep_downloads()
        return Result(done.returncode, done.stdout.decode(errors="replace"))

    def _keep_downloads(self) -> None:
        """Packages that were fetched are for all systems."""
        keep = debs_of(self.release, self.arch)
        for path in (self.folder / "debs").glob("*.deb"):
            if not (keep / path.name).exists():
                part = keep / "partial" / f"{self.folder.name}-{path.name}"
                shutil.copy(path, part)
                part.rename(keep / path.name)

    def must(self, argv: Sequence[str], **options) -> str:
        """The same for what is no test: it has to succeed."""
        result = self.run(argv, **options)
        if not result.good:
            raise tool.failed(list(argv), result.status, result.said)
        return result.said

    def sh(self, script: str, **options) -> Result:
        """A shell's commands."""
        return self.run(["sh", "-ec", script], **options)

    def apt(self, *words: str, **options) -> Result:
        """apt as an administrator has it, who says yes to everything."""
        return self.run(["apt", "-y", *words], **options)

    def files(self) -> dict[str, str]:
        """Everything there is: type, mode, owner, size or link; for what is
        configured, the content."""
        said = self.must(["sh", "-ec", r"""
            find / -xdev ! -type d -printf '%p\0%y %m %u:%g %s %l\n'
            find / -xdev -type d -printf '%p\0%y %m %u:%g\n'
            find /etc -xdev -type f -exec sha256sum --zero {} + |
                sed -z 's/^\([^ ]*\)  \(.*\)/\2 (content)\n\1/' |
                tr '\0\n' '\n\0'"""])
        pairs = (line.split("\0") for line in said.splitlines())
        return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def digest(*parts: str) -> str:
    """A short name for something made of these."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def copy_out(system: System, inside: str, pattern: str, to: Path) -> list[Path]:
    """Files that a command wrote into the system, on this machine."""
    found = sorted((system.upper / inside.lstrip("/")).glob(pattern))
    to.mkdir(parents=True, exist_ok=True)
    return [Path(shutil.copy(path, to)) for path in found if path.is_file()]
