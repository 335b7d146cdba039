/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Faults of the device model under the names that a user types. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "hisi_qm_model.h"

/**
 * struct fault_info - one fault
 * @name: as in enum hisi_qm_model_fault, in small letters with hyphens
 * @arg: what the argument means; NULL if there is none
 * @min: least argument
 * @max: greatest argument; the model may know a lower limit
 * @effect: in half a line
 */
struct fault_info {
	const char *name;
	const char *arg;
	uint32_t min;
	uint32_t max;
	const char *effect;
};

/** struct fault_setting - a fault to be switched on */
struct fault_setting {
	enum hisi_qm_model_fault fault;
	uint32_t arg;
};

/** fault_info_of() - description of a fault below HISI_QM_MODEL_FAULTS */
const struct fault_info *fault_info_of(enum hisi_qm_model_fault fault);

/** fault_by_name() - the fault; HISI_QM_MODEL_FAULTS if there is none */
enum hisi_qm_model_fault fault_by_name(const char *name);

/**
 * fault_arg_parse() - argument of a fault
 * @fault: which
 * @text: what was typed; NULL if nothing was
 * @arg: set on success; 0 if the fault has no argument
 *
 * Return: true if @text is fit for the fault.
 */
bool fault_arg_parse(enum hisi_qm_model_fault fault, const char *text,
		     uint32_t *arg);

/**
 * fault_arg_complaint() - why fault_arg_parse() refused
 * @fault: which
 * @buf: text is put here
 * @size: bytes of @buf
 */
void fault_arg_complaint(enum hisi_qm_model_fault fault, char *buf,
			 unsigned int size);

/** number_parse() - an unsigned number, decimal or with 0x; all of @text
 * @text: what was typed
 * @min: least value
 * @max: greatest value
 * @value: set on success
 */
bool number_parse(const char *text, uint64_t min, uint64_t max,
		  uint64_t *value);

#endif /* FAULTS_H */
