/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The life of a session. */
#include <stdlib.h>
#include <sys/mman.h>

#include "wd_comp_private.h"

#define MAX_QUEUES		64
#define MAX_LEVEL		9
#define DEFAULT_IN_FLIGHT	64
#define MAX_IN_FLIGHT_A_QUEUE	1024

void wd_comp_params_init(struct wd_comp_params *params, uint32_t direction,
			 uint32_t format)
{
	*params = (struct wd_comp_params){
		.direction = direction,
		.format = format,
		.window = WD_COMP_WINDOW_32K,
		.queues = 1,
		.numa_node = WD_NUMA_ANY,
	};
}

static int check_params(const struct wd_comp_params *p)
{
	unsigned int i;

	if (p->direction > WD_COMP_DECOMPRESS ||
	    p->format < WD_COMP_DEFLATE || p->format > WD_COMP_GZIP ||
	    p->level > MAX_LEVEL || p->window > WD_COMP_WINDOW_32K ||
	    !p->queues || p->queues > MAX_QUEUES ||
	    p->max_in_flight > p->queues * MAX_IN_FLIGHT_A_QUEUE ||
	    p->segment_bytes > WD_COMP_MSG_MAX_BYTES ||
	    p->numa_node < WD_NUMA_ANY || p->pad)
		return -EINVAL;
	if (p->segment_bytes && p->direction != WD_COMP_COMPRESS)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(p->reserved); i++)
		if (p->reserved[i])
			return -EINVAL;
	return 0;
}

static int init(struct wd_comp_session *s, const struct wd_comp_params *p)
{
	s->params = *p;
	s->params.device = NULL;
	s->is_compress = p->direction == WD_COMP_COMPRESS;
	s->head_bytes = wd_comp_stream_head(p->format, s->head);
	s->word.format = p->format;
	s->word.window = p->window;
	s->word.level = p->level;
	s->max_in_flight = p->max_in_flight ? p->max_in_flight :
					      DEFAULT_IN_FLIGHT;
	s->nr_lanes = p->queues;
	s->stream.slot = WD_COMP_SLOT_STREAM;
	s->once.slot = WD_COMP_SLOT_ONESHOT;
	wd_comp_list_init(&s->done);
	wd_comp_list_init(&s->again);
	s->lanes = calloc(s->nr_lanes, sizeof(*s->lanes));
	if (!s->lanes)
		return -ENOMEM;
	/* It is asked for again whenever a queue is lost. */
	if (p->device) {
		s->params.device = strdup(p->device);
		if (!s->params.device)
			return -ENOMEM;
	}
	return 0;
}

static void free_session(struct wd_comp_session *s)
{
	free((void *)s->params.device);
	free(s->lanes);
	free(s);
}

/* Everything but the requests. */
static void destroy(struct wd_comp_session *s)
{
	struct wd_comp_block *block;

	wd_comp_strm_reset(s, &s->stream);
	wd_comp_strm_reset(s, &s->once);
	wd_comp_lanes_close(s);
	wd_comp_arenas_free(s);
	while (s->blocks) {
		block = s->blocks;
		s->blocks = block->next;
		munmap(block->base, block->bytes);
		free(block);
	}
	free_session(s);
}

int wd_comp_session_alloc(const struct wd_comp_params *params,
			  struct wd_comp_session **session)
{
	struct wd_comp_session *s;
	unsigned int i;
	int ret;

	ret = check_params(params);
	if (ret)
		return ret;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	ret = init(s, params);
	if (ret) {
		free_session(s);
		return ret;
	}
	for (i = 0; i < s->nr_lanes && !ret; i++)
		ret = wd_comp_lane_open(s, i);
	/* Requesting a queue made the number that is compared. */
	s->fork_cookie = wd_fork_current();
	if (ret) {
		destroy(s);
		return ret;
	}
	*session = s;
	return 0;
}

/*
 * Requests without an answer end here. The lanes are closed, but memory that
 * the callbacks may want to look at is still there.
 */
static void cancel(struct wd_comp_session *s)
{
	struct wd_comp_req *req;
	unsigned int i;

	s->refuse = -ECANCELED;
	for (i = 0; i < s->nr_lanes; i++)
		if (s->lanes[i])
			wd_comp_take_back(s, i, &s->again);
	while ((req = wd_comp_list_take(&s->again))) {
		req->result = -ECANCELED;
		req->consumed = 0;
		req->produced = 0;
		wd_comp_list_add(&s->done, req);
	}
	wd_comp_deliver(s, s->in_flight);
}

void wd_comp_session_free(struct wd_comp_session *s)
{
	if (!s)
		return;
	if (!wd_comp_is_child(s))
		cancel(s);
	destroy(s);
}

int wd_comp_session_get_info(struct wd_comp_session *s,
			     struct wd_queue_info *info)
{
	unsigned int i;

	if (wd_comp_is_child(s))
		return -EPERM;
	for (i = 0; i < s->nr_lanes; i++)
		if (s->lanes[i])
			return wd_queue_get_info(&s->lanes[i]->q, info);
	return -ENODEV;
}
