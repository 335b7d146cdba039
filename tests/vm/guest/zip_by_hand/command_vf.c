// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A PF and a VF of the same device in one guest: the PF gives queues away as
 * its driver does (1.5, 5.13), the VF finds and uses them.
 */
#include "pair.h"
#include "tap.h"

#define VF_QUEUES	32

void command_vf(const struct expected *expected, char **arguments)
{
	struct expected vf_expected = *expected;
	struct pair pf, vf;

	(void)arguments;
	vf_expected.is_vf = true;
	pair_open(&pf, expected, false);
	tap_check(qm_vft_write(&pf.qm, HISI_QM_VFT_TYPE_SQC, 1,
			       qm_vft_sqc_entry(&pf.qm, QM_PF_QUEUES,
						VF_QUEUES)) &&
		  qm_vft_write(&pf.qm, HISI_QM_VFT_TYPE_CQC, 1,
			       qm_vft_cqc_entry(&pf.qm)),
		  "the PF gives %u queues to VF 1", VF_QUEUES);
	pair_open(&vf, &vf_expected, false);
	if (qm_has(&vf.qm, HISI_QM_REV_V2)) {
		tap_equal(vf.qm.queues, VF_QUEUES, "the VF finds its queues");
		tap_equal(vf.qm.first_queue, QM_PF_QUEUES,
			  "and where they begin");
	}
	tap_check(pair_works(&vf), "the VF's queues work");
	tap_check(pair_works(&pf), "the PF's queues work beside them");
	tap_check(!pci_reset(vf.fn.address), "the VF is reset");
	tap_check(pair_works(&pf), "the PF's queues work on");
	qm_start(&vf.qm);
	qp_restart(&vf.compress, HISI_ZIP_ALG_COMPRESS, false);
	qp_restart(&vf.decompress, HISI_ZIP_ALG_DECOMPRESS, false);
	tap_check(pair_works(&vf), "the VF's queues work again");
	tap_check(!pci_reset(pf.fn.address), "the PF is reset");
	tap_check(pair_works(&vf), "the VF works on: the VFT is kept");
	pair_close(&vf);
	pair_close(&pf);
}
