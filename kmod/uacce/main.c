// SPDX-License-Identifier: GPL-2.0-only
/* Devices: allocation, registration, removal; the class and its numbers. */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "device.h"
#include "mode.h"
#include "version.h"

static struct class uacce_class = {
	.name = "uacce",
	.dev_groups = uacce_groups,
};

#define MINORS	(MINORMASK + 1)

/* The ABI knows them, this module does not yet. */
#define UNSUPPORTED_MODES	(UACCE_DEV_PASID | UACCE_DEV_SHARE_DOMAIN)

static dev_t first_devt;
static DEFINE_IDA(ids);

static void device_release(struct device *dev)
{
	struct uacce_device *uacce = container_of(dev, struct uacce_device, dev);

	ida_free(&ids, uacce->id);
	mutex_destroy(&uacce->lock);
	kfree(uacce);
}

static bool params_valid(const struct uacce_params *params)
{
	return params->name && params->algorithms && params->api &&
	       params->ops && params->ops->get_queue && params->dus_bytes &&
	       PAGE_ALIGNED(params->dus_bytes);
}

static void device_setup(struct uacce_device *uacce, struct device *parent,
			 const struct uacce_params *params)
{
	uacce->parent = parent;
	uacce->params = *params;
	uacce_ops_fill(&uacce->ops, params->ops);
	mutex_init(&uacce->lock);
	INIT_LIST_HEAD(&uacce->queues);
	device_initialize(&uacce->dev);
	uacce->dev.class = &uacce_class;
	uacce->dev.parent = parent;
	uacce->dev.devt = first_devt + uacce->id;
	uacce->dev.release = device_release;
	set_dev_node(&uacce->dev, dev_to_node(parent));
}

struct uacce_device *uacce_alloc(struct device *parent,
				 const struct uacce_params *params)
{
	struct uacce_device *uacce;
	int ret;

	if (!params_valid(params))
		return ERR_PTR(-EINVAL);
	uacce = kzalloc(sizeof(*uacce), GFP_KERNEL);
	if (!uacce)
		return ERR_PTR(-ENOMEM);
	uacce->id = ida_alloc_max(&ids, MINORMASK, GFP_KERNEL);
	if (uacce->id < 0) {
		ret = uacce->id;
		kfree(uacce);
		return ERR_PTR(ret);
	}
	device_setup(uacce, parent, params);
	ret = dev_set_name(&uacce->dev, "%s-%d", params->name, uacce->id);
	if (ret)
		goto err;
	uacce->mode = uacce_mode_choose(parent, params->flags);
	if (!uacce->mode) {
		ret = params->flags & UNSUPPORTED_MODES ? -EOPNOTSUPP : -ENODEV;
		goto err;
	}
	snprintf(uacce->api, sizeof(uacce->api), "%s%s", params->api,
		 uacce->mode->flags & UACCE_DEV_NOIOMMU ? "_noiommu" : "");
	return uacce;
err:
	put_device(&uacce->dev);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_GPL(uacce_alloc);

u32 uacce_flags(const struct uacce_device *uacce)
{
	return uacce->mode->flags;
}
EXPORT_SYMBOL_GPL(uacce_flags);

void *uacce_priv(const struct uacce_device *uacce)
{
	return uacce->params.priv;
}
EXPORT_SYMBOL_GPL(uacce_priv);

const char *uacce_name(const struct uacce_device *uacce)
{
	return dev_name(&uacce->dev);
}
EXPORT_SYMBOL_GPL(uacce_name);

int uacce_register(struct uacce_device *uacce)
{
	int ret;

	cdev_init(&uacce->cdev, &uacce_fops);
	uacce->cdev.owner = THIS_MODULE;
	ret = cdev_device_add(&uacce->cdev, &uacce->dev);
	uacce->is_registered = !ret;
	return ret;
}
EXPORT_SYMBOL_GPL(uacce_register);

void uacce_remove(struct uacce_device *uacce)
{
	struct uacce_queue *q;

	if (!uacce)
		return;
	mutex_lock(&uacce->lock);
	uacce->is_dead = true;
	list_for_each_entry(q, &uacce->queues, node)
		uacce_queue_kill(q);
	/* Queues share memory: the last one has to be dead before any is taken. */
	list_for_each_entry(q, &uacce->queues, node)
		uacce_queue_detach(q);
	mutex_unlock(&uacce->lock);
	if (uacce->is_registered)
		cdev_device_del(&uacce->cdev, &uacce->dev);
	if (uacce->mode->exit)
		uacce->mode->exit(uacce->parent);
	put_device(&uacce->dev);
}
EXPORT_SYMBOL_GPL(uacce_remove);

static int __init uacce_init(void)
{
	int ret = alloc_chrdev_region(&first_devt, 0, MINORS, "uacce");

	if (ret)
		return ret;
	ret = class_register(&uacce_class);
	if (ret)
		unregister_chrdev_region(first_devt, MINORS);
	return ret;
}

static void __exit uacce_exit(void)
{
	class_unregister(&uacce_class);
	unregister_chrdev_region(first_devt, MINORS);
	ida_destroy(&ids);
}

module_init(uacce_init);
module_exit(uacce_exit);

MODULE_DESCRIPTION("Accelerator queues for user space");
MODULE_VERSION(WD_KMOD_VERSION);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("WarpDrive maintainers");
