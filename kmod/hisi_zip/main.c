// SPDX-License-Identifier: GPL-2.0-only
/*
 * HiSilicon ZIP: compression engines of Kunpeng processors, physical and virtual
 * functions. Queues, errors and resets are the queue manager's (hisi_qm); here
 * is what is particular to compression.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>

#include "crypto.h"
#include "engine.h"
#include "hisi_qm.h"
#include "hisi_zip_hw.h"
#include "params.h"
#include "version.h"

/* 750 compressing, 140 decompressing (hisi-qm 2.2.4). */
#define SHAPER	0x400232ee

static const struct hisi_qm_engine zip_engine = {
	.name = "hisi_zip",
	.reset_method = "ZRST",
	.sqe_bytes = HISI_ZIP_SQE_BYTES,
	.alg_types = 2,
	.shaper = SHAPER,
	.algorithms = zip_engine_algorithms,
	.init = zip_engine_init,
	.ras = zip_ras,
	.ras_enable = zip_ras_enable,
	.ras_disable = zip_ras_disable,
	.ras_status = zip_ras_status,
	.ras_clear = zip_ras_clear,
	.ras_hold = zip_ras_hold,
	.ras_log = zip_ras_log,
	.ras_inject_ecc = zip_ras_inject_ecc,
	.quiesce = zip_engine_quiesce,
	.reopen_master = zip_ras_reopen_master,
	.clear_counters = zip_clear_counters,
	.dump = zip_dump,
	.count = zip_crypto_dump,
	.probed = zip_crypto_add,
	.removing = zip_crypto_remove,
};

static int zip_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct hisi_qm_options options = zip_params_options();

	dma_set_max_seg_size(&pdev->dev, HISI_ZIP_SGE_MAX_BYTES);
	return hisi_qm_probe(pdev, id->device == HISI_ZIP_PCI_DEVICE_VF,
			     &zip_engine, &options);
}

static const struct pci_device_id zip_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_HUAWEI, HISI_ZIP_PCI_DEVICE_PF) },
	{ PCI_DEVICE(PCI_VENDOR_ID_HUAWEI, HISI_ZIP_PCI_DEVICE_VF) },
	{ }
};
MODULE_DEVICE_TABLE(pci, zip_ids);

static struct pci_driver zip_driver = {
	.name = "hisi_zip",
	.id_table = zip_ids,
	.probe = zip_probe,
	.remove = hisi_qm_remove,
	.shutdown = hisi_qm_shutdown,
	.sriov_configure = hisi_qm_sriov_configure,
	.err_handler = &hisi_qm_err_handler,
	.driver.pm = &hisi_qm_pm_ops,
};

static int __init zip_init(void)
{
	int ret;

	zip_engine_setup();
	ret = zip_crypto_init();
	if (ret)
		return ret;
	ret = pci_register_driver(&zip_driver);
	if (ret)
		zip_crypto_exit();
	return ret;
}
module_init(zip_init);

static void __exit zip_exit(void)
{
	pci_unregister_driver(&zip_driver);
	zip_crypto_exit();
}
module_exit(zip_exit);

MODULE_DESCRIPTION("HiSilicon ZIP compression engine");
MODULE_VERSION(WD_KMOD_VERSION);
MODULE_LICENSE("GPL");
