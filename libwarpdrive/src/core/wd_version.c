/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <warpdrive/wd.h>

const char *wd_version(void)
{
	return WD_VERSION;
}
