/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/**
 * DOC: libwarpdrive, queues
 *
 * A queue is one hardware queue of an accelerator, opened for one algorithm.
 * A request is a structure of that algorithm (for compression struct
 * wd_comp_msg, see wd_comp.h). It belongs to the caller until wd_send() took
 * it, to the queue until it comes back from wd_recv(), and then to the caller
 * again. The memory that a request points to follows the same rule.
 *
 * Errors are negative errno values. The library sets no errno, prints nothing,
 * never exits and raises no signal; what it has to say goes to the log
 * callback. These mean the same everywhere:
 *
 *	-EINVAL    a parameter is out of its documented range
 *	-EIO       the queue is dead: the device failed or was reset, or broke
 *	           the protocol. Requests without an answer are lost; release
 *	           the queue and request another one
 *	-ENODEV    there is no such device, or it was removed
 *	-EPERM     the queue was requested before a fork(), by the parent
 *
 * Threads: one thread that sends (wd_send(), wd_send_burst(), wd_flush()) and
 * one that receives (wd_recv*(), wd_queue_arm()) may use a queue at the same
 * time without a lock. Everything else on one queue is the caller's to
 * serialise; different queues are independent.
 */
#ifndef WARPDRIVE_WD_H
#define WARPDRIVE_WD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct wd_queue_state;

/** Any NUMA node: the one nearest to the calling thread comes first. */
#define WD_NUMA_ANY		(-1)

/** No deadline. */
#define WD_TIMEOUT_INFINITE	UINT32_MAX

/** Used where a timeout of 0 was given in struct wd_queue: milliseconds. */
#define WD_TIMEOUT_DEFAULT_MS	30000

/** The default device: real hardware if there is any, else the built-in one. */
#define WD_DEVICE_AUTO		"auto"

/** The built-in accelerator: a device model that runs inside the process. */
#define WD_DEVICE_EMU		"emu"

/**
 * enum wd_mode - how a device sees the memory of the process
 *
 * In all modes memory from wd_reserve_memory() is reachable; see docs/modes.md.
 */
enum wd_mode {
	WD_MODE_SVA = 0,	/* all memory of the process, by its addresses */
	WD_MODE_PASID = 1,	/* reserved memory, process isolated */
	WD_MODE_SHARE_DOMAIN = 2,	/* reserved memory, one process a function */
	WD_MODE_DMA = 3,	/* reserved memory, device isolated */
	WD_MODE_NOIOMMU = 4,	/* reserved memory, nothing isolated */
};

/**
 * struct wd_queue - a queue and what the caller wants it to be
 * @algorithm: "zlib", "gzip" or "deflate"; a string that outlives the queue
 * @device: NULL or WD_DEVICE_AUTO for the best device with a free queue; a
 *	name from wd_device_list_get() or WD_DEVICE_EMU for that one only
 * @op_type: algorithm specific; enum wd_comp_direction for compression
 * @numa_node: node the device should be near, or WD_NUMA_ANY
 * @timeout_ms: how long wd_recv_sync() and wd_flush() wait for an answer;
 *	0 for WD_TIMEOUT_DEFAULT_MS
 * @flags: must be 0
 * @reserved: must be 0
 * @state: the library's, set by wd_request_queue()
 *
 * Zero the structure, fill in what is wanted, call wd_request_queue(), and do
 * not move it until wd_release_queue(). Mind that 0 is a node: without a wish
 * set @numa_node to WD_NUMA_ANY.
 */
struct wd_queue {
	const char *algorithm;
	const char *device;
	uint32_t op_type;
	int32_t numa_node;
	uint32_t timeout_ms;
	uint32_t flags;
	uint64_t reserved[4];
	struct wd_queue_state *state;
};

/**
 * wd_request_queue() - open a queue
 * @q: filled in by the caller; @q->state is set on success only
 *
 * Candidates are tried from the nearest to the farthest, those with more free
 * queues first, isolated ones never.
 *
 * Return: 0; -EINVAL (unknown algorithm, a reserved field not 0, @q already
 * requested); -ENODEV (no device has the algorithm); -EBUSY (all queues of
 * every candidate are in use); -EACCES (the device file may not be opened);
 * -ENOTSUP (the device speaks an interface this library does not know);
 * -ENOMEM; or what the kernel answered.
 */
int wd_request_queue(struct wd_queue *q);

/**
 * wd_release_queue() - close a queue and free its reserved memory
 * @q: a requested queue, or one that never was; NULL is ignored
 *
 * Requests in flight are lost, their memory is not touched any more when this
 * returns. In a forked child it frees the child's copy only.
 */
void wd_release_queue(struct wd_queue *q);

/**
 * wd_send() - hand one request to the device
 * @q: requested queue
 * @req: request of the queue's algorithm
 *
 * Never blocks and never enters the kernel.
 *
 * A queue holds its depth - 1 requests. As answers are given back to the device
 * in batches, those taken last may count for a while; a wd_recv() after -EBUSY
 * ends that.
 *
 * Return: 0, the request is the queue's now; -EBUSY (the queue is full: take
 * answers first); -EINVAL (malformed request); -EFAULT (it points to memory
 * that the device cannot reach); -EIO, -ENODEV, -EPERM.
 */
int wd_send(struct wd_queue *q, void *req);

/**
 * wd_recv() - take one answered request
 * @q: requested queue
 * @req: set to the request on success, otherwise left alone
 *
 * Answers may come in another order than the requests were sent in. The
 * outcome of the request itself is in the request.
 * Never blocks and never enters the kernel.
 *
 * Return: 0; -EAGAIN (nothing is answered yet); -EIO, -ENODEV (only after the
 * last answer that arrived was taken), -EPERM.
 */
int wd_recv(struct wd_queue *q, void **req);

/**
 * wd_recv_sync() - take one answered request, sleep until there is one
 * @q: requested queue
 * @req: as in wd_recv()
 *
 * Return: as wd_recv(), and -ETIMEDOUT after @q->timeout_ms. With nothing in
 * flight it returns -EAGAIN at once.
 */
int wd_recv_sync(struct wd_queue *q, void **req);

/**
 * wd_recv_timed() - wd_recv_sync() with a timeout of its own
 * @q: requested queue
 * @req: as in wd_recv()
 * @timeout_ms: milliseconds, 0 not to wait, or WD_TIMEOUT_INFINITE
 *
 * Return: as wd_recv_sync().
 */
int wd_recv_timed(struct wd_queue *q, void **req, uint32_t timeout_ms);

/**
 * wd_flush() - wait until every request sent has completed
 * @q: requested queue
 *
 * The answers stay there for wd_recv(). Also returns when the queue is dead or
 * @q->timeout_ms has passed: wd_recv() then tells.
 */
void wd_flush(struct wd_queue *q);

/**
 * wd_send_burst() - hand several requests to the device with one doorbell
 * @q: requested queue
 * @reqs: requests, in the order of sending
 * @n: how many, may be 0
 *
 * Return: how many were taken, from the first on; fewer than @n if the queue
 * became full or the next one is malformed. If not even the first was taken,
 * the error of wd_send() for it.
 */
int wd_send_burst(struct wd_queue *q, void *const *reqs, unsigned int n);

/**
 * wd_recv_burst() - take up to @n answered requests
 * @q: requested queue
 * @reqs: room for @n pointers
 * @n: how many at most
 *
 * Return: how many were taken, 0 if nothing is answered yet; -EIO, -ENODEV,
 * -EPERM as wd_recv().
 */
int wd_recv_burst(struct wd_queue *q, void **reqs, unsigned int n);

/**
 * wd_reserve_memory() - memory that the device can reach in every mode
 * @q: requested queue
 * @size: bytes; rounded up to whole pages
 *
 * One reservation a queue. Zeroed, page aligned, freed by wd_release_queue(),
 * not inherited by a forked child.
 *
 * Return: the memory; NULL if @size is 0, @q has reserved already, the process
 * or the device has no more, or @q is not usable. The log callback is told why.
 */
void *wd_reserve_memory(struct wd_queue *q, size_t size);

/**
 * wd_share_reserved_memory() - let another queue use a queue's reserved memory
 * @q: queue that reserved memory
 * @target_q: queue of the same device that has reserved none
 *
 * Release @target_q before @q.
 *
 * Return: 0; -EINVAL (@q reserved none, or they are the same queue); -EEXIST
 * (@target_q has memory already); -EXDEV (they are on different devices);
 * -EIO, -ENODEV, -EPERM.
 */
int wd_share_reserved_memory(struct wd_queue *q, struct wd_queue *target_q);

/**
 * wd_memory_reachable() - can the device use this memory
 * @q: requested queue
 * @addr: start
 * @size: bytes, at least 1
 *
 * Return: true if requests may point there: reserved memory of the queue, and
 * in WD_MODE_SVA all memory of the process.
 */
bool wd_memory_reachable(struct wd_queue *q, const void *addr, size_t size);

/**
 * wd_queue_fd() - a descriptor for poll(), select() and epoll
 * @q: requested queue
 *
 * Readable when an answer arrived after wd_queue_arm(). Spurious wake-ups
 * happen. It belongs to the queue; do not read, write or close it.
 *
 * Return: the descriptor, -EPERM in a forked child, -EINVAL.
 */
int wd_queue_fd(struct wd_queue *q);

/**
 * wd_queue_arm() - ask for a wake-up at the next answer
 * @q: requested queue
 *
 * Return: 0, wait on wd_queue_fd() now; 1, there are answers already, take
 * them first; -EIO, -ENODEV, -EPERM, -EINVAL.
 */
int wd_queue_arm(struct wd_queue *q);

/**
 * struct wd_device_info - a device as it was when the list was made
 * @name: for struct wd_queue, for instance "hisi_zip-0"
 * @path: device file, empty for the built-in device
 * @driver: user driver of this library that serves it, empty if none does
 * @api: the kernel driver's interface name, for instance "hisi_qm_v3"
 * @algorithms: names separated by newlines
 * @flags: UACCE_DEV_* bits
 * @mode: memory mode
 * @numa_node: node of the device, or WD_NUMA_ANY
 * @numa_distance: distance from the calling thread, 10 for its own node
 * @available_instances: free queues
 * @isolated: taken out of service after errors
 * @emulated: the built-in device
 * @region_mmio_bytes: size of the register region
 * @region_dus_bytes: size of the ring region
 * @reserved: 0
 */
struct wd_device_info {
	char name[64];
	char path[96];
	char driver[32];
	char api[64];
	char algorithms[256];
	uint64_t flags;
	enum wd_mode mode;
	int32_t numa_node;
	uint32_t numa_distance;
	uint32_t available_instances;
	bool isolated;
	bool emulated;
	uint64_t region_mmio_bytes;
	uint64_t region_dus_bytes;
	uint64_t reserved[4];
};

/**
 * wd_device_list_get() - all devices, the one to prefer first
 * @list: set to an array to be freed with wd_device_list_free()
 *
 * Devices that cannot be used are in the list too; the built-in one is last.
 *
 * Return: number of entries, or -ENOMEM.
 */
int wd_device_list_get(struct wd_device_info **list);

/** wd_device_list_free() - free what wd_device_list_get() gave; NULL is fine */
void wd_device_list_free(struct wd_device_info *list);

/**
 * struct wd_queue_info - what a requested queue is
 * @device: the device, as it was when the queue was requested
 * @queue_num: number of the queue within its device
 * @depth: entries of the submission ring; @depth - 1 requests fit
 * @in_flight: requests sent and not taken back; a moment's value
 * @sq_doorbells: doorbells rung for requests
 * @cq_doorbells: doorbells rung for answers
 * @reserved: 0
 */
struct wd_queue_info {
	struct wd_device_info device;
	uint32_t queue_num;
	uint32_t depth;
	uint32_t in_flight;
	uint32_t pad;
	uint64_t sq_doorbells;
	uint64_t cq_doorbells;
	uint64_t reserved[4];
};

/**
 * wd_queue_get_info() - describe a requested queue
 * @q: requested queue
 * @info: filled in on success
 *
 * Return: 0, -EINVAL, -EPERM.
 */
int wd_queue_get_info(struct wd_queue *q, struct wd_queue_info *info);

/** enum wd_log_level - importance of a message */
enum wd_log_level {
	WD_LOG_ERROR = 0,	/* something failed that the caller asked for */
	WD_LOG_WARNING = 1,	/* it went on, but not as well as it should */
	WD_LOG_INFO = 2,	/* decisions: which device was chosen */
	WD_LOG_DEBUG = 3,
};

/**
 * typedef wd_log_fn - receives the messages of the library
 * @arg: as given to wd_log_set()
 * @level: importance
 * @text: one line without a newline, valid during the call only
 *
 * Called from whatever thread has something to say, never from wd_send() or
 * wd_recv() of a healthy queue. It must not call the library.
 */
typedef void (*wd_log_fn)(void *arg, enum wd_log_level level, const char *text);

/**
 * wd_log_set() - set the log callback of the process
 * @fn: callback, NULL for silence (the default)
 * @arg: handed to @fn
 * @max_level: the least important level that is wanted
 *
 * Set it before the first other call; it is not serialised against them.
 */
void wd_log_set(wd_log_fn fn, void *arg, enum wd_log_level max_level);

/** wd_version() - version of the library, for instance "0.1.0"; never NULL */
const char *wd_version(void);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* WARPDRIVE_WD_H */
