# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""curl --compressed from nginx, both with the drop-in, on the loopback only.

nginx is not installed, as its package would start a service; its program is taken
out of the package and gets a configuration and folders of its own.
"""
from __future__ import annotations

import contextlib
import gzip
import socket
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from vmlib.tool import PrepareError

from .. import linkage, process, samples, sources
from ..context import Context
from ..suite import Suite

START_SECONDS = 20
TRIES = 5

CONFIGURATION = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
{user}
events {{ worker_connections 64; }}
http {{
	access_log {folder}/access.log;
	types {{ }}
	default_type text/plain;
	client_body_temp_path {folder}/body;
	proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi;
	scgi_temp_path {folder}/scgi;
	gzip_types *;
	gzip_min_length 1;
	server {{
		listen 127.0.0.1:{port};
		root {folder}/files;
		location /1/ {{ alias {folder}/files/; gzip on; gzip_comp_level 1; }}
		location /6/ {{ alias {folder}/files/; gzip on; gzip_comp_level 6; }}
		location /9/ {{ alias {folder}/files/; gzip on; gzip_comp_level 9; }}
		location /plain/ {{ alias {folder}/files/; gzip off; }}
		location /kept/ {{ alias {folder}/kept/; gzip off; gzip_static always;
			gunzip on; }}
		location /deflate/ {{ alias {folder}/deflate/; gzip off;
			add_header Content-Encoding deflate; }}
	}}
}}
"""


def _prepare(_folder: Path) -> object:
    nginx = sources.package("nginx") / "usr/sbin/nginx"
    try:
        linkage.require(nginx)
    except PrepareError as error:
        raise PrepareError(f"{error}\napt-get install libpcre2-8-0 libssl3 gives "
                           "what nginx needs") from None
    return nginx, linkage.require(linkage.find("curl", "curl"))


def _files() -> dict[str, bytes]:
    files = {f"{kind}-{size}": make(size)
             for kind, make in samples.KINDS.items()
             for size in (1, 300, 70000, 1 << 20)}
    files["text-large"] = samples.text(6 << 20)
    return files


def _run(ctx: Context) -> None:
    files = _files()
    for folder in ("files", "kept", "deflate"):
        (ctx.folder / folder).mkdir()
    for name, data in files.items():
        ctx.put(f"files/{name}", data)
        ctx.put(f"kept/{name}.gz", gzip.compress(data))
        ctx.put(f"deflate/{name}", zlib.compress(data))
    with _served(ctx) as address:
        _get_all(ctx, address, files)
        _many_at_once(ctx, address, files)
    log = ctx.get("error.log").decode(errors="replace")
    bad = [line for line in log.splitlines()
           if any(f"[{word}]" in line for word in ("alert", "crit", "emerg", "error"))]
    ctx.check("nginx has nothing to complain of", not bad, "\n".join(bad[:10]))


@contextlib.contextmanager
def _served(ctx: Context) -> Iterator[str]:
    """nginx, until the end of the block."""
    for _ in range(TRIES):
        port = _free_port()
        ctx.put("nginx.conf", CONFIGURATION.format(
            folder=ctx.folder, port=port, user=_user()).encode())
        argv = [ctx.prepared[0], "-p", ctx.folder, "-e", ctx.folder / "error.log",
                "-c", ctx.folder / "nginx.conf"]
        with open(ctx.folder / "nginx.said", "wb") as said, \
                process.started(argv, cwd=ctx.folder, env=ctx.env, to=said,
                                errors=said) as nginx:
            if _listens(nginx, port):
                yield f"http://127.0.0.1:{port}"
                _quit(ctx, nginx)
                return
    ctx.check("nginx starts", False,
              ctx.get("nginx.said") + ctx.get("error.log"))


def _user() -> str:
    """As root its workers would give up the right to read the folder."""
    return "user root;" if Path("/proc/self").stat().st_uid == 0 else ""


def _free_port() -> int:
    """Somebody else may take it before nginx does; then another one is tried."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _listens(nginx, port: int) -> bool:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and nginx.poll() is None:
        with contextlib.suppress(OSError), \
                socket.create_connection(("127.0.0.1", port), timeout=1):
            return nginx.poll() is None
        time.sleep(0.05)
    return False


def _quit(ctx: Context, nginx) -> None:
    """By itself, so that its workers say what they counted."""
    nginx.send_signal(process.signal.SIGQUIT)
    try:
        status = nginx.wait(START_SECONDS)
    except process.subprocess.TimeoutExpired:
        status = None
    ctx.check("nginx ends when it is told to", status == 0, f"status {status}")


def _get_all(ctx: Context, address: str, files: dict[str, bytes]) -> None:
    curl = ctx.prepared[1]
    for name, data in files.items():
        for folder in ("1", "6", "9", "plain", "kept", "deflate"):
            ctx.check_same(f"curl --compressed /{folder}/{name}", ctx.run(
                curl, "-sSf", "--compressed", f"{address}/{folder}/{name}"), data)
        raw = ctx.run(curl, "-sSf", "-H", "Accept-Encoding: gzip",
                      f"{address}/6/{name}")
        ctx.check_same(f"gzip reads /6/{name}",
                       ctx.peer("gzip", "-dc", data=raw.out), data)
        ctx.check_same(f"nginx itself unpacks /kept/{name}", ctx.run(
            curl, "-sSf", f"{address}/kept/{name}"), data)


def _many_at_once(ctx: Context, address: str, files: dict[str, bytes]) -> None:
    """Streams that take turns, in nginx and in curl."""
    names = [name for name in files if not name.endswith("-1")] * 3
    wanted = []
    argv = []
    for number, name in enumerate(names):
        argv += ["-o", f"got-{number}", f"{address}/6/{name}"]
        wanted.append(files[name])
    done = ctx.run(ctx.prepared[1], "-sSf", "--compressed", "--limit-rate", "8M",
                   "--parallel", "--parallel-max", "16", *argv)
    ctx.check("curl --parallel: exit status", done.ok, done)
    bad = [name for number, name in enumerate(names)
           if ctx.get(f"got-{number}") != wanted[number]]
    ctx.check("curl --parallel: files", not bad, " ".join(bad))


SUITE = Suite("curl", "curl --compressed from nginx with gzip and gunzip",
              _prepare, _run)
