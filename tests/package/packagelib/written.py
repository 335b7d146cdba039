# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What README.md and docs/install.md tell an administrator to type, typed word
for word, on a server that has a kernel and nothing to build with."""
from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import debs, install, system
from .points import Points
from .system import Result, System

README, GUIDE = "README.md", "docs/install.md"
# She is in the guide, and may use sudo.
USER = "alice"
HOME = f"/home/{USER}"
CLONE, PACKAGES = f"{HOME}/warpdrive", "/srv/packages"
# This machine has no accelerator, and the doctor goes as far as that.
DOCTOR, NO_DEVICE = "warpctl doctor", r"is a ZIP accelerator|/sys/bus/pci/devices cannot"
SERVER = ("adduser", "kmod", "sudo", "systemd", "udev")


def written(points: Points, release: str) -> None:
    """Builds as each of them says, and installs what that gave."""
    (readme,) = blocks(README, "Install")
    here, cross, there = blocks(GUIDE, "Install")
    with _server(release, recommends=True) as copy:
        _clone(copy)
        _type(points, copy, readme)
        _is_member(points, copy)
        _modules_work(points, copy, release)
        (remove,) = blocks(GUIDE, "Remove")
        _type(points, copy, remove)
        name, _ = install.kernels(release)[0]
        points.ok(not install.built_files(copy, name), "no module is left")
    with _server(release, recommends=False) as copy:
        _clone(copy)
        # As the guide says for those who do not want to wait.
        _type(points, copy, here, env={"DEB_BUILD_OPTIONS": "nocheck"})
        with _server(release, recommends=False) as other:
            other.bind(copy.upper / HOME.lstrip("/"), PACKAGES)
            _without_recommended(points, other, release, there)
        _type(points, copy, cross)
        found = sorted((copy.upper / HOME.lstrip("/")).glob("*_arm64.deb"))
        points.ok(len(found) > 1, "there are packages for arm64", str(found))


def blocks(document: str, section: str) -> list[list[str]]:
    """The commands of a section, a list for each of its blocks."""
    heading, inside = "", False
    found: list[list[str]] = []
    for line in debs.content(document).splitlines():
        if line.startswith("```"):
            inside = not inside
            if line == "```sh" and heading == section:
                found.append([])
        elif inside and heading == section and found:
            found[-1].append(line)
        elif not inside and line.startswith("#"):
            heading = line.lstrip("#").strip()
    return found


def server(release: str) -> Path:
    """The layer with what a server has when its first user logs in."""
    name, _ = install.kernels(release)[0]
    return system.tree(
        "newcomer", release, [*SERVER, f"linux-image-{name}"], env=install.NO_IMAGES,
        after=f"""
        useradd --create-home --shell /bin/bash {USER}
        echo '{USER} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/{USER}
        # She says yes to everything.
        echo 'APT::Get::Assume-Yes "true";' >/etc/apt/apt.conf.d/yes
        # What runs here, also for what sudo starts.
        cat >/usr/local/bin/uname <<'END'
#!/bin/sh
[ "$*" = -r ] || exec /usr/bin/uname "$@"
echo {name}
END
        chmod 755 /usr/local/bin/uname""")


@contextlib.contextmanager
def _server(release: str, *, recommends: bool) -> Iterator[System]:
    with System.copy(release, [server(release), system.base(release)]) as copy:
        # Its name comes after that of what all trees have.
        copy.put("/etc/apt/apt.conf.d/zz-recommends",
                 f'APT::Install-Recommends "{str(recommends).lower()}";\n')
        yield copy


def _clone(copy: System) -> None:
    source = debs.unpack(copy.upper / HOME.lstrip("/"))
    source.rename(source.parent / Path(CLONE).name)
    copy.must(["chown", "-R", f"{USER}:", HOME])


def _login(copy: System, line: str, folder: str, env: dict[str, str]) -> Result:
    """A line, typed by somebody who has just logged in."""
    words = "".join(f"export {name}={shlex.quote(value)}; "
                    for name, value in env.items())
    return copy.run(["runuser", "-l", USER, "-c", f"{words}cd {folder} && {line}"])


def _type(points: Points, copy: System, lines: Sequence[str], folder: str = CLONE,
          env: dict[str, str] | None = None) -> None:
    for line in lines:
        result = _login(copy, line, folder, env or {})
        said = f"status {result.status}\n{result.said}"
        if line.startswith(DOCTOR):
            good = result.status == 1 and re.search(NO_DEVICE, result.said)
        else:
            good = result.good
        points.ok(bool(good), line.partition("  #")[0].strip(), said)


def _is_member(points: Points, copy: System) -> None:
    said = copy.must(["id", "-nG", USER])
    points.ok("uacce" in said.split(), f"{USER} is in the group", said)


def _modules_work(points: Points, copy: System, release: str) -> None:
    name, _ = install.kernels(release)[0]
    install.modules(points, copy, name, debs.version())
    install.signed(points, copy, name)
    install.found_by_alias(points, copy, name)


def _without_recommended(points: Points, copy: System, release: str,
                         there: Sequence[str]) -> None:
    """apt does not bring headers and openssl, and the guide says what to do."""
    name, _ = install.kernels(release)[0]
    _type(points, copy, there, PACKAGES)
    _is_member(points, copy)
    points.ok(not install.built_files(copy, name), "without headers there is no module")
    (headers,) = blocks(GUIDE, "Kernel headers")
    _type(points, copy, headers, PACKAGES)
    install.modules(points, copy, name, debs.version())
    again = re.search(r"`(sudo apt install openssl && sudo dpkg-reconfigure "
                      r"warpdrive-dkms)`", debs.content(GUIDE))
    said = copy.run(["modinfo", "-k", name, "-F", "signer", "hisi_zip"])
    points.ok(not said.said.strip(), "without openssl no module is signed", said.said)
    _type(points, copy, [again[1] if again else "false"], PACKAGES)
    _modules_work(points, copy, release)
