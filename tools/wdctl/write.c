/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "wdctl.h"

int write_number(const char *path, unsigned long n)
{
	char text[24];
	ssize_t written;
	int fd, len, ret = 0;

	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	len = snprintf(text, sizeof(text), "%lu\n", n);
	written = write(fd, text, len);
	if (written < 0)
		ret = -errno;
	else if (written < len)
		ret = -EIO;
	close(fd);
	return ret;
}
