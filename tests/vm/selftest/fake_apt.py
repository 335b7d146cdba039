# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Programs in place of apt's, and the archive that they know.

In the folder of the state, archive has a line "name version suite" for each
package that can be had, known those of the lists, which an update makes equal.
"log" has a line for each call.
"""
import os
import subprocess
import sys
from pathlib import Path


def _lines(path: Path) -> list[list[str]]:
    return [line.split() for line in path.read_text(encoding="utf-8").splitlines()]


def _codename() -> str:
    return subprocess.run(["sh", "-c", ". /etc/os-release; echo $VERSION_CODENAME"],
                          check=True, capture_output=True, text=True).stdout.strip()


def _indextargets(state: Path, args: list[str]) -> int:
    downloaded = "--no-release-info" not in args
    if (state / "foreign").exists() or downloaded == (state / "bare").exists():
        return 0
    release = _codename()
    print(f"http://archive.test/debian/ {release} main")
    print(f"http://archive.test/debian/ {release} contrib")
    print(f"http://archive.test/security/ {release}-security main")
    if (state / "backports").exists():
        print(f"http://backports.test/debian/ {release}-backports main")
        print(f"http://backports.test/debian/ {release}-proposed-updates main")
    print("http://other.test/ nodistro main")
    return 0


def _update(state: Path) -> int:
    if (state / "offline").exists():
        print("E: Could not resolve 'archive.test'", file=sys.stderr)
        return 100
    (state / "known").write_bytes((state / "archive").read_bytes())
    return 0


def _fetch(state: Path, packages: list[str], into: Path,
           ending: str = "deb") -> int:
    if (state / "offline").exists():
        print("E: Could not resolve 'archive.test'", file=sys.stderr)
        return 100
    known = {name: version for name, version, _ in _lines(state / "known")}
    archive = {name: version for name, version, _ in _lines(state / "archive")}
    for package in packages:
        name, _, version = package.partition("=")
        if name not in known:
            print(f"E: Unable to locate package {name}", file=sys.stderr)
            return 100
        if version and version != known[name]:
            print(f"E: Version '{version}' for '{name}' was not found",
                  file=sys.stderr)
            return 100
        if archive.get(name) != known[name]:
            print(f"E: Failed to fetch {name}.deb  404  Not Found",
                  file=sys.stderr)
            return 100
        (into / f"{name}_{known[name]}.{ending}").touch()
    return 0


def _apt_get(state: Path, args: list[str]) -> int:
    if "indextargets" in args:
        return _indextargets(state, args)
    if "update" in args:
        return _update(state)
    for verb in ("download", "install"):
        if verb in args:
            into = next((Path(arg.split("=")[1]) for arg in args
                         if arg.startswith("Dir::Cache::archives=")), Path.cwd())
            return _fetch(state, args[args.index(verb) + 1:], into)
    if "source" in args:
        return _fetch(state, args[-1:], Path.cwd(),
                      "orig.tar.xz" if "--tar-only" in args else "dsc")
    return 1


def _showsrc(state: Path, wanted: str) -> int:
    found = [version for name, version, _ in _lines(state / "known")
             if name == wanted]
    for version in found:
        print(f"Package: {wanted}\nVersion: {version}\n")
    if not found:
        print(f"E: You must put some 'deb-src' URIs in your sources.list: {wanted}",
              file=sys.stderr)
    return 0 if found else 100


def _apt_cache(state: Path, args: list[str]) -> int:
    if args[0] == "showsrc":
        return _showsrc(state, args[-1])
    for name, version, suite in _lines(state / "known"):
        if args[0] == "pkgnames":
            print(name)
        elif name in args[1:]:
            print(f"{name:>10} | {version:>10} | http://archive.test/debian "
                  f"{suite}/main amd64 Packages")
            print(f"{name:>10} | {version:>10} | http://archive.test/debian "
                  f"{suite}/main Sources")
    return 0


def main() -> int:
    """One call of one of the programs."""
    state, program, args = Path(os.environ["FAKE_APT"]), sys.argv[1], sys.argv[2:]
    with open(state / "log", "a", encoding="utf-8") as log:
        print(program, *args, file=log)
    if program == "apt-config":
        print('Dir::Etc "/etc/apt/";')
        print('Acquire::http::Proxy "http://proxy.test:3128";')
        return 0
    return (_apt_get if program == "apt-get" else _apt_cache)(state, args)


if __name__ == "__main__":
    sys.exit(main())
