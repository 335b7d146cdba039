# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Files of kernel modules, as far as modinfo reads them."""
import base64
import gzip
import lzma
import struct
import subprocess

SRCVERSION = "533BB7E5866E52F63B9ACCB"

# "openssl cms -sign -binary -noattr -nocerts" with a key of its own, as the
# kernel's sign-file does it.
SIGNATURE = base64.b64decode("""
MIHEBgkqhkiG9w0BBwKggbYwgbMCAQExDTALBglghkgBZQMEAgEwCwYJKoZIhvcNAQcBMYGRMIGOAgEBMCcw
DzENMAsGA1UEAwwEVGVzdAIUIhi+QPBHBvEB1U1SZAAFjHDoKMEwCwYJYIZIAWUDBAIBMAoGCCqGSM49BAMC
BEcwRQIhAIbc2LU0+KH6zgusQJgHVnRtkzxnR3GkGTzaa8uwFDqUAiBJ7vUmLZuDYrhr8crklu9BF3FlI8hF
e2qAwt29QCn2lg==""")
MARK = b"~Module signature appended~\n"

COMPRESS = {
    "": lambda data: data,
    ".gz": gzip.compress,
    # The check that the kernel knows.
    ".xz": lambda data: lzma.compress(data, check=lzma.CHECK_CRC32),
    # With the size in front, as of a file.
    ".zst": lambda data: subprocess.run(
        ["zstd", "-q", f"--stream-size={len(data)}"], input=data, check=True,
        stdout=subprocess.PIPE).stdout,
}


def elf(sections):
    """A relocatable file of arm64 with these sections, names and content."""
    sections = [("", b""), *sections, (".shstrtab", b"")]
    names = "".join(name + "\0" for name, _ in sections).encode()
    sections[-1] = (".shstrtab", names)
    body, table, at = b"", b"", 0
    for name, data in sections:
        table += struct.pack("<IIQQQQIIQQ", at, 0 if not name else
                             3 if name == ".shstrtab" else 1, 0, 0,
                             64 + len(body) if name else 0, len(data), 0, 0,
                             1 if name else 0, 0)
        body += data + bytes(-len(data) % 8)
        at += len(name) + 1
    return struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 1, 183, 1, 0, 0,
                       64 + len(body), 0, 64, 0, 0, 64, len(sections),
                       len(sections) - 1) + body + table


def module_file(name="hisi_zip", version="0.1.0", srcversion=SRCVERSION,
                signed=True, suffix=""):
    """The content of <name>.ko<suffix>; a field that is None is left out."""
    fields = {"version": version, "license": "GPL", "srcversion": srcversion,
              "depends": "", "name": name, "vermagic": "6.12.117 SMP"}
    text = "".join(f"{k}={v}\0" for k, v in fields.items() if v is not None)
    data = elf([(".text", bytes(64)), (".modinfo", text.encode())])
    if signed:
        # struct module_signature: nothing but the type, PKCS#7, and the length.
        data += SIGNATURE + struct.pack(">BBBBB3xI", 0, 0, 2, 0, 0,
                                        len(SIGNATURE)) + MARK
    return COMPRESS[suffix](data)
