/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Mailbox, section 3. */
#include "qm_priv.h"

#define BUSY_DWORD	0
#define LAST_DWORD	3
#define COMMANDS	16

struct command {
	enum qm_status (*run)(struct hisi_qm_model *model, struct qm_func *f,
			      struct qm_mailbox *mb);
	unsigned int revision;
	uint32_t feature;
};

static bool is_get(const struct qm_mailbox *mb)
{
	return mb->regs.word0 & HISI_QM_MB_OP_GET;
}

static uint64_t base(const struct qm_mailbox *mb)
{
	return qm_join(mb->regs.base_l, mb->regs.base_h);
}

static void set_base(struct qm_mailbox *mb, uint64_t value)
{
	mb->regs.base_l = (uint32_t)value;
	mb->regs.base_h = (uint32_t)(value >> 32);
}

static enum qm_status run_sqc(struct hisi_qm_model *model, struct qm_func *f,
			      struct qm_mailbox *mb)
{
	if (is_get(mb))
		return hisi_qm_model_sqc_dump(model, f, mb->regs.queue,
					      base(mb));
	return hisi_qm_model_sqc_install(model, f, mb->regs.queue, base(mb));
}

static enum qm_status run_cqc(struct hisi_qm_model *model, struct qm_func *f,
			      struct qm_mailbox *mb)
{
	if (is_get(mb))
		return hisi_qm_model_cqc_dump(model, f, mb->regs.queue,
					      base(mb));
	return hisi_qm_model_cqc_install(model, f, mb->regs.queue, base(mb));
}

static enum qm_status event_context(struct hisi_qm_model *model,
				    struct qm_func *f, struct qm_mailbox *mb,
				    struct qm_eq *eq)
{
	struct hisi_qm_eqc image = { 0 };

	if (is_get(mb)) {
		if (eq->live)
			hisi_qm_model_eqc_image(eq, &image);
		return hisi_qm_model_ring_write(model, f->num, base(mb), &image,
						QM_EQC_BYTES) ?
		       QM_STATUS_OK : QM_STATUS_BUS;
	}
	if (!hisi_qm_model_ring_read(model, f->num, base(mb), &image,
				     QM_EQC_BYTES))
		return QM_STATUS_BUS;
	if (!hisi_qm_model_eqc_load(eq, &image)) {
		qm_guest_error(model, "function %u: bad EQC or AEQC", f->num);
		return QM_STATUS_CONTEXT;
	}
	eq->irq.source = false;
	eq->irq.signalled = false;
	return QM_STATUS_OK;
}

static enum qm_status run_eqc(struct hisi_qm_model *model, struct qm_func *f,
			      struct qm_mailbox *mb)
{
	return event_context(model, f, mb, &f->eq);
}

/* 4.4: a V1 driver installs an AEQC that means nothing. */
static enum qm_status run_aeqc(struct hisi_qm_model *model, struct qm_func *f,
			       struct qm_mailbox *mb)
{
	if (!qm_is(model, HISI_QM_REV_V2) && !is_get(mb))
		return QM_STATUS_OK;
	return event_context(model, f, mb, &f->aeq);
}

static enum qm_status run_sqc_bt(struct hisi_qm_model *model, struct qm_func *f,
				 struct qm_mailbox *mb)
{
	(void)model;
	if (is_get(mb))
		set_base(mb, f->sqc_bt);
	else
		f->sqc_bt = base(mb);
	return QM_STATUS_OK;
}

static enum qm_status run_cqc_bt(struct hisi_qm_model *model, struct qm_func *f,
				 struct qm_mailbox *mb)
{
	(void)model;
	if (is_get(mb))
		set_base(mb, f->cqc_bt);
	else
		f->cqc_bt = base(mb);
	return QM_STATUS_OK;
}

static enum qm_status run_vft(struct hisi_qm_model *model, struct qm_func *f,
			      struct qm_mailbox *mb)
{
	if (!is_get(mb))
		return QM_STATUS_COMMAND;
	set_base(mb, model->dev.vft[f->num].sqc);
	return QM_STATUS_OK;
}

/* From here on the tail stands still, or the end might never come. */
static enum qm_status run_stop(struct hisi_qm_model *model, struct qm_func *f,
			       struct qm_mailbox *mb)
{
	struct qm_queue *q;

	q = hisi_qm_model_queue_get(model, f, mb->regs.queue);
	if (!q || q->sq.state == QM_CONTEXT_NONE) {
		qm_guest_error(model, "function %u: no queue %u to stop",
			       f->num, mb->regs.queue);
		return QM_STATUS_QUEUE;
	}
	q->stopped = true;
	mb->generation = q->generation;
	mb->wait = QM_WAIT_STOP;
	return QM_STATUS_PENDING;
}

static enum qm_status run_flush(struct hisi_qm_model *model, struct qm_func *f,
				struct qm_mailbox *mb)
{
	unsigned int i;

	for (i = 0; i < model->nqueues; i++)
		if (model->queues[i] && model->queues[i]->func == f->num)
			model->queues[i]->stopped = true;
	mb->wait = QM_WAIT_FLUSH;
	return QM_STATUS_PENDING;
}

static enum qm_status run_src(struct hisi_qm_model *model, struct qm_func *f,
			      struct qm_mailbox *mb)
{
	return hisi_qm_model_msg_send(model, f, mb->regs.queue, base(mb));
}

static enum qm_status run_dst(struct hisi_qm_model *model, struct qm_func *f,
			      struct qm_mailbox *mb)
{
	uint64_t msg;
	enum qm_status status;

	status = hisi_qm_model_msg_get(model, f, mb->regs.queue, &msg);
	if (status == QM_STATUS_OK)
		set_base(mb, msg);
	return status;
}

static enum qm_status run_pause(struct hisi_qm_model *model, struct qm_func *f,
				struct qm_mailbox *mb)
{
	f->paused = true;
	hisi_qm_model_queues_update(model);
	mb->wait = QM_WAIT_PAUSE;
	return QM_STATUS_PENDING;
}

static const struct command commands[COMMANDS] = {
	[HISI_QM_MB_SQC] = { run_sqc, HISI_QM_REV_V1, 0 },
	[HISI_QM_MB_CQC] = { run_cqc, HISI_QM_REV_V1, 0 },
	[HISI_QM_MB_EQC] = { run_eqc, HISI_QM_REV_V1, 0 },
	[HISI_QM_MB_AEQC] = { run_aeqc, HISI_QM_REV_V1, 0 },
	[HISI_QM_MB_SQC_BT] = { run_sqc_bt, HISI_QM_REV_V1, 0 },
	[HISI_QM_MB_CQC_BT] = { run_cqc_bt, HISI_QM_REV_V1, 0 },
	[HISI_QM_MB_SQC_VFT] = { run_vft, HISI_QM_REV_V2, 0 },
	[HISI_QM_MB_STOP_QP] = { run_stop, HISI_QM_REV_V3,
				 HISI_QM_CAP_STOP_QP },
	[HISI_QM_MB_FLUSH_QM] = { run_flush, HISI_QM_REV_V3,
				  HISI_QM_CAP_STOP_FUNC },
	[HISI_QM_MB_SRC] = { run_src, HISI_QM_REV_V3, HISI_QM_CAP_MSG },
	[HISI_QM_MB_DST] = { run_dst, HISI_QM_REV_V3, HISI_QM_CAP_MSG },
	[HISI_QM_MB_PAUSE_QM] = { run_pause, HISI_QM_REV_V3, 0 },
};

static const struct command *find_command(const struct hisi_qm_model *model,
					  unsigned int code)
{
	const struct command *command;

	if (code >= COMMANDS)
		return NULL;
	command = &commands[code];
	if (!command->run || !qm_is(model, command->revision) ||
	    (model->features & command->feature) != command->feature)
		return NULL;
	return command;
}

static void finish(struct hisi_qm_model *model, struct qm_func *f,
		   unsigned int status)
{
	struct qm_mailbox *mb = &f->mailbox;

	mb->wait = QM_WAIT_NONE;
	mb->regs.word0 &= ~(HISI_QM_MB_BUSY |
			    HISI_QM_MB_STATUS_MASK << HISI_QM_MB_STATUS_SHIFT);
	mb->regs.word0 |= status << HISI_QM_MB_STATUS_SHIFT;
	if (status)
		qm_guest_error(model, "function %u: mailbox command 0x%x for %u fails with %u",
			       f->num, mb->regs.word0 & HISI_QM_MB_CMD_MASK,
			       mb->regs.queue, status);
}

static bool stop_done(const struct hisi_qm_model *model,
		      const struct qm_mailbox *mb)
{
	const struct qm_queue *q =
		model->queues[mb->generation & QM_GENERATION_GQN];

	return q->generation != mb->generation || !q->active;
}

/*
 * Whether the command that a mailbox waits for is over. A device whose bus
 * master is shut finishes nothing, and says so rather than stay busy.
 */
void hisi_qm_model_mailbox_progress(struct hisi_qm_model *model,
				    struct qm_func *f)
{
	bool done;

	switch (f->mailbox.wait) {
	case QM_WAIT_STOP:
		done = stop_done(model, &f->mailbox);
		break;
	case QM_WAIT_FLUSH:
		done = !f->active;
		break;
	case QM_WAIT_PAUSE:
		done = !f->tasks_out;
		break;
	default:
		return;
	}
	if (done)
		finish(model, f, QM_STATUS_OK);
	else if (!hisi_qm_model_can_run(model))
		finish(model, f, QM_STATUS_TIMEOUT);
}

void hisi_qm_model_mailbox_progress_all(struct hisi_qm_model *model)
{
	unsigned int i;

	for (i = 0; i < model->nfuncs; i++)
		if (model->funcs[i].mailbox.wait)
			hisi_qm_model_mailbox_progress(model, &model->funcs[i]);
}

void hisi_qm_model_mailbox_unstick(struct hisi_qm_model *model)
{
	unsigned int i;

	for (i = 0; i < model->nfuncs; i++)
		if (model->funcs[i].mailbox.wait == QM_WAIT_STUCK)
			finish(model, &model->funcs[i], QM_STATUS_TIMEOUT);
}

static void execute(struct hisi_qm_model *model, struct qm_func *f)
{
	struct qm_mailbox *mb = &f->mailbox;
	const struct command *command;
	enum qm_status status = QM_STATUS_COMMAND;

	f->mb_count++;
	if (model->faults.on[HISI_QM_MODEL_FAULT_MAILBOX_STUCK]) {
		mb->wait = QM_WAIT_STUCK;
		return;
	}
	if (model->faults.on[HISI_QM_MODEL_FAULT_MAILBOX_STATUS]) {
		finish(model, f, model->faults.status);
		return;
	}
	command = find_command(model, mb->regs.word0 & HISI_QM_MB_CMD_MASK);
	if (command)
		status = command->run(model, f, mb);
	if (status != QM_STATUS_PENDING)
		finish(model, f, status);
	else
		hisi_qm_model_mailbox_progress(model, f);
}

/* 3.3: whatever the width, the write that covers byte 15 starts the command. */
void hisi_qm_model_mailbox_write(struct hisi_qm_model *model,
				 struct qm_func *f, unsigned int dword,
				 uint32_t value)
{
	struct qm_mailbox *mb = &f->mailbox;

	if (mb->wait) {
		qm_guest_error(model, "function %u: mailbox written while busy",
			       f->num);
		return;
	}
	mb->dw[dword] = value;
	if (dword != LAST_DWORD)
		return;
	if (mb->dw[BUSY_DWORD] & HISI_QM_MB_BUSY)
		execute(model, f);
	else
		qm_guest_error(model, "function %u: mailbox command without busy bit",
			       f->num);
}
