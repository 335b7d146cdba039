#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What vmlib/guest.py starts in place of QEMU: plays a guest by a script.

fake_qemu.py SCENARIO QEMU-OPTIONS...

A scenario is Python: say(text) is a line on the console, tell(text) one of the
test, message(text) one of the guest's init, hear() the harness's answer.
"""
import re
import socket
import sys
import time


def chardev(name):
    """The socket that an option hands over."""
    found = re.search(rf"socket,fd=(\d+),id={name}\b", " ".join(sys.argv[2:]))
    return socket.socket(fileno=int(found[1]))


CONSOLE, CHANNEL, QMP = map(chardev, ("console", "channel", "qmp"))
QMP_FILE = QMP.makefile("rw")
FIRMWARE = chardev("firmware") if "-acpitable" in sys.argv else None


def say(text):
    CONSOLE.sendall(f"{text}\r\n".encode())


def raw(data):
    CHANNEL.sendall(data)


def tell(text):
    raw(f"{text}\n".encode())


def message(text):
    raw(f"\x01{text}\n".encode())


def hear():
    line = b""
    while not line.endswith(b"\n"):
        byte = CHANNEL.recv(1)
        if not byte:
            sys.exit(9)
        line += byte
    return line.decode().rstrip()


def reset_method():
    """What the firmware's method gives."""
    FIRMWARE.sendall(b"\n")
    return FIRMWARE.recv(1)[0]


def sleep(seconds):
    time.sleep(seconds)


def passes():
    """A guest as it should be."""
    message("start")
    tell("ok 1 - one")
    tell("1..1")
    message("scanning")
    message("end 0")
    return hear()


exec(sys.argv[1])  # pylint: disable=exec-used
