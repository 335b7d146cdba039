# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What is installed, used: as a developer, by Debian's own test programs."""
from __future__ import annotations

from pathlib import Path

from . import debs, install, system
from .points import Points
from .system import Result, System

# What a developer has.
COMPILERS = ("gcc", "g++", "libc6-dev", "cmake", "make", "pkgconf", "python3", "zlib1g-dev")
EXAMPLES = "/usr/share/doc/libwarpdrive-dev/examples"
HOME = "/home/developer"


def installed(points: Points, release: str) -> None:
    """The examples of the user guide by pkg-config and CMake, and the tools, as
    an ordinary user."""
    built = debs.built(release)
    layer = system.tree("developer", release, COMPILERS,
                        after="useradd --create-home developer")
    with install.copy_with(release, [layer], built) as copy:
        wanted = [str(path) for path in install.names(built) if "dkms" not in path
                  and Path(path).name.split("_")[0] != debs.NAME]
        result = copy.apt("install", *wanted)
        points.ok(result.good, "install what needs no kernel", result.said)
        for what, script in SCRIPTS:
            done = _as_developer(copy, script)
            points.ok(done.good, what, done.said)


def _as_developer(copy: System, script: str) -> Result:
    return copy.run(["runuser", "-u", "developer", "--", "sh", "-ec", script],
                    cwd=HOME, env={"HOME": HOME}, network=False)


SCRIPTS = (
    ("examples with pkg-config", f"""
        ls {EXAMPLES}/*.c
        for source in {EXAMPLES}/*.c; do
            name=$(basename "$source" .c)
            cc -Wall -Wextra -Werror -o "$name" "$source" \
                $(pkg-config --cflags --libs warpdrive)
        done"""),
    ("the example of the user guide runs", """
        head -c 300000 /usr/bin/python3 >input
        ./compress input input.gz
        gzip -d -c input.gz | cmp - input"""),
    ("examples with CMake, and their tests", f"""
        cmake -S {EXAMPLES} -B build
        cmake --build build
        ctest --test-dir build --no-tests=error --output-on-failure"""),
    ("wdzip and gzip agree", """
        cp /usr/bin/python3 file
        wdzip --device emu -k file
        gzip -d -c file.gz | cmp - file
        gzip -c file | wdzip --device emu -d -c | cmp - file"""),
    ("warpctl tests the built-in device", "warpctl selftest emu && warpctl doctor emu"),
    ("all have the version of their package", """
        version=$(pkg-config --modversion warpdrive)
        warpctl --version | grep -F "warpctl $version (libwarpdrive $version)"
        wdzip --version | grep -F "$version"
        package=$(dpkg-query -W -f '${Version}' libwarpdrive1)
        echo "library $version, package $package"
        case $package in
        "$version" | "$version"[~+]*) ;;
        *) exit 1 ;;
        esac"""),
    ("manual pages", "for page in wdzip.1 warpctl.1 hisi-zip-emu.1; do "
                     "test -s /usr/share/man/man1/$page.gz; done; "
                     "test -s /usr/share/man/man3/wd_send.3.gz"),
    ("the zlib drop-in works in a program", """
        LD_PRELOAD=libwdz.so.1 WARPDRIVE_ZLIB=force WARPDRIVE_ZLIB_DEVICE=emu \
        WARPDRIVE_ZLIB_COUNTERS=counters python3 -c 'import zlib
data = b"hello again"
assert zlib.decompress(zlib.compress(data)) == data'
        grep 'deflate.device.in=11 ' counters"""),
    ("the emulator starts", """
        timeout 5 hisi-zip-emu --socket ./pci --control ./control --once &
        for n in 1 2 3 4 5 6 7 8 9; do [ -S control ] && break; sleep 0.3; done
        hisi-zip-emu --send ./control status"""),
)


def autopkgtest(points: Points, release: str) -> None:
    """Every test of debian/tests, as Debian's own machines run them."""
    built = debs.built(release)
    layer = system.tree("autopkgtest", release, ["autopkgtest"])
    with install.copy_with(release, [layer, install.machine(release)], built) as copy:
        debs.unpack(copy.upper / "srv/source")
        (source,) = (copy.upper / "srv/source").glob("warpdrive-*")
        result = copy.run(["autopkgtest", "--no-built-binaries", "--user=nobody",
                           *install.names(built), f"/srv/source/{source.name}", "--",
                           "null"])
        _each_test(points, result)


def _each_test(points: Points, result: Result) -> None:
    summary = result.said.rpartition("@@@@@@@@@@@@@@@@@@@@ summary")[2]
    tests = [line.split(None, 2) for line in summary.splitlines() if line.strip()]
    for words in tests:
        if len(words) > 1 and words[1] in ("PASS", "FAIL", "SKIP", "FLAKY"):
            points.ok(words[1] == "PASS", f"test {words[0]}", " ".join(words) + "\n"
                      + result.said)
    points.ok(result.status == 0, "all of debian/tests", result.said)


def piuparts(points: Points, release: str) -> None:
    """Installed and purged; nothing is left, nothing is owned by nobody."""
    built = debs.built(release)
    layer = system.tree("piuparts", release, ["piuparts"])
    base = system.base(release)
    with install.copy_with(release, [layer], built) as copy:
        copy.bind(base, "/srv/base")
        result = copy.run(["piuparts", "--distribution", release, "--existing-chroot",
                           "/srv/base", "--keep-sources-list", "--no-eatmydata",
                           "--skip-logrotatefiles-test", "--warn-on-leftovers-after-purge",
                           *install.names(built)])
        points.ok(result.good and "PASS: All tests." in result.said,
                  "piuparts finds nothing", result.said)
