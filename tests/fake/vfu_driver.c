/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "hisi_qm_hw.h"
#include "hisi_zip_hw.h"
#include "vfu_driver.h"

#define EQ_AT		0x00000u
#define AEQ_AT		0x10000u
#define SQC_BT_AT	0x20000u
#define CQC_BT_AT	0x28000u
#define IMAGE_AT	0x30000u
#define SQ_AT		0x40000u
#define CQ_AT		0x50000u
#define EQ_DEPTH	64u
#define SQE_BYTES	128u
#define CQE_BYTES	16u

#define SQC_COMMAND	0x2000
#define CQC_COMMAND	0x2001

static uint8_t *at(struct vfu_client *client, uint32_t offset)
{
	return client->ram + offset;
}

static void set16(struct vfu_client *client, uint32_t offset, uint16_t value)
{
	memcpy(at(client, offset), &value, sizeof(value));
}

static void set32(struct vfu_client *client, uint32_t offset, uint32_t value)
{
	memcpy(at(client, offset), &value, sizeof(value));
}

static void config(struct vfu_client *client, uint64_t offset, void *buf,
		   uint32_t count, bool is_write)
{
	int ret;

	ret = is_write ? vfu_client_write(client, VFIO_PCI_CONFIG_REGION_INDEX,
					  offset, buf, count) :
			 vfu_client_read(client, VFIO_PCI_CONFIG_REGION_INDEX,
					 offset, buf, count);
	if (ret)
		abort();
}

void vfu_driver_enable(struct vfu_client *client)
{
	uint16_t command = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, flags;
	uint8_t pos, id;

	config(client, PCI_COMMAND, &command, sizeof(command), true);
	config(client, PCI_CAPABILITY_LIST, &pos, 1, false);
	for (; pos; config(client, pos + 1u, &pos, 1, false)) {
		config(client, pos, &id, 1, false);
		if (id != PCI_CAP_ID_MSI)
			continue;
		config(client, pos + PCI_MSI_FLAGS, &flags, 2, false);
		flags |= PCI_MSI_FLAGS_ENABLE;
		flags &= (uint16_t)~PCI_MSI_FLAGS_QSIZE;
		flags |= (flags & PCI_MSI_FLAGS_QMASK) << 3;
		config(client, pos + PCI_MSI_FLAGS, &flags, 2, true);
		return;
	}
	abort();
}

void vfu_driver_init_device(struct vfu_client *client)
{
	vfu_client_wr(client, 0x100040, 1);
	while (!(vfu_client_rd(client, 0x100044) & 1))
		;
}

static void vft_write(struct vfu_client *client, uint32_t type, uint32_t func,
		      uint64_t entry)
{
	vfu_client_wr(client, 0x100058, 0);
	vfu_client_wr(client, 0x10005c, type);
	vfu_client_wr(client, 0x100060, func);
	vfu_client_wr(client, 0x100064, (uint32_t)entry);
	vfu_client_wr(client, 0x100068, (uint32_t)(entry >> 32));
	vfu_client_wr(client, 0x10006c, 0);
	vfu_client_wr(client, 0x100054, 1);
	while (!(vfu_client_rd(client, 0x10006c) & 1))
		;
}

void vfu_driver_give_queues(struct vfu_client *client, unsigned int revision,
			    unsigned int func, unsigned int base,
			    unsigned int count)
{
	if (revision == HISI_QM_REV_V1) {
		vft_write(client, 0, func,
			  0x0000100000015700ULL | (uint64_t)base << 28);
		vft_write(client, 1, func, 0x0000000010015700ULL);
		return;
	}
	vft_write(client, 0, func, (uint64_t)base << 28 | 1ULL << 44 |
		  (uint64_t)(count - 1) << 45);
	vft_write(client, 1, func, 1ULL << 28);
}

unsigned int vfu_driver_mailbox(struct vfu_client *client, uint16_t command,
				uint16_t queue, uint64_t address)
{
	const uint32_t dw[4] = {
		command | (uint32_t)queue << 16, (uint32_t)address,
		(uint32_t)(address >> 32), 0,
	};
	uint32_t word;

	if (vfu_client_write(client, VFIO_PCI_BAR2_REGION_INDEX, 0x300, dw,
			     sizeof(dw)))
		abort();
	do {
		word = vfu_client_rd(client, 0x300);
	} while (word & HISI_QM_MB_BUSY);
	return word >> HISI_QM_MB_STATUS_SHIFT & HISI_QM_MB_STATUS_MASK;
}

static void must(unsigned int status)
{
	if (status)
		abort();
}

static void install(struct vfu_client *client, uint16_t command)
{
	must(vfu_driver_mailbox(client, command, 0, client->base + IMAGE_AT));
}

static void put_ring(struct vfu_client *client, uint32_t ring)
{
	uint64_t address = client->base + ring;

	memset(at(client, IMAGE_AT), 0, 32);
	memcpy(at(client, IMAGE_AT + 4), &address, sizeof(address));
}

static void start_events(struct vfu_client *client, bool is_v1)
{
	put_ring(client, EQ_AT);
	set32(client, IMAGE_AT + 0x18, (EQ_DEPTH - 1) | 0x10000);
	install(client, 0x2002);
	put_ring(client, AEQ_AT);
	set32(client, IMAGE_AT + 0x18, (EQ_DEPTH - 1) | 0x10000);
	install(client, 0x2003);
	must(vfu_driver_mailbox(client, 0x2004, 0, client->base + SQC_BT_AT));
	must(vfu_driver_mailbox(client, 0x2005, 0, client->base + CQC_BT_AT));
	if (is_v1) {
		vfu_client_wr64(client, 0x340, 0x0000000000030000ULL);
		vfu_client_wr64(client, 0x340, 0x0000000000020000ULL);
	} else {
		vfu_client_wr64(client, 0x2000, 0x0000000000003000ULL);
		vfu_client_wr64(client, 0x2000, 0x0000000000002000ULL);
	}
	vfu_client_wr(client, 0x0c, 0);
	vfu_client_wr(client, 0x04, 0);
}

/* 4.1, 4.2 */
static void start_queue(struct vfu_client *client, bool is_v1, unsigned int alg)
{
	const unsigned int last = VFU_DRIVER_DEPTH - 1;

	memset(at(client, CQ_AT), 0, VFU_DRIVER_DEPTH * CQE_BYTES);
	put_ring(client, SQ_AT);
	set32(client, IMAGE_AT + 0x0c, is_v1 ? 0x7000 : 0x7000 | last);
	set16(client, IMAGE_AT + 0x10, is_v1 ? (uint16_t)last : 0);
	set16(client, IMAGE_AT + 0x1a,
	      (uint16_t)(0x0010 | alg << HISI_QM_SQC_ALG_SHIFT));
	install(client, SQC_COMMAND);
	put_ring(client, CQ_AT);
	set32(client, IMAGE_AT + 0x0c, is_v1 ? 0x4000 : 0x4000 | last);
	set16(client, IMAGE_AT + 0x10, is_v1 ? (uint16_t)last : 0);
	set32(client, IMAGE_AT + 0x18, 3);
	install(client, CQC_COMMAND);
}

void vfu_driver_start(struct vfu_driver *driver, struct vfu_client *client,
		      unsigned int revision, unsigned int alg)
{
	bool is_v1 = revision == HISI_QM_REV_V1;

	*driver = (struct vfu_driver){
		.client = client,
		.revision = revision,
		.phase = 1,
	};
	start_events(client, is_v1);
	start_queue(client, is_v1, alg);
}

static void ring_bell(struct vfu_driver *driver, uint64_t command,
		      uint64_t index, uint64_t priority)
{
	/* 4.7, 4.8: queue 0 in both layouts */
	if (driver->revision == HISI_QM_REV_V1)
		vfu_client_wr64(driver->client, 0x340,
				command << 16 | index << 32 | priority << 48);
	else
		vfu_client_wr64(driver->client, 0x1000,
				command << 12 | index << 32 | priority << 48);
}

void vfu_driver_send(struct vfu_driver *driver, uint32_t bytes,
		     uint32_t room)
{
	struct vfu_client *client = driver->client;
	uint64_t src = client->base + VFU_DRIVER_SRC;
	uint64_t dst = client->base + VFU_DRIVER_DST;
	struct hisi_zip_sqe sqe = {
		.dw7 = 0x30000000,
		.dw9 = 0x4002,
		.input_data_length = bytes,
		.dest_avail_out = room,
		.source_addr_l = (uint32_t)src,
		.source_addr_h = (uint32_t)(src >> 32),
		.dest_addr_l = (uint32_t)dst,
		.dest_addr_h = (uint32_t)(dst >> 32),
	};

	memcpy(at(client, SQ_AT + driver->tail * SQE_BYTES), &sqe, sizeof(sqe));
	driver->tail = (driver->tail + 1) % VFU_DRIVER_DEPTH;
	ring_bell(driver, 0, driver->tail, 0);
}

bool vfu_driver_poll(struct vfu_driver *driver)
{
	uint16_t *word = (uint16_t *)(void *)at(
		driver->client, CQ_AT + driver->head * CQE_BYTES + 14);

	/* Pairs with the server's release of a completion's last word. */
	if ((__atomic_load_n(word, __ATOMIC_ACQUIRE) & 1u) != driver->phase)
		return false;
	driver->head++;
	if (driver->head == VFU_DRIVER_DEPTH) {
		driver->head = 0;
		driver->phase ^= 1;
	}
	/* Gives the entry back; not armed. */
	ring_bell(driver, 1, driver->head, 0);
	return true;
}

bool vfu_driver_wait(struct vfu_driver *driver)
{
	unsigned int i;

	for (i = 0; i < 60000; i++) {
		if (vfu_driver_poll(driver))
			return true;
		vfu_client_serve(driver->client, 1);
		if (driver->client->is_gone)
			return false;
	}
	return false;
}

void vfu_driver_arm(struct vfu_driver *driver)
{
	ring_bell(driver, 1, driver->head, 1);
}

uint32_t vfu_driver_answer(const struct vfu_driver *driver, unsigned int slot,
			   unsigned int dw)
{
	uint32_t value;

	memcpy(&value, at(driver->client, SQ_AT + slot * SQE_BYTES + dw * 4),
	       sizeof(value));
	return value;
}
