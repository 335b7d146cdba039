/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Accesses to registers, each of the width it says, in program order. The
 * stores come behind everything that was written to memory before (hisi-qm
 * 3.7).
 */
#ifndef MMIO_H
#define MMIO_H

#include <stddef.h>
#include <stdint.h>

#if defined(__aarch64__)

static inline void mmio_wmb(void)
{
	__asm__ __volatile__("dmb oshst" ::: "memory");
}

/* A load of what the device wrote before, other such loads after. */
static inline void mmio_rmb(void)
{
	__asm__ __volatile__("dmb oshld" ::: "memory");
}

/* The mailbox wants its 16 bytes in one access (hisi-qm 3.3). */
static inline void mmio_write128(volatile uint8_t *at, uint64_t low,
				 uint64_t high)
{
	mmio_wmb();
	__asm__ __volatile__("stp %1, %2, %0"
			     : "=Q" (*(volatile __uint128_t *)at)
			     : "r" (low), "r" (high));
}

#elif defined(__x86_64__)

/* Stores are seen in their order, and the registers are mapped uncached. */
static inline void mmio_wmb(void)
{
	__asm__ __volatile__("" ::: "memory");
}

static inline void mmio_rmb(void)
{
	__asm__ __volatile__("" ::: "memory");
}

/* There is no such store: the half with the last byte goes last (3.3). */
static inline void mmio_write128(volatile uint8_t *at, uint64_t low,
				 uint64_t high)
{
	mmio_wmb();
	*(volatile uint64_t *)at = low;
	*(volatile uint64_t *)(at + 8) = high;
}

#else
#error "no register accesses for this architecture"
#endif

static inline uint32_t mmio_read32(const volatile uint8_t *at)
{
	return *(const volatile uint32_t *)at;
}

static inline uint64_t mmio_read64(const volatile uint8_t *at)
{
	return *(const volatile uint64_t *)at;
}

static inline void mmio_write32(volatile uint8_t *at, uint32_t value)
{
	mmio_wmb();
	*(volatile uint32_t *)at = value;
}

static inline void mmio_write64(volatile uint8_t *at, uint64_t value)
{
	mmio_wmb();
	*(volatile uint64_t *)at = value;
}

#endif /* MMIO_H */
