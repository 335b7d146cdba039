/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the fuzzers share that put the drop-in beside zlib. */
#include "wdz_config.h"

#include "fuzz_zlib.h"

#define CALLS_ZLIB(type, name, params, args, absent) .name = name,
#define CALLS_OURS(type, name, params, args, absent) .name = wdz_##name,

const struct zcalls zlib_calls = {
	.who = "zlib",
	WDZ_STARTING(CALLS_ZLIB)
	WDZ_TAKEN(CALLS_ZLIB)
};
const struct zcalls our_calls = {
	.who = "drop-in",
	WDZ_STARTING(CALLS_OURS)
	WDZ_TAKEN(CALLS_OURS)
};

uint8_t take(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->next++;
}

size_t take_size(struct input *in)
{
	unsigned int shift = take(in);
	size_t size = take(in);

	size |= (size_t)take(in) << 8;
	return size >> (shift & 15);
}

uint8_t *exact(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	CHECK(copy);
	if (len && data)
		memcpy(copy, data, len);
	return copy;
}

static void fill_noise(uint8_t *to, size_t len, uint32_t seed)
{
	while (len--) {
		seed = seed * 1664525u + 1013904223u;
		*to++ = (uint8_t)(seed >> 24);
	}
}

/* Few symbols, and repetitions at changing distances. */
static void fill_text(uint8_t *to, size_t len, uint32_t seed)
{
	size_t i;

	for (i = 0; i < len; i++) {
		seed = seed * 1664525u + 1013904223u;
		if (i > 300 && seed >> 29)
			to[i] = to[i - 1 - (i / 7 + (seed >> 31)) % 299];
		else
			to[i] = (uint8_t)("etaoin shrdlu\n"[(seed >> 24) % 14]);
	}
}

/* One stretch; how long it became. */
static size_t add_stretch(struct input *in, uint8_t *to, size_t at, size_t room)
{
	uint8_t kind = take(in);
	size_t len = take_size(in), distance;

	if (len > room)
		len = room;
	switch (kind & 7) {
	case 0:
		memset(to + at, kind >> 3, len);
		break;
	case 1:
		fill_noise(to + at, len, kind);
		break;
	case 2:
	case 3:
		fill_text(to + at, len, kind);
		break;
	case 4:
		/* Back by any distance of the window and beyond. */
		distance = take_size(in) + 1;
		if (distance > at)
			return 0;
		for (size_t i = 0; i < len; i++)
			to[at + i] = to[at + i - distance];
		break;
	default:
		if (len > in->left)
			len = in->left;
		memcpy(to + at, in->next, len);
		in->next += len;
		in->left -= len;
	}
	return len;
}

uint8_t *make_plain(struct input *in, size_t *len, size_t max)
{
	uint8_t *all = malloc(max), *plain;
	unsigned int stretches = take(in) % 12;
	size_t at = 0;

	CHECK(all);
	while (stretches--)
		at += add_stretch(in, all, at, max - at);
	plain = exact(all, at);
	free(all);
	*len = at;
	return plain;
}

struct block {
	size_t size;
	max_align_t data[];
};

static void *heap_alloc(void *opaque, uInt items, uInt size)
{
	struct heap *heap = opaque;
	struct block *block;

	if (heap->refuses)
		return NULL;
	block = malloc(sizeof(*block) + (size_t)items * size);
	CHECK(block);
	/* zlib says nothing of what is in fresh memory. */
	memset(block->data, 0xa5, (size_t)items * size);
	block->size = (size_t)items * size;
	heap->in_use += block->size;
	return block->data;
}

static void heap_free(void *opaque, void *address)
{
	struct heap *heap = opaque;
	struct block *block = (struct block *)((uint8_t *)address -
					       offsetof(struct block, data));

	CHECK(heap->in_use >= block->size);
	heap->in_use -= block->size;
	free(block);
}

void heap_attach(struct heap *heap, z_stream *z)
{
	z->zalloc = heap_alloc;
	z->zfree = heap_free;
	z->opaque = heap;
}

void same_msg(const char *what, int ret, const z_stream *zlib, const z_stream *ours)
{
	/* What an earlier error left there, nobody may read. */
	if (ret >= 0 || (!zlib->msg && !ours->msg))
		return;
	if (!zlib->msg || !ours->msg || strcmp(zlib->msg, ours->msg))
		FAIL("%s: msg: zlib \"%s\", drop-in \"%s\"", what,
		     zlib->msg ? zlib->msg : "(none)",
		     ours->msg ? ours->msg : "(none)");
}

/* libFuzzer calls it once. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	CHECK(!wdz_config_set("use", "force"));
	CHECK(!wdz_config_set("device", "emu"));
	return 0;
}
