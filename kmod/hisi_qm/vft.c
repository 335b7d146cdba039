// SPDX-License-Identifier: GPL-2.0-only
/* The table that says which queues belong to which function (2.4). PF only. */
#include "qm_priv.h"

#define READY_US	10000

/* 2.4: the entry for the default bandwidth, which is all of it. */
#define SHAPER_UNLIMITED	0x00988696ULL
#define SHAPER_ALGS		2

static int wait_ready(struct hisi_qm *qm)
{
	return hisi_qm_poll(qm, HISI_QM_VFT_CFG_RDY, BIT(0), BIT(0), READY_US);
}

static int write_entry(struct hisi_qm *qm, u32 type, u32 address, u64 data)
{
	int ret = wait_ready(qm);

	if (ret)
		return ret;
	hisi_qm_write(qm, HISI_QM_VFT_CFG_OP_WR, 0);
	hisi_qm_write(qm, HISI_QM_VFT_CFG_TYPE, type);
	hisi_qm_write(qm, HISI_QM_VFT_CFG, address);
	hisi_qm_write(qm, HISI_QM_VFT_CFG_DATA_L, lower_32_bits(data));
	hisi_qm_write(qm, HISI_QM_VFT_CFG_DATA_H, upper_32_bits(data));
	hisi_qm_write(qm, HISI_QM_VFT_CFG_RDY, 0);
	hisi_qm_write(qm, HISI_QM_VFT_CFG_OP_ENABLE, 1);
	return wait_ready(qm);
}

static int write_shaper(struct hisi_qm *qm, unsigned int function, u64 data)
{
	unsigned int alg;
	int ret;

	if (!qm->caps.has_qos || !qm->engine->shaper)
		return 0;
	for (alg = 0; alg < SHAPER_ALGS; alg++) {
		ret = write_entry(qm, HISI_QM_VFT_TYPE_SHAPER, function |
				  alg << HISI_QM_VFT_SHAPER_ALG_SHIFT, data);
		if (ret)
			return ret;
	}
	return 0;
}

static int write_function(struct hisi_qm *qm, unsigned int function, u64 sqc,
			  u64 cqc, u64 shaper)
{
	int ret = write_entry(qm, HISI_QM_VFT_TYPE_SQC, function, sqc);

	if (!ret)
		ret = write_entry(qm, HISI_QM_VFT_TYPE_CQC, function, cqc);
	if (!ret)
		ret = write_shaper(qm, function, shaper);
	return ret;
}

int qm_vft_set(struct hisi_qm *qm, unsigned int function, u32 base, u32 count)
{
	const struct qm_gen *gen = qm->gen;
	int ret = write_function(qm, function, gen->sqc_vft(base, count),
				 gen->cqc_vft(), SHAPER_UNLIMITED);

	if (ret)
		pci_err(qm->pdev, "function %u can't be given its queues: %d\n",
			function, ret);
	return ret;
}

void qm_vft_clear(struct hisi_qm *qm, unsigned int function)
{
	write_function(qm, function, 0, 0, 0);
}
