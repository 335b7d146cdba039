/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* mmap(), and what can be done with a mapping. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <misc/uacce/uacce.h>

#include "check.h"

#define SS_BYTES	(256 * 1024)

static void *map_with(int fd, unsigned int type, size_t bytes, int prot,
		      int flags)
{
	return mmap(NULL, bytes, prot, flags, fd, (off_t)type * getpagesize());
}

static void check_refusals(const struct node *node, int fd)
{
	const int rw = PROT_READ | PROT_WRITE;

	fails_with((long)map_with(fd, UACCE_QFRT_DUS, node->dus_bytes, rw,
				  MAP_PRIVATE), EINVAL, "a private mapping");
	fails_with((long)map_with(fd, UACCE_QFRT_DUS, node->dus_bytes,
				  rw | PROT_EXEC, MAP_SHARED), EINVAL,
		   "an executable mapping");
	fails_with((long)region(fd, UACCE_QFRT_DUS, node->dus_bytes - getpagesize()),
		   EINVAL, "a part of DUS");
	fails_with((long)region(fd, UACCE_QFRT_DUS, node->dus_bytes + getpagesize()),
		   EINVAL, "more than DUS");
	fails_with((long)region(fd, UACCE_QFRT_MMIO, node->mmio_bytes + 65536),
		   EINVAL, "more than the registers");
	fails_with((long)region(fd, UACCE_QFRT_DKO, getpagesize()), EINVAL,
		   "the kernel's region");
	fails_with((long)region(fd, 1000, getpagesize()), EINVAL,
		   "a region that does not exist");
}

static void check_life(const struct node *node, int fd)
{
	size_t page = node->page_bytes, bytes = node->dus_bytes;
	char *dus = region(fd, UACCE_QFRT_DUS, bytes), *moved;

	point(dus != MAP_FAILED, "DUS is mapped");
	fails_with((long)region(fd, UACCE_QFRT_DUS, bytes), EEXIST,
		   "mapped twice");
	dus[0] = 1;
	dus[bytes - 9] = 2;
	point((long)mremap(dus, bytes, bytes + page, MREMAP_MAYMOVE) == -1,
	      "a mapping does not grow");
	fails_with(mprotect(dus, bytes, PROT_READ | PROT_EXEC), EACCES,
		   "nor becomes executable");
	madvise(dus, bytes, MADV_DONTNEED);
	madvise(dus, bytes, MADV_FREE);
	madvise(dus, bytes, MADV_DOFORK);
	point(dus[0] == 1 && dus[bytes - 9] == 2, "advice takes nothing away");
	moved = mremap(dus, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
		       dus + 16 * bytes);
	point(moved == MAP_FAILED || (moved[0] == 1 && moved[bytes - 9] == 2),
	      "a moved mapping is the same memory, or it does not move");
	if (moved != MAP_FAILED)
		dus = moved;
	point(!munmap(dus + page, page) && dus[0] == 1 && dus[bytes - 9] == 2,
	      "a hole in the middle leaves the rest");
	munmap(dus, bytes);
}

static sigjmp_buf after_signal;

static void on_signal(int signal)
{
	siglongjmp(after_signal, signal);
}

/* The signal that a read gets, or 0. */
static int read_signal(volatile const char *at)
{
	struct sigaction action = { .sa_handler = on_signal };
	int got;

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	got = sigsetjmp(after_signal, 1);
	if (!got)
		(void)*at;
	return got;
}

static void check_fork(const struct node *node, int fd)
{
	char *dus = region(fd, UACCE_QFRT_DUS, node->dus_bytes);
	int status = -1;
	pid_t pid = fork();

	if (!pid)
		_exit(read_signal(dus) != SIGSEGV);
	waitpid(pid, &status, 0);
	point(!status, "a child does not inherit a mapping");
	munmap(dus, node->dus_bytes);
}

void check_regions(const struct node *node)
{
	int fd = queue_open(node);

	check_refusals(node, fd);
	check_life(node, fd);
	close(fd);
	fd = queue_open(node);
	check_fork(node, fd);
	close(fd);
}

static bool is_zero(const volatile uint32_t *at, size_t bytes)
{
	for (size_t i = 0; i < bytes / 4; i++)
		if (at[i])
			return false;
	return true;
}

/*
 * Interrupt masks are at 0x4 and 0xc, the mailbox at 0x300: 2.1. The first page
 * of a region of more than one page does not hold the doorbell.
 */
void check_registers(const struct node *node)
{
	int fd = queue_open(node);
	volatile uint32_t *mmio = region(fd, UACCE_QFRT_MMIO, node->mmio_bytes);
	size_t page = node->page_bytes, at;

	point((void *)mmio != MAP_FAILED, "registers are mapped");
	if ((void *)mmio == MAP_FAILED)
		goto out;
	if (page > 0x1000 || node->mmio_bytes <= page)
		goto out;
	point(is_zero(mmio, page), "the page of mailbox and masks reads as zeros");
	for (at = 0; at < page; at += 4)
		mmio[at / 4] = 0xffffffff;
	for (at = 2 * page; at < node->mmio_bytes; at += page) {
		point(is_zero(mmio + at / 4, page) || mmio[at / 4] == 0xffffffff,
		      "page %zu holds no register", at / page);
	}
out:
	close(fd);
}

static void check_slice_list(int fd, size_t bytes, bool is_whole)
{
	uint64_t word, total = 0, index = 0;
	int left;

	do {
		word = index++;
		left = ioctl(fd, UACCE_CMD_GET_SS_DMA, &word);
		if (left < 0)
			break;
		total += (word & UACCE_SS_DMA_SIZE_MASK) << UACCE_SS_DMA_SIZE_SHIFT;
	} while (left);
	point(left == 0 && (is_whole ? index == 1 : total >= bytes),
	      "%llu slices", (unsigned long long)index);
	word = index;
	fails_with(ioctl(fd, UACCE_CMD_GET_SS_DMA, &word), EINVAL,
		   "a slice behind the last one");
}

static void check_sharing(const struct node *node, int fd, const char *ss)
{
	int other = queue_open(node);
	uint64_t mine = 0, theirs = 0;

	point(!ioctl(fd, UACCE_CMD_SHARE_SVAS, other), "shared");
	ioctl(fd, UACCE_CMD_GET_SS_DMA, &mine);
	point(ioctl(other, UACCE_CMD_GET_SS_DMA, &theirs) >= 0 && mine == theirs,
	      "both queues see the same slices");
	fails_with(ioctl(fd, UACCE_CMD_SHARE_SVAS, other), EEXIST, "shared twice");
	fails_with((long)region(other, UACCE_QFRT_SS, SS_BYTES), EEXIST,
		   "a queue with shared memory maps none of its own");
	close(other);
	point(ss[0] == 0, "and it outlives the other queue");
}

void check_memory(const struct node *node)
{
	int fd = queue_open(node);
	char *ss;

	if (node->flags & UACCE_DEV_SVA) {
		close(fd);
		return;
	}
	fails_with((long)region(fd, UACCE_QFRT_SS, 1UL << 40), ENOMEM,
		   "more memory than the limit");
	ss = region(fd, UACCE_QFRT_SS, SS_BYTES);
	point(ss != MAP_FAILED, "data memory is mapped");
	if (ss != MAP_FAILED) {
		point(is_zero((uint32_t *)(void *)ss, SS_BYTES), "it is zero");
		check_slice_list(fd, SS_BYTES, node->flags & UACCE_DEV_IOMMU);
		check_sharing(node, fd, ss);
		munmap(ss, SS_BYTES);
		fails_with((long)region(fd, UACCE_QFRT_SS, SS_BYTES), EEXIST,
			   "once only");
	}
	close(fd);
}
