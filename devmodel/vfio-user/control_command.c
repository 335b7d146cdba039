/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The commands. */
#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "control_priv.h"
#include "hisi_qm_hw.h"
#include "hisi_zip_hw.h"
#include "pf_setup.h"

#define MAX_WORDS	8
#define MAX_DELAY_US	60000000u
#define QM_BITS		15u	/* hisi-qm 2.5 */
#define ZIP_BITS	13u	/* hisi-zip 7.2.2 */

struct command {
	const char *name;
	const char *usage;
	const char *help;
	unsigned int min_args;
	unsigned int max_args;
	void (*run)(struct control_state *state, char **args,
		    unsigned int count, FILE *out);
};

static struct vfu_device *device(const struct control_state *state)
{
	return vfu_server_device(state->server);
}

/* A removed device takes no register accesses. */
static bool is_gone(const struct control_state *state, FILE *out)
{
	if (!vfu_device_is_removed(device(state)))
		return false;
	fputs("error: the device is removed; bring it back with 'inject removed off'\n",
	      out);
	return true;
}

static void emit_line(void *arg, const char *line)
{
	fprintf(arg, "%s\n", line);
}

static void run_dump(struct control_state *state, char **args,
		     unsigned int count, FILE *out)
{
	(void)args;
	(void)count;
	fputs("ok\n", out);
	vfu_device_dump(device(state), emit_line, out);
}

static void list_faults(FILE *out)
{
	unsigned int i;

	for (i = 0; i < HISI_QM_MODEL_FAULTS; i++)
		fprintf(out, "%s %s", i ? "," : "",
			fault_info_of((enum hisi_qm_model_fault)i)->name);
	fputc('\n', out);
}

static void set_fault(struct control_state *state,
		      enum hisi_qm_model_fault fault, bool on, uint32_t arg,
		      FILE *out)
{
	const struct fault_info *info = fault_info_of(fault);

	if (vfu_device_inject(device(state), fault, on, arg)) {
		fprintf(out, "error: the device has no %s %u\n",
			info->arg ? info->arg : info->name, arg);
		return;
	}
	state->fault_on[fault] = on;
	state->fault_arg[fault] = arg;
	if (on && info->arg)
		fprintf(out, "ok %s is on with %u\n", info->name, arg);
	else
		fprintf(out, "ok %s is %s\n", info->name, on ? "on" : "off");
}

static void run_inject(struct control_state *state, char **args,
		       unsigned int count, FILE *out)
{
	enum hisi_qm_model_fault fault = fault_by_name(args[0]);
	bool on = !strcmp(args[1], "on");
	char why[80];
	uint32_t arg = 0;

	if (fault == HISI_QM_MODEL_FAULTS) {
		fprintf(out, "error: '%s' is not one of", args[0]);
		list_faults(out);
	} else if (!on && strcmp(args[1], "off")) {
		fprintf(out, "error: '%s' is not one of on, off\n", args[1]);
	} else if (!on && count > 2) {
		fputs("error: off takes no argument\n", out);
	} else if (on && !fault_arg_parse(fault, count > 2 ? args[2] : NULL,
					  &arg)) {
		fault_arg_complaint(fault, why, sizeof(why));
		fprintf(out, "error: %s\n", why);
	} else {
		set_fault(state, fault, on, arg, out);
	}
}

static void run_remove(struct control_state *state, char **args,
		       unsigned int count, FILE *out)
{
	(void)args;
	(void)count;
	set_fault(state, HISI_QM_MODEL_FAULT_REMOVED, true, 0, out);
}

/* By the registers that exist for it, in all generations (hisi-qm 2.2.1). */
static void run_ras(struct control_state *state, char **args,
		    unsigned int count, FILE *out)
{
	bool is_zip = !strcmp(args[0], "zip");
	unsigned int bits = is_zip ? ZIP_BITS : QM_BITS;
	uint64_t bit;
	uint32_t value;

	(void)count;
	if (!is_zip && strcmp(args[0], "qm")) {
		fprintf(out, "error: '%s' is not one of qm, zip\n", args[0]);
		return;
	}
	if (!number_parse(args[1], 0, bits - 1, &bit)) {
		fprintf(out, "error: '%s' is not a bit from 0 to %u\n", args[1],
			bits - 1);
		return;
	}
	if (is_gone(state, out))
		return;
	value = htole32(1u << bit);
	vfu_device_mmio_write(device(state), 0, 2,
			      is_zip ? HISI_ZIP_CORE_INT_SET :
				       HISI_QM_ABNORMAL_INT_SET,
			      &value, sizeof(value));
	fprintf(out, "ok %s error %" PRIu64 " has happened\n", args[0], bit);
}

static void run_slow(struct control_state *state, char **args,
		     unsigned int count, FILE *out)
{
	uint64_t us;

	(void)count;
	if (!number_parse(args[0], 0, MAX_DELAY_US, &us)) {
		fprintf(out, "error: '%s' is not a number of microseconds from 0 to %u\n",
			args[0], MAX_DELAY_US);
		return;
	}
	state->delay_us = (uint32_t)us;
	vfu_device_set_delay_us(device(state), state->delay_us);
	fprintf(out, "ok each request takes %" PRIu64 " us longer\n", us);
}

static void run_reset(struct control_state *state, char **args,
		      unsigned int count, FILE *out)
{
	(void)args;
	(void)count;
	vfu_device_reset(device(state));
	if (state->set_up)
		state->set_up(state->set_up_arg, device(state));
	fputs("ok the device is as after power on\n", out);
}

static void run_vfs(struct control_state *state, char **args,
		    unsigned int count, FILE *out)
{
	const struct hisi_qm_model_config *config =
		vfu_device_model_config(device(state));
	unsigned int most = config->vfs;
	uint64_t vfs;

	(void)count;
	if (!number_parse(args[0], 0, most, &vfs)) {
		fprintf(out, "error: '%s' is not a number of VFs from 0 to %u, which is the emulator's --vfs\n",
			args[0], most);
		return;
	}
	if (is_gone(state, out))
		return;
	switch (pf_setup_vfs(device(state), config->revision, most,
			     (unsigned int)vfs)) {
	case 0:
		fprintf(out, "ok %" PRIu64 " VFs have queues\n", vfs);
		break;
	case -ENODEV:
		fputs("error: the PF has no queues yet; load its driver first\n",
		      out);
		break;
	case -ENOSPC:
		fputs("error: the PF leaves fewer queues than VFs; give the device more (--queues) or the PF fewer\n",
		      out);
		break;
	default:
		fputs("error: the PF's driver is using the VFT; try again\n",
		      out);
		break;
	}
}

static void status_of_functions(const struct control_state *state, FILE *out)
{
	unsigned int vfs = vfu_device_model_config(device(state))->vfs;
	unsigned int func;

	for (func = 0; func <= vfs; func++) {
		const char *path = vfu_server_shows(state->server, func);
		bool has = vfu_server_has_client(state->server, func);

		if (!path && !has)
			continue;
		if (func)
			fprintf(out, "vf%u", func);
		else
			fputs("pf", out);
		fprintf(out, ": %s, %s\n", path ? path : "no socket",
			has ? "client" : "no client");
	}
}

static void status_of_faults(const struct control_state *state, FILE *out)
{
	unsigned int i;

	for (i = 0; i < HISI_QM_MODEL_FAULTS; i++) {
		const struct fault_info *info =
			fault_info_of((enum hisi_qm_model_fault)i);

		if (!state->fault_on[i])
			continue;
		fprintf(out, "fault: %s", info->name);
		if (info->arg)
			fprintf(out, " %u", state->fault_arg[i]);
		fputc('\n', out);
	}
	if (state->delay_us)
		fprintf(out, "slow: %u us a request\n", state->delay_us);
}

static void run_status(struct control_state *state, char **args,
		       unsigned int count, FILE *out)
{
	struct vfu_device_stats stats;

	(void)args;
	(void)count;
	vfu_device_get_stats(device(state), &stats);
	fprintf(out, "ok\nclients: %u\n", vfu_server_clients(state->server));
	status_of_functions(state, out);
	fprintf(out, "requests: %" PRIu64 " done, %u at work\n", stats.requests,
		stats.requests_out);
	fprintf(out, "interrupts: %" PRIu64 " sent, %" PRIu64 " dropped\n",
		stats.irqs, stats.irqs_dropped);
	fprintf(out, "DMA messages: %" PRIu64 "\n", stats.dma_messages);
	status_of_faults(state, out);
}

static void run_quit(struct control_state *state, char **args,
		     unsigned int count, FILE *out)
{
	(void)args;
	(void)count;
	state->quit = true;
	fputs("ok the emulator ends\n", out);
}

static void run_help(struct control_state *state, char **args,
		     unsigned int count, FILE *out);

static const struct command commands[] = {
	{ "help", "help", "this list", 0, 0, run_help },
	{ "status", "status",
	  "clients, requests done, interrupts, what is switched on", 0, 0,
	  run_status },
	{ "dump", "dump", "state of the device", 0, 0, run_dump },
	{ "inject", "inject FAULT on|off [ARG]",
	  "misbehave; survives a reset", 2, 3, run_inject },
	{ "ras", "ras qm|zip BIT", "let an error of the hardware happen", 2, 2,
	  run_ras },
	{ "slow", "slow US", "US microseconds more for each request; 0 ends it",
	  1, 1, run_slow },
	{ "remove", "remove", "the same as inject removed on", 0, 0,
	  run_remove },
	{ "reset", "reset", "controller reset, as the ACPI method does it", 0,
	  0, run_reset },
	{ "vfs", "vfs N",
	  "divide the queues that the PF leaves among VFs 1 to N", 1, 1,
	  run_vfs },
	{ "quit", "quit", "end the emulator", 0, 0, run_quit },
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void run_help(struct control_state *state, char **args,
		     unsigned int count, FILE *out)
{
	unsigned int i;

	(void)state;
	(void)args;
	(void)count;
	fputs("ok\n", out);
	for (i = 0; i < COMMANDS; i++)
		fprintf(out, "%-26s  %s\n", commands[i].usage,
			commands[i].help);
	fputs("FAULT is one of\n", out);
	for (i = 0; i < HISI_QM_MODEL_FAULTS; i++) {
		const struct fault_info *info =
			fault_info_of((enum hisi_qm_model_fault)i);

		fprintf(out, "  %-14s %-7s   %s\n", info->name,
			info->arg ? info->arg : "", info->effect);
	}
}

/* Answers repeat what was typed: no control characters to a terminal. */
static void make_printable(char *line)
{
	for (; *line; line++)
		if (!isprint((unsigned char)*line) && *line != '\t')
			*line = '?';
}

static unsigned int split(char *line, char **words)
{
	unsigned int count = 0;
	char *save = NULL;
	char *word;

	for (word = strtok_r(line, " \t\r", &save); word && count <= MAX_WORDS;
	     word = strtok_r(NULL, " \t\r", &save))
		words[count++] = word;
	return count;
}

void control_command(struct control_state *state, char *line, FILE *out)
{
	char *words[MAX_WORDS + 1];
	unsigned int count, i;

	line[strcspn(line, "\r")] = 0;
	make_printable(line);
	count = split(line, words);
	if (!count) {
		fputs("error: an empty line; 'help' lists the commands\n", out);
		return;
	}
	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(words[0], commands[i].name))
			break;
	if (i == COMMANDS)
		fprintf(out, "error: '%s' is no command; 'help' lists them\n",
			words[0]);
	else if (count - 1 < commands[i].min_args ||
		 count - 1 > commands[i].max_args)
		fprintf(out, "error: usage: %s\n", commands[i].usage);
	else
		commands[i].run(state, words + 1, count - 1, out);
}
