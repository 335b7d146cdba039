/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* gzip by the calls that zlib's minigzip makes, for bench_process to start. */
#include <stdio.h>
#include <unistd.h>

#include <zlib.h>

int main(void)
{
	static char buf[16384];
	gzFile file = gzdopen(STDOUT_FILENO, "wb6 ");
	ssize_t bytes;

	if (!file)
		return 1;
	while ((bytes = read(STDIN_FILENO, buf, sizeof(buf))) > 0) {
		if (gzwrite(file, buf, bytes) != bytes)
			return 1;
	}
	return bytes < 0 || gzclose(file) != Z_OK;
}
