// SPDX-License-Identifier: GPL-2.0-only
/* What a driver need not implement. */
#include "device.h"

static unsigned int default_available(struct uacce_device *uacce)
{
	return 1;
}

static void default_put_queue(struct uacce_queue *q)
{
}

static int default_start_queue(struct uacce_queue *q)
{
	return 0;
}

static void default_stop_queue(struct uacce_queue *q)
{
}

static bool default_is_updated(struct uacce_queue *q)
{
	return false;
}

static int default_ioctl(struct uacce_queue *q, unsigned int cmd, void *arg)
{
	return -EINVAL;
}

static int default_state(struct uacce_device *uacce)
{
	return 0;
}

static bool default_isolate(struct uacce_device *uacce)
{
	return false;
}

static u32 default_get_isolate_threshold(struct uacce_device *uacce)
{
	return 0;
}

static int default_set_isolate_threshold(struct uacce_device *uacce, u32 errors)
{
	return -EPERM;
}

#define FILL(op) (filled->op = ops->op ?: default_##op)

void uacce_ops_fill(struct uacce_ops *filled, const struct uacce_ops *ops)
{
	filled->get_queue = ops->get_queue;
	FILL(available);
	FILL(put_queue);
	FILL(start_queue);
	FILL(stop_queue);
	FILL(is_updated);
	FILL(ioctl);
	FILL(state);
	FILL(isolate);
	FILL(get_isolate_threshold);
	FILL(set_isolate_threshold);
}
