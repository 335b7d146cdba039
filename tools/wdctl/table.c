/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Output for people, and for programs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wdctl.h"

/**
 * struct table - columns as wide as they have to be
 * @cells: rows * columns, the heads first; shared with nobody
 */
struct table {
	unsigned int columns;
	unsigned int rows;
	char **cells;
};

struct table *table_alloc(const char *const *heads, unsigned int columns)
{
	struct table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->columns = columns;
	table_add(t, heads);
	return t;
}

/* A row that there is no memory for is missing from the table. */
void table_add(struct table *t, const char *const *cells)
{
	char **all = reallocarray(t->cells, (t->rows + 1) * t->columns,
				  sizeof(*all));
	char **row;

	if (!all)
		return;
	t->cells = all;
	row = all + t->rows++ * t->columns;
	for (unsigned int i = 0; i < t->columns; i++)
		row[i] = strdup(cells[i] && cells[i][0] ? cells[i] : "-");
}

static size_t width(const struct table *t, unsigned int column)
{
	size_t max = 0, len;

	for (unsigned int i = 0; i < t->rows; i++) {
		const char *cell = t->cells[i * t->columns + column];

		len = cell ? strlen(cell) : 0;
		if (len > max)
			max = len;
	}
	return max;
}

void table_print(struct table *t)
{
	for (unsigned int i = 0; i < t->rows; i++)
		for (unsigned int c = 0; c < t->columns; c++) {
			const char *cell = t->cells[i * t->columns + c];
			bool last = c + 1 == t->columns;

			printf("%-*s%s", last ? 0 : (int)width(t, c),
			       cell ? cell : "", last ? "\n" : "  ");
		}
}

void table_free(struct table *t)
{
	for (unsigned int i = 0; i < t->rows * t->columns; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t);
}

const char *text_of_number(struct number n)
{
	static char text[8][24];
	static unsigned int next;
	char *at = text[next++ % 8];

	if (!n.known)
		return "-";
	snprintf(at, sizeof(text[0]), "%lld", n.value);
	return at;
}

struct json_object *json_of_number(struct number n)
{
	return n.known ? json_object_new_int64(n.value) : NULL;
}

struct json_object *json_of_text(const char *text)
{
	return text[0] ? json_object_new_string(text) : NULL;
}

int json_print(struct json_object *o)
{
	const char *text;

	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
					      JSON_C_TO_STRING_SPACED |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!text) {
		msg_error(NULL, "%s", strerror(ENOMEM));
		json_object_put(o);
		return EXIT_FAILED;
	}
	puts(text);
	json_object_put(o);
	return EXIT_OK;
}
