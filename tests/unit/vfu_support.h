/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the tests of the vfio-user server share: one that runs in a thread. */
#ifndef VFU_SUPPORT_H
#define VFU_SUPPORT_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "hisi_qm_hw.h"
#include "hisi_zip_model.h"
#include "vfu_client.h"
#include "vfu_driver.h"
#include "vfu_server.h"

#define BAR2	VFIO_PCI_BAR2_REGION_INDEX
#define BAR4	VFIO_PCI_BAR4_REGION_INDEX
#define CONFIG	VFIO_PCI_CONFIG_REGION_INDEX

struct vfu_bench {
	struct vfu_server_config config;
	struct vfu_server *server;
	pthread_t thread;
	bool is_running;
	char dir[64];
	char path[96];
	atomic_uint errors;
	atomic_uint guest_errors;
	atomic_uint events[VFU_TRACE_DISCONNECT + 1];
	atomic_uint power_ons;
	pthread_mutex_t lock;		/* protects last_error */
	char last_error[512];
	struct vfu_client client;
};

static inline void bench_log(void *arg, enum vfu_log_level level,
			     const char *text)
{
	struct vfu_bench *b = arg;

	if (getenv("VFU_TEST_VERBOSE"))
		fprintf(stderr, "%d %s\n", level, text);
	if (level == VFU_LOG_ERROR) {
		pthread_mutex_lock(&b->lock);
		snprintf(b->last_error, sizeof(b->last_error), "%s", text);
		pthread_mutex_unlock(&b->lock);
		atomic_fetch_add(&b->errors, 1);
	} else if (level == VFU_LOG_GUEST_ERROR) {
		atomic_fetch_add(&b->guest_errors, 1);
	}
}

/* Has the last error this in it? */
static inline bool bench_said(struct vfu_bench *b, const char *word)
{
	bool is_said;

	pthread_mutex_lock(&b->lock);
	is_said = strstr(b->last_error, word);
	pthread_mutex_unlock(&b->lock);
	return is_said;
}

static inline void bench_trace(void *arg, const struct vfu_trace *event)
{
	struct vfu_bench *b = arg;

	atomic_fetch_add(&b->events[event->type], 1);
}

static inline void bench_power_on(void *arg, struct vfu_device *dev)
{
	struct vfu_bench *b = arg;

	assert_non_null(dev);
	atomic_fetch_add(&b->power_ons, 1);
}

static inline void *bench_thread(void *arg)
{
	struct vfu_bench *b = arg;

	assert_int_equal(vfu_server_run(b->server), 0);
	return NULL;
}

/* A configuration to change before bench_start(). */
static inline struct vfu_bench *bench_prepare(unsigned int revision,
					      unsigned int vfs)
{
	struct vfu_bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	pthread_mutex_init(&b->lock, NULL);
	strcpy(b->dir, "/tmp/vfu-test-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->path, sizeof(b->path), "%s/pf", b->dir);
	b->config = (struct vfu_server_config){
		.device = {
			.model = {
				.engine = &hisi_zip_model_engine,
				.revision = revision,
				.vfs = vfs,
			},
			.workers = 2,
			.log = bench_log,
			.trace = bench_trace,
			.arg = b,
		},
		.socket_path = b->path,
		.vfs = vfs,
		.power_on = bench_power_on,
		.power_on_arg = b,
	};
	return b;
}

static inline void bench_run(struct vfu_bench *b)
{
	assert_int_equal(pthread_create(&b->thread, NULL, bench_thread, b), 0);
	b->is_running = true;
}

static inline void bench_start(struct vfu_bench *b)
{
	assert_int_equal(vfu_server_create(&b->config, &b->server), 0);
	bench_run(b);
}

static inline void bench_join(struct vfu_bench *b)
{
	pthread_join(b->thread, NULL);
	b->is_running = false;
}

/* From now on this thread may ask the server. */
static inline void bench_halt(struct vfu_bench *b)
{
	if (b->is_running) {
		vfu_server_stop(b->server);
		bench_join(b);
	}
}

static inline void bench_stop(struct vfu_bench *b)
{
	bench_halt(b);
	vfu_server_destroy(b->server);
	b->server = NULL;
	/* All sockets are gone, or it would not be empty. */
	assert_int_equal(rmdir(b->dir), 0);
	free(b);
}

/* A client of function @func, after the exchange of versions. */
static inline void bench_connect(struct vfu_bench *b, unsigned int func,
				 struct vfu_client *client)
{
	char path[128];
	int fd;

	if (func)
		snprintf(path, sizeof(path), "%s.vf%u", b->path, func);
	else
		snprintf(path, sizeof(path), "%s", b->path);
	fd = vfu_client_connect(path);
	assert_true(fd >= 0);
	vfu_client_init(client, fd, VFU_DRIVER_BASE, VFU_DRIVER_RAM);
	assert_int_equal(vfu_client_version(client), 0);
}

/* A server with a client of the PF. */
static inline struct vfu_bench *bench_new(unsigned int revision,
					  unsigned int vfs)
{
	struct vfu_bench *b = bench_prepare(revision, vfs);

	bench_start(b);
	bench_connect(b, 0, &b->client);
	return b;
}

static inline void bench_free(struct vfu_bench *b)
{
	vfu_client_exit(&b->client);
	bench_stop(b);
}

/* Until @what has happened @count times, for a minute. */
static inline bool bench_sees(struct vfu_bench *b, enum vfu_trace_type what,
			      unsigned int count)
{
	unsigned int i;

	for (i = 0; i < 60000; i++) {
		if (atomic_load(&b->events[what]) >= count)
			return true;
		usleep(1000);
	}
	return false;
}

/* @wait_ms for an interrupt; returns how many there were. */
static inline uint64_t bench_irqs(int eventfd_fd, int wait_ms)
{
	struct pollfd fd = { .fd = eventfd_fd, .events = POLLIN };
	uint64_t count = 0;

	if (poll(&fd, 1, wait_ms) == 1)
		assert_int_equal(read(eventfd_fd, &count, sizeof(count)),
				 sizeof(count));
	return count;
}

/* A command without payload of its own kind; only its errno matters. */
static inline int call(struct vfu_client *c, uint16_t command,
		       const void *payload, size_t bytes)
{
	return vfu_client_call(c, command, payload, bytes, NULL, 0, NULL, 0);
}

/* Is the function still served? */
static inline bool is_alive(struct vfu_client *c)
{
	uint16_t vendor = 0;

	return !vfu_client_read(c, CONFIG, 0, &vendor, sizeof(vendor)) &&
	       vendor == 0x19e5;
}

/* So many descriptors this process has; the server is in it. */
static inline unsigned int count_fds(void)
{
	unsigned int count = 0;
	int fd;

	for (fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* It closes what came with a message after the reply, before the next one. */
static inline unsigned int count_fds_after(struct vfu_client *c)
{
	assert_true(is_alive(c));
	return count_fds();
}

#endif /* VFU_SUPPORT_H */
