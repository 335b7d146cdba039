// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Registers at rest, and those that keep what is written. */
#include <inttypes.h>

#include "commands.h"
#include "mmio.h"
#include "qm.h"
#include "tap.h"
#include "zip.h"

#define ANY	0xffffffff

struct rest {
	uint32_t offset;
	uint32_t mask;
	uint32_t value;
	const char *what;
};

/* 2.9: what software relies on; PF and VF, every revision. */
static const struct rest function_rest[] = {
	{ HISI_QM_MAILBOX, 0x3e00, 0, "mailbox ready, status 0" },
	{ HISI_QM_EQ_INT_SOURCE, 1, 0, "no event pending" },
	{ HISI_QM_AEQ_INT_SOURCE, 1, 0, "no asynchronous event pending" },
	{ HISI_QM_SUB_VERSION_ID, ANY, 0, "sub-version" },
	{ HISI_QM_IFC_INT_SOURCE_V, 1, 0, "no message (source)" },
	{ HISI_QM_IFC_INT_STATUS, 1, 0, "no message (status)" },
	{ HISI_QM_IFC_INT_SET_V, 1, 0, "no message to the PF" },
};

static const struct rest device_rest[] = {
	{ HISI_QM_VFT_CFG_RDY, 1, 1, "VFT port ready" },
	{ HISI_QM_ABNORMAL_INT_STATUS, ANY, 0, "no error of the QM" },
	{ HISI_ZIP_CORE_INT_STATUS, ANY, 0, "no error of the engine" },
	{ HISI_QM_PEH_DFX_INFO0, ANY, 0, "no MSI under way" },
	{ HISI_QM_PEH_DFX_INFO1, 0xf0000, 0, "MSI operations finished" },
	{ HISI_QM_IFC_READY_STATUS, ANY, 0, "VFs have acknowledged" },
	{ HISI_QM_IFC_INT_SOURCE_P, ANY, 0, "no message of a VF" },
	{ HISI_QM_PEH_VENDOR_ID, ANY, 0x19e5, "vendor id for the ordering probe" },
};

/* 2.6 and hisi-zip 10.2: the capabilities of the small feature set. */
static const struct rest capabilities[] = {
	{ HISI_QM_CAP_VERSION, ANY, 0x00000601, "features" },
	{ HISI_QM_CAP_EQ_DEPTH, ANY, 0x04000800, "depths of EQ and AEQ" },
	{ HISI_QM_CAP_QP_DEPTH, ANY, 0x04000400, "depths of SQ and CQ" },
	{ HISI_QM_CAP_EQ_IRQ, ANY, 0x00010000, "EQ interrupt" },
	{ HISI_QM_CAP_AEQ_IRQ, ANY, 0x00010001, "AEQ interrupt" },
	{ HISI_QM_CAP_ABNORMAL_IRQ, ANY, 0x00010003, "abnormal interrupt" },
	{ HISI_QM_CAP_MSG_IRQ, ANY, 0, "no message interrupt" },
	{ HISI_QM_CAP_IRQ_COUNT, ANY, 0x00040003, "numbers of vectors" },
	{ HISI_ZIP_CAP_QM_NFE, ANY, 0x7c77, "non-fatal errors of the QM" },
	{ HISI_ZIP_CAP_QM_RESET, ANY, 0x6c77, "errors that ask for a reset" },
	{ HISI_ZIP_CAP_QM_CE, ANY, 0x8, "corrected errors of the QM" },
	{ HISI_ZIP_CAP_NFE, ANY, 0x1ffe, "non-fatal errors of the engine" },
	{ HISI_ZIP_CAP_RESET, ANY, 0x7fe, "engine errors that ask for a reset" },
	{ HISI_ZIP_CAP_CE, ANY, 0x1, "corrected errors of the engine" },
	{ HISI_ZIP_CAP_CORES, ANY, 0x12050203, "cores" },
	{ HISI_ZIP_CAP_CORE_ENABLE, ANY, 0x001c0003, "core bitmaps" },
	{ HISI_ZIP_CAP_DRIVER_ALGS, ANY, 0x30, "kernel algorithms" },
	{ HISI_ZIP_CAP_USER_ALGS, ANY, 0x3f, "user algorithms" },
};

#define COUNT(table)	(sizeof(table) / sizeof((table)[0]))

static void check_rest(const struct qm *qm, const struct rest *table,
		       unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		tap_equal(qm_read(qm, table[i].offset) & table[i].mask,
			  table[i].value, "0x%x at rest: %s", table[i].offset,
			  table[i].what);
}

/* Capabilities came with V3: before, there is nothing at their place. */
static void check_capabilities(const struct qm *qm,
			       const struct expected *expected)
{
	tap_equal(qm_read(qm, HISI_QM_QUE_ISO_CFG), expected->isolation,
		  "0x30: isolation");
	if (qm_has(qm, HISI_QM_REV_V3))
		check_rest(qm, capabilities, COUNT(capabilities));
	else
		tap_equal(qm_read(qm, HISI_QM_CAP_VERSION), 0,
			  "no capabilities before V3");
}

static void check_queue_count(const struct qm *qm)
{
	uint32_t cap = qm_read(qm, HISI_QM_QUEUE_CAP);
	unsigned int all = cap & 0x7ff, most = cap >> 11 & 0x7ff;

	if (!qm_has(qm, HISI_QM_REV_V3))
		return;
	tap_check(all >= QM_PF_QUEUES && most >= QM_PF_QUEUES && most <= all,
		  "0x100158: %u queues, %u for a function", all, most);
	if (qm->fn->bar4)
		tap_check(qm->fn->bar4_bytes >=
			  (uint64_t)most * HISI_QM_ISO_STRIDE,
			  "BAR 4 has room for %u queues", most);
}

/* 2.2.5, zip 7.2.3: a driver's dump reads these ranges whole at probe. */
static void check_dumps(const struct qm *qm)
{
	static const struct {
		uint32_t offset;
		uint32_t words;
	} ranges[] = {
		{ 0x0000, 0xc3 }, { 0x100000, 0x5a }, { 0x104000, 0x2e },
		{ 0x1040c8, 0x11 }, { 0x301000, 0xb0 }, { 0x302000, 0x28 },
		{ 0x303000, 0x28 }, { 0x304000, 0x28 }, { 0x305000, 0x28 },
		{ 0x306000, 0x28 }, { 0x307000, 0x28 }, { 0x308000, 0x28 },
		{ 0x309000, 0x28 },
	};
	unsigned int i, word, ones;

	for (i = 0; i < COUNT(ranges); i++) {
		ones = 0;
		for (word = 0; word < ranges[i].words; word++)
			ones += qm_read(qm, ranges[i].offset + 4 * word) == ANY;
		tap_check(ones < ranges[i].words, "0x%x: %u words can be read",
			  ranges[i].offset, ranges[i].words);
	}
}

static void check_store(const struct qm *qm, uint32_t offset, uint32_t value,
			const char *what)
{
	qm_write(qm, offset, value);
	tap_equal(qm_read(qm, offset), value, "0x%x keeps %s", offset, what);
}

static void check_stores(const struct qm *qm)
{
	check_store(qm, HISI_QM_EQ_INT_MASK, 1, "the EQ mask");
	check_store(qm, HISI_QM_AEQ_INT_MASK, 1, "the AEQ mask");
	if (qm->fn->is_vf)
		return;
	check_store(qm, HISI_QM_DB_TIMEOUT_CFG, 0x1fffff, "a timeout");
	check_store(qm, HISI_QM_ARUSER_M_CFG_1, 0x40001070, "bus attributes");
	check_store(qm, HISI_QM_PEH_VENDOR_ID, 0x5a5a, "the ordering probe");
	check_store(qm, HISI_QM_PEH_VENDOR_ID, 0x19e5, "the vendor id");
	check_store(qm, HISI_ZIP_CLOCK_GATE_CTRL, 0x0001001f, "core enables");
}

static void check_vft_entry(const struct qm *qm, unsigned int type,
			    unsigned int func, uint64_t entry)
{
	uint64_t back = ~entry;

	tap_check(qm_vft_write(qm, type, func, entry) &&
		  qm_vft_read(qm, type, func, &back),
		  "VFT type %u, function %u: port ready", type, func);
	tap_equal(back, entry, "VFT type %u, function %u: entry (2.4)", type,
		  func);
}

static void check_device_init(const struct qm *qm)
{
	tap_check(qm_memory_init(qm), "0x100044: memory initialised (2.2.2)");
	check_vft_entry(qm, HISI_QM_VFT_TYPE_SQC, 0,
			qm_vft_sqc_entry(qm, 0, QM_PF_QUEUES));
	check_vft_entry(qm, HISI_QM_VFT_TYPE_CQC, 0, qm_vft_cqc_entry(qm));
	check_vft_entry(qm, HISI_QM_VFT_TYPE_SQC, 3,
			qm_vft_sqc_entry(qm, QM_PF_QUEUES, 32));
	if (!qm_has(qm, HISI_QM_REV_V2))
		return;
	qm_write(qm, HISI_QM_CACHE_WB_START, 1);
	tap_check(qm_poll(qm, HISI_QM_CACHE_WB_DONE, 1, 1, QM_TIMEOUT_US),
		  "0x208: context cache written back");
}

/* 10.3a: a wide read is the two narrow ones. */
static void check_widths(const struct qm *qm)
{
	tap_equal(qm_read64(qm, HISI_QM_CAP_VERSION),
		  qm_read(qm, HISI_QM_CAP_VERSION) |
		  (uint64_t)qm_read(qm, HISI_QM_CAP_EQ_DEPTH) << 32,
		  "64-bit read of 0x3100");
}

void command_bars(const struct expected *expected, char **arguments)
{
	struct function fn;
	struct qm qm;

	(void)arguments;
	function_find(&fn, expected->is_vf);
	function_open(&fn, expected->access);
	qm_init(&qm, &fn);
	check_rest(&qm, function_rest, COUNT(function_rest));
	check_capabilities(&qm, expected);
	check_widths(&qm);
	if (!fn.is_vf) {
		check_rest(&qm, device_rest, COUNT(device_rest));
		check_queue_count(&qm);
		check_dumps(&qm);
		check_device_init(&qm);
	}
	check_stores(&qm);
	function_close(&fn);
}
