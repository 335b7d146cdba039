/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <link.h>
#include <stdint.h>
#include <string.h>

#include "wdz_self.h"

#define NAME	"libwarpdrive.so."

/* Code of the library, as soon as it is loaded; the end is set first. */
static uintptr_t start, end;

/* How many objects were ever loaded when nobody was found. */
static unsigned long long seen;

static bool is_wanted(const char *path)
{
	const char *name = strrchr(path, '/');

	return !strncmp(name ? name + 1 : path, NAME, strlen(NAME));
}

static int look_at(struct dl_phdr_info *info, size_t size, void *adds)
{
	const ElfW(Phdr) *segment;
	uintptr_t from;
	int i;

	(void)size;
	*(unsigned long long *)adds = info->dlpi_adds;
	/* Most of the time nothing came since the last look. */
	if (info->dlpi_adds == __atomic_load_n(&seen, __ATOMIC_RELAXED))
		return 1;
	if (!is_wanted(info->dlpi_name))
		return 0;
	for (i = 0; i < info->dlpi_phnum; i++) {
		segment = &info->dlpi_phdr[i];
		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X))
			continue;
		from = info->dlpi_addr + segment->p_vaddr;
		__atomic_store_n(&end, from + segment->p_memsz,
				 __ATOMIC_RELAXED);
		__atomic_store_n(&start, from, __ATOMIC_RELEASE);
	}
	return 1;
}

bool wdz_self_called(const void *address)
{
	uintptr_t from = __atomic_load_n(&start, __ATOMIC_ACQUIRE);
	unsigned long long adds = 0;

	if (!from) {
		dl_iterate_phdr(look_at, &adds);
		__atomic_store_n(&seen, adds, __ATOMIC_RELAXED);
		from = __atomic_load_n(&start, __ATOMIC_ACQUIRE);
	}
	return from && (uintptr_t)address >= from &&
	       (uintptr_t)address < __atomic_load_n(&end, __ATOMIC_RELAXED);
}
