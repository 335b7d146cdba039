/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Rules of file names: gzip's, and pigz' .zz for zlib. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wdzip.h"

struct suffix {
	const char *text;
	const char *becomes;
	uint32_t format;
};

static const struct suffix table[] = {
	{ ".gz", "", WD_COMP_GZIP },
	{ ".tgz", ".tar", WD_COMP_GZIP },
	{ ".taz", ".tar", WD_COMP_GZIP },
	{ ".z", "", WD_COMP_GZIP },
	{ "-gz", "", WD_COMP_GZIP },
	{ "-z", "", WD_COMP_GZIP },
	{ "_z", "", WD_COMP_GZIP },
	{ ".zz", "", WD_COMP_ZLIB },
	{ ".deflate", "", WD_COMP_DEFLATE },
};

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);

	/* ".gz" alone, or in a folder, is a name and not a suffix. */
	return n > s && name[n - s - 1] != '/' &&
	       !strcasecmp(name + n - s, suffix);
}

/* The suffix of -S is @own if it is not in the table. */
static const struct suffix *find(const struct options *o, const char *name,
				 struct suffix *own)
{
	if (o->suffix && has_suffix(name, o->suffix)) {
		*own = (struct suffix){ o->suffix, "", 0 };
		return own;
	}
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (has_suffix(name, table[i].text))
			return &table[i];
	return NULL;
}

/* The first @len bytes of @head, then @tail. */
static char *join(const char *head, size_t len, const char *tail)
{
	size_t tail_len = strlen(tail);
	char *s = malloc(len + tail_len + 1);

	if (s) {
		memcpy(s, head, len);
		memcpy(s + len, tail, tail_len + 1);
	}
	return s;
}

const char *suffix_of_format(const struct options *o)
{
	if (o->suffix)
		return o->suffix;
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].format == o->format)
			return table[i].text;
	return table[0].text;
}

int name_compressed(const struct options *o, const char *name, char **out,
		    const char **known)
{
	struct suffix own;
	const struct suffix *s = find(o, name, &own);
	char *made;

	if (s && !o->force) {
		*known = s->text;
		return -EEXIST;
	}
	made = join(name, strlen(name), suffix_of_format(o));
	if (!made)
		return -ENOMEM;
	*out = made;
	return 0;
}

int name_decompressed(const struct options *o, const char *name, char **out)
{
	struct suffix own;
	const struct suffix *s = find(o, name, &own);
	char *made;

	if (!s)
		return -EINVAL;
	made = join(name, strlen(name) - strlen(s->text), s->becomes);
	if (!made)
		return -ENOMEM;
	*out = made;
	return 0;
}

char *name_stored(const char *name, const char *stored)
{
	const char *slash = strrchr(name, '/');
	const char *base = strrchr(stored, '/');

	return join(name, slash ? (size_t)(slash + 1 - name) : 0,
		    base ? base + 1 : stored);
}

uint32_t name_format(const struct options *o, const char *name)
{
	struct suffix own;
	const struct suffix *s = find(o, name, &own);

	if (o->format)
		return o->format;
	return s && s->format ? s->format : WD_COMP_GZIP;
}

const char *name_guess(const struct options *o, unsigned int i)
{
	static const char *const usual[] = { ".gz", ".z", "-z", ".zz" };

	if (i == 0)
		return suffix_of_format(o);
	return i - 1 < ARRAY_LEN(usual) ? usual[i - 1] : NULL;
}
