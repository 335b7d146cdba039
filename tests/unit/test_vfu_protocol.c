/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every command of vfio-user, and what is done about those that are wrong. */
#include "vfu_support.h"

#include <fcntl.h>
#include <sys/mman.h>

/* A connection without VERSION. */
static void connect_raw(struct vfu_bench *b, struct vfu_client *client)
{
	int fd = vfu_client_connect(b->path);

	assert_true(fd >= 0);
	vfu_client_init(client, fd, VFU_DRIVER_BASE, VFU_DRIVER_RAM);
}

static struct vfu_bench *bench_raw(void)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 0);

	bench_start(b);
	connect_raw(b, &b->client);
	return b;
}

/* A command without payload of its own kind; only its errno matters. */
static int call(struct vfu_client *c, uint16_t command, const void *payload,
		size_t bytes)
{
	return vfu_client_call(c, command, payload, bytes, NULL, 0, NULL, 0);
}

static bool is_alive(struct vfu_client *c)
{
	uint16_t vendor = 0;

	return !vfu_client_read(c, CONFIG, 0, &vendor, sizeof(vendor)) &&
	       vendor == 0x19e5;
}

/* Waits for the end of the connection; replies on the way are dropped. */
static bool is_ended(struct vfu_client *c)
{
	struct vfu_client_message message;

	while (vfu_client_receive(c, &message, 20000))
		;
	return c->is_gone;
}

/* The server goes on: the next client is served. */
static void check_server(struct vfu_bench *b)
{
	vfu_client_exit(&b->client);
	bench_connect(b, 0, &b->client);
	assert_true(is_alive(&b->client));
}

/* VERSION */

static void check_version(uint16_t minor, const char *json, const char *want)
{
	struct vfu_bench *b = bench_raw();
	struct vfu_client_message reply;
	struct vfu_version version = { 0, minor };
	uint8_t payload[512];
	size_t length = json ? strlen(json) + 1 : 0;

	memcpy(payload, &version, sizeof(version));
	if (json)
		memcpy(payload + sizeof(version), json, length);
	vfu_client_send(&b->client, VFU_VERSION, 0, payload,
			sizeof(version) + length, NULL, 0);
	assert_true(vfu_client_receive(&b->client, &reply, 20000));
	assert_int_equal(reply.header.flags, VFU_FLAG_REPLY);
	memcpy(&version, reply.payload, sizeof(version));
	assert_int_equal(version.major, 0);
	assert_int_equal(version.minor, minor < 1 ? minor : 1);
	assert_int_equal(reply.payload[reply.bytes - 1], 0);
	assert_string_equal((const char *)reply.payload + sizeof(version),
			    want);
	assert_true(is_alive(&b->client));
	bench_free(b);
}

static void test_version_is_negotiated(void **state)
{
	const char *const plain =
		"{\"capabilities\":{\"max_msg_fds\":16,"
		"\"max_data_xfer_size\":65536,\"max_dma_maps\":65535,"
		"\"pgsizes\":4096}}";

	(void)state;
	check_version(0, NULL, plain);
	check_version(1, "{}", plain);
	check_version(7, "{\"capabilities\":{\"something\":[1,{}]}}", plain);
	check_version(1, "{\"capabilities\":{\"write_multiple\":false}}",
		      plain);
	check_version(1, "{\"capabilities\":{\"write_multiple\":true}}",
		      "{\"capabilities\":{\"max_msg_fds\":16,"
		      "\"max_data_xfer_size\":65536,\"max_dma_maps\":65535,"
		      "\"pgsizes\":4096,\"write_multiple\":true}}");
}

static void bad_version(uint16_t major, const char *json, int error)
{
	struct vfu_bench *b = bench_raw();

	assert_int_equal(vfu_client_version_json(&b->client, major, 0, json),
			 error);
	assert_true(is_ended(&b->client));
	assert_int_equal(atomic_load(&b->errors), 1);
	check_server(b);
	bench_free(b);
}

static void test_version_unacceptable_ends_the_connection(void **state)
{
	(void)state;
	bad_version(1, NULL, EPROTONOSUPPORT);
	bad_version(0, "", EINVAL);
	bad_version(0, "{", EINVAL);
	bad_version(0, "[]", EINVAL);
	bad_version(0, "{\"capabilities\":3}", EINVAL);
	bad_version(0, "{\"capabilities\":{\"max_data_xfer_size\":\"x\"}}",
		    EINVAL);
	bad_version(0, "{\"capabilities\":{\"max_data_xfer_size\":0}}",
		    EINVAL);
	bad_version(0, "{\"capabilities\":{\"write_multiple\":1}}", EINVAL);
	bad_version(0, "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", EINVAL);
}

static void test_version_says_what_is_wrong(void **state)
{
	struct vfu_bench *b = bench_raw();

	(void)state;
	vfu_client_version_json(&b->client, 3, 0, NULL);
	assert_true(is_ended(&b->client));
	assert_true(bench_said(b, "another version"));
	bench_free(b);
}

static void test_version_without_nul_is_refused(void **state)
{
	struct vfu_bench *b = bench_raw();

	(void)state;
	assert_int_equal(call(&b->client, VFU_VERSION, "\0\0\0\0{}", 6),
			 EINVAL);
	assert_true(is_ended(&b->client));
	check_server(b);
	assert_int_equal(call(&b->client, VFU_VERSION, "\0", 1), EINVAL);
	bench_free(b);
}

static void test_version_first_or_the_connection_ends(void **state)
{
	struct vfu_bench *b = bench_raw();

	(void)state;
	assert_int_equal(vfu_client_reset(&b->client), EPROTO);
	assert_true(is_ended(&b->client));
	check_server(b);
	/* Once is enough, but no reason to end. */
	assert_int_equal(vfu_client_version(&b->client), EINVAL);
	assert_true(is_alive(&b->client));
	bench_free(b);
}

static void test_version_missing_ends_the_connection_in_time(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 0);

	(void)state;
	b->config.io_timeout_ms = 100;
	bench_start(b);
	connect_raw(b, &b->client);
	assert_true(is_ended(&b->client));
	check_server(b);
	/* With it there is no such limit. */
	usleep(300000);
	assert_true(is_alive(&b->client));
	bench_free(b);
}

/* Framing */

static void bad_message(const void *data, size_t bytes, bool has_reply)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_client_message reply;

	vfu_client_send_raw(&b->client, data, bytes, NULL, 0);
	if (has_reply) {
		assert_true(vfu_client_receive(&b->client, &reply, 20000));
		assert_int_equal(reply.header.flags,
				 VFU_FLAG_REPLY | VFU_FLAG_ERROR);
	}
	assert_true(is_ended(&b->client));
	check_server(b);
	bench_free(b);
}

static void test_message_of_impossible_size_ends_the_connection(void **state)
{
	struct vfu_header header = { .id = 7, .command = VFU_DEVICE_RESET };
	const uint32_t sizes[] = { 0, 15, 65536 + 33, 0x7fffffff, 0xffffffff };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		header.bytes = sizes[i];
		bad_message(&header, sizeof(header), true);
	}
}

static void test_message_of_unknown_type_ends_the_connection(void **state)
{
	struct vfu_header header = {
		.command = VFU_DEVICE_RESET, .bytes = 16, .flags = 2,
	};

	(void)state;
	bad_message(&header, sizeof(header), false);
}

static void test_message_in_pieces_is_joined(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_region_access access = { .region = CONFIG, .count = 4 };
	struct vfu_header header = {
		.id = 99, .command = VFU_REGION_READ, .bytes = 32,
	};
	struct vfu_client_message reply;
	uint8_t message[32];
	unsigned int i;

	(void)state;
	memcpy(message, &header, 16);
	memcpy(message + 16, &access, 16);
	for (i = 0; i < sizeof(message); i++) {
		vfu_client_send_raw(&b->client, message + i, 1, NULL, 0);
		if (i % 8 == 0)
			usleep(1000);
	}
	assert_true(vfu_client_receive(&b->client, &reply, 20000));
	assert_int_equal(reply.header.id, 99);
	assert_int_equal(reply.bytes, 20);
	bench_free(b);
}

static void test_messages_in_one_piece_are_answered_in_order(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_client_message reply;
	uint8_t all[200 * 32];
	unsigned int i;

	(void)state;
	for (i = 0; i < 200; i++) {
		const struct vfu_header header = {
			.id = (uint16_t)i, .command = VFU_REGION_READ,
			.bytes = 32,
		};
		const struct vfu_region_access access = {
			.offset = i, .region = CONFIG, .count = 1,
		};

		memcpy(all + 32 * i, &header, 16);
		memcpy(all + 32 * i + 16, &access, 16);
	}
	vfu_client_send_raw(&b->client, all, sizeof(all), NULL, 0);
	for (i = 0; i < 200; i++) {
		assert_true(vfu_client_receive(&b->client, &reply, 20000));
		assert_int_equal(reply.header.id, i);
		assert_int_equal(reply.header.flags, VFU_FLAG_REPLY);
	}
	bench_free(b);
}

/* The last message: the connection ends in the middle of it. */
static void test_message_cut_off_ends_the_connection(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_header header = {
		.command = VFU_DMA_MAP, .bytes = 48,
	};

	(void)state;
	vfu_client_send_raw(&b->client, &header, sizeof(header),
			    &b->client.memfd, 1);
	shutdown(b->client.fd, SHUT_WR);
	assert_true(is_ended(&b->client));
	check_server(b);
	bench_free(b);
}

/* The rest would never come: the server holds the client's end itself. */
static void test_message_unfinished_with_the_clients_own_socket(void **state)
{
	const struct vfu_header header = {
		.command = VFU_DMA_MAP, .bytes = 48,
	};
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 0);

	(void)state;
	b->config.io_timeout_ms = 100;
	bench_start(b);
	bench_connect(b, 0, &b->client);
	vfu_client_send_raw(&b->client, &header, sizeof(header), &b->client.fd,
			    1);
	check_server(b);
	assert_true(bench_said(b, "the rest of a message"));
	bench_free(b);
}

static void test_reply_that_nobody_waits_for_is_ignored(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	const uint16_t commands[] = { VFU_DMA_READ, VFU_DMA_WRITE, VFU_VERSION,
				      200 };
	unsigned int i;

	(void)state;
	for (i = 0; i < 4; i++)
		vfu_client_send(&b->client, commands[i],
				VFU_FLAG_REPLY | (i & 1 ? VFU_FLAG_ERROR : 0),
				"0123456789abcdef", 16, NULL, 0);
	assert_true(is_alive(&b->client));
	bench_free(b);
}

static void test_no_reply_is_heeded(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_client_message reply;
	uint16_t id;

	(void)state;
	/* Neither answer nor error. */
	vfu_client_send(&b->client, VFU_DEVICE_RESET, VFU_FLAG_NO_REPLY, NULL,
			0, NULL, 0);
	vfu_client_send(&b->client, 77, VFU_FLAG_NO_REPLY, NULL, 0, NULL, 0);
	id = vfu_client_send(&b->client, 77, 0, NULL, 0, NULL, 0);
	assert_true(vfu_client_receive(&b->client, &reply, 20000));
	assert_int_equal(reply.header.id, id);
	assert_int_equal(reply.header.error, ENOSYS);
	assert_int_equal(atomic_load(&b->events[VFU_TRACE_FLR]), 1);
	bench_free(b);
}

static void test_command_unknown_or_without_meaning_here(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	const uint16_t unknown[] = { 0, 14, 19, 255, 0x8000, 0xffff };
	const uint16_t unsupported[] = {
		VFU_DEVICE_GET_REGION_IO_FDS, VFU_DMA_READ, VFU_DMA_WRITE,
		VFU_DEVICE_FEATURE, VFU_MIG_DATA_READ, VFU_MIG_DATA_WRITE,
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < 6; i++) {
		assert_int_equal(call(&b->client, unknown[i], "xxxx", 4),
				 ENOSYS);
		assert_int_equal(call(&b->client, unsupported[i], "xxxx", 4),
				 EOPNOTSUPP);
	}
	assert_true(is_alive(&b->client));
	bench_free(b);
}

/* Descriptors */

/* So many descriptors this process has; the server is in it. */
static unsigned int count_fds(void)
{
	unsigned int count = 0;
	int fd;

	for (fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* It closes what came with a message after the reply, before the next one. */
static unsigned int count_fds_after(struct vfu_client *c)
{
	assert_true(is_alive(c));
	return count_fds();
}

static void test_descriptors_where_none_belong_are_closed(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	unsigned int before = count_fds(), i;
	int fds[40];

	(void)state;
	for (i = 0; i < 40; i++)
		fds[i] = b->client.memfd;
	for (i = 1; i <= 16; i++)
		assert_int_equal(vfu_client_call(&b->client, VFU_DEVICE_RESET,
						 NULL, 0, fds, i, NULL, 0),
				 EINVAL);
	for (i = 17; i <= 40; i++)
		assert_int_equal(vfu_client_call(&b->client, VFU_DEVICE_RESET,
						 NULL, 0, fds, i, NULL, 0),
				 E2BIG);
	assert_int_equal(call(&b->client, 77, NULL, 0), ENOSYS);
	assert_int_equal(count_fds_after(&b->client), before);
	assert_true(is_alive(&b->client));
	bench_free(b);
}

/* With a reply too, where they belong even less. */
static void test_descriptors_with_a_reply_are_closed(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	unsigned int before = count_fds();

	(void)state;
	vfu_client_send(&b->client, VFU_DMA_READ, VFU_FLAG_REPLY, NULL, 0,
			&b->client.memfd, 1);
	assert_true(is_alive(&b->client));
	assert_int_equal(count_fds_after(&b->client), before);
	bench_free(b);
}

/* Behind other messages in one read of the server. */
static void test_descriptors_go_with_their_message(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_dma_map_request map = {
		.argsz = 32, .flags = 3, .bytes = 0x1000,
	};
	struct vfu_client_message reply;
	unsigned int i, round;

	(void)state;
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 8; i++) {
			map.address = 0x10000 * (round * 8 + i);
			/* The odd ones are only for messages. */
			vfu_client_send(&b->client, VFU_DMA_MAP, 0, &map,
					sizeof(map), &b->client.memfd,
					!(i & 1));
		}
		for (i = 0; i < 8; i++) {
			assert_true(vfu_client_receive(&b->client, &reply,
						       20000));
			assert_int_equal(reply.header.flags, VFU_FLAG_REPLY);
		}
	}
	assert_int_equal(vfu_client_unmap(&b->client, 0, 0,
					  VFU_DMA_UNMAP_ALL), 0);
	bench_free(b);
}

/* Device, regions, interrupts */

static void test_device_info_is_that_of_a_pci_device(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	uint32_t info[4] = { 16, 0, 0, 0 };

	(void)state;
	assert_int_equal(vfu_client_call(&b->client, VFU_DEVICE_GET_INFO, info,
					 16, NULL, 0, info, 16), 0);
	assert_int_equal(info[0], 16);
	assert_int_equal(info[1], 3);
	assert_int_equal(info[2], 9);
	assert_int_equal(info[3], 5);
	assert_int_equal(call(&b->client, VFU_DEVICE_GET_INFO, info, 15),
			 EINVAL);
	info[0] = 15;
	assert_int_equal(call(&b->client, VFU_DEVICE_GET_INFO, info, 16),
			 EINVAL);
	bench_free(b);
}

static int region_info(struct vfu_client *c, uint32_t index,
		       struct vfio_region_info *info)
{
	*info = (struct vfio_region_info){ .argsz = sizeof(*info),
					   .index = index };
	return vfu_client_call(c, VFU_DEVICE_GET_REGION_INFO, info,
			       sizeof(*info), NULL, 0, info, sizeof(*info));
}

static void test_region_info_names_what_there_is(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 0);
	const uint64_t sizes[9] = { 0, 0, 0x400000, 0, 0x1000000, 0, 0, 4096,
				    0 };
	struct vfio_region_info info;
	unsigned int i;

	(void)state;
	b->config.device.model.isolation = true;
	bench_start(b);
	bench_connect(b, 0, &b->client);
	for (i = 0; i < 9; i++) {
		assert_int_equal(region_info(&b->client, i, &info), 0);
		assert_int_equal(info.argsz, sizeof(info));
		assert_int_equal(info.index, i);
		assert_int_equal(info.size, sizes[i]);
		assert_int_equal(info.flags, sizes[i] ? 3 : 0);
		assert_int_equal(info.cap_offset, 0);
	}
	assert_int_equal(region_info(&b->client, 9, &info), EINVAL);
	assert_int_equal(region_info(&b->client, UINT32_MAX, &info), EINVAL);
	info = (struct vfio_region_info){ .argsz = 31 };
	assert_int_equal(call(&b->client, VFU_DEVICE_GET_REGION_INFO, &info,
			      sizeof(info)), EINVAL);
	assert_int_equal(call(&b->client, VFU_DEVICE_GET_REGION_INFO, &info,
			      31), EINVAL);
	bench_free(b);
}

static int irq_info(struct vfu_client *c, uint32_t index,
		    struct vfio_irq_info *info)
{
	*info = (struct vfio_irq_info){ .argsz = sizeof(*info),
					.index = index };
	return vfu_client_call(c, VFU_DEVICE_GET_IRQ_INFO, info, sizeof(*info),
			       NULL, 0, info, sizeof(*info));
}

static void check_irq_count(unsigned int revision, unsigned int func,
			    unsigned int want)
{
	struct vfu_bench *b = bench_new(revision, 1);
	struct vfio_irq_info info;
	struct vfu_client vf;
	unsigned int i;

	bench_connect(b, 1, &vf);
	for (i = 0; i < 5; i++) {
		assert_int_equal(irq_info(func ? &vf : &b->client, i, &info),
				 0);
		assert_int_equal(info.count, i == 1 ? want : 0);
		assert_int_equal(info.flags, i == 1 ? 9 : 1);
	}
	assert_int_equal(irq_info(&vf, 5, &info), EINVAL);
	info.argsz = 15;
	assert_int_equal(call(&vf, VFU_DEVICE_GET_IRQ_INFO, &info,
			      sizeof(info)), EINVAL);
	assert_int_equal(call(&vf, VFU_DEVICE_GET_IRQ_INFO, &info, 8), EINVAL);
	vfu_client_exit(&vf);
	bench_free(b);
}

static void test_irq_info_counts_messages(void **state)
{
	(void)state;
	check_irq_count(HISI_QM_REV_V1, 0, 1);
	check_irq_count(HISI_QM_REV_V2, 0, 4);
	check_irq_count(HISI_QM_REV_V2, 1, 2);
	check_irq_count(HISI_QM_REV_V3, 0, 4);
	check_irq_count(HISI_QM_REV_V3, 1, 4);
}

#define SET_EVENTFD	(VFIO_IRQ_SET_DATA_EVENTFD | \
			 VFIO_IRQ_SET_ACTION_TRIGGER)
#define SET_NONE	(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER)
#define SET_BOOL	(VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER)

static int set_bools(struct vfu_client *c, const char *bools, size_t bytes,
		     uint32_t start, uint32_t count)
{
	struct vfio_irq_set set = {
		.argsz = (uint32_t)(sizeof(set) + bytes),
		.flags = SET_BOOL,
		.index = VFIO_PCI_MSI_IRQ_INDEX,
		.start = start,
		.count = count,
	};
	uint8_t payload[sizeof(set) + 16];

	memcpy(payload, &set, sizeof(set));
	memcpy(payload + sizeof(set), bools, bytes);
	return call(c, VFU_DEVICE_SET_IRQS, payload, sizeof(set) + bytes);
}

static void test_set_irqs_assigns_triggers_and_takes_away(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_client *c = &b->client;
	unsigned int before = count_fds(), i;
	int fds[4];

	(void)state;
	for (i = 0; i < 4; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(vfu_client_set_irqs(c, SET_EVENTFD, 1, 0, 4, fds, 4),
			 0);
	assert_int_equal(count_fds_after(c), before + 8);
	/* All of a range. */
	assert_int_equal(vfu_client_set_irqs(c, SET_NONE, 1, 1, 2, NULL, 0), 0);
	assert_int_equal(bench_irqs(fds[0], 0), 0);
	assert_int_equal(bench_irqs(fds[1], 10000), 1);
	assert_int_equal(bench_irqs(fds[2], 10000), 1);
	assert_int_equal(bench_irqs(fds[3], 0), 0);
	/* Some of it. */
	assert_int_equal(set_bools(c, "\1\0\0\1", 4, 0, 4), 0);
	assert_int_equal(bench_irqs(fds[0], 10000), 1);
	assert_int_equal(bench_irqs(fds[1], 0), 0);
	assert_int_equal(bench_irqs(fds[2], 0), 0);
	assert_int_equal(bench_irqs(fds[3], 10000), 1);
	/* Another one in its place, one taken away, all taken away. */
	assert_int_equal(vfu_client_set_irqs(c, SET_EVENTFD, 1, 0, 1, &fds[2],
					     1), 0);
	assert_int_equal(count_fds_after(c), before + 8);
	assert_int_equal(vfu_client_set_irqs(c, SET_EVENTFD, 1, 1, 1, NULL, 0),
			 0);
	assert_int_equal(count_fds_after(c), before + 7);
	assert_int_equal(vfu_client_set_irqs(c, SET_NONE, 1, 0, 4, NULL, 0), 0);
	assert_int_equal(bench_irqs(fds[0], 0), 0);
	assert_int_equal(bench_irqs(fds[1], 0), 0);
	assert_int_equal(bench_irqs(fds[2], 10000), 2);
	assert_int_equal(vfu_client_set_irqs(c, SET_NONE, 1, 0, 0, NULL, 0), 0);
	assert_int_equal(count_fds_after(c), before + 4);
	for (i = 0; i < 4; i++)
		close(fds[i]);
	bench_free(b);
}

static void test_set_irqs_bad_is_refused(void **state)
{
	const struct {
		uint32_t flags, index, start, count;
		unsigned int nfds;
		int error;
	} bad[] = {
		{ SET_EVENTFD, 1, 0, 5, 5, EINVAL },
		{ SET_EVENTFD, 1, 3, 2, 2, EINVAL },
		{ SET_EVENTFD, 1, 4, 1, 1, EINVAL },
		{ SET_EVENTFD, 1, 1, UINT32_MAX, 1, EINVAL },
		{ SET_EVENTFD, 1, UINT32_MAX, 2, 2, EINVAL },
		{ SET_EVENTFD, 1, 0, 2, 1, EINVAL },
		{ SET_EVENTFD, 1, 0, 1, 2, EINVAL },
		{ SET_EVENTFD, 1, 0, 0, 0, EINVAL },
		{ SET_EVENTFD, 0, 0, 1, 1, EINVAL },
		{ SET_EVENTFD, 2, 0, 1, 1, EINVAL },
		{ SET_EVENTFD, 5, 0, 1, 1, EINVAL },
		{ SET_NONE, 1, 0, 1, 1, EINVAL },
		{ SET_NONE, 1, 1, 0, 0, EINVAL },
		{ SET_NONE, 0, 0, 0, 0, EINVAL },
		{ VFIO_IRQ_SET_DATA_NONE, 1, 0, 1, 0, EINVAL },
		{ VFIO_IRQ_SET_ACTION_TRIGGER, 1, 0, 1, 0, EINVAL },
		{ SET_NONE | VFIO_IRQ_SET_DATA_BOOL, 1, 0, 1, 0, EINVAL },
		{ SET_NONE | VFIO_IRQ_SET_ACTION_MASK, 1, 0, 1, 0, EINVAL },
		{ SET_NONE | 0x40, 1, 0, 1, 0, EINVAL },
		{ VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_MASK, 1, 0, 1, 0,
		  ENOTTY },
		{ VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_UNMASK, 1, 0,
		  1, 1, ENOTTY },
	};
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	unsigned int before = count_fds(), i;
	struct vfio_irq_set set = { .argsz = 19, .flags = SET_NONE, .index = 1,
				    .count = 1 };
	int fds[5], read_end[2];

	(void)state;
	for (i = 0; i < 5; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(vfu_client_set_irqs(
			&b->client, bad[i].flags, bad[i].index, bad[i].start,
			bad[i].count, fds, bad[i].nfds), bad[i].error);
	assert_int_equal(set_bools(&b->client, "\1\1", 2, 0, 3), EINVAL);
	assert_int_equal(call(&b->client, VFU_DEVICE_SET_IRQS, &set,
			      sizeof(set)), EINVAL);
	assert_int_equal(call(&b->client, VFU_DEVICE_SET_IRQS, &set, 19),
			 EINVAL);
	/* Nothing that can be written to. */
	assert_int_equal(pipe2(read_end, O_CLOEXEC), 0);
	assert_int_equal(vfu_client_set_irqs(&b->client, SET_EVENTFD, 1, 0, 1,
					     read_end, 1), EINVAL);
	close(read_end[0]);
	close(read_end[1]);
	/* What would keep the connection from ever ending. */
	assert_int_equal(vfu_client_set_irqs(&b->client, SET_EVENTFD, 1, 0, 1,
					     &b->client.fd, 1), EINVAL);
	for (i = 0; i < 5; i++)
		close(fds[i]);
	assert_int_equal(count_fds_after(&b->client), before);
	bench_free(b);
}

/* One that would block the server for ever. */
static void test_set_irqs_full_pipe_does_not_block(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	unsigned int i;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
	assert_int_equal(vfu_client_set_irqs(&b->client, SET_EVENTFD, 1, 0, 1,
					     &ends[1], 1), 0);
	for (i = 0; i < 1000; i++)
		assert_int_equal(vfu_client_set_irqs(&b->client, SET_NONE, 1, 0,
						     1, NULL, 0), 0);
	close(ends[0]);
	close(ends[1]);
	bench_free(b);
}

/* Accesses */

static void test_region_access_out_of_range_is_refused(void **state)
{
	const struct vfu_region_access bad[] = {
		{ 0, CONFIG, 0 },
		{ 4096, CONFIG, 1 },
		{ 4095, CONFIG, 2 },
		{ 0, CONFIG, 4097 },
		{ UINT64_MAX, CONFIG, 4 },
		{ 0x400000, BAR2, 4 },
		{ 0x3ffffe, BAR2, 4 },
		{ UINT64_MAX - 3, BAR2, 4 },
		{ UINT64_MAX - 1, BAR2, 4 },
		{ 0, BAR2, 17 },
		{ 0, BAR2, UINT32_MAX },
		{ 0, BAR4, 4 },
		{ 0, 0, 4 },
		{ 0, 8, 4 },
		{ 0, 9, 4 },
		{ 0, UINT32_MAX, 4 },
	};
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	uint8_t write[32] = { 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(call(&b->client, VFU_REGION_READ, &bad[i], 16),
				 EINVAL);
		memcpy(write, &bad[i], 16);
		assert_int_equal(call(&b->client, VFU_REGION_WRITE, write,
				      16 + (bad[i].count > 16 ?
					    16 : bad[i].count)), EINVAL);
	}
	/* Shorter or longer than it says. */
	memcpy(write, &(struct vfu_region_access){ 0x100050, BAR2, 8 }, 16);
	assert_int_equal(call(&b->client, VFU_REGION_WRITE, write, 20), EINVAL);
	assert_int_equal(call(&b->client, VFU_REGION_WRITE, write, 28), EINVAL);
	assert_int_equal(call(&b->client, VFU_REGION_WRITE, write, 15), EINVAL);
	assert_int_equal(call(&b->client, VFU_REGION_READ, write, 15), EINVAL);
	assert_int_equal(call(&b->client, VFU_REGION_READ, write, 17), EINVAL);
	bench_free(b);
}

static void test_region_access_of_odd_width_is_answered(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	uint8_t data[16], zeros[16] = { 0 };
	unsigned int bytes, offset;

	(void)state;
	for (bytes = 1; bytes <= 16; bytes++) {
		for (offset = 0; offset < 4; offset++) {
			if (offset == 0 && (bytes == 4 || bytes == 8 ||
					    bytes == 16))
				continue;
			memset(data, 0xff, sizeof(data));
			assert_int_equal(vfu_client_write(
				&b->client, BAR2, 0x100050 + offset, data,
				bytes), 0);
			assert_int_equal(vfu_client_read(
				&b->client, BAR2, 0x100158 + offset, data,
				bytes), 0);
			assert_memory_equal(data, zeros, bytes);
		}
	}
	assert_true(atomic_load(&b->guest_errors) > 0);
	assert_int_equal(vfu_client_rd(&b->client, 0x100050), 0);
	bench_free(b);
}

static void test_region_access_of_configuration_space(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	uint8_t all[4096], byte;
	unsigned int i;

	(void)state;
	assert_int_equal(vfu_client_read(&b->client, CONFIG, 0, all,
					 sizeof(all)), 0);
	for (i = 0; i < sizeof(all); i++) {
		assert_int_equal(vfu_client_read(&b->client, CONFIG, i, &byte,
						 1), 0);
		assert_int_equal(byte, all[i]);
	}
	bench_free(b);
}

static int write_multi(struct vfu_client *c, uint64_t count,
		       const struct vfu_region_write *writes, size_t n)
{
	uint8_t payload[8 + 8 * sizeof(*writes)];
	uint64_t done = 0;
	int ret;

	memcpy(payload, &count, 8);
	memcpy(payload + 8, writes, n * sizeof(*writes));
	ret = vfu_client_call(c, VFU_REGION_WRITE_MULTI, payload,
			      8 + n * sizeof(*writes), NULL, 0, &done, 8);
	assert_int_equal(done, ret ? 0 : count);
	return ret;
}

static void test_write_multi_writes_all_in_order(void **state)
{
	struct vfu_region_write writes[8] = { 0 };
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	unsigned int i;

	(void)state;
	for (i = 0; i < 8; i++) {
		writes[i].access = (struct vfu_region_access){
			i < 4 ? 0x100050 : 0x100088, BAR2, 4
		};
		writes[i].data[0] = (uint8_t)(i + 1);
	}
	assert_int_equal(write_multi(&b->client, 8, writes, 8), 0);
	assert_int_equal(vfu_client_rd(&b->client, 0x100050), 4);
	assert_int_equal(vfu_client_rd(&b->client, 0x100088), 8);
	/* All or nothing. */
	assert_int_equal(write_multi(&b->client, 0, writes, 0), EINVAL);
	assert_int_equal(write_multi(&b->client, 7, writes, 8), EINVAL);
	assert_int_equal(write_multi(&b->client, 9, writes, 8), EINVAL);
	assert_int_equal(write_multi(&b->client, 0xaaaaaaaaaaaaaaabULL, writes,
				     1), EINVAL);
	writes[0].data[0] = 99;
	writes[7].access.count = 9;
	assert_int_equal(write_multi(&b->client, 8, writes, 8), EINVAL);
	writes[7].access.count = 4;
	writes[7].access.region = 0;
	assert_int_equal(write_multi(&b->client, 8, writes, 8), EINVAL);
	assert_int_equal(vfu_client_rd(&b->client, 0x100050), 4);
	assert_int_equal(call(&b->client, VFU_REGION_WRITE_MULTI, "", 1),
			 EINVAL);
	bench_free(b);
}

static void test_reset_with_payload_is_refused(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	assert_int_equal(call(&b->client, VFU_DEVICE_RESET, "1234", 4), EINVAL);
	assert_int_equal(vfu_client_reset(&b->client), 0);
	assert_int_equal(atomic_load(&b->events[VFU_TRACE_FLR]), 1);
	bench_free(b);
}

/* Memory; the rules of ranges are in test_vfu_dma.c. */
static void test_dma_map_bad_is_refused(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_client *c = &b->client;
	struct vfu_dma_map_request map = { .argsz = 31, .flags = 3,
					   .bytes = 4096 };
	unsigned int before = count_fds();
	int two[2] = { c->memfd, c->memfd }, fd;

	(void)state;
	assert_int_equal(call(c, VFU_DMA_MAP, &map, sizeof(map)), EINVAL);
	map.argsz = 32;
	assert_int_equal(call(c, VFU_DMA_MAP, &map, 31), EINVAL);
	assert_int_equal(vfu_client_call(c, VFU_DMA_MAP, &map, 32, two, 2, NULL,
					 0), EINVAL);
	assert_int_equal(vfu_client_map_at(c, 0, 0x1000, VFU_DRIVER_RAM, 3,
					   c->memfd), EINVAL);
	assert_int_equal(vfu_client_map_at(c, 0, VFU_DRIVER_RAM + 0x1000, 0, 3,
					   c->memfd), EINVAL);
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_int_equal(vfu_client_map_at(c, 0, 0x1000, 0, 3, fd), EINVAL);
	close(fd);
	assert_int_equal(vfu_client_map(c, true), 0);
	assert_int_equal(vfu_client_map(c, true), EEXIST);
	assert_int_equal(vfu_client_map(c, false), EEXIST);
	assert_int_equal(count_fds_after(c), before);
	assert_true(is_alive(c));
	bench_free(b);
}

static void test_dma_unmap_bad_is_refused(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_client *c = &b->client;
	struct vfu_dma_unmap_request unmap = { .argsz = 23, .bytes = 4096 };

	(void)state;
	assert_int_equal(vfu_client_map(c, true), 0);
	assert_int_equal(call(c, VFU_DMA_UNMAP, &unmap, sizeof(unmap)), EINVAL);
	unmap.argsz = 24;
	assert_int_equal(call(c, VFU_DMA_UNMAP, &unmap, 16), EINVAL);
	assert_int_equal(vfu_client_unmap(c, c->base, 0x1000, 0), EINVAL);
	assert_int_equal(vfu_client_unmap(c, c->base, 0x1000, 1), EINVAL);
	assert_int_equal(vfu_client_unmap(c, c->base, 0, VFU_DMA_UNMAP_ALL),
			 EINVAL);
	assert_int_equal(vfu_client_unmap(c, c->base, VFU_DRIVER_RAM, 0), 0);
	assert_int_equal(vfu_client_map(c, true), 0);
	assert_int_equal(vfu_client_unmap(c, 0, 0, VFU_DMA_UNMAP_ALL), 0);
	assert_int_equal(vfu_client_map(c, true), 0);
	bench_free(b);
}

/* A client that does not read loses its connection; others are served. */
static void test_client_that_does_not_read_is_left(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 1);
	const struct vfu_region_access access = { 0, CONFIG, 4096 };
	struct vfu_client vf;
	unsigned int i;

	(void)state;
	b->config.io_timeout_ms = 300;
	bench_start(b);
	bench_connect(b, 0, &b->client);
	bench_connect(b, 1, &vf);
	/* Far more than what sockets and server keep, without blocking here. */
	fcntl(b->client.fd, F_SETFL, O_NONBLOCK);
	for (i = 0; i < 20000 && !b->client.is_gone; i++)
		vfu_client_send(&b->client, VFU_REGION_READ, 0, &access,
				sizeof(access), NULL, 0);
	assert_true(is_alive(&vf));
	assert_true(bench_sees(b, VFU_TRACE_DISCONNECT, 1));
	assert_true(bench_said(b, "does not"));
	assert_true(is_alive(&vf));
	vfu_client_exit(&vf);
	bench_free(b);
}

/* One that reads late is served to the end. */
static void test_client_that_reads_late_gets_everything(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	const struct vfu_region_access access = { 0, CONFIG, 4096 };
	struct vfu_client_message reply;
	const unsigned int count = 100;
	unsigned int i;

	(void)state;
	for (i = 0; i < count; i++)
		vfu_client_send(&b->client, VFU_REGION_READ, 0, &access,
				sizeof(access), NULL, 0);
	usleep(100000);
	for (i = 0; i < count; i++) {
		assert_true(vfu_client_receive(&b->client, &reply, 20000));
		assert_int_equal(reply.bytes, 16 + 4096);
	}
	assert_true(is_alive(&b->client));
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_is_negotiated),
		cmocka_unit_test(test_version_unacceptable_ends_the_connection),
		cmocka_unit_test(test_version_says_what_is_wrong),
		cmocka_unit_test(test_version_without_nul_is_refused),
		cmocka_unit_test(test_version_first_or_the_connection_ends),
		cmocka_unit_test(test_version_missing_ends_the_connection_in_time),
		cmocka_unit_test(test_message_of_impossible_size_ends_the_connection),
		cmocka_unit_test(test_message_of_unknown_type_ends_the_connection),
		cmocka_unit_test(test_message_in_pieces_is_joined),
		cmocka_unit_test(test_messages_in_one_piece_are_answered_in_order),
		cmocka_unit_test(test_message_cut_off_ends_the_connection),
		cmocka_unit_test(test_message_unfinished_with_the_clients_own_socket),
		cmocka_unit_test(test_reply_that_nobody_waits_for_is_ignored),
		cmocka_unit_test(test_no_reply_is_heeded),
		cmocka_unit_test(test_command_unknown_or_without_meaning_here),
		cmocka_unit_test(test_descriptors_where_none_belong_are_closed),
		cmocka_unit_test(test_descriptors_with_a_reply_are_closed),
		cmocka_unit_test(test_descriptors_go_with_their_message),
		cmocka_unit_test(test_device_info_is_that_of_a_pci_device),
		cmocka_unit_test(test_region_info_names_what_there_is),
		cmocka_unit_test(test_irq_info_counts_messages),
		cmocka_unit_test(test_set_irqs_assigns_triggers_and_takes_away),
		cmocka_unit_test(test_set_irqs_bad_is_refused),
		cmocka_unit_test(test_set_irqs_full_pipe_does_not_block),
		cmocka_unit_test(test_region_access_out_of_range_is_refused),
		cmocka_unit_test(test_region_access_of_odd_width_is_answered),
		cmocka_unit_test(test_region_access_of_configuration_space),
		cmocka_unit_test(test_write_multi_writes_all_in_order),
		cmocka_unit_test(test_reset_with_payload_is_refused),
		cmocka_unit_test(test_dma_map_bad_is_refused),
		cmocka_unit_test(test_dma_unmap_bad_is_refused),
		cmocka_unit_test(test_client_that_does_not_read_is_left),
		cmocka_unit_test(test_client_that_reads_late_gets_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
