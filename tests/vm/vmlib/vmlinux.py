# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The ELF kernel inside an x86 bzImage.

QEMU boots it by PVH, without the seconds that a bzImage takes to unpack itself
under emulation. Offsets: the kernel's Documentation/arch/x86/boot.rst.
"""
from __future__ import annotations

import lzma
import struct
import tempfile
import zlib

from . import tool
from .tool import PrepareError

SETUP_SECTS = 0x1f1
MAGIC = 0x202
VERSION = 0x206
PAYLOAD = 0x248             # offset, then length
OLDEST_VERSION = 0x208      # the first with a payload in its header
SECTOR = 512
GZIP_WINDOW = 16 + zlib.MAX_WBITS


def extract(image: bytes) -> bytes:
    """The vmlinux that a bzImage carries."""
    payload = _payload(image)
    for magic, unpack in UNPACKERS.items():
        if payload.startswith(magic):
            vmlinux = unpack(payload)
            break
    else:
        raise PrepareError("the kernel is compressed in a way that is not known "
                           f"here, it begins with {payload[:4].hex()}")
    if not vmlinux.startswith(b"\x7fELF"):
        raise PrepareError("what the bzImage carries is no ELF file")
    return vmlinux


def _payload(image: bytes) -> bytes:
    if len(image) < PAYLOAD + 8 or image[MAGIC:MAGIC + 4] != b"HdrS":
        raise PrepareError("the kernel is no bzImage")
    if struct.unpack_from("<H", image, VERSION)[0] < OLDEST_VERSION:
        raise PrepareError("the bzImage does not say where its payload is")
    offset, length = struct.unpack_from("<II", image, PAYLOAD)
    # 0 stands for 4, see boot.rst.
    start = ((image[SETUP_SECTS] or 4) + 1) * SECTOR + offset
    payload = image[start:start + length]
    if len(payload) != length or length < 8:
        raise PrepareError("the bzImage is cut short")
    return payload


def _sized(payload: bytes, vmlinux: bytes) -> bytes:
    """The build appends the size to all formats; gzip has it at the same place."""
    size = struct.unpack("<I", payload[-4:])[0]
    if len(vmlinux) != size:
        raise PrepareError(f"the kernel unpacks to {len(vmlinux)} bytes instead "
                           f"of {size}")
    return vmlinux


def _gzip(payload: bytes) -> bytes:
    try:
        return _sized(payload, zlib.decompress(payload, GZIP_WINDOW))
    except zlib.error as error:
        raise PrepareError(f"the kernel does not unpack: {error}") from None


def _xz(payload: bytes) -> bytes:
    try:
        return _sized(payload, lzma.decompress(payload[:-4], lzma.FORMAT_XZ))
    except lzma.LZMAError as error:
        raise PrepareError(f"the kernel does not unpack: {error}") from None


def _zstd(payload: bytes) -> bytes:
    with tempfile.TemporaryFile() as file:
        file.write(payload[:-4])
        file.seek(0)
        return _sized(payload, tool.run(
            ["zstd", "--decompress", "--stdout", "--quiet"], source=file))


UNPACKERS = {
    b"\x1f\x8b": _gzip,
    b"\xfd7zXZ\x00": _xz,
    b"\x28\xb5\x2f\xfd": _zstd,
}
