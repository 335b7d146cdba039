// SPDX-License-Identifier: GPL-2.0-only
/* 6.3 made vm_flags read-only and brought functions to change it. */
#include <linux/mm.h>

void probe(struct vm_area_struct *vma);
void probe(struct vm_area_struct *vma)
{
#ifdef PROBE_NEW
	vm_flags_set(vma, VM_IO);
#else
	vma->vm_flags |= VM_IO;
#endif
}
