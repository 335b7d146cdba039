// SPDX-License-Identifier: GPL-2.0-only
/* Registers and counters for debugfs (7.2.1 to 7.2.3), read-only. */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>

#include "engine.h"
#include "hisi_zip_hw.h"

#define COUNTERS_CLEAR_ON_READ	(BIT(0) | BIT(2))

struct named_register {
	u32 offset;
	const char *name;
};

static const struct named_register engine_registers[] = {
	{ HISI_ZIP_CLOCK_GATE_CTRL, "clock_gate_ctrl" },
	{ HISI_ZIP_SOFT_CTRL_ZIP_CONTROL, "zip_control" },
	{ HISI_ZIP_HIGH_PERF, "high_perf" },
	{ HISI_ZIP_PREFETCH_CFG, "prefetch_cfg" },
	{ HISI_ZIP_CORE_INT_MASK, "int_mask" },
	{ HISI_ZIP_CORE_INT_STATUS, "int_status" },
	{ HISI_ZIP_SRAM_ECC_ERR_INFO, "sram_ecc_err_info" },
	{ HISI_ZIP_RAS_CE_ENB, "ras_ce_enb" },
	{ HISI_ZIP_RAS_NFE_ENB, "ras_nfe_enb" },
	{ HISI_ZIP_RAS_FE_ENB, "ras_fe_enb" },
	{ HISI_ZIP_UNCOM_ERR_RAS_CTRL, "uncom_err_ras_ctrl" },
};

static const struct named_register core_registers[] = {
	{ HISI_ZIP_CORE_REQUESTS, "requests" },
	{ HISI_ZIP_CORE_GOOD, "good" },
	{ HISI_ZIP_CORE_BAD, "bad" },
	{ HISI_ZIP_CORE_DONE, "done" },
	{ HISI_ZIP_CORE_CONSUMED, "consumed" },
	{ HISI_ZIP_CORE_PRODUCED, "produced" },
	{ HISI_ZIP_CORE_BD_READS, "bd_reads" },
	{ HISI_ZIP_CORE_BD_WRITES, "bd_writes" },
	{ HISI_ZIP_CORE_BD_READ_ERRORS, "bd_read_errors" },
	{ HISI_ZIP_CORE_PARSE_ERRORS, "parse_errors" },
	{ HISI_ZIP_CORE_BD_WRITE_ERRORS, "bd_write_errors" },
};

static const struct {
	const char *name;
	u32 base;
} core_kinds[] = {
	[ZIP_CORES_COMPRESS] = { "compress", HISI_ZIP_COMP_CORE_BASE },
	[ZIP_CORES_DECOMPRESS] = { "decompress", HISI_ZIP_DECOMP_CORE_BASE },
};

static void clear_core(struct hisi_qm *qm, u32 base)
{
	u32 offset;

	for (offset = 0; offset < HISI_ZIP_CORE_REGS_BYTES; offset += 4)
		hisi_qm_read(qm, base + offset);
}

void zip_clear_counters(struct hisi_qm *qm)
{
	unsigned int kind, core;

	hisi_qm_write(qm, HISI_ZIP_SOFT_CTRL_CNT_CLR_CE, COUNTERS_CLEAR_ON_READ);
	for (kind = 0; kind < ARRAY_SIZE(core_kinds); kind++)
		for (core = 0; core < zip_engine_cores(qm, kind); core++)
			clear_core(qm, core_kinds[kind].base +
				       core * HISI_ZIP_CORE_STRIDE);
	hisi_qm_write(qm, HISI_ZIP_SOFT_CTRL_CNT_CLR_CE, 0);
}

static void dump_registers(struct hisi_qm *qm, struct seq_file *s,
			   const char *prefix, u32 base,
			   const struct named_register *registers,
			   unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		seq_printf(s, "%s%s = 0x%08x\n", prefix, registers[i].name,
			   hisi_qm_read(qm, base + registers[i].offset));
}

static void dump_cores(struct hisi_qm *qm, struct seq_file *s,
		       enum zip_cores kind)
{
	unsigned int core;
	char prefix[32];

	for (core = 0; core < zip_engine_cores(qm, kind); core++) {
		snprintf(prefix, sizeof(prefix), "%s_core%u.",
			 core_kinds[kind].name, core);
		dump_registers(qm, s, prefix, core_kinds[kind].base +
			       core * HISI_ZIP_CORE_STRIDE, core_registers,
			       ARRAY_SIZE(core_registers));
	}
}

void zip_dump(struct hisi_qm *qm, struct seq_file *s)
{
	if (hisi_qm_is_vf(qm))
		return;
	dump_registers(qm, s, "zip.", 0, engine_registers,
		       ARRAY_SIZE(engine_registers));
	dump_cores(qm, s, ZIP_CORES_COMPRESS);
	dump_cores(qm, s, ZIP_CORES_DECOMPRESS);
}
