/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * uacce_check: what user space may and may not do with /dev/<driver>-<n>,
 * against docs/abi.md and docs/security.md. Prints TAP.
 */
#ifndef UACCE_CHECK_H
#define UACCE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct node - the device under test, as sysfs describes it */
struct node {
	char name[64];
	char path[80];
	unsigned long flags;
	size_t mmio_bytes;
	size_t dus_bytes;
	size_t page_bytes;
};

/** point() - one point of the test; @format says what holds if @is_ok */
void point(bool is_ok, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** fails_with() - a point: a call failed with this errno */
void fails_with(long ret, int error, const char *what);

/** node_read() - fill @node from sysfs; false, and a message, if it can't */
bool node_read(struct node *node, const char *name);

/** node_attr() - an attribute's text without the last newline */
bool node_attr(const struct node *node, const char *attr, char *buf, size_t len);

/** node_number() - an attribute as number, LONG_MIN if it is none */
long node_number(const struct node *node, const char *attr);

/** queue_open() - open the node, or end the program */
int queue_open(const struct node *node);

/** region() - map a region shared, readable and writable */
void *region(int fd, unsigned int type, size_t bytes);

/* The groups of points. */
void check_attributes(const struct node *node);
void check_calls(const struct node *node);
void check_regions(const struct node *node);
void check_registers(const struct node *node);
void check_memory(const struct node *node);
void check_limit(const struct node *node);
void check_owner(const struct node *node);
void check_counts(const struct node *node);

#endif /* UACCE_CHECK_H */
