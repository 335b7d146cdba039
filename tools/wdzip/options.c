/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wdzip.h"

enum {
	OPT_FORMAT = 256,
	OPT_DEVICE,
	OPT_RSYNCABLE,
	OPT_SYNCHRONOUS,
};

#define MAX_QUEUES	64
#define MAX_SUFFIX	30	/* as gzip */

static const struct option longs[] = {
	{ "best", no_argument, NULL, '9' },
	{ "decompress", no_argument, NULL, 'd' },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "fast", no_argument, NULL, '1' },
	{ "force", no_argument, NULL, 'f' },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "help", no_argument, NULL, 'h' },
	{ "keep", no_argument, NULL, 'k' },
	{ "license", no_argument, NULL, 'L' },
	{ "list", no_argument, NULL, 'l' },
	{ "name", no_argument, NULL, 'N' },
	{ "no-name", no_argument, NULL, 'n' },
	{ "queues", required_argument, NULL, 'p' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "recursive", no_argument, NULL, 'r' },
	{ "rsyncable", no_argument, NULL, OPT_RSYNCABLE },
	{ "silent", no_argument, NULL, 'q' },
	{ "stdout", no_argument, NULL, 'c' },
	{ "suffix", required_argument, NULL, 'S' },
	{ "synchronous", no_argument, NULL, OPT_SYNCHRONOUS },
	{ "test", no_argument, NULL, 't' },
	{ "to-stdout", no_argument, NULL, 'c' },
	{ "uncompress", no_argument, NULL, 'd' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char help_text[] =
"Usage: wdzip [OPTION]... [FILE]...\n"
"Compress or decompress FILEs (by default, compress them in place) with an\n"
"accelerator.\n"
"\n"
"  -c, --stdout        write on standard output, keep input files\n"
"  -d, --decompress    decompress\n"
"  -f, --force         overwrite output files, follow links, use terminals\n"
"  -h, --help          show this help\n"
"  -k, --keep          keep input files\n"
"  -l, --list          list the contents of compressed files\n"
"  -L, --license       show the licence\n"
"  -n, --no-name       do not save or restore the original name and time\n"
"  -N, --name          save or restore the original name and time\n"
"  -p, --queues=N      use N queues of the device, 1 to 64\n"
"  -q, --quiet         no warnings\n"
"  -r, --recursive     go into folders\n"
"  -S, --suffix=SUF    use the suffix SUF for compressed files\n"
"      --synchronous   have output on the disk before input is removed\n"
"  -t, --test          test compressed files\n"
"  -v, --verbose       say what was done\n"
"  -V, --version       show the version\n"
"  -1, --fast          compress faster\n"
"  -9, --best          compress better\n"
"      --format=FORMAT gzip (default), zlib or deflate\n"
"      --device=DEVICE auto (default), emu for the built-in device, or the\n"
"                      name of a device, for instance hisi_zip-0\n"
"\n"
"With no FILE, or when FILE is -, read standard input.\n";

static const char license_text[] =
"wdzip is free software under the GNU General Public License, version 2, or\n"
"the BSD 2-clause licence, at your choice. There is NO WARRANTY, to the extent\n"
"permitted by law.\n";

static void __attribute__((noreturn)) refuse(void)
{
	fputs("Try `wdzip --help' for more information.\n", stderr);
	exit(EXIT_FAILED);
}

static void __attribute__((noreturn)) print(const char *text)
{
	fputs(text, stdout);
	if (fclose(stdout)) {
		msg_errno("stdout", errno);
		exit(EXIT_FAILED);
	}
	exit(EXIT_OK);
}

static void __attribute__((noreturn)) print_version(void)
{
	char text[160];

	snprintf(text, sizeof(text), "wdzip %s (libwarpdrive %s)\n",
		 WD_VERSION, wd_version());
	print(text);
}

static unsigned int parse_queues(const char *text)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || n < 1 ||
	    n > MAX_QUEUES) {
		msg_error(NULL, "invalid number of queues '%s' (1 to %d)", text,
			  MAX_QUEUES);
		refuse();
	}
	return n;
}

static uint32_t parse_format(const char *text)
{
	if (!strcmp(text, "gzip"))
		return WD_COMP_GZIP;
	if (!strcmp(text, "zlib"))
		return WD_COMP_ZLIB;
	if (!strcmp(text, "deflate"))
		return WD_COMP_DEFLATE;
	msg_error(NULL, "invalid format '%s' (gzip, zlib or deflate)", text);
	refuse();
}

static const char *parse_suffix(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > MAX_SUFFIX || strchr(text, '/')) {
		msg_error(NULL, "invalid suffix '%s'", text);
		exit(EXIT_FAILED);
	}
	return text;
}

static const char *parse_device(const char *text)
{
	if (!*text) {
		msg_error(NULL, "invalid device '' (auto, emu or a name)");
		refuse();
	}
	return text;
}

/* Options that carry a value, and those that end the program. */
static void take_other(struct options *o, int c)
{
	switch (c) {
	case 'p':
		o->queues = parse_queues(optarg);
		break;
	case 'S':
		o->suffix = parse_suffix(optarg);
		break;
	case OPT_FORMAT:
		o->format = parse_format(optarg);
		break;
	case OPT_DEVICE:
		o->device = parse_device(optarg);
		break;
	case OPT_SYNCHRONOUS:
		o->synchronous = true;
		break;
	case OPT_RSYNCABLE:
		msg_error(NULL, "--rsyncable is not offered: segments are cut at fixed distances");
		exit(EXIT_FAILED);
	case 'h':
		print(help_text);
	case 'L':
		print(license_text);
	case 'V':
		print_version();
	default:
		refuse();
	}
}

static void take(struct options *o, int c)
{
	switch (c) {
	case 'c':
		o->to_stdout = true;
		break;
	case 'd':
		o->decompress = true;
		break;
	case 'f':
		o->force = true;
		break;
	case 'k':
		o->keep = true;
		break;
	case 'l':
		o->list = o->decompress = o->to_stdout = true;
		break;
	case 'n':
	case 'N':
		o->store_name = c == 'N';
		break;
	case 'q':
		o->quiet = true;
		o->verbose = 0;
		break;
	case 'r':
		o->recursive = true;
		break;
	case 't':
		o->test = o->decompress = o->to_stdout = true;
		break;
	case 'v':
		o->verbose++;
		o->quiet = false;
		break;
	case '1' ... '9':
		o->level = c - '0';
		break;
	default:
		take_other(o, c);
		break;
	}
}

void options_parse(struct options *o, int argc, char **argv)
{
	/* getopt's own messages start with it. */
	static char me[] = "wdzip";
	int c;

	*o = (struct options){
		.store_name = -1,
		.level = 6,
		.device = WD_DEVICE_AUTO,
	};
	if (argc > 0)
		argv[0] = me;
	while ((c = getopt_long(argc, argv, "cdfhklLnNp:qrS:tvV123456789",
				longs, NULL)) != -1)
		take(o, c);
}
