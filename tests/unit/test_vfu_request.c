/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Requests through the server, from a ring in the client's memory and back: by
 * descriptor and by messages, on every generation.
 */
#include "vfu_support.h"

#include <zlib.h>

#define BYTES	65536u

static void fill(struct vfu_client *client, uint32_t bytes)
{
	uint32_t i;

	for (i = 0; i < bytes; i++)
		client->ram[VFU_DRIVER_SRC + i] =
			(uint8_t)("compression"[i % 11] + i / 301 % 7);
}

/* 0x78 0x9c is the software's (hisi-zip 7.10). */
static void check_zlib(struct vfu_client *client, uint32_t produced,
		       uint32_t bytes)
{
	uint8_t *in = malloc(produced + 2), *out = malloc(bytes);
	uLongf length = bytes;

	assert_non_null(in);
	assert_non_null(out);
	in[0] = 0x78;
	in[1] = 0x9c;
	memcpy(in + 2, client->ram + VFU_DRIVER_DST, produced);
	assert_int_equal(uncompress(out, &length, in, produced + 2), Z_OK);
	assert_int_equal(length, bytes);
	assert_memory_equal(out, client->ram + VFU_DRIVER_SRC, bytes);
	free(out);
	free(in);
}

static void start_pf(struct vfu_bench *b, struct vfu_driver *driver,
		     unsigned int revision, bool has_fd)
{
	assert_int_equal(vfu_client_map(&b->client, has_fd), 0);
	vfu_driver_enable(&b->client);
	vfu_driver_init_device(&b->client);
	vfu_driver_give_queues(&b->client, revision, 0, 0, 64);
	vfu_driver_start(driver, &b->client, revision, 0);
}

static void compress_once(struct vfu_driver *driver, unsigned int slot,
			  uint32_t bytes)
{
	memset(driver->client->ram + VFU_DRIVER_DST, 0, 2 * BYTES);
	fill(driver->client, bytes);
	vfu_driver_send(driver, bytes, 2 * BYTES);
	assert_true(vfu_driver_wait(driver));
	assert_int_equal(vfu_driver_answer(driver, slot, 3) & 0xff, 0);
	assert_int_equal(vfu_driver_answer(driver, slot, 0), bytes);
	check_zlib(driver->client, vfu_driver_answer(driver, slot, 1), bytes);
}

static void run(unsigned int revision, bool has_fd)
{
	struct vfu_bench *b = bench_new(revision, 0);
	struct vfu_device_stats stats;
	struct vfu_driver driver;
	unsigned int i;

	start_pf(b, &driver, revision, has_fd);
	for (i = 0; i < 2 * VFU_DRIVER_DEPTH + 3; i++)
		compress_once(&driver, i % VFU_DRIVER_DEPTH, 1000 + i);
	compress_once(&driver, i % VFU_DRIVER_DEPTH, BYTES);
	assert_int_equal(atomic_load(&b->guest_errors), 0);
	assert_int_equal(atomic_load(&b->errors), 0);
	assert_int_equal(b->client.dma_reads != 0, !has_fd);
	assert_int_equal(b->client.dma_writes != 0, !has_fd);
	/* The client may see an answer before the worker is done with it. */
	do {
		vfu_device_get_stats(vfu_server_device(b->server), &stats);
	} while (stats.requests_out);
	assert_int_equal(stats.requests, i + 1);
	assert_int_equal(stats.dma_messages != 0, !has_fd);
	bench_free(b);
}

static void test_request_v1_by_descriptor(void **state)
{
	(void)state;
	run(HISI_QM_REV_V1, true);
}

static void test_request_v2_by_descriptor(void **state)
{
	(void)state;
	run(HISI_QM_REV_V2, true);
}

static void test_request_v3_by_descriptor(void **state)
{
	(void)state;
	run(HISI_QM_REV_V3, true);
}

static void test_request_v1_by_messages(void **state)
{
	(void)state;
	run(HISI_QM_REV_V1, false);
}

static void test_request_v2_by_messages(void **state)
{
	(void)state;
	run(HISI_QM_REV_V2, false);
}

static void test_request_v3_by_messages(void **state)
{
	(void)state;
	run(HISI_QM_REV_V3, false);
}

/* Rings by descriptor, data partly by messages, in one access. */
static void test_request_across_ranges_is_joined(void **state)
{
	const uint64_t split = VFU_DRIVER_SRC + 0x5000;
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_client *c = &b->client;
	struct vfu_driver driver;

	(void)state;
	assert_int_equal(vfu_client_map_at(c, c->base, split, 0, 3, c->memfd),
			 0);
	assert_int_equal(vfu_client_map_at(c, c->base + split, 0x2000, 0, 3,
					   -1), 0);
	assert_int_equal(vfu_client_map_at(c, c->base + split + 0x2000,
					   c->ram_bytes - split - 0x2000,
					   split + 0x2000, 3, c->memfd), 0);
	vfu_driver_enable(c);
	vfu_driver_init_device(c);
	vfu_driver_give_queues(c, HISI_QM_REV_V3, 0, 0, 64);
	vfu_driver_start(&driver, c, HISI_QM_REV_V3, 0);
	compress_once(&driver, 0, BYTES);
	assert_true(c->dma_reads > 0);
	assert_int_equal(c->dma_writes, 0);
	bench_free(b);
}

/* The client takes pieces of 4 KiB only. */
static void test_request_respects_the_clients_limit(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 0);
	struct vfu_client *c = &b->client;
	struct vfu_driver driver;

	(void)state;
	bench_start(b);
	vfu_client_init(c, vfu_client_connect(b->path), VFU_DRIVER_BASE,
			VFU_DRIVER_RAM);
	assert_int_equal(vfu_client_version_json(
		c, 0, 1, "{\"capabilities\":{\"max_data_xfer_size\":4096}}"), 0);
	start_pf(b, &driver, HISI_QM_REV_V3, false);
	c->dma_reads = 0;
	compress_once(&driver, 0, BYTES);
	/* The data, and the request itself. */
	assert_true(c->dma_reads >= BYTES / 4096 + 1);
	bench_free(b);
}

static void test_request_not_mapped_fails(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_driver driver;

	(void)state;
	start_pf(b, &driver, HISI_QM_REV_V3, true);
	b->client.base += VFU_DRIVER_RAM;
	vfu_driver_send(&driver, 100, BYTES);
	b->client.base -= VFU_DRIVER_RAM;
	assert_true(vfu_driver_wait(&driver));
	assert_int_not_equal(vfu_driver_answer(&driver, 0, 3) & 0xff, 0);
	bench_free(b);
}

/* Cut off after it was mapped: an error of the request, not a SIGBUS. */
static void test_request_in_a_truncated_file_fails(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_driver driver;

	(void)state;
	start_pf(b, &driver, HISI_QM_REV_V3, true);
	assert_int_equal(ftruncate(b->client.memfd, VFU_DRIVER_SRC), 0);
	vfu_driver_send(&driver, BYTES, BYTES);
	assert_true(vfu_driver_wait(&driver));
	assert_int_not_equal(vfu_driver_answer(&driver, 0, 3) & 0xff, 0);
	assert_int_equal(vfu_client_rd(&b->client, 0x100158) & 0x7ff, 256);
	assert_int_equal(ftruncate(b->client.memfd, VFU_DRIVER_RAM), 0);
	compress_once(&driver, 1, BYTES);
	bench_free(b);
}

static void set_command(struct vfu_client *c, uint16_t value)
{
	assert_int_equal(vfu_client_write(c, CONFIG, PCI_COMMAND, &value,
					  sizeof(value)), 0);
}

static void test_request_without_bus_master_is_not_seen(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_driver driver;

	(void)state;
	start_pf(b, &driver, HISI_QM_REV_V3, true);
	set_command(&b->client, PCI_COMMAND_MEMORY);
	vfu_driver_send(&driver, 100, BYTES);
	usleep(20000);
	assert_false(vfu_driver_poll(&driver));
	/* A mailbox command cannot read its context either. */
	assert_int_not_equal(vfu_driver_mailbox(&b->client, 0x2000, 1,
						b->client.base), 0);
	bench_free(b);
}

/* Interrupts */

static void set_eventfds(struct vfu_client *c, int *fds, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		fds[i] = eventfd(0, EFD_CLOEXEC);
		assert_true(fds[i] >= 0);
	}
	assert_int_equal(vfu_client_set_irqs(
		c, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
		VFIO_PCI_MSI_IRQ_INDEX, 0, count, fds, count), 0);
}

static void close_fds(const int *fds, unsigned int count)
{
	while (count)
		close(fds[--count]);
}

static void interrupt_on(unsigned int revision, unsigned int vectors)
{
	struct vfu_bench *b = bench_new(revision, 0);
	struct vfu_driver driver;
	int fds[4];

	set_eventfds(&b->client, fds, vectors);
	start_pf(b, &driver, revision, true);
	assert_int_equal(bench_irqs(fds[0], 0), 0);
	vfu_driver_arm(&driver);
	compress_once(&driver, 0, 1000);
	assert_int_equal(bench_irqs(fds[0], 10000), 1);
	/* An event disarms. */
	compress_once(&driver, 1, 1000);
	assert_int_equal(bench_irqs(fds[0], 20), 0);
	close_fds(fds, vectors);
	bench_free(b);
}

static void test_interrupt_of_a_completion(void **state)
{
	(void)state;
	interrupt_on(HISI_QM_REV_V1, 1);
	interrupt_on(HISI_QM_REV_V2, 4);
	interrupt_on(HISI_QM_REV_V3, 4);
}

static uint8_t find_msi(struct vfu_client *c)
{
	uint8_t pos, id;

	assert_int_equal(vfu_client_read(c, CONFIG, PCI_CAPABILITY_LIST, &pos,
					 1), 0);
	while (pos) {
		assert_int_equal(vfu_client_read(c, CONFIG, pos, &id, 1), 0);
		if (id == PCI_CAP_ID_MSI)
			return pos;
		assert_int_equal(vfu_client_read(c, CONFIG, pos + 1u, &pos, 1),
				 0);
	}
	return 0;
}

static void test_interrupt_masked_comes_when_unmasked(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	uint32_t mask = 1, pending = 0;
	struct vfu_driver driver;
	uint8_t msi;
	int fds[4];

	(void)state;
	set_eventfds(&b->client, fds, 4);
	start_pf(b, &driver, HISI_QM_REV_V3, true);
	msi = find_msi(&b->client);
	assert_int_not_equal(msi, 0);
	assert_int_equal(vfu_client_write(&b->client, CONFIG, msi + 0x10u,
					  &mask, 4), 0);
	vfu_driver_arm(&driver);
	compress_once(&driver, 0, 1000);
	assert_true(bench_sees(b, VFU_TRACE_IRQ_MASKED, 1));
	assert_int_equal(bench_irqs(fds[0], 0), 0);
	assert_int_equal(vfu_client_read(&b->client, CONFIG, msi + 0x14u,
					 &pending, 4), 0);
	assert_int_equal(pending, 1);
	mask = 0;
	assert_int_equal(vfu_client_write(&b->client, CONFIG, msi + 0x10u,
					  &mask, 4), 0);
	assert_int_equal(bench_irqs(fds[0], 10000), 1);
	close_fds(fds, 4);
	bench_free(b);
}

static void test_interrupt_without_eventfd_is_dropped(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_device_stats stats;
	struct vfu_driver driver;
	int fds[4];

	(void)state;
	start_pf(b, &driver, HISI_QM_REV_V3, true);
	vfu_driver_arm(&driver);
	compress_once(&driver, 0, 1000);
	assert_true(bench_sees(b, VFU_TRACE_IRQ_DROPPED, 1));
	vfu_device_get_stats(vfu_server_device(b->server), &stats);
	assert_int_equal(stats.irqs, 0);
	assert_int_equal(stats.irqs_dropped, 1);
	set_eventfds(&b->client, fds, 4);
	assert_int_equal(bench_irqs(fds[0], 20), 0);
	close_fds(fds, 4);
	bench_free(b);
}

/* While the server waits for memory */

struct probe {
	unsigned int calls;
	unsigned int at_call;
	unsigned int reads;
	bool has_written;
	uint32_t mailbox;
	uint32_t forwarded;
};

/* Every register there is: none of them may need what the wait has locked. */
static void read_everything(struct vfu_client *c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x0, 0x340 }, { 0x3100, 0x3180 }, { 0x8000, 0x8040 },
		{ 0x100000, 0x100200 }, { 0x104000, 0x104200 },
		{ 0x300000, 0x300200 }, { 0x301000, 0x301400 },
	};
	unsigned int i;
	uint32_t at;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		for (at = ranges[i].first; at < ranges[i].last; at += 4)
			vfu_client_rd(c, at);
}

/*
 * What a virtual machine does before it can answer: its own accesses. The write
 * is answered, read back and carried out, but not yet.
 */
static int access_meanwhile(void *arg, struct vfu_client *c,
			    const struct vfu_header *header,
			    const struct vfu_dma_access *access)
{
	struct probe *p = arg;
	uint32_t value = 0;

	(void)header;
	(void)access;
	if (p->calls++ != p->at_call)
		return VFU_CLIENT_ANSWER;
	assert_int_equal(vfu_client_rd(c, 0x100158) & 0x7ff, 256);
	p->mailbox = vfu_client_rd(c, 0x300);
	read_everything(c);
	vfu_client_wr(c, 0x100050, 0x1833);
	p->forwarded = vfu_client_rd(c, 0x100050);
	assert_int_equal(vfu_client_read(c, CONFIG, 0, &value, 4), 0);
	assert_int_equal(value, 0xa25019e5);
	assert_int_equal(vfu_client_map_at(c, 0x1000, 0x1000, 0, 3, c->memfd),
			 0);
	assert_int_equal(vfu_client_unmap(c, 0x1000, 0x1000, 0), 0);
	p->has_written = true;
	p->reads++;
	return VFU_CLIENT_ANSWER;
}

/* The event loop itself is the one that waits: a mailbox command. */
static void test_dma_wait_of_a_mailbox_serves_the_client(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_client *c = &b->client;
	struct probe probe = { 0 };

	(void)state;
	assert_int_equal(vfu_client_map(c, false), 0);
	vfu_driver_enable(c);
	vfu_driver_init_device(c);
	vfu_driver_give_queues(c, HISI_QM_REV_V3, 0, 0, 64);
	c->hook = access_meanwhile;
	c->hook_arg = &probe;
	memset(c->ram, 0, 32);
	c->ram[0x18] = 63;
	c->ram[0x1a] = 1;
	assert_int_equal(vfu_driver_mailbox(c, 0x2002, 0, c->base), 0);
	assert_int_equal(probe.reads, 1);
	/* The command had not come to its end. */
	assert_int_equal(probe.mailbox & HISI_QM_MB_BUSY, HISI_QM_MB_BUSY);
	assert_int_equal(probe.forwarded, 0x1833);
	assert_int_equal(vfu_client_rd(c, 0x100050), 0x1833);
	bench_free(b);
}

/* A worker waits: at each of the messages that a request takes. */
static void test_dma_wait_of_a_request_serves_the_client(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct probe probe = { 0 };
	struct vfu_driver driver;
	unsigned int i, messages;

	(void)state;
	start_pf(b, &driver, HISI_QM_REV_V3, false);
	b->client.dma_reads = b->client.dma_writes = 0;
	vfu_driver_arm(&driver);
	compress_once(&driver, 0, 5000);
	messages = b->client.dma_reads + b->client.dma_writes;
	assert_true(messages >= 5);
	b->client.hook = access_meanwhile;
	b->client.hook_arg = &probe;
	for (i = 0; i < messages; i++) {
		probe = (struct probe){ .at_call = i };
		vfu_client_wr(&b->client, 0x100050, 0);
		vfu_driver_arm(&driver);
		compress_once(&driver, 1 + i, 5000);
		while (probe.calls <= i)
			vfu_client_serve(&b->client, 1);
		assert_int_equal(probe.reads, 1);
		assert_int_equal(probe.forwarded, 0x1833);
		assert_int_equal(vfu_client_rd(&b->client, 0x100050), 0x1833);
	}
	assert_int_equal(atomic_load(&b->errors), 0);
	bench_free(b);
}

/* A mailbox command that has to wait must not look as if it were over. */
static int command_meanwhile(void *arg, struct vfu_client *c,
			     const struct vfu_header *header,
			     const struct vfu_dma_access *access)
{
	const uint32_t dw[4] = { HISI_QM_MB_BUSY | HISI_QM_MB_OP_GET | 0x6 };
	struct probe *p = arg;

	(void)header;
	(void)access;
	if (p->calls++)
		return VFU_CLIENT_ANSWER;
	assert_int_equal(vfu_client_write(c, BAR2, 0x300, dw, sizeof(dw)), 0);
	p->mailbox = vfu_client_rd(c, 0x300);
	return VFU_CLIENT_ANSWER;
}

static void test_mailbox_posted_in_a_dma_wait_reads_busy(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct probe probe = { 0 };
	struct vfu_driver driver;

	(void)state;
	start_pf(b, &driver, HISI_QM_REV_V3, false);
	b->client.hook = command_meanwhile;
	b->client.hook_arg = &probe;
	compress_once(&driver, 0, 1000);
	assert_int_equal(probe.mailbox & HISI_QM_MB_BUSY, HISI_QM_MB_BUSY);
	while (vfu_client_rd(&b->client, 0x300) & HISI_QM_MB_BUSY)
		;
	/* The PF's queues: 64 from 0 on. */
	assert_int_equal(vfu_client_rd64(&b->client, 0x304),
			 1ULL << 44 | 63ULL << 45);
	bench_free(b);
}

/* More writes than anybody keeps, none of them to be carried out yet. */
static int flood(void *arg, struct vfu_client *c,
		 const struct vfu_header *header,
		 const struct vfu_dma_access *access)
{
	const struct vfu_region_access write = { 0x100050, BAR2, 4 };
	uint8_t payload[sizeof(write) + 4] = { 0 };
	unsigned int i;

	(void)arg;
	(void)header;
	(void)access;
	memcpy(payload, &write, sizeof(write));
	for (i = 0; i < 70000 && !c->is_gone; i++)
		vfu_client_send(c, VFU_REGION_WRITE, VFU_FLAG_NO_REPLY, payload,
				sizeof(payload), NULL, 0);
	return VFU_CLIENT_SILENCE;
}

static void test_flood_in_a_dma_wait_ends_the_connection(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_driver driver;

	(void)state;
	start_pf(b, &driver, HISI_QM_REV_V3, false);
	b->client.hook = flood;
	vfu_driver_send(&driver, 1000, BYTES);
	while (!b->client.is_gone)
		vfu_client_serve(&b->client, 10);
	assert_true(bench_said(b, "no room"));
	vfu_client_exit(&b->client);
	bench_connect(b, 0, &b->client);
	start_pf(b, &driver, HISI_QM_REV_V3, true);
	compress_once(&driver, 0, 1000);
	bench_free(b);
}

static int refuse(void *arg, struct vfu_client *c,
		  const struct vfu_header *header,
		  const struct vfu_dma_access *access)
{
	(void)c;
	(void)header;
	(void)access;
	return *(int *)arg;
}

static void test_dma_refused_by_the_client_is_an_error(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_client *c = &b->client;
	int error = EPERM;

	(void)state;
	assert_int_equal(vfu_client_map(c, false), 0);
	vfu_driver_enable(c);
	vfu_driver_init_device(c);
	c->hook = refuse;
	c->hook_arg = &error;
	assert_int_not_equal(vfu_driver_mailbox(c, 0x2002, 0, c->base), 0);
	bench_free(b);
}

static void test_dma_without_answer_fails_after_a_time(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 0);
	struct vfu_client *c = &b->client;
	int error = VFU_CLIENT_SILENCE;

	(void)state;
	b->config.io_timeout_ms = 1000;
	bench_start(b);
	bench_connect(b, 0, c);
	assert_int_equal(vfu_client_map(c, false), 0);
	vfu_driver_enable(c);
	vfu_driver_init_device(c);
	c->hook = refuse;
	c->hook_arg = &error;
	assert_int_not_equal(vfu_driver_mailbox(c, 0x2002, 0, c->base), 0);
	/* The connection goes on. */
	assert_int_equal(vfu_client_rd(c, 0x100158) & 0x7ff, 256);
	bench_free(b);
}

/* A virtual machine that waits for its reset answers nothing. */
static int reset_meanwhile(void *arg, struct vfu_client *c,
			   const struct vfu_header *header,
			   const struct vfu_dma_access *access)
{
	unsigned int *resets = arg;

	(void)header;
	(void)access;
	if (*resets)
		return VFU_CLIENT_SILENCE;
	(*resets)++;
	assert_int_equal(vfu_client_reset(c), 0);
	return VFU_CLIENT_SILENCE;
}

static void test_reset_in_a_dma_wait_comes_to_its_end(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_driver driver;
	unsigned int resets = 0;
	uint16_t command = 0xffff;

	(void)state;
	start_pf(b, &driver, HISI_QM_REV_V3, false);
	b->client.hook = reset_meanwhile;
	b->client.hook_arg = &resets;
	vfu_driver_send(&driver, 1000, BYTES);
	while (!resets)
		vfu_client_serve(&b->client, 10);
	assert_int_equal(vfu_client_read(&b->client, CONFIG, PCI_COMMAND,
					 &command, 2), 0);
	assert_int_equal(command, 0);
	assert_int_equal(atomic_load(&b->events[VFU_TRACE_FLR]), 1);
	b->client.hook = NULL;
	/* Works again. */
	vfu_driver_enable(&b->client);
	vfu_driver_start(&driver, &b->client, HISI_QM_REV_V3, 0);
	compress_once(&driver, 0, 1000);
	bench_free(b);
}

/* Resets */

static void test_reset_waits_for_requests(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_device_stats stats;
	struct vfu_driver driver;

	(void)state;
	start_pf(b, &driver, HISI_QM_REV_V3, true);
	/* Far longer than the test may take: a reset ends the delay. */
	vfu_device_set_delay_us(vfu_server_device(b->server), 300000000);
	vfu_driver_send(&driver, 1000, BYTES);
	do {
		vfu_device_get_stats(vfu_server_device(b->server), &stats);
	} while (!stats.requests_out);
	assert_false(vfu_driver_poll(&driver));
	assert_int_equal(vfu_client_reset(&b->client), 0);
	vfu_device_get_stats(vfu_server_device(b->server), &stats);
	assert_int_equal(stats.requests_out, 0);
	vfu_device_set_delay_us(vfu_server_device(b->server), 0);
	assert_int_equal(vfu_driver_mailbox(&b->client, 0x6004, 0, 0), 0);
	assert_int_equal(vfu_client_rd64(&b->client, 0x304), 0);
	bench_free(b);
}

static void test_flr_by_configuration_space_resets(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_driver driver;
	uint16_t control = 0, command = 0xffff;
	uint8_t pos, id;

	(void)state;
	start_pf(b, &driver, HISI_QM_REV_V3, true);
	assert_int_equal(vfu_client_read(&b->client, CONFIG,
					 PCI_CAPABILITY_LIST, &pos, 1), 0);
	do {
		assert_int_equal(vfu_client_read(&b->client, CONFIG, pos, &id,
						 1), 0);
		if (id != PCI_CAP_ID_EXP)
			assert_int_equal(vfu_client_read(&b->client, CONFIG,
							 pos + 1u, &pos, 1), 0);
	} while (pos && id != PCI_CAP_ID_EXP);
	assert_int_not_equal(pos, 0);
	control = PCI_EXP_DEVCTL_BCR_FLR;
	assert_int_equal(vfu_client_write(&b->client, CONFIG,
					  pos + (uint64_t)PCI_EXP_DEVCTL,
					  &control, 2), 0);
	assert_int_equal(vfu_client_read(&b->client, CONFIG, PCI_COMMAND,
					 &command, 2), 0);
	assert_int_equal(command, 0);
	assert_int_equal(atomic_load(&b->events[VFU_TRACE_FLR]), 1);
	/* The device space stays, so the queues are still the PF's. */
	vfu_driver_enable(&b->client);
	vfu_driver_start(&driver, &b->client, HISI_QM_REV_V3, 0);
	compress_once(&driver, 0, 1000);
	bench_free(b);
}

static void test_removed_device_reads_ones(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_device *dev = vfu_server_device(b->server);
	uint32_t value = 0, zero = 0, info[4] = { 16, 0, 0, 0 };

	(void)state;
	assert_int_equal(vfu_device_inject(dev, HISI_QM_MODEL_FAULT_REMOVED,
					   true, 0), 0);
	assert_true(vfu_device_is_removed(dev));
	assert_int_equal(vfu_client_rd(&b->client, 0x100158), 0xffffffff);
	assert_int_equal(vfu_client_write(&b->client, CONFIG, PCI_COMMAND,
					  &zero, 2), 0);
	assert_int_equal(vfu_client_read(&b->client, CONFIG, 0, &value, 4), 0);
	assert_int_equal(value, 0xffffffff);
	/* A virtual machine that is about to start is told. */
	assert_int_equal(vfu_client_call(&b->client, VFU_DEVICE_GET_INFO, info,
					 16, NULL, 0, info, 16), ENODEV);
	assert_int_equal(vfu_device_inject(dev, HISI_QM_MODEL_FAULT_REMOVED,
					   false, 0), 0);
	assert_int_equal(vfu_client_rd(&b->client, 0x100158) & 0x7ff, 256);
	info[0] = 16;
	assert_int_equal(vfu_client_call(&b->client, VFU_DEVICE_GET_INFO, info,
					 16, NULL, 0, info, 16), 0);
	assert_int_equal(vfu_device_inject(dev, HISI_QM_MODEL_FAULTS, true, 0),
			 -EINVAL);
	bench_free(b);
}

/* Clients that leave */

static void die_busy(bool has_fd)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_driver driver;
	unsigned int i;

	for (i = 1; i <= 5; i++) {
		start_pf(b, &driver, HISI_QM_REV_V3, has_fd);
		vfu_driver_send(&driver, BYTES, 2 * BYTES);
		vfu_driver_send(&driver, BYTES, 2 * BYTES);
		if (!has_fd)
			vfu_client_serve(&b->client, (int)i);
		vfu_client_exit(&b->client);
		assert_true(bench_sees(b, VFU_TRACE_DISCONNECT, i));
		assert_true(bench_sees(b, VFU_TRACE_RESET, i));
		bench_connect(b, 0, &b->client);
		/* As after power on. */
		assert_int_equal(vfu_client_rd(&b->client, 0x100050), 0);
		assert_int_equal(atomic_load(&b->power_ons), 1 + i);
	}
	start_pf(b, &driver, HISI_QM_REV_V3, has_fd);
	compress_once(&driver, 0, 1000);
	bench_free(b);
}

static void test_client_dies_busy_by_descriptor(void **state)
{
	(void)state;
	die_busy(true);
}

static void test_client_dies_busy_by_messages(void **state)
{
	(void)state;
	die_busy(false);
}

/* Several functions: the PF gives queues, the VF uses its own. */
static void test_functions_have_their_own_memory(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 2);
	struct vfu_driver drivers[3];
	struct vfu_client vfs[2];
	unsigned int i, round;

	(void)state;
	start_pf(b, &drivers[0], HISI_QM_REV_V3, true);
	for (i = 0; i < 2; i++) {
		vfu_driver_give_queues(&b->client, HISI_QM_REV_V3, i + 1,
				       64 + 32 * i, 32);
		bench_connect(b, i + 1, &vfs[i]);
		assert_int_equal(vfu_client_map(&vfs[i], i), 0);
		vfu_driver_enable(&vfs[i]);
		vfu_driver_start(&drivers[i + 1], &vfs[i], HISI_QM_REV_V3, 0);
	}
	assert_true(bench_sees(b, VFU_TRACE_CONNECT, 3));
	for (round = 0; round < 5; round++)
		for (i = 0; i < 3; i++)
			compress_once(&drivers[i], round, 3000 + 100 * i);
	/* One leaves; the device goes on. */
	vfu_client_exit(&vfs[0]);
	assert_true(bench_sees(b, VFU_TRACE_DISCONNECT, 1));
	compress_once(&drivers[0], 5, 3000);
	compress_once(&drivers[2], 5, 3000);
	assert_int_equal(atomic_load(&b->events[VFU_TRACE_RESET]), 0);
	bench_connect(b, 1, &vfs[0]);
	assert_int_equal(vfu_client_map(&vfs[0], true), 0);
	vfu_driver_enable(&vfs[0]);
	vfu_driver_start(&drivers[1], &vfs[0], HISI_QM_REV_V3, 0);
	compress_once(&drivers[1], 0, 3000);
	vfu_client_exit(&vfs[0]);
	vfu_client_exit(&vfs[1]);
	bench_free(b);
}

struct side {
	struct vfu_client *client;
	struct vfu_driver *driver;
};

static void *work(void *arg)
{
	struct side *side = arg;
	unsigned int i;

	for (i = 0; i < 60; i++) {
		vfu_driver_send(side->driver, 20000, 2 * BYTES);
		if (!vfu_driver_wait(side->driver))
			return NULL;
	}
	return side;
}

/* Threads, for ThreadSanitizer: clients of both kinds, resets of a third. */
static void test_functions_work_at_the_same_time(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 2);
	struct vfu_driver drivers[2];
	struct vfu_client vfs[2];
	struct side sides[2];
	pthread_t threads[2];
	unsigned int i;
	void *result;

	(void)state;
	assert_int_equal(vfu_client_map(&b->client, true), 0);
	vfu_driver_init_device(&b->client);
	for (i = 0; i < 2; i++) {
		vfu_driver_give_queues(&b->client, HISI_QM_REV_V3, i + 1,
				       64 + 32 * i, 32);
		bench_connect(b, i + 1, &vfs[i]);
		assert_int_equal(vfu_client_map(&vfs[i], i), 0);
		vfu_driver_enable(&vfs[i]);
		vfu_driver_start(&drivers[i], &vfs[i], HISI_QM_REV_V3, 0);
		fill(&vfs[i], 20000);
		sides[i] = (struct side){ &vfs[i], &drivers[i] };
		assert_int_equal(pthread_create(&threads[i], NULL, work,
						&sides[i]), 0);
	}
	for (i = 0; i < 20; i++) {
		assert_int_equal(vfu_client_reset(&b->client), 0);
		usleep(1000);
	}
	for (i = 0; i < 2; i++) {
		pthread_join(threads[i], &result);
		assert_ptr_equal(result, &sides[i]);
		vfu_client_exit(&vfs[i]);
	}
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request_v1_by_descriptor),
		cmocka_unit_test(test_request_v2_by_descriptor),
		cmocka_unit_test(test_request_v3_by_descriptor),
		cmocka_unit_test(test_request_v1_by_messages),
		cmocka_unit_test(test_request_v2_by_messages),
		cmocka_unit_test(test_request_v3_by_messages),
		cmocka_unit_test(test_request_across_ranges_is_joined),
		cmocka_unit_test(test_request_respects_the_clients_limit),
		cmocka_unit_test(test_request_not_mapped_fails),
		cmocka_unit_test(test_request_in_a_truncated_file_fails),
		cmocka_unit_test(test_request_without_bus_master_is_not_seen),
		cmocka_unit_test(test_interrupt_of_a_completion),
		cmocka_unit_test(test_interrupt_masked_comes_when_unmasked),
		cmocka_unit_test(test_interrupt_without_eventfd_is_dropped),
		cmocka_unit_test(test_dma_wait_of_a_mailbox_serves_the_client),
		cmocka_unit_test(test_dma_wait_of_a_request_serves_the_client),
		cmocka_unit_test(test_mailbox_posted_in_a_dma_wait_reads_busy),
		cmocka_unit_test(test_flood_in_a_dma_wait_ends_the_connection),
		cmocka_unit_test(test_dma_refused_by_the_client_is_an_error),
		cmocka_unit_test(test_dma_without_answer_fails_after_a_time),
		cmocka_unit_test(test_reset_in_a_dma_wait_comes_to_its_end),
		cmocka_unit_test(test_reset_waits_for_requests),
		cmocka_unit_test(test_flr_by_configuration_space_resets),
		cmocka_unit_test(test_removed_device_reads_ones),
		cmocka_unit_test(test_client_dies_busy_by_descriptor),
		cmocka_unit_test(test_client_dies_busy_by_messages),
		cmocka_unit_test(test_functions_have_their_own_memory),
		cmocka_unit_test(test_functions_work_at_the_same_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
