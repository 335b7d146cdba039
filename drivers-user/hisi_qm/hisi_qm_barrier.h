/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Ordering between the processor and a coherent device. The pairs are on the
 * other side of the bus: the device reads a request after it saw the doorbell,
 * and writes an answer before the phase of its CQE.
 */
#ifndef HISI_QM_BARRIER_H
#define HISI_QM_BARRIER_H

#if defined(__aarch64__)

/* Stores to memory before, a store to the device or to memory after. */
static inline void hisi_qm_wmb(void)
{
	__asm__ __volatile__("dmb oshst" ::: "memory");
}

/* A load of what the device wrote before, other such loads after. */
static inline void hisi_qm_rmb(void)
{
	__asm__ __volatile__("dmb oshld" ::: "memory");
}

static inline void hisi_qm_pause(void)
{
	__asm__ __volatile__("yield" ::: "memory");
}

#elif defined(__x86_64__)

/*
 * Stores are seen in their order and loads done in theirs; doorbells are
 * mapped uncached, and nothing here uses non-temporal stores. So the compiler
 * is the only one to be told.
 */
static inline void hisi_qm_wmb(void)
{
	__asm__ __volatile__("" ::: "memory");
}

static inline void hisi_qm_rmb(void)
{
	__asm__ __volatile__("" ::: "memory");
}

static inline void hisi_qm_pause(void)
{
	__builtin_ia32_pause();
}

#else
#error "no memory barriers for this architecture"
#endif

#endif /* HISI_QM_BARRIER_H */
