/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "wd_fork.h"

static uint32_t no_page;
const uint32_t *wd_fork_page = &no_page;

/* Protects the page's address and its number. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t generation;

/*
 * A fork() while another thread holds the lock would leave it locked in the
 * child for good.
 */
static void before_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void after_fork_parent(void)
{
	pthread_mutex_unlock(&lock);
}

/*
 * The kernel has cleared the page, whoever forked and how. Emulators of user
 * space that pass over the advice have not.
 */
static void after_fork_child(void)
{
	__atomic_store_n((uint32_t *)wd_fork_page, 0, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&lock);
}

static int map_page(void)
{
	size_t bytes = sysconf(_SC_PAGESIZE);
	int error = 0;
	void *page;

	page = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return -errno;
	if (madvise(page, bytes, MADV_WIPEONFORK))
		error = errno;
	if (!error)
		error = pthread_atfork(before_fork, after_fork_parent,
				       after_fork_child);
	if (error) {
		munmap(page, bytes);
		return -error;
	}
	wd_fork_page = page;
	return 0;
}

int wd_fork_init(void)
{
	int ret = 0;

	pthread_mutex_lock(&lock);
	if (wd_fork_page == &no_page)
		ret = map_page();
	/* 0 in a fresh page, and in a child that has not been here yet. */
	if (!ret && !wd_fork_current())
		__atomic_store_n((uint32_t *)wd_fork_page, ++generation,
				 __ATOMIC_RELAXED);
	pthread_mutex_unlock(&lock);
	return ret;
}
