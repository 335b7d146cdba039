# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""zip archives.

Debian's zip and unzip have a deflate and an inflate of their own, which nothing
preloaded can replace. They are the judges here of bsdtar and of zlib's minizip,
which load libz.
"""
from __future__ import annotations

import shutil
from pathlib import Path

from .. import linkage, samples
from ..context import Context
from ..suite import Suite


def _prepare(_folder: Path) -> object:
    programs = {name: linkage.require(linkage.find(name, package))
                for name, package in (("bsdtar", "libarchive-tools"),
                                      ("minizip", "minizip"),
                                      ("miniunzip", "minizip"))}
    for name in ("zip", "unzip"):
        programs[name] = linkage.find(name, name)
    return programs


def _run(ctx: Context) -> None:
    files = _files(ctx)
    for name in ("zip", "unzip"):
        if linkage.is_dynamic(ctx.prepared[name]):
            ctx.check(f"{name} has no zlib of its own any more", False,
                      "it can be tested instead of only judging")
    _bsdtar(ctx, files)
    _minizip(ctx, files)
    _damage(ctx)


def _files(ctx: Context) -> dict[str, bytes]:
    (ctx.folder / "in").mkdir()
    files = {}
    for kind, make in samples.KINDS.items():
        for size in (0, 1, 1000, 65536, 900000):
            files[f"{kind}-{size}"] = make(size)
            ctx.put(f"in/{kind}-{size}", files[f"{kind}-{size}"])
    return files


def _same_tree(ctx: Context, name: str, folder: str, files: dict[str, bytes]) -> None:
    bad = [entry for entry, data in files.items()
           if ctx.get(f"{folder}/{entry}") != data]
    ctx.check(name, not bad, f"these differ: {' '.join(bad)}")
    shutil.rmtree(ctx.folder / folder, ignore_errors=True)


def _unpack_with(ctx: Context, name: str, archive: str, files: dict[str, bytes],
                 *argv: str | Path, peer: bool = False, strip: str = "") -> None:
    target = ctx.folder / "out"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    done = (ctx.peer if peer else ctx.run)(*argv)
    ctx.check(f"{name}: exit status", done.ok, done)
    _same_tree(ctx, f"{name}: files of {archive}", f"out{strip}", files)


def _bsdtar(ctx: Context, files: dict[str, bytes]) -> None:
    bsdtar, names = ctx.prepared["bsdtar"], sorted(files)
    formats = {"b.zip": ("--format", "zip"), "b.tgz": ("-z",),
               "b1.tgz": ("-z", "--options", "gzip:compression-level=1"),
               "b9.zip": ("--format", "zip", "--options",
                          "zip:compression-level=9")}
    for archive, options in formats.items():
        done = ctx.run(bsdtar, "-c", *options, "-f", archive, "-C", "in", *names)
        ctx.check(f"bsdtar: makes {archive}", done.ok, done)
        _unpack_with(ctx, "bsdtar", archive, files,
                     bsdtar, "-x", "-f", archive, "-C", "out")
        judge = ((ctx.prepared["unzip"], "-q", archive, "-d", "out")
                 if archive.endswith("zip") else
                 ("tar", "-x", "-z", "-f", archive, "-C", "out"))
        _unpack_with(ctx, Path(judge[0]).name, archive, files, *judge, peer=True)
    done = ctx.peer(ctx.prepared["zip"], "-q", "-r", "z.zip", "in")
    ctx.check("zip: exit status", done.ok, done)
    _unpack_with(ctx, "bsdtar", "zip's z.zip", files,
                 bsdtar, "-x", "-f", "z.zip", "-C", "out", strip="/in")


def _minizip(ctx: Context, files: dict[str, bytes]) -> None:
    for level in ("-1", "-6", "-9"):
        archive = f"m{level}.zip"
        done = ctx.run(ctx.prepared["minizip"], "-o", level, f"../{archive}",
                       *sorted(files), cwd=ctx.folder / "in")
        ctx.check(f"minizip {level}: exit status", done.ok, done)
        _unpack_with(ctx, "unzip", archive, files, ctx.prepared["unzip"], "-q",
                     archive, "-d", "out", peer=True)
        _unpack_with(ctx, "miniunzip", archive, files, ctx.prepared["miniunzip"],
                     "-x", "-o", archive, "-d", "out")
    _unpack_with(ctx, "miniunzip", "zip's z.zip", files, ctx.prepared["miniunzip"],
                 "-x", "-o", "z.zip", "-d", "out", strip="/in")


def _damage(ctx: Context) -> None:
    data = bytearray(ctx.get("b.zip"))
    data[len(data) // 2] ^= 0x10
    ctx.put("damaged.zip", bytes(data))
    done = ctx.run(ctx.prepared["bsdtar"], "-x", "-O", "-f", "damaged.zip")
    ctx.check("bsdtar: a damaged archive is an error",
              done.status not in (0, None), done)


SUITE = Suite("archives", "zip and tar.gz by bsdtar and minizip, beside zip, unzip, tar",
              _prepare, _run)
