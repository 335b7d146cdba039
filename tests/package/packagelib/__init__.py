# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What tests/package/run is made of; vmlib of tests/vm is used, too."""
