# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""git on this project's own repository."""
from __future__ import annotations

from pathlib import Path

from vmlib.tool import PrepareError

from .. import linkage
from ..context import Context
from ..suite import Suite

TOP = Path(__file__).resolve().parents[4]


def _prepare(_folder: Path) -> object:
    if not (TOP / ".git").exists():
        raise PrepareError(f"{TOP} is no git repository: clone the project "
                           "instead of unpacking an archive of it")
    return linkage.require(linkage.find("git", "git"))


def _git(ctx: Context, *words: str, peer: bool = False):
    # Threads would be more than the machine has; who owns the clone does not matter.
    start = ctx.peer if peer else ctx.run
    return start(ctx.prepared, "-c", "safe.directory=*", "-c", "pack.threads=2",
                 "-c", "gc.auto=0", "-c", "maintenance.auto=false", *words)


def _run(ctx: Context) -> None:
    (ctx.folder.parent / "home" / ".gitconfig").write_text(
        "[safe]\n\tdirectory = *\n[user]\n\tname = nobody\n"
        "\temail = nobody@localhost\n", encoding="utf-8")
    wanted = _objects(ctx, str(TOP), "HEAD")
    ctx.check("the repository has commits", len(wanted.splitlines()) > 100)
    # Over a protocol, so that everything is packed and unpacked again.
    done = _git(ctx, "clone", "-q", "--single-branch", f"file://{TOP}", "clone")
    ctx.check("clone", done.ok, done)
    _intact(ctx, "clone", wanted)
    done = _git(ctx, "-C", "clone", "status", "--porcelain")
    ctx.check_same("clone: the work tree is what was committed", done, b"")
    _archive(ctx)
    _commit(ctx)
    _pack_again(ctx)
    _send_on(ctx)


def _objects(ctx: Context, where: str, what: str) -> bytes:
    """Every object's name, type and size, by a git without the drop-in."""
    names = _git(ctx, "-C", where, "rev-list", "--objects", what, peer=True).out
    ids = b"".join(line.split()[0] + b"\n" for line in names.splitlines())
    return ctx.peer(ctx.prepared, "-c", "safe.directory=*", "-C", where,
                    "cat-file", "--batch-check", data=ids).out


def _intact(ctx: Context, name: str, wanted: bytes) -> None:
    """Both gits find every object as it should be."""
    for peer, who in ((False, ""), (True, " by a git without the drop-in")):
        done = _git(ctx, "-C", "clone", "fsck", "--full", "--strict", peer=peer)
        ctx.check(f"{name}: fsck{who}", done.ok and b"error" not in done.err, done)
    ctx.check(f"{name}: objects", _objects(ctx, "clone", "origin/HEAD") == wanted)


def _archive(ctx: Context) -> None:
    done = _git(ctx, "-C", "clone", "archive", "--format=tar", "HEAD")
    for level in ("-1", "-9"):
        packed = _git(ctx, "-C", "clone", "archive", "--format=tgz", level, "HEAD")
        ctx.check_same(f"archive {level}: gzip reads it",
                       ctx.peer("gzip", "-dc", data=packed.out), done.out)
    packed = _git(ctx, "-C", "clone", "archive", "--format=zip", "-o", "../z.zip",
                  "HEAD")
    if ctx.check("archive: zip", packed.ok, packed):
        checked = ctx.peer("unzip", "-tq", "z.zip")
        ctx.check("archive: unzip -t", checked.ok, checked)


def _commit(ctx: Context) -> None:
    """Loose objects, small and large."""
    for number in range(20):
        ctx.put(f"clone/new-{number}", b"%d\n" % number * (10 ** (number % 6)))
    for words in (("add", "-A"), ("commit", "-q", "-m", "new files")):
        done = _git(ctx, "-C", "clone", *words)
        ctx.check(words[0], done.ok, done)
    shown = _git(ctx, "-C", "clone", "show", "HEAD:new-5", peer=True)
    ctx.check_same("a git without the drop-in reads loose objects", shown,
                   b"5\n" * 100000)


def _pack_again(ctx: Context) -> None:
    wanted = _objects(ctx, "clone", "origin/HEAD")
    for words in (("gc", "-q", "--prune=now"), ("repack", "-q", "-a", "-d", "-F")):
        done = _git(ctx, "-C", "clone", *words)
        ctx.check(words[0], done.ok, done)
        _intact(ctx, words[0], wanted)


def _send_on(ctx: Context) -> None:
    """push and fetch: packs written by one process and read by another."""
    ctx.check("init", _git(ctx, "init", "-q", "--bare", "other").ok)
    done = _git(ctx, "-C", "clone", "push", "-q", f"file://{ctx.folder}/other",
                "HEAD:refs/heads/sent")
    ctx.check("push", done.ok, done)
    ctx.check("push: objects", _objects(ctx, "other", "sent") ==
              _objects(ctx, "clone", "HEAD"))
    done = _git(ctx, "-C", "other", "fsck", "--full", "--strict")
    ctx.check("push: fsck", done.ok, done)


SUITE = Suite("git", "git: clone, archive, commit, gc, repack, push, fsck",
              _prepare, _run)
