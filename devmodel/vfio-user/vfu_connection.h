/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A connection with one client: messages and the descriptors that come with
 * them, the exchange of versions, and the server's own commands DMA_READ and
 * DMA_WRITE with their replies.
 *
 * Nothing a client sends is believed. What cannot be answered with an error
 * ends the connection. Nothing waits for a client that does not read: what the
 * socket does not take is kept, up to a limit and for a time.
 *
 * The event loop's thread does everything but vfu_connection_dma(), which any
 * thread may call.
 */
#ifndef VFU_CONNECTION_H
#define VFU_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vfu_device.h"
#include "vfu_loop.h"
#include "vfu_protocol.h"

/* Data of a message in either direction, and descriptors with a message. */
#define VFU_MAX_XFER		65536
#define VFU_MAX_MESSAGE_FDS	16

struct vfu_connection;

/**
 * struct vfu_message - a command that has arrived
 * @header: a copy
 * @payload: what follows the header; valid until the next message is received,
 *	so not across a wait
 * @bytes: its size
 * @fds: descriptors; the receiver sets to -1 those it keeps
 * @nfds: their number
 */
struct vfu_message {
	struct vfu_header header;
	const uint8_t *payload;
	size_t bytes;
	int *fds;
	unsigned int nfds;
};

/**
 * struct vfu_connection_ops - what the owner does
 * @command: a command, after the exchange of versions; replies by
 *	vfu_connection_reply() or vfu_connection_fail()
 * @closed: the connection is of no use any more: vfu_connection_destroy() it,
 *	now or later. Called once
 */
struct vfu_connection_ops {
	void (*command)(void *arg, const struct vfu_message *message);
	void (*closed)(void *arg);
};

/**
 * struct vfu_connection_config - what a connection needs
 * @loop: event loop
 * @device: for waits and messages
 * @fd: connected socket, the connection's from now on, also if it fails
 * @name: for messages; must stay
 * @timeout_ms: for a client that does not read, answer, or begin
 * @ops: owner
 * @arg: handed to @ops
 */
struct vfu_connection_config {
	struct vfu_loop *loop;
	struct vfu_device *device;
	int fd;
	const char *name;
	unsigned int timeout_ms;
	const struct vfu_connection_ops *ops;
	void *arg;
};

int vfu_connection_create(const struct vfu_connection_config *config,
			  struct vfu_connection **conn);
/* No thread may be in vfu_connection_dma(). NULL is fine. */
void vfu_connection_destroy(struct vfu_connection *conn);

/* Ends it: DMA fails from now on, @closed is called. */
void vfu_connection_close(struct vfu_connection *conn);

/* Reply to a command, unless it wants none. */
void vfu_connection_reply(struct vfu_connection *conn,
			  const struct vfu_header *command, const void *payload,
			  size_t bytes);
/* @error is a positive errno. */
void vfu_connection_fail(struct vfu_connection *conn,
			 const struct vfu_header *command, int error);

/**
 * vfu_connection_dma() - reads or writes the client's memory by messages
 * @conn: connection
 * @address: device's address
 * @buf: @bytes bytes
 * @bytes: any number; goes in pieces that the client takes
 * @is_write: to the client
 *
 * Return: 0 or a negative errno: the client's, -ETIMEDOUT, -ECONNRESET,
 * -EPROTO.
 */
int vfu_connection_dma(struct vfu_connection *conn, uint64_t address, void *buf,
		       size_t bytes, bool is_write);

/*
 * While a client waits for the reply to a reset it may be unable to answer.
 * From the call with true on, DMA fails after a moment instead of @timeout_ms.
 */
void vfu_connection_hurry(struct vfu_connection *conn, bool is_hurried);

/* Ends it if its client has been silent for too long. Return: ms until the next
 * look is due, -1 for never.
 */
int vfu_connection_check(struct vfu_connection *conn);

#endif /* VFU_CONNECTION_H */
