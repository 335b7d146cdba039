# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""zlib-flate, and PDF files by qpdf."""
from __future__ import annotations

import zlib
from pathlib import Path

from .. import linkage, samples
from ..context import Context
from ..suite import Suite


def _prepare(_folder: Path) -> object:
    return {name: linkage.require(linkage.find(name, "qpdf"))
            for name in ("zlib-flate", "qpdf")}


def _run(ctx: Context) -> None:
    program = ctx.prepared["zlib-flate"]
    for kind, make in samples.KINDS.items():
        for size in (1, 5000, 1 << 20):
            plain = make(size)
            packed = ctx.run(program, "-compress", data=plain)
            ctx.check_same(f"{kind} {size}: its own", ctx.run(
                program, "-uncompress", data=packed.out), plain)
            ctx.check_same(f"{kind} {size}: without the drop-in", ctx.peer(
                program, "-uncompress", data=packed.out), plain)
            ctx.check_same(f"{kind} {size}: zlib's", ctx.run(
                program, "-uncompress", data=zlib.compress(plain)), plain)
    for level in range(1, 10):
        packed = ctx.run(program, f"-compress={level}", data=samples.mixed(300000))
        ctx.check_same(f"level {level}", ctx.peer(
            program, "-uncompress", data=packed.out), samples.mixed(300000))
    _pdf(ctx)


def _pdf(ctx: Context) -> None:
    """Streams compressed, recompressed and unpacked again."""
    ctx.put("plain.pdf", _document())
    qpdf = ctx.prepared["qpdf"]
    steps = (("packed", "plain", "--compress-streams=y",
              "--object-streams=generate"),
             ("again", "packed", "--recompress-flate", "--compression-level=9"))
    for name, source, *options in steps:
        done = ctx.run(qpdf, *options, f"{source}.pdf", f"{name}.pdf")
        ctx.check(f"qpdf {' '.join(options)}", done.ok, done)
        for start, who in ((ctx.run, ""), (ctx.peer, " without the drop-in")):
            done = start(qpdf, "--check", f"{name}.pdf")
            ctx.check(f"qpdf --check {name}{who}", done.ok, done)
            done = start(qpdf, "--qdf", "--static-id", f"{name}.pdf", "-")
            ctx.check(f"qpdf --qdf {name}{who}",
                      done.ok and _content() in done.out, done.err)


def _content() -> bytes:
    return b"\n".join(b"%d %d m %d %d l S" % (i, i * i % 500, i % 300, i * 7 % 700)
                      for i in range(20000))


def _document() -> bytes:
    """A file with one page."""
    body = _content()
    objects = (b"<< /Type /Catalog /Pages 2 0 R >>",
               b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800]"
               b" /Contents 4 0 R >>",
               b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body))
    out, table = bytearray(b"%PDF-1.4\n"), b"0000000000 65535 f \n"
    for number, text in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    return bytes(out) + (
        b"xref\n0 5\n%strailer\n<< /Root 1 0 R /Size 5 >>\nstartxref\n%d\n%%%%EOF\n"
        % (table, len(out)))


SUITE = Suite("zlibflate", "zlib-flate and qpdf", _prepare, _run)
