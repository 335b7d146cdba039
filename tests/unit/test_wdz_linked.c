/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A program linked with the drop-in in place of zlib: what a process sees of it.
 * Each test runs this program again with settings of its own and reads the
 * counters that it leaves.
 */
#include <dlfcn.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#define BYTES	100000u

static char directory[] = "/tmp/test_wdz_linked.XXXXXX";
static char counters[64], config[64], gz_file[64];

/* --- what the program does --- */

static unsigned char data[BYTES], packed[2 * BYTES], back[BYTES];

static void fill(void)
{
	size_t i;

	for (i = 0; i < BYTES; i++)
		data[i] = "the device answered"[i * i / 7 % 19] + i / 20000;
}

static int buffers(void)
{
	uLongf packed_len = sizeof(packed), back_len = sizeof(back);

	if (compress(packed, &packed_len, data, BYTES) != Z_OK ||
	    uncompress(back, &back_len, packed, packed_len) != Z_OK)
		return 1;
	return back_len != BYTES || memcmp(back, data, BYTES);
}

/*
 * Pieces that refer to what came before are made by zlib within the built-in
 * device: it must not come back here.
 */
static int flushes(void)
{
	z_stream strm = { .next_out = packed, .avail_out = sizeof(packed) };
	uLongf back_len = sizeof(back);
	unsigned int i;

	if (deflateInit(&strm, 6) != Z_OK)
		return 1;
	for (i = 0; i < 10; i++) {
		strm.next_in = data + i * BYTES / 10;
		strm.avail_in = BYTES / 10;
		if (deflate(&strm, Z_SYNC_FLUSH) != Z_OK)
			return 1;
	}
	if (deflate(&strm, Z_FINISH) != Z_STREAM_END ||
	    deflateEnd(&strm) != Z_OK ||
	    uncompress(back, &back_len, packed, strm.total_out) != Z_OK)
		return 1;
	return back_len != BYTES || memcmp(back, data, BYTES);
}

static int files(void)
{
	gzFile file = gzopen(gz_file, "wb");
	char line[64];

	if (!file || gzprintf(file, "%d lines\n", 2) != 8 ||
	    gzputs(file, "second\n") != 7 ||
	    gzwrite(file, data, BYTES) != (int)BYTES || gzclose(file) != Z_OK)
		return 1;
	file = gzopen(gz_file, "rb");
	if (!file || !gzgets(file, line, sizeof(line)) ||
	    strcmp(line, "2 lines\n") ||
	    !gzgets(file, line, sizeof(line)) || strcmp(line, "second\n") ||
	    gzread(file, back, BYTES) != (int)BYTES)
		return 1;
	gzclearerr(file);
	return gzclose(file) != Z_OK || memcmp(back, data, BYTES);
}

/* Nothing that makes a stream. */
static int sums(void)
{
	return crc32(0, (const Bytef *)"123456789", 9) != 0xcbf43926 ||
	       strncmp(zlibVersion(), "1.", 2) != 0 ||
	       adler32_combine(1, 1, 0) != 1 || !get_crc_table();
}

static int in_child(void)
{
	int status = -1;
	pid_t pid = fork();

	/* By exit(), as it is that which leaves the counters. */
	if (!pid)
		exit(buffers());
	return pid < 0 || waitpid(pid, &status, 0) != pid || status != 0 ||
	       buffers();
}

static const struct {
	const char *name;
	int (*run)(void);
} programs[] = {
	{ "buffers", buffers }, { "flushes", flushes }, { "files", files },
	{ "sums", sums }, { "in_child", in_child },
};

static int run_program(const char *name)
{
	unsigned int i;

	fill();
	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		if (!strcmp(programs[i].name, name))
			return programs[i].run();
	}
	return 2;
}

/* --- the tests --- */

/* With pairs of variable and value, up to NULL. */
static void run(const char *name, ...)
{
	const char *variable;
	int status = -1;
	va_list args;
	pid_t pid;

	unlink(counters);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		setenv("WARPDRIVE_ZLIB_COUNTERS", counters, 1);
		setenv("WARPDRIVE_ZLIB_DEVICE", "emu", 1);
		setenv("WARPDRIVE_ZLIB_CONFIG", config, 1);
		setenv("GZ_FILE", gz_file, 1);
		va_start(args, name);
		while ((variable = va_arg(args, const char *)))
			setenv(variable, va_arg(args, const char *), 1);
		va_end(args);
		/* Not /proc/self/exe, which under valgrind is valgrind. */
		execl(program_invocation_name, "test_wdz_linked", name,
		      (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void configure(const char *text)
{
	FILE *file = fopen(config, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Line @line of the counters; false if there is none. */
static int read_counters(unsigned int line, char *text, int size)
{
	FILE *file = fopen(counters, "r");
	int found = file != NULL;
	unsigned int i;

	for (i = 0; found && i <= line; i++)
		found = fgets(text, size, file) != NULL;
	if (file)
		fclose(file);
	return found;
}

static long counter(unsigned int line, const char *key)
{
	char text[4096], word[64];
	const char *at;

	assert_true(read_counters(line, text, sizeof(text)));
	snprintf(word, sizeof(word), " %s=", key);
	at = strstr(text, word);
	assert_non_null(at);
	return strtol(at + strlen(word), NULL, 10);
}

static void test_process_forced_on_the_device(void **state)
{
	(void)state;
	run("buffers", "WARPDRIVE_ZLIB", "force", NULL);
	assert_int_equal(counter(0, "deflate.device.streams"), 1);
	assert_int_equal(counter(0, "deflate.device.in"), BYTES);
	assert_int_equal(counter(0, "inflate.device.out"), BYTES);
	assert_int_equal(counter(0, "deflate.software.streams"), 0);
	assert_int_equal(counter(0, "device.errors"), 0);
}

static void test_process_model_uses_zlib_no_recursion(void **state)
{
	(void)state;
	run("flushes", "WARPDRIVE_ZLIB", "force", NULL);
	assert_int_equal(counter(0, "deflate.device.streams"), 1);
	assert_int_equal(counter(0, "deflate.device.in"), BYTES);
	assert_int_equal(counter(0, "deflate.software.in"), 0);
}

static void test_process_gz_files_come_here(void **state)
{
	(void)state;
	run("files", "WARPDRIVE_ZLIB", "force", NULL);
	assert_int_equal(counter(0, "deflate.device.in"), BYTES + 15);
	assert_int_equal(counter(0, "inflate.device.out"), BYTES + 15);
}

static void test_process_without_streams_writes_nothing(void **state)
{
	char text[16];

	(void)state;
	run("sums", "WARPDRIVE_ZLIB", "force", NULL);
	assert_false(read_counters(0, text, sizeof(text)));
	run("buffers", "WARPDRIVE_ZLIB", "off", NULL);
	assert_false(read_counters(0, text, sizeof(text)));
}

static void test_process_child_counts_for_itself(void **state)
{
	(void)state;
	run("in_child", "WARPDRIVE_ZLIB", "force", NULL);
	assert_int_equal(counter(0, "deflate.device.in"), BYTES);
	assert_int_equal(counter(1, "deflate.device.in"), BYTES);
}

static void test_process_reads_its_file(void **state)
{
	(void)state;
	configure("# settings\n\nuse = force\nnonsense\nthreshold=12\n");
	run("buffers", NULL);
	assert_int_equal(counter(0, "deflate.device.streams"), 1);
	/* The environment comes after it; what is wrong there is ignored. */
	run("buffers", "WARPDRIVE_ZLIB", "sometimes", NULL);
	assert_int_equal(counter(0, "deflate.device.streams"), 1);
	run("buffers", "WARPDRIVE_ZLIB", "auto", "WARPDRIVE_ZLIB_THRESHOLD",
	    "1000000", "WARPDRIVE_ZLIB_TRACE", "yes", NULL);
	assert_int_equal(counter(0, "deflate.device.streams"), 0);
	assert_int_equal(counter(0, "deflate.software.in"), BYTES);
	run("buffers", "WARPDRIVE_ZLIB_CONFIG", "/nowhere/zlib.conf", NULL);
	configure("");
}

/* A device that is not there: zlib does it, and says so if asked to. */
static void test_process_no_such_device_software(void **state)
{
	(void)state;
	run("buffers", "WARPDRIVE_ZLIB", "force", "WARPDRIVE_ZLIB_DEVICE",
	    "no_such_device", "WARPDRIVE_ZLIB_TRACE", "1", NULL);
	assert_int_equal(counter(0, "deflate.software.in"), BYTES);
	assert_int_equal(counter(0, "inflate.software.out"), BYTES);
}

static void exec_with_folder_first(void)
{
	const char *others = getenv("LD_LIBRARY_PATH");
	const struct rlimit none = { 0 };
	char folders[4096];

	snprintf(folders, sizeof(folders), "%s%s%s", directory,
		 others ? ":" : "", others ? others : "");
	setenv("LD_LIBRARY_PATH", folders, 1);
	setenv("GZ_FILE", gz_file, 1);
	setrlimit(RLIMIT_CORE, &none);
	if (freopen(counters, "w", stderr))
		execl(program_invocation_name, "test_wdz_linked", "sums",
		      (char *)NULL);
	_exit(127);
}

/* libz.so.1 is a link to the drop-in: no recursion, but a word and the end. */
static void test_process_takes_itself_for_zlib_ends(void **state)
{
	char name[64], text[4096];
	Dl_info info;
	int status = -1;
	pid_t pid;

	(void)state;
	assert_int_not_equal(dladdr(dlsym(RTLD_DEFAULT, "compress"), &info), 0);
	snprintf(name, sizeof(name), "%s/libz.so.1", directory);
	assert_int_equal(symlink(info.dli_fname, name), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		exec_with_folder_first();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	unlink(name);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_true(read_counters(0, text, sizeof(text)));
	assert_non_null(strstr(text, "do not put it in place of libz.so.1"));
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(counters, sizeof(counters), "%s/counters", directory);
	snprintf(config, sizeof(config), "%s/zlib.conf", directory);
	snprintf(gz_file, sizeof(gz_file), "%s/file.gz", directory);
	configure("");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(counters);
	unlink(config);
	unlink(gz_file);
	return rmdir(directory);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_process_forced_on_the_device),
		cmocka_unit_test(test_process_model_uses_zlib_no_recursion),
		cmocka_unit_test(test_process_gz_files_come_here),
		cmocka_unit_test(test_process_without_streams_writes_nothing),
		cmocka_unit_test(test_process_child_counts_for_itself),
		cmocka_unit_test(test_process_reads_its_file),
		cmocka_unit_test(test_process_no_such_device_software),
		cmocka_unit_test(test_process_takes_itself_for_zlib_ends),
	};

	if (argc == 2) {
		snprintf(gz_file, sizeof(gz_file), "%s", getenv("GZ_FILE"));
		return run_program(argv[1]);
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
