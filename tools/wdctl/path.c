/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "wdctl.h"

bool library_follows_root;

static const char *root(void)
{
	const char *text = secure_getenv("WDCTL_ROOT");

	return text ? text : "";
}

bool path_redirected(void)
{
	return root()[0];
}

bool library_sees_root(void)
{
	return library_follows_root || !path_redirected();
}

int path_make(char path[PATH_BYTES], const char *fmt, ...)
{
	va_list ap;
	int n, m;

	path[0] = 0;
	n = snprintf(path, PATH_BYTES, "%s", root());
	if (n < 0 || n >= PATH_BYTES)
		return -ENAMETOOLONG;
	va_start(ap, fmt);
	m = vsnprintf(path + n, PATH_BYTES - n, fmt, ap);
	va_end(ap);
	return m < 0 || m >= PATH_BYTES - n ? -ENAMETOOLONG : 0;
}
