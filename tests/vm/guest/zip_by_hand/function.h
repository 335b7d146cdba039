/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A PCI function in the hands of this program. There are several ways to it;
 * which of them a kernel offers is said in README.md beside this file.
 */
#ifndef FUNCTION_H
#define FUNCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "dma.h"
#include "pci.h"

#define FUNCTION_VECTORS	8

struct function;

/**
 * struct access_way - a way to get at registers, memory and interrupts
 * @name: for --access
 * @open: BARs mapped, bus master on, addresses in the arena, vectors; the
 *	function has just been reset. 0 or -errno with the reason in
 *	fn->why_not
 * @close: also after a failed open
 * @irq_wait: whether vector @vector comes within @us; each interrupt is seen
 *	once
 */
struct access_way {
	const char *name;
	int (*open)(struct function *fn);
	void (*close)(struct function *fn);
	bool (*irq_wait)(struct function *fn, unsigned int vector, uint64_t us);
};

struct function {
	const struct access_way *way;
	char address[PCI_ADDRESS_BYTES];
	uint8_t config[PCI_CONFIG_BYTES];
	uint8_t revision;
	bool is_vf;
	volatile uint8_t *bar2;
	volatile uint8_t *bar4;
	uint64_t bar2_bytes;
	uint64_t bar4_bytes;
	struct dma_arena arena;
	unsigned int vectors;		/* that can be waited for */
	char why_not[160];		/* no access, or no vectors */

	/* MSI by hand; 0 if it is not. */
	struct dma msi;
	unsigned int msi_capability;

	/* VFIO's. */
	int container;
	int group;
	int device;
	int eventfd[FUNCTION_VECTORS];
};

extern const struct access_way vfio_access;
extern const struct access_way noiommu_access;
extern const struct access_way sysfs_access;

/* Find the PF or, with @is_vf, the VF. Ends the program if there is none. */
void function_find(struct function *fn, bool is_vf);

/* By way @name, or the first that works with NULL. Ends the program if none. */
void function_open(struct function *fn, const char *name);

void function_close(struct function *fn);

static inline bool function_irq_wait(struct function *fn, unsigned int vector,
				     uint64_t us)
{
	return fn->way->irq_wait(fn, vector, us);
}

#endif /* FUNCTION_H */
