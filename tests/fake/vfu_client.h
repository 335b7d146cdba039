/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A vfio-user client, for tests, the fuzzer and the soak test: what QEMU is for
 * the server, with memory of its own in place of a guest's. One thread; while it
 * waits for a reply it answers the server's DMA messages. A server that does not
 * answer at all is a reason to abort.
 */
#ifndef VFU_CLIENT_H
#define VFU_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vfu_protocol.h"

#define VFU_CLIENT_BUFFER	(65536 + 4096)

/** What vfu_client_hook() returns beside a positive errno for the server. */
#define VFU_CLIENT_ANSWER	0	/* as memory is */
#define VFU_CLIENT_SILENCE	(-1)	/* not at all */

struct vfu_client {
	int fd;
	uint16_t next_id;
	bool is_gone;			/* the server has ended the connection */

	/* Memory, at device address @base. */
	int memfd;
	uint8_t *ram;
	size_t ram_bytes;
	uint64_t base;

	unsigned int dma_reads;
	unsigned int dma_writes;
	/* Called before a DMA message is answered; may call everything here. */
	int (*hook)(void *arg, struct vfu_client *client,
		    const struct vfu_header *header,
		    const struct vfu_dma_access *access);
	void *hook_arg;

	/* Replies for a call that a hook has interrupted. */
	struct vfu_client_message *stash;
};

/* A received message. */
struct vfu_client_message {
	struct vfu_client_message *next;
	struct vfu_header header;
	size_t bytes;			/* of the payload */
	uint8_t payload[VFU_CLIENT_BUFFER];
};

/* @fd is a connected socket, the client's from now on; @ram_bytes of memory
 * come to @base, not yet mapped.
 */
void vfu_client_init(struct vfu_client *client, int fd, uint64_t base,
		     size_t ram_bytes);
void vfu_client_exit(struct vfu_client *client);

/* A connected socket; -errno. */
int vfu_client_connect(const char *path);

void vfu_client_send_raw(struct vfu_client *client, const void *data,
			 size_t bytes, const int *fds, unsigned int nfds);
/* Return: the message's id. */
uint16_t vfu_client_send(struct vfu_client *client, uint16_t command,
			 uint32_t flags, const void *payload, size_t bytes,
			 const int *fds, unsigned int nfds);

/* Return: false if the server has ended the connection, or nothing came within
 * @timeout_ms.
 */
bool vfu_client_receive(struct vfu_client *client,
			struct vfu_client_message *message, int timeout_ms);
/* Answers DMA messages for so long. */
void vfu_client_serve(struct vfu_client *client, int timeout_ms);

/**
 * vfu_client_call() - a command and its reply
 * @reply: optional, @reply_bytes bytes; a reply of another size is -EPROTO
 *
 * Return: 0, the positive errno of an error reply, -ECONNRESET.
 */
int vfu_client_call(struct vfu_client *client, uint16_t command,
		    const void *payload, size_t bytes, const int *fds,
		    unsigned int nfds, void *reply, size_t reply_bytes);

/* As vfu_client_call(). */
int vfu_client_version(struct vfu_client *client);
int vfu_client_version_json(struct vfu_client *client, uint16_t major,
			    uint16_t minor, const char *json);
/* All of its memory, with the descriptor or for messages. */
int vfu_client_map(struct vfu_client *client, bool has_fd);
int vfu_client_map_at(struct vfu_client *client, uint64_t address,
		      uint64_t bytes, uint64_t offset, uint32_t flags, int fd);
int vfu_client_unmap(struct vfu_client *client, uint64_t address,
		     uint64_t bytes, uint32_t flags);
int vfu_client_read(struct vfu_client *client, uint32_t region, uint64_t offset,
		    void *buf, uint32_t count);
int vfu_client_write(struct vfu_client *client, uint32_t region,
		     uint64_t offset, const void *data, uint32_t count);
/* SET_IRQS with @fds, all of them or none. */
int vfu_client_set_irqs(struct vfu_client *client, uint32_t flags,
			uint32_t index, uint32_t start, uint32_t count,
			const int *fds, unsigned int nfds);
int vfu_client_reset(struct vfu_client *client);

/* BAR 2, little-endian; must succeed. */
uint32_t vfu_client_rd(struct vfu_client *client, uint64_t offset);
uint64_t vfu_client_rd64(struct vfu_client *client, uint64_t offset);
void vfu_client_wr(struct vfu_client *client, uint64_t offset, uint32_t value);
void vfu_client_wr64(struct vfu_client *client, uint64_t offset,
		     uint64_t value);

#endif /* VFU_CLIENT_H */
