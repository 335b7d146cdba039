/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The way to the guest's memory. */
#include <errno.h>

#include "qm_priv.h"

/* An address range that wraps around would surprise any host. */
static bool range_valid(uint64_t addr, size_t len)
{
	return !len || addr <= UINT64_MAX - (len - 1);
}

bool hisi_qm_model_ring_read(struct hisi_qm_model *model, unsigned int func,
			     uint64_t addr, void *buf, size_t len)
{
	if (!hisi_qm_model_can_run(model))
		return false;
	if (range_valid(addr, len) &&
	    !model->host.dma_read(model->host.opaque, func,
				  HISI_QM_MODEL_NO_PASID, addr, buf, len))
		return true;
	qm_guest_error(model, "function %u: cannot read %zu bytes at 0x%llx",
		       func, len, (unsigned long long)addr);
	hisi_qm_model_error(model, HISI_QM_ABN_AXI_READ);
	return false;
}

bool hisi_qm_model_ring_write(struct hisi_qm_model *model, unsigned int func,
			      uint64_t addr, const void *buf, size_t len)
{
	if (!hisi_qm_model_can_run(model))
		return false;
	if (range_valid(addr, len) &&
	    !model->host.dma_write(model->host.opaque, func,
				   HISI_QM_MODEL_NO_PASID, addr, buf, len))
		return true;
	qm_guest_error(model, "function %u: cannot write %zu bytes at 0x%llx",
		       func, len, (unsigned long long)addr);
	hisi_qm_model_error(model, HISI_QM_ABN_AXI_WRITE);
	return false;
}

/* Takes one from the count of accesses that are to fail; any thread. */
static bool take_fault(struct qm_faults *faults)
{
	unsigned int left = atomic_load(&faults->dma);

	while (left)
		if (atomic_compare_exchange_weak(&faults->dma, &left, left - 1))
			return true;
	return false;
}

static int task_error(struct hisi_qm_model *model, uint64_t addr, size_t len)
{
	if (atomic_load(&model->faults.removed))
		return -ENODEV;
	if (take_fault(&model->faults) || !range_valid(addr, len))
		return -EFAULT;
	return 0;
}

int hisi_qm_model_task_read(struct hisi_qm_model_task *task, uint64_t addr,
			    void *buf, size_t len)
{
	struct hisi_qm_model *model = task->model;
	int ret = task_error(model, addr, len);

	if (ret || !len)
		return ret;
	return model->host.dma_read(model->host.opaque, task->func,
				    task->pasid, addr, buf, len);
}

int hisi_qm_model_task_write(struct hisi_qm_model_task *task, uint64_t addr,
			     const void *buf, size_t len)
{
	struct hisi_qm_model *model = task->model;
	int ret = task_error(model, addr, len);

	if (ret || !len)
		return ret;
	return model->host.dma_write(model->host.opaque, task->func,
				     task->pasid, addr, buf, len);
}

/* NULL sends the engine to read and write, where injected faults wait. */
void *hisi_qm_model_task_map(struct hisi_qm_model_task *task, uint64_t addr,
			     size_t len, bool is_write)
{
	struct hisi_qm_model *model = task->model;

	if (!model->host.dma_map || !len || !range_valid(addr, len) ||
	    atomic_load(&model->faults.dma) ||
	    atomic_load(&model->faults.removed))
		return NULL;
	return model->host.dma_map(model->host.opaque, task->func, task->pasid,
				   addr, len, is_write);
}

void hisi_qm_model_task_unmap(struct hisi_qm_model_task *task, void *ptr,
			      size_t len, bool is_write)
{
	struct hisi_qm_model *model = task->model;

	model->host.dma_unmap(model->host.opaque, ptr, len, is_write);
}
