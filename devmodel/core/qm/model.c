/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Life cycle of a model and of its workers. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qm_priv.h"

#define V3_DEFAULT_QUEUES	256
#define V3_MAX_QUEUES		2047	/* 2.2.4: an 11-bit field */
#define V3_MAX_FUNC_QUEUES	1024	/* 2.4: a 10-bit field, less one */
#define PF_BAR2_BYTES		0x400000
#define VF_BAR2_BYTES		0x10000

/* What a driver assumes when the version in 0x3100 is zero, 2.6. */
#define V3_FEATURES \
	(HISI_QM_CAP_QOS | HISI_QM_CAP_STOP_QP | HISI_QM_CAP_STOP_FUNC | \
	 HISI_QM_CAP_MSG | HISI_QM_CAP_RPM_PF | HISI_QM_CAP_SVA_PREFETCH)

/* hisi-zip 10.2, the QM's part: 0x3100 to 0x3120 */
static const uint32_t v3_caps[] = {
	0x00000601, 0x04000800, 0x04000400, 0x00010000, 0x00010001,
	0x00010003, 0x00000000, 0x00040003, 0x00000014,
};

#define V3_CAPS	(sizeof(v3_caps) / sizeof(v3_caps[0]))

static const int default_vectors[][QM_VECTORS] = {
	{ 0, -1, -1, -1 },	/* V1 */
	{ 0, 1, -1, 3 },	/* V2 */
	{ 0, 1, 2, 3 },		/* V3 */
};

void hisi_qm_model_log(struct hisi_qm_model *model,
		       enum hisi_qm_model_log_level level, const char *fmt, ...)
{
	char text[256];
	va_list args;

	if (!model->host.log)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	model->host.log(model->host.opaque, level, text);
}

uint32_t hisi_qm_model_cap(const struct hisi_qm_model *model, uint32_t offset)
{
	unsigned int i = (offset - HISI_QM_CAP_FIRST) / 4;

	if (!qm_is(model, HISI_QM_REV_V3))
		return 0;
	if (model->config.cap_override & (1u << i))
		return model->config.cap[i];
	if (i < V3_CAPS)
		return v3_caps[i];
	return model->ops->cap(model->engine, offset);
}

/* Nothing runs and no ring is touched once the bus master is shut, 2.3. */
bool hisi_qm_model_can_run(const struct hisi_qm_model *model)
{
	return !atomic_load(&model->faults.removed) &&
	       !model->dev.shut_by_error && !model->dev.shut_by_software &&
	       !model->ops->is_dead(model->engine);
}

static bool engine_valid(const struct hisi_qm_model_engine *ops)
{
	return ops && ops->create && ops->destroy && ops->reset && ops->cap &&
	       ops->mmio_read && ops->mmio_write && ops->is_dead &&
	       ops->prepare && ops->run && ops->finish && ops->worker_create &&
	       ops->worker_destroy && ops->sqe_bytes >= 16 &&
	       ops->sqe_bytes <= HISI_QM_MODEL_SQE_MAX &&
	       !(ops->sqe_bytes & (ops->sqe_bytes - 1));
}

static bool config_valid(const struct hisi_qm_model_config *config,
			 const struct hisi_qm_model_host *host)
{
	bool v3 = config->revision == HISI_QM_REV_V3;

	if (!engine_valid(config->engine))
		return false;
	if (!host->dma_read || !host->dma_write || !host->raise_irq ||
	    !host->dma_map != !host->dma_unmap)
		return false;
	if (!v3 && config->revision != HISI_QM_REV_V1 &&
	    config->revision != HISI_QM_REV_V2)
		return false;
	if (!v3 && (config->queues || config->isolation ||
		    config->cap_override))
		return false;
	return config->queues <= V3_MAX_QUEUES &&
	       config->vfs <= HISI_QM_MAX_VFS;
}

/* An interrupt's capability: type above, 0 is none, vector below, 2.6. */
static int cap_vector(const struct hisi_qm_model *model, uint32_t offset,
		      uint32_t type_mask)
{
	uint32_t cap = hisi_qm_model_cap(model, offset);

	return (cap >> 16) & type_mask ? (int)(cap & 0xffff) : -1;
}

static void size_up(struct hisi_qm_model *model)
{
	unsigned int queues = model->config.queues;
	unsigned int i;

	model->nfuncs = model->config.vfs + 1;
	switch (model->config.revision) {
	case HISI_QM_REV_V1:
		model->nqueues = HISI_QM_V1_QUEUES;
		model->func_queues = HISI_QM_V1_QUEUES;
		i = 0;
		break;
	case HISI_QM_REV_V2:
		model->nqueues = HISI_QM_V2_QUEUES;
		model->func_queues = HISI_QM_V2_QUEUES;
		i = 1;
		break;
	default:
		model->nqueues = queues ? queues : V3_DEFAULT_QUEUES;
		model->func_queues = model->nqueues < V3_MAX_FUNC_QUEUES ?
				     model->nqueues : V3_MAX_FUNC_QUEUES;
		i = 2;
		break;
	}
	memcpy(model->vector, default_vectors[i], sizeof(model->vector));
}

static void learn_caps(struct hisi_qm_model *model)
{
	uint32_t cap = hisi_qm_model_cap(model, HISI_QM_CAP_VERSION);

	if (!qm_is(model, HISI_QM_REV_V3))
		return;
	if (!(cap & HISI_QM_CAP_VERSION_MASK)) {
		model->features = V3_FEATURES;
		return;
	}
	model->features = cap & ~HISI_QM_CAP_VERSION_MASK;
	model->vector[QM_VECTOR_EQ] =
		cap_vector(model, HISI_QM_CAP_EQ_IRQ, 0xffff);
	model->vector[QM_VECTOR_AEQ] =
		cap_vector(model, HISI_QM_CAP_AEQ_IRQ, 0xffff);
	model->vector[QM_VECTOR_MSG] =
		cap_vector(model, HISI_QM_CAP_MSG_IRQ, 0xffff);
	model->vector[QM_VECTOR_ABNORMAL] =
		cap_vector(model, HISI_QM_CAP_ABNORMAL_IRQ, 0xff);
}

int hisi_qm_model_create(const struct hisi_qm_model_config *config,
			 const struct hisi_qm_model_host *host,
			 struct hisi_qm_model **model)
{
	struct hisi_qm_model *m;
	unsigned int i;
	int ret = -ENOMEM;

	if (!config_valid(config, host))
		return -EINVAL;
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->config = *config;
	m->host = *host;
	m->ops = config->engine;
	m->faults.hung_queue = QM_NO_QUEUE;
	TAILQ_INIT(&m->ready);
	size_up(m);
	m->queues = calloc(m->nqueues, sizeof(struct qm_queue *));
	m->funcs = calloc(m->nfuncs, sizeof(*m->funcs));
	if (!m->queues || !m->funcs)
		goto err_free;
	for (i = 0; i < m->nfuncs; i++)
		m->funcs[i].num = i;
	ret = m->ops->create(m, &m->config, &m->engine);
	if (ret)
		goto err_free;
	learn_caps(m);
	hisi_qm_model_device_reset(m);
	*model = m;
	return 0;

err_free:
	free(m->funcs);
	free(m->queues);
	free(m);
	return ret;
}

void hisi_qm_model_destroy(struct hisi_qm_model *model)
{
	unsigned int i;

	if (!model)
		return;
	hisi_qm_model_worker_destroy(model->worker);
	model->ops->destroy(model->engine);
	for (i = 0; i < model->nqueues; i++)
		free(model->queues[i]);
	free(model->funcs);
	free(model->queues);
	free(model);
}

/* The function and its queues; its tasks that are out stay counted. */
static void func_reset(struct hisi_qm_model *model, struct qm_func *f)
{
	unsigned int tasks_out = f->tasks_out;
	uint16_t num = f->num;
	unsigned int i;

	for (i = 0; i < model->nqueues; i++)
		if (model->queues[i] && model->queues[i]->func == num)
			hisi_qm_model_queue_drop(model, model->queues[i]);
	memset(f, 0, sizeof(*f));
	f->num = num;
	f->tasks_out = tasks_out;
}

/* 2.2.2: the internal memories lose the VFT and all contexts. */
void hisi_qm_model_wipe(struct hisi_qm_model *model)
{
	unsigned int i;

	for (i = 0; i < model->nqueues; i++)
		if (model->queues[i])
			hisi_qm_model_queue_drop(model, model->queues[i]);
	for (i = 0; i < model->nfuncs; i++) {
		struct qm_func *f = &model->funcs[i];

		f->eq.live = false;
		f->eq.irq.source = false;
		f->aeq.live = false;
		f->aeq.irq.source = false;
		f->sqc_bt = 0;
		f->cqc_bt = 0;
	}
	memset(model->dev.vft, 0, sizeof(model->dev.vft));
}

void hisi_qm_model_reset(struct hisi_qm_model *model)
{
	unsigned int i;

	qm_event(model, "controller reset");
	for (i = 0; i < model->nfuncs; i++)
		func_reset(model, &model->funcs[i]);
	for (i = 0; i < model->nqueues; i++) {
		if (model->queues[i]) {
			model->queues[i]->sqe_count = 0;
			model->queues[i]->cqe_count = 0;
		}
	}
	hisi_qm_model_device_reset(model);
	model->ops->reset(model->engine);
}

void hisi_qm_model_flr(struct hisi_qm_model *model, unsigned int func)
{
	struct qm_func *f;

	if (func >= model->nfuncs)
		return;
	qm_event(model, "FLR of function %u", func);
	f = &model->funcs[func];
	func_reset(model, f);
	/* A VF that is reset no longer owes the PF an answer, nor waits. */
	if (func) {
		model->dev.msg_ready &= ~(1ULL << func);
		model->dev.msg_source &= ~(1ULL << func);
	}
}

uint64_t hisi_qm_model_bar_bytes(const struct hisi_qm_model *model,
				 unsigned int func, unsigned int bar)
{
	uint64_t bytes = HISI_QM_ISO_STRIDE;

	if (func >= model->nfuncs)
		return 0;
	if (bar == 2)
		return func ? VF_BAR2_BYTES : PF_BAR2_BYTES;
	if (bar != 4 || !model->config.isolation)
		return 0;
	while (bytes < (uint64_t)model->func_queues * HISI_QM_ISO_STRIDE)
		bytes <<= 1;
	return bytes;
}

int hisi_qm_model_worker_create(struct hisi_qm_model *model,
				struct hisi_qm_model_worker **worker)
{
	struct hisi_qm_model_worker *w = calloc(1, sizeof(*w));
	int ret;

	if (!w)
		return -ENOMEM;
	w->model = model;
	ret = model->ops->worker_create(model->engine, &w->engine_worker);
	if (ret) {
		free(w);
		return ret;
	}
	*worker = w;
	return 0;
}

void hisi_qm_model_worker_destroy(struct hisi_qm_model_worker *worker)
{
	if (!worker)
		return;
	worker->model->ops->worker_destroy(worker->engine_worker);
	free(worker);
}

void hisi_qm_model_run(struct hisi_qm_model_worker *worker,
		       struct hisi_qm_model_task *task)
{
	worker->model->ops->run(worker->engine_worker, task);
}

bool hisi_qm_model_step(struct hisi_qm_model *model)
{
	struct hisi_qm_model_task task;

	if (!model->worker &&
	    hisi_qm_model_worker_create(model, &model->worker))
		return false;
	if (!hisi_qm_model_fetch(model, HISI_QM_MODEL_ANY, HISI_QM_MODEL_ANY,
				 &task))
		return false;
	hisi_qm_model_run(model->worker, &task);
	hisi_qm_model_complete(model, &task);
	return true;
}
