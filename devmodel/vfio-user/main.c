/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* hisi-zip-emu: a HiSilicon ZIP accelerator for a virtual machine. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "control.h"
#include "control_send.h"
#include "options.h"
#include "pf_setup.h"
#include "report.h"
#include "vfu_server.h"

enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

static struct vfu_server *running;

static void handle_signal(int signal)
{
	(void)signal;
	vfu_server_stop(running);
}

static void catch_signals(struct vfu_server *server)
{
	struct sigaction action = { .sa_handler = handle_signal };

	running = server;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	/* A reader of the trace that goes away is no reason to end. */
	signal(SIGPIPE, SIG_IGN);
}

/* Nobody has the PF: what its driver does before VFs are used. */
static void set_up_vfs(void *arg, struct vfu_device *dev)
{
	const struct hisi_qm_model_config *config =
		vfu_device_model_config(dev);
	int ret = pf_setup_device(dev, config->revision);

	(void)arg;
	if (!ret)
		ret = pf_setup_vfs(dev, config->revision, config->vfs,
				   config->vfs);
	if (ret)
		vfu_device_log(dev, VFU_LOG_ERROR, "VFs have no queues: %s",
			       ret == -ETIMEDOUT ?
			       "the memories cannot be initialised, end that fault and reset" :
			       strerror(-ret));
}

static bool inject(struct vfu_server *server, const struct options *o)
{
	struct vfu_device *dev = vfu_server_device(server);
	unsigned int i;

	for (i = 0; i < o->fault_count; i++) {
		const struct fault_setting *f = &o->faults[i];
		const struct fault_info *info = fault_info_of(f->fault);

		if (!vfu_device_inject(dev, f->fault, true, f->arg))
			continue;
		vfu_device_log(dev, VFU_LOG_ERROR,
			       "--inject: %s: the device has no %s %u",
			       info->name, info->arg ? info->arg : "", f->arg);
		return false;
	}
	return true;
}

static bool take_commands(struct vfu_server *server, const struct options *o,
			  struct control **control)
{
	const struct control_config config = {
		.server = server,
		.path = o->control_path,
		.faults = o->faults,
		.fault_count = o->fault_count,
		.set_up = o->show_pf ? NULL : set_up_vfs,
	};

	return !o->control_path || !control_create(&config, control);
}

static int serve(const struct options *o, struct report *report)
{
	const struct vfu_server_config config = {
		.device = {
			.model = o->model,
			.workers = o->workers,
			.log = report_log,
			.trace = o->is_traced ? report_trace : NULL,
			.arg = report,
		},
		.socket_path = o->socket_path,
		.show_first_vf_at_path = !o->show_pf,
		.vfs = o->model.vfs,
		.once = o->is_once,
		.power_on = o->show_pf ? NULL : set_up_vfs,
	};
	struct control *control = NULL;
	struct vfu_server *server;
	int status = EXIT_FAILED;

	/* What goes wrong below has been said by who knows it. */
	if (vfu_server_create(&config, &server))
		return EXIT_FAILED;
	catch_signals(server);
	if (inject(server, o) && take_commands(server, o, &control))
		status = vfu_server_run(server) ? EXIT_FAILED : EXIT_OK;
	control_destroy(control);
	vfu_server_destroy(server);
	return status;
}

static int run(const struct options *o)
{
	struct report report;
	int ret = report_open(&report, o->is_verbose, o->is_traced,
			      o->trace_path);
	int status;

	if (ret) {
		fprintf(stderr, "hisi-zip-emu: --trace: '%s': %s\n",
			o->trace_path, strerror(-ret));
		return EXIT_FAILED;
	}
	status = serve(o, &report);
	if (report_close(&report)) {
		fprintf(stderr, "hisi-zip-emu: the trace could not be written to the end\n");
		status = EXIT_FAILED;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct options o;

	switch (options_parse(argc, argv, &o, stdout, stderr)) {
	case OPTIONS_SERVE:
		return run(&o);
	case OPTIONS_SEND:
		return control_send(o.send_path, o.words, stdout, stderr);
	case OPTIONS_DONE:
		return fflush(stdout) ? EXIT_FAILED : EXIT_OK;
	default:
		return EXIT_USAGE;
	}
}
