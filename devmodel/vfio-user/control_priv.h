/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Between the socket (control.c) and the commands (control_command.c). */
#ifndef CONTROL_PRIV_H
#define CONTROL_PRIV_H

#include <stdio.h>

#include "control.h"

#define CONTROL_MAX_CLIENTS	8
#define CONTROL_LINE_BYTES	256	/* with the line break */

/* What commands act on, and what only they know. */
struct control_state {
	struct vfu_server *server;
	void (*set_up)(void *arg, struct vfu_device *dev);
	void *set_up_arg;
	bool fault_on[HISI_QM_MODEL_FAULTS];
	uint32_t fault_arg[HISI_QM_MODEL_FAULTS];
	uint32_t delay_us;
	bool quit;		/* once the answer is out */
};

/**
 * control_command() - carry out one line
 * @state: state
 * @line: without line break; changed
 * @out: gets the answer, without its last line
 */
void control_command(struct control_state *state, char *line, FILE *out);

#endif /* CONTROL_PRIV_H */
