/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who has queues of a device: an open file is a queue, and /proc shows open
 * files, of one's own processes to everybody and of all to root.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wdctl.h"

#define MORE_BYTES	24	/* " and N more" */

static bool is_pid(const char *name)
{
	return name[0] && !name[strspn(name, "0123456789")];
}

static bool leads_to(const char *pid, const char *fd, const char *node)
{
	char path[PATH_BYTES], to[PATH_BYTES];
	ssize_t got;

	if (path_make(path, "/proc/%s/fd/%s", pid, fd))
		return false;
	got = readlink(path, to, sizeof(to) - 1);
	if (got < 0)
		return false;
	to[got] = 0;
	return !strcmp(to, node);
}

/* Those that there is no room for are counted by usage_read(). */
static bool mention(struct usage *usage, const char *pid, unsigned int queues)
{
	size_t len = strlen(usage->text);
	char name[32], text[96];

	if (read_text(name, sizeof(name), "/proc/%s/comm", pid))
		strcpy(name, "?");
	snprintf(text, sizeof(text), "%s%s (pid %s, %u)", len ? ", " : "", name,
		 pid, queues);
	if (len + strlen(text) + MORE_BYTES >= sizeof(usage->text))
		return false;
	strcpy(usage->text + len, text);
	return true;
}

static void add_process(struct usage *usage, const char *pid, const char *node)
{
	unsigned int queues = 0;
	struct names fds;
	int ret;

	ret = names_read(&fds, "/proc/%s/fd", pid);
	if (ret) {
		usage->partial |= ret == -EACCES || ret == -EPERM;
		return;
	}
	for (unsigned int i = 0; i < fds.nr; i++)
		queues += leads_to(pid, fds.list[i], node);
	names_free(&fds);
	if (!queues)
		return;
	usage->queues += queues;
	if (!mention(usage, pid, queues))
		usage->more++;
}

void usage_read(struct usage *usage, const struct device *dev)
{
	struct names pids;
	size_t len;

	*usage = (struct usage){ 0 };
	if (names_read(&pids, "/proc")) {
		usage->partial = true;
		return;
	}
	for (unsigned int i = 0; i < pids.nr; i++)
		if (is_pid(pids.list[i]))
			add_process(usage, pids.list[i], dev->node);
	names_free(&pids);
	len = strlen(usage->text);
	if (usage->more)
		snprintf(usage->text + len, sizeof(usage->text) - len,
			 " and %u more", usage->more);
}

struct number usage_queues(const struct device *dev)
{
	struct number unknown = { false, 0 };
	struct usage usage;

	if (dev->total.known && dev->free.known &&
	    dev->total.value >= dev->free.value)
		return (struct number){ true, dev->total.value - dev->free.value };
	if (!dev->node[0])
		return unknown;
	usage_read(&usage, dev);
	if (usage.partial)
		return unknown;
	return (struct number){ true, usage.queues };
}
