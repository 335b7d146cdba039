/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether the device works: isolation, free queues, one real compression. */
#include <errno.h>
#include <string.h>

#include "doctor.h"

#define TRIAL_BYTES	(256u << 10)

/* A VF follows its PF, in this too. */
static const char *physical(const struct device *dev, char *address,
			    size_t bytes)
{
	if (dev->hw && dev->hw->is_vf &&
	    !read_link(address, bytes, "/sys/bus/pci/devices/%s/physfn",
		       dev->pci))
		return address;
	return dev->pci[0] ? dev->pci : "ADDRESS";
}

/* A reset ends isolation of a device that failed only; a new probe always. */
static void isolated(struct doctor *d)
{
	const struct device *dev = d->dev;
	const char *module = dev->hw ? dev->hw->module : "hisi_zip", *pf;
	char address[64];

	pf = physical(dev, address, sizeof(address));
	finding_wrong(d, "isolated",
		      "%s is isolated: it gets no new queues after more than %s errors in an hour, or one that could not be mended",
		      dev->name, text_of_number(dev->threshold));
	finding_log(d, NULL);
	finding_mend(d, "echo %s | sudo tee /sys/bus/pci/drivers/%s/unbind && echo %s | sudo tee /sys/bus/pci/drivers/%s/bind",
		     pf, module, pf, module);
}

static void in_error(struct doctor *d)
{
	char address[64];

	finding_wrong(d, "device-error",
		      "%s is in error, or just being reset", d->dev->name);
	finding_log(d, NULL);
	finding_mend(d, "echo 1 | sudo tee /sys/bus/pci/devices/%s/reset",
		     physical(d->dev, address, sizeof(address)));
}

void check_isolation(struct doctor *d)
{
	const struct device *dev = d->dev;

	if (number_is(dev->isolated, 1))
		isolated(d);
	else if (dev->state.known && dev->state.value < 0)
		in_error(d);
	else if (!dev->isolated.known)
		finding_unseen(d, "the kernel does not tell whether %s is isolated",
			       dev->name);
	else
		finding_good(d, "in service, isolated after errors an hour: %s",
			     number_is(dev->threshold, 0) ? "never" :
			     text_of_number(dev->threshold));
}

void check_queues(struct doctor *d)
{
	const struct device *dev = d->dev;
	struct usage usage;

	if (!dev->free.known) {
		finding_unseen(d, "the kernel does not tell how many queues are free");
		return;
	}
	if (dev->free.value > 0) {
		finding_good(d, "%lld free", dev->free.value);
		return;
	}
	usage_read(&usage, dev);
	finding_wrong(d, "no-free-queue", "all queues of %s are in use%s%s%s",
		      dev->name, usage.text[0] ? ": " : "", usage.text,
		      usage.partial ? " (processes of others cannot be seen, sudo shows them)" : "");
	finding_mend(d, "sudo fuser -v %s (and end who holds too many; more queues: pf_q_num of %s)",
		     dev->node, dev->hw ? dev->hw->module : "the module");
}

static void failed(struct doctor *d, const struct trial *t, int err)
{
	const char *name = d->dev->name;

	switch (-err) {
	case EBADMSG:
		finding_wrong(d, "compression-wrong",
			      "%s answered, but the data are wrong (%s)", name,
			      t->step);
		break;
	case ETIMEDOUT:
		finding_wrong(d, "compression-timeout",
			      "%s did not answer in time (%s)", name, t->step);
		break;
	case EBUSY:
		finding_wrong(d, "no-free-queue",
			      "no queue of %s could be had (%s)", name, t->step);
		break;
	case EACCES:
	case EPERM:
		finding_wrong(d, "permission-open", "%s: %s (%s)", d->dev->node,
			      strerror(-err), t->step);
		break;
	default:
		finding_wrong(d, "compression-failed", "%s: %s (%s)", name,
			      strerror(-err), t->step);
		break;
	}
	finding_log(d, NULL);
}

void check_compression(struct doctor *d)
{
	const struct device *dev = d->dev;
	struct trial t;
	int ret;

	if (!dev->emulated && !library_sees_root()) {
		finding_unseen(d, "WDCTL_ROOT is set: nothing is compressed there");
		return;
	}
	ret = trial_run(dev->name, WD_COMP_GZIP, TRIAL_BYTES, &t);
	if (!ret) {
		finding_good(d, "%zu bytes became %zu, and came back", t.bytes,
			     t.packed);
		return;
	}
	failed(d, &t, ret);
	if (dev->emulated)
		finding_mend(d, "sudo apt install --reinstall libwarpdrive1");
	else if (ret == -EBUSY)
		finding_mend(d, "sudo fuser -v %s", dev->node);
	else if (ret == -EACCES || ret == -EPERM)
		finding_mend(d, "ls -l %s; sudo dmesg | tail", dev->node);
	else
		finding_mend(d, "echo 1 | sudo tee /sys/bus/pci/devices/%s/reset && sudo dmesg | grep %s",
			     dev->pci, dev->pci);
}
