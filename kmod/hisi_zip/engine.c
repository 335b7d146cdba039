// SPDX-License-Identifier: GPL-2.0-only
/* Setting the engine up (7.2.5), and what it can do (7.2.4). */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "engine.h"
#include "hisi_qm_hw.h"
#include "hisi_zip_hw.h"
#include "params.h"
#include "request.h"

/* Attributes of the engine on the bus: normal SMMU, snooped (hisi-qm 2.2.3). */
#define USER_ATTRIBUTES		0x40001070
#define USER_ATTRIBUTES_SSV	(USER_ATTRIBUTES | 1)
#define ALL_BUT_SSV		0xfffffffe
#define ALL_BITS		0xffffffff
#define AXI_CACHE_ATTRIBUTES	0xffff
/* Also keeps a change of bus mastering from being taken for an FLR. */
#define PEH_ATTRIBUTES		0x401001
#define CONTEXT_CACHE		0x1833

#define CORES_CHECK_ENABLE	BIT(16)
#define CORES_GATES		0x2000ff00
#define HIGH_PERF		BIT(0)
#define LIT_LEN_OFF		BIT(4)
#define AUTO_GATE		BIT(0)

#define PREFETCH_OPEN_CLEAR	(BIT(26) | BIT(17) | BIT(0))
#define PREFETCH_BUSY		(BIT(26) | BIT(30))
#define PREFETCH_TIMEOUT_US	1000

#define CORE_DECOMPRESS_SHIFT	16
#define CORE_COMPRESS_MASK	0xffff

/* 7.2.2, 7.2.4; zlib and gzip on V1 and V2 as the vendor's own kernel has them. */
static const struct zip_generation generations[] = {
	{
		.revision = HISI_QM_REV_V1,
		.cores = 0x12080206,
		.core_enable = 0x00fc0003,
		.kernel_algs = 0xf,
		.user_algs = 0xf,
		.layout = &zip_sqe_type0,
	},
	{
		.revision = HISI_QM_REV_V2,
		.cores = 0x12080206,
		.core_enable = 0x00fc0003,
		.kernel_algs = 0xf,
		.user_algs = 0xf,
		.ras = {
			.nfe = 0x7fe,
			.reset = 0x7fe,
			.shutdown = HISI_ZIP_ERR_ECC_MBIT,
			.ce = HISI_ZIP_ERR_ECC_1BIT,
		},
		.reports_errors = true,
		.global_ssv = true,
		.layout = &zip_sqe_type0,
	},
	{
		.revision = HISI_QM_REV_V3,
		.cores = 0x12050203,
		.core_enable = 0x001c0003,
		.kernel_algs = 0x30,
		.user_algs = 0x3f,
		.ras = {
			.nfe = 0x1ffe,
			.reset = 0x7fe,
			.shutdown = 0x7fe,
			.ce = HISI_ZIP_ERR_ECC_1BIT,
		},
		.reports_errors = true,
		.selects_shutdown = true,
		.has_gates = true,
		.has_prefetch = true,
		.layout = &zip_sqe_type3,
	},
};

const struct zip_generation *zip_generation(struct hisi_qm *qm)
{
	unsigned int i = ARRAY_SIZE(generations) - 1;

	while (i && hisi_qm_revision(qm) < generations[i].revision)
		i--;
	return &generations[i];
}

u32 zip_cap(struct hisi_qm *qm, u32 offset, u32 fallback)
{
	return hisi_qm_has_caps(qm) ? hisi_qm_read(qm, offset) : fallback;
}

static void set_bits(struct hisi_qm *qm, u32 offset, u32 bits)
{
	hisi_qm_write(qm, offset, hisi_qm_read(qm, offset) | bits);
}

static void clear_bits(struct hisi_qm *qm, u32 offset, u32 bits)
{
	hisi_qm_write(qm, offset, hisi_qm_read(qm, offset) & ~bits);
}

/* Steps 1 to 5: who the engine is on the bus. */
static void init_bus(struct hisi_qm *qm)
{
	u32 data = zip_generation(qm)->global_ssv && hisi_qm_uses_sva(qm) ?
		   USER_ATTRIBUTES_SSV : USER_ATTRIBUTES;
	const struct { u32 offset, value; } writes[] = {
		{ HISI_QM_ARUSER_M_CFG_1, USER_ATTRIBUTES },
		{ HISI_QM_ARUSER_M_CFG_ENABLE, ALL_BUT_SSV },
		{ HISI_QM_AWUSER_M_CFG_1, USER_ATTRIBUTES },
		{ HISI_QM_AWUSER_M_CFG_ENABLE, ALL_BUT_SSV },
		{ HISI_QM_WUSER_M_CFG_ENABLE, ALL_BITS },
		{ HISI_QM_AXI_M_CFG, AXI_CACHE_ATTRIBUTES },
		{ HISI_QM_AXI_M_CFG_ENABLE, ALL_BITS },
		{ HISI_QM_PEH_AXUSER_CFG, PEH_ATTRIBUTES },
		{ HISI_QM_PEH_AXUSER_CFG_ENABLE, ALL_BITS },
		{ HISI_ZIP_PORT_ARCA_CHE_0, ALL_BITS },
		{ HISI_ZIP_PORT_ARCA_CHE_1, ALL_BITS },
		{ HISI_ZIP_PORT_AWCA_CHE_0, ALL_BITS },
		{ HISI_ZIP_PORT_AWCA_CHE_1, ALL_BITS },
		{ HISI_ZIP_BD_RUSER_32_63, USER_ATTRIBUTES },
		{ HISI_ZIP_BD_WUSER_32_63, USER_ATTRIBUTES },
		{ HISI_ZIP_DATA_RUSER_32_63, data },
		{ HISI_ZIP_DATA_WUSER_32_63, data },
		{ HISI_ZIP_SGL_RUSER_32_63, data },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(writes); i++)
		hisi_qm_write(qm, writes[i].offset, writes[i].value);
}

static bool has_prefetch(struct hisi_qm *qm)
{
	if (!zip_generation(qm)->has_prefetch)
		return false;
	return zip_cap(qm, HISI_QM_CAP_VERSION, HISI_QM_CAP_SVA_PREFETCH) &
	       HISI_QM_CAP_SVA_PREFETCH;
}

/* Step 6. Without it translations are only slower. */
static void prefetch_open(struct hisi_qm *qm)
{
	if (!has_prefetch(qm))
		return;
	clear_bits(qm, HISI_ZIP_PREFETCH_CFG, PREFETCH_OPEN_CLEAR);
	if (hisi_qm_poll(qm, HISI_ZIP_PREFETCH_CFG, HISI_ZIP_PREFETCH_DISABLE, 0,
			 PREFETCH_TIMEOUT_US))
		pci_warn(hisi_qm_pdev(qm), "cannot enable prefetch of translations\n");
}

void zip_engine_quiesce(struct hisi_qm *qm)
{
	if (!has_prefetch(qm))
		return;
	set_bits(qm, HISI_ZIP_PREFETCH_CFG, HISI_ZIP_PREFETCH_DISABLE);
	if (hisi_qm_poll(qm, HISI_ZIP_SVA_TRANS, PREFETCH_BUSY, 0,
			 PREFETCH_TIMEOUT_US))
		pci_warn(hisi_qm_pdev(qm), "prefetch of translations does not stop\n");
}

/* Steps 7 to 11. */
static void init_cores(struct hisi_qm *qm)
{
	const struct zip_generation *generation = zip_generation(qm);
	u32 cores = zip_cap(qm, HISI_ZIP_CAP_CORE_ENABLE, generation->core_enable);

	hisi_qm_write(qm, HISI_ZIP_CLOCK_GATE_CTRL, CORES_CHECK_ENABLE |
		      cores >> CORE_DECOMPRESS_SHIFT | (cores & CORE_COMPRESS_MASK));
	hisi_qm_write(qm, HISI_QM_CACHE_CTL, CONTEXT_CACHE);
	if (zip_params_high_perf())
		set_bits(qm, HISI_ZIP_HIGH_PERF, HIGH_PERF);
	else
		clear_bits(qm, HISI_ZIP_HIGH_PERF, HIGH_PERF);
	if (!generation->has_gates)
		return;
	clear_bits(qm, HISI_ZIP_LIT_LEN_EN, LIT_LEN_OFF);
	set_bits(qm, HISI_ZIP_CLOCK_GATE_CTRL, CORES_GATES);
	set_bits(qm, HISI_ZIP_PEH_CFG_AUTO_GATE, AUTO_GATE);
}

/*
 * The DAE block that some parts have (step 12) is left as reset leaves it: its
 * errors are disabled, and no request of ours goes there.
 */
int zip_engine_init(struct hisi_qm *qm)
{
	init_bus(qm);
	prefetch_open(qm);
	init_cores(qm);
	return 0;
}

/* By bit pair of the bitmap, in the order in which user space gets them. */
static const char * const algorithm_names[] = {
	"zlib\n", "gzip\n", "deflate\n", "lz77_zstd\nlz77_only\n", "lz4\n",
};

#define ALGORITHM_SETS	BIT(ARRAY_SIZE(algorithm_names))
#define ALGORITHM_BYTES	48

/*
 * A string for each set of algorithms: a device in user space's hands may
 * outlive the function, so the strings live as long as the module.
 */
static char algorithm_strings[ALGORITHM_SETS][ALGORITHM_BYTES];

void zip_engine_setup(void)
{
	unsigned int set, i;
	size_t length;

	for (set = 0; set < ALGORITHM_SETS; set++) {
		for (i = 0; i < ARRAY_SIZE(algorithm_names); i++)
			if (set & BIT(i))
				strlcat(algorithm_strings[set],
					algorithm_names[i], ALGORITHM_BYTES);
		length = strlen(algorithm_strings[set]);
		if (length)
			algorithm_strings[set][length - 1] = '\0';
	}
}

const char *zip_engine_algorithms(struct hisi_qm *qm)
{
	u32 algs = zip_cap(qm, HISI_ZIP_CAP_USER_ALGS,
			   zip_generation(qm)->user_algs);
	unsigned int set = 0, i;

	for (i = 0; i < ARRAY_SIZE(algorithm_names); i++)
		if (algs >> 2 * i & 3)
			set |= BIT(i);
	return algorithm_strings[set];
}

const struct zip_sqe_layout *zip_engine_sqe_layout(struct hisi_qm *qm)
{
	return zip_generation(qm)->layout;
}

/*
 * The vendor gives the kernel deflate alone from V3 on, because Linux has no
 * users of the others. The engine does them all the same.
 */
u32 zip_engine_kernel_algs(struct hisi_qm *qm)
{
	const struct zip_generation *generation = zip_generation(qm);

	return zip_cap(qm, HISI_ZIP_CAP_DRIVER_ALGS, generation->kernel_algs) |
	       zip_cap(qm, HISI_ZIP_CAP_USER_ALGS, generation->user_algs);
}

unsigned int zip_engine_cores(struct hisi_qm *qm, enum zip_cores kind)
{
	u32 cores = zip_cap(qm, HISI_ZIP_CAP_CORES, zip_generation(qm)->cores);

	if (kind == ZIP_CORES_COMPRESS)
		return min_t(u32, cores >> 8 & 0xff, HISI_ZIP_COMP_CORES);
	return min_t(u32, cores & 0xff, HISI_ZIP_DECOMP_CORES);
}
