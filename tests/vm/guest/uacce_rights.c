/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * uacce_rights DEVICE: who may use a queue. The device's file belongs to group
 * 1000, as udev has it. Prints TAP.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <misc/uacce/hisi_qm.h>
#include <misc/uacce/uacce.h>

#define GROUP	1000
#define USER	1001

static const char *path;
static unsigned int points;

/* Whoever has a queue can also use it: 0, or the errno of what failed. */
static int use(void)
{
	struct hisi_qp_ctx ctx = { .qc_type = 0 };
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *ss;

	if (fd < 0)
		return errno;
	ss = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		  (off_t)UACCE_QFRT_SS * getpagesize());
	if (ss == MAP_FAILED || ioctl(fd, UACCE_CMD_QM_SET_QP_CTX, &ctx) ||
	    ioctl(fd, UACCE_CMD_START_Q))
		return errno;
	return close(fd) ? errno : 0;
}

static bool become(uid_t uid, gid_t gid)
{
	return !setgroups(0, NULL) && !setgid(gid) && !setuid(uid);
}

static bool drop_rawio(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		return false;
	data[CAP_TO_INDEX(CAP_SYS_RAWIO)].effective &= ~CAP_TO_MASK(CAP_SYS_RAWIO);
	return !syscall(SYS_capset, &head, data);
}

/* In a child, as there is no way back. */
static int outcome(uid_t uid, gid_t gid, bool has_rawio)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if ((!has_rawio && !drop_rawio()) ||
		    ((uid || gid) && !become(uid, gid)))
			_exit(255);
		_exit(use());
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ?
	       WEXITSTATUS(status) : 254;
}

static void check(const char *who, int got, int wanted)
{
	bool is_good = got == wanted;

	printf("%s %u - %s: %s\n", is_good ? "ok" : "not ok", ++points, who,
	       wanted ? strerror(wanted) : "may");
	if (!is_good)
		printf("# got: %s\n", strerror(got));
}

int main(int argc, char **argv)
{
	bool is_open_to_all;

	if (argc != 3 || chown(argv[1], 0, GROUP) || chmod(argv[1], 0660)) {
		fprintf(stderr, "usage: uacce_rights FILE MODE\n");
		return 1;
	}
	path = argv[1];
	is_open_to_all = !!strcmp(argv[2], "noiommu");
	check("root", outcome(0, 0, true), 0);
	check("root without CAP_SYS_RAWIO", outcome(0, 0, false),
	      is_open_to_all ? 0 : EPERM);
	check("a user of the group", outcome(USER, GROUP, true),
	      is_open_to_all ? 0 : EPERM);
	check("a user of no group", outcome(USER, USER, true), EACCES);
	printf("1..%u\n", points);
	return 0;
}
