/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Configuration space (hisi-qm 1; PCI Express Base 4.0, chapter 7). What the
 * specification of the device leaves open:
 *
 * - Subsystem: Huawei's vendor id and the function's own device id.
 * - BARs are prefetchable, though some registers change when they are read:
 *   behind a port, a 64-bit BAR can lie above 4 GiB only in the prefetchable
 *   window, and BAR 4 may have 128 MiB. PCI Express allows it where nothing on
 *   the way prefetches, as in a virtual machine; drivers map registers uncached
 *   whatever this bit says.
 * - PCI Express: an endpoint behind a port (a real one is an integrated
 *   endpoint of the root complex, which a machine with a port cannot show), one
 *   lane of 2.5 GT/s, so that no port and no message finds the link too slow.
 * - Power management: D3hot keeps all state (No_Soft_Reset). A stock kernel can
 *   so suspend an idle device, and does not take this for a way to reset it.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>

#include "hisi_qm_hw.h"
#include "hisi_zip_hw.h"
#include "pci_config.h"

#define CAP_EXP		PCI_CONFIG_CAP_EXP
#define CAP_MSI		PCI_CONFIG_CAP_MSI
#define CAP_PM		PCI_CONFIG_CAP_PM
#define EXT_AER		PCI_CONFIG_EXT_AER
#define EXT_ARI_PF	0x150
#define EXT_SRIOV	PCI_CONFIG_EXT_SRIOV
#define EXT_ARI_VF	0x100

#define COMMAND_WRITABLE \
	(PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY | \
	 PCI_COMMAND_SERR)
#define STATUS_CLEARABLE \
	(PCI_STATUS_PARITY | PCI_STATUS_SIG_TARGET_ABORT | \
	 PCI_STATUS_REC_TARGET_ABORT | PCI_STATUS_REC_MASTER_ABORT | \
	 PCI_STATUS_SIG_SYSTEM_ERROR | PCI_STATUS_DETECTED_PARITY)

/* Errors that an endpoint without ACS can have; their severity after reset. */
#define AER_UNCOR \
	(PCI_ERR_UNC_DLP | PCI_ERR_UNC_SURPDN | PCI_ERR_UNC_POISON_TLP | \
	 PCI_ERR_UNC_FCP | PCI_ERR_UNC_COMP_TIME | PCI_ERR_UNC_COMP_ABORT | \
	 PCI_ERR_UNC_UNX_COMP | PCI_ERR_UNC_RX_OVER | PCI_ERR_UNC_MALF_TLP | \
	 PCI_ERR_UNC_ECRC | PCI_ERR_UNC_UNSUP | PCI_ERR_UNC_INTN)
#define AER_UNCOR_FATAL \
	(PCI_ERR_UNC_DLP | PCI_ERR_UNC_SURPDN | PCI_ERR_UNC_FCP | \
	 PCI_ERR_UNC_RX_OVER | PCI_ERR_UNC_MALF_TLP | PCI_ERR_UNC_INTN)
#define AER_COR_MASKED \
	(PCI_ERR_COR_ADV_NFAT | PCI_ERR_COR_INTERNAL | PCI_ERR_COR_LOG_OVER)
#define AER_COR \
	(PCI_ERR_COR_RCVR | PCI_ERR_COR_BAD_TLP | PCI_ERR_COR_BAD_DLLP | \
	 PCI_ERR_COR_REP_ROLL | PCI_ERR_COR_REP_TIMER | AER_COR_MASKED)

#define DEVSTA_CLEARABLE \
	(PCI_EXP_DEVSTA_CED | PCI_EXP_DEVSTA_NFED | PCI_EXP_DEVSTA_FED | \
	 PCI_EXP_DEVSTA_URD)
/* After reset: relaxed ordering, no snoop, reads of 512 bytes. */
#define DEVCTL_RESET \
	(PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_NOSNOOP_EN | \
	 PCI_EXP_DEVCTL_READRQ_512B)
#define DEVCTL_WRITABLE \
	(PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE | PCI_EXP_DEVCTL_FERE | \
	 PCI_EXP_DEVCTL_URRE | PCI_EXP_DEVCTL_RELAX_EN | \
	 PCI_EXP_DEVCTL_PAYLOAD | PCI_EXP_DEVCTL_NOSNOOP_EN | \
	 PCI_EXP_DEVCTL_READRQ)
#define LNKCTL_WRITABLE \
	(PCI_EXP_LNKCTL_ASPMC | PCI_EXP_LNKCTL_RCB | PCI_EXP_LNKCTL_CCC | \
	 PCI_EXP_LNKCTL_ES)

/* SR-IOV 1.1, 3.3.12: 4 KiB, 8 KiB, 64 KiB, 256 KiB, 1 MiB, 4 MiB. */
#define SRIOV_PAGE_SIZES	0x553
#define SRIOV_PAGE_4K		0x1

static uint32_t get(const struct pci_config *cfg, unsigned int offset,
		    unsigned int bytes)
{
	uint32_t value = 0;

	while (bytes--)
		value = value << 8 | cfg->bytes[offset + bytes];
	return value;
}

static void put(uint8_t *space, unsigned int offset, unsigned int bytes,
		uint32_t value)
{
	for (; bytes--; value >>= 8)
		space[offset++] = (uint8_t)value;
}

static void field16(struct pci_config *cfg, unsigned int offset, uint32_t value,
		    uint32_t writable)
{
	put(cfg->bytes, offset, 2, value);
	put(cfg->writable, offset, 2, writable);
}

static void field32(struct pci_config *cfg, unsigned int offset, uint32_t value,
		    uint32_t writable)
{
	put(cfg->bytes, offset, 4, value);
	put(cfg->writable, offset, 4, writable);
}

/* A 64-bit BAR; its size is what cannot be written. */
static void bar_set(struct pci_config *cfg, unsigned int offset, uint64_t bytes)
{
	uint64_t mask = ~(bytes - 1);
	unsigned int i;

	if (!bytes)
		return;
	put(cfg->writable, offset, 4,
	    (uint32_t)mask & (uint32_t)PCI_BASE_ADDRESS_MEM_MASK);
	put(cfg->writable, offset + 4, 4, (uint32_t)(mask >> 32));
	for (i = offset; i < offset + 8; i++)
		cfg->bytes[i] &= cfg->writable[i];
	cfg->bytes[offset] |= PCI_BASE_ADDRESS_MEM_TYPE_64 |
			      PCI_BASE_ADDRESS_MEM_PREFETCH;
}

static void header_init(struct pci_config *cfg)
{
	const struct pci_config_params *p = &cfg->params;

	field16(cfg, PCI_VENDOR_ID, HISI_QM_PCI_VENDOR, 0);
	field16(cfg, PCI_DEVICE_ID, p->device_id, 0);
	field16(cfg, PCI_COMMAND, 0, COMMAND_WRITABLE);
	field16(cfg, PCI_STATUS, PCI_STATUS_CAP_LIST, 0);
	put(cfg->clearable, PCI_STATUS, 2, STATUS_CLEARABLE);
	field32(cfg, PCI_CLASS_REVISION,
		(uint32_t)HISI_ZIP_PCI_CLASS << 8 | p->revision, 0);
	cfg->writable[PCI_CACHE_LINE_SIZE] = 0xff;
	bar_set(cfg, PCI_BASE_ADDRESS_2, p->bar2_bytes);
	bar_set(cfg, PCI_BASE_ADDRESS_4, p->bar4_bytes);
	field16(cfg, PCI_SUBSYSTEM_VENDOR_ID, HISI_QM_PCI_VENDOR, 0);
	field16(cfg, PCI_SUBSYSTEM_ID, p->device_id, 0);
	cfg->bytes[PCI_CAPABILITY_LIST] = CAP_EXP;
	cfg->writable[PCI_INTERRUPT_LINE] = 0xff;
}

static void exp_init(struct pci_config *cfg)
{
	cfg->bytes[CAP_EXP] = PCI_CAP_ID_EXP;
	cfg->bytes[CAP_EXP + PCI_CAP_LIST_NEXT] = CAP_MSI;
	field16(cfg, CAP_EXP + PCI_EXP_FLAGS, PCI_EXP_TYPE_ENDPOINT << 4 | 2,
		0);
	field32(cfg, CAP_EXP + PCI_EXP_DEVCAP,
		PCI_EXP_DEVCAP_RBER | PCI_EXP_DEVCAP_FLR, 0);
	field16(cfg, CAP_EXP + PCI_EXP_DEVCTL, DEVCTL_RESET, DEVCTL_WRITABLE);
	put(cfg->clearable, CAP_EXP + PCI_EXP_DEVSTA, 2, DEVSTA_CLEARABLE);
	/* Bit 22, ASPM optionality, is to be 1 in every function. */
	field32(cfg, CAP_EXP + PCI_EXP_LNKCAP,
		PCI_EXP_LNKCAP_SLS_2_5GB | 1 << 4 | 1 << 22, 0);
	field16(cfg, CAP_EXP + PCI_EXP_LNKCTL, 0, LNKCTL_WRITABLE);
	field16(cfg, CAP_EXP + PCI_EXP_LNKSTA,
		PCI_EXP_LNKSTA_CLS_2_5GB | PCI_EXP_LNKSTA_NLW_X1, 0);
	field32(cfg, CAP_EXP + PCI_EXP_DEVCAP2, PCI_EXP_DEVCAP2_COMP_TMOUT_DIS,
		0);
	field16(cfg, CAP_EXP + PCI_EXP_DEVCTL2, 0,
		PCI_EXP_DEVCTL2_COMP_TMOUT_DIS);
	field32(cfg, CAP_EXP + PCI_EXP_LNKCAP2, PCI_EXP_LNKCAP2_SLS_2_5GB, 0);
	field16(cfg, CAP_EXP + PCI_EXP_LNKCTL2, PCI_EXP_LNKCTL2_TLS_2_5GT,
		PCI_EXP_LNKCTL2_TLS);
}

/* 1.4: messages to 64-bit addresses, each with a mask bit of its own. */
static void msi_init(struct pci_config *cfg)
{
	unsigned int vectors = cfg->params.msi_vectors;
	uint32_t mask = vectors < 32 ? (1u << vectors) - 1 : UINT32_MAX;
	unsigned int log2 = (unsigned int)__builtin_ctz(vectors);

	cfg->bytes[CAP_MSI] = PCI_CAP_ID_MSI;
	cfg->bytes[CAP_MSI + PCI_CAP_LIST_NEXT] = cfg->params.is_vf ? 0 : CAP_PM;
	field16(cfg, CAP_MSI + PCI_MSI_FLAGS,
		PCI_MSI_FLAGS_64BIT | PCI_MSI_FLAGS_MASKBIT | log2 << 1,
		PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE);
	field32(cfg, CAP_MSI + PCI_MSI_ADDRESS_LO, 0, 0xfffffffc);
	field32(cfg, CAP_MSI + PCI_MSI_ADDRESS_HI, 0, 0xffffffff);
	field16(cfg, CAP_MSI + PCI_MSI_DATA_64, 0, 0xffff);
	field32(cfg, CAP_MSI + PCI_MSI_MASK_64, 0, mask);
}

static void pm_init(struct pci_config *cfg)
{
	cfg->bytes[CAP_PM] = PCI_CAP_ID_PM;
	field16(cfg, CAP_PM + PCI_PM_PMC, 3, 0);
	field16(cfg, CAP_PM + PCI_PM_CTRL, PCI_PM_CTRL_NO_SOFT_RESET,
		PCI_PM_CTRL_STATE_MASK);
}

static void ext_header(struct pci_config *cfg, unsigned int offset, uint32_t id,
		       uint32_t version, uint32_t next)
{
	put(cfg->bytes, offset, 4, id | version << 16 | next << 20);
}

static void aer_init(struct pci_config *cfg)
{
	ext_header(cfg, EXT_AER, PCI_EXT_CAP_ID_ERR, 2,
		   cfg->params.total_vfs ? EXT_ARI_PF : 0);
	put(cfg->clearable, EXT_AER + PCI_ERR_UNCOR_STATUS, 4, AER_UNCOR);
	field32(cfg, EXT_AER + PCI_ERR_UNCOR_MASK, PCI_ERR_UNC_INTN, AER_UNCOR);
	field32(cfg, EXT_AER + PCI_ERR_UNCOR_SEVER, AER_UNCOR_FATAL, AER_UNCOR);
	put(cfg->clearable, EXT_AER + PCI_ERR_COR_STATUS, 4, AER_COR);
	field32(cfg, EXT_AER + PCI_ERR_COR_MASK, AER_COR_MASKED, AER_COR);
}

/* The VF BARs are as large as a page of the system at least. */
static void vf_bars_init(struct pci_config *cfg)
{
	uint64_t page = (uint64_t)get(cfg, EXT_SRIOV + PCI_SRIOV_SYS_PGSIZE, 4)
			<< 12;
	uint64_t bar2 = cfg->params.vf_bar2_bytes;
	uint64_t bar4 = cfg->params.vf_bar4_bytes;

	bar_set(cfg, EXT_SRIOV + PCI_SRIOV_BAR + 8,
		bar2 && bar2 < page ? page : bar2);
	bar_set(cfg, EXT_SRIOV + PCI_SRIOV_BAR + 16,
		bar4 && bar4 < page ? page : bar4);
}

/* 1.5: VF i is function i. Beyond function 7 that takes ARI. */
static void sriov_init(struct pci_config *cfg)
{
	const struct pci_config_params *p = &cfg->params;

	ext_header(cfg, EXT_ARI_PF, PCI_EXT_CAP_ID_ARI, 1, EXT_SRIOV);
	ext_header(cfg, EXT_SRIOV, PCI_EXT_CAP_ID_SRIOV, 1, 0);
	field16(cfg, EXT_SRIOV + PCI_SRIOV_CTRL, 0,
		PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE | PCI_SRIOV_CTRL_ARI);
	field16(cfg, EXT_SRIOV + PCI_SRIOV_INITIAL_VF, p->total_vfs, 0);
	field16(cfg, EXT_SRIOV + PCI_SRIOV_TOTAL_VF, p->total_vfs, 0);
	field16(cfg, EXT_SRIOV + PCI_SRIOV_NUM_VF, 0, 0xffff);
	field16(cfg, EXT_SRIOV + PCI_SRIOV_VF_OFFSET, 1, 0);
	field16(cfg, EXT_SRIOV + PCI_SRIOV_VF_STRIDE, 1, 0);
	field16(cfg, EXT_SRIOV + PCI_SRIOV_VF_DID, p->vf_device_id, 0);
	field32(cfg, EXT_SRIOV + PCI_SRIOV_SUP_PGSIZE, SRIOV_PAGE_SIZES, 0);
	field32(cfg, EXT_SRIOV + PCI_SRIOV_SYS_PGSIZE, SRIOV_PAGE_4K,
		SRIOV_PAGE_SIZES);
	vf_bars_init(cfg);
}

void pci_config_reset(struct pci_config *cfg)
{
	memset(cfg->bytes, 0, sizeof(cfg->bytes));
	memset(cfg->writable, 0, sizeof(cfg->writable));
	memset(cfg->clearable, 0, sizeof(cfg->clearable));
	header_init(cfg);
	exp_init(cfg);
	msi_init(cfg);
	if (cfg->params.is_vf) {
		ext_header(cfg, EXT_ARI_VF, PCI_EXT_CAP_ID_ARI, 1, 0);
		return;
	}
	pm_init(cfg);
	aer_init(cfg);
	if (cfg->params.total_vfs)
		sriov_init(cfg);
}

void pci_config_init(struct pci_config *cfg,
		     const struct pci_config_params *params)
{
	cfg->params = *params;
	pci_config_reset(cfg);
}

static bool out_of_range(uint64_t offset, size_t len)
{
	return len > PCI_CONFIG_BYTES || offset > PCI_CONFIG_BYTES - len;
}

int pci_config_read(const struct pci_config *cfg, uint64_t offset, void *buf,
		    size_t len)
{
	if (out_of_range(offset, len))
		return -EINVAL;
	memcpy(buf, cfg->bytes + offset, len);
	return 0;
}

/* What is written to a field that has fewer values than bits. */
struct old_fields {
	uint32_t power_state;
	uint32_t num_vfs;
	uint32_t page_size;
};

static void fields_save(const struct pci_config *cfg, struct old_fields *old)
{
	old->power_state = get(cfg, CAP_PM + PCI_PM_CTRL, 2);
	old->num_vfs = get(cfg, EXT_SRIOV + PCI_SRIOV_NUM_VF, 2);
	old->page_size = get(cfg, EXT_SRIOV + PCI_SRIOV_SYS_PGSIZE, 4);
}

/* D1 and D2 do not exist: such a write changes nothing. */
static void pm_settle(struct pci_config *cfg, const struct old_fields *old)
{
	uint32_t state = get(cfg, CAP_PM + PCI_PM_CTRL, 2) &
			 PCI_PM_CTRL_STATE_MASK;

	if (state == 1 || state == 2)
		put(cfg->bytes, CAP_PM + PCI_PM_CTRL, 2, old->power_state);
}

/* More messages cannot be enabled than there are. */
static void msi_settle(struct pci_config *cfg)
{
	uint32_t flags = get(cfg, CAP_MSI + PCI_MSI_FLAGS, 2);
	uint32_t capable = (flags & PCI_MSI_FLAGS_QMASK) >> 1;

	if ((flags & PCI_MSI_FLAGS_QSIZE) >> 4 > capable)
		put(cfg->bytes, CAP_MSI + PCI_MSI_FLAGS, 2,
		    (flags & ~(uint32_t)PCI_MSI_FLAGS_QSIZE) | capable << 4);
}

/* NumVFs and the page size stay as they are while VFs are enabled. */
static void sriov_settle(struct pci_config *cfg, const struct old_fields *old)
{
	unsigned int cap = EXT_SRIOV;
	bool enabled = get(cfg, cap + PCI_SRIOV_CTRL, 2) & PCI_SRIOV_CTRL_VFE;
	uint32_t pages = get(cfg, cap + PCI_SRIOV_SYS_PGSIZE, 4);

	if (get(cfg, cap + PCI_SRIOV_NUM_VF, 2) > cfg->params.total_vfs)
		put(cfg->bytes, cap + PCI_SRIOV_NUM_VF, 2, old->num_vfs);
	if (!pages || pages & (pages - 1))
		put(cfg->bytes, cap + PCI_SRIOV_SYS_PGSIZE, 4, old->page_size);
	put(cfg->writable, cap + PCI_SRIOV_NUM_VF, 2, enabled ? 0 : 0xffff);
	put(cfg->writable, cap + PCI_SRIOV_SYS_PGSIZE, 4,
	    enabled ? 0 : SRIOV_PAGE_SIZES);
	if (get(cfg, cap + PCI_SRIOV_SYS_PGSIZE, 4) != old->page_size)
		vf_bars_init(cfg);
}

static uint32_t msi_release(struct pci_config *cfg)
{
	uint32_t pending = get(cfg, CAP_MSI + PCI_MSI_PENDING_64, 4);
	uint32_t masked = get(cfg, CAP_MSI + PCI_MSI_MASK_64, 4);

	put(cfg->bytes, CAP_MSI + PCI_MSI_PENDING_64, 4, pending & masked);
	return pending & ~masked;
}

int pci_config_write(struct pci_config *cfg, uint64_t offset, const void *buf,
		     size_t len, uint32_t *deliver, bool *flr)
{
	/* Initiate Function Level Reset reads as 0 and is bit 7 of this byte. */
	const uint64_t flr_byte = CAP_EXP + PCI_EXP_DEVCTL + 1;
	const uint8_t *from = buf;
	struct old_fields old;
	size_t i;

	*deliver = 0;
	*flr = false;
	if (out_of_range(offset, len))
		return -EINVAL;
	fields_save(cfg, &old);
	for (i = 0; i < len; i++) {
		uint8_t *to = &cfg->bytes[offset + i];
		uint8_t writable = cfg->writable[offset + i];

		*to = (*to & ~writable) | (from[i] & writable);
		*to &= ~(from[i] & cfg->clearable[offset + i]);
		if (offset + i == flr_byte && from[i] & 0x80)
			*flr = true;
	}
	msi_settle(cfg);
	if (!cfg->params.is_vf)
		pm_settle(cfg, &old);
	if (cfg->params.total_vfs)
		sriov_settle(cfg, &old);
	*deliver = msi_release(cfg);
	return 0;
}

bool pci_config_bus_master(const struct pci_config *cfg)
{
	return get(cfg, PCI_COMMAND, 2) & PCI_COMMAND_MASTER &&
	       !(get(cfg, CAP_PM + PCI_PM_CTRL, 2) & PCI_PM_CTRL_STATE_MASK);
}

unsigned int pci_config_msi_message(const struct pci_config *cfg,
				    unsigned int vector)
{
	uint32_t flags = get(cfg, CAP_MSI + PCI_MSI_FLAGS, 2);
	unsigned int count = cfg->params.msi_vectors;

	if (flags & PCI_MSI_FLAGS_ENABLE)
		count = 1u << ((flags & PCI_MSI_FLAGS_QSIZE) >> 4);
	return vector & (count - 1);
}

bool pci_config_msi_raise(struct pci_config *cfg, unsigned int vector)
{
	uint32_t bit = 1u << pci_config_msi_message(cfg, vector);
	uint32_t pending = get(cfg, CAP_MSI + PCI_MSI_PENDING_64, 4);

	if (!(get(cfg, CAP_MSI + PCI_MSI_MASK_64, 4) & bit))
		return true;
	put(cfg->bytes, CAP_MSI + PCI_MSI_PENDING_64, 4, pending | bit);
	return false;
}
