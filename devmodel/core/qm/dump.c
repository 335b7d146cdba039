/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* State in words. */
#include <stdio.h>

#include "qm_priv.h"

struct sink {
	void (*emit)(void *arg, const char *line);
	void *arg;
	char line[200];
};

static void dump_eq(struct sink *sink, const char *name, const struct qm_eq *eq)
{
	if (!eq->live)
		return;
	snprintf(sink->line, sizeof(sink->line),
		 "  %s depth %u head %u tail %u source %d mask %d", name,
		 eq->depth, eq->head, eq->tail, eq->irq.source, eq->irq.mask);
	sink->emit(sink->arg, sink->line);
}

static void dump_queue(struct sink *sink, const struct qm_queue *q)
{
	snprintf(sink->line, sizeof(sink->line),
		 "  queue %u (device %u)%s%s%s%s: SQ %u of %u to %u%s, CQ %u of %u to %u%s%s",
		 q->qn, q->gqn, q->ready ? " ready" : "",
		 q->task_out ? " running" : "", q->halted ? " halted" : "",
		 q->stopped ? " stopped" : "", q->sq.head, q->sq.depth,
		 q->sq.tail,
		 q->sq.state == QM_CONTEXT_EVICTED ? " written back" : "",
		 q->cq.head, q->cq.depth, q->cq.tail,
		 q->cq.state == QM_CONTEXT_EVICTED ? " written back" : "",
		 q->cq.armed ? " armed" : "");
	sink->emit(sink->arg, sink->line);
}

static void dump_func(struct sink *sink, const struct hisi_qm_model *model,
		      const struct qm_func *f)
{
	unsigned int i;

	snprintf(sink->line, sizeof(sink->line),
		 "function %u: VFT 0x%016llx, %u queues with work, %u requests out%s%s",
		 f->num, (unsigned long long)model->dev.vft[f->num].sqc,
		 f->active, f->tasks_out, f->paused ? ", paused" : "",
		 f->mailbox.wait ? ", mailbox busy" : "");
	sink->emit(sink->arg, sink->line);
	dump_eq(sink, "EQ", &f->eq);
	dump_eq(sink, "AEQ", &f->aeq);
	for (i = 0; i < model->nqueues; i++) {
		const struct qm_queue *q = model->queues[i];

		if (q && q->func == f->num && q->sq.state != QM_CONTEXT_NONE)
			dump_queue(sink, q);
	}
}

void hisi_qm_model_dump(const struct hisi_qm_model *model,
			void (*emit)(void *arg, const char *line), void *arg)
{
	struct sink sink = { .emit = emit, .arg = arg };
	unsigned int i;

	snprintf(sink.line, sizeof(sink.line),
		 "%s behind a QM of revision 0x%x, %u queues, %u requests out"
		 "%s%s; abnormal 0x%x masked by 0x%x",
		 model->ops->name ? model->ops->name : "engine",
		 model->config.revision, model->nqueues, model->tasks_out,
		 model->dev.shut_by_error ? ", shut by an error" : "",
		 model->dev.shut_by_software ? ", shut by software" : "",
		 model->dev.ras.source, model->dev.ras.mask);
	emit(arg, sink.line);
	for (i = 0; i < model->nfuncs; i++)
		dump_func(&sink, model, &model->funcs[i]);
	if (model->ops->dump)
		model->ops->dump(model->engine, emit, arg);
}
