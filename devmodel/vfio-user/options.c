/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hisi_qm_hw.h"
#include "hisi_zip_model.h"
#include "options.h"
#include "pf_setup.h"

#define MAX_WORKERS	64
#define MAX_QUEUES	2047	/* hisi-qm 2.2.4 */
#define DEFAULT_WORKERS	4	/* on a machine that does not say how many */

enum {
	OPT_SOCKET = 256,
	OPT_FUNCTION,
	OPT_VFS,
	OPT_REVISION,
	OPT_ISOLATION,
	OPT_QUEUES,
	OPT_CAP,
	OPT_WORKERS,
	OPT_CONTROL,
	OPT_INJECT,
	OPT_TRACE,
	OPT_ONCE,
	OPT_SEND,
};

static const struct option longs[] = {
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "function", required_argument, NULL, OPT_FUNCTION },
	{ "vfs", required_argument, NULL, OPT_VFS },
	{ "revision", required_argument, NULL, OPT_REVISION },
	{ "isolation", no_argument, NULL, OPT_ISOLATION },
	{ "queues", required_argument, NULL, OPT_QUEUES },
	{ "cap", required_argument, NULL, OPT_CAP },
	{ "workers", required_argument, NULL, OPT_WORKERS },
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "inject", required_argument, NULL, OPT_INJECT },
	{ "trace", optional_argument, NULL, OPT_TRACE },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "send", required_argument, NULL, OPT_SEND },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char help_text[] =
"Usage: hisi-zip-emu --socket=PATH [OPTION]...\n"
"       hisi-zip-emu --send=PATH COMMAND...\n"
"Be a HiSilicon ZIP accelerator, as a PCI device for QEMU (vfio-user).\n"
"\n"
"      --socket=PATH         where the client connects to the function\n"
"      --function=pf|vf      the PF (default), or VF 1 of a device that is\n"
"                            set up already\n"
"      --vfs=N               VFs of the device, 0 to 63; VF i is at PATH.vf<i>\n"
"      --revision=v1|v2|v3   generation (default: v3)\n"
"      --isolation           isolated doorbells in BAR 4 (v3)\n"
"      --queues=N            queues of the device, 1 to 2047 (v3; default: 256)\n"
"      --cap=OFFSET=VALUE    capability register, 0x3100 to 0x317c (v3)\n"
"      --workers=N           threads that execute requests, 1 to 64 (default:\n"
"                            one for each processor)\n"
"      --control=PATH        take commands there; see --send\n"
"      --inject=FAULT[=ARG]  misbehave from the beginning\n"
"      --trace[=FILE]        print every access, on standard error or to FILE\n"
"      --once                end when the first client leaves\n"
"      --send=PATH           send COMMAND to the device whose --control is PATH\n"
"                            and print the answer; COMMAND help lists them\n"
"  -v, --verbose             report clients, resets and a guest's mistakes\n"
"  -h, --help                show this help\n"
"  -V, --version             show the version\n"
"\n"
"FAULT is one of\n";

static void print_help(FILE *out)
{
	unsigned int i;

	fputs(help_text, out);
	for (i = 0; i < HISI_QM_MODEL_FAULTS; i++) {
		const struct fault_info *info =
			fault_info_of((enum hisi_qm_model_fault)i);

		fprintf(out, "  %s%s%-*s  %s\n", info->name,
			info->arg ? "=" : "",
			22 - (int)strlen(info->name) - !!info->arg,
			info->arg ? info->arg : "", info->effect);
	}
}

struct parser {
	struct options *options;
	FILE *err;
};

__attribute__((format(printf, 2, 3)))
static bool complain(const struct parser *p, const char *fmt, ...)
{
	va_list args;

	fputs("hisi-zip-emu: ", p->err);
	va_start(args, fmt);
	vfprintf(p->err, fmt, args);
	va_end(args);
	fputc('\n', p->err);
	return false;
}

static bool set_number(const struct parser *p, const char *option,
		       const char *text, unsigned int min, unsigned int max,
		       unsigned int *number)
{
	uint64_t value;

	if (!number_parse(text, min, max, &value))
		return complain(p, "--%s: '%s' is not a number from %u to %u",
				option, text, min, max);
	*number = (unsigned int)value;
	return true;
}

static bool set_function(const struct parser *p, const char *text)
{
	p->options->show_pf = !strcmp(text, "pf");
	if (!p->options->show_pf && strcmp(text, "vf"))
		return complain(p, "--function: '%s' is not one of pf, vf",
				text);
	return true;
}

static bool set_revision(const struct parser *p, const char *text)
{
	static const struct {
		const char *name;
		unsigned int revision;
	} revisions[] = {
		{ "v1", HISI_QM_REV_V1 },
		{ "v2", HISI_QM_REV_V2 },
		{ "v3", HISI_QM_REV_V3 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(revisions) / sizeof(revisions[0]); i++) {
		if (!strcmp(text, revisions[i].name)) {
			p->options->model.revision = revisions[i].revision;
			return true;
		}
	}
	return complain(p, "--revision: '%s' is not one of v1, v2, v3", text);
}

static bool set_cap(const struct parser *p, char *text)
{
	struct hisi_qm_model_config *model = &p->options->model;
	char *equals = strchr(text, '=');
	uint64_t offset, value;
	unsigned int i;

	if (!equals)
		return complain(p, "--cap: '%s' is not OFFSET=VALUE, as in 0x3100=0x601",
				text);
	*equals = 0;
	if (!number_parse(text, HISI_QM_CAP_FIRST, HISI_QM_CAP_LAST, &offset) ||
	    offset % 4)
		return complain(p, "--cap: '%s' is not the offset of a capability register, a multiple of 4 from 0x%x to 0x%x",
				text, HISI_QM_CAP_FIRST, HISI_QM_CAP_LAST);
	if (!number_parse(equals + 1, 0, UINT32_MAX, &value))
		return complain(p, "--cap: '%s' is not a number of 32 bits",
				equals + 1);
	i = (unsigned int)(offset - HISI_QM_CAP_FIRST) / 4;
	model->cap_override |= 1u << i;
	model->cap[i] = (uint32_t)value;
	return true;
}

static bool complain_fault(const struct parser *p, const char *name)
{
	unsigned int i;

	fprintf(p->err, "hisi-zip-emu: --inject: '%s' is not one of", name);
	for (i = 0; i < HISI_QM_MODEL_FAULTS; i++)
		fprintf(p->err, "%s %s", i ? "," : "",
			fault_info_of((enum hisi_qm_model_fault)i)->name);
	fputc('\n', p->err);
	return false;
}

static bool set_fault(const struct parser *p, char *text)
{
	struct options *o = p->options;
	char *arg = strchr(text, '=');
	enum hisi_qm_model_fault fault;
	char why[80];
	uint32_t value;
	unsigned int i;

	if (arg)
		*arg++ = 0;
	fault = fault_by_name(text);
	if (fault == HISI_QM_MODEL_FAULTS)
		return complain_fault(p, text);
	if (!fault_arg_parse(fault, arg, &value)) {
		fault_arg_complaint(fault, why, sizeof(why));
		return complain(p, "--inject: %s", why);
	}
	/* The last word on a fault counts. */
	for (i = 0; i < o->fault_count && o->faults[i].fault != fault; i++)
		;
	o->faults[i] = (struct fault_setting){ fault, value };
	if (i == o->fault_count)
		o->fault_count++;
	return true;
}

static bool set_device(const struct parser *p, int c, char *arg)
{
	struct options *o = p->options;

	switch (c) {
	case OPT_FUNCTION:
		return set_function(p, arg);
	case OPT_VFS:
		return set_number(p, "vfs", arg, 0, HISI_QM_MAX_VFS,
				  &o->model.vfs);
	case OPT_REVISION:
		return set_revision(p, arg);
	case OPT_ISOLATION:
		o->model.isolation = true;
		return true;
	case OPT_QUEUES:
		return set_number(p, "queues", arg, 1, MAX_QUEUES,
				  &o->model.queues);
	case OPT_CAP:
		return set_cap(p, arg);
	default:
		return set_fault(p, arg);
	}
}

static bool set_path(const struct parser *p, const char *option,
		     const char *arg, const char **path)
{
	if (arg && !*arg)
		return complain(p, "--%s: the path is empty", option);
	*path = arg;
	return true;
}

static bool set_option(const struct parser *p, int c, char *arg)
{
	struct options *o = p->options;

	switch (c) {
	case OPT_SOCKET:
		return set_path(p, "socket", arg, &o->socket_path);
	case OPT_WORKERS:
		return set_number(p, "workers", arg, 1, MAX_WORKERS,
				  &o->workers);
	case OPT_CONTROL:
		return set_path(p, "control", arg, &o->control_path);
	case OPT_TRACE:
		o->is_traced = true;
		return set_path(p, "trace", arg, &o->trace_path);
	case OPT_ONCE:
		o->is_once = true;
		return true;
	case OPT_SEND:
		return set_path(p, "send", arg, &o->send_path);
	case 'v':
		o->is_verbose = true;
		return true;
	default:
		return set_device(p, c, arg);
	}
}

static bool check_device(const struct parser *p)
{
	struct hisi_qm_model_config *model = &p->options->model;
	bool v3 = model->revision == HISI_QM_REV_V3;

	if (!v3 && model->isolation)
		return complain(p, "--isolation needs --revision=v3");
	if (!v3 && model->queues)
		return complain(p, "--queues needs --revision=v3: v1 has %u, v2 has %u",
				HISI_QM_V1_QUEUES, HISI_QM_V2_QUEUES);
	if (!v3 && model->cap_override)
		return complain(p, "--cap needs --revision=v3");
	if (!p->options->show_pf && !model->vfs)
		model->vfs = 1;
	if (model->revision == HISI_QM_REV_V1 && model->vfs > 1)
		return complain(p, "--vfs: with --revision=v1 there is one VF at most");
	if (!p->options->show_pf && model->queues &&
	    model->queues - pf_setup_own_queues(model->queues) < model->vfs)
		return complain(p, "--queues: of %u queues the PF has %u, which leaves too few for %u VFs",
				model->queues,
				pf_setup_own_queues(model->queues),
				model->vfs);
	return true;
}

static bool check(const struct parser *p, int argc, char **argv)
{
	struct options *o = p->options;

	if (o->send_path) {
		if (o->socket_path)
			return complain(p, "--send and --socket exclude one another");
		if (optind == argc)
			return complain(p, "--send needs a command; 'help' lists them");
		o->words = argv + optind;
		return true;
	}
	if (optind < argc)
		return complain(p, "'%s' is no option", argv[optind]);
	if (!o->socket_path)
		return complain(p, "--socket=PATH is missing; try --help");
	if (o->control_path && !strcmp(o->control_path, o->socket_path))
		return complain(p, "--socket and --control need a path each");
	return check_device(p);
}

static void set_defaults(struct options *options)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	*options = (struct options){
		.model = {
			.engine = &hisi_zip_model_engine,
			.revision = HISI_QM_REV_V3,
		},
		.show_pf = true,
	};
	if (cpus < 1)
		cpus = DEFAULT_WORKERS;
	options->workers = cpus < MAX_WORKERS ? (unsigned int)cpus :
						MAX_WORKERS;
}

/* What getopt_long() could not make sense of, and where it stood. */
static bool complain_option(const struct parser *p, int c, char **argv)
{
	const char *word = argv[optind - 1];

	if (optopt >= OPT_SOCKET && c == ':')
		return complain(p, "%s needs an argument; try --help", word);
	if (optopt >= OPT_SOCKET || optopt == 'v' || optopt == 'h' ||
	    optopt == 'V')
		return complain(p, "%s takes no argument", word);
	if (optopt)
		return complain(p, "-%c is no option; try --help", optopt);
	return complain(p, "%s is no option, or short for several; try --help",
			word);
}

enum options_action options_parse(int argc, char **argv,
				  struct options *options, FILE *out, FILE *err)
{
	const struct parser p = { .options = options, .err = err };
	int c;

	set_defaults(options);
	opterr = 0;
	optind = 0;	/* begin anew, also after another command line */
	/* +: what follows the first word belongs to --send's command */
	while ((c = getopt_long(argc, argv, "+:hvV", longs, NULL)) != -1) {
		switch (c) {
		case 'h':
			print_help(out);
			return OPTIONS_DONE;
		case 'V':
			fprintf(out, "hisi-zip-emu %s\n", WD_VERSION);
			return OPTIONS_DONE;
		case ':':
		case '?':
			complain_option(&p, c, argv);
			return OPTIONS_BAD;
		default:
			if (!set_option(&p, c, optarg))
				return OPTIONS_BAD;
		}
	}
	if (!check(&p, argc, argv))
		return OPTIONS_BAD;
	return options->send_path ? OPTIONS_SEND : OPTIONS_SERVE;
}
