/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sockets, clients that come and go, and what else the event loop serves. */
#include "vfu_support.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/un.h>

static void drop_bench(struct vfu_bench *b)
{
	assert_int_equal(rmdir(b->dir), 0);
	free(b);
}

static void check_refused(struct vfu_bench *b, int error, const char *word)
{
	struct vfu_server *server = NULL;

	assert_int_equal(vfu_server_create(&b->config, &server), error);
	assert_null(server);
	if (word)
		assert_true(bench_said(b, word));
}

static void test_create_with_a_bad_configuration_is_refused(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 0);

	(void)state;
	b->config.vfs = 1;
	check_refused(b, -EINVAL, NULL);
	b->config.vfs = 0;
	b->config.show_first_vf_at_path = true;
	check_refused(b, -EINVAL, NULL);
	b->config.show_first_vf_at_path = false;
	b->config.device.model.vfs = 64;
	check_refused(b, -EINVAL, NULL);
	b->config.device.model.vfs = 0;
	b->config.device.model.revision = 0x22;
	check_refused(b, -EINVAL, NULL);
	b->config.device.model.revision = HISI_QM_REV_V3;
	b->config.device.workers = VFU_DEVICE_MAX_WORKERS + 1;
	check_refused(b, -EINVAL, NULL);
	drop_bench(b);
}

static void test_create_with_a_long_path_is_refused(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 1);
	char path[200];
	size_t length = sizeof(((struct sockaddr_un *)0)->sun_path);

	(void)state;
	memset(path, 'x', sizeof(path));
	memcpy(path, b->dir, strlen(b->dir));
	path[strlen(b->dir)] = '/';
	path[length] = '\0';
	b->config.socket_path = path;
	check_refused(b, -ENAMETOOLONG, "too long");
	/* Long enough for the PF, but not for the VF. */
	path[length - 2] = '\0';
	check_refused(b, -ENAMETOOLONG, "too long");
	b->config.socket_path = "";
	check_refused(b, -EINVAL, NULL);
	drop_bench(b);
}

static void test_create_where_somebody_listens_is_refused(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	check_refused(b, -EADDRINUSE, "listens");
	assert_true(is_alive(&b->client));
	bench_free(b);
}

static void test_create_over_something_else_is_refused(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 0);
	struct stat st;
	int fd;

	(void)state;
	fd = open(b->path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	check_refused(b, -EADDRINUSE, "no socket");
	assert_int_equal(stat(b->path, &st), 0);
	unlink(b->path);
	b->config.socket_path = "/nonexistent/socket";
	check_refused(b, -ENOENT, "/nonexistent/socket");
	drop_bench(b);
}

/* Left over by a server that was killed. */
static void test_create_replaces_a_dead_socket(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	strcpy(address.sun_path, b->path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
			      sizeof(address)), 0);
	close(fd);
	bench_start(b);
	bench_connect(b, 0, &b->client);
	assert_true(is_alive(&b->client));
	bench_free(b);
}

static void test_second_client_waits_for_the_first(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_client_message reply;
	const struct vfu_version version = { 0, 0 };
	struct vfu_client second;

	(void)state;
	vfu_client_init(&second, vfu_client_connect(b->path), 0, 0x1000);
	vfu_client_send(&second, VFU_VERSION, 0, &version, sizeof(version),
			NULL, 0);
	assert_false(vfu_client_receive(&second, &reply, 50));
	assert_false(second.is_gone);
	assert_true(is_alive(&b->client));
	vfu_client_exit(&b->client);
	assert_true(vfu_client_receive(&second, &reply, 20000));
	assert_int_equal(reply.header.flags, VFU_FLAG_REPLY);
	assert_true(is_alive(&second));
	b->client = second;
	bench_free(b);
}

static void test_once_ends_with_the_client(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 1);
	struct vfu_client vf;

	(void)state;
	b->config.once = true;
	bench_start(b);
	/* Not with that of another function. */
	bench_connect(b, 1, &vf);
	vfu_client_exit(&vf);
	assert_true(bench_sees(b, VFU_TRACE_DISCONNECT, 1));
	bench_connect(b, 0, &b->client);
	assert_true(is_alive(&b->client));
	vfu_client_exit(&b->client);
	bench_join(b);
	assert_false(vfu_server_poll(b->server, 0));
	bench_stop(b);
}

static void test_first_vf_at_the_path(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 3);
	struct vfu_client third;
	uint16_t id = 0;
	char path[128];

	(void)state;
	b->config.show_first_vf_at_path = true;
	b->config.vfs = 3;
	bench_start(b);
	assert_null(vfu_server_shows(b->server, 0));
	assert_string_equal(vfu_server_shows(b->server, 1), b->path);
	snprintf(path, sizeof(path), "%s.vf3", b->path);
	assert_string_equal(vfu_server_shows(b->server, 3), path);
	assert_null(vfu_server_shows(b->server, 4));
	bench_connect(b, 0, &b->client);
	assert_int_equal(vfu_client_read(&b->client, CONFIG, 2, &id, 2), 0);
	assert_int_equal(id, 0xa251);
	bench_connect(b, 3, &third);
	assert_true(is_alive(&third));
	bench_halt(b);
	assert_false(vfu_server_has_client(b->server, 0));
	assert_true(vfu_server_has_client(b->server, 1));
	assert_false(vfu_server_has_client(b->server, 2));
	assert_true(vfu_server_has_client(b->server, 3));
	assert_false(vfu_server_has_client(b->server, 99));
	vfu_client_exit(&third);
	bench_free(b);
}

static void test_power_on_after_the_last_client_only(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 1);
	struct vfu_client vf;

	(void)state;
	assert_int_equal(atomic_load(&b->power_ons), 1);
	vfu_client_wr(&b->client, 0x100050, 0x1833);
	bench_connect(b, 1, &vf);
	vfu_client_exit(&vf);
	assert_true(bench_sees(b, VFU_TRACE_DISCONNECT, 1));
	assert_int_equal(vfu_client_rd(&b->client, 0x100050), 0x1833);
	bench_connect(b, 1, &vf);
	vfu_client_exit(&b->client);
	assert_true(bench_sees(b, VFU_TRACE_DISCONNECT, 2));
	assert_int_equal(atomic_load(&b->power_ons), 1);
	bench_connect(b, 0, &b->client);
	assert_int_equal(vfu_client_rd(&b->client, 0x100050), 0x1833);
	vfu_client_exit(&vf);
	vfu_client_exit(&b->client);
	assert_true(bench_sees(b, VFU_TRACE_RESET, 1));
	bench_connect(b, 0, &b->client);
	assert_int_equal(vfu_client_rd(&b->client, 0x100050), 0);
	assert_int_equal(atomic_load(&b->power_ons), 2);
	bench_free(b);
}

static void test_faults_survive_power_on(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	assert_int_equal(vfu_device_inject(vfu_server_device(b->server),
					   HISI_QM_MODEL_FAULT_MAILBOX_STATUS,
					   true, 5), 0);
	vfu_client_exit(&b->client);
	assert_true(bench_sees(b, VFU_TRACE_RESET, 1));
	bench_connect(b, 0, &b->client);
	assert_int_equal(vfu_driver_mailbox(&b->client, 0x2004, 0, 0), 5);
	bench_free(b);
}

/* Without a thread: what the fuzzer does. */
static void test_adopt_serves_a_connected_socket(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 0);
	const struct vfu_version version = { 0, 0 };
	struct vfu_client_message reply;
	struct vfu_client client;
	int ends[2], more[2];

	(void)state;
	b->config.socket_path = NULL;
	assert_int_equal(vfu_server_create(&b->config, &b->server), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, more), 0);
	assert_int_equal(vfu_server_adopt(b->server, 0, ends[1]), 0);
	assert_int_equal(vfu_server_adopt(b->server, 0, more[1]), -EBUSY);
	close(more[0]);
	assert_int_equal(vfu_server_adopt(b->server, 1, dup(ends[0])), -EINVAL);
	vfu_client_init(&client, ends[0], 0, 0x1000);
	vfu_client_send(&client, VFU_VERSION, 0, &version, sizeof(version),
			NULL, 0);
	while (vfu_server_poll(b->server, 10) &&
	       !vfu_client_receive(&client, &reply, 0))
		;
	assert_int_equal(reply.header.flags, VFU_FLAG_REPLY);
	assert_int_equal(vfu_server_clients(b->server), 1);
	vfu_client_exit(&client);
	while (vfu_server_clients(b->server))
		assert_true(vfu_server_poll(b->server, 10));
	bench_stop(b);
}

/* A server that is destroyed with a client in the middle of its work. */
static void test_destroy_with_busy_clients(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 0);
	struct vfu_client_message message;
	struct vfu_client client;
	struct vfu_driver driver;
	unsigned int i;

	(void)state;
	bench_start(b);
	bench_connect(b, 0, &client);
	assert_int_equal(vfu_client_map(&client, true), 0);
	vfu_driver_enable(&client);
	vfu_driver_init_device(&client);
	vfu_driver_give_queues(&client, HISI_QM_REV_V3, 0, 0, 64);
	vfu_driver_start(&driver, &client, HISI_QM_REV_V3, 0);
	for (i = 0; i < 10; i++)
		vfu_driver_send(&driver, 1 << 20, 1 << 21);
	bench_stop(b);
	while (!client.is_gone)
		vfu_client_receive(&client, &message, 1000);
	vfu_client_exit(&client);
}

/* Others in the event loop */

struct guest {
	struct vfu_server *server;
	int ends[2];
	unsigned int calls;
};

static void on_guest(void *arg, uint32_t events)
{
	struct guest *g = arg;
	char byte;

	assert_true(events & EPOLLIN);
	assert_int_equal(read(g->ends[0], &byte, 1), 1);
	g->calls++;
	if (byte == 'r')
		vfu_device_reset(vfu_server_device(g->server));
	if (byte == 'x')
		vfu_server_remove_fd(g->server, g->ends[0]);
	if (byte == 'q')
		vfu_server_stop(g->server);
}

static void test_added_descriptors_are_served(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 0);
	struct guest g = { 0 };

	(void)state;
	assert_int_equal(vfu_server_create(&b->config, &b->server), 0);
	g.server = b->server;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, g.ends), 0);
	assert_int_equal(vfu_server_modify_fd(b->server, g.ends[0], EPOLLIN),
			 -ENOENT);
	assert_int_equal(vfu_server_add_fd(b->server, g.ends[0], EPOLLIN,
					   on_guest, &g), 0);
	assert_int_equal(vfu_server_add_fd(b->server, g.ends[0], EPOLLIN,
					   on_guest, &g), -EEXIST);
	assert_int_equal(vfu_server_add_fd(b->server, -1, EPOLLIN, on_guest,
					   &g), -EBADF);
	assert_int_equal(write(g.ends[1], "ar", 2), 2);
	assert_true(vfu_server_poll(b->server, 1000));
	assert_true(vfu_server_poll(b->server, 1000));
	assert_int_equal(g.calls, 2);
	assert_int_equal(atomic_load(&b->events[VFU_TRACE_RESET]), 1);
	assert_int_equal(vfu_server_modify_fd(b->server, g.ends[0], 0), 0);
	assert_int_equal(write(g.ends[1], "xaq", 3), 3);
	assert_true(vfu_server_poll(b->server, 20));
	assert_int_equal(g.calls, 2);
	assert_int_equal(vfu_server_modify_fd(b->server, g.ends[0], EPOLLIN),
			 0);
	assert_true(vfu_server_poll(b->server, 1000));
	/* Removed within its own handler, and added again. */
	assert_true(vfu_server_poll(b->server, 20));
	assert_int_equal(g.calls, 3);
	assert_int_equal(vfu_server_add_fd(b->server, g.ends[0], EPOLLIN,
					   on_guest, &g), 0);
	assert_int_equal(vfu_server_run(b->server), 0);
	assert_int_equal(g.calls, 5);
	vfu_server_remove_fd(b->server, g.ends[0]);
	vfu_server_remove_fd(b->server, g.ends[0]);
	close(g.ends[0]);
	close(g.ends[1]);
	bench_stop(b);
}

/*
 * A reset by another part of the loop, while a worker waits for a client's
 * memory: the client is served until it has answered.
 */
static void test_reset_by_others_waits_for_a_dma_message(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 0);
	struct vfu_driver driver;
	struct guest g = { 0 };

	(void)state;
	assert_int_equal(vfu_server_create(&b->config, &b->server), 0);
	g.server = b->server;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, g.ends), 0);
	assert_int_equal(vfu_server_add_fd(b->server, g.ends[0], EPOLLIN,
					   on_guest, &g), 0);
	bench_run(b);
	bench_connect(b, 0, &b->client);
	assert_int_equal(vfu_client_map(&b->client, false), 0);
	vfu_driver_enable(&b->client);
	vfu_driver_init_device(&b->client);
	vfu_driver_give_queues(&b->client, HISI_QM_REV_V3, 0, 0, 64);
	vfu_driver_start(&driver, &b->client, HISI_QM_REV_V3, 0);
	vfu_driver_send(&driver, 65536, 131072);
	vfu_driver_send(&driver, 65536, 131072);
	usleep(2000);
	assert_int_equal(write(g.ends[1], "r", 1), 1);
	while (!atomic_load(&b->events[VFU_TRACE_RESET]))
		vfu_client_serve(&b->client, 1);
	assert_true(is_alive(&b->client));
	vfu_client_exit(&b->client);
	assert_true(bench_sees(b, VFU_TRACE_DISCONNECT, 1));
	vfu_server_stop(b->server);
	bench_join(b);
	vfu_server_remove_fd(b->server, g.ends[0]);
	close(g.ends[0]);
	close(g.ends[1]);
	bench_stop(b);
}

/* From other threads than the loop's, while there is none, too. */
static void test_device_calls_from_any_thread(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 1);
	struct vfu_device *dev = vfu_server_device(b->server);
	uint32_t value = 0x1833, read_back = 0;
	unsigned int i;

	(void)state;
	for (i = 0; i < 200; i++) {
		vfu_device_mmio_write(dev, 0, 2, 0x100050, &value, 4);
		vfu_device_mmio_read(dev, 0, 2, 0x100050, &read_back, 4);
		assert_int_equal(read_back, value);
		assert_true(is_alive(&b->client));
		vfu_device_flr(dev, 1);
		vfu_device_reset(dev);
	}
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_create_with_a_bad_configuration_is_refused),
		cmocka_unit_test(test_create_with_a_long_path_is_refused),
		cmocka_unit_test(test_create_where_somebody_listens_is_refused),
		cmocka_unit_test(test_create_over_something_else_is_refused),
		cmocka_unit_test(test_create_replaces_a_dead_socket),
		cmocka_unit_test(test_second_client_waits_for_the_first),
		cmocka_unit_test(test_once_ends_with_the_client),
		cmocka_unit_test(test_first_vf_at_the_path),
		cmocka_unit_test(test_power_on_after_the_last_client_only),
		cmocka_unit_test(test_faults_survive_power_on),
		cmocka_unit_test(test_adopt_serves_a_connected_socket),
		cmocka_unit_test(test_destroy_with_busy_clients),
		cmocka_unit_test(test_added_descriptors_are_served),
		cmocka_unit_test(test_reset_by_others_waits_for_a_dma_message),
		cmocka_unit_test(test_device_calls_from_any_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
