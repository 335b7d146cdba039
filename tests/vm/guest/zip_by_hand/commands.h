/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the program can be asked to do, one source a command. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdbool.h>

/*
 * The device as the command line of the emulator describes it: what is found
 * must be that.
 */
struct expected {
	unsigned int revision;	/* HISI_QM_REV_* */
	bool is_vf;
	bool isolation;
	const char *access;	/* name of the only way allowed, or NULL */
};

struct command {
	const char *name;
	const char *arguments;	/* in words, for the usage text */
	int min_arguments;
	int max_arguments;
	void (*run)(const struct expected *expected, char **arguments);
};

void command_config(const struct expected *expected, char **arguments);
void command_bars(const struct expected *expected, char **arguments);
void command_mailbox(const struct expected *expected, char **arguments);
void command_queue(const struct expected *expected, char **arguments);
void command_irq(const struct expected *expected, char **arguments);
void command_reset(const struct expected *expected, char **arguments);
void command_isolation(const struct expected *expected, char **arguments);
void command_vf(const struct expected *expected, char **arguments);
void command_fault(const struct expected *expected, char **arguments);
void command_file(const struct expected *expected, char **arguments);
void command_bench(const struct expected *expected, char **arguments);

#endif /* COMMANDS_H */
