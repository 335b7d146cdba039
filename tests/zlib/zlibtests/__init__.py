# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Runs suites of programs that use zlib, without the drop-in and with it."""
