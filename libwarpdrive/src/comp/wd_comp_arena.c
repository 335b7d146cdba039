/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory that the device of some lanes reaches. Where it reaches everything, an
 * arena is a mapping of the process that is only touched when it is needed;
 * elsewhere it is the reserved memory of a queue, which the other queues of
 * the same device share.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "wd_comp_private.h"
#include "wd_log.h"

static size_t granules(const struct wd_comp_arena *arena, size_t bytes)
{
	return (bytes + arena->granule - 1) / arena->granule;
}

/* Length of the run of free granules at @at, up to @want. */
static size_t run_of_free(const struct wd_comp_arena *arena, size_t at,
			  size_t want)
{
	size_t i;

	if (arena->nr - at < want)
		want = arena->nr - at;
	for (i = 0; i < want && !arena->used[at + i]; i++)
		;
	return i;
}

void *wd_comp_arena_alloc(struct wd_comp_arena *arena, size_t bytes,
			  bool one_piece)
{
	size_t want = granules(arena, bytes), at, run;
	uint8_t *addr;

	if (!want || want > arena->nr_free)
		return NULL;
	for (at = arena->first_free; at + want <= arena->nr; at++) {
		run = run_of_free(arena, at, want);
		if (run < want) {
			at += run;
			continue;
		}
		addr = arena->base + at * arena->granule;
		/* Reserved memory may be of slices with gaps for the device. */
		if (one_piece && arena->owner &&
		    !wd_memory_reachable(&arena->owner->q, addr, bytes))
			continue;
		memset(arena->used + at, 1, want);
		arena->nr_free -= want;
		if (at == arena->first_free)
			arena->first_free += want;
		return addr;
	}
	return NULL;
}

void wd_comp_arena_free(struct wd_comp_arena *arena, const void *addr,
			size_t bytes)
{
	size_t at = ((const uint8_t *)addr - arena->base) / arena->granule;
	size_t nr = granules(arena, bytes);

	memset(arena->used + at, 0, nr);
	arena->nr_free += nr;
	if (at < arena->first_free)
		arena->first_free = at;
}

static unsigned int nr_contexts(const struct wd_comp_session *s)
{
	return s->params.segment_bytes ? s->max_in_flight : 0;
}

static size_t out_bytes(size_t in_bytes)
{
	return in_bytes + in_bytes / 4;
}

/* The largest buffers that fit, halved from the size that is wanted. */
static int init_room(struct wd_comp_arena *arena, struct wd_comp_room *room)
{
	size_t in = WD_COMP_STREAM_IN;

	room->ctx = wd_comp_arena_alloc(arena, WD_COMP_CTX_BYTES, true);
	if (!room->ctx)
		return -ENOMEM;
	for (; in >= WD_COMP_STREAM_IN_MIN; in /= 2) {
		room->in = wd_comp_arena_alloc(arena, in, true);
		room->out = wd_comp_arena_alloc(arena, out_bytes(in), true);
		if (room->in && room->out) {
			room->in_bytes = in;
			room->out_bytes = out_bytes(in);
			return 0;
		}
		if (room->in)
			wd_comp_arena_free(arena, room->in, in);
		if (room->out)
			wd_comp_arena_free(arena, room->out, out_bytes(in));
	}
	return -ENOMEM;
}

static int init_contents(const struct wd_comp_session *s,
			 struct wd_comp_arena *arena)
{
	unsigned int i, nr = nr_contexts(s);
	int ret = 0;

	arena->used = calloc(arena->nr, 1);
	arena->ctx = calloc(nr + 1, sizeof(*arena->ctx));
	if (!arena->used || !arena->ctx)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		arena->ctx[i] = wd_comp_arena_alloc(arena, WD_COMP_CTX_BYTES,
						    true);
		if (!arena->ctx[i])
			return -ENOMEM;
		arena->nr_ctx++;
	}
	for (i = 0; i < WD_COMP_SLOTS && !ret; i++)
		ret = init_room(arena, &arena->rooms[i]);
	return ret;
}

static int map_base(struct wd_comp_arena *arena, size_t bytes)
{
	void *base;

	if (arena->owner) {
		base = wd_reserve_memory(&arena->owner->q, bytes);
		if (!base)
			return -ENOMEM;
	} else {
		base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (base == MAP_FAILED)
			return -ENOMEM;
	}
	arena->base = base;
	return 0;
}

static void arena_free(struct wd_comp_arena *arena)
{
	if (arena->base && !arena->owner)
		munmap(arena->base, arena->nr * arena->granule);
	free(arena->ctx);
	free(arena->used);
	free(arena);
}

static size_t bytes_wanted(const struct wd_comp_session *s, bool with_bounce)
{
	size_t bytes = (size_t)nr_contexts(s) * WD_COMP_CTX_BYTES +
		       WD_COMP_SLOTS * (WD_COMP_CTX_BYTES + WD_COMP_STREAM_IN +
					out_bytes(WD_COMP_STREAM_IN));
	size_t bounce = s->params.bounce_bytes ? s->params.bounce_bytes :
						 WD_COMP_BOUNCE_DEFAULT;

	if (!with_bounce)
		return bytes;
	/* A sum that wraps would be a small one: more than there ever is. */
	return bounce < SIZE_MAX / 2 - bytes ? bytes + bounce : SIZE_MAX / 2;
}

static int arena_new(struct wd_comp_session *s, struct wd_comp_lane *owner,
		     struct wd_comp_arena **out)
{
	struct wd_comp_arena *arena;
	int ret;

	arena = calloc(1, sizeof(*arena));
	if (!arena)
		return -ENOMEM;
	arena->owner = owner;
	arena->granule = sysconf(_SC_PAGESIZE);
	arena->nr = granules(arena, bytes_wanted(s, owner));
	arena->nr_free = arena->nr;
	ret = map_base(arena, arena->nr * arena->granule);
	if (!ret)
		ret = init_contents(s, arena);
	if (ret) {
		arena_free(arena);
		return ret;
	}
	arena->next = s->arenas;
	s->arenas = arena;
	*out = arena;
	return 0;
}

static struct wd_comp_arena *arena_find(const struct wd_comp_session *s,
					struct wd_comp_lane *lane)
{
	struct wd_comp_arena *arena;

	for (arena = s->arenas; arena; arena = arena->next) {
		if (lane->reaches_all ? !arena->owner : arena->owner &&
		    !wd_share_reserved_memory(&arena->owner->q, &lane->q))
			return arena;
	}
	return NULL;
}

int wd_comp_arena_attach(struct wd_comp_session *s, struct wd_comp_lane *lane)
{
	struct wd_comp_arena *arena = arena_find(s, lane);
	int ret;

	if (!arena) {
		ret = arena_new(s, lane->reaches_all ? NULL : lane, &arena);
		if (ret)
			return ret;
	}
	wd_comp_arena_get(arena);
	lane->arena = arena;
	return 0;
}

static void unlink_arena(struct wd_comp_session *s, struct wd_comp_arena *arena)
{
	struct wd_comp_arena **at = &s->arenas;

	while (*at != arena)
		at = &(*at)->next;
	*at = arena->next;
}

static void arena_destroy(struct wd_comp_session *s,
			  struct wd_comp_arena *arena)
{
	struct wd_comp_lane *owner = arena->owner;

	unlink_arena(s, arena);
	arena_free(arena);
	if (owner) {
		wd_release_queue(&owner->q);
		free(owner);
	}
}

void wd_comp_arena_put(struct wd_comp_session *s, struct wd_comp_arena *arena)
{
	if (!--arena->users && !arena->kept)
		arena_destroy(s, arena);
}

void wd_comp_arenas_free(struct wd_comp_session *s)
{
	while (s->arenas)
		arena_destroy(s, s->arenas);
}

static void *block_alloc(struct wd_comp_session *s, size_t bytes)
{
	struct wd_comp_block *block;

	block = malloc(sizeof(*block));
	if (!block)
		return NULL;
	block->base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (block->base == MAP_FAILED) {
		free(block);
		return NULL;
	}
	block->bytes = bytes;
	block->next = s->blocks;
	s->blocks = block;
	return block->base;
}

/* The one arena of all lanes there are, NULL if there are several, or none. */
static struct wd_comp_arena *common_arena(const struct wd_comp_session *s)
{
	struct wd_comp_arena *arena = NULL;
	unsigned int i;

	for (i = 0; i < s->nr_lanes; i++) {
		if (!s->lanes[i])
			continue;
		if (arena && s->lanes[i]->arena != arena)
			return NULL;
		arena = s->lanes[i]->arena;
	}
	return arena;
}

/* Copies must still be possible when the caller has taken its part. */
static void *lend(struct wd_comp_arena *arena, size_t bytes)
{
	void *addr;

	if (bytes > arena->nr_free * arena->granule ||
	    arena->nr_free - granules(arena, bytes) <
	    granules(arena, WD_COMP_BOUNCE_MIN))
		return NULL;
	addr = wd_comp_arena_alloc(arena, bytes, true);
	if (!addr)
		addr = wd_comp_arena_alloc(arena, bytes, false);
	arena->kept |= addr != NULL;
	return addr;
}

void *wd_comp_memory_alloc(struct wd_comp_session *s, size_t bytes)
{
	const char *why = "the process has no more";
	struct wd_comp_arena *arena;
	void *addr = NULL;

	arena = common_arena(s);
	if (!bytes) {
		why = "0 is no size";
	} else if (wd_comp_is_child(s)) {
		why = "the session is the parent's";
	} else if (!arena) {
		why = "no memory is reached by all queues of the session";
	} else if (!arena->owner) {
		addr = block_alloc(s, bytes);
	} else {
		addr = lend(arena, bytes);
		why = "what the session reserved is used up, bounce_bytes makes it more";
	}
	if (!addr)
		wd_log(WD_LOG_WARNING, "no %zu bytes for a session: %s", bytes,
		       why);
	return addr;
}
