/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "wdctl.h"

static const struct option longs[] = {
	{ "count", required_argument, NULL, 'c' },
	{ "help", no_argument, NULL, 'h' },
	{ "interval", required_argument, NULL, 'n' },
	{ "json", no_argument, NULL, 'j' },
	{ NULL, 0, NULL, 0 },
};

#define MAX_INTERVAL_S	86400

/**
 * struct watch - the command line
 * @device: NULL for all
 * @interval_s: seconds between two looks
 * @count: looks, 0 for no end
 */
struct watch {
	const char *device;
	unsigned long interval_s;
	unsigned long count;
	bool json;
};

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* A read that is under way is finished; sleeping is not. */
static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = stop };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static void now(char *text, size_t bytes)
{
	time_t t = time(NULL);
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(text, bytes, "%Y-%m-%dT%H:%M:%S%z", &tm);
}

static void look_json(const struct device *dev, const char *when)
{
	struct json_object *o = device_json(dev);

	json_object_object_add(o, "time", json_object_new_string(when));
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

static void look(const struct device *dev, const char *when)
{
	printf("%s  %-16s %-11s %6s %6s  %s\n", when, device_title(dev),
	       device_state(dev), text_of_number(dev->free),
	       text_of_number(usage_queues(dev)),
	       dev->state.known && dev->state.value < 0 ? "in error" :
	       number_is(dev->isolated, 1) ? "isolated" : "");
}

/* Return: devices that were shown, or -errno. */
static int look_at_all(const struct watch *w)
{
	struct device_list all;
	const struct device *dev;
	char when[40];
	int shown = 0, ret;

	ret = device_list_read(&all);
	if (ret)
		return ret;
	now(when, sizeof(when));
	for (unsigned int i = 0; i < all.nr; i++) {
		dev = &all.list[i];
		if (w->device && !device_is(dev, w->device))
			continue;
		shown++;
		if (w->json)
			look_json(dev, when);
		else
			look(dev, when);
	}
	device_list_free(&all);
	return shown;
}

/* A device that goes is news, one that never was a mistake. */
static int watch(const struct watch *w)
{
	bool was_there = false;
	int n;

	if (!w->json)
		printf("%-24s  %-16s %-11s %6s %6s\n", "TIME", "DEVICE", "STATE",
		       "FREE", "USED");
	for (unsigned long i = 0; !stopped && (!w->count || i < w->count); i++) {
		if (i)
			poll(NULL, 0, w->interval_s * 1000);
		if (stopped)
			break;
		n = look_at_all(w);
		if (n < 0 || (!n && !was_there))
			return msg_device(w->device, n < 0 ? n : -ENODEV);
		if (!n && !w->json)
			printf("%s is gone\n", w->device);
		was_there = true;
		if (fflush(stdout))
			return EXIT_FAILED;
	}
	return EXIT_OK;
}

static int run(const struct command *cmd, int argc, char **argv)
{
	struct watch w = { .interval_s = 2 };
	int c;

	while ((c = getopt_long(argc, argv, "c:hjn:", longs, NULL)) != -1) {
		if (c == 'c')
			w.count = command_number(cmd, "count", optarg, 1,
						 INT_MAX);
		else if (c == 'n')
			w.interval_s = command_number(cmd, "interval", optarg, 1,
						      MAX_INTERVAL_S);
		else if (c == 'j')
			w.json = true;
		else
			command_other(cmd, c);
	}
	command_arguments(cmd, argc, 0, 1);
	w.device = argv[optind];
	catch_signals();
	return watch(&w);
}

const struct command cmd_watch = {
	.name = "watch",
	.arguments = "[DEV]",
	.help = "show again and again what changes",
	.options =
	"  -n, --interval=S    look every S seconds (2)\n"
	"  -c, --count=N       look N times, then end\n"
	"  -j, --json          one JSON object a line\n",
	.run = run,
};
