/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "hisi_qm_hw.h"

static const struct fault_info infos[] = {
	[HISI_QM_MODEL_FAULT_MAILBOX_STUCK] = {
		"mailbox-stuck", NULL, 0, 0, "mailbox commands stay busy" },
	[HISI_QM_MODEL_FAULT_MAILBOX_STATUS] = {
		"mailbox-status", "STATUS", 1, HISI_QM_MB_STATUS_MASK,
		"mailbox commands fail with STATUS" },
	[HISI_QM_MODEL_FAULT_MEM_INIT_STUCK] = {
		"mem-init-stuck", NULL, 0, 0,
		"memory initialisation never finishes" },
	[HISI_QM_MODEL_FAULT_DROP_DOORBELLS] = {
		"drop-doorbells", "COUNT", 1, UINT32_MAX,
		"the next COUNT SQ doorbells are lost" },
	[HISI_QM_MODEL_FAULT_QUEUE_HANG] = {
		"queue-hang", "QUEUE", 0, HISI_QM_V1_QUEUES - 1,
		"QUEUE (of the device) executes nothing" },
	[HISI_QM_MODEL_FAULT_WRONG_CQE] = {
		"wrong-cqe", "COUNT", 1, UINT32_MAX,
		"the next COUNT CQEs name a wrong slot" },
	[HISI_QM_MODEL_FAULT_SHUFFLE_CQE] = {
		"shuffle-cqe", "COUNT", 2, 64,
		"CQEs come in reverse in groups of COUNT" },
	[HISI_QM_MODEL_FAULT_DMA] = {
		"dma", "COUNT", 1, UINT32_MAX,
		"the next COUNT accesses to data fail" },
	[HISI_QM_MODEL_FAULT_REMOVED] = {
		"removed", NULL, 0, 0, "the device is gone from the bus" },
};

_Static_assert(sizeof(infos) / sizeof(infos[0]) == HISI_QM_MODEL_FAULTS,
	       "a name for every fault");

const struct fault_info *fault_info_of(enum hisi_qm_model_fault fault)
{
	return &infos[fault];
}

enum hisi_qm_model_fault fault_by_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < HISI_QM_MODEL_FAULTS; i++)
		if (!strcmp(infos[i].name, name))
			break;
	return (enum hisi_qm_model_fault)i;
}

bool fault_arg_parse(enum hisi_qm_model_fault fault, const char *text,
		     uint32_t *arg)
{
	const struct fault_info *info = &infos[fault];
	uint64_t value = 0;

	if (!info->arg ? text != NULL :
	    !text || !number_parse(text, info->min, info->max, &value))
		return false;
	*arg = (uint32_t)value;
	return true;
}

void fault_arg_complaint(enum hisi_qm_model_fault fault, char *buf,
			 unsigned int size)
{
	const struct fault_info *info = &infos[fault];

	if (!info->arg)
		snprintf(buf, size, "%s takes no argument", info->name);
	else if (info->max == UINT32_MAX)
		snprintf(buf, size, "%s needs a %s of %u or more", info->name,
			 info->arg, info->min);
	else
		snprintf(buf, size, "%s needs a %s from %u to %u", info->name,
			 info->arg, info->min, info->max);
}

bool number_parse(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	unsigned long long n;
	char *end;
	int base = !strncmp(text, "0x", 2) || !strncmp(text, "0X", 2) ? 16 : 10;

	/* strtoull() would take signs, spaces and nothing. */
	if (!isxdigit((unsigned char)text[base == 16 ? 2 : 0]))
		return false;
	errno = 0;
	n = strtoull(text, &end, base);
	if (errno || *end || n < min || n > max)
		return false;
	*value = n;
	return true;
}
