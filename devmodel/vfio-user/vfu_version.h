/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The exchange of versions and capabilities at the beginning. */
#ifndef VFU_VERSION_H
#define VFU_VERSION_H

#include <stddef.h>
#include <stdint.h>

/* A reply is never longer. */
#define VFU_VERSION_REPLY_BYTES	512

/** struct vfu_peer - what the client told
 * @max_xfer: most bytes that a DMA message may carry
 */
struct vfu_peer {
	size_t max_xfer;
};

/**
 * vfu_version_negotiate() - answers VERSION
 * @payload: of the client's message
 * @bytes: its size
 * @peer: filled in on success
 * @reply: VFU_VERSION_REPLY_BYTES bytes, filled in on success
 * @reply_bytes: set on success
 * @why: set on failure: the reason in words
 *
 * Return: 0, -EINVAL (not what the protocol demands), -EPROTONOSUPPORT (another
 * version), -ENOMEM.
 */
int vfu_version_negotiate(const uint8_t *payload, size_t bytes,
			  struct vfu_peer *peer, char *reply,
			  size_t *reply_bytes, const char **why);

#endif /* VFU_VERSION_H */
