# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""All suites, those that take longest first."""
from . import (archives, curl, git, openssl, perl, pigz, png, python, zlib,
               zlibflate)

ALL = (python.SUITE, perl.SUITE, git.SUITE, zlib.SUITE, pigz.SUITE,
       archives.SUITE, png.SUITE, curl.SUITE, zlibflate.SUITE, openssl.SUITE)
