/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Queue pairs: memory, start, stop. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emu_function_private.h"
#include "hisi_zip_hw.h"

#define PF	0

size_t emu_dus_bytes(unsigned int depth)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t rings = (size_t)depth *
		       (HISI_ZIP_SQE_BYTES + sizeof(struct hisi_qm_cqe));

	return (rings + page - 1) / page * page + page;
}

static void *cq_of(const struct emu_qp *qp)
{
	return (char *)qp->dus + (size_t)qp->func->depth * HISI_ZIP_SQE_BYTES;
}

static uint32_t *flag_of(struct emu_qp *qp, unsigned int from_end)
{
	return (uint32_t *)((char *)qp->dus + qp->dus_bytes - from_end);
}

uint32_t *emu_qp_tx_stop(struct emu_qp *qp)
{
	return flag_of(qp, HISI_QM_DUS_TX_STOP_FROM_END);
}

uint32_t *emu_qp_rx_stop(struct emu_qp *qp)
{
	return flag_of(qp, HISI_QM_DUS_RX_STOP_FROM_END);
}

static int map_memory(struct emu_qp *qp, bool use_memfd)
{
	int flags = use_memfd ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
	int ret;

	qp->dus_fd = -1;
	if (use_memfd) {
		qp->dus_fd = memfd_create("wd-queue", MFD_CLOEXEC);
		if (qp->dus_fd < 0)
			return -errno;
		if (ftruncate(qp->dus_fd, qp->dus_bytes)) {
			ret = -errno;
			goto close_fd;
		}
	}
	qp->dus = mmap(NULL, qp->dus_bytes, PROT_READ | PROT_WRITE, flags,
		       qp->dus_fd, 0);
	if (qp->dus == MAP_FAILED) {
		ret = -ENOMEM;
		goto close_fd;
	}
	/* As the kernel's mappings: a child must not reach the device. */
	madvise(qp->dus, qp->dus_bytes, MADV_DONTFORK);
	return 0;

close_fd:
	if (qp->dus_fd >= 0)
		close(qp->dus_fd);
	return ret;
}

int emu_qp_alloc(struct emu_function *func, struct emu_qp **qp)
{
	struct emu_qp *new;
	unsigned int qn;
	int ret;

	if (func->is_broken)
		return -EIO;
	for (qn = 0; qn < func->queues && func->qps[qn]; qn++)
		;
	if (qn == func->queues)
		return -EBUSY;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->func = func;
	new->qn = qn;
	new->dus_bytes = emu_dus_bytes(func->depth);
	ret = map_memory(new, func->config.use_memfd);
	if (ret) {
		free(new);
		return ret;
	}
	func->qps[qn] = new;
	func->free_queues--;
	*qp = new;
	return 0;
}

void emu_qp_free(struct emu_qp *qp)
{
	struct emu_function *func = qp->func;

	emu_qp_stop(qp);
	func->qps[qp->qn] = NULL;
	func->free_queues++;
	munmap(qp->dus, qp->dus_bytes);
	if (qp->dus_fd >= 0)
		close(qp->dus_fd);
	free(qp);
}

int emu_qp_set_ctx(struct emu_qp *qp, struct hisi_qp_ctx *ctx)
{
	if (ctx->qc_type > HISI_ZIP_ALG_DECOMPRESS)
		return -EINVAL;
	qp->qc_type = ctx->qc_type;
	ctx->id = qp->qn;
	return 0;
}

void emu_qp_get_info(const struct emu_qp *qp, struct hisi_qp_info *info)
{
	*info = (struct hisi_qp_info){
		.sqe_size = HISI_ZIP_SQE_BYTES,
		.sq_depth = qp->func->depth,
		.cq_depth = qp->func->depth,
	};
}

/* 4.1: V1 has the depth where later ones have the doorbell's random value. */
static void fill_sqc(const struct emu_qp *qp, struct hisi_qm_sqc *sqc)
{
	const struct emu_function *func = qp->func;
	uint64_t base = emu_dma(qp->dus);
	uint32_t elem = HISI_ZIP_SQE_LOG2 << HISI_QM_QC_ELEM_LOG2_SHIFT;
	bool has_pasid = func->config.pasid != HISI_QM_MODEL_NO_PASID;

	*sqc = (struct hisi_qm_sqc){
		.base_l = (uint32_t)base,
		.base_h = base >> 32,
		.dw3 = elem,
		.cq_num = qp->qn,
		.w13 = HISI_QM_SQC_ORDERS << HISI_QM_SQC_ORDERS_SHIFT |
		       qp->qc_type << HISI_QM_SQC_ALG_SHIFT,
	};
	if (func->config.revision == HISI_QM_REV_V1)
		sqc->w8 = func->depth - 1;
	else
		sqc->dw3 |= func->depth - 1;
	if (has_pasid)
		sqc->pasid = func->config.pasid;
	if (has_pasid && func->config.revision >= HISI_QM_REV_V3)
		sqc->w11 = HISI_QM_SQC_PASID_VALID;
}

static void fill_cqc(const struct emu_qp *qp, struct hisi_qm_cqc *cqc)
{
	const struct emu_function *func = qp->func;
	uint64_t base = emu_dma(cq_of(qp));
	uint32_t elem = HISI_QM_CQE_LOG2 << HISI_QM_QC_ELEM_LOG2_SHIFT;
	bool has_pasid = func->config.pasid != HISI_QM_MODEL_NO_PASID;

	*cqc = (struct hisi_qm_cqc){
		.base_l = (uint32_t)base,
		.base_h = base >> 32,
		.dw3 = elem,
		.dw6 = HISI_QM_CQC_PHASE | HISI_QM_CQC_ARMED,
	};
	if (func->config.revision == HISI_QM_REV_V1)
		cqc->w8 = func->depth - 1;
	else
		cqc->dw3 |= func->depth - 1;
	if (has_pasid)
		cqc->pasid = func->config.pasid;
	if (has_pasid && func->config.revision >= HISI_QM_REV_V3)
		cqc->w11 = HISI_QM_CQC_PASID_VALID;
}

static int install(struct emu_qp *qp)
{
	struct emu_xqc *xqc = qp->func->xqc;
	int ret;

	ret = emu_mailbox(qp->func, HISI_QM_MB_SQC, qp->qn,
			  emu_dma(&xqc->sqc));
	if (ret)
		return ret;
	return emu_mailbox(qp->func, HISI_QM_MB_CQC, qp->qn,
			   emu_dma(&xqc->cqc));
}

int emu_qp_start(struct emu_qp *qp)
{
	struct emu_xqc *xqc = qp->func->xqc;
	int ret;

	if (qp->is_dead || qp->func->is_broken)
		return -EIO;
	if (qp->is_started)
		return -EBUSY;
	/* A restart begins with phase 1 again, so none may be left over. */
	memset(cq_of(qp), 0, qp->func->depth * sizeof(struct hisi_qm_cqe));
	fill_sqc(qp, &xqc->sqc);
	fill_cqc(qp, &xqc->cqc);
	ret = install(qp);
	if (!ret)
		qp->is_started = true;
	return ret;
}

/*
 * A kernel driver drains the queue here (5.6), with the mailbox busy for as long
 * as that takes. Nobody wants these answers any more, and the memory of the
 * queue is going away: give the device empty rings in memory that stays, which
 * drops what was not fetched, and let a late doorbell miss (5.8).
 */
static void install_closed(struct emu_qp *qp)
{
	struct emu_function *func = qp->func;
	struct emu_xqc *xqc = func->xqc;
	uint64_t base = emu_dma(func->tables);

	fill_sqc(qp, &xqc->sqc);
	fill_cqc(qp, &xqc->cqc);
	xqc->sqc.base_l = xqc->cqc.base_l = (uint32_t)base;
	xqc->sqc.base_h = xqc->cqc.base_h = base >> 32;
	xqc->sqc.w13 = HISI_QM_SQC_CLOSED;
	if (func->config.revision != HISI_QM_REV_V1) {
		xqc->sqc.w8 = HISI_QM_QC_POISON;
		xqc->cqc.w8 = HISI_QM_QC_POISON;
	}
	install(qp);
}

void emu_qp_stop(struct emu_qp *qp)
{
	if (!qp->is_started)
		return;
	qp->is_started = false;
	install_closed(qp);
}

void emu_qp_kill(struct emu_qp *qp)
{
	struct emu_function *func = qp->func;

	if (qp->is_dead)
		return;
	qp->is_dead = true;
	__atomic_store_n(emu_qp_tx_stop(qp), 1, __ATOMIC_RELEASE);
	emu_qp_stop(qp);
	__atomic_store_n(emu_qp_rx_stop(qp), 1, __ATOMIC_RELEASE);
	func->config.died(func->config.arg, qp);
}

/* 4.7, 2.7: the queue's own page with isolation, else the function's. */
void emu_qp_doorbell(struct emu_qp *qp, uint32_t offset, uint64_t value)
{
	struct emu_function *func = qp->func;
	uint64_t at = offset;

	if (func->is_isolated)
		at += (uint64_t)qp->qn * HISI_QM_ISO_STRIDE;
	hisi_qm_model_mmio_write(func->config.model, PF,
				 func->is_isolated ? 4 : 2, at, &value,
				 sizeof(value));
}

/* 4.7 */
bool emu_qp_is_arming(const struct emu_qp *qp, uint64_t value)
{
	unsigned int shift = HISI_QM_DB_V2_CMD_SHIFT;

	if (qp->func->config.revision == HISI_QM_REV_V1)
		shift = HISI_QM_DB_V1_CMD_SHIFT;
	return (value >> shift & HISI_QM_DB_V2_CMD_MASK) == HISI_QM_DB_CQ &&
	       value >> HISI_QM_DB_PRIORITY_SHIFT;
}
