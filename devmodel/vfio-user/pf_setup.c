/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <endian.h>
#include <errno.h>

#include "hisi_qm_hw.h"
#include "hisi_zip_hw.h"
#include "pf_setup.h"
#include "vfu_device.h"

#define QUEUE_CAP_MASK		0x7ffu		/* 2.2.4 */
#define QUEUE_CAP_FUNC_SHIFT	11
#define VFT_MAX_QUEUES		1024u		/* 2.4: a count of 10 bits */
#define SHAPER_DEFAULT		0x00988696u	/* 2.4: QoS 1000 */

static uint32_t get(struct vfu_device *dev, uint64_t offset)
{
	uint32_t value = 0;

	vfu_device_mmio_read(dev, 0, 2, offset, &value, sizeof(value));
	return le32toh(value);
}

static void put(struct vfu_device *dev, uint64_t offset, uint32_t value)
{
	value = htole32(value);
	vfu_device_mmio_write(dev, 0, 2, offset, &value, sizeof(value));
}

/* 1.5: V3 says it in a register, which bounds a function if it isolates. */
static unsigned int device_queues(struct vfu_device *dev, unsigned int revision)
{
	if (revision == HISI_QM_REV_V1)
		return HISI_QM_V1_QUEUES;
	if (revision == HISI_QM_REV_V2)
		return HISI_QM_V2_QUEUES;
	return get(dev, HISI_QM_QUEUE_CAP) & QUEUE_CAP_MASK;
}

static unsigned int function_queues(struct vfu_device *dev,
				    unsigned int revision)
{
	unsigned int most;

	if (revision == HISI_QM_REV_V1)
		return HISI_QM_V1_QUEUES;
	if (revision == HISI_QM_REV_V2 || !(get(dev, HISI_QM_QUE_ISO_CFG) & 1))
		return VFT_MAX_QUEUES;
	most = get(dev, HISI_QM_QUEUE_CAP) >> QUEUE_CAP_FUNC_SHIFT &
	       QUEUE_CAP_MASK;
	return most < VFT_MAX_QUEUES ? most : VFT_MAX_QUEUES;
}

/* 2.6 */
static bool has_qos(struct vfu_device *dev, unsigned int revision)
{
	uint32_t cap;

	if (revision < HISI_QM_REV_V3)
		return false;
	cap = get(dev, HISI_QM_CAP_VERSION);
	return !(cap & HISI_QM_CAP_VERSION_MASK) || cap & HISI_QM_CAP_QOS;
}

/* The registers of the VFT port that an access changes. */
static const uint32_t vft_regs[] = {
	HISI_QM_VFT_CFG_OP_WR, HISI_QM_VFT_CFG_TYPE, HISI_QM_VFT_CFG,
	HISI_QM_VFT_CFG_DATA_L, HISI_QM_VFT_CFG_DATA_H,
};

#define VFT_REGS	(sizeof(vft_regs) / sizeof(vft_regs[0]))

static void vft_port_save(struct vfu_device *dev, uint32_t *saved)
{
	unsigned int i;

	for (i = 0; i < VFT_REGS; i++)
		saved[i] = get(dev, vft_regs[i]);
}

static void vft_port_restore(struct vfu_device *dev, const uint32_t *saved)
{
	unsigned int i;

	for (i = 0; i < VFT_REGS; i++)
		put(dev, vft_regs[i], saved[i]);
}

static bool vft_ready(struct vfu_device *dev)
{
	return get(dev, HISI_QM_VFT_CFG_RDY) & 1;
}

/* 2.4, steps 1 to 7; the model is done when the last write returns. */
static int vft_write(struct vfu_device *dev, uint32_t type, uint32_t address,
		     uint64_t entry)
{
	if (!vft_ready(dev))
		return -EBUSY;
	put(dev, HISI_QM_VFT_CFG_OP_WR, 0);
	put(dev, HISI_QM_VFT_CFG_TYPE, type);
	put(dev, HISI_QM_VFT_CFG, address);
	put(dev, HISI_QM_VFT_CFG_DATA_L, (uint32_t)entry);
	put(dev, HISI_QM_VFT_CFG_DATA_H, (uint32_t)(entry >> 32));
	put(dev, HISI_QM_VFT_CFG_RDY, 0);
	put(dev, HISI_QM_VFT_CFG_OP_ENABLE, 1);
	return vft_ready(dev) ? 0 : -EBUSY;
}

static int vft_read_sqc(struct vfu_device *dev, uint32_t func, uint64_t *entry)
{
	if (!vft_ready(dev))
		return -EBUSY;
	put(dev, HISI_QM_VFT_CFG_OP_WR, 1);
	put(dev, HISI_QM_VFT_CFG_TYPE, HISI_QM_VFT_TYPE_SQC);
	put(dev, HISI_QM_VFT_CFG, func);
	put(dev, HISI_QM_VFT_CFG_RDY, 0);
	put(dev, HISI_QM_VFT_CFG_OP_ENABLE, 1);
	if (!vft_ready(dev))
		return -EBUSY;
	*entry = get(dev, HISI_QM_VFT_CFG_DATA_L) |
		 (uint64_t)get(dev, HISI_QM_VFT_CFG_DATA_H) << 32;
	return 0;
}

/* 2.4; V1's entries have sizes in place of a count. */
static uint64_t sqc_entry(unsigned int revision,
			  const struct pf_setup_share *share)
{
	uint64_t entry = HISI_QM_SQC_VFT_VALID |
			 (uint64_t)share->base << HISI_QM_SQC_VFT_BASE_SHIFT;

	if (revision == HISI_QM_REV_V1)
		return entry | HISI_QM_VFT_V1_SIZES;
	return entry | (uint64_t)(share->count - 1)
		       << HISI_QM_SQC_VFT_COUNT_SHIFT;
}

static int shaper_write(struct vfu_device *dev, uint32_t func)
{
	uint32_t alg;
	int ret = 0;

	for (alg = 0; alg < 2 && !ret; alg++)
		ret = vft_write(dev, HISI_QM_VFT_TYPE_SHAPER,
				func | alg << HISI_QM_VFT_SHAPER_ALG_SHIFT,
				SHAPER_DEFAULT);
	return ret;
}

static int entries_write(struct vfu_device *dev, unsigned int revision,
			 uint32_t func, const struct pf_setup_share *share)
{
	uint64_t cqc = HISI_QM_CQC_VFT_VALID;
	int ret;

	if (revision == HISI_QM_REV_V1)
		cqc |= HISI_QM_VFT_V1_SIZES;
	ret = vft_write(dev, HISI_QM_VFT_TYPE_SQC, func,
			sqc_entry(revision, share));
	if (!ret)
		ret = vft_write(dev, HISI_QM_VFT_TYPE_CQC, func, cqc);
	if (!ret && has_qos(dev, revision))
		ret = shaper_write(dev, func);
	return ret;
}

static int entries_clear(struct vfu_device *dev, uint32_t func)
{
	int ret = vft_write(dev, HISI_QM_VFT_TYPE_SQC, func, 0);

	return ret ? ret : vft_write(dev, HISI_QM_VFT_TYPE_CQC, func, 0);
}

/* 5.1, step 8 */
static int memory_init(struct vfu_device *dev, unsigned int revision)
{
	put(dev, HISI_QM_DB_TIMEOUT_CFG, 0x1fffff);
	if (revision >= HISI_QM_REV_V3)
		put(dev, HISI_QM_PM_CTRL, get(dev, HISI_QM_PM_CTRL) | 1u << 9);
	put(dev, HISI_QM_MEM_START_INIT, 1);
	return get(dev, HISI_QM_MEM_INIT_DONE) & 1 ? 0 : -ETIMEDOUT;
}

/* 2.2.3, hisi-zip 7.2.5: steps 1 to 5 */
static void bus_init(struct vfu_device *dev)
{
	static const struct {
		uint32_t offset, value;
	} values[] = {
		{ HISI_QM_ARUSER_M_CFG_1, 0x40001070 },
		{ HISI_QM_ARUSER_M_CFG_ENABLE, 0xfffffffe },
		{ HISI_QM_AWUSER_M_CFG_1, 0x40001070 },
		{ HISI_QM_AWUSER_M_CFG_ENABLE, 0xfffffffe },
		{ HISI_QM_WUSER_M_CFG_ENABLE, 0xffffffff },
		{ HISI_QM_AXI_M_CFG, 0x0000ffff },
		{ HISI_QM_AXI_M_CFG_ENABLE, 0xffffffff },
		{ HISI_QM_PEH_AXUSER_CFG, 0x00401001 },
		{ HISI_QM_PEH_AXUSER_CFG_ENABLE, 0xffffffff },
		{ HISI_ZIP_PORT_ARCA_CHE_0, 0xffffffff },
		{ HISI_ZIP_PORT_ARCA_CHE_1, 0xffffffff },
		{ HISI_ZIP_PORT_AWCA_CHE_0, 0xffffffff },
		{ HISI_ZIP_PORT_AWCA_CHE_1, 0xffffffff },
		{ HISI_ZIP_BD_RUSER_32_63, 0x40001070 },
		{ HISI_ZIP_BD_WUSER_32_63, 0x40001070 },
		{ HISI_ZIP_DATA_RUSER_32_63, 0x40001070 },
		{ HISI_ZIP_DATA_WUSER_32_63, 0x40001070 },
		{ HISI_ZIP_SGL_RUSER_32_63, 0x40001070 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		put(dev, values[i].offset, values[i].value);
}

/* hisi-zip 7.2.4, 7.2.5: steps 7 to 11, with all cores that there are */
static void engine_init(struct vfu_device *dev, unsigned int revision)
{
	uint32_t cores = 0x00fc0003, enable;

	if (revision >= HISI_QM_REV_V3)
		cores = get(dev, HISI_ZIP_CAP_CORE_ENABLE);
	enable = 1u << 16 | ((cores >> 16 | cores) & 0xff);
	put(dev, HISI_ZIP_CLOCK_GATE_CTRL, enable);
	put(dev, HISI_QM_CACHE_CTL, 0x1833);
	if (revision < HISI_QM_REV_V3)
		return;
	put(dev, HISI_ZIP_LIT_LEN_EN,
	    get(dev, HISI_ZIP_LIT_LEN_EN) & ~(1u << 4));
	put(dev, HISI_ZIP_CLOCK_GATE_CTRL, enable | 0x2000ff00);
	put(dev, HISI_ZIP_PEH_CFG_AUTO_GATE, 1);
}

/* What is reported and how; V1 reports nothing. */
struct error_masks {
	uint32_t qm_nfe, qm_ce, qm_shutdown;
	uint32_t zip_nfe, zip_ce, zip_shutdown;
};

static struct error_masks error_masks_of(struct vfu_device *dev,
					 unsigned int revision)
{
	if (revision < HISI_QM_REV_V3)
		return (struct error_masks){ 0x1c57, 0x8, 0, 0x7fe, 0x1, 0 };
	return (struct error_masks){
		.qm_nfe = get(dev, HISI_ZIP_CAP_QM_NFE),
		.qm_ce = get(dev, HISI_ZIP_CAP_QM_CE),
		.qm_shutdown = get(dev, HISI_ZIP_CAP_QM_RESET),
		.zip_nfe = get(dev, HISI_ZIP_CAP_NFE),
		.zip_ce = get(dev, HISI_ZIP_CAP_CE),
		.zip_shutdown = get(dev, HISI_ZIP_CAP_RESET),
	};
}

/* 5.9, hisi-zip 7.2.5 */
static void errors_init(struct vfu_device *dev, unsigned int revision)
{
	struct error_masks m;

	if (revision == HISI_QM_REV_V1) {
		put(dev, HISI_QM_ABNORMAL_INT_MASK, HISI_QM_ABN_ALL);
		put(dev, HISI_ZIP_CORE_INT_MASK, HISI_ZIP_ERR_ALL);
		return;
	}
	m = error_masks_of(dev, revision);
	put(dev, HISI_QM_ABNORMAL_INT_SOURCE, 0xffffffff);
	put(dev, HISI_QM_RAS_CE_ENABLE, m.qm_ce);
	put(dev, HISI_QM_RAS_CE_THRESHOLD, 1);
	put(dev, HISI_QM_RAS_NFE_ENABLE, m.qm_nfe);
	put(dev, HISI_QM_RAS_FE_ENABLE, 0);
	if (revision >= HISI_QM_REV_V3)
		put(dev, HISI_QM_OOO_SHUTDOWN_SEL, m.qm_shutdown);
	put(dev, HISI_QM_ABNORMAL_INT_MASK, ~(m.qm_ce | m.qm_nfe));
	put(dev, HISI_ZIP_CORE_INT_SOURCE, 0xffffffff);
	put(dev, HISI_ZIP_RAS_CE_ENB, m.zip_ce);
	put(dev, HISI_ZIP_RAS_FE_ENB, 0);
	put(dev, HISI_ZIP_RAS_NFE_ENB, m.zip_nfe);
	if (revision >= HISI_QM_REV_V3)
		put(dev, HISI_ZIP_OOO_SHUTDOWN_SEL, m.zip_shutdown);
	put(dev, HISI_ZIP_SOFT_CTRL_ZIP_CONTROL,
	    get(dev, HISI_ZIP_SOFT_CTRL_ZIP_CONTROL) |
	    HISI_ZIP_CONTROL_AXI_SHUTDOWN);
	put(dev, HISI_ZIP_CORE_INT_MASK, ~(m.zip_ce | m.zip_nfe));
}

unsigned int pf_setup_own_queues(unsigned int device_queues)
{
	if (device_queues >= 2 * PF_SETUP_QUEUES)
		return PF_SETUP_QUEUES;
	return device_queues > 1 ? device_queues / 2 : 1;
}

int pf_setup_device(struct vfu_device *dev, unsigned int revision)
{
	struct pf_setup_share share = { 0 };
	int ret = memory_init(dev, revision);

	if (ret)
		return ret;
	bus_init(dev);
	engine_init(dev, revision);
	errors_init(dev, revision);
	share.count = pf_setup_own_queues(device_queues(dev, revision));
	return entries_write(dev, revision, 0, &share);
}

void pf_setup_divide(unsigned int first, unsigned int queues, unsigned int most,
		     unsigned int vfs, struct pf_setup_share *shares)
{
	unsigned int each = queues / vfs;
	unsigned int rest = queues % vfs;
	unsigned int i;

	for (i = vfs; i; i--) {
		unsigned int share = each;

		if (i == vfs && each + rest <= most) {
			share += rest;
			rest = 0;
		} else if (rest) {
			share++;
			rest--;
		}
		if (share > most)
			share = most;
		shares[i - 1] = (struct pf_setup_share){ first, share };
		first += share;
	}
}

/* Where the VFs' queues begin: behind the PF's. V1 has no count: there at 64. */
static int pf_queues(struct vfu_device *dev, unsigned int revision,
		     unsigned int *queues)
{
	uint64_t entry = 0;
	int ret = vft_read_sqc(dev, 0, &entry);

	if (ret)
		return ret;
	if (!(entry & HISI_QM_SQC_VFT_VALID))
		return -ENODEV;
	*queues = PF_SETUP_QUEUES;
	if (revision != HISI_QM_REV_V1)
		*queues = (unsigned int)((entry >> HISI_QM_SQC_VFT_COUNT_SHIFT &
					  HISI_QM_SQC_VFT_COUNT_MASK) + 1);
	return 0;
}

static int vfs_write(struct vfu_device *dev, unsigned int revision,
		     unsigned int max_vfs, unsigned int vfs,
		     const struct pf_setup_share *shares)
{
	unsigned int i;
	int ret = 0;

	for (i = vfs; i && !ret; i--)
		ret = entries_write(dev, revision, i, &shares[i - 1]);
	/* None, rather than some of them (1.5). */
	for (i = ret ? 1 : vfs + 1; i <= max_vfs; i++)
		if (entries_clear(dev, i))
			return -EBUSY;
	return ret;
}

int pf_setup_vfs(struct vfu_device *dev, unsigned int revision,
		 unsigned int max_vfs, unsigned int vfs)
{
	struct pf_setup_share shares[HISI_QM_MAX_VFS];
	unsigned int most = revision == HISI_QM_REV_V1 ? 1 : max_vfs;
	unsigned int all, used = 0;
	uint32_t saved[VFT_REGS];
	int ret;

	if (max_vfs > HISI_QM_MAX_VFS || vfs > max_vfs || vfs > most)
		return -EINVAL;
	vft_port_save(dev, saved);
	ret = pf_queues(dev, revision, &used);
	if (ret)
		goto out;
	all = device_queues(dev, revision);
	ret = -ENOSPC;
	if (vfs && (used >= all || all - used < vfs))
		goto out;
	if (vfs)
		pf_setup_divide(used, all - used,
				function_queues(dev, revision), vfs, shares);
	ret = vfs_write(dev, revision, max_vfs, vfs, shares);
out:
	/* Not into an access of the PF driver. */
	if (ret != -EBUSY)
		vft_port_restore(dev, saved);
	return ret;
}
