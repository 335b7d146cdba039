/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <endian.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hisi_qm_hw.h"
#include "hisi_zip_hw.h"
#include "register_names.h"

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

#define QM(name)		{ HISI_QM_##name, 4, 1, #name }
#define QM_WIDE(name, bytes)	{ HISI_QM_##name, bytes, 1, #name }
#define QM_ARRAY(name, count)	{ HISI_QM_##name, 4, count, #name }
#define ZIP(name)		{ HISI_ZIP_##name, 4, 1, #name }
#define ZIP_ARRAY(name, count)	{ HISI_ZIP_##name, 4, count, #name }

static const struct register_entry table[] = {
	/* hisi-qm 2.1, function space */
	QM(AEQ_INT_SOURCE), QM(AEQ_INT_MASK), QM(EQ_INT_SOURCE),
	QM(EQ_INT_MASK), QM(IFC_INT_SOURCE_V), QM(IFC_INT_MASK),
	QM(IFC_INT_STATUS), QM(IFC_INT_SET_V), QM(QUE_ISO_CFG), QM(PAGE_SIZE),
	QM(FUN_DB_DROP), QM(VF_STATE), QM(FUNS_ACTIVE_ST), QM(CACHE_WB_START),
	QM(CACHE_WB_DONE), QM(SUB_VERSION_ID),
	QM_WIDE(MAILBOX, HISI_QM_MAILBOX_BYTES), QM(MAILBOX_DATA_L),
	QM(MAILBOX_DATA_H), QM_WIDE(VF2PF_VF_W, 8), QM_WIDE(DOORBELL_V1, 8),
	QM_WIDE(PF2VF_VF_R, 8), QM_WIDE(DOORBELL_SQ_CQ, 8),
	QM_ARRAY(CHANNEL_USAGE, 3), QM_WIDE(DOORBELL_EQ_AEQ, 8),
	/* 2.6, and hisi-zip 7.2.4 */
	QM(CAP_VERSION), QM(CAP_EQ_DEPTH), QM(CAP_QP_DEPTH), QM(CAP_EQ_IRQ),
	QM(CAP_AEQ_IRQ), QM(CAP_ABNORMAL_IRQ), QM(CAP_MSG_IRQ),
	QM(CAP_IRQ_COUNT), QM(CAP_EXT_BAR), ZIP(CAP_QM_NFE), ZIP(CAP_QM_RESET),
	ZIP(CAP_QM_CE), ZIP(CAP_NFE), ZIP(CAP_RESET), ZIP(CAP_CE),
	ZIP(CAP_CORES), ZIP(CAP_CORE_ENABLE), ZIP(CAP_DRIVER_ALGS),
	ZIP(CAP_USER_ALGS), ZIP_ARRAY(CAP_CORE_ALGS_1, 5), ZIP(CAP_END),
	QM_WIDE(MIG_EQC, 28), QM_WIDE(MIG_AEQC, 28),
	/* 2.2, device space */
	QM(ABNORMAL_INT_SOURCE), QM(ABNORMAL_INT_MASK),
	QM(ABNORMAL_INT_STATUS), QM(ABNORMAL_INT_SET), QM(ABNORMAL_INF00),
	QM(ABNORMAL_INF01), QM(ABNORMAL_INF02), QM(MEM_START_INIT),
	QM(MEM_INIT_DONE), QM(CACHE_CTL), QM(VFT_CFG_OP_ENABLE),
	QM(VFT_CFG_OP_WR), QM(VFT_CFG_TYPE), QM(VFT_CFG), QM(VFT_CFG_DATA_L),
	QM(VFT_CFG_DATA_H), QM(VFT_CFG_RDY), QM(TIMEOUT_CFG),
	QM(DB_TIMEOUT_CFG), QM(FLR_PENDING_TIME_CFG), QM(ARUSER_M_CFG_1),
	QM(ARUSER_M_CFG_ENABLE), QM(AWUSER_M_CFG_1), QM(AWUSER_M_CFG_ENABLE),
	QM(WUSER_M_CFG_ENABLE), QM(AXI_M_CFG), QM(AXI_M_CFG_ENABLE),
	QM(PEH_AXUSER_CFG), QM(PEH_AXUSER_CFG_ENABLE), QM(PEH_VENDOR_ID),
	QM(RAS_CE_ENABLE), QM(RAS_FE_ENABLE), QM(RAS_NFE_ENABLE),
	QM(RAS_CE_THRESHOLD), QM(PEH_DFX_INFO0), QM(PEH_DFX_INFO1),
	QM(DFX_CNT_CLR_CE), QM(AXI_TIMEOUT_CTRL), QM(AXI_TIMEOUT_STATUS),
	QM_WIDE(IFC_READY_STATUS, 8), QM(IFC_INT_SET_P), QM(IFC_INT_CFG),
	QM_WIDE(IFC_INT_SOURCE_P, 8), QM(CQE_AGGR_TIMEOUT_CTRL), QM(PM_CTRL),
	QM(QUEUE_CAP), QM(SHAPER_CFG), QM(MIG_REGION_SEL),
	QM_WIDE(DEV_DB_DROP, 8), QM_WIDE(FUNC_AXI_ERR_ST0, 8),
	/* 2.2.5 */
	QM(DFX_ECC_1BIT_CNT), QM(DFX_ECC_1BIT_INF), QM(DFX_ECC_MBIT_CNT),
	QM(DFX_ECC_MBIT_INF), QM(DFX_MB_SEL), QM(DFX_MB_CNT), QM(DFX_DB_SEL),
	QM(DFX_DB_CNT), QM(DFX_SQE_SEL), QM(DFX_SQE_CNT), QM(DFX_CQE_SEL),
	QM(DFX_CQE_CNT), QM(DFX_SEND_SQE_TO_ACC_CNT),
	QM(DFX_WB_SQE_FROM_ACC_CNT), QM(DFX_ACC_FINISH_CNT),
	QM(DFX_CQE_ERR_CNT), QM(DFX_IN_IDLE_ST), QM(OOO_SHUTDOWN_SEL),
	QM(DFX_CQE_OUT), QM(DFX_EQE_OUT), QM(DFX_AEQE_OUT),
	QM_WIDE(PF2VF_PF_W, 8), QM_ARRAY(VF2PF_PF_R, HISI_QM_MAX_VFS + 1),
	/* 2.3 */
	QM(AM_CTRL_GLOBAL), QM(AM_CFG_PORT_RD_EN), QM(AM_CFG_PORT_WR_EN),
	QM(AM_CURR_PORT_STS), QM(AM_ROB_ECC_INT_STS), QM(AM_CURR_TRANS_RETURN),
	/* hisi-zip 7.2.1, 7.2.2 */
	ZIP(SOFT_CTRL_CNT_CLR_CE), ZIP(CLOCK_GATE_CTRL), ZIP(FSM_MAX_CNT),
	ZIP(SOFT_CTRL_ZIP_CONTROL), ZIP(PORT_ARCA_CHE_0), ZIP(PORT_ARCA_CHE_1),
	ZIP(PORT_AWCA_CHE_0), ZIP(PORT_AWCA_CHE_1), ZIP(CORE_INT_SOURCE),
	ZIP(CORE_INT_MASK), ZIP(CORE_INT_SET), ZIP(CORE_INT_STATUS),
	ZIP(BD_RUSER_32_63), ZIP(SGL_RUSER_32_63), ZIP(DATA_RUSER_32_63),
	ZIP(DATA_WUSER_32_63), ZIP(BD_WUSER_32_63), ZIP(SRAM_ECC_ERR_INFO),
	ZIP(RAS_CE_ENB), ZIP(RAS_NFE_ENB), ZIP(RAS_FE_ENB),
	ZIP(UNCOM_ERR_RAS_CTRL), ZIP(PEH_CFG_AUTO_GATE), ZIP(PREFETCH_CFG),
	ZIP(SVA_TRANS), ZIP(LIT_LEN_EN), ZIP(HIGH_PERF), ZIP(OOO_SHUTDOWN_SEL),
};

/* hisi-zip 7.2.3; hwdefs/ names those that the model counts. */
static const struct {
	uint32_t offset;
	const char *name;
} core_table[] = {
	{ HISI_ZIP_CORE_REQUESTS, "REQUESTS" },
	{ HISI_ZIP_CORE_GOOD, "GOOD" },
	{ HISI_ZIP_CORE_BAD, "BAD" },
	{ HISI_ZIP_CORE_DONE, "DONE" },
	{ 0x10, "WORK_CYCLES" },
	{ 0x18, "IDLE_CYCLES" },
	{ 0x20, "MAX_DELAY" },
	{ 0x24, "MIN_DELAY" },
	{ 0x28, "AVERAGE_DELAY" },
	{ 0x30, "WINDOW_DATA" },
	{ 0x34, "WINDOW_ADDRESS" },
	{ HISI_ZIP_CORE_CONSUMED, "CONSUMED" },
	{ HISI_ZIP_CORE_PRODUCED, "PRODUCED" },
	{ 0x70, "COMP_IF" },
	{ 0x78, "PRE_OUT" },
	{ HISI_ZIP_CORE_BD_READS, "BD_READS" },
	{ HISI_ZIP_CORE_BD_WRITES, "BD_WRITES" },
	{ HISI_ZIP_CORE_BD_READ_ERRORS, "BD_READ_ERRORS" },
	{ HISI_ZIP_CORE_PARSE_ERRORS, "PARSE_ERRORS" },
	{ HISI_ZIP_CORE_BD_WRITE_ERRORS, "BD_WRITE_ERRORS" },
	{ 0x94, "STATE_RELOAD" },
	{ 0x9c, "STATE_LZ77" },
};

/* 2.5 */
static const char *const abnormal_bits[] = {
	"AXI read", "AXI write", "multi-bit ECC", "single-bit ECC",
	"get-task timeout", "do-task timeout", "write-back not ready",
	"SQ/CQ VF invalid", "CQ VF invalid", "SQ VF invalid",
	"doorbell timeout", "FIFO overflow", "doorbell random value",
	"mailbox timeout", "FLR timeout",
};

/* hisi-zip 7.2.2 */
static const char *const zip_bits[] = {
	"single-bit ECC", "multi-bit ECC", "AXI read", "AXI write",
	"source address", "destination address", "input address",
	"input data", "compression interface", "encryption interface",
	"output", "AXI poison", "SVA",
};

/* 3.4; what the base field holds */
enum base_use { BASE_NONE, BASE_ADDRESS, BASE_MESSAGE };

static const struct command {
	const char *set, *get;
	bool has_queue;
	enum base_use use;
} commands[] = {
	[HISI_QM_MB_SQC] = { "install SQC", "dump SQC", true, BASE_ADDRESS },
	[HISI_QM_MB_CQC] = { "install CQC", "dump CQC", true, BASE_ADDRESS },
	[HISI_QM_MB_EQC] = { "install EQC", "dump EQC", false, BASE_ADDRESS },
	[HISI_QM_MB_AEQC] = { "install AEQC", "dump AEQC", false,
			      BASE_ADDRESS },
	[HISI_QM_MB_SQC_BT] = { "set SQC table", "get SQC table", false,
				BASE_ADDRESS },
	[HISI_QM_MB_CQC_BT] = { "set CQC table", "get CQC table", false,
				BASE_ADDRESS },
	[HISI_QM_MB_SQC_VFT] = { "SQC VFT without get", "get SQC VFT", false,
				 BASE_NONE },
	[HISI_QM_MB_STOP_QP] = { "stop QP", "stop QP, get", true, BASE_NONE },
	[HISI_QM_MB_FLUSH_QM] = { "flush function", "flush function, get",
				  false, BASE_NONE },
	[HISI_QM_MB_SRC] = { "send message", "send message, get", true,
			     BASE_MESSAGE },
	[HISI_QM_MB_DST] = { "receive message", "receive message", true,
			     BASE_NONE },
	[HISI_QM_MB_PAUSE_QM] = { "pause function", "pause function, get",
				  false, BASE_NONE },
};

/* 3.8 */
static const char *const messages[] = {
	[HISI_QM_MSG_FLR_PREPARE] = "FLR prepare",
	[HISI_QM_MSG_SRST_PREPARE] = "soft reset prepare",
	[HISI_QM_MSG_RESET_DONE] = "reset done",
	[HISI_QM_MSG_VF_PREPARE_DONE] = "VF prepare done",
	[HISI_QM_MSG_VF_PREPARE_FAIL] = "VF prepare failed",
	[HISI_QM_MSG_VF_START_DONE] = "VF start done",
	[HISI_QM_MSG_VF_START_FAIL] = "VF start failed",
	[HISI_QM_MSG_SET_QOS] = "set QoS",
	[HISI_QM_MSG_GET_QOS] = "get QoS",
	[HISI_QM_MSG_FUNC_RESET] = "function reset",
	[HISI_QM_MSG_GET_ISOLATION] = "get isolation",
	[HISI_QM_MSG_SET_ISOLATION] = "set isolation",
};

/* Text that grows and is cut where it would not fit. */
struct text {
	char *at;
	size_t size;
	size_t used;
};

__attribute__((format(printf, 2, 3)))
static void add(struct text *text, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text->at + text->used, text->size - text->used, fmt,
		      args);
	va_end(args);
	if (n > 0)
		text->used += (size_t)n;
	if (text->used >= text->size)
		text->used = text->size - 1;
}

const struct register_entry *register_table(unsigned int *count)
{
	*count = ARRAY_LEN(table);
	return table;
}

/* The one that begins there, else the one that it lies in. */
static const struct register_entry *find(uint64_t offset)
{
	const struct register_entry *around = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(table); i++) {
		const struct register_entry *e = &table[i];

		if (e->offset == offset)
			return e;
		if (offset > e->offset &&
		    offset - e->offset < (uint64_t)e->bytes * e->count)
			around = e;
	}
	return around;
}

static void entry_name(struct text *text, const struct register_entry *e,
		       uint32_t inside)
{
	add(text, "%s", e->name);
	if (e->count > 1)
		add(text, "[%u]", inside / e->bytes);
	if (inside % e->bytes)
		add(text, "+%u", inside % e->bytes);
}

static bool core_name(struct text *text, uint64_t offset)
{
	bool is_comp = offset < HISI_ZIP_DECOMP_CORE_BASE;
	uint32_t base = is_comp ? HISI_ZIP_COMP_CORE_BASE :
				  HISI_ZIP_DECOMP_CORE_BASE;
	uint32_t inside, core;
	unsigned int i;

	if (offset < base)
		return false;
	core = (uint32_t)(offset - base) / HISI_ZIP_CORE_STRIDE;
	inside = (uint32_t)(offset - base) % HISI_ZIP_CORE_STRIDE;
	if (core >= (is_comp ? HISI_ZIP_COMP_CORES : HISI_ZIP_DECOMP_CORES) ||
	    inside >= HISI_ZIP_CORE_REGS_BYTES)
		return false;
	add(text, "%s_CORE%u", is_comp ? "COMP" : "DECOMP", core);
	for (i = 0; i < ARRAY_LEN(core_table); i++) {
		if (core_table[i].offset == inside) {
			add(text, "_%s", core_table[i].name);
			return true;
		}
	}
	add(text, "+0x%x", inside);
	return true;
}

static void iso_name(struct text *text, uint64_t offset)
{
	uint64_t queue = offset / HISI_QM_ISO_STRIDE;
	uint64_t inside = offset % HISI_QM_ISO_STRIDE;

	if (inside == HISI_QM_ISO_DOORBELL)
		add(text, "DOORBELL[%" PRIu64 "]", queue);
	else if (inside == HISI_QM_ISO_DOORBELL + 4)
		add(text, "DOORBELL[%" PRIu64 "]+4", queue);
	else
		add(text, "BAR4+0x%" PRIx64, offset);
}

void register_name(char *buf, unsigned int bar, uint64_t offset)
{
	struct text text = { .at = buf, .size = REGISTER_NAME_BYTES };
	const struct register_entry *e;

	if (bar == 4) {
		iso_name(&text, offset);
		return;
	}
	e = find(offset);
	if (e)
		entry_name(&text, e, (uint32_t)(offset - e->offset));
	else if (offset > UINT32_MAX || !core_name(&text, offset))
		add(&text, "0x%" PRIx64, offset);
}

static void command_queue(struct text *text, uint16_t cmd, uint16_t queue)
{
	if (cmd == HISI_QM_MB_SRC && queue == HISI_QM_MB_DST_ALL_VFS)
		add(text, " to all VFs");
	else if (cmd == HISI_QM_MB_SRC)
		add(text, " to function %u", queue);
	else if (cmd == HISI_QM_MB_DST)
		add(text, " of function %u", queue);
	else
		add(text, " %u", queue);
}

static void message_name(struct text *text, uint32_t message)
{
	if (message < ARRAY_LEN(messages) && messages[message])
		add(text, ": %s", messages[message]);
	else
		add(text, ": message 0x%x", message);
}

/* @words: how many of the four words are there, from the first */
static void command_meaning(struct text *text, const uint32_t *dw,
			    unsigned int words)
{
	uint16_t cmd = dw[0] & HISI_QM_MB_CMD_MASK;
	const struct command *c = NULL;

	if (cmd < ARRAY_LEN(commands) && commands[cmd].set)
		c = &commands[cmd];
	if (c)
		add(text, "%s", dw[0] & HISI_QM_MB_OP_GET ? c->get : c->set);
	else
		add(text, "unknown command 0x%x, queue", cmd);
	if (!c || c->has_queue)
		command_queue(text, cmd, (uint16_t)(dw[0] >> 16));
	if (c && c->use == BASE_ADDRESS && words > 2)
		add(text, ", address 0x%" PRIx64,
		    (uint64_t)dw[2] << 32 | dw[1]);
	else if (c && c->use == BASE_ADDRESS && words == 2)
		add(text, ", low half of the address 0x%x", dw[1]);
	else if (c && c->use == BASE_MESSAGE && words > 1)
		message_name(text, dw[1]);
	if (!(dw[0] & HISI_QM_MB_BUSY))
		add(text, ", not executed without the busy bit");
}

static void mailbox_meaning(struct text *text, const uint32_t *dw,
			    unsigned int first, unsigned int words,
			    bool is_write)
{
	uint32_t status = dw[0] >> HISI_QM_MB_STATUS_SHIFT &
			  HISI_QM_MB_STATUS_MASK;

	if (first)
		add(text, "%s", is_write && first + words == 4 ? "go" : "");
	else if (is_write)
		command_meaning(text, dw, words);
	else if (dw[0] & HISI_QM_MB_BUSY)
		add(text, "busy");
	else if (status)
		add(text, "failed with status %u", status);
	else
		add(text, "ready");
}

struct bell {
	unsigned int cmd;
	unsigned int qn;
	unsigned int rand;
};

static struct bell bell_of(uint32_t low, bool is_v1)
{
	struct bell bell = { 0 };

	if (is_v1) {
		bell.qn = low & HISI_QM_DB_V1_QN_MASK;
		bell.cmd = low >> HISI_QM_DB_V1_CMD_SHIFT;
		return bell;
	}
	bell.qn = low & HISI_QM_DB_V2_QN_MASK;
	bell.cmd = low >> HISI_QM_DB_V2_CMD_SHIFT & HISI_QM_DB_V2_CMD_MASK;
	bell.rand = low >> HISI_QM_DB_V2_RAND_SHIFT;
	return bell;
}

static void bell_high(struct text *text, const struct bell *bell, uint32_t high)
{
	unsigned int priority = high >> 16;

	add(text, ", %s %u", bell->cmd == HISI_QM_DB_SQ ? "tail" : "head",
	    high & 0xffff);
	if (bell->cmd == HISI_QM_DB_CQ)
		add(text, ", %s", priority & 1 ? "armed" : "not armed");
	else if (priority)
		add(text, ", priority %u", priority);
}

/* 4.7 */
static void doorbell_meaning(struct text *text, const uint32_t *dw,
			     unsigned int first, unsigned int words, bool is_v1)
{
	static const char *const names[] = { "SQ", "CQ", "EQ", "AEQ" };
	struct bell bell;

	if (first) {
		add(text, "index %u, priority %u", dw[0] & 0xffff,
		    dw[0] >> 16);
		return;
	}
	bell = bell_of(dw[0], is_v1);
	if (bell.cmd >= ARRAY_LEN(names)) {
		add(text, "unknown doorbell %u", bell.cmd);
		return;
	}
	add(text, "%s", names[bell.cmd]);
	if (bell.cmd <= HISI_QM_DB_CQ)
		add(text, " %u", bell.qn);
	if (bell.rand)
		add(text, ", random value 0x%x", bell.rand);
	if (words > 1)
		bell_high(text, &bell, dw[1]);
}

static void bits_meaning(struct text *text, uint32_t value,
			 const char *const *names, unsigned int count)
{
	unsigned int bit;

	for (bit = 0; bit < count; bit++)
		if (value & 1u << bit)
			add(text, "%s%s", text->used ? ", " : "", names[bit]);
}

static void bar2_meaning(struct text *text, uint64_t offset, const uint32_t *dw,
			 unsigned int words, bool is_write)
{
	/* 64 and 128 bits wide ones may be accessed in parts. */
	uint64_t low = offset & ~7ull;
	unsigned int half = offset & 4 ? 1 : 0;

	if ((offset & ~15ull) == HISI_QM_MAILBOX) {
		mailbox_meaning(text, dw, (unsigned int)(offset & 15) / 4,
				words, is_write);
		return;
	}
	if (low == HISI_QM_DOORBELL_V1 || low == HISI_QM_DOORBELL_SQ_CQ ||
	    low == HISI_QM_DOORBELL_EQ_AEQ) {
		if (is_write)
			doorbell_meaning(text, dw, half, words,
					 low == HISI_QM_DOORBELL_V1);
		return;
	}
	switch (offset) {
	case HISI_QM_ABNORMAL_INT_SOURCE:
	case HISI_QM_ABNORMAL_INT_STATUS:
	case HISI_QM_ABNORMAL_INT_SET:
		bits_meaning(text, dw[0], abnormal_bits,
			     ARRAY_LEN(abnormal_bits));
		break;
	case HISI_ZIP_CORE_INT_SOURCE:
	case HISI_ZIP_CORE_INT_STATUS:
	case HISI_ZIP_CORE_INT_SET:
		bits_meaning(text, dw[0], zip_bits, ARRAY_LEN(zip_bits));
		break;
	}
}

void register_meaning(char *buf, const struct register_access *access)
{
	struct text text = { .at = buf, .size = REGISTER_MEANING_BYTES };
	uint64_t inside = access->offset % HISI_QM_ISO_STRIDE;
	uint32_t dw[4] = { 0 };
	unsigned int i;

	buf[0] = 0;
	if (access->bytes > sizeof(dw) || access->bytes < 4 ||
	    access->offset & 3)
		return;
	memcpy(dw, access->value, access->bytes);
	for (i = 0; i < ARRAY_LEN(dw); i++)
		dw[i] = le32toh(dw[i]);
	if (access->bar == 2)
		bar2_meaning(&text, access->offset, dw, access->bytes / 4,
			     access->is_write);
	else if ((inside & ~7ull) == HISI_QM_ISO_DOORBELL && access->is_write)
		doorbell_meaning(&text, dw, inside & 4 ? 1 : 0,
				 access->bytes / 4, false);
}
