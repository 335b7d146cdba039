/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the parts of "wdctl doctor" share. */
#ifndef WDCTL_DOCTOR_H
#define WDCTL_DOCTOR_H

#include "wdctl.h"

enum verdict {
	GOOD,
	NOTED,		/* good, but worth knowing */
	UNSEEN,		/* could not be looked at */
	WARNED,		/* to be mended, but keeps nothing from working */
	WRONG,
};

/**
 * struct finding - what came of a check
 * @cause: short name of what is wrong, for programs
 * @text: for people
 * @mend: command that mends it
 */
struct finding {
	enum verdict verdict;
	const char *cause;
	char text[768];
	char mend[512];
};

/**
 * struct doctor - the patient
 * @all: devices
 * @dev: the one that is looked at, in checks of a device
 * @hw: what kind of accelerator it is about
 * @functions: PCI functions that are accelerators
 * @has_queues: there are device files' devices: the kernel side got that far
 * @now: the current check's
 */
struct doctor {
	struct kernel kernel;
	struct device_list all;
	const struct device *dev;
	const struct hardware *hw;
	unsigned int functions;
	bool has_queues;
	struct finding now;
};

/* Each sets @now; what was set last counts. A warning does not end the walk. */
void finding_good(struct doctor *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void finding_noted(struct doctor *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void finding_unseen(struct doctor *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void finding_warned(struct doctor *d, const char *cause, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void finding_wrong(struct doctor *d, const char *cause, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** finding_mend() - the command, after finding_wrong() or finding_warned() */
void finding_mend(struct doctor *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** finding_log() - append what the kernel's messages say about the function */
void finding_log(struct doctor *d, const char *second);

/* Checks, in the order in which they are made. */

/* doctor_system.c */
void check_library(struct doctor *d);
void check_hardware(struct doctor *d);
void check_kernel(struct doctor *d);
void check_config(struct doctor *d);
/* doctor_module.c */
void check_module(struct doctor *d);
/* doctor_mode.c */
void check_driver(struct doctor *d);
void check_mode(struct doctor *d);
/* doctor_access.c */
void check_attributes(struct doctor *d);
void check_interface(struct doctor *d);
void check_node(struct doctor *d);
void check_permission(struct doctor *d);
/* doctor_use.c */
void check_isolation(struct doctor *d);
void check_queues(struct doctor *d);
void check_compression(struct doctor *d);

#endif /* WDCTL_DOCTOR_H */
