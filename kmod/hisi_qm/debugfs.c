// SPDX-License-Identifier: GPL-2.0-only
/* For looking at, in debugfs: hisi_qm/<function>/. Nothing can be changed. */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "qm_priv.h"

static struct dentry *root;

struct reg {
	const char *name;
	u32 offset;
};

#define REG(name) { #name, HISI_QM_##name }

static const struct reg function_regs[] = {
	REG(AEQ_INT_SOURCE), REG(AEQ_INT_MASK), REG(EQ_INT_SOURCE),
	REG(EQ_INT_MASK), REG(FUNS_ACTIVE_ST), REG(MAILBOX),
};

static const struct reg v3_regs[] = {
	REG(IFC_INT_SOURCE_V), REG(IFC_INT_MASK), REG(IFC_INT_STATUS),
	REG(IFC_INT_SET_V), REG(QUE_ISO_CFG), REG(PAGE_SIZE), REG(VF_STATE),
	REG(SUB_VERSION_ID), REG(CAP_VERSION), REG(CAP_EQ_DEPTH),
	REG(CAP_QP_DEPTH), REG(CAP_EQ_IRQ), REG(CAP_AEQ_IRQ),
	REG(CAP_ABNORMAL_IRQ), REG(CAP_MSG_IRQ), REG(CAP_IRQ_COUNT),
	REG(CAP_EXT_BAR),
};

static const struct reg device_regs[] = {
	REG(ABNORMAL_INT_SOURCE), REG(ABNORMAL_INT_MASK),
	REG(ABNORMAL_INT_STATUS), REG(ABNORMAL_INF00), REG(ABNORMAL_INF01),
	REG(ABNORMAL_INF02), REG(RAS_CE_ENABLE), REG(RAS_FE_ENABLE),
	REG(RAS_NFE_ENABLE), REG(RAS_CE_THRESHOLD), REG(MEM_INIT_DONE),
	REG(CACHE_CTL), REG(VFT_CFG_RDY), REG(DB_TIMEOUT_CFG),
	REG(AM_CTRL_GLOBAL), REG(AM_CURR_PORT_STS), REG(AM_ROB_ECC_INT_STS),
	REG(AM_CURR_TRANS_RETURN), REG(DFX_ECC_1BIT_CNT), REG(DFX_ECC_MBIT_CNT),
	REG(DFX_MB_CNT), REG(DFX_DB_CNT), REG(DFX_SQE_CNT), REG(DFX_CQE_CNT),
	REG(DFX_SEND_SQE_TO_ACC_CNT), REG(DFX_WB_SQE_FROM_ACC_CNT),
	REG(DFX_ACC_FINISH_CNT), REG(DFX_CQE_ERR_CNT), REG(DFX_IN_IDLE_ST),
	REG(DFX_CQE_OUT), REG(DFX_EQE_OUT), REG(DFX_AEQE_OUT),
};

/* While a function is reset its registers may not be there. */
static int lock_running(struct hisi_qm *qm)
{
	int ret = down_read_killable(&qm->sem);

	if (ret)
		return ret;
	if (qm->state == QM_RUNNING)
		return 0;
	up_read(&qm->sem);
	return -EAGAIN;
}

static void show_regs(struct hisi_qm *qm, struct seq_file *s,
		      const struct reg *regs, unsigned int count)
{
	for (; count; count--, regs++)
		seq_printf(s, "%-24s 0x%06x 0x%08x\n", regs->name, regs->offset,
			   hisi_qm_read(qm, regs->offset));
}

static int registers_show(struct seq_file *s, void *unused)
{
	struct hisi_qm *qm = s->private;
	int ret = lock_running(qm);

	if (ret)
		return ret;
	show_regs(qm, s, function_regs, ARRAY_SIZE(function_regs));
	if (qm->gen->has_cap_regs)
		show_regs(qm, s, v3_regs, ARRAY_SIZE(v3_regs));
	if (!qm->is_vf)
		show_regs(qm, s, device_regs, ARRAY_SIZE(device_regs));
	up_read(&qm->sem);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(registers);

static int engine_show(struct seq_file *s, void *unused)
{
	struct hisi_qm *qm = s->private;
	int ret = lock_running(qm);

	if (ret)
		return ret;
	if (qm->engine->dump)
		qm->engine->dump(qm, s);
	up_read(&qm->sem);
	if (qm->engine->count)
		qm->engine->count(qm, s);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(engine);

static void show_context(struct seq_file *s, struct hisi_qm *qm, u8 cmd,
			 const char *name, u16 queue)
{
	u32 words[sizeof(struct hisi_qm_sqc) / sizeof(u32)] = { 0 };
	unsigned int i;
	int ret = qm_mailbox_dump(qm, cmd, queue, words, sizeof(words));

	seq_printf(s, "  %-4s", name);
	if (ret)
		seq_printf(s, " error %d", ret);
	for (i = 0; !ret && i < ARRAY_SIZE(words); i++)
		seq_printf(s, " %08x", le32_to_cpu((__force __le32)words[i]));
	seq_putc(s, '\n');
}

static int queues_show(struct seq_file *s, void *unused)
{
	struct hisi_qm *qm = s->private;
	struct qm_queue *queue;
	char kind[16];
	unsigned int i;
	int ret = lock_running(qm);

	if (ret)
		return ret;
	show_context(s, qm, HISI_QM_MB_EQC, "EQC", 0);
	if (qm->aeq.depth)
		show_context(s, qm, HISI_QM_MB_AEQC, "AEQC", 0);
	for (i = 0; i < qm->nr_queues; i++) {
		/* The owner may put it at any time. */
		spin_lock_irq(&qm->event_lock);
		queue = qm->queues[i];
		if (queue)
			snprintf(kind, sizeof(kind), "%s%s", queue->ops->kind,
				 queue->is_started ? "" : ", stopped");
		spin_unlock_irq(&qm->event_lock);
		if (!queue)
			continue;
		seq_printf(s, "queue %u (%s)\n", i, kind);
		show_context(s, qm, HISI_QM_MB_SQC, "SQC", i);
		show_context(s, qm, HISI_QM_MB_CQC, "CQC", i);
	}
	up_read(&qm->sem);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(queues);

static void show_count(struct seq_file *s, const char *name,
		       const atomic_long_t *count)
{
	seq_printf(s, "%-16s %ld\n", name, atomic_long_read(count));
}

static int counters_show(struct seq_file *s, void *unused)
{
	struct hisi_qm *qm = s->private;
	const struct qm_counters *counters = &qm->counters;

	show_count(s, "events", &counters->eqes);
	show_count(s, "bogus_events", &counters->bogus_eqes);
	show_count(s, "errors", &counters->aeqes);
	show_count(s, "bogus_errors", &counters->bogus_aeqes);
	show_count(s, "bogus_answers", &counters->bogus_cqes);
	show_count(s, "mailbox_errors", &counters->mailbox_errors);
	show_count(s, "queue_errors", &counters->queue_errors);
	show_count(s, "device_errors", &counters->ras_events);
	show_count(s, "resets", &counters->resets);
	show_count(s, "failed_resets", &counters->failed_resets);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static int state_show(struct seq_file *s, void *unused)
{
	struct hisi_qm *qm = s->private;

	seq_printf(s, "state     %s%s%s\n",
		   READ_ONCE(qm->state) == QM_RUNNING ? "running" : "down",
		   test_bit(QM_FAILED, &qm->flags) ? ", failed" : "",
		   test_bit(QM_ISOLATED, &qm->flags) ? ", isolated" : "");
	seq_printf(s, "queues    %u, %u free\n", qm->nr_queues,
		   READ_ONCE(qm->nr_free));
	seq_printf(s, "depths    sq %u cq %u eq %u aeq %u\n", qm->caps.sq_depth,
		   qm->caps.cq_depth, qm->caps.eq_depth, qm->caps.aeq_depth);
	seq_printf(s, "features  %s%s%s%s%s%s\n", qm->iso_io ? "isolation " : "",
		   qm->caps.has_qos ? "qos " : "",
		   qm->caps.has_stop_qp ? "stop_qp " : "",
		   qm->caps.has_flush ? "flush " : "",
		   qm->caps.has_messages ? "messages " : "",
		   qm->caps.has_prefetch ? "prefetch" : "");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

void qm_debugfs_init(struct hisi_qm *qm)
{
	qm->debug = debugfs_create_dir(pci_name(qm->pdev), root);
	debugfs_create_file("registers", 0400, qm->debug, qm, &registers_fops);
	debugfs_create_file("queues", 0400, qm->debug, qm, &queues_fops);
	debugfs_create_file("counters", 0400, qm->debug, qm, &counters_fops);
	debugfs_create_file("state", 0400, qm->debug, qm, &state_fops);
	if (qm->engine->dump || qm->engine->count)
		debugfs_create_file("engine", 0400, qm->debug, qm, &engine_fops);
}

void qm_debugfs_exit(struct hisi_qm *qm)
{
	debugfs_remove_recursive(qm->debug);
}

static int __init hisi_qm_init(void)
{
	root = debugfs_create_dir("hisi_qm", NULL);
	return 0;
}

static void __exit hisi_qm_exit(void)
{
	debugfs_remove_recursive(root);
}

module_init(hisi_qm_init);
module_exit(hisi_qm_exit);
