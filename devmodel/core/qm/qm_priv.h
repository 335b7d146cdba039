/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside of the queue manager's model. Section numbers are those of the
 * hardware specification (hisi-qm). Everything here is serialised by the host
 * except what struct qm_faults marks as atomic, which hisi_qm_model_run() sees.
 */
#ifndef HISI_QM_MODEL_PRIV_H
#define HISI_QM_MODEL_PRIV_H

#include <stdatomic.h>
#include <sys/queue.h>

#include "engine.h"
#include "hisi_qm_hw.h"

#define QM_MAX_FUNCS		(HISI_QM_MAX_VFS + 1)
#define QM_EQC_DWORDS		7	/* 4.3: 28 of the 32 bytes are used */
#define QM_EQC_BYTES		(4 * QM_EQC_DWORDS)
#define QM_QC_BYTES		32
#define QM_STORED_MAX		32
#define QM_MAX_SHUFFLE		64
#define QM_NO_QUEUE		UINT32_MAX

/* A generation carries the device's queue number in its low bits. */
#define QM_GENERATION_SHIFT	12
#define QM_GENERATION_GQN	((1u << QM_GENERATION_SHIFT) - 1)

enum qm_vector {
	QM_VECTOR_EQ,
	QM_VECTOR_AEQ,
	QM_VECTOR_MSG,
	QM_VECTOR_ABNORMAL,
	QM_VECTORS,
};

/* Mailbox status; the specification only knows zero and not zero (3.1). */
enum qm_status {
	QM_STATUS_OK = 0,
	QM_STATUS_COMMAND = 1,
	QM_STATUS_QUEUE = 2,
	QM_STATUS_BUS = 3,
	QM_STATUS_CONTEXT = 4,
	QM_STATUS_TIMEOUT = 5,
	QM_STATUS_PENDING = -1,		/* busy stays set for now */
};

enum qm_context_state {
	QM_CONTEXT_NONE,
	QM_CONTEXT_LIVE,
	QM_CONTEXT_EVICTED,		/* written back; the table has it */
};

enum qm_wait {
	QM_WAIT_NONE,
	QM_WAIT_STOP,
	QM_WAIT_FLUSH,
	QM_WAIT_PAUSE,
	QM_WAIT_STUCK,
};

/* Where a doorbell was rung. */
enum qm_bell {
	QM_BELL_V1,
	QM_BELL_SQ_CQ,
	QM_BELL_EQ_AEQ,
	QM_BELL_FUNC_BELLS,		/* those with a latch per function */
	QM_BELL_ISOLATED = QM_BELL_FUNC_BELLS,
};

enum qm_counter {
	QM_COUNT_ECC_1BIT,
	QM_COUNT_ECC_MBIT,
	QM_COUNT_SENT,
	QM_COUNT_WRITTEN_BACK,
	QM_COUNT_FINISHED,
	QM_COUNT_CQE_ERROR,
	QM_COUNT_CQE,
	QM_COUNT_EQE,
	QM_COUNT_AEQE,
	QM_COUNTERS,
};

enum qm_selector {
	QM_SELECT_MB,
	QM_SELECT_DB,
	QM_SELECT_SQE,
	QM_SELECT_CQE,
	QM_SELECTORS,
};

/* @signalled: the interrupt is out and nobody has answered it yet */
struct qm_irq {
	bool source;
	bool mask;
	bool signalled;
};

/* EQ or AEQ */
struct qm_eq {
	struct hisi_qm_eqc image;	/* as installed */
	uint32_t staged[QM_EQC_DWORDS];	/* 2.8: being restored */
	uint64_t base;
	uint32_t depth;
	uint16_t head;
	uint16_t tail;
	bool phase;			/* of the next element */
	bool live;
	bool overflow;
	struct qm_irq irq;
};

struct qm_sq {
	struct hisi_qm_sqc image;
	uint64_t base;
	uint32_t depth;
	uint16_t head;			/* next to be executed */
	uint16_t tail;
	bool wrap;
	uint8_t state;
};

struct qm_cq {
	struct hisi_qm_cqc image;
	uint64_t base;
	uint32_t depth;
	uint16_t head;
	uint16_t tail;			/* next to be written */
	bool wrap;
	bool phase;
	bool armed;
	uint8_t state;
};

/*
 * One SQ and the CQ of the same number. Made when first needed: a V1 device
 * has 4096. @active: counted in its function's count of queues with work.
 */
struct qm_queue {
	TAILQ_ENTRY(qm_queue) link;
	uint64_t generation;		/* 0: no SQ */
	uint16_t gqn;
	uint16_t func;
	uint16_t qn;
	bool ready;			/* on the list */
	bool active;
	bool task_out;
	bool halted;			/* after an error, until re-installed */
	bool stopped;			/* takes no doorbells, 3.4 STOP_QP */
	struct qm_sq sq;
	struct qm_cq cq;
	uint32_t bell_low;		/* first half of an isolated doorbell */
	uint32_t sqe_count;
	uint32_t cqe_count;
	uint16_t held[QM_MAX_SHUFFLE];	/* slots, FAULT_SHUFFLE_CQE */
	uint16_t held_count;
};

struct qm_mailbox {
	union {
		struct hisi_qm_mailbox regs;
		uint32_t dw[HISI_QM_MAILBOX_BYTES / 4];
	};
	enum qm_wait wait;
	uint64_t generation;		/* of the queue to be stopped */
};

struct qm_func {
	uint16_t num;
	unsigned int tasks_out;
	unsigned int active;		/* queues with work */
	struct qm_mailbox mailbox;
	struct qm_eq eq;
	struct qm_eq aeq;
	struct qm_irq msg_irq;
	bool msg_set;			/* 0x2c: the PF has yet to answer */
	bool paused;
	bool wb_done;
	uint64_t msg_in;		/* the PF's last message to this VF */
	uint64_t msg_out;		/* this VF's last message to the PF */
	uint64_t sqc_bt;
	uint64_t cqc_bt;
	uint32_t bell_low[QM_BELL_FUNC_BELLS];
	uint32_t page_size;
	uint32_t vf_state;
	uint32_t mb_count;
	uint32_t db_count;
};

struct qm_vft {
	uint64_t sqc;
	uint64_t cqc;
	uint64_t shaper[2];
};

/* What is in device space; a controller reset clears all of it. */
struct qm_device {
	uint32_t stored[QM_STORED_MAX];
	struct {
		uint32_t source, mask;
		uint32_t ce, nfe, fe, ce_threshold, ce_seen;
		uint32_t inf00, inf01, inf02;
		uint32_t shutdown_sel;
	} ras;
	bool shut_by_error;
	bool shut_by_software;
	bool mem_init_done;
	struct {
		uint32_t op_wr, type, addr, data_l, data_h;
		bool ready;
	} vft_port;
	struct qm_vft vft[QM_MAX_FUNCS];
	uint64_t msg_ready;		/* 0x100128 */
	uint64_t msg_source;		/* 0x100138 */
	uint32_t msg_cfg;
	uint32_t counter[QM_COUNTERS];
	uint32_t selector[QM_SELECTORS];
	bool clear_on_read;
	uint64_t last_bell;
};

struct qm_faults {
	bool on[HISI_QM_MODEL_FAULTS];
	uint32_t status;
	uint32_t drop_bells;
	uint32_t wrong_cqes;
	uint32_t hung_queue;
	uint32_t shuffle;
	atomic_uint dma;		/* data accesses that are to fail */
	atomic_bool removed;
};

struct hisi_qm_model_worker {
	struct hisi_qm_model *model;
	void *engine_worker;
};

struct hisi_qm_model {
	struct hisi_qm_model_config config;
	struct hisi_qm_model_host host;
	const struct hisi_qm_model_engine *ops;
	void *engine;
	struct hisi_qm_model_worker *worker;	/* for step() */
	unsigned int nfuncs;
	unsigned int nqueues;
	unsigned int func_queues;		/* most that one can have */
	uint32_t features;			/* 2.6, as the driver sees it */
	int vector[QM_VECTORS];			/* negative: none */
	uint64_t generation;
	unsigned int tasks_out;
	TAILQ_HEAD(, qm_queue) ready;
	struct qm_queue **queues;
	struct qm_func *funcs;
	struct qm_device dev;
	struct qm_faults faults;
};

static inline bool qm_is(const struct hisi_qm_model *model, unsigned int rev)
{
	return model->config.revision >= rev;
}

static inline uint64_t qm_join(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

/* Elements in a ring; never more than depth - 1. */
static inline uint32_t qm_ring_used(uint32_t head, uint32_t tail,
				    uint32_t depth)
{
	return tail >= head ? tail - head : tail + depth - head;
}

#define qm_guest_error(model, ...) \
	hisi_qm_model_log(model, HISI_QM_MODEL_LOG_GUEST_ERROR, __VA_ARGS__)
#define qm_event(model, ...) \
	hisi_qm_model_log(model, HISI_QM_MODEL_LOG_EVENT, __VA_ARGS__)

/* model.c */
bool hisi_qm_model_can_run(const struct hisi_qm_model *model);
void hisi_qm_model_wipe(struct hisi_qm_model *model);
uint32_t hisi_qm_model_cap(const struct hisi_qm_model *model, uint32_t offset);

/* dma.c: the rings and contexts, in the function's own address space */
bool hisi_qm_model_ring_read(struct hisi_qm_model *model, unsigned int func,
			     uint64_t addr, void *buf, size_t len);
bool hisi_qm_model_ring_write(struct hisi_qm_model *model, unsigned int func,
			      uint64_t addr, const void *buf, size_t len);

/* queue.c */
struct qm_queue *hisi_qm_model_queue_get(struct hisi_qm_model *model,
					 struct qm_func *f, unsigned int qn);
struct qm_queue *hisi_qm_model_queue_make(struct hisi_qm_model *model,
					  struct qm_func *f, unsigned int qn);
void hisi_qm_model_queue_drop(struct hisi_qm_model *model, struct qm_queue *q);
void hisi_qm_model_queue_update(struct hisi_qm_model *model,
				struct qm_queue *q);
void hisi_qm_model_queue_halt(struct hisi_qm_model *model, struct qm_queue *q);
void hisi_qm_model_queue_renew(struct hisi_qm_model *model,
			       struct qm_queue *q);
void hisi_qm_model_queues_update(struct hisi_qm_model *model);
void hisi_qm_model_kick_ready(struct hisi_qm_model *model);

/* cq.c */
void hisi_qm_model_cqe(struct hisi_qm_model *model, struct qm_queue *q,
		       uint16_t slot);
void hisi_qm_model_cqe_release(struct hisi_qm_model *model,
			       struct qm_queue *q);

/* context.c */
enum qm_status hisi_qm_model_sqc_install(struct hisi_qm_model *model,
					 struct qm_func *f, unsigned int qn,
					 uint64_t addr);
enum qm_status hisi_qm_model_cqc_install(struct hisi_qm_model *model,
					 struct qm_func *f, unsigned int qn,
					 uint64_t addr);
enum qm_status hisi_qm_model_sqc_dump(struct hisi_qm_model *model,
				      struct qm_func *f, unsigned int qn,
				      uint64_t addr);
enum qm_status hisi_qm_model_cqc_dump(struct hisi_qm_model *model,
				      struct qm_func *f, unsigned int qn,
				      uint64_t addr);
bool hisi_qm_model_sq_ensure(struct hisi_qm_model *model, struct qm_queue *q);
bool hisi_qm_model_cq_ensure(struct hisi_qm_model *model, struct qm_queue *q);
void hisi_qm_model_cache_write_back(struct hisi_qm_model *model,
				    struct qm_func *f);

/* doorbell.c */
void hisi_qm_model_bell(struct hisi_qm_model *model, struct qm_func *f,
			enum qm_bell where, unsigned int page, uint64_t value);
void hisi_qm_model_bell_half(struct hisi_qm_model *model, struct qm_func *f,
			     enum qm_bell where, bool high, uint32_t value);
void hisi_qm_model_bell_isolated(struct hisi_qm_model *model,
				 struct qm_func *f, uint64_t offset,
				 uint32_t value);

/* event.c */
bool hisi_qm_model_eqc_load(struct qm_eq *eq, const struct hisi_qm_eqc *image);
void hisi_qm_model_eqc_image(const struct qm_eq *eq, struct hisi_qm_eqc *image);
bool hisi_qm_model_eqe(struct hisi_qm_model *model, struct qm_func *f,
		       unsigned int cqn);
void hisi_qm_model_aeqe(struct hisi_qm_model *model, struct qm_func *f,
			unsigned int qn, unsigned int type);
void hisi_qm_model_eq_bell(struct hisi_qm_model *model, struct qm_func *f,
			   enum qm_vector vector, uint16_t index);
void hisi_qm_model_irq_update(struct hisi_qm_model *model,
			      const struct qm_func *f, struct qm_irq *irq,
			      enum qm_vector vector);
void hisi_qm_model_irq_mask(struct hisi_qm_model *model,
			    const struct qm_func *f, struct qm_irq *irq,
			    enum qm_vector vector, bool mask);
void hisi_qm_model_irq_raise(struct hisi_qm_model *model,
			     const struct qm_func *f, enum qm_vector vector);

/* vft.c */
bool hisi_qm_model_vft_map(const struct hisi_qm_model *model,
			   unsigned int func, unsigned int qn,
			   unsigned int *gqn);
void hisi_qm_model_vft_invalid(struct hisi_qm_model *model, unsigned int func,
			       unsigned int qn, bool is_cq);
void hisi_qm_model_vft_execute(struct hisi_qm_model *model);

/* mailbox.c */
void hisi_qm_model_mailbox_write(struct hisi_qm_model *model,
				 struct qm_func *f, unsigned int dword,
				 uint32_t value);
void hisi_qm_model_mailbox_progress(struct hisi_qm_model *model,
				    struct qm_func *f);
void hisi_qm_model_mailbox_progress_all(struct hisi_qm_model *model);
void hisi_qm_model_mailbox_unstick(struct hisi_qm_model *model);

/* message.c */
enum qm_status hisi_qm_model_msg_send(struct hisi_qm_model *model,
				      struct qm_func *f, unsigned int to,
				      uint64_t msg);
enum qm_status hisi_qm_model_msg_get(struct hisi_qm_model *model,
				     struct qm_func *f, unsigned int from,
				     uint64_t *msg);
void hisi_qm_model_msg_notify_vfs(struct hisi_qm_model *model);
void hisi_qm_model_msg_notify_pf(struct hisi_qm_model *model,
				 struct qm_func *f);
void hisi_qm_model_msg_clear(struct hisi_qm_model *model, struct qm_func *f);
void hisi_qm_model_msg_clear_source(struct hisi_qm_model *model,
				    uint64_t bits);

/* ras.c */
void hisi_qm_model_error(struct hisi_qm_model *model, uint32_t bits);
bool hisi_qm_model_ras_read(const struct hisi_qm_model *model, uint32_t offset,
			    uint32_t *value);
bool hisi_qm_model_ras_write(struct hisi_qm_model *model, uint32_t offset,
			     uint32_t value);

/* counter.c */
bool hisi_qm_model_counter_read(struct hisi_qm_model *model, uint32_t offset,
				uint32_t *value);
bool hisi_qm_model_counter_write(struct hisi_qm_model *model, uint32_t offset,
				 uint32_t value);

/* device_space.c */
bool hisi_qm_model_device_read(struct hisi_qm_model *model, uint32_t offset,
			       uint32_t *value);
bool hisi_qm_model_device_write(struct hisi_qm_model *model, uint32_t offset,
				uint32_t value);
void hisi_qm_model_device_reset(struct hisi_qm_model *model);

/* func_space.c */
bool hisi_qm_model_func_read(struct hisi_qm_model *model, struct qm_func *f,
			     uint32_t offset, uint32_t *value);
bool hisi_qm_model_func_write(struct hisi_qm_model *model, struct qm_func *f,
			      uint32_t offset, uint32_t value);

#endif /* HISI_QM_MODEL_PRIV_H */
