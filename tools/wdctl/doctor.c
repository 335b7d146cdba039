/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From the library and the hardware to one real compression: the first thing
 * that is wrong is named, with the command that mends it. What comes behind it
 * would only show its consequences.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

struct check {
	const char *name;
	void (*run)(struct doctor *d);
};

static const struct check system_checks[] = {
	{ "library", check_library },
	{ "hardware", check_hardware },
	{ "kernel", check_kernel },
	{ "config", check_config },
	{ "module", check_module },
	{ NULL, NULL },
};

/*
 * Isolation comes before the queues: an isolated device tells that it has no
 * free ones.
 */
static const struct check device_checks[] = {
	{ "driver", check_driver },
	{ "mode", check_mode },
	{ "attributes", check_attributes },
	{ "interface", check_interface },
	{ "node", check_node },
	{ "permission", check_permission },
	{ "isolation", check_isolation },
	{ "queues", check_queues },
	{ "compression", check_compression },
	{ NULL, NULL },
};

static const struct check emulated_checks[] = {
	{ "compression", check_compression },
	{ NULL, NULL },
};

static const char *const verdicts[] = {
	[GOOD] = "ok", [NOTED] = "note", [UNSEEN] = "unseen",
	[WARNED] = "warning", [WRONG] = "WRONG",
};

/**
 * struct report - what was found so far
 * @json: list of checks, NULL if it is printed as it comes
 * @first: the first thing that is wrong
 * @first_check: its check
 * @absent: the device that was asked for is not there
 * @wrong: how many devices, or the system, have something wrong
 * @warned: warnings
 * @unseen: checks that could not be made
 * @lent: virtual functions that were left out, having another driver or none
 * @others: accelerators that were left out, being of another kind
 */
struct report {
	struct json_object *json;
	struct finding first;
	const char *first_check;
	char first_device[64];
	bool absent;
	unsigned int wrong;
	unsigned int warned;
	unsigned int unseen;
	unsigned int lent;
	unsigned int others;
};

/* Names of devices are of the command line, those of groups somebody's, too. */
#define SET(d, what, kind)						\
	do {								\
		va_list ap_;						\
		va_start(ap_, fmt);					\
		vsnprintf((d)->now.what, sizeof((d)->now.what), fmt, ap_); \
		va_end(ap_);						\
		text_clean((d)->now.what);				\
		(d)->now.verdict = (kind);				\
	} while (0)

void finding_good(struct doctor *d, const char *fmt, ...)
{
	SET(d, text, GOOD);
}

void finding_noted(struct doctor *d, const char *fmt, ...)
{
	SET(d, text, NOTED);
}

void finding_unseen(struct doctor *d, const char *fmt, ...)
{
	SET(d, text, UNSEEN);
}

void finding_wrong(struct doctor *d, const char *cause, const char *fmt, ...)
{
	SET(d, text, WRONG);
	d->now.cause = cause;
}

void finding_warned(struct doctor *d, const char *cause, const char *fmt, ...)
{
	SET(d, text, WARNED);
	d->now.cause = cause;
}

void finding_mend(struct doctor *d, const char *fmt, ...)
{
	SET(d, mend, d->now.verdict);
}

void finding_log(struct doctor *d, const char *second)
{
	size_t len = strlen(d->now.text);
	char line[TEXT_BYTES];

	if (d->dev->pci[0] && kernel_log(d->dev->pci, second, line, sizeof(line)))
		snprintf(d->now.text + len, sizeof(d->now.text) - len,
			 "; the kernel says: %s", line);
}

static bool is_to_mend(const struct finding *f)
{
	return f->verdict == WRONG || f->verdict == WARNED;
}

static void report_json(struct report *r, const struct doctor *d,
			const char *check)
{
	struct json_object *o = json_object_new_object();
	const struct finding *f = &d->now;

	json_object_object_add(o, "check", json_object_new_string(check));
	json_object_object_add(o, "device", d->dev ?
			       json_of_text(device_title(d->dev)) : NULL);
	json_object_object_add(o, "verdict",
			       json_object_new_string(f->verdict == WRONG ?
						      "wrong" :
						      verdicts[f->verdict]));
	json_object_object_add(o, "text", json_of_text(f->text));
	if (is_to_mend(f)) {
		json_object_object_add(o, "cause",
				       json_object_new_string(f->cause));
		json_object_object_add(o, "mend", json_of_text(f->mend));
	}
	json_object_array_add(r->json, o);
}

static void report(struct report *r, const struct doctor *d, const char *check)
{
	const struct finding *f = &d->now;

	if (r->json) {
		report_json(r, d, check);
	} else {
		printf("%-7s %-12s %s\n", verdicts[f->verdict], check, f->text);
		if (is_to_mend(f))
			printf("%-7s %-12s %s\n", "", "mend it by", f->mend);
	}
	r->unseen += f->verdict == UNSEEN;
	r->warned += f->verdict == WARNED;
	if (f->verdict != WRONG)
		return;
	if (!r->wrong++) {
		r->first = *f;
		r->first_check = check;
		snprintf(r->first_device, sizeof(r->first_device), "%s",
			 d->dev ? device_title(d->dev) : "");
	}
}

/* Return: nothing is wrong so far. */
static bool run_checks(struct report *r, struct doctor *d,
		       const struct check *check)
{
	for (; check->name; check++) {
		d->now = (struct finding){ .verdict = UNSEEN };
		check->run(d);
		report(r, d, check->name);
		if (d->now.verdict == WRONG)
			return false;
	}
	return true;
}

static void run_device(struct report *r, struct doctor *d,
		       const struct device *dev)
{
	d->dev = dev;
	if (!r->json)
		printf("%s:\n", device_title(dev));
	run_checks(r, d, dev->emulated ? emulated_checks : device_checks);
	d->dev = NULL;
}

/* Functions in the hands of virtual machines are as they should be. */
static bool is_lent(const struct device *dev)
{
	return !dev->name[0] && dev->hw && dev->hw->is_vf &&
	       strcmp(dev->bound, dev->hw->module);
}

static void run_devices(struct report *r, struct doctor *d)
{
	const struct device *dev;

	for (unsigned int i = 0; i < d->all.nr; i++) {
		dev = &d->all.list[i];
		if (dev->emulated)
			continue;
		if (is_lent(dev))
			r->lent++;
		else if (dev->pci[0] && !dev->hw)
			r->others++;
		else
			run_device(r, d, dev);
	}
}

static void no_such_device(struct report *r, struct doctor *d, const char *name)
{
	d->now = (struct finding){ .verdict = WRONG };
	finding_wrong(d, "no-such-device", "there is no device '%s'", name);
	finding_mend(d, "%s list", msg_program());
	report(r, d, "device");
	r->absent = true;
}

static void examine(struct report *r, struct doctor *d, const char *name)
{
	const struct device *dev = name ? device_find(&d->all, name) : NULL;

	if (dev && dev->emulated) {
		if (run_checks(r, d, (const struct check[]){ system_checks[0],
							     { NULL, NULL } }))
			run_device(r, d, dev);
		return;
	}
	if (!run_checks(r, d, system_checks))
		return;
	if (dev)
		run_device(r, d, dev);
	else if (name)
		no_such_device(r, d, name);
	else
		run_devices(r, d);
}

static void conclude(const struct report *r)
{
	const char *more = r->warned ? " else" : "";

	if (r->lent)
		printf("left out: %u virtual functions that have another driver or none\n",
		       r->lent);
	if (r->others)
		printf("left out: %u accelerators of other kinds\n", r->others);
	putchar('\n');
	if (r->warned)
		printf("warnings: %u\n", r->warned);
	if (r->wrong) {
		printf("wrong: %s%s%s: %s\n", r->first_device,
		       r->first_device[0] ? ": " : "", r->first_check,
		       r->first.cause);
		if (r->wrong > 1)
			printf("(and something with %u more)\n", r->wrong - 1);
	} else if (r->unseen) {
		printf("nothing%s is wrong as far as could be seen; unseen: %u\n",
		       more, r->unseen);
	} else {
		printf("nothing%s is wrong\n", more);
	}
}

static int conclude_json(struct report *r)
{
	struct json_object *o = json_object_new_object(), *wrong = NULL;

	if (r->wrong) {
		wrong = json_object_new_object();
		json_object_object_add(wrong, "check",
				       json_object_new_string(r->first_check));
		json_object_object_add(wrong, "device",
				       json_of_text(r->first_device));
		json_object_object_add(wrong, "cause",
				       json_object_new_string(r->first.cause));
		json_object_object_add(wrong, "text",
				       json_of_text(r->first.text));
		json_object_object_add(wrong, "mend",
				       json_of_text(r->first.mend));
	}
	json_object_object_add(o, "wrong", wrong);
	json_object_object_add(o, "warnings", json_object_new_int64(r->warned));
	json_object_object_add(o, "unseen", json_object_new_int64(r->unseen));
	json_object_object_add(o, "left_out",
			       json_object_new_int64(r->lent + r->others));
	json_object_object_add(o, "checks", r->json);
	return json_print(o);
}

static void find_hardware(struct doctor *d)
{
	const struct device *dev;

	for (unsigned int i = 0; i < d->all.nr; i++) {
		dev = &d->all.list[i];
		d->has_queues |= dev->name[0] && !dev->emulated;
		d->functions += dev->hw != NULL;
		if (dev->hw && (!d->hw || d->hw->is_vf))
			d->hw = dev->hw;
	}
}

static int run(const struct command *cmd, int argc, char **argv)
{
	struct doctor d = { .dev = NULL };
	struct report r = { .json = NULL };
	bool json;
	int ret;

	json = command_json(cmd, argc, argv, 0, 1);
	ret = device_list_read(&d.all);
	if (ret) {
		msg_error(NULL, "%s", strerror(-ret));
		return EXIT_FAILED;
	}
	if (json)
		r.json = json_object_new_array();
	kernel_read(&d.kernel);
	find_hardware(&d);
	/* What the library has to say about a failure is part of the finding. */
	msg_library(WD_LOG_WARNING);
	examine(&r, &d, argv[optind]);
	ret = json ? conclude_json(&r) : EXIT_OK;
	if (!json)
		conclude(&r);
	device_list_free(&d.all);
	if (r.absent && ret == EXIT_OK)
		return EXIT_NO_DEVICE;
	return r.wrong ? EXIT_FAILED : ret;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.arguments = "[--json] [DEV]",
	.help = "find the first thing that is wrong, and what mends it",
	.options = "  -j, --json          as JSON\n",
	.run = run,
};
