// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module parameters. They are checked when they are set: a wrong one stops
 * modprobe, and the log says which and what it could be.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "hisi_qm.h"
#include "hisi_zip_hw.h"
#include "params.h"

#define PF_QUEUES_MIN		2
#define PF_QUEUES_DEFAULT	64
#define USER_QUEUES_DEFAULT	16

/**
 * struct zip_param - a number with limits
 * @name: of the parameter
 * @value: current
 * @min: smallest
 * @max: largest
 */
struct zip_param {
	const char *name;
	unsigned int value;
	unsigned int min;
	unsigned int max;
};

static int param_set(const char *text, const struct kernel_param *kp)
{
	struct zip_param *param = kp->arg;
	unsigned int value;
	int ret;

	ret = kstrtouint(text, 0, &value);
	if (!ret && (value < param->min || value > param->max))
		ret = -ERANGE;
	if (ret) {
		pr_err("hisi_zip: %s=%s: must be a number from %u to %u\n",
		       param->name, text, param->min, param->max);
		return ret;
	}
	param->value = value;
	return 0;
}

static int param_get(char *text, const struct kernel_param *kp)
{
	const struct zip_param *param = kp->arg;

	return sysfs_emit(text, "%u\n", param->value);
}

static const struct kernel_param_ops param_ops = {
	.set = param_set,
	.get = param_get,
};

#define ZIP_PARAM(param, initial, low, high, text) \
	static struct zip_param param = { \
		.name = #param, \
		.value = initial, \
		.min = low, \
		.max = high, \
	}; \
	module_param_cb(param, &param_ops, &param, 0444); \
	MODULE_PARM_DESC(param, text)

ZIP_PARAM(uacce_mode, HISI_QM_UACCE_NONE, HISI_QM_UACCE_NONE, HISI_QM_UACCE_ANY,
	  "user space queues: 0 none, 1 if processes are isolated from one another, 2 also if they are not (default 0)");
/* What the device really has is checked against it when it is probed. */
ZIP_PARAM(pf_q_num, PF_QUEUES_DEFAULT, PF_QUEUES_MIN, HISI_QM_V1_QUEUES,
	  "queues that the physical function keeps, 2 to 4096 on V1, 2 to 1024 later (default 64)");
ZIP_PARAM(user_q_num, USER_QUEUES_DEFAULT, 0, HISI_QM_V1_QUEUES,
	  "queues of each function that kernel compression leaves to user space, but not more than half of them; nothing where user space can't have any (default 16)");
ZIP_PARAM(vfs_num, 0, 0, HISI_QM_MAX_VFS,
	  "virtual functions to enable at once, 0 to 63 (default 0)");
ZIP_PARAM(perf_mode, 0, 0, 1,
	  "compression: 0 better ratio, 1 more throughput (default 0)");
ZIP_PARAM(sgl_sge_nr, 10, 1, HISI_ZIP_SGL_MAX_ENTRIES,
	  "pieces of memory in a kernel request, 1 to 255; more are handled in software (default 10)");
ZIP_PARAM(unsafe_mmio, 0, 0, 1,
	  "1: map doorbells to user space although their page holds registers of all queues (default 0)");

struct hisi_qm_options zip_params_options(void)
{
	return (struct hisi_qm_options) {
		.uacce_mode = uacce_mode.value,
		.pf_queues = pf_q_num.value,
		.vfs = vfs_num.value,
		.user_queues = user_q_num.value,
		.unsafe_mmio = unsafe_mmio.value,
	};
}

bool zip_params_high_perf(void)
{
	return perf_mode.value;
}

unsigned int zip_params_sgl_entries(void)
{
	return sgl_sge_nr.value;
}
