/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The control socket: commands, hostile clients, the other end (--send). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "control.h"
#include "control_send.h"
#include "hisi_qm_hw.h"
#include "hisi_zip_model.h"
#include "pf_setup.h"

#define CLIENTS		8
#define ANSWER_BYTES	65536
#define ROUNDS		2000	/* of the event loop, 10 ms each at most */

/* Of each test, as only some need to know the other. */
struct bench {
	char folder[32];
	char path[64];
	struct vfu_server *server;
	struct control *control;
	unsigned int set_ups;
	char log[512];		/* the last error */
};

static void note_set_up(void *arg, struct vfu_device *dev)
{
	struct bench *b = arg;

	(void)dev;
	b->set_ups++;
}

static void note_log(void *arg, enum vfu_log_level level, const char *text)
{
	struct bench *b = arg;

	if (level == VFU_LOG_ERROR)
		snprintf(b->log, sizeof(b->log), "%s", text);
}

static int control_at(struct bench *b, const char *path,
		      struct control **control)
{
	static const struct fault_setting faults[] = {
		{ HISI_QM_MODEL_FAULT_SHUFFLE_CQE, 3 },
	};
	const struct control_config config = {
		.server = b->server,
		.path = path,
		.faults = faults,
		.fault_count = 1,
		.set_up = note_set_up,
		.set_up_arg = b,
	};

	return control_create(&config, control);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	const struct vfu_server_config config = {
		.device = {
			.model = {
				.engine = &hisi_zip_model_engine,
				.revision = HISI_QM_REV_V3,
				.vfs = 3,
			},
			.workers = 1,
			.log = note_log,
			.arg = b,
		},
	};

	assert_non_null(b);
	strcpy(b->folder, "/tmp/emu-control-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	snprintf(b->path, sizeof(b->path), "%s/c", b->folder);
	assert_int_equal(vfu_server_create(&config, &b->server), 0);
	assert_int_equal(control_at(b, b->path, &b->control), 0);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	control_destroy(b->control);
	vfu_server_destroy(b->server);
	assert_int_equal(access(b->path, F_OK), -1);
	assert_int_equal(rmdir(b->folder), 0);
	free(b);
	return 0;
}

static int join(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	strcpy(address.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address,
				 sizeof(address)), 0);
	return fd;
}

static void say(int fd, const char *text, size_t bytes)
{
	assert_int_equal(send(fd, text, bytes, MSG_NOSIGNAL), (ssize_t)bytes);
}

/* What the server says up to the end of an answer, or of the connection. */
static const char *hear(struct bench *b, int fd)
{
	static char text[ANSWER_BYTES];
	unsigned int rounds = 0;
	size_t used = 0;

	while (rounds < ROUNDS) {
		ssize_t n = recv(fd, text + used, 1, 0);

		if (n == 0)
			break;
		if (n > 0) {
			used++;
			assert_true(used < sizeof(text));
			text[used] = 0;
			if (used >= 2 && !strcmp(text + used - 2, ".\n") &&
			    (used == 2 || text[used - 3] == '\n'))
				break;
			continue;
		}
		assert_int_equal(errno, EAGAIN);
		vfu_server_poll(b->server, 10);
		rounds++;
	}
	assert_true(rounds < ROUNDS);
	text[used] = 0;
	return text;
}

static const char *ask(struct bench *b, int fd, const char *line)
{
	say(fd, line, strlen(line));
	say(fd, "\n", 1);
	return hear(b, fd);
}

/* The whole answer, without its last line. */
static void expect(struct bench *b, int fd, const char *line, const char *text)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "%s\n.\n", text);
	assert_string_equal(ask(b, fd, line), whole);
}

/* An answer that contains something. */
static void expect_part(struct bench *b, int fd, const char *line,
			const char *part)
{
	const char *text = ask(b, fd, line);

	if (!strstr(text, part))
		fail_msg("'%s' gives: %s", line, text);
}

static uint32_t get(struct bench *b, uint64_t offset)
{
	uint32_t value = 0;

	vfu_device_mmio_read(vfu_server_device(b->server), 0, 2, offset,
			     &value, 4);
	return value;
}

static void put(struct bench *b, uint64_t offset, uint32_t value)
{
	vfu_device_mmio_write(vfu_server_device(b->server), 0, 2, offset,
			      &value, 4);
}

static void test_help_lists_commands_and_faults(void **state)
{
	static const char *const commands[] = {
		"help", "status", "dump", "inject FAULT on|off [ARG]",
		"ras qm|zip BIT", "slow US", "reset", "vfs N", "remove",
		"quit",
	};
	struct bench *b = *state;
	int fd = join(b->path);
	const char *text = ask(b, fd, "help");
	unsigned int i;

	assert_memory_equal(text, "ok\n", 3);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strstr(text, commands[i]))
			fail_msg("%s is missing: %s", commands[i], text);
	for (i = 0; i < HISI_QM_MODEL_FAULTS; i++)
		assert_non_null(strstr(text, fault_info_of(i)->name));
	close(fd);
}

static void test_inject_reaches_the_device(void **state)
{
	struct bench *b = *state;
	int fd = join(b->path);

	expect(b, fd, "inject mem-init-stuck on", "ok mem-init-stuck is on");
	put(b, HISI_QM_MEM_START_INIT, 1);
	assert_int_equal(get(b, HISI_QM_MEM_INIT_DONE), 0);
	expect(b, fd, "inject mem-init-stuck off", "ok mem-init-stuck is off");
	put(b, HISI_QM_MEM_START_INIT, 1);
	assert_int_equal(get(b, HISI_QM_MEM_INIT_DONE), 1);
	expect(b, fd, "  inject\tdma  on 3 \r", "ok dma is on with 3");
	expect(b, fd, "inject queue-hang on 255", "ok queue-hang is on with 255");
	expect(b, fd, "inject queue-hang on 256",
	       "error: the device has no QUEUE 256");
	expect(b, fd, "inject dma off", "ok dma is off");
	expect_part(b, fd, "status", "fault: queue-hang 255\n");
	expect_part(b, fd, "status", "fault: shuffle-cqe 3\n");
	assert_null(strstr(ask(b, fd, "status"), "dma 3"));
	close(fd);
}

static void test_inject_takes_every_fault(void **state)
{
	struct bench *b = *state;
	int fd = join(b->path);
	unsigned int i;
	char line[80];

	for (i = 0; i < HISI_QM_MODEL_FAULTS; i++) {
		const struct fault_info *info = fault_info_of(i);

		snprintf(line, sizeof(line), "inject %s on%s", info->name,
			 info->arg ? " 2" : "");
		assert_memory_equal(ask(b, fd, line), "ok ", 3);
		snprintf(line, sizeof(line), "inject %s off", info->name);
		assert_memory_equal(ask(b, fd, line), "ok ", 3);
	}
	close(fd);
}

static void test_inject_mistakes_are_explained(void **state)
{
	struct bench *b = *state;
	int fd = join(b->path);

	expect_part(b, fd, "inject", "error: usage: inject FAULT");
	expect_part(b, fd, "inject dma", "error: usage: inject FAULT");
	expect_part(b, fd, "inject dma on 1 2", "error: usage: inject FAULT");
	expect(b, fd, "inject nothing on", "error: 'nothing' is not one of "
	       "mailbox-stuck, mailbox-status, mem-init-stuck, drop-doorbells, "
	       "queue-hang, wrong-cqe, shuffle-cqe, dma, removed");
	expect(b, fd, "inject dma yes", "error: 'yes' is not one of on, off");
	expect(b, fd, "inject dma on", "error: dma needs a COUNT of 1 or more");
	expect(b, fd, "inject dma off 1", "error: off takes no argument");
	expect(b, fd, "inject removed on 1",
	       "error: removed takes no argument");
	expect(b, fd, "inject mailbox-status on 16",
	       "error: mailbox-status needs a STATUS from 1 to 15");
	close(fd);
}

static void test_ras_sets_the_error_bit(void **state)
{
	struct bench *b = *state;
	int fd = join(b->path);

	expect(b, fd, "ras qm 12", "ok qm error 12 has happened");
	assert_int_equal(get(b, HISI_QM_ABNORMAL_INT_SOURCE), 1 << 12);
	expect(b, fd, "ras zip 1", "ok zip error 1 has happened");
	assert_int_equal(get(b, 0x3010a0), 2);
	expect(b, fd, "ras qm 15", "error: '15' is not a bit from 0 to 14");
	expect(b, fd, "ras zip 13", "error: '13' is not a bit from 0 to 12");
	expect(b, fd, "ras sec 1", "error: 'sec' is not one of qm, zip");
	expect(b, fd, "ras qm", "error: usage: ras qm|zip BIT");
	close(fd);
}

static void test_remove_takes_the_device_away(void **state)
{
	struct bench *b = *state;
	int fd = join(b->path);

	expect(b, fd, "remove", "ok removed is on");
	assert_int_equal(get(b, 0), 0xffffffff);
	expect_part(b, fd, "ras qm 1", "error: the device is removed");
	expect_part(b, fd, "vfs 1", "error: the device is removed");
	expect(b, fd, "inject removed off", "ok removed is off");
	assert_int_equal(get(b, 0), 0);
	close(fd);
}

static void test_reset_clears_and_sets_up(void **state)
{
	struct bench *b = *state;
	int fd = join(b->path);

	put(b, HISI_QM_DB_TIMEOUT_CFG, 77);
	expect(b, fd, "reset", "ok the device is as after power on");
	assert_int_equal(get(b, HISI_QM_DB_TIMEOUT_CFG), 0);
	assert_int_equal(b->set_ups, 1);
	close(fd);
}

static void test_vfs_follow_the_pf(void **state)
{
	struct bench *b = *state;
	int fd = join(b->path);

	expect_part(b, fd, "vfs 1", "error: the PF has no queues yet");
	assert_int_equal(pf_setup_device(vfu_server_device(b->server),
					 HISI_QM_REV_V3), 0);
	expect(b, fd, "vfs 3", "ok 3 VFs have queues");
	expect(b, fd, "vfs 0", "ok 0 VFs have queues");
	expect_part(b, fd, "vfs 4", "error: '4' is not a number of VFs from 0 to 3");
	expect_part(b, fd, "vfs x", "error: 'x' is not a number of VFs");
	put(b, HISI_QM_VFT_CFG_RDY, 0);
	expect_part(b, fd, "vfs 3", "error: the PF's driver is using the VFT");
	close(fd);
}

static void test_slow_and_status_show_it(void **state)
{
	struct bench *b = *state;
	int fd = join(b->path);

	expect(b, fd, "slow 250", "ok each request takes 250 us longer");
	expect_part(b, fd, "status", "slow: 250 us a request\n");
	expect(b, fd, "slow 0", "ok each request takes 0 us longer");
	assert_null(strstr(ask(b, fd, "status"), "slow:"));
	expect_part(b, fd, "slow -1", "error: '-1' is not a number of micro");
	expect_part(b, fd, "status", "ok\nclients: 0\n");
	expect_part(b, fd, "status", "requests: 0 done, 0 at work\n");
	expect_part(b, fd, "status", "interrupts: 0 sent, 0 dropped\n");
	close(fd);
}

static void test_dump_has_all_functions(void **state)
{
	struct bench *b = *state;
	int fd = join(b->path);

	expect_part(b, fd, "dump", "revision 0x30");
	expect_part(b, fd, "dump", "function 3:");
	close(fd);
}

static void test_unknown_commands_are_refused(void **state)
{
	struct bench *b = *state;
	int fd = join(b->path);

	expect(b, fd, "format", "error: 'format' is no command; 'help' lists them");
	expect_part(b, fd, "", "error: an empty line");
	expect_part(b, fd, " \t ", "error: an empty line");
	expect_part(b, fd, "status now", "error: usage: status");
	expect_part(b, fd, "a b c d e f g h i j k l", "error: 'a' is no");
	expect_part(b, fd, "inject a b c d e f g h i j", "error: usage:");
	expect(b, fd, "\033[2J\377", "error: '?[2J?' is no command; 'help' lists them");
	say(fd, "qu\0it\n", 6);
	assert_memory_equal(hear(b, fd), "error: 'qu?it'", 14);
	close(fd);
}

static void test_line_in_pieces_is_one_command(void **state)
{
	static const char text[] = "ras qm 12\n";
	struct bench *b = *state;
	int fd = join(b->path);
	size_t i;

	for (i = 0; i < strlen(text); i++) {
		say(fd, text + i, 1);
		vfu_server_poll(b->server, 0);
		assert_int_equal(get(b, HISI_QM_ABNORMAL_INT_SOURCE), 0);
	}
	assert_string_equal(hear(b, fd), "ok qm error 12 has happened\n.\n");
	close(fd);
}

static void test_lines_together_are_answered_in_order(void **state)
{
	static const char text[] = "ras qm 1\nnonsense\nras qm 2\n";
	struct bench *b = *state;
	int fd = join(b->path);

	say(fd, text, strlen(text));
	shutdown(fd, SHUT_WR);
	assert_string_equal(hear(b, fd), "ok qm error 1 has happened\n.\n");
	assert_memory_equal(hear(b, fd), "error: 'nonsense'", 17);
	assert_string_equal(hear(b, fd), "ok qm error 2 has happened\n.\n");
	assert_string_equal(hear(b, fd), "");
	close(fd);
}

static void test_half_line_at_the_end_is_no_command(void **state)
{
	struct bench *b = *state;
	int fd = join(b->path);

	say(fd, "ras qm 1", 8);
	shutdown(fd, SHUT_WR);
	assert_string_equal(hear(b, fd), "");
	assert_int_equal(get(b, HISI_QM_ABNORMAL_INT_SOURCE), 0);
	close(fd);
}

static void test_long_line_is_refused_once(void **state)
{
	struct bench *b = *state;
	int fd = join(b->path);
	char text[10000];

	memset(text, 'x', sizeof(text));
	say(fd, text, sizeof(text));
	say(fd, "\nhelp me\n", 9);
	assert_string_equal(hear(b, fd),
			    "error: a line has 255 characters at most\n.\n");
	assert_string_equal(hear(b, fd), "error: usage: help\n.\n");
	/* The longest that is taken. */
	text[255] = '\n';
	say(fd, text, 256);
	assert_memory_equal(hear(b, fd), "error: 'xxx", 11);
	close(fd);
}

static void test_client_that_does_not_read_harms_nobody(void **state)
{
	struct bench *b = *state;
	int deaf = join(b->path), fd = join(b->path);
	unsigned int i, sent = 0;

	for (i = 0; i < 20000; i++) {
		if (send(deaf, "help\n", 5, MSG_NOSIGNAL) == 5)
			sent++;
		vfu_server_poll(b->server, 0);
	}
	/* Its commands are no longer taken: they fill its own socket. */
	assert_true(sent < 20000);
	expect(b, fd, "slow 0", "ok each request takes 0 us longer");
	close(deaf);
	expect(b, fd, "slow 0", "ok each request takes 0 us longer");
	close(fd);
}

static void test_client_that_dies_harms_nobody(void **state)
{
	struct bench *b = *state;
	int fd = join(b->path);
	unsigned int i;

	for (i = 0; i < 100; i++) {
		int dead = join(b->path);

		say(dead, "dump\nhelp\ndu", 12);
		if (i % 2)
			vfu_server_poll(b->server, 0);
		close(dead);
		vfu_server_poll(b->server, 0);
	}
	expect(b, fd, "slow 0", "ok each request takes 0 us longer");
	close(fd);
}

static void test_clients_too_many_are_refused(void **state)
{
	struct bench *b = *state;
	int fds[CLIENTS], extra;
	unsigned int i;

	for (i = 0; i < CLIENTS; i++) {
		fds[i] = join(b->path);
		expect(b, fds[i], "slow 0", "ok each request takes 0 us longer");
	}
	extra = join(b->path);
	assert_memory_equal(hear(b, extra), "error: too many clients", 23);
	close(extra);
	close(fds[3]);
	vfu_server_poll(b->server, 10);
	extra = join(b->path);
	expect(b, extra, "slow 0", "ok each request takes 0 us longer");
	close(extra);
	for (i = 0; i < CLIENTS; i++)
		if (i != 3)
			close(fds[i]);
}

static void test_create_socket_is_the_owners(void **state)
{
	struct bench *b = *state;
	struct stat st;

	assert_int_equal(stat(b->path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_create_in_use_is_refused(void **state)
{
	struct bench *b = *state;
	struct control *control = NULL;
	char path[200];
	int fd;

	assert_int_equal(control_at(b, b->path, &control), -EADDRINUSE);
	assert_non_null(strstr(b->log, "is in use"));
	snprintf(path, sizeof(path), "%s/file", b->folder);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(control_at(b, path, &control), -EADDRINUSE);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/none/c", b->folder);
	assert_int_equal(control_at(b, path, &control), -ENOENT);
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	assert_int_equal(control_at(b, path, &control), -ENAMETOOLONG);
	assert_non_null(strstr(b->log, "too long"));
	assert_null(control);
}

static void test_create_left_over_socket_is_replaced(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct bench *b = *state;
	struct control *control;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/d", b->folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
			      sizeof(address)), 0);
	close(fd);
	assert_int_equal(control_at(b, address.sun_path, &control), 0);
	fd = join(address.sun_path);
	expect(b, fd, "slow 0", "ok each request takes 0 us longer");
	close(fd);
	control_destroy(control);
	assert_int_equal(access(address.sun_path, F_OK), -1);
}

static void test_quit_answers_and_ends(void **state)
{
	struct bench *b = *state;
	int fd = join(b->path);
	unsigned int i;

	say(fd, "quit\n", 5);
	for (i = 0; i < ROUNDS && vfu_server_poll(b->server, 10); i++)
		;
	assert_true(i < ROUNDS);
	assert_string_equal(hear(b, fd), "ok the emulator ends\n.\n");
	close(fd);
}

/* --send, in a thread of its own as it waits. */
struct sending {
	const char *path;
	char *const *words;
	char *out, *err;
	int status;
	int done[2];		/* a pipe, closed at the end */
};

static void *send_thread(void *arg)
{
	struct sending *s = arg;
	size_t out_bytes, err_bytes;
	FILE *out = open_memstream(&s->out, &out_bytes);
	FILE *err = open_memstream(&s->err, &err_bytes);

	s->status = control_send(s->path, s->words, out, err);
	fclose(out);
	fclose(err);
	close(s->done[1]);
	return NULL;
}

static void check_send(struct bench *b, const char *path, char *const *words,
		       int status, const char *out_part, const char *err_part)
{
	struct sending s = { .path = path, .words = words };
	struct pollfd done;
	pthread_t thread;
	unsigned int i;

	assert_int_equal(pipe(s.done), 0);
	assert_int_equal(pthread_create(&thread, NULL, send_thread, &s), 0);
	done = (struct pollfd){ .fd = s.done[0], .events = POLLIN };
	for (i = 0; i < ROUNDS && !poll(&done, 1, 0); i++)
		vfu_server_poll(b->server, 10);
	assert_true(i < ROUNDS);
	pthread_join(thread, NULL);
	close(s.done[0]);
	assert_int_equal(s.status, status);
	assert_non_null(strstr(s.out, out_part));
	assert_non_null(strstr(s.err, err_part));
	/* Only one of them says something, and without the last line. */
	assert_true(!s.out[0] || !s.err[0]);
	assert_null(strstr(s.out, "\n.\n"));
	assert_true(strncmp(s.out, "ok", 2) != 0);
	free(s.out);
	free(s.err);
}

#define WORDS(...)	((char *const[]){ __VA_ARGS__, NULL })

static void test_send_gives_the_answer(void **state)
{
	static char dma[] = "dma", inject[] = "inject", on[] = "on",
		    three[] = "3", help[] = "help", breaks[] = "he\nlp";
	struct bench *b = *state;
	char path[200], large[300];

	check_send(b, b->path, WORDS(inject, dma, on, three), 0,
		   "dma is on with 3\n", "");
	check_send(b, b->path, WORDS(help), 0, "ras qm|zip BIT", "");
	check_send(b, b->path, WORDS(dma), 1, "", "error: 'dma' is no command");
	check_send(b, b->path, WORDS(breaks), 2, "", "no line breaks");
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = 0;
	check_send(b, b->path, WORDS(large), 2, "", "255 characters at most");
	check_send(b, large, WORDS(help), 2, "", "too long");
	snprintf(path, sizeof(path), "%s/none", b->folder);
	check_send(b, path, WORDS(help), 2, "", "is an emulator running");
}

#define CASE(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_help_lists_commands_and_faults),
		CASE(test_inject_reaches_the_device),
		CASE(test_inject_takes_every_fault),
		CASE(test_inject_mistakes_are_explained),
		CASE(test_ras_sets_the_error_bit),
		CASE(test_remove_takes_the_device_away),
		CASE(test_reset_clears_and_sets_up),
		CASE(test_vfs_follow_the_pf),
		CASE(test_slow_and_status_show_it),
		CASE(test_dump_has_all_functions),
		CASE(test_unknown_commands_are_refused),
		CASE(test_line_in_pieces_is_one_command),
		CASE(test_lines_together_are_answered_in_order),
		CASE(test_half_line_at_the_end_is_no_command),
		CASE(test_long_line_is_refused_once),
		CASE(test_client_that_does_not_read_harms_nobody),
		CASE(test_client_that_dies_harms_nobody),
		CASE(test_clients_too_many_are_refused),
		CASE(test_create_socket_is_the_owners),
		CASE(test_create_in_use_is_refused),
		CASE(test_create_left_over_socket_is_replaced),
		CASE(test_quit_answers_and_ends),
		CASE(test_send_gives_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
