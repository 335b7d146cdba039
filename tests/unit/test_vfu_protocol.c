/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* VERSION, the form of messages, descriptors, clients that do not read. */
#include "vfu_support.h"

#include <fcntl.h>

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
	b->config.io_timeout_ms = 1000;
	bench_start(b);
	connect_raw(b, &b->client);
	assert_true(is_ended(&b->client));
	check_server(b);
	/* With it there is no such limit. */
	usleep(1500000);
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
	b->config.io_timeout_ms = 1000;
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

/* A client that does not read loses its connection; others are served. */
static void test_client_that_does_not_read_is_left(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 1);
	const struct vfu_region_access access = { 0, CONFIG, 4096 };
	struct vfu_client vf;
	unsigned int i;

	(void)state;
	b->config.io_timeout_ms = 2000;
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
		cmocka_unit_test(test_client_that_does_not_read_is_left),
		cmocka_unit_test(test_client_that_reads_late_gets_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
