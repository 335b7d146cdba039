// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host.h"

void host_emu(const char *fmt, ...)
{
	char command[256] = "exec host emu ", answer[512];
	size_t used = strlen(command);
	va_list args;
	FILE *pipe;

	va_start(args, fmt);
	vsnprintf(command + used, sizeof(command) - used, fmt, args);
	va_end(args);
	tap_note("%s", command);
	pipe = popen(command, "re");
	if (!pipe)
		tap_die("%s: cannot be started", command);
	while (fgets(answer, sizeof(answer), pipe))
		tap_note("  %.*s", (int)strcspn(answer, "\n"), answer);
	if (pclose(pipe))
		tap_die("%s", command);
}
