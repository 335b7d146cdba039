# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Programs of another architecture, run by QEMU's user mode."""
from __future__ import annotations

import shutil

from vmlib import archive
from vmlib.tool import PrepareError

# For the kernel's binfmt_misc: ELF files of a machine, and who runs them.
FORMATS = {
    "arm64": (r"\x7fELF\x02\x01\x01\x00" + r"\x00" * 8 + r"\x02\x00\xb7\x00",
              r"\xff" * 7 + r"\x00" + r"\xff" * 8 + r"\xfe\xff\xff\xff",
              "aarch64"),
}
# Known to this kernel for as long as the command runs; F opens the interpreter
# now, so that it need not be in the chroot. The mount is seen here only.
REGISTERED = r"""
set -e
line=$1
shift
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
trap 'echo -1 >"/proc/sys/fs/binfmt_misc/warpdrive-$$"' EXIT
printf %s ":warpdrive-$$:$line" >/proc/sys/fs/binfmt_misc/register
"$@"
"""


def can_run(arch: str) -> list[str]:
    """What to put before a command that runs programs of an architecture."""
    if arch == archive.host_arch():
        return []
    if arch not in FORMATS:
        raise PrepareError(f"programs of {arch} are not run here, only of "
                           f"{', '.join(FORMATS)}")
    magic, mask, name = FORMATS[arch]
    interpreter = shutil.which(f"qemu-{name}-static") or shutil.which(f"qemu-{name}")
    if not interpreter:
        raise PrepareError(f"qemu-{name}-static is missing, apt-get install "
                           "qemu-user-static")
    return ["unshare", "--mount", "--propagation", "private", "--", "bash", "-c",
            REGISTERED, "bash", f"M::{magic}:{mask}:{interpreter}:F"]
