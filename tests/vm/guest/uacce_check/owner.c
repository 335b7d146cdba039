/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A queue belongs to the process that opened it. */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <misc/uacce/hisi_qm.h>
#include <misc/uacce/uacce.h>

#include "check.h"

static bool is_refused(long ret)
{
	return ret == -1 && errno == EPERM;
}

static int try_as_child(const struct node *node, int fd)
{
	struct hisi_qp_ctx ctx = { 0 };
	uint64_t word = 0;

	return !is_refused(ioctl(fd, UACCE_CMD_START_Q)) << 0 |
	       !is_refused(ioctl(fd, UACCE_CMD_PUT_Q)) << 1 |
	       !is_refused(ioctl(fd, UACCE_CMD_QM_SET_QP_CTX, &ctx)) << 2 |
	       !is_refused(ioctl(fd, UACCE_CMD_GET_SS_DMA, &word)) << 3 |
	       !is_refused(ioctl(fd, UACCE_CMD_SHARE_SVAS, fd)) << 4 |
	       !is_refused((long)region(fd, UACCE_QFRT_MMIO,
					node->mmio_bytes)) << 5 |
	       !is_refused((long)region(fd, UACCE_QFRT_DUS,
					node->dus_bytes)) << 6 |
	       !is_refused((long)region(fd, UACCE_QFRT_SS, 65536)) << 7;
}

void check_owner(const struct node *node)
{
	int fd = queue_open(node), status = -1;
	long before = node_number(node, "available_instances");
	pid_t pid = fork();

	if (!pid)
		_exit(try_as_child(node, fd));
	waitpid(pid, &status, 0);
	point(WIFEXITED(status) && !WEXITSTATUS(status),
	      "a child may do nothing with it (%#x)", status);
	point(node_number(node, "available_instances") == before,
	      "the child's end takes nothing from the parent");
	point(!ioctl(fd, UACCE_CMD_START_Q), "the parent goes on");
	close(fd);
}
