/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ioctl() and poll(). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <misc/uacce/hisi_qm.h>
#include <misc/uacce/uacce.h>

#include "check.h"

static void check_unknown_calls(int fd)
{
	fails_with(ioctl(fd, _IO('W', 99)), EINVAL, "unknown call without argument");
	fails_with(ioctl(fd, _IOWR('X', 1, uint64_t), &(uint64_t){ 0 }), EINVAL,
		   "unknown call with an argument");
	fails_with(ioctl(fd, _IOC(_IOC_READ | _IOC_WRITE, 'H', 10, 4000),
			 &(uint64_t){ 0 }), EINVAL, "a call with a large argument");
	fails_with(ioctl(fd, UACCE_CMD_QM_SET_QP_CTX, (void *)8), EFAULT,
		   "an argument that is no memory");
}

static void check_shape(int fd)
{
	struct hisi_qp_info info = { .reserved = ~0ULL };
	struct hisi_qp_ctx ctx = { .id = 0xffff, .qc_type = 0 };

	point(!ioctl(fd, UACCE_CMD_QM_SET_QP_INFO, &info) &&
	      info.sqe_size == 128 && info.sq_depth && info.cq_depth &&
	      !info.reserved, "shape: %u bytes, %u and %u entries",
	      info.sqe_size, info.sq_depth, info.cq_depth);
	point(!ioctl(fd, UACCE_CMD_QM_SET_QP_CTX, &ctx) && ctx.id != 0xffff,
	      "the queue has number %u", ctx.id);
	ctx.qc_type = 77;
	fails_with(ioctl(fd, UACCE_CMD_QM_SET_QP_CTX, &ctx), EINVAL,
		   "an algorithm type that does not exist");
}

static void check_start_stop(int fd)
{
	struct hisi_qp_ctx ctx = { .qc_type = 1 };
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	point(!ioctl(fd, UACCE_CMD_PUT_Q), "stop before start is fine");
	point(!ioctl(fd, UACCE_CMD_START_Q), "start");
	fails_with(ioctl(fd, UACCE_CMD_START_Q), EINVAL, "start again");
	point(poll(&wait, 1, 50) == 0, "nothing to wait for in an empty queue");
	point(!ioctl(fd, UACCE_CMD_PUT_Q), "stop");
	point(!ioctl(fd, UACCE_CMD_QM_SET_QP_CTX, &ctx) &&
	      !ioctl(fd, UACCE_CMD_START_Q), "start with another type");
}

static void check_slices(const struct node *node, int fd)
{
	uint64_t word = 0;

	if (node->flags & UACCE_DEV_SVA)
		return;
	fails_with(ioctl(fd, UACCE_CMD_GET_SS_DMA, &word), EINVAL,
		   "slices without a region");
	fails_with(ioctl(fd, UACCE_CMD_SHARE_SVAS, -1), EBADF, "share with no file");
	fails_with(ioctl(fd, UACCE_CMD_SHARE_SVAS, 0), EBADF,
		   "share with something else");
	fails_with(ioctl(fd, UACCE_CMD_SHARE_SVAS, fd), EINVAL, "share with itself");
}

void check_calls(const struct node *node)
{
	int fd = queue_open(node);
	uint64_t word;

	check_unknown_calls(fd);
	check_shape(fd);
	check_slices(node, fd);
	check_start_stop(fd);
	point(read(fd, &word, 8) < 0 && write(fd, &word, 8) < 0,
	      "neither read nor written");
	close(fd);
}
