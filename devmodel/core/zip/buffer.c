/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Flat buffers and scatter lists (7.9) as contiguous memory: the guest's own
 * where it can be mapped in one piece, else a copy.
 */
#include <stdlib.h>

#include "zip_model.h"

/** hisi_zip_model_mem_need() - at least @size bytes; contents are lost */
bool hisi_zip_model_mem_need(struct zm_mem *mem, size_t size)
{
	void *ptr;

	if (mem->size >= size)
		return true;
	size = (size + 4095) & ~(size_t)4095;
	ptr = aligned_alloc(64, size);
	if (!ptr)
		return false;
	free(mem->ptr);
	mem->ptr = ptr;
	mem->size = size;
	return true;
}

/**
 * hisi_zip_model_fault() - an access of the task failed
 * @task: gets the RAS bit that finish will raise
 * @is_write: which access
 *
 * Return: the request's status.
 */
uint8_t hisi_zip_model_fault(struct hisi_qm_model_task *task, bool is_write)
{
	task->scratch[ZM_SCRATCH_RAS] |= is_write ? HISI_ZIP_ERR_AXI_WRITE :
						    HISI_ZIP_ERR_AXI_READ;
	return is_write ? ZM_STATUS_DMA_WRITE : ZM_STATUS_DMA_READ;
}

struct walk {
	struct zm_mem *list;
	unsigned int count;
	uint32_t skip;
	uint32_t left;
};

static bool add_segment(struct walk *walk, const struct zm_segment *segment)
{
	struct zm_segment *list = walk->list->ptr;
	struct zm_mem grown = { 0 };
	unsigned int i;

	if ((walk->count + 1) * sizeof(*list) > walk->list->size) {
		if (!hisi_zip_model_mem_need(&grown, 2 * walk->list->size + 1))
			return false;
		for (i = 0; i < walk->count; i++)
			((struct zm_segment *)grown.ptr)[i] = list[i];
		free(walk->list->ptr);
		*walk->list = grown;
		list = grown.ptr;
	}
	list[walk->count++] = *segment;
	return true;
}

/* The part of an entry that lies behind the offset and within the length. */
static uint8_t walk_entry(struct walk *walk, const struct hisi_zip_sge *sge)
{
	struct zm_segment segment = { .addr = sge->addr, .len = sge->length };

	if (!segment.len || segment.len > HISI_ZIP_SGE_MAX_BYTES)
		return ZM_STATUS_BAD_SGL;
	if (walk->skip >= segment.len) {
		walk->skip -= segment.len;
		return 0;
	}
	segment.addr += walk->skip;
	segment.len -= walk->skip;
	walk->skip = 0;
	if (segment.len > walk->left)
		segment.len = walk->left;
	walk->left -= segment.len;
	return add_segment(walk, &segment) ? 0 : ZM_STATUS_INTERNAL;
}

static uint8_t walk_sgl(struct walk *walk, struct hisi_qm_model_task *task,
			uint64_t addr, uint64_t *next)
{
	struct {
		struct hisi_zip_sgl head;
		struct hisi_zip_sge entries[HISI_ZIP_SGL_MAX_ENTRIES];
	} sgl;
	uint8_t status = 0;
	unsigned int i;

	if (addr % HISI_ZIP_SGL_ALIGN)
		return ZM_STATUS_BAD_SGL;
	if (hisi_qm_model_task_read(task, addr, &sgl.head, sizeof(sgl.head)))
		return hisi_zip_model_fault(task, false);
	if (!sgl.head.entry_sum_in_sgl ||
	    sgl.head.entry_sum_in_sgl > HISI_ZIP_SGL_MAX_ENTRIES)
		return ZM_STATUS_BAD_SGL;
	if (hisi_qm_model_task_read(task, addr + sizeof(sgl.head), sgl.entries,
				    sizeof(sgl.entries[0]) *
				    sgl.head.entry_sum_in_sgl))
		return hisi_zip_model_fault(task, false);

	for (i = 0; i < sgl.head.entry_sum_in_sgl && walk->left && !status; i++)
		status = walk_entry(walk, &sgl.entries[i]);
	*next = sgl.head.next;
	return status;
}

/*
 * The segments that @len bytes at @skip of the chain at @addr cover. Only
 * entry_sum_in_sgl and next count (7.9); the limit on the chain's length also
 * ends a loop.
 */
static uint8_t walk_chain(struct walk *walk, struct hisi_qm_model_task *task,
			  uint64_t addr)
{
	unsigned int sgls;
	uint8_t status;

	for (sgls = 0; walk->left; sgls++) {
		if (!addr || sgls == HISI_ZIP_SGL_MAX_CHAIN)
			return ZM_STATUS_BAD_SGL;
		status = walk_sgl(walk, task, addr, &addr);
		if (status)
			return status;
	}
	return 0;
}

/* One segment becomes a mapping if possible, anything else bounces. */
static uint8_t open_buf(struct zm_buf *buf, struct zm_mem *bounce,
			struct hisi_qm_model_task *task)
{
	const struct zm_segment *segment = buf->list->ptr;

	if (buf->segments == 1) {
		buf->ptr = hisi_qm_model_task_map(task, segment->addr,
						  buf->len, buf->is_write);
		buf->is_mapped = buf->ptr;
		if (buf->is_mapped)
			return 0;
	}
	/* Codecs want a pointer even where there is no data. */
	if (!hisi_zip_model_mem_need(bounce, buf->len ? buf->len : 1))
		return ZM_STATUS_INTERNAL;
	buf->ptr = bounce->ptr;
	return 0;
}

static uint8_t find_segments(struct zm_buf *buf,
			     struct hisi_qm_model_task *task, bool is_sgl,
			     uint64_t addr, uint32_t skip)
{
	struct zm_segment flat = { .addr = addr, .len = buf->len };
	struct walk walk = {
		.list = buf->list,
		.skip = skip,
		.left = buf->len,
	};
	uint8_t status = 0;

	if (is_sgl)
		status = walk_chain(&walk, task, addr);
	else if (buf->len && !add_segment(&walk, &flat))
		status = ZM_STATUS_INTERNAL;
	buf->segments = walk.count;
	return status;
}

/**
 * hisi_zip_model_buf_source() - a request's input
 * @buf: filled in; to be released after success
 * @bounce: memory for a copy
 * @list: memory for the segments
 * @task: the task
 * @req: its request
 *
 * Return: 0 or the request's status.
 */
uint8_t hisi_zip_model_buf_source(struct zm_buf *buf, struct zm_mem *bounce,
				  struct zm_mem *list,
				  struct hisi_qm_model_task *task,
				  const struct zm_req *req)
{
	const struct zm_segment *segment;
	uint8_t *to;
	uint8_t status;
	unsigned int i;

	*buf = (struct zm_buf) { .len = req->in_len, .list = list };
	status = find_segments(buf, task, req->is_sgl, req->src, req->src_skip);
	if (!status)
		status = open_buf(buf, bounce, task);
	if (status || buf->is_mapped)
		return status;

	to = buf->ptr;
	segment = list->ptr;
	for (i = 0; i < buf->segments; i++) {
		if (hisi_qm_model_task_read(task, segment[i].addr, to,
					    segment[i].len))
			return hisi_zip_model_fault(task, false);
		to += segment[i].len;
	}
	return 0;
}

/**
 * hisi_zip_model_buf_dest() - room for a request's output
 * @buf: filled in; to be committed or released after success
 * @bounce: memory for the time until the commit
 * @list: memory for the segments
 * @task: the task
 * @req: its request
 *
 * Return: 0 or the request's status.
 */
uint8_t hisi_zip_model_buf_dest(struct zm_buf *buf, struct zm_mem *bounce,
				struct zm_mem *list,
				struct hisi_qm_model_task *task,
				const struct zm_req *req)
{
	uint8_t status;

	*buf = (struct zm_buf) {
		.len = req->out_len,
		.list = list,
		.is_write = true,
	};
	status = find_segments(buf, task, req->is_sgl, req->dst, req->dst_skip);
	return status ? status : open_buf(buf, bounce, task);
}

/**
 * hisi_zip_model_buf_commit() - make the output the guest's; releases @buf
 * @buf: from hisi_zip_model_buf_dest()
 * @task: the task
 * @len: bytes that are valid
 *
 * Return: 0 or the request's status.
 */
uint8_t hisi_zip_model_buf_commit(struct zm_buf *buf,
				  struct hisi_qm_model_task *task, size_t len)
{
	const struct zm_segment *segment = buf->list->ptr;
	const uint8_t *from = buf->ptr;
	uint32_t step;

	if (buf->is_mapped) {
		hisi_zip_model_buf_release(buf, task);
		return 0;
	}
	for (; len; segment++) {
		step = segment->len < len ? segment->len : len;
		if (hisi_qm_model_task_write(task, segment->addr, from, step))
			return hisi_zip_model_fault(task, true);
		from += step;
		len -= step;
	}
	return 0;
}

/** hisi_zip_model_buf_release() - done with it; nothing is written */
void hisi_zip_model_buf_release(struct zm_buf *buf,
				struct hisi_qm_model_task *task)
{
	if (buf->is_mapped)
		hisi_qm_model_task_unmap(task, buf->ptr, buf->len,
					 buf->is_write);
	buf->is_mapped = false;
}
