/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <link.h>
#include <pthread.h>
#include <stdint.h>

#include <warpdrive/wd.h>

#include "wdz_self.h"

/* Code of the library, set once. */
static uintptr_t start, end;

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Is this the object that has the address, and the segment? */
static int look_at(struct dl_phdr_info *info, size_t size, void *address)
{
	const ElfW(Phdr) *segment;
	uintptr_t from, to;
	int i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		segment = &info->dlpi_phdr[i];
		from = info->dlpi_addr + segment->p_vaddr;
		to = from + segment->p_memsz;
		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X) ||
		    (uintptr_t)address < from || (uintptr_t)address >= to)
			continue;
		start = from;
		end = to;
		return 1;
	}
	return 0;
}

static void find(void)
{
	dl_iterate_phdr(look_at, (void *)(uintptr_t)&wd_request_queue);
}

bool wdz_self_called(const void *address)
{
	pthread_once(&once, find);
	return (uintptr_t)address >= start && (uintptr_t)address < end;
}
