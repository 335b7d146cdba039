/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Decompressed data is written by a thread of its own: copying it into the
 * page cache takes about as long as making it. The buffers go round in one
 * ring, so they stay faulted in and warm.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "wdzip.h"

/**
 * struct writer - a ring of buffers
 * @bufs: the buffers
 * @n: their number
 * @size: bytes of each
 * @fill: bytes in the buffer that the producer is at
 * @threaded: @thread runs
 * @lock: protects what follows
 * @work: a buffer was put, or @stop set; the thread waits for it
 * @space: a buffer was written; the producer waits for it
 * @bytes: bytes in each buffer that was put
 * @put: buffers put so far; the producer is at @put modulo @n
 * @taken: buffers written so far
 * @fd: where to, -1 for nowhere
 * @error: the first failure, 0 or -errno
 * @stop: end the thread
 */
struct writer {
	uint8_t **bufs;
	unsigned int n;
	size_t size;
	size_t fill;
	bool threaded;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	pthread_cond_t space;
	size_t *bytes;
	unsigned long put;
	unsigned long taken;
	int fd;
	int error;
	bool stop;
};

static void *writer_main(void *arg)
{
	struct writer *w = arg;

	output_take_write_signals();
	pthread_mutex_lock(&w->lock);
	for (;;) {
		unsigned int i = w->taken % w->n;
		int fd = w->fd, ret;

		if (w->taken == w->put) {
			if (w->stop)
				break;
			pthread_cond_wait(&w->work, &w->lock);
			continue;
		}
		/* After an error the rest is taken and dropped. */
		if (!w->error) {
			pthread_mutex_unlock(&w->lock);
			ret = write_full(fd, w->bufs[i], w->bytes[i]);
			pthread_mutex_lock(&w->lock);
			w->error = ret;
		}
		w->taken++;
		pthread_cond_signal(&w->space);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

struct writer *writer_alloc(uint8_t *const *bufs, unsigned int n, size_t bytes)
{
	struct writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->bufs = calloc(n, sizeof(*w->bufs));
	w->bytes = calloc(n, sizeof(*w->bytes));
	if (!w->bufs || !w->bytes) {
		free(w->bufs);
		free(w->bytes);
		free(w);
		return NULL;
	}
	for (unsigned int i = 0; i < n; i++)
		w->bufs[i] = bufs[i];
	w->n = n;
	w->size = bytes;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->work, NULL);
	pthread_cond_init(&w->space, NULL);
	return w;
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	if (w->threaded) {
		pthread_mutex_lock(&w->lock);
		w->stop = true;
		pthread_cond_signal(&w->work);
		pthread_mutex_unlock(&w->lock);
		pthread_join(w->thread, NULL);
	}
	pthread_cond_destroy(&w->space);
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->lock);
	free(w->bytes);
	free(w->bufs);
	free(w);
}

void writer_start(struct writer *w, int fd)
{
	/* The thread is idle, but it may still be on its way to sleep. */
	pthread_mutex_lock(&w->lock);
	w->fd = fd;
	w->error = 0;
	w->fill = 0;
	pthread_mutex_unlock(&w->lock);
}

/* Without a thread the program is slower and just as right. */
static void start_thread(struct writer *w)
{
	output_block_signals(true);
	w->threaded = !pthread_create(&w->thread, NULL, writer_main, w);
	output_block_signals(false);
}

static void put(struct writer *w)
{
	if (!w->threaded)
		start_thread(w);
	if (!w->threaded) {
		if (!w->error)
			w->error = write_full(w->fd, w->bufs[w->put % w->n],
					      w->fill);
		w->put++;
		w->taken++;
	} else {
		pthread_mutex_lock(&w->lock);
		w->bytes[w->put % w->n] = w->fill;
		w->put++;
		pthread_cond_signal(&w->work);
		pthread_mutex_unlock(&w->lock);
	}
	w->fill = 0;
}

/* Wait until at most @pending buffers are unwritten. */
static int wait_pending(struct writer *w, unsigned int pending)
{
	int ret;

	pthread_mutex_lock(&w->lock);
	while (w->put - w->taken > pending)
		pthread_cond_wait(&w->space, &w->lock);
	ret = w->error;
	pthread_mutex_unlock(&w->lock);
	return ret;
}

int writer_space(struct writer *w, uint8_t **dst, size_t *room)
{
	if (w->fill == w->size) {
		int ret;

		if (w->fd >= 0)
			put(w);
		else
			w->fill = 0;
		ret = wait_pending(w, w->n - 1);
		if (ret)
			return ret;
	}
	*dst = w->bufs[w->put % w->n] + w->fill;
	*room = w->size - w->fill;
	return 0;
}

void writer_advance(struct writer *w, size_t bytes)
{
	w->fill += bytes;
}

int writer_finish(struct writer *w)
{
	int ret = wait_pending(w, 0);

	/* The last buffer, often the only one, is not worth a hand-over. */
	if (!ret && w->fd >= 0 && w->fill)
		ret = write_full(w->fd, w->bufs[w->put % w->n], w->fill);
	w->fill = 0;
	return ret;
}
