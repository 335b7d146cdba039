/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The command line of hisi-zip-emu: what it means, and every complaint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hisi_qm_hw.h"
#include "hisi_zip_model.h"
#include "options.h"

#define MAX_WORDS	24

static struct options options;
static char *out_text, *err_text;
static char words[1024];
static char *argv[MAX_WORDS + 1];

static int forget(void **state)
{
	(void)state;
	free(out_text);
	free(err_text);
	out_text = NULL;
	err_text = NULL;
	return 0;
}

/* A command line with single spaces. */
static enum options_action parse(const char *line)
{
	size_t out_bytes, err_bytes;
	enum options_action action;
	FILE *out, *err;
	int argc = 0;
	char *word;

	forget(NULL);
	assert_true(strlen(line) < sizeof(words));
	strcpy(words, line);
	argv[argc++] = (char *)(uintptr_t)"hisi-zip-emu";
	for (word = strtok(words, " "); word; word = strtok(NULL, " ")) {
		assert_true(argc < MAX_WORDS);
		argv[argc++] = word;
	}
	argv[argc] = NULL;
	out = open_memstream(&out_text, &out_bytes);
	err = open_memstream(&err_text, &err_bytes);
	action = options_parse(argc, argv, &options, out, err);
	fclose(out);
	fclose(err);
	return action;
}

/* Each complaint is one line, names the program and has @part in it. */
static void bad(const char *line, const char *part)
{
	if (parse(line) != OPTIONS_BAD)
		fail_msg("'%s' is accepted", line);
	assert_string_equal(out_text, "");
	assert_memory_equal(err_text, "hisi-zip-emu: ", 14);
	assert_ptr_equal(strchr(err_text, '\n'),
			 err_text + strlen(err_text) - 1);
	if (!strstr(err_text, part))
		fail_msg("'%s' gives: %s", line, err_text);
}

static void test_parse_socket_alone_gives_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse("--socket=/run/x"), OPTIONS_SERVE);
	assert_string_equal(err_text, "");
	assert_string_equal(options.socket_path, "/run/x");
	assert_true(options.show_pf);
	assert_ptr_equal(options.model.engine, &hisi_zip_model_engine);
	assert_int_equal(options.model.revision, HISI_QM_REV_V3);
	assert_int_equal(options.model.queues, 0);
	assert_int_equal(options.model.vfs, 0);
	assert_false(options.model.isolation);
	assert_in_range(options.workers, 1, 64);
	assert_null(options.control_path);
	assert_int_equal(options.fault_count, 0);
	assert_false(options.is_traced);
	assert_false(options.is_once);
	assert_false(options.is_verbose);
}

static void test_parse_everything_is_taken(void **state)
{
	(void)state;
	assert_int_equal(parse("--socket /run/x --function vf --vfs 3 --revision v3 "
			       "--isolation --queues 0x40 --workers 7 --control /run/c "
			       "-v"), OPTIONS_SERVE);
	assert_false(options.show_pf);
	assert_int_equal(options.model.vfs, 3);
	assert_true(options.model.isolation);
	assert_int_equal(options.model.queues, 64);
	assert_int_equal(options.workers, 7);
	assert_string_equal(options.control_path, "/run/c");
	assert_true(options.is_verbose);
	assert_int_equal(parse("--socket=x --revision=v2 --trace --once"),
			 OPTIONS_SERVE);
	assert_int_equal(options.model.revision, HISI_QM_REV_V2);
	assert_true(options.is_traced);
	assert_null(options.trace_path);
	assert_true(options.is_once);
	assert_int_equal(parse("--socket=x --revision=v1 --trace=/tmp/t"),
			 OPTIONS_SERVE);
	assert_int_equal(options.model.revision, HISI_QM_REV_V1);
	assert_string_equal(options.trace_path, "/tmp/t");
}

static void test_parse_function_vf_has_a_vf(void **state)
{
	(void)state;
	assert_int_equal(parse("--socket=x --function=vf"), OPTIONS_SERVE);
	assert_int_equal(options.model.vfs, 1);
	assert_int_equal(parse("--socket=x --function=vf --function=pf"),
			 OPTIONS_SERVE);
	assert_true(options.show_pf);
	assert_int_equal(options.model.vfs, 0);
}

static void test_parse_caps_are_collected(void **state)
{
	(void)state;
	assert_int_equal(parse("--socket=x --cap=0x3100=0 --cap=0x317c=4294967295"),
			 OPTIONS_SERVE);
	assert_int_equal(options.model.cap_override, 0x80000001);
	assert_int_equal(options.model.cap[0], 0);
	assert_int_equal(options.model.cap[31], 0xffffffff);
}

static void test_parse_faults_are_collected(void **state)
{
	(void)state;
	assert_int_equal(parse("--socket=x --inject=mailbox-stuck --inject=dma=3 "
			       "--inject=queue-hang=5 --inject=dma=4"),
			 OPTIONS_SERVE);
	assert_int_equal(options.fault_count, 3);
	assert_int_equal(options.faults[0].fault,
			 HISI_QM_MODEL_FAULT_MAILBOX_STUCK);
	assert_int_equal(options.faults[1].fault, HISI_QM_MODEL_FAULT_DMA);
	assert_int_equal(options.faults[1].arg, 4);
	assert_int_equal(options.faults[2].fault,
			 HISI_QM_MODEL_FAULT_QUEUE_HANG);
	assert_int_equal(options.faults[2].arg, 5);
}

static void test_fault_names_follow_the_enumeration(void **state)
{
	static const char *const names[] = {
		"mailbox-stuck", "mailbox-status", "mem-init-stuck",
		"drop-doorbells", "queue-hang", "wrong-cqe", "shuffle-cqe",
		"dma", "removed",
	};
	unsigned int i;

	(void)state;
	assert_int_equal(sizeof(names) / sizeof(names[0]),
			 HISI_QM_MODEL_FAULTS);
	for (i = 0; i < HISI_QM_MODEL_FAULTS; i++)
		assert_int_equal(fault_by_name(names[i]), i);
	assert_int_equal(fault_by_name("DMA"), HISI_QM_MODEL_FAULTS);
	assert_int_equal(fault_by_name(""), HISI_QM_MODEL_FAULTS);
}

static void test_parse_send_takes_the_rest_as_command(void **state)
{
	(void)state;
	assert_int_equal(parse("--send /run/c inject dma on --once -1"),
			 OPTIONS_SEND);
	assert_string_equal(options.send_path, "/run/c");
	assert_string_equal(options.words[0], "inject");
	assert_string_equal(options.words[3], "--once");
	assert_string_equal(options.words[4], "-1");
	assert_null(options.words[5]);
	assert_false(options.is_once);
}

static void test_parse_help_and_version_end_at_once(void **state)
{
	unsigned int i;

	(void)state;
	assert_int_equal(parse("--help --nonsense"), OPTIONS_DONE);
	assert_memory_equal(out_text, "Usage: hisi-zip-emu", 19);
	for (i = 0; i < HISI_QM_MODEL_FAULTS; i++)
		assert_non_null(strstr(out_text, fault_info_of(i)->name));
	assert_string_equal(err_text, "");
	assert_int_equal(parse("--version"), OPTIONS_DONE);
	assert_memory_equal(out_text, "hisi-zip-emu ", 13);
}

static void test_parse_bad_values_name_the_allowed_ones(void **state)
{
	(void)state;
	bad("--socket=x --function=mf", "'mf' is not one of pf, vf");
	bad("--socket=x --revision=v4", "'v4' is not one of v1, v2, v3");
	bad("--socket=x --vfs=64", "'64' is not a number from 0 to 63");
	bad("--socket=x --vfs=-1", "'-1' is not a number from 0 to 63");
	bad("--socket=x --vfs=", "'' is not a number");
	bad("--socket=x --vfs=2x", "'2x' is not a number");
	bad("--socket=x --vfs=0x", "'0x' is not a number");
	bad("--socket=x --vfs=99999999999999999999", "is not a number");
	bad("--socket=x --queues=0", "from 1 to 2047");
	bad("--socket=x --queues=2048", "from 1 to 2047");
	bad("--socket=x --workers=0", "from 1 to 64");
	bad("--socket=x --workers=65", "from 1 to 64");
	bad("--socket=x --cap=0x3100", "OFFSET=VALUE");
	bad("--socket=x --cap=0x30fc=0", "from 0x3100 to 0x317c");
	bad("--socket=x --cap=0x3180=0", "from 0x3100 to 0x317c");
	bad("--socket=x --cap=0x3102=0", "a multiple of 4");
	bad("--socket=x --cap=0x3100=0x100000000", "32 bits");
	bad("--socket=x --cap=0x3100=", "32 bits");
}

static void test_parse_bad_faults_name_the_allowed_ones(void **state)
{
	(void)state;
	bad("--socket=x --inject=nonsense", "'nonsense' is not one of "
	    "mailbox-stuck, mailbox-status, mem-init-stuck, drop-doorbells, "
	    "queue-hang, wrong-cqe, shuffle-cqe, dma, removed");
	bad("--socket=x --inject=removed=1", "removed takes no argument");
	bad("--socket=x --inject=dma", "dma needs a COUNT of 1 or more");
	bad("--socket=x --inject=dma=0", "dma needs a COUNT of 1 or more");
	bad("--socket=x --inject=dma=4294967296", "dma needs a COUNT");
	bad("--socket=x --inject=mailbox-status=16", "STATUS from 1 to 15");
	bad("--socket=x --inject=queue-hang=4096", "QUEUE from 0 to 4095");
	bad("--socket=x --inject=shuffle-cqe=1", "COUNT from 2 to 64");
}

static void test_parse_bad_combinations_are_named(void **state)
{
	(void)state;
	bad("", "--socket=PATH is missing");
	bad("--once", "--socket=PATH is missing");
	bad("--socket=x --revision=v2 --isolation",
	    "--isolation needs --revision=v3");
	bad("--socket=x --revision=v1 --queues=64",
	    "--queues needs --revision=v3");
	bad("--socket=x --revision=v2 --cap=0x3100=0",
	    "--cap needs --revision=v3");
	bad("--socket=x --revision=v1 --vfs=2", "one VF at most");
	bad("--send=x", "--send needs a command");
	bad("--send=x --socket=y help", "exclude one another");
	bad("--socket=x extra", "'extra' is no option");
	bad("--socket=x --control=x", "need a path each");
	bad("--socket=", "--socket: the path is empty");
	bad("--socket=x --control=", "--control: the path is empty");
	bad("--socket=x --trace=", "--trace: the path is empty");
	bad("--send= help", "--send: the path is empty");
	bad("--socket=x --function=vf --queues=4 --vfs=3",
	    "of 4 queues the PF has 2, which leaves too few for 3 VFs");
	bad("--socket=x --function=vf --queues=1", "leaves too few for 1 VFs");
	assert_int_equal(parse("--socket=x --function=vf --queues=4 --vfs=2"),
			 OPTIONS_SERVE);
}

static void test_parse_bad_options_are_named(void **state)
{
	(void)state;
	bad("--nonsense", "--nonsense is no option");
	bad("--nonsense=1", "--nonsense=1 is no option");
	bad("--s=x", "--s=x is no option, or short for several");
	bad("-x", "-x is no option");
	bad("-vx", "-x is no option");
	bad("--socket", "--socket needs an argument");
	bad("--once=1", "--once=1 takes no argument");
	bad("--help=1", "--help=1 takes no argument");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_socket_alone_gives_defaults),
		cmocka_unit_test(test_parse_everything_is_taken),
		cmocka_unit_test(test_parse_function_vf_has_a_vf),
		cmocka_unit_test(test_parse_caps_are_collected),
		cmocka_unit_test(test_parse_faults_are_collected),
		cmocka_unit_test(test_fault_names_follow_the_enumeration),
		cmocka_unit_test(test_parse_send_takes_the_rest_as_command),
		cmocka_unit_test(test_parse_help_and_version_end_at_once),
		cmocka_unit_test(test_parse_bad_values_name_the_allowed_ones),
		cmocka_unit_test(test_parse_bad_faults_name_the_allowed_ones),
		cmocka_unit_test(test_parse_bad_combinations_are_named),
		cmocka_unit_test(test_parse_bad_options_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
