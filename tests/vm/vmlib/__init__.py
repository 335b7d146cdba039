# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The virtual machine bench: what tests/vm/run is made of."""
