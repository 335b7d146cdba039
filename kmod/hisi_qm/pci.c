// SPDX-License-Identifier: GPL-2.0-only
/* From a PCI function to a running queue manager, and back (5.1). */
#include <linux/dma-mapping.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "qm_priv.h"
#include "version.h"

#define BAR_REGISTERS	2
#define BAR_DOORBELLS	4

/* 1.3, 2.1: up to which register a function is used. */
#define PF_BYTES	0x309fff
#define VF_BYTES	0x8000

static int map_registers(struct hisi_qm *qm)
{
	struct pci_dev *pdev = qm->pdev;
	resource_size_t bytes = pci_resource_len(pdev, BAR_REGISTERS);

	if (bytes < (qm->is_vf ? VF_BYTES : PF_BYTES)) {
		pci_err(pdev, "has registers of %pa bytes only\n", &bytes);
		return -ENODEV;
	}
	qm->io = pci_ioremap_bar(pdev, BAR_REGISTERS);
	return qm->io ? 0 : -ENOMEM;
}

static int pci_init(struct hisi_qm *qm)
{
	struct pci_dev *pdev = qm->pdev;
	int ret;

	ret = pci_enable_device_mem(pdev);
	if (ret) {
		pci_err(pdev, "can't be enabled: %d\n", ret);
		return ret;
	}
	ret = pci_request_mem_regions(pdev, qm->engine->name);
	if (ret) {
		pci_err(pdev, "registers are in use: %d\n", ret);
		goto err_disable;
	}
	ret = map_registers(qm);
	if (ret)
		goto err_release;
	return 0;
err_release:
	pci_release_mem_regions(pdev);
err_disable:
	pci_disable_device(pdev);
	return ret;
}

static void pci_exit(struct hisi_qm *qm)
{
	if (qm->iso_io)
		iounmap(qm->iso_io);
	iounmap(qm->io);
	pci_release_mem_regions(qm->pdev);
	pci_disable_device(qm->pdev);
}

/* 2.7: where each queue has a doorbell page of its own. */
static int map_doorbells(struct hisi_qm *qm)
{
	if (!qm->gen->has_cap_regs ||
	    !(hisi_qm_read(qm, HISI_QM_QUE_ISO_CFG) & BIT(0)))
		return 0;
	qm->iso_io = pci_ioremap_bar(qm->pdev, BAR_DOORBELLS);
	if (qm->iso_io)
		return 0;
	pci_err(qm->pdev, "has isolated doorbells, but no region for them\n");
	return -ENODEV;
}

static int check_doorbells(struct hisi_qm *qm)
{
	resource_size_t bytes = pci_resource_len(qm->pdev, BAR_DOORBELLS);

	if (!qm->iso_io || bytes / HISI_QM_ISO_STRIDE >= qm->nr_queues)
		return 0;
	pci_err(qm->pdev, "has doorbells of %pa bytes, too few for %u queues\n",
		&bytes, qm->nr_queues);
	return -ENODEV;
}

static int dma_init(struct hisi_qm *qm)
{
	int ret = dma_set_mask_and_coherent(&qm->pdev->dev, DMA_BIT_MASK(64));

	if (ret) {
		pci_err(qm->pdev, "no 64-bit DMA: %d\n", ret);
		return ret;
	}
	ret = qm_mailbox_init(qm);
	if (!ret)
		pci_set_master(qm->pdev);
	return ret;
}

/* What has to be known before anything is allocated. */
static int identify(struct hisi_qm *qm)
{
	int ret = qm_caps_init(qm);

	if (!ret)
		ret = map_doorbells(qm);
	if (!ret)
		ret = qm_queues_init(qm);
	if (!ret)
		ret = check_doorbells(qm);
	return ret;
}

static int memory_init(struct hisi_qm *qm)
{
	int ret = qm_tables_init(qm);

	if (ret)
		return ret;
	ret = qm_queue_table_init(qm);
	if (ret)
		qm_tables_exit(qm);
	return ret;
}

static void memory_exit(struct hisi_qm *qm)
{
	qm_queue_table_exit(qm);
	qm_tables_exit(qm);
}

static int start(struct hisi_qm *qm)
{
	int ret;

	/* The device may report an error at once: its reset comes after this. */
	mutex_lock(&qm->reset_lock);
	ret = qm_device_init(qm, true);
	if (ret)
		goto out;
	qm_message_init(qm);
	down_write(&qm->sem);
	ret = qm_function_start(qm);
	up_write(&qm->sem);
	if (ret) {
		qm_message_mask(qm);
		qm_device_exit(qm);
	}
out:
	mutex_unlock(&qm->reset_lock);
	return ret;
}

/* Nobody has a queue any more. */
static void stop(struct hisi_qm *qm)
{
	mutex_lock(&qm->reset_lock);
	qm_message_mask(qm);
	qm_function_halt(qm, QM_STOP_NORMAL);
	qm_device_exit(qm);
	pci_clear_master(qm->pdev);
	if (test_bit(QM_FAILED, &qm->flags))
		qm_leave_failed(qm);
	mutex_unlock(&qm->reset_lock);
}

/*
 * After this no interrupt and no work of the function comes. A reset that was
 * under way may have started the function once more: it is stopped after this.
 */
static void quiet(struct hisi_qm *qm)
{
	set_bit(QM_REMOVING, &qm->flags);
	qm_irq_free(qm);
	cancel_work_sync(&qm->msg_work);
	cancel_work_sync(&qm->aeq_work);
	cancel_work_sync(&qm->ras_work);
	cancel_delayed_work_sync(&qm->reset_work);
}

/*
 * A reset of the link takes configuration space with it, and comes when nothing
 * can be read any more. What PCI keeps it keeps for one time only.
 */
static int keep_config(struct hisi_qm *qm)
{
	int ret = pci_save_state(qm->pdev);

	if (ret)
		return ret;
	qm->config = pci_store_saved_state(qm->pdev);
	return qm->config ? 0 : -ENOMEM;
}

static int hardware_init(struct hisi_qm *qm)
{
	int ret = pci_init(qm);

	if (ret)
		return ret;
	ret = dma_init(qm);
	if (ret)
		goto err_pci;
	ret = identify(qm);
	if (ret)
		goto err_mailbox;
	ret = qm_irq_vectors(qm);
	if (ret)
		goto err_mailbox;
	ret = keep_config(qm);
	if (ret)
		goto err_vectors;
	ret = qm_soft_reset_at_probe(qm);
	if (ret)
		goto err_config;
	return 0;
err_config:
	kfree(qm->config);
err_vectors:
	pci_free_irq_vectors(qm->pdev);
err_mailbox:
	pci_clear_master(qm->pdev);
	qm_mailbox_exit(qm);
err_pci:
	pci_exit(qm);
	return ret;
}

static void hardware_exit(struct hisi_qm *qm)
{
	kfree(qm->config);
	pci_free_irq_vectors(qm->pdev);
	qm_mailbox_exit(qm);
	pci_exit(qm);
}

/* User queues, the function itself, and the users. */
static int function_init(struct hisi_qm *qm)
{
	int ret = memory_init(qm);

	if (ret)
		return ret;
	ret = qm_user_alloc(qm);
	if (ret)
		goto err_memory;
	qm_queues_share(qm);
	/* Handlers find rings that no device writes to yet. */
	qm->eq.phase = HISI_QM_EQE_PHASE;
	qm->aeq.phase = HISI_QM_EQE_PHASE;
	ret = qm_irq_request(qm);
	if (ret)
		goto err_user;
	ret = start(qm);
	if (ret)
		goto err_irq;
	return 0;
err_irq:
	quiet(qm);
	stop(qm);
err_user:
	qm_user_remove(qm);
err_memory:
	pci_clear_master(qm->pdev);
	memory_exit(qm);
	return ret;
}

static void function_exit(struct hisi_qm *qm)
{
	quiet(qm);
	stop(qm);
	memory_exit(qm);
}

/* A VF is suspended before its PF and resumed after it. */
static void link_to_pf(struct hisi_qm *qm)
{
	if (qm->pdev->is_virtfn &&
	    !device_link_add(&qm->pdev->dev, &pci_physfn(qm->pdev)->dev,
			     DL_FLAG_STATELESS))
		pci_warn(qm->pdev, "not linked to its PF: suspend may fail\n");
}

static void unlink_from_pf(struct hisi_qm *qm)
{
	if (qm->pdev->is_virtfn)
		device_link_remove(&qm->pdev->dev, &pci_physfn(qm->pdev)->dev);
}

static int users_init(struct hisi_qm *qm)
{
	const struct hisi_qm_engine *engine = qm->engine;
	int ret;

	qm_functions_add(qm);
	link_to_pf(qm);
	qm_debugfs_init(qm);
	qm_message_ask_isolation(qm);
	ret = engine->probed ? engine->probed(qm) : 0;
	if (ret)
		goto err_functions;
	ret = qm_user_register(qm);
	if (ret)
		goto err_engine;
	if (qm->options.vfs && !qm->is_vf)
		ret = qm_vfs_enable(qm, qm->options.vfs);
	if (ret)
		goto err_engine;
	return 0;
err_engine:
	if (engine->removing)
		engine->removing(qm);
err_functions:
	set_bit(QM_REMOVING, &qm->flags);
	qm_user_remove(qm);
	qm_debugfs_exit(qm);
	unlink_from_pf(qm);
	qm_functions_del(qm);
	return ret;
}

static void users_exit(struct hisi_qm *qm)
{
	set_bit(QM_REMOVING, &qm->flags);
	qm_vfs_disable(qm);
	qm_user_remove(qm);
	if (qm->engine->removing)
		qm->engine->removing(qm);
	qm_debugfs_exit(qm);
	unlink_from_pf(qm);
	qm_functions_del(qm);
}

static struct hisi_qm *qm_alloc(struct pci_dev *pdev, bool is_vf,
				const struct hisi_qm_engine *engine,
				const struct hisi_qm_options *options)
{
	struct hisi_qm *qm = kzalloc(sizeof(*qm), GFP_KERNEL);

	if (!qm)
		return NULL;
	qm->wq = alloc_workqueue("%s-%s", WQ_MEM_RECLAIM | WQ_HIGHPRI | WQ_UNBOUND,
				 0, engine->name, pci_name(pdev));
	if (!qm->wq) {
		kfree(qm);
		return NULL;
	}
	qm->pdev = pdev;
	qm->is_vf = is_vf;
	qm->engine = engine;
	qm->options = *options;
	mutex_init(&qm->reset_lock);
	qm->resets_since = jiffies;
	init_rwsem(&qm->sem);
	mutex_init(&qm->mailbox.lock);
	spin_lock_init(&qm->event_lock);
	INIT_WORK(&qm->aeq_work, qm_aeq_work);
	INIT_WORK(&qm->ras_work, qm_ras_work);
	INIT_DELAYED_WORK(&qm->reset_work, qm_reset_work);
	INIT_WORK(&qm->msg_work, qm_message_work);
	qm_isolation_init(qm);
	pci_set_drvdata(pdev, qm);
	return qm;
}

static void qm_free(struct hisi_qm *qm)
{
	pci_set_drvdata(qm->pdev, NULL);
	destroy_workqueue(qm->wq);
	qm_isolation_exit(qm);
	mutex_destroy(&qm->mailbox.lock);
	mutex_destroy(&qm->reset_lock);
	kfree(qm);
}

int hisi_qm_probe(struct pci_dev *pdev, bool is_vf,
		  const struct hisi_qm_engine *engine,
		  const struct hisi_qm_options *options)
{
	struct hisi_qm *qm = qm_alloc(pdev, is_vf, engine, options);
	int ret;

	if (!qm)
		return -ENOMEM;
	ret = hardware_init(qm);
	if (ret)
		goto err_free;
	ret = function_init(qm);
	if (ret)
		goto err_hardware;
	ret = users_init(qm);
	if (ret)
		goto err_function;
	return 0;
err_function:
	function_exit(qm);
err_hardware:
	hardware_exit(qm);
err_free:
	qm_free(qm);
	return ret;
}
EXPORT_SYMBOL_GPL(hisi_qm_probe);

void hisi_qm_remove(struct pci_dev *pdev)
{
	struct hisi_qm *qm = pci_get_drvdata(pdev);

	users_exit(qm);
	function_exit(qm);
	hardware_exit(qm);
	qm_free(qm);
}
EXPORT_SYMBOL_GPL(hisi_qm_remove);

MODULE_DESCRIPTION("HiSilicon accelerators' queue manager");
MODULE_VERSION(WD_KMOD_VERSION);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("WarpDrive maintainers");
