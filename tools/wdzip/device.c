/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "wdzip.h"

#define MAX_QUEUES	64

/* Two queues keep an engine busy; more would be taken from others. */
#define HARDWARE_QUEUES	2

#define LEAST_RESERVE_BYTES	(8u << 20)

static const struct options *opt;
static struct wd_queue_info current;
static bool told;

static void on_log(void *arg, enum wd_log_level level, const char *text)
{
	(void)arg;
	(void)level;
	/* The exit code follows from what the call returns, not from here. */
	progress_hide();
	fprintf(stderr, "wdzip: %s\n", text);
}

void device_init(const struct options *o)
{
	opt = o;
	wd_log_set(on_log, NULL, o->verbose > 1 ? WD_LOG_INFO :
		   o->verbose ? WD_LOG_WARNING : WD_LOG_ERROR);
}

static unsigned int cpus(void)
{
	cpu_set_t set;
	int n = 1;

	if (!sched_getaffinity(0, sizeof(set), &set))
		n = CPU_COUNT(&set);
	return n < MAX_QUEUES ? n : MAX_QUEUES;
}

/* The device that a session would get, as far as can be known beforehand. */
static bool will_be_emulated(void)
{
	struct wd_device_info *list;
	bool emulated = true;
	int n;

	if (strcmp(opt->device, WD_DEVICE_AUTO))
		return !strcmp(opt->device, WD_DEVICE_EMU);
	n = wd_device_list_get(&list);
	if (n < 0)
		return true;
	for (int i = 0; i < n && emulated; i++)
		emulated = list[i].emulated || list[i].isolated ||
			   !list[i].driver[0] || !list[i].available_instances;
	wd_device_list_free(list);
	return emulated;
}

unsigned int device_queues(void)
{
	if (opt->queues)
		return opt->queues;
	return will_be_emulated() ? cpus() : HARDWARE_QUEUES;
}

static void tell_built_in(void)
{
	struct wd_device_info *list;
	const char *name = NULL;
	int n;

	if (told || strcmp(opt->device, WD_DEVICE_AUTO) ||
	    !current.device.emulated)
		return;
	told = true;
	n = wd_device_list_get(&list);
	for (int i = 0; i < n && !name; i++)
		if (!list[i].emulated)
			name = list[i].name;
	if (name)
		msg_note("%s cannot be used now (wdzip -v says why), using the built-in device",
			 name);
	else
		msg_note("no accelerator found, using the built-in device");
	if (n >= 0)
		wd_device_list_free(list);
}

static void list_devices(void)
{
	struct wd_device_info *list;
	int n = wd_device_list_get(&list);

	if (n < 0)
		return;
	msg_line("wdzip: devices of this machine: auto");
	for (int i = 0; i < n; i++)
		msg_line(", %s", list[i].name);
	msg_line("\n");
	wd_device_list_free(list);
}

static void open_error(int err)
{
	if (err == -ENODEV) {
		msg_error(opt->device, "no such device, or it cannot do this format");
		list_devices();
		return;
	}
	device_error(strcmp(opt->device, WD_DEVICE_AUTO) ? opt->device : NULL,
		     err);
}

void device_error(const char *name, int err)
{
	switch (-err) {
	case EACCES:
		msg_error(name, "the device file may not be opened: add yourself to the group uacce (adduser USER uacce, then log in again), or use --device emu");
		break;
	case EBUSY:
		msg_error(name, "all queues of the device are in use: try again later, or use --device emu");
		break;
	case ENOTSUP:
		msg_error(name, "the device speaks an interface that this version does not know: update libwarpdrive, or use --device emu");
		break;
	case EIO:
	case ENODEV:
		msg_error(name, "the device failed and there is no other (the kernel log may say why): use --device emu");
		break;
	case ETIMEDOUT:
		msg_error(name, "the device did not answer in time: use --device emu");
		break;
	case EBADMSG:
		msg_error(name, "invalid compressed data--crc error");
		break;
	case EILSEQ:
		msg_error(name, "invalid compressed data--format violated");
		break;
	case ENODATA:
		msg_error(name, "unexpected end of file");
		break;
	default:
		msg_errno(name, -err);
		break;
	}
}

/* Few free queues, or little memory for the device, are better than none. */
static bool want_less(struct wd_comp_params *p, int err)
{
	if (err == -EBUSY && p->queues > 1 && !opt->queues) {
		p->queues /= 2;
		return true;
	}
	if (err == -ENOMEM && p->bounce_bytes > LEAST_RESERVE_BYTES) {
		p->bounce_bytes /= 2;
		return true;
	}
	return false;
}

int device_open(struct wd_comp_params *p, struct wd_comp_session **session)
{
	struct wd_comp_session *s;
	int ret;

	p->device = opt->device;
	/* Threads of the library must not be the ones that take a signal. */
	output_block_signals(true);
	ret = wd_comp_session_alloc(p, &s);
	while (ret && want_less(p, ret))
		ret = wd_comp_session_alloc(p, &s);
	output_block_signals(false);
	if (ret) {
		open_error(ret);
		return ret;
	}
	ret = wd_comp_session_get_info(s, &current);
	if (ret) {
		wd_comp_session_free(s);
		open_error(ret);
		return ret;
	}
	tell_built_in();
	*session = s;
	return 0;
}

const char *device_name(void)
{
	return current.device.name;
}
