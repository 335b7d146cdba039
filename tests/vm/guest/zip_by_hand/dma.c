// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include "dma.h"
#include "tap.h"

#define ARENA_BYTES		((size_t)DMA_PAGES * DMA_PAGE_BYTES)
#define HUGE_PAGES		"/sys/kernel/mm/hugepages/hugepages-2048kB/"

/* Bits of an entry of /proc/self/pagemap (Linux' admin-guide/mm/pagemap). */
#define PAGEMAP_PRESENT		(1ULL << 63)
#define PAGEMAP_FRAME_MASK	((1ULL << 55) - 1)

static unsigned int read_count(const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned int count;

	if (!file || fscanf(file, "%u", &count) != 1)
		tap_die("%s: %s", path, strerror(errno));
	fclose(file);
	return count;
}

/* There may be another arena already, of another function. */
static void reserve_pages(void)
{
	unsigned int have = read_count(HUGE_PAGES "free_hugepages");
	FILE *file;

	if (have >= DMA_PAGES)
		return;
	file = fopen(HUGE_PAGES "nr_hugepages", "we");
	if (!file)
		tap_die("%s: %s", HUGE_PAGES, strerror(errno));
	fprintf(file, "%u\n", read_count(HUGE_PAGES "nr_hugepages") +
		DMA_PAGES - have);
	if (fclose(file))
		tap_die("%s: %s", HUGE_PAGES, strerror(errno));
}

void dma_arena_create(struct dma_arena *arena)
{
	memset(arena, 0, sizeof(*arena));
	reserve_pages();
	arena->va = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB |
			 MAP_POPULATE, -1, 0);
	if (arena->va == MAP_FAILED)
		tap_die("%u huge pages (give the guest more memory): %s",
			DMA_PAGES, strerror(errno));
}

static uint64_t physical(int pagemap, const void *va)
{
	long page_bytes = sysconf(_SC_PAGESIZE);
	uint64_t entry = 0;
	off_t at = (off_t)((uintptr_t)va / (uintptr_t)page_bytes * 8);

	if (pread(pagemap, &entry, sizeof(entry), at) != sizeof(entry) ||
	    !(entry & PAGEMAP_PRESENT) || !(entry & PAGEMAP_FRAME_MASK))
		tap_die("/proc/self/pagemap gives a physical address");
	return (entry & PAGEMAP_FRAME_MASK) * (uint64_t)page_bytes;
}

void dma_arena_physical(struct dma_arena *arena)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	unsigned int i;

	if (pagemap < 0)
		tap_die("/proc/self/pagemap: %s", strerror(errno));
	for (i = 0; i < DMA_PAGES; i++)
		arena->addr[i] = physical(pagemap, arena->va +
						   (size_t)i * DMA_PAGE_BYTES);
	close(pagemap);
}

void dma_arena_destroy(struct dma_arena *arena)
{
	if (arena->va)
		munmap(arena->va, ARENA_BYTES);
	arena->va = NULL;
}

struct dma dma_alloc(struct dma_arena *arena, size_t bytes, size_t align)
{
	size_t at = (arena->used + align - 1) & ~(align - 1);
	struct dma piece;

	/* A piece must not cross into a page that lies elsewhere. */
	if (at / DMA_PAGE_BYTES != (at + bytes - 1) / DMA_PAGE_BYTES)
		at = (at / DMA_PAGE_BYTES + 1) * DMA_PAGE_BYTES;
	if (bytes > DMA_PAGE_BYTES || at + bytes > ARENA_BYTES)
		tap_die("room for %zu bytes for the device", bytes);
	arena->used = at + bytes;
	piece.va = arena->va + at;
	piece.addr = arena->addr[at / DMA_PAGE_BYTES] + at % DMA_PAGE_BYTES;
	piece.bytes = bytes;
	memset(piece.va, 0, bytes);
	return piece;
}
