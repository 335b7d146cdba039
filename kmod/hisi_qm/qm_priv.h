/* SPDX-License-Identifier: GPL-2.0-only */
/**
 * DOC: HiSilicon Queue Manager, for the files of this module
 *
 * A function, PF or VF, is a &struct hisi_qm from its probe to its remove. Its
 * hardware queues are &struct qm_queue, embedded in what uses them: a queue of
 * the kernel (&struct hisi_qp, qp.c) or of a process (user.c). Queues are
 * gone before the function is.
 *
 * Locks, outer ones first:
 *
 * &hisi_qm.reset_lock of a PF, and of a VF that resets itself: one reset,
 *	suspend or the like of a function at a time, from its beginning to its end
 * functions_lock (siblings.c): list of all functions; held while a PF resets
 *	those VFs that this kernel drives, so that none of them is removed. Not
 *	taken with a VF's &hisi_qm.reset_lock held
 * &hisi_qm.reset_lock of VFs, by their PF
 * &hisi_qm.sem: readers get, start, stop and put single queues; writers stop
 *	and start the function. What is read-held ends soon once the function has
 *	failed
 * &qm_mailbox.lock: one command at a time
 * &hisi_qm.event_lock, &hisi_qp.lock: spin locks, with interrupts off
 */
#ifndef WD_QM_PRIV_H
#define WD_QM_PRIV_H

#include <linux/io.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "hisi_qm.h"

struct qm_queue;
struct uacce_device;

/** enum qm_state - what a function is doing; under &hisi_qm.sem */
enum qm_state {
	QM_DOWN,
	QM_RUNNING,
};

/**
 * enum qm_flag - bits of &hisi_qm.flags, set and tested by anybody
 * @QM_FAILED: has no use until the next successful reset; nobody waits for it
 * @QM_REMOVING: long waits end
 * @QM_ISOLATED: out of service for user space
 * @QM_ECC: the error was a multi-bit one of the queue manager (5.10)
 * @QM_SUSPENDED: may have no power; errors and resets wait for the resume
 * @QM_PCI_RECOVERS: PCI is about to reset the function, nobody else does
 * @QM_LINK_RESET: PF: PCI resets the device together with its link
 * @QM_WITH_PF: VF: what PCI resets it with is a reset of its PF as well
 */
enum qm_flag {
	QM_FAILED,
	QM_REMOVING,
	QM_ISOLATED,
	QM_ECC,
	QM_SUSPENDED,
	QM_PCI_RECOVERS,
	QM_LINK_RESET,
	QM_WITH_PF,
};

/** enum qm_stop - why a function stops (5.7) */
enum qm_stop {
	QM_STOP_NORMAL,
	QM_STOP_RESET,
	QM_STOP_FLR,
	QM_STOP_SHUTDOWN,
};

enum qm_irq {
	QM_IRQ_EQ,
	QM_IRQ_AEQ,
	QM_IRQ_MSG,
	QM_IRQ_ABNORMAL,
	QM_IRQS,
};

#define QM_NO_VECTOR	(-1)

/**
 * struct qm_caps - shape and features of a function (2.6)
 * @eq_depth: entries
 * @aeq_depth: entries, 0 if there is none
 * @sq_depth: entries
 * @cq_depth: entries
 * @vector: of each interrupt, or QM_NO_VECTOR
 * @vectors: how many to ask for
 * @has_qos: bandwidths of functions can be limited
 * @has_stop_qp: a mailbox command drains and stops a queue
 * @has_flush: another one drains the function
 * @has_messages: PF and VFs talk
 * @has_prefetch: needs to know the page size for SVA
 */
struct qm_caps {
	u32 eq_depth;
	u32 aeq_depth;
	u32 sq_depth;
	u32 cq_depth;
	int vector[QM_IRQS];
	unsigned int vectors;
	bool has_qos;
	bool has_stop_qp;
	bool has_flush;
	bool has_messages;
	bool has_prefetch;
};

/**
 * struct qm_gen - what differs between generations of hardware (1.2)
 * @revision: HISI_QM_REV_*
 * @api: interface of user queues
 * @queues: of a device; 0: a register tells
 * @regs: capability registers' values from 0x3100 to 0x311c, for hardware that
 *	has none, or says version 0
 * @ras: error classes likewise
 * @has_cap_regs: capability registers exist
 * @has_vft_count: a VF can ask for its queues (1.5)
 * @has_sva: requests can use the addresses of a process
 * @has_pasid_valid: contexts say whether their PASID counts
 * @has_shutdown_sel: errors that shut the bus master can be selected
 * @has_wb: context caches can be written back (0x204)
 * @reports_errors: has an abnormal interrupt at all
 * @doorbell: value of a doorbell
 * @set_depth: put element size and depth into DW3 and W8 of a context
 * @sqc_vft: entry for so many queues from a base
 * @cqc_vft: likewise
 * @eqc_dw3: word of the event queue's context
 */
struct qm_gen {
	u8 revision;
	const char *api;
	u32 queues;
	u32 regs[8];
	struct hisi_qm_ras ras;
	bool has_cap_regs;
	bool has_vft_count;
	bool has_sva;
	bool has_pasid_valid;
	bool has_shutdown_sel;
	bool has_wb;
	bool reports_errors;
	u64 (*doorbell)(u16 qn, u64 cmd, u16 rand, u16 index, u16 priority);
	void (*set_depth)(u32 depth, u32 elem_log2, u16 rand, __le32 *dw3,
			  __le16 *w8);
	u64 (*sqc_vft)(u32 base, u32 count);
	u64 (*cqc_vft)(void);
	u32 eqc_dw3;
};

/**
 * struct qm_mailbox - commands to the function (3)
 * @lock: one command at a time; protects all of this
 * @image: for contexts, coherent
 * @image_dma: where the device finds it
 * @is_stuck: a command did not end. There is no way to take it back, so none
 *	is tried until the next reset
 */
struct qm_mailbox {
	struct mutex lock;
	void *image;
	dma_addr_t image_dma;
	bool is_stuck;
};

/**
 * struct qm_ring - event queue or asynchronous event queue
 * @entries: NULL if there is none
 * @dma: where the device finds them
 * @depth: in entries
 * @head: next one to look at; its interrupt handler's
 * @phase: that a new one has; its interrupt handler's
 */
struct qm_ring {
	__le32 *entries;
	dma_addr_t dma;
	u32 depth;
	u32 head;
	u32 phase;
};

/**
 * struct qm_tables - memory that a function as a whole shares with the device
 * @block: all of it, one piece
 * @dma: where the device finds it
 * @bytes: its size
 * @sqc: table of queue contexts (3.6)
 * @sqc_dma: where the device finds it
 * @cqc: likewise
 * @cqc_dma: likewise
 */
struct qm_tables {
	void *block;
	dma_addr_t dma;
	size_t bytes;
	struct hisi_qm_sqc *sqc;
	dma_addr_t sqc_dma;
	struct hisi_qm_cqc *cqc;
	dma_addr_t cqc_dma;
};

/**
 * struct qm_counters - for debugfs, and for nobody else
 *
 * Bogus entries of the device's queues are counted rather than believed.
 */
struct qm_counters {
	atomic_long_t eqes;
	atomic_long_t bogus_eqes;
	atomic_long_t aeqes;
	atomic_long_t bogus_aeqes;
	atomic_long_t bogus_cqes;
	atomic_long_t mailbox_errors;
	atomic_long_t queue_errors;
	atomic_long_t ras_events;
	atomic_long_t resets;
	atomic_long_t failed_resets;
};

/**
 * struct qm_isolation - errors as user space's strategy counts them (6.8)
 * @lock: protects all of this
 * @threshold: so many in an hour isolate the device; 0: never
 * @until_reset: PF: isolated because a reset failed; under &hisi_qm.reset_lock
 * @times: when they happened, newest last
 */
struct qm_isolation {
	struct mutex lock;
	u32 threshold;
	bool until_reset;
	struct list_head times;
};

/**
 * struct qm_vfs - the VFs of a PF
 * @count: enabled; changes with the device lock and @reset_lock held
 * @base: first queue of each, by number of the VF
 * @queues: of each
 * @deaf: a bit each: did not take an answer. Message work's own, as @deaf_until
 * @deaf_until: when it is worth another try
 */
struct qm_vfs {
	unsigned int count;
	u16 base[HISI_QM_MAX_VFS + 1];
	u16 queues[HISI_QM_MAX_VFS + 1];
	u64 deaf;
	unsigned long deaf_until;
};

/**
 * struct hisi_qm - a function
 * @pdev: its PCI device
 * @engine: what the queues are for
 * @options: the administrator's
 * @is_vf: which kind
 * @gen: generation of the hardware
 * @caps: its features
 * @ras: its error classes
 * @has_cap_version: capability registers count
 * @priv: the engine's driver's
 * @io: BAR 2
 * @iso_io: BAR 4 if doorbells are isolated (2.7), else NULL
 * @config: configuration space as probe has left it
 * @device_queues: of the whole device; PF
 * @max_queues: that a function can have; PF
 * @nr_queues: of this function
 * @wq: for everything that may be needed to free memory
 * @flags: enum qm_flag
 * @reset_lock: see the top of this file
 * @flr_task: PF: who resets it by PCI, from beginning to end. Others compare it
 *	with themselves only
 * @pci_recovers_until: with QM_PCI_RECOVERS, jiffies when that is too late;
 *	@reset_lock's
 * @resets_since: jiffies when @recent_resets began; @reset_lock's
 * @recent_resets: that errors made necessary; @reset_lock's
 * @sem: see the top of this file; protects @state
 * @state: enum qm_state
 * @mailbox: see there
 * @event_lock: protects @queues, and that what is in there stays
 * @queues: by number, NULL for a free one. Entries come and go also with @sem
 *	read-held, so that writers may go through them
 * @nr_free: of them
 * @nr_kernel: of the free ones, the kernel may have so many. Its share is fixed
 *	before there are users
 * @tables: see there
 * @eq: events
 * @aeq: errors of queues
 * @aeq_work: deals with queues and rings that had errors
 * @eq_overflow: bit 0: events were lost
 * @ras_work: deals with errors of the device
 * @reset_work: gets a failed function back, or takes it out of service;
 *	qm_reset_ask()
 * @msg_work: answers messages
 * @vfs: PF
 * @isolation: see there
 * @counters: see there
 * @uacce: user queues; NULL if there are none
 * @uses_sva: and their mode is that with shared virtual addresses
 * @dus_bytes: memory of a user queue
 * @debug: folder in debugfs
 * @node: in the list of functions
 */
struct hisi_qm {
	struct pci_dev *pdev;
	const struct hisi_qm_engine *engine;
	struct hisi_qm_options options;
	bool is_vf;
	const struct qm_gen *gen;
	struct qm_caps caps;
	struct hisi_qm_ras ras;
	bool has_cap_version;
	void *priv;
	void __iomem *io;
	void __iomem *iso_io;
	struct pci_saved_state *config;
	u32 device_queues;
	u32 max_queues;
	u32 nr_queues;
	struct workqueue_struct *wq;
	unsigned long flags;

	struct mutex reset_lock;
	struct task_struct *flr_task;
	unsigned long pci_recovers_until;
	unsigned long resets_since;
	unsigned int recent_resets;
	struct rw_semaphore sem;
	enum qm_state state;
	struct qm_mailbox mailbox;

	spinlock_t event_lock;
	struct qm_queue **queues;
	u32 nr_free;
	u32 nr_kernel;

	struct qm_tables tables;
	struct qm_ring eq;
	struct qm_ring aeq;
	struct work_struct aeq_work;
	unsigned long eq_overflow;
	struct work_struct ras_work;
	struct delayed_work reset_work;
	struct work_struct msg_work;

	struct qm_vfs vfs;
	struct qm_isolation isolation;
	struct qm_counters counters;
	struct uacce_device *uacce;
	bool uses_sva;
	size_t dus_bytes;
	struct dentry *debug;
	struct list_head node;
};

/**
 * struct qm_queue_ops - what a user of queues does about events of them
 * @event: there are completions. Hard interrupt, &hisi_qm.event_lock held
 * @halting: the queue is going to be stopped by an error or a reset. Process
 *	context with &hisi_qm.sem write-held, as the following
 * @halted: it has been, and does no DMA any more
 * @restart: it may be started again, if its user wants that
 * @give_up: it may not, until the function was reset
 * @kind: for debugfs
 * @is_kernel: counts against what the kernel may have
 */
struct qm_queue_ops {
	void (*event)(struct qm_queue *queue);
	void (*halting)(struct qm_queue *queue);
	void (*halted)(struct qm_queue *queue);
	void (*restart)(struct qm_queue *queue);
	void (*give_up)(struct qm_queue *queue);
	const char *kind;
	bool is_kernel;
};

/**
 * struct qm_queue - a hardware queue
 * @qm: its function
 * @ops: its user's
 * @id: its number
 * @alg: algorithm type
 * @rand: that doorbells have to carry
 * @pasid: address space of its requests; 0: the function's
 * @sq: ring of requests, for the device
 * @cq: ring of completions, for the device
 * @doorbell: register for both
 * @is_started: contexts are installed. Changed by the owner with &hisi_qm.sem
 *	read-held, or by a writer
 * @has_error: the device has stopped it; set by the interrupt handler
 */
struct qm_queue {
	struct hisi_qm *qm;
	const struct qm_queue_ops *ops;
	u16 id;
	u8 alg;
	u16 rand;
	u32 pasid;
	dma_addr_t sq;
	dma_addr_t cq;
	void __iomem *doorbell;
	bool is_started;
	bool has_error;
};

/* caps.c */
int qm_caps_init(struct hisi_qm *qm);
int qm_queues_init(struct hisi_qm *qm);

/* regs.c */
bool qm_is_gone(struct hisi_qm *qm);

/* mailbox.c */
int qm_mailbox_init(struct hisi_qm *qm);
void qm_mailbox_exit(struct hisi_qm *qm);
void qm_mailbox_reset(struct hisi_qm *qm);
int qm_mailbox_run(struct hisi_qm *qm, u8 cmd, u16 queue, u64 base);
int qm_mailbox_set(struct hisi_qm *qm, u8 cmd, u16 queue, const void *image,
		   size_t bytes);
int qm_mailbox_dump(struct hisi_qm *qm, u8 cmd, u16 queue, void *image,
		    size_t bytes);
int qm_mailbox_get(struct hisi_qm *qm, u8 cmd, u16 queue, u64 *value);
int qm_mailbox_call(struct hisi_qm *qm, u8 cmd, u16 queue, u64 base,
		    int (*then)(struct hisi_qm *qm, void *arg), void *arg);

/* vft.c */
int qm_vft_set(struct hisi_qm *qm, unsigned int function, u32 base, u32 count);
void qm_vft_clear(struct hisi_qm *qm, unsigned int function);

/* context.c */
int qm_tables_init(struct hisi_qm *qm);
void qm_tables_exit(struct hisi_qm *qm);
int qm_tables_install(struct hisi_qm *qm);
int qm_context_install(struct qm_queue *queue);
void qm_context_poison(struct qm_queue *queue);
int qm_context_drained(struct qm_queue *queue, u32 *progress);

/* event.c */
int qm_irq_vectors(struct hisi_qm *qm);
int qm_irq_request(struct hisi_qm *qm);
void qm_irq_free(struct hisi_qm *qm);
void qm_event_unmask(struct hisi_qm *qm);
void qm_event_mask(struct hisi_qm *qm);
void qm_aeq_work(struct work_struct *work);

/* queue.c */
int qm_queue_table_init(struct hisi_qm *qm);
void qm_queue_table_exit(struct hisi_qm *qm);
void qm_queues_share(struct hisi_qm *qm);
unsigned int qm_queues_free(struct hisi_qm *qm);
int qm_queue_add(struct hisi_qm *qm, struct qm_queue *queue,
		 const struct qm_queue_ops *ops);
void qm_queue_del(struct qm_queue *queue);
int qm_queue_start(struct qm_queue *queue);
void qm_queue_stop(struct qm_queue *queue);
void qm_queue_ring(struct qm_queue *queue, u64 cmd, u16 index, u16 priority);
void qm_queues_halt(struct hisi_qm *qm, enum qm_stop why);
void qm_queue_recover(struct qm_queue *queue);
void qm_queues_restart(struct hisi_qm *qm);

/* function.c */
int qm_device_init(struct hisi_qm *qm, bool with_memory);
void qm_device_exit(struct hisi_qm *qm);
int qm_function_start(struct hisi_qm *qm);
void qm_function_stop(struct hisi_qm *qm, enum qm_stop why);
void qm_function_fail(struct hisi_qm *qm, const char *why);
void qm_function_halt(struct hisi_qm *qm, enum qm_stop why);
int qm_function_restart(struct hisi_qm *qm);
void qm_function_give_up(struct hisi_qm *qm);

/* user.c */
int qm_user_alloc(struct hisi_qm *qm);
int qm_user_register(struct hisi_qm *qm);
void qm_user_remove(struct hisi_qm *qm);

/* ras.c */
void qm_ras_enable(struct hisi_qm *qm);
void qm_ras_disable(struct hisi_qm *qm);
void qm_ras_work(struct work_struct *work);
bool qm_ras_handle(struct hisi_qm *qm);
bool qm_ras_is_ecc(struct hisi_qm *qm);

/* siblings.c */
void qm_functions_add(struct hisi_qm *qm);
void qm_functions_del(struct hisi_qm *qm);
void qm_functions_mirror(struct hisi_qm *qm, u32 word);
bool qm_sibling_starts(struct hisi_qm *vf);
void qm_siblings_prepare(struct hisi_qm *pf, enum qm_stop why);
void qm_siblings_done(struct hisi_qm *pf, bool is_back);

/* reset.c */
void qm_reset_work(struct work_struct *work);
void qm_reset_ask(struct hisi_qm *qm);
int qm_reset_device(struct hisi_qm *qm, bool is_reset);
void qm_out_of_service(struct hisi_qm *qm, int error);

/* pci_reset.c */
bool qm_pci_recovers(struct hisi_qm *qm);
void qm_pci_recovery_end(struct hisi_qm *qm);

/* soft_reset.c */
bool qm_soft_reset_exists(struct hisi_qm *qm);
int qm_soft_reset(struct hisi_qm *qm);
int qm_soft_reset_at_probe(struct hisi_qm *qm);
int qm_master_shut(struct hisi_qm *qm);
void qm_leave_failed(struct hisi_qm *qm);

/* isolation.c */
void qm_isolation_init(struct hisi_qm *qm);
void qm_isolation_exit(struct hisi_qm *qm);
void qm_isolation_count(struct hisi_qm *qm);
void qm_isolate_until_reset(struct hisi_qm *qm);
void qm_isolation_reset(struct hisi_qm *qm);
void qm_isolation_end(struct hisi_qm *qm);
u32 qm_isolation_threshold(struct hisi_qm *qm);
int qm_isolation_set_threshold(struct hisi_qm *qm, u32 threshold);
u32 qm_isolation_word(struct hisi_qm *qm);
u64 qm_isolation_message(struct hisi_qm *qm, u32 command);
void qm_isolation_tell(struct hisi_qm *qm);
void qm_isolation_mirror(struct hisi_qm *qm, u32 word);

/* message.c */
void qm_message_init(struct hisi_qm *qm);
void qm_message_mask(struct hisi_qm *qm);
void qm_message_unmask(struct hisi_qm *qm);
void qm_message_work(struct work_struct *work);
int qm_message_to_vfs(struct hisi_qm *qm, u64 message);
void qm_message_wait_vfs(struct hisi_qm *qm);
void qm_message_ask_isolation(struct hisi_qm *qm);

/* sriov.c */
int qm_vfs_restore(struct hisi_qm *qm);
int qm_vfs_enable(struct hisi_qm *qm, unsigned int count);
void qm_vfs_disable(struct hisi_qm *qm);

/* debugfs.c */
void qm_debugfs_init(struct hisi_qm *qm);
void qm_debugfs_exit(struct hisi_qm *qm);

extern const struct qm_gen qm_gen_v1, qm_gen_v2, qm_gen_v3;

#endif /* WD_QM_PRIV_H */
