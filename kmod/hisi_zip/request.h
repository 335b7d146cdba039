/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests as the hardware sees them (7.3 to 7.5): pure functions. */
#ifndef WD_HISI_ZIP_REQUEST_H
#define WD_HISI_ZIP_REQUEST_H

#include <linux/types.h>

struct hisi_zip_sqe;

/**
 * struct zip_request - a stateless request on scatter lists
 * @type: HISI_ZIP_REQ_*
 * @tag: comes back
 * @src: hardware scatter list
 * @src_skip: bytes at its start that are not input
 * @src_bytes: bytes of input behind them
 * @dst: hardware scatter list
 * @dst_skip: bytes at its start that are left alone
 * @dst_bytes: room behind them
 */
struct zip_request {
	u8 type;
	u32 tag;
	u64 src;
	u32 src_skip;
	u32 src_bytes;
	u64 dst;
	u32 dst_skip;
	u32 dst_bytes;
};

/**
 * struct zip_sqe_layout - what differs between the types of requests
 * @type: of the request (DW7)
 * @window: field of DW9
 * @tag: where it is
 */
struct zip_sqe_layout {
	u8 type;
	u8 window;
	__le32 *(*tag)(struct hisi_zip_sqe *sqe);
};

/** Type 0 (V1, V2) and type 3 (V3 and later). */
extern const struct zip_sqe_layout zip_sqe_type0;
extern const struct zip_sqe_layout zip_sqe_type3;

void zip_sqe_build(const struct zip_sqe_layout *layout,
		   struct hisi_zip_sqe *sqe, const struct zip_request *request);

/**
 * zip_sqe_result() - what became of a request
 * @layout: as built
 * @sqe: as it came back; the device wrote it, nothing in it is trusted
 * @request: as built
 * @produced: bytes of output, at most &zip_request.dst_bytes
 *
 * Return: 0, -ENOSPC (output does not fit), -EINVAL (check value does not
 * match), -EIO (anything else: the device's own trouble or input that is no
 * stream, which only software can tell apart).
 */
int zip_sqe_result(const struct zip_sqe_layout *layout,
		   const struct hisi_zip_sqe *sqe,
		   const struct zip_request *request, unsigned int *produced);

#endif /* WD_HISI_ZIP_REQUEST_H */
