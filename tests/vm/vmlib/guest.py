# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A running guest: its console, the test's output, QEMU's machine protocol.

The second serial port carries the test's output; from byte 1 to the end of
the line it is a message of the guest's init or of its program "host":

    start                  the test begins
    host BASE64            words, each ended by a zero byte; answered by a line
                           "STATUS BASE64"
    scanning               the test is over, leaks are looked for
    end STATUS             everything is over; answered by "dmesg", which gives
                           dmesg LINE... and dmesg-end, or by "off"
    broken TEXT            the guest cannot run the test
"""
from __future__ import annotations

import base64
import contextlib
import json
import os
import selectors
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from . import boot, process
from .emulator import Emulator
from .firmware import Firmware

POLL_SECONDS = 0.2
# A kernel log over a serial line that is emulated takes its time.
OFF_SECONDS = 60
HOST_SECONDS = 30
HANG_REPORT_SECONDS = 3
# What is sent at once has to fit the buffers of the guest's terminal.
ANSWER_BYTES = 30000
# Processors, blocked tasks.
SYSRQ_KEYS = "lw"
# What follows on the console was asked for.
HANG_NOTE = "no answer in time, asking for tasks by SysRq"


class Interrupted(Exception):
    """The user wants no more."""


@dataclass(frozen=True)
class Limits:
    """Seconds that the parts of a guest's life may take."""
    boot: float
    test: float
    scan: float = 60
    off: float = OFF_SECONDS


@dataclass
class Outcome:
    """What became of a guest."""
    lines: list[str] = field(default_factory=list)
    status: int | None = None
    dmesg: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    boot_seconds: float | None = None
    seconds: float = 0
    hung: bool = False


class _Lines:
    """Lines of a stream, of which the last one may be incomplete."""

    def __init__(self, handle: Callable[[str], None]):
        self._handle = handle
        self._rest = b""

    def feed(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._handle(line.decode(errors="replace").rstrip("\r"))

    def flush(self) -> None:
        if self._rest:
            self.feed(b"\n")


class Guest:
    """One boot, from QEMU's start to its end. One thread has to run it."""

    def __init__(self, folder: Path, limits: Limits, emulator: Emulator | None,
                 stop: threading.Event, *,
                 wants_dmesg: Callable[[Outcome], bool] = lambda _: False,
                 echo: Callable[[str], None] | None = None,
                 terminal: bool = False):
        self.folder = folder
        self.limits = limits
        self.emulator = emulator
        self.stop = stop
        self.wants_dmesg = wants_dmesg
        self.echo = echo
        # The console is the terminal's, and a test is what the user types.
        self.terminal = terminal
        self.outcome = Outcome()
        self._stage = "boot"
        self._deadline = 0.0
        self._began = 0.0
        self._started = 0.0
        self._selector = selectors.DefaultSelector()
        self._console = _Lines(self._console_line)
        self._channel = _Lines(self._channel_line)
        self._qmp = _Lines(self._qmp_line)
        self._qmp_waiting: dict[int, Callable[[dict], None]] = {}
        self._qmp_next = 0
        self._firmware = Firmware(self._reset_device, self._tell_firmware)
        self._firmware_calls = _Lines(self._firmware.called)
        self._helpers: dict[int, _Helper] = {}
        self._sockets: dict[str, socket.socket] = {}
        self._console_log: IO[str] | None = None
        self._test_log: IO[str] | None = None

    def run(self, prefix: Sequence[str], machine: boot.Machine,
            initramfs: Path) -> Outcome:
        """Boots and comes back when QEMU has ended, by itself or by force."""
        with contextlib.ExitStack() as stack:
            self._open_logs(stack)
            qemu_log = stack.enter_context(open(self.folder / "qemu.log", "wb"))
            theirs = {name: self._pair(stack, name)
                      for name in self._ends(machine)}
            argv = [*prefix, *boot.command(machine, initramfs, boot.Channels(
                **{name: end.fileno() for name, end in theirs.items()}))]
            process.write_command(self.folder / "qemu.command", argv)
            self._began = time.monotonic()
            self._enter("boot", self.limits.boot)
            qemu = process.spawn(
                argv, log=subprocess.STDOUT if self.terminal else qemu_log,
                pass_fds=[end.fileno() for end in theirs.values()],
                terminal=self.terminal)
            stack.callback(self._end_all, qemu)
            for end in theirs.values():
                end.close()
            self._send_qmp("qmp_capabilities")
            self._loop(qemu)
        self._judge_end(qemu)
        self.outcome.seconds = time.monotonic() - self._began
        return self.outcome

    def _ends(self, machine: boot.Machine) -> list[str]:
        """What QEMU gets a socket for."""
        ends = ["channel", "qmp"]
        if not self.terminal:
            ends.append("console")
        if machine.firmware:
            ends.append("firmware")
        return ends

    def _open_logs(self, stack: contextlib.ExitStack) -> None:
        self._console_log = stack.enter_context(
            open(self.folder / "console.log", "w", encoding="utf-8"))
        self._test_log = stack.enter_context(
            open(self.folder / "test.log", "w", encoding="utf-8"))
        stack.callback(self._selector.close)

    def _pair(self, stack: contextlib.ExitStack, name: str) -> socket.socket:
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            stack.callback(end.close)
        lines = {"console": self._console, "channel": self._channel,
                 "qmp": self._qmp, "firmware": self._firmware_calls}[name]
        self._sockets[name] = ours
        self._selector.register(ours, selectors.EVENT_READ,
                                lambda: self._receive(ours, lines))
        return theirs

    def _receive(self, end: socket.socket, lines: _Lines) -> None:
        try:
            data = end.recv(65536)
        except ConnectionResetError:
            data = b""
        if data:
            lines.feed(data)
        else:
            self._selector.unregister(end)
            lines.flush()

    # The stages.

    def _enter(self, stage: str, seconds: float) -> None:
        self._stage = stage
        self._deadline = time.monotonic() + seconds

    def _loop(self, qemu: subprocess.Popen[bytes]) -> None:
        ended = os.pidfd_open(qemu.pid)
        try:
            self._selector.register(ended, selectors.EVENT_READ, lambda: None)
            while qemu.poll() is None:
                self._step()
                if not self._in_time():
                    return
                self._watch_emulator()
            self._selector.unregister(ended)
            self._drain()
        finally:
            os.close(ended)

    def _step(self, timeout: float = POLL_SECONDS) -> bool:
        if self.stop.is_set():
            raise Interrupted
        events = self._selector.select(timeout)
        for key, _ in events:
            key.data()
        return bool(events)

    def _drain(self) -> None:
        """What QEMU wrote before it ended."""
        while self._sockets_open() and self._step(0):
            pass
        for lines in (self._console, self._channel):
            lines.flush()

    def _sockets_open(self) -> bool:
        return any(end in self._selector.get_map()
                   for end in self._sockets.values())

    def _in_time(self) -> bool:
        if time.monotonic() < self._deadline:
            return True
        after = {"boot": f"the guest did not begin with the test in "
                         f"{self.limits.boot:.0f} s",
                 "test": f"the test did not end in {self.limits.test:.0f} s",
                 "scan": "the search for leaks did not end",
                 "off": f"the guest did not power off in {self.limits.off:.0f} s"}
        # If the emulator's death is why, that is said already.
        if not self.outcome.faults:
            self.outcome.faults.append(after[self._stage])
        self.outcome.hung = True
        self._report_hang()
        return False

    def _report_hang(self) -> None:
        """Has the kernel say on the console what its tasks are at."""
        self._note(HANG_NOTE)
        end = self._sockets["console"]
        for key in SYSRQ_KEYS:
            self._send_qmp("human-monitor-command",
                           {"command-line": "chardev-send-break console"})
            self._pump(0.3)
            with contextlib.suppress(OSError):
                end.setblocking(False)
                end.send(key.encode())
                end.setblocking(True)
            self._pump(HANG_REPORT_SECONDS / len(SYSRQ_KEYS))

    def _pump(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and self._sockets_open():
            self._step(min(left, POLL_SECONDS))

    def _watch_emulator(self) -> None:
        emulator = self.emulator
        if not emulator or emulator.killed or self._stage == "off":
            return
        assert emulator.process
        status = emulator.process.poll()
        if status is not None and not self.outcome.faults:
            self.outcome.faults.append(
                f"the emulator ended with {process.status_text(status)} while the "
                "guest was running")
            # What the guest makes of it is worth some seconds.
            self._deadline = min(self._deadline, time.monotonic() + 5)

    def _judge_end(self, qemu: subprocess.Popen[bytes]) -> None:
        outcome = self.outcome
        if outcome.hung:
            return
        said = (self.folder / "qemu.log").read_text(errors="replace").strip()
        if qemu.returncode:
            outcome.faults.append(f"QEMU ended with "
                                  f"{process.status_text(qemu.returncode)}: {said}")
        elif outcome.status is None:
            outcome.faults.append(
                "the guest went down " + {
                    "boot": "before the test began",
                    "test": "in the middle of the test",
                    "scan": "while it looked for leaks"}.get(self._stage, "early"))

    def _end_all(self, qemu: subprocess.Popen[bytes]) -> None:
        process.end(qemu)
        for helper in list(self._helpers.values()):
            helper.close()

    # The console.

    def _console_line(self, line: str) -> None:
        assert self._console_log
        print(f"[{time.monotonic() - self._began:8.3f}] {line}",
              file=self._console_log)

    def _note(self, text: str) -> None:
        self._console_line(f"--- {text} ---")

    # The test.

    def _channel_line(self, line: str) -> None:
        assert self._test_log
        text, mark, message = line.partition("\x01")
        if text or not mark:
            print(text, file=self._test_log, flush=True)
            self.outcome.lines.append(text)
            if self.echo:
                self.echo(text)
        if mark:
            kind, _, rest = message.partition(" ")
            self._message(kind, rest)

    def _message(self, kind: str, rest: str) -> None:
        outcome = self.outcome
        if kind == "start":
            self._started = time.monotonic()
            outcome.boot_seconds = self._started - self._began
            self._enter("test", self.limits.test)
        elif kind == "host":
            words = base64.b64decode(rest).decode(errors="replace").split("\0")
            self._host(words[:-1])
        elif kind == "scanning":
            self._enter("scan", self.limits.scan)
        elif kind == "end":
            outcome.status = int(rest)
            self._over()
        elif kind == "broken":
            outcome.faults.append(rest)
            self._over()
        elif kind == "dmesg":
            outcome.dmesg.append(rest)
        elif kind == "dmesg-end":
            self._reply("off\n")

    def _over(self) -> None:
        assert self._console_log
        self._console_log.flush()
        self._enter("off", self.limits.off)
        self._reply("dmesg\n" if self.wants_dmesg(self.outcome) else "off\n")

    def _reply(self, text: str) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._sockets["channel"].sendall(text.encode())

    # What the test asks of the host.

    def _host(self, words: list[str]) -> None:
        command, rest = (words or [""])[0], words[1:]
        if command == "emu" and self.emulator:
            self._start_helper(self.emulator.send_command(rest), self._answer)
        elif command == "emu-kill" and self.emulator:
            self.emulator.kill()
            self._answer(0, "")
        elif command in ("emu", "emu-kill"):
            self._answer(1, "there is no emulator, the test's header has no device\n")
        elif command == "qmp" and len(rest) == 1:
            self._qmp_request(rest[0])
        elif command == "firmware" and "firmware" in self._sockets:
            self._answer(*self._firmware.command(rest))
        else:
            self._answer(2, f'host has no command "{" ".join(words)}", see '
                            "tests/vm/README.md\n")

    def _answer(self, status: int, text: str) -> None:
        data = text.encode()
        if len(data) > ANSWER_BYTES:
            data = data[:ANSWER_BYTES] + b"\n... and more\n"
        self._reply(f"{status} {base64.b64encode(data).decode()}\n")

    def _start_helper(self, argv: list[str],
                      done: Callable[[int, str], None]) -> None:
        helper = _Helper(argv, done)
        self._helpers[helper.pidfd] = helper
        self._selector.register(helper.pidfd, selectors.EVENT_READ,
                                lambda: self._helper_ended(helper))

    def _helper_ended(self, helper: _Helper) -> None:
        self._selector.unregister(helper.pidfd)
        del self._helpers[helper.pidfd]
        helper.done(*helper.close())

    # What the machine's firmware asks of the host.

    def _reset_device(self, done: Callable[[bool], None]) -> None:
        if self.emulator:
            self._start_helper(self.emulator.send_command(["reset"]),
                               lambda status, _: done(not status))
        else:
            done(False)

    def _tell_firmware(self, data: bytes) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._sockets["firmware"].sendall(data)

    # QEMU's machine protocol.

    def _qmp_request(self, text: str) -> None:
        try:
            request = json.loads(text)
            name, arguments = request["execute"], request.get("arguments", {})
        except (ValueError, KeyError, TypeError, AttributeError):
            self._answer(2, f"no request of QMP: {text}\n")
            return
        self._send_qmp(name, arguments, lambda reply: self._answer(
            1 if "error" in reply else 0,
            json.dumps(reply.get("error", reply.get("return"))) + "\n"))

    def _send_qmp(self, name: str, arguments: dict | None = None,
                  done: Callable[[dict], None] | None = None) -> None:
        self._qmp_next += 1
        if done:
            self._qmp_waiting[self._qmp_next] = done
        line = json.dumps({"execute": name, "arguments": arguments or {},
                           "id": self._qmp_next})
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._sockets["qmp"].sendall(line.encode() + b"\n")

    def _qmp_line(self, line: str) -> None:
        try:
            reply = json.loads(line)
        except ValueError:
            return
        done = self._qmp_waiting.pop(reply.get("id"), None)
        if done:
            done(reply)
        elif "event" in reply and reply["event"] != "RTC_CHANGE":
            self._note(f"QEMU: {reply['event']} {json.dumps(reply.get('data', {}))}")


class _Helper:
    """A program of the host that answers a question of the guest."""

    def __init__(self, argv: list[str], done: Callable[[int, str], None]):
        self.done = done
        self._said = tempfile.TemporaryFile()
        self._process = process.spawn(
            ["timeout", "--kill-after=2", str(HOST_SECONDS), *argv],
            log=self._said.fileno())
        self.pidfd = os.pidfd_open(self._process.pid)

    def close(self) -> tuple[int, str]:
        """Its status and what it printed; ends it if need be."""
        status = process.end(self._process)
        os.close(self.pidfd)
        self._said.seek(0)
        text = self._said.read().decode(errors="replace")
        self._said.close()
        return (status if status >= 0 else 128 - status), text
