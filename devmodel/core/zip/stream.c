/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table of decompression streams. The decoder's state does not fit into
 * the context buffer, so it stays here under function, address space and
 * address of the context; a cookie in the context says whether the two still
 * belong together.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "zip_model.h"

#define SPARES_MAX	16

static unsigned int slot_of(const struct zm_streams *table,
			    const struct zm_key *key)
{
	uint64_t h = key->ctx ^ (uint64_t)key->pasid << 32 ^ key->func;

	h *= 0x9e3779b97f4a7c15;
	return h >> 40 & table->hash_mask;
}

static struct zm_stream **find(struct zm_streams *table,
			       const struct zm_key *key)
{
	struct zm_stream **at = &table->hash[slot_of(table, key)];

	while (*at && ((*at)->key.ctx != key->ctx ||
		       (*at)->key.pasid != key->pasid ||
		       (*at)->key.func != key->func))
		at = &(*at)->hash_next;
	return at;
}

static void lru_add(struct zm_streams *table, struct zm_stream *stream)
{
	stream->newer = NULL;
	stream->older = table->newest;
	if (table->newest)
		table->newest->newer = stream;
	else
		table->oldest = stream;
	table->newest = stream;
}

static void lru_remove(struct zm_streams *table, struct zm_stream *stream)
{
	if (stream->older)
		stream->older->newer = stream->newer;
	else
		table->oldest = stream->newer;
	if (stream->newer)
		stream->newer->older = stream->older;
	else
		table->newest = stream->older;
}

static void recycle(struct zm_streams *table, struct zm_stream *stream)
{
	if (table->spares == SPARES_MAX) {
		free(stream);
		return;
	}
	stream->hash_next = table->spare;
	table->spare = stream;
	table->spares++;
}

/* For a stream that is not busy. */
static void drop(struct zm_streams *table, struct zm_stream *stream)
{
	struct zm_stream **at = find(table, &stream->key);

	*at = stream->hash_next;
	lru_remove(table, stream);
	table->count--;
	recycle(table, stream);
}

/**
 * hisi_zip_model_streams_init() - an empty table
 * @table: all zeros
 * @max: streams at once
 *
 * Return: 0, -ENOMEM.
 */
int hisi_zip_model_streams_init(struct zm_streams *table, unsigned int max)
{
	struct timespec now = { 0 };
	unsigned int slots = 64;

	while (slots < max && slots < 1u << 16)
		slots *= 2;
	table->hash = calloc(slots, sizeof(*table->hash));
	if (!table->hash)
		return -ENOMEM;
	table->hash_mask = slots - 1;
	table->max = max;
	/* Contexts that another engine has left behind must not match. */
	clock_gettime(CLOCK_REALTIME, &now);
	table->next_cookie = (uint64_t)now.tv_sec << 32 ^
			     (uint64_t)now.tv_nsec << 20 ^ (uintptr_t)table;
	return 0;
}

/**
 * hisi_zip_model_streams_forget() - drop all streams
 * @table: table
 *
 * Those that are out are dropped when they come back.
 */
void hisi_zip_model_streams_forget(struct zm_streams *table)
{
	struct zm_stream *stream, *next;
	unsigned int i;

	for (i = 0; i <= table->hash_mask; i++) {
		for (stream = table->hash[i]; stream; stream = next) {
			next = stream->hash_next;
			if (stream->is_busy)
				stream->is_orphan = true;
			else
				recycle(table, stream);
		}
		table->hash[i] = NULL;
	}
	table->oldest = NULL;
	table->newest = NULL;
	table->count = 0;
}

/** hisi_zip_model_streams_exit() - free everything; no stream may be out */
void hisi_zip_model_streams_exit(struct zm_streams *table)
{
	struct zm_stream *stream;

	if (!table->hash)
		return;
	hisi_zip_model_streams_forget(table);
	while (table->spare) {
		stream = table->spare;
		table->spare = stream->hash_next;
		free(stream);
	}
	free(table->hash);
}

static struct zm_stream *add(struct zm_streams *table,
			     const struct zm_key *key, uint8_t type)
{
	struct zm_stream *stream;
	struct zm_stream **slot;

	if (table->count >= table->max && table->oldest)
		drop(table, table->oldest);
	stream = table->spare;
	if (stream) {
		table->spare = stream->hash_next;
		table->spares--;
	} else {
		stream = malloc(sizeof(*stream));
		if (!stream)
			return NULL;
	}
	stream->key = *key;
	stream->type = type;
	stream->is_busy = false;
	stream->is_orphan = false;
	stream->is_over = false;
	stream->is_body_done = false;
	stream->trailer_got = 0;
	stream->seq = 0;
	stream->cookie = table->next_cookie++;
	isal_inflate_init(&stream->inflate);

	slot = &table->hash[slot_of(table, key)];
	stream->hash_next = *slot;
	*slot = stream;
	table->count++;
	lru_add(table, stream);
	return stream;
}

/**
 * hisi_zip_model_stream_take() - a stream for one request
 * @table: table
 * @key: whose
 * @is_new: start over
 * @type: request type
 * @stream: set on success; to be given back
 *
 * Return: 0 or the request's status.
 */
uint8_t hisi_zip_model_stream_take(struct zm_streams *table,
				   const struct zm_key *key, bool is_new,
				   uint8_t type, struct zm_stream **stream)
{
	struct zm_stream *found = *find(table, key);

	if (found && found->is_busy)
		return ZM_STATUS_BUSY;
	if (is_new) {
		if (found)
			drop(table, found);
		found = add(table, key, type);
		if (!found)
			return ZM_STATUS_INTERNAL;
	}
	if (!found || found->type != type)
		return ZM_STATUS_BAD_CTX;
	lru_remove(table, found);
	found->is_busy = true;
	*stream = found;
	return 0;
}

/**
 * hisi_zip_model_stream_give() - the request is over
 * @table: table
 * @stream: as taken
 * @dropped: its queue is gone, nobody will go on with it
 */
void hisi_zip_model_stream_give(struct zm_streams *table,
				struct zm_stream *stream, bool dropped)
{
	if (stream->is_orphan) {
		recycle(table, stream);
		return;
	}
	stream->is_busy = false;
	lru_add(table, stream);
	if (dropped || stream->is_over)
		drop(table, stream);
}
