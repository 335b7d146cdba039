/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * DOC: HiSilicon Queue Manager, what an engine's driver sees
 *
 * An engine driver (hisi_zip) is a PCI driver that fills a &struct
 * hisi_qm_engine and hands each function over with hisi_qm_probe(). The queue
 * manager does everything that is not the engine's: PCI, capabilities,
 * interrupts, contexts, queues for the kernel and for user space, errors,
 * resets, virtual functions. Section numbers in comments are those of the
 * hardware specification (hisi-qm).
 *
 * Layers: nothing here knows about requests; hisi_zip knows nothing of rings.
 */
#ifndef WD_HISI_QM_H
#define WD_HISI_QM_H

#include <linux/pci.h>
#include <linux/types.h>

#include "hisi_qm_hw.h"

struct hisi_qm;
struct hisi_qp;

/** enum hisi_qm_uacce_mode - module parameter uacce_mode: docs/modes.md */
enum hisi_qm_uacce_mode {
	HISI_QM_UACCE_NONE = 0,
	HISI_QM_UACCE_ISOLATED = 1,
	HISI_QM_UACCE_ANY = 2,
};

/**
 * struct hisi_qm_ras - classes of errors, a bit each (2.5)
 * @nfe: non-fatal, reported
 * @reset: of these, need a controller reset
 * @shutdown: of these, shut the bus master by themselves
 * @ce: corrected
 */
struct hisi_qm_ras {
	u32 nfe;
	u32 reset;
	u32 shutdown;
	u32 ce;
};

/**
 * struct hisi_qm_engine - what a queue manager's engine is
 * @name: of the driver, of user space devices (<name>-<n>) and of debugfs
 * @reset_method: ACPI method of the PF's companion that resets the device
 * @sqe_bytes: size of a request, a power of two
 * @alg_types: queues have an algorithm type (4.1 W13) below this
 * @shaper: of devices with QoS, bandwidths per algorithm type (2.2.4
 *	SHAPER_CFG); 0: no shaping
 * @algorithms: what user queues can do, newline separated; asked once, after
 *	the capabilities are known. The string has to stay
 * @init: PF: set the engine up, after power on and each reset
 * @ras: PF: the engine's error classes
 * @ras_enable: PF: let errors be reported
 * @ras_disable: PF: opposite
 * @ras_status: PF: errors of the engine that are pending
 * @ras_clear: PF: acknowledge @errors
 * @ras_hold: PF: @errors are not reported until the reset that they need
 * @ras_log: PF: say what @errors are
 * @ras_inject_ecc: PF: provoke an error that shuts the bus master (5.10)
 * @quiesce: PF: before a reset shuts the bus master; optional
 * @reopen_master: PF: after a reset, let the engine use the bus again
 * @clear_counters: PF: debug counters to zero
 * @dump: PF or VF: the engine's registers for debugfs; optional. The function
 *	can't be stopped meanwhile: no lock under which queues are got or put
 * @count: PF or VF: its driver's counters for debugfs; optional
 * @probed: function is running and may be used: register with the kernel's
 *	users; optional
 * @removing: function goes away: hisi_qp_put() has been called for all queues
 *	and none is asked for when this returns; optional
 *
 * Called from process context. @init may fail with a negative errno. Those with
 * ras and reset in their description are called with the function's locks held
 * and must not call hisi_qp_*().
 */
struct hisi_qm_engine {
	const char *name;
	const char *reset_method;
	u32 sqe_bytes;
	u32 alg_types;
	u32 shaper;
	const char *(*algorithms)(struct hisi_qm *qm);
	int (*init)(struct hisi_qm *qm);
	struct hisi_qm_ras (*ras)(struct hisi_qm *qm);
	void (*ras_enable)(struct hisi_qm *qm);
	void (*ras_disable)(struct hisi_qm *qm);
	u32 (*ras_status)(struct hisi_qm *qm);
	void (*ras_clear)(struct hisi_qm *qm, u32 errors);
	void (*ras_hold)(struct hisi_qm *qm, u32 errors);
	void (*ras_log)(struct hisi_qm *qm, u32 errors);
	void (*ras_inject_ecc)(struct hisi_qm *qm);
	void (*quiesce)(struct hisi_qm *qm);
	void (*reopen_master)(struct hisi_qm *qm);
	void (*clear_counters)(struct hisi_qm *qm);
	void (*dump)(struct hisi_qm *qm, struct seq_file *s);
	void (*count)(struct hisi_qm *qm, struct seq_file *s);
	int (*probed)(struct hisi_qm *qm);
	void (*removing)(struct hisi_qm *qm);
};

/**
 * struct hisi_qm_options - decisions of the administrator
 * @uacce_mode: user queues
 * @pf_queues: queues that the PF keeps for itself
 * @vfs: VFs to enable at probe
 * @user_queues: of a function that has user queues, the kernel leaves so many of
 *	its queues to them, but not more than half
 * @unsafe_mmio: map doorbells to user space although the page holds more
 */
struct hisi_qm_options {
	enum hisi_qm_uacce_mode uacce_mode;
	u32 pf_queues;
	u32 vfs;
	u32 user_queues;
	bool unsafe_mmio;
};

/**
 * hisi_qm_probe() - for &pci_driver.probe
 * @pdev: function; VFs are those with &pci_dev.is_virtfn, or with the PF's
 *	device id + 1 (a VF that was handed to a virtual machine)
 * @is_vf: which of both
 * @engine: stays
 * @options: copied
 *
 * Return: 0 or a negative errno; what went wrong has been logged in one message.
 */
int hisi_qm_probe(struct pci_dev *pdev, bool is_vf,
		  const struct hisi_qm_engine *engine,
		  const struct hisi_qm_options *options);

/** hisi_qm_remove() - for &pci_driver.remove */
void hisi_qm_remove(struct pci_dev *pdev);

/** hisi_qm_shutdown() - for &pci_driver.shutdown */
void hisi_qm_shutdown(struct pci_dev *pdev);

/** hisi_qm_sriov_configure() - for &pci_driver.sriov_configure */
int hisi_qm_sriov_configure(struct pci_dev *pdev, int vfs);

/** For &pci_driver.err_handler and &pci_driver.driver.pm. */
extern const struct pci_error_handlers hisi_qm_err_handler;
extern const struct dev_pm_ops hisi_qm_pm_ops;

/* What engines ask of a function. */
struct pci_dev *hisi_qm_pdev(struct hisi_qm *qm);
bool hisi_qm_is_vf(struct hisi_qm *qm);
/** HISI_QM_REV_V1, _V2, _V3 ... */
unsigned int hisi_qm_revision(struct hisi_qm *qm);
/** Whether capability registers count (2.6): V3 and a version that is not 0. */
bool hisi_qm_has_caps(struct hisi_qm *qm);
/** Whether user queues use the page tables of their process. */
bool hisi_qm_uses_sva(struct hisi_qm *qm);
u32 hisi_qm_read(struct hisi_qm *qm, u32 offset);
void hisi_qm_write(struct hisi_qm *qm, u32 offset, u32 value);
/**
 * Poll until (value & @mask) == @want: -ETIMEDOUT after @timeout_us, -ENODEV if
 * the device is gone. May sleep.
 */
int hisi_qm_poll(struct hisi_qm *qm, u32 offset, u32 mask, u32 want,
		 unsigned int timeout_us);
/** Whether neither queue manager nor engine has shut the master, nor is gone. */
bool hisi_qm_is_alive(struct hisi_qm *qm);

/**
 * typedef hisi_qp_done_t - a request of a kernel queue is finished
 * @qp: queue
 * @sqe: the element as the hardware left it; on an error of the queue as it
 *	was sent. Valid until the function returns
 * @tag: of hisi_qp_send()
 * @error: 0, or -EIO if the queue died before the request was executed
 *
 * Context: process, or softirq of the completion work; must not sleep, may send.
 */
typedef void (*hisi_qp_done_t)(struct hisi_qp *qp, const void *sqe, void *tag,
			       int error);

/**
 * hisi_qp_get() - a kernel queue, started
 * @qm: function
 * @alg: algorithm type (4.1 W13)
 * @done: called for each request
 * @priv: hisi_qp_priv()
 *
 * Return: queue, or -EBUSY (none free for the kernel), -EIO (device in error),
 * -ENOMEM.
 */
struct hisi_qp *hisi_qp_get(struct hisi_qm *qm, u8 alg, hisi_qp_done_t done,
			    void *priv);

/** hisi_qp_put() - drain, stop, give back. All requests have been answered. */
void hisi_qp_put(struct hisi_qp *qp);

/** hisi_qp_priv() - of hisi_qp_get() */
void *hisi_qp_priv(struct hisi_qp *qp);

/**
 * hisi_qp_send() - queue a request
 * @qp: queue; any number of threads, any context
 * @sqe: copied
 * @tag: given to the callback
 *
 * Return: 0, -EAGAIN (full: try again after an answer), -EIO (queue dead or
 * stopped), -EBUSY (a reset is under way; the queue comes back).
 */
int hisi_qp_send(struct hisi_qp *qp, const void *sqe, void *tag);

/** hisi_qm_free_queues() - that hisi_qp_get() can give; to choose among devices */
unsigned int hisi_qm_free_queues(struct hisi_qm *qm);

void *hisi_qm_priv(struct hisi_qm *qm);
void hisi_qm_set_priv(struct hisi_qm *qm, void *priv);

#endif /* WD_HISI_QM_H */
