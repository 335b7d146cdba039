/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

#include "vfu_loop.h"

#define MAX_EVENTS	32
#define MAX_URGENT	128

struct vfu_source {
	TAILQ_ENTRY(vfu_source) link;
	struct vfu_loop *loop;
	const struct vfu_source_ops *ops;
	void *arg;
	int fd;
	_Atomic uint32_t events;
	bool is_urgent;
	bool is_dead;
};

TAILQ_HEAD(source_list, vfu_source);

struct vfu_loop {
	int epoll_fd;
	int wake_fd;
	/* The thread that polls; 0 until it first does. */
	_Atomic pthread_t thread;
	unsigned int depth;
	struct source_list sources;
	/* Removed, but perhaps among the events of a round that goes on. */
	struct source_list dead;
};

int vfu_loop_create(struct vfu_loop **loop)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct vfu_loop *new = calloc(1, sizeof(*new));
	int ret;

	if (!new)
		return -ENOMEM;
	TAILQ_INIT(&new->sources);
	TAILQ_INIT(&new->dead);
	atomic_init(&new->thread, pthread_self());
	new->wake_fd = -1;
	new->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (new->epoll_fd < 0)
		goto fail;
	new->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (new->wake_fd < 0)
		goto fail;
	event.data.ptr = NULL;
	if (epoll_ctl(new->epoll_fd, EPOLL_CTL_ADD, new->wake_fd, &event))
		goto fail;
	*loop = new;
	return 0;

fail:
	ret = -errno;
	vfu_loop_destroy(new);
	return ret;
}

static void free_list(struct source_list *list)
{
	struct vfu_source *source;

	while ((source = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, source, link);
		free(source);
	}
}

void vfu_loop_destroy(struct vfu_loop *loop)
{
	if (!loop)
		return;
	free_list(&loop->sources);
	free_list(&loop->dead);
	if (loop->wake_fd >= 0)
		close(loop->wake_fd);
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	free(loop);
}

int vfu_loop_add(struct vfu_loop *loop, int fd, uint32_t events, bool is_urgent,
		 const struct vfu_source_ops *ops, void *arg,
		 struct vfu_source **source)
{
	struct epoll_event event = { .events = events };
	struct vfu_source *new = calloc(1, sizeof(*new));

	if (!new)
		return -ENOMEM;
	new->loop = loop;
	new->ops = ops;
	new->arg = arg;
	new->fd = fd;
	atomic_init(&new->events, events);
	new->is_urgent = is_urgent;
	event.data.ptr = new;
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event)) {
		free(new);
		return -errno;
	}
	TAILQ_INSERT_TAIL(&loop->sources, new, link);
	*source = new;
	return 0;
}

int vfu_loop_modify(struct vfu_source *source, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = source };

	atomic_store(&source->events, events);
	return epoll_ctl(source->loop->epoll_fd, EPOLL_CTL_MOD, source->fd,
			 &event) ? -errno : 0;
}

void vfu_loop_remove(struct vfu_source *source)
{
	struct vfu_loop *loop;

	if (!source)
		return;
	loop = source->loop;
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
	source->is_dead = true;
	TAILQ_REMOVE(&loop->sources, source, link);
	TAILQ_INSERT_TAIL(&loop->dead, source, link);
}

struct vfu_source *vfu_loop_find(struct vfu_loop *loop, int fd)
{
	struct vfu_source *source;

	TAILQ_FOREACH(source, &loop->sources, link)
		if (source->fd == fd)
			return source;
	return NULL;
}

static void drain_wake(struct vfu_loop *loop)
{
	uint64_t count;

	/* Nothing to read is as good. */
	while (read(loop->wake_fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

int vfu_loop_poll(struct vfu_loop *loop, int timeout_ms)
{
	struct epoll_event events[MAX_EVENTS];
	struct vfu_source *source;
	int i, n;

	atomic_store_explicit(&loop->thread, pthread_self(),
			      memory_order_relaxed);
	n = epoll_wait(loop->epoll_fd, events, MAX_EVENTS, timeout_ms);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (i = 0; i < n; i++) {
		source = events[i].data.ptr;
		if (!source)
			drain_wake(loop);
		else if (!source->is_dead)
			source->ops->handler(source->arg, events[i].events);
	}
	free_list(&loop->dead);
	return 0;
}

static unsigned int collect_urgent(struct vfu_loop *loop, struct pollfd *fds,
				   struct vfu_source **sources)
{
	struct vfu_source *source;
	uint32_t events;
	unsigned int n = 0;

	TAILQ_FOREACH(source, &loop->sources, link) {
		if (!source->is_urgent || n == MAX_URGENT)
			continue;
		events = atomic_load(&source->events);
		fds[n].fd = source->fd;
		fds[n].events = (short)((events & EPOLLIN ? POLLIN : 0) |
					(events & EPOLLOUT ? POLLOUT : 0));
		sources[n++] = source;
	}
	return n;
}

static uint32_t to_epoll(short events)
{
	return (events & POLLIN ? EPOLLIN : 0u) |
	       (events & POLLOUT ? EPOLLOUT : 0u) |
	       (events & POLLHUP ? EPOLLHUP : 0u) |
	       (events & (POLLERR | POLLNVAL) ? EPOLLERR : 0u);
}

/*
 * poll() and not epoll, as sources that are not urgent would make an
 * epoll_wait() return again and again.
 */
void vfu_loop_wait(struct vfu_loop *loop, int timeout_ms)
{
	struct vfu_source *sources[MAX_URGENT];
	struct pollfd fds[MAX_URGENT + 1];
	unsigned int i, n;

	loop->depth++;
	n = collect_urgent(loop, fds, sources);
	for (i = 0; i < n; i++)
		if (!sources[i]->is_dead && sources[i]->ops->pending)
			sources[i]->ops->pending(sources[i]->arg);
	n = collect_urgent(loop, fds, sources);
	fds[n].fd = loop->wake_fd;
	fds[n].events = POLLIN;
	if (poll(fds, n + 1, timeout_ms) > 0) {
		if (fds[n].revents)
			drain_wake(loop);
		for (i = 0; i < n; i++)
			if (fds[i].revents && !sources[i]->is_dead)
				sources[i]->ops->handler(
					sources[i]->arg,
					to_epoll(fds[i].revents));
	}
	loop->depth--;
}

void vfu_loop_wake(struct vfu_loop *loop)
{
	uint64_t one = 1;
	int saved = errno;

	/* A full counter wakes as well. */
	while (write(loop->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	errno = saved;
}

bool vfu_loop_is_own_thread(const struct vfu_loop *loop)
{
	return pthread_equal(atomic_load_explicit(&loop->thread,
						  memory_order_relaxed),
			     pthread_self());
}

bool vfu_loop_is_nested(const struct vfu_loop *loop)
{
	return loop->depth > 0;
}
