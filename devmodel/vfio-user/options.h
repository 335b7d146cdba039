/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The command line of hisi-zip-emu. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdio.h>

#include "faults.h"

/** What to do after the command line has been read. */
enum options_action {
	OPTIONS_SERVE,	/* be the device */
	OPTIONS_SEND,	/* send a command to a device that runs */
	OPTIONS_DONE,	/* all is said: --help, --version */
	OPTIONS_BAD,	/* a mistake, which has been named */
};

/**
 * struct options - the command line
 * @model: the device
 * @socket_path: where the first function is
 * @show_pf: that is the PF; otherwise VF 1, and the PF is not shown
 * @workers: threads that execute requests
 * @control_path: where commands are taken; NULL for nowhere
 * @faults: to be switched on from the beginning
 * @fault_count: how many
 * @is_traced: accesses are to be printed
 * @trace_path: into this file; NULL for standard error
 * @is_once: end with the first client
 * @is_verbose: say more
 * @send_path: OPTIONS_SEND: where to
 * @words: the words of the command, up to NULL
 */
struct options {
	struct hisi_qm_model_config model;
	const char *socket_path;
	bool show_pf;
	unsigned int workers;
	const char *control_path;
	struct fault_setting faults[HISI_QM_MODEL_FAULTS];
	unsigned int fault_count;
	bool is_traced;
	const char *trace_path;
	bool is_once;
	bool is_verbose;
	const char *send_path;
	char **words;
};

/**
 * options_parse() - read the command line
 * @argc: as main() has it
 * @argv: as main() has it; @options points into it
 * @options: filled in
 * @out: what --help and --version print
 * @err: what was wrong
 */
enum options_action options_parse(int argc, char **argv,
				  struct options *options, FILE *out,
				  FILE *err);

#endif /* OPTIONS_H */
