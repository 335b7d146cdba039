/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * DOC: what an access to a BAR means, in the names of the specification
 *
 * Pure functions for the trace. Names are those of hwdefs/ without their
 * prefix.
 */
#ifndef REGISTER_NAMES_H
#define REGISTER_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What register_name() and register_meaning() write at most. */
#define REGISTER_NAME_BYTES	48
#define REGISTER_MEANING_BYTES	160

/**
 * struct register_access - one access by a guest
 * @bar: 2 or 4
 * @offset: bytes from the BAR's start
 * @value: @bytes bytes, little-endian
 * @bytes: up to 16; longer ones mean nothing
 * @is_write: or a read, and @value what was read
 */
struct register_access {
	unsigned int bar;
	uint64_t offset;
	const void *value;
	unsigned int bytes;
	bool is_write;
};

/**
 * struct register_entry - a register or an array of equal ones
 * @offset: in BAR 2
 * @bytes: of the register
 * @count: registers in the array, one behind the other; 1 if it is none
 * @name: its name
 */
struct register_entry {
	uint32_t offset;
	uint16_t bytes;
	uint16_t count;
	const char *name;
};

/** register_table() - all of BAR 2 that has a name, in ascending order
 * @count: set to the number of entries
 *
 * The cores' counters (hisi-zip 7.2.3) are not in it.
 */
const struct register_entry *register_table(unsigned int *count);

/**
 * register_name() - name of what is at an offset
 * @text: REGISTER_NAME_BYTES bytes
 * @bar: 2 or 4
 * @offset: any; one inside of a register is shown as NAME+1, one that has no
 *	name as a number
 */
void register_name(char *text, unsigned int bar, uint64_t offset);

/**
 * register_config_name() - name of a field of configuration space
 * @text: REGISTER_NAME_BYTES bytes
 * @offset: any; as with register_name()
 */
void register_config_name(char *text, uint64_t offset);

/**
 * register_meaning() - mailbox commands, doorbells and errors in words
 * @text: REGISTER_MEANING_BYTES bytes; empty if there is nothing to say
 * @access: the access
 */
void register_meaning(char *text, const struct register_access *access);

#endif /* REGISTER_NAMES_H */
