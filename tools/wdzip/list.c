/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wdzip.h"

static struct totals sum;
static unsigned int files;

double ratio_percent(const struct totals *t)
{
	return t->plain ? 100.0 - 100.0 * t->body / t->plain : 0;
}

static void print_line(const struct totals *t, const char *name)
{
	printf("%19" PRIu64 " %19" PRIu64 " %5.1f%% %s\n", t->packed, t->plain,
	       ratio_percent(t), name);
}

static void print_details(const struct unjob *job, const struct stat *st)
{
	time_t when = job->member.mtime ? (time_t)job->member.mtime :
		      st->st_mtime;
	struct tm tm;
	char date[32] = "";

	if (localtime_r(&when, &tm))
		strftime(date, sizeof(date), "%b %e %H:%M", &tm);
	if (job->format == WD_COMP_DEFLATE)
		printf("defla -------- %11s ", date);
	else
		printf("defla %08" PRIx32 " %11s ", job->check, date);
}

static char *shown_name(const struct options *o, const struct unjob *job,
			const char *name)
{
	char *shown;

	if (o->store_name == 1 && job->member.name[0])
		return name_stored(name, job->member.name);
	if (!name_decompressed(o, name, &shown))
		return shown;
	return strdup(name);
}

void list_file(const struct options *o, const struct unjob *job,
	       const char *name, const struct stat *st)
{
	char *shown = name ? shown_name(o, job, name) : strdup("stdout");

	if (files++ == 0 && !o->quiet) {
		if (o->verbose)
			fputs("method  crc     date  time  ", stdout);
		puts("         compressed        uncompressed  ratio uncompressed_name");
	}
	if (o->verbose)
		print_details(job, st);
	print_line(&job->totals, shown ? shown : "?");
	free(shown);
	sum.plain += job->totals.plain;
	sum.packed += job->totals.packed;
	sum.body += job->totals.body;
}

void list_end(const struct options *o)
{
	if (files < 2)
		return;
	if (o->verbose)
		printf("%27s", "");
	print_line(&sum, "(totals)");
}
