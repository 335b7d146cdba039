/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * User interface of an accelerator queue: one open() of /dev/<driver>-<n> is
 * one hardware queue. A superset of Linux' own <misc/uacce/uacce.h>: the same
 * numbers mean the same there.
 */
#ifndef _UAPI_MISC_UACCE_UACCE_H
#define _UAPI_MISC_UACCE_UACCE_H

#include <linux/const.h>
#include <linux/ioctl.h>
#include <linux/types.h>

/* The queue starts to execute what is written to it: INIT -> STARTED. */
#define UACCE_CMD_START_Q	_IO('W', 0)

/* The queue stops; closing the file is what releases it. */
#define UACCE_CMD_PUT_Q		_IO('W', 1)

/*
 * Let another queue of the same device and process use the static shared
 * memory (SS region) of this one. The argument is the file descriptor of that
 * other queue, by value.
 */
#define UACCE_CMD_SHARE_SVAS	_IO('W', 2)

/*
 * Where the device finds a slice of the SS region. In: the slice's index, from
 * 0. Out: its DMA address, which is a multiple of 4 KiB, with the slice's size
 * in units of 64 KiB in bits 11:0. Returns the number of slices behind this
 * one, 0 for the last. With UACCE_DEV_IOMMU the whole region is one slice and
 * the size field is not meaningful.
 *
 * The argument is 64 bits wide; on every 64-bit machine this is the code
 * 0x80085703 of drivers that declare it as unsigned long.
 */
#define UACCE_CMD_GET_SS_DMA	_IOR('W', 3, __u64)

#define UACCE_SS_DMA_SIZE_MASK	0xfffULL
#define UACCE_SS_DMA_SIZE_SHIFT	16

/* Bits of the sysfs attribute "flags". */
#define UACCE_DEV_SVA			_BITUL(0)
#define UACCE_DEV_NOIOMMU		_BITUL(1)
#define UACCE_DEV_PASID			_BITUL(2)
#define UACCE_DEV_FAULT_FROM_DEV	_BITUL(3)
#define UACCE_DEV_SHARE_DOMAIN		_BITUL(4)
#define UACCE_DEV_IOMMU			_BITUL(7)

/*
 * Regions of a queue's file. A region is mapped from its start; the offset of
 * mmap() is the region's number times the page size.
 */
enum uacce_qfrt {
	UACCE_QFRT_MMIO = 0,	/* registers: doorbells */
	UACCE_QFRT_DUS = 1,	/* device and user shared: the rings */
	UACCE_QFRT_SS = 2,	/* static shared: data, any size */
	UACCE_QFRT_DKO = 3,	/* device and kernel only: not mappable */
	UACCE_QFRT_MAX = 4,
};

#endif /* _UAPI_MISC_UACCE_UACCE_H */
