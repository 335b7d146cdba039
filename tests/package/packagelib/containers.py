# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the guide says of containers, by Podman; a device that takes everything
stands in for the accelerator, as what counts here are names and rights."""
from __future__ import annotations

import shlex

from . import debs, install, system
from .points import Points
from .system import Result, System
from .written import GUIDE, blocks

PACKAGES = ("adduser", "conmon", "crun", "podman")
# Without cgroups and networks, which belong to the machine that this is run on;
# crun looks for a file system of cgroups, though, and writes nothing to it.
CONFIGURATION = {
    "storage.conf": '[storage]\ndriver = "vfs"\nrunroot = "/run/store"\n'
                    'graphroot = "/var/lib/store"\n',
    "containers.conf": '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
                       'runtime = "crun"\n[containers]\ncgroups = "disabled"\n'
                       'netns = "none"\n'}
NODE = "/dev/hisi_zip-0"
READY = f"""
mount -t cgroup2 none /sys/fs/cgroup
mknod -m 660 {NODE} c 1 3
chgrp uacce {NODE}
"""
# The system itself, without what only programs outside need.
IMPORT = """
install -d -o 1000 /data
seq 10000 >/data/file
chown 1000 /data/file
tar -c --one-file-system --exclude=./var --exclude=./srv --exclude=./usr/share \\
    --exclude=./usr/libexec --exclude=./usr/lib/podman -C / . |
    podman import --change 'WORKDIR /data' - image
"""
WHAT = "IMAGE wdzip FILE"
OPENS = f"image sh -c {shlex.quote(f'exec 3<>{NODE}')}"


def containers(points: Points, release: str) -> None:
    """Those lines that root types; a user without rights of her own needs a machine
    that booted."""
    built = debs.built(release)
    layer = system.tree("containers", release, PACKAGES)
    (gid, *first), second = blocks(GUIDE, "Containers")
    with install.copy_with(release, [layer], built) as copy:
        copy.must(["apt-get", "install", "-y", *(
            f"{install.DEBS}/{built.deb(name).name}"
            for name in ("libwarpdrive1", "warpdrive-common", "warpdrive-tools"))])
        for name, text in CONFIGURATION.items():
            copy.put(f"/etc/containers/{name}", text)
        copy.must(["install", "-D", "-t", "/etc/cdi", "/usr/share/doc/"
                   "warpdrive-common/examples/warpdrive.json"])
        copy.must(["sh", "-ec", READY + IMPORT])
        lines = [line.partition("  #")[0].strip() for line in first + second
                 if line.startswith("podman ") and "keep-groups" not in line]
        points.ok(len(lines) == 2, "the guide has a line for each way",
                  "\n".join(first + second))
        for line in lines:
            _line(points, copy, gid, line)
        without = lines[0].replace(' --group-add "$gid"', "")
        opened = _run(copy, gid, without.replace(WHAT, OPENS))
        points.ok(without != lines[0] and not opened.good
                  and "Permission denied" in opened.said,
                  "without the group the device's file stays closed", opened.said)


def _line(points: Points, copy: System, gid: str, line: str) -> None:
    for what, command in (
            (line, line.replace(WHAT, "image wdzip file")),
            (f"{line}: the device's file opens", line.replace(WHAT, OPENS))):
        done = _run(copy, gid, command)
        points.ok(done.good and command != line, what, done.said)


def _run(copy: System, gid: str, command: str) -> Result:
    return copy.sh(f"{READY}\n{gid}\n{command}", network=False)
