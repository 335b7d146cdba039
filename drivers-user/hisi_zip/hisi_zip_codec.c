/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "hisi_zip_codec.h"

void hisi_zip_decode_status(uint32_t dw3, struct wd_comp_msg *msg)
{
	msg->status = dw3 & HISI_ZIP_DW3_STATUS_MASK;
	msg->result = hisi_zip_status_to_errno(msg->status);
	if (dw3 & HISI_ZIP_DW3_LAST_BLOCK)
		msg->ended |= WD_COMP_MSG_LAST_BLOCK;
	if (msg->status == HISI_ZIP_STATUS_NEGATIVE)
		msg->ended |= WD_COMP_MSG_EXPANDED;
}
