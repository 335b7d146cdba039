/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lines of the trace, and what is said on standard error. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "report.h"

static const char *line_of(const struct vfu_trace *event)
{
	static char text[REPORT_LINE_BYTES];

	memset(text, 'x', sizeof(text));
	report_trace_line(text, event);
	return text;
}

#define LINE(...)	line_of(&(const struct vfu_trace){ __VA_ARGS__ })

static void test_trace_line_of_accesses(void **state)
{
	static const uint64_t bell[] = { 0x0001000100001005 };
	static const uint64_t mailbox[] = { 0x2345600000052000, 1 };
	static const uint8_t page[4096];

	(void)state;
	assert_string_equal(LINE(.type = VFU_TRACE_WRITE, .func = 1, .bar = 2,
				 .offset = 0x1000, .bytes = 8, .data = bell),
			    "vf1  W DOORBELL_SQ_CQ = 0x0001000100001005"
			    "  CQ 5, head 1, armed");
	assert_string_equal(LINE(.type = VFU_TRACE_WRITE, .bar = 2,
				 .offset = 0x300, .bytes = 16, .data = mailbox),
			    "pf   W MAILBOX = 0x00000000000000012345600000052000"
			    "  install SQC 5, address 0x123456000");
	assert_string_equal(LINE(.type = VFU_TRACE_READ, .func = 63, .bar = 2,
				 .offset = 0x3100, .bytes = 4, .data = bell),
			    "vf63 R CAP_VERSION = 0x00001005");
	assert_string_equal(LINE(.type = VFU_TRACE_READ, .bar = 4,
				 .offset = 0x31000, .bytes = 1, .data = bell),
			    "pf   R DOORBELL[3] = 0x05");
	assert_string_equal(LINE(.type = VFU_TRACE_READ, .bar = 2,
				 .offset = 0x10, .bytes = 4096, .data = page),
			    "pf   R 0x10 (4096 bytes)");
}

static void test_trace_line_of_configuration(void **state)
{
	static const struct {
		unsigned int offset;
		const char *line;
	} expected[] = {
		{ 0x04, "pf   R config COMMAND = 0x1005" },
		{ 0x05, "pf   R config COMMAND+1 = 0x1005" },
		{ 0x1c, "pf   R config BASE_ADDRESS_3 = 0x1005" },
		{ 0x48, "pf   R config EXP_DEVCTL = 0x1005" },
		{ 0x90, "pf   R config MSI_MASK_64 = 0x1005" },
		{ 0xb4, "pf   R config PM_CTRL = 0x1005" },
		{ 0x108, "pf   R config ERR_UNCOR_MASK = 0x1005" },
		{ 0x210, "pf   R config SRIOV_NUM_VF = 0x1005" },
		{ 0x3f0, "pf   R config 0x3f0 = 0x1005" },
	};
	static const uint8_t data[] = { 0x05, 0x10 };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_string_equal(LINE(.type = VFU_TRACE_CONFIG_READ,
					 .offset = expected[i].offset,
					 .bytes = 2, .data = data),
				    expected[i].line);
	assert_string_equal(LINE(.type = VFU_TRACE_CONFIG_WRITE, .offset = 4,
				 .bytes = 2, .data = data),
			    "pf   W config COMMAND = 0x1005");
}

static void test_trace_line_of_events(void **state)
{
	(void)state;
	assert_string_equal(LINE(.type = VFU_TRACE_IRQ, .vector = 3),
			    "pf   interrupt 3");
	assert_string_equal(LINE(.type = VFU_TRACE_IRQ_MASKED, .vector = 1),
			    "pf   interrupt 1 is masked, pending");
	assert_string_equal(LINE(.type = VFU_TRACE_IRQ_DROPPED, .vector = 1),
			    "pf   interrupt 1 is lost, nobody takes it");
	assert_string_equal(LINE(.type = VFU_TRACE_DMA_MAP, .offset = 0x1000,
				 .bytes = 0x1000),
			    "pf   memory 0x1000 to 0x1fff");
	assert_string_equal(LINE(.type = VFU_TRACE_DMA_MAP, .bytes = 1 << 20,
				 .is_message = true),
			    "pf   memory 0x0 to 0xfffff, by messages");
	assert_string_equal(LINE(.type = VFU_TRACE_DMA_UNMAP, .func = 2,
				 .bytes = 4096),
			    "vf2  memory 0x0 to 0xfff is gone");
	assert_string_equal(LINE(.type = VFU_TRACE_FLR, .func = 2),
			    "vf2  function level reset");
	assert_string_equal(LINE(.type = VFU_TRACE_RESET), "all  device reset");
	assert_string_equal(LINE(.type = VFU_TRACE_CONNECT),
			    "pf   client has come");
	assert_string_equal(LINE(.type = VFU_TRACE_DISCONNECT),
			    "pf   client has left");
}

static void test_trace_goes_to_a_file_line_by_line(void **state)
{
	const struct vfu_trace event = { .type = VFU_TRACE_FLR };
	char path[] = "/tmp/vfu-report-XXXXXX", line[100];
	struct report report;
	int fd = mkstemp(path);
	FILE *file;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(report_open(&report, false, true, path), 0);
	report_trace(&report, &event);
	/* It is there before the file is closed. */
	file = fdopen(fd, "r");
	assert_non_null(fgets(line, sizeof(line), file));
	assert_non_null(strstr(line, " pf   function level reset\n"));
	assert_int_equal(line[5], '.');
	assert_int_equal(report_close(&report), 0);
	fclose(file);
	assert_int_equal(unlink(path), 0);
}

static void test_open_bad_trace_file_is_refused(void **state)
{
	struct report report;

	(void)state;
	assert_int_equal(report_open(&report, false, true, "/nonexistent/t"),
			 -ENOENT);
	assert_int_equal(report_open(&report, false, true, "/dev/full"), 0);
	report_trace(&report, &(const struct vfu_trace){
			.type = VFU_TRACE_RESET });
	assert_int_equal(report_close(&report), -EIO);
}

/* What report_log() writes to standard error. */
static size_t logged(bool is_verbose, enum vfu_log_level level, char *text,
		     size_t size)
{
	struct report report;
	int pipe_fds[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe(pipe_fds), 0);
	assert_true(saved >= 0);
	assert_int_equal(report_open(&report, is_verbose, false, NULL), 0);
	assert_null(report.trace);
	dup2(pipe_fds[1], STDERR_FILENO);
	report_log(&report, level, "something");
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(pipe_fds[1]);
	n = read(pipe_fds[0], text, size - 1);
	close(pipe_fds[0]);
	assert_true(n >= 0);
	text[n] = 0;
	return (size_t)n;
}

static void test_log_says_errors_only_unless_verbose(void **state)
{
	char text[100];

	(void)state;
	logged(false, VFU_LOG_ERROR, text, sizeof(text));
	assert_string_equal(text, "hisi-zip-emu: something\n");
	assert_int_equal(logged(false, VFU_LOG_INFO, text, sizeof(text)), 0);
	assert_int_equal(logged(false, VFU_LOG_GUEST_ERROR, text,
				sizeof(text)), 0);
	logged(true, VFU_LOG_INFO, text, sizeof(text));
	assert_string_equal(text, "hisi-zip-emu: something\n");
	logged(true, VFU_LOG_GUEST_ERROR, text, sizeof(text));
	assert_string_equal(text, "hisi-zip-emu: guest: something\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trace_line_of_accesses),
		cmocka_unit_test(test_trace_line_of_configuration),
		cmocka_unit_test(test_trace_line_of_events),
		cmocka_unit_test(test_trace_goes_to_a_file_line_by_line),
		cmocka_unit_test(test_open_bad_trace_file_is_refused),
		cmocka_unit_test(test_log_says_errors_only_unless_verbose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
