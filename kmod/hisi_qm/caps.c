// SPDX-License-Identifier: GPL-2.0-only
/* Which generation it is, what it can do, how many queues it has. */
#include <linux/bitfield.h>
#include <linux/log2.h>

#include "qm_priv.h"

/* 1.5: where a V1 device's only VF begins, as nothing tells it. */
#define V1_VF_BASE	64

/* 2.6: error classes of the queue manager. */
#define CAP_QM_NFE	0x3124
#define CAP_QM_RESET	0x3128
#define CAP_QM_CE	0x312c

/* 2.2.4: register QUEUE_CAP */
#define QUEUE_CAP_DEVICE	GENMASK(10, 0)
#define QUEUE_CAP_FUNCTION	GENMASK(21, 11)

#define CAP_LOW		GENMASK(15, 0)
#define CAP_HIGH	GENMASK(31, 16)
#define CAP_IRQ_TYPE	GENMASK(23, 16)

#define MAX_VECTORS	32

enum cap_reg {
	REG_VERSION, REG_EQ_DEPTH, REG_QP_DEPTH, REG_EQ_IRQ, REG_AEQ_IRQ,
	REG_ABNORMAL_IRQ, REG_MSG_IRQ, REG_IRQ_COUNT,
};

static const struct qm_gen *find_gen(struct hisi_qm *qm)
{
	u32 sub;

	switch (qm->pdev->revision) {
	case HISI_QM_REV_V1:
		return &qm_gen_v1;
	case HISI_QM_REV_V2:
		return &qm_gen_v2;
	case HISI_QM_REV_V3:
		break;
	default:
		pci_err(qm->pdev, "revision %#x of the device is not supported\n",
			qm->pdev->revision);
		return NULL;
	}
	/* 1.2: later generations have the same revision. */
	sub = hisi_qm_read(qm, HISI_QM_SUB_VERSION_ID);
	if (!sub)
		return &qm_gen_v3;
	pci_err(qm->pdev, "generation %#x of the device is not supported\n", sub);
	return NULL;
}

static u32 cap_read(struct hisi_qm *qm, enum cap_reg reg)
{
	if (!qm->has_cap_version)
		return qm->gen->regs[reg];
	return hisi_qm_read(qm, HISI_QM_CAP_FIRST + reg * sizeof(u32));
}

static int cap_vector(struct hisi_qm *qm, enum cap_reg reg)
{
	u32 value = cap_read(qm, reg);

	if (!FIELD_GET(CAP_IRQ_TYPE, value))
		return QM_NO_VECTOR;
	return FIELD_GET(CAP_LOW, value);
}

static void read_features(struct hisi_qm *qm)
{
	u32 features = cap_read(qm, REG_VERSION);
	struct qm_caps *caps = &qm->caps;

	caps->has_qos = features & HISI_QM_CAP_QOS;
	caps->has_stop_qp = features & HISI_QM_CAP_STOP_QP;
	caps->has_flush = features & HISI_QM_CAP_STOP_FUNC;
	caps->has_messages = features & HISI_QM_CAP_MSG;
	caps->has_prefetch = features & HISI_QM_CAP_SVA_PREFETCH;
}

static void read_ras(struct hisi_qm *qm)
{
	qm->ras = qm->gen->ras;
	if (!qm->has_cap_version)
		return;
	qm->ras.nfe = hisi_qm_read(qm, CAP_QM_NFE);
	qm->ras.reset = hisi_qm_read(qm, CAP_QM_RESET);
	qm->ras.shutdown = qm->ras.reset;
	qm->ras.ce = hisi_qm_read(qm, CAP_QM_CE);
}

static void read_shape(struct hisi_qm *qm)
{
	struct qm_caps *caps = &qm->caps;
	u32 events = cap_read(qm, REG_EQ_DEPTH);
	u32 queues = cap_read(qm, REG_QP_DEPTH);
	u32 vectors = cap_read(qm, REG_IRQ_COUNT);

	caps->eq_depth = FIELD_GET(CAP_LOW, events);
	caps->aeq_depth = FIELD_GET(CAP_HIGH, events);
	caps->sq_depth = FIELD_GET(CAP_LOW, queues);
	caps->cq_depth = FIELD_GET(CAP_HIGH, queues);
	caps->vectors = qm->is_vf ? FIELD_GET(CAP_LOW, vectors) :
				    FIELD_GET(CAP_HIGH, vectors);
	caps->vector[QM_IRQ_EQ] = cap_vector(qm, REG_EQ_IRQ);
	caps->vector[QM_IRQ_AEQ] = cap_vector(qm, REG_AEQ_IRQ);
	caps->vector[QM_IRQ_MSG] = caps->has_messages ?
				   cap_vector(qm, REG_MSG_IRQ) : QM_NO_VECTOR;
	caps->vector[QM_IRQ_ABNORMAL] = qm->is_vf ? QM_NO_VECTOR :
					cap_vector(qm, REG_ABNORMAL_IRQ);
	if (caps->vector[QM_IRQ_AEQ] == QM_NO_VECTOR)
		caps->aeq_depth = 0;
	if (caps->vector[QM_IRQ_MSG] == QM_NO_VECTOR)
		caps->has_messages = false;
}

/* qm_context_drained() compares positions in rings, one a multiple of the other. */
static bool shape_valid(const struct qm_caps *caps)
{
	unsigned int i;

	if (caps->eq_depth < 4 || caps->aeq_depth == 1 || caps->sq_depth < 4 ||
	    caps->sq_depth > HISI_QM_MAX_DEPTH || caps->cq_depth < caps->sq_depth ||
	    caps->cq_depth > HISI_QM_MAX_DEPTH || caps->cq_depth % caps->sq_depth ||
	    !caps->vectors ||
	    caps->vectors > MAX_VECTORS || caps->vector[QM_IRQ_EQ] == QM_NO_VECTOR)
		return false;
	for (i = 0; i < QM_IRQS; i++) {
		if (caps->vector[i] >= (int)caps->vectors)
			return false;
	}
	return true;
}

int qm_caps_init(struct hisi_qm *qm)
{
	if (qm_is_gone(qm)) {
		pci_err(qm->pdev, "the device does not answer\n");
		return -ENODEV;
	}
	qm->gen = find_gen(qm);
	if (!qm->gen)
		return -ENODEV;
	qm->has_cap_version = qm->gen->has_cap_regs &&
		hisi_qm_read(qm, HISI_QM_CAP_VERSION) & HISI_QM_CAP_VERSION_MASK;
	read_features(qm);
	read_ras(qm);
	read_shape(qm);
	if (!shape_valid(&qm->caps)) {
		pci_err(qm->pdev, "capability registers make no sense: queues of %u and %u, events of %u and %u, %u interrupts\n",
			qm->caps.sq_depth, qm->caps.cq_depth, qm->caps.eq_depth,
			qm->caps.aeq_depth, qm->caps.vectors);
		return -EIO;
	}
	return 0;
}

static int pf_queues(struct hisi_qm *qm)
{
	u32 cap;

	if (qm->gen->queues) {
		qm->device_queues = qm->gen->queues;
		qm->max_queues = qm->gen->queues;
	} else {
		cap = hisi_qm_read(qm, HISI_QM_QUEUE_CAP);
		qm->device_queues = FIELD_GET(QUEUE_CAP_DEVICE, cap);
		/* The table of functions has no room for more (2.4). */
		qm->max_queues = qm->iso_io ? FIELD_GET(QUEUE_CAP_FUNCTION, cap) :
				 HISI_QM_V2_QUEUES;
	}
	qm->max_queues = min(qm->max_queues, qm->device_queues);
	qm->nr_queues = min(qm->options.pf_queues, qm->max_queues);
	if (qm->nr_queues < qm->options.pf_queues)
		pci_notice(qm->pdev, "%u queues instead of %u, the device has no more\n",
			   qm->nr_queues, qm->options.pf_queues);
	return 0;
}

static int vf_queues(struct hisi_qm *qm)
{
	u64 vft;
	int ret;

	if (!qm->gen->has_vft_count) {
		qm->nr_queues = qm->gen->queues - V1_VF_BASE;
		return 0;
	}
	ret = qm_mailbox_get(qm, HISI_QM_MB_SQC_VFT, 0, &vft);
	if (ret)
		return ret;
	if (!(vft & HISI_QM_SQC_VFT_VALID))
		return 0;
	qm->nr_queues = (vft >> HISI_QM_SQC_VFT_COUNT_SHIFT &
			 HISI_QM_SQC_VFT_COUNT_MASK) + 1;
	return 0;
}

int qm_queues_init(struct hisi_qm *qm)
{
	int ret = qm->is_vf ? vf_queues(qm) : pf_queues(qm);

	if (ret) {
		pci_err(qm->pdev, "does not tell how many queues it has: %d\n", ret);
		return ret;
	}
	if (qm->nr_queues)
		return 0;
	pci_err(qm->pdev, "has no queues%s\n",
		qm->is_vf ? ": its physical function gave it none" : "");
	return -ENODEV;
}
