/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "vfu_connection.h"
#include "vfu_device_port.h"
#include "vfu_version.h"

/* The largest message: data of DMA_READ or REGION_WRITE, or version data. */
#define MAX_MESSAGE	(sizeof(struct vfu_header) + 16 + VFU_MAX_XFER)
#define RX_BYTES	(MAX_MESSAGE + 4096)

/* One DMA message a thread: workers, the event loop, and room for one more. */
#define DMA_SLOTS	(VFU_DEVICE_MAX_WORKERS + 2)

/* Replies that a client does not read, and a DMA message for each slot. */
#define TX_BYTES	(262144 + DMA_SLOTS * MAX_MESSAGE)
/* Beyond it no more commands are taken, which only a slow reader notices. */
#define TX_ENOUGH	131072

#define HURRY_MS	250

/* Descriptors, and the message they belong to. */
struct fd_set_at {
	uint64_t at;			/* position in the stream */
	unsigned int count;
	bool is_cut;			/* there were more */
	int fds[VFU_MAX_MESSAGE_FDS];
};

struct dma_slot {
	bool is_used;
	bool is_done;
	bool is_write;
	uint16_t id;
	int result;
	uint64_t address;
	uint8_t *buf;
	size_t bytes;
};

struct vfu_connection {
	struct vfu_connection_config config;
	struct vfu_source *source;
	struct vfu_peer peer;

	/* Of the event loop's thread. */
	bool has_version;
	bool is_processing;
	bool is_closed;
	bool is_told;
	int64_t silent_since;		/* without a version */
	int64_t partial_since;		/* of a message; 0: there is none */
	uint64_t rx_base;		/* position of rx[0] in the stream */
	size_t rx_head;
	size_t rx_tail;
	struct fd_set_at fd_sets[2];

	/* Protects what follows; nothing is taken while it is held. */
	pthread_mutex_t lock;
	pthread_cond_t replied;
	bool is_dead;
	int64_t hurry_until;		/* 0: no hurry */
	uint16_t next_id;
	struct dma_slot slots[DMA_SLOTS];
	uint8_t *tx;			/* what the socket has not taken */
	size_t tx_head;
	size_t tx_tail;
	int64_t tx_since;		/* when it last took something */

	uint8_t rx[RX_BYTES];
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void close_fds(const int *fds, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* Locked. */
static uint32_t wanted_events(const struct vfu_connection *conn)
{
	size_t kept = conn->tx_tail - conn->tx_head;

	return (kept < TX_ENOUGH ? EPOLLIN : 0u) | (kept ? EPOLLOUT : 0u);
}

/* Locked. The loop's thread notices by the event. */
static void die(struct vfu_connection *conn)
{
	unsigned int i;

	if (conn->is_dead)
		return;
	conn->is_dead = true;
	for (i = 0; i < DMA_SLOTS; i++) {
		if (!conn->slots[i].is_used || conn->slots[i].is_done)
			continue;
		conn->slots[i].is_done = true;
		conn->slots[i].result = -ECONNRESET;
	}
	pthread_cond_broadcast(&conn->replied);
	shutdown(conn->config.fd, SHUT_RDWR);
	vfu_loop_wake(conn->config.loop);
}

/* Locked. Return: bytes taken, or -errno; 0 if it is full. */
static ssize_t send_some(struct vfu_connection *conn, struct iovec *iov,
			 size_t niov)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = niov };
	ssize_t sent;

	do {
		sent = sendmsg(conn->config.fd, &msg,
			       MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
	return sent;
}

/* Locked. Keeps what follows the first @skip bytes. */
static int keep(struct vfu_connection *conn, const struct iovec *iov,
		size_t niov, size_t skip)
{
	size_t i, bytes, left = 0;

	for (i = 0; i < niov; i++)
		left += iov[i].iov_len;
	left -= skip;
	if (!conn->tx) {
		conn->tx = malloc(TX_BYTES);
		if (!conn->tx)
			return -ENOMEM;
	}
	if (conn->tx_head && left > TX_BYTES - conn->tx_tail) {
		memmove(conn->tx, conn->tx + conn->tx_head,
			conn->tx_tail - conn->tx_head);
		conn->tx_tail -= conn->tx_head;
		conn->tx_head = 0;
	}
	if (left > TX_BYTES - conn->tx_tail)
		return -ENOBUFS;
	if (conn->tx_head == conn->tx_tail)
		conn->tx_since = now_ms();
	for (i = 0; i < niov; i++) {
		bytes = skip < iov[i].iov_len ? iov[i].iov_len - skip : 0;
		memcpy(conn->tx + conn->tx_tail,
		       (const uint8_t *)iov[i].iov_base + iov[i].iov_len - bytes,
		       bytes);
		conn->tx_tail += bytes;
		skip -= iov[i].iov_len - bytes;
	}
	return 0;
}

/* Locked. */
static void send_message(struct vfu_connection *conn, struct iovec *iov,
			 size_t niov)
{
	bool had_none = conn->tx_head == conn->tx_tail;
	size_t i, total = 0;
	ssize_t sent = 0;

	if (conn->is_dead)
		return;
	for (i = 0; i < niov; i++)
		total += iov[i].iov_len;
	if (had_none) {
		sent = send_some(conn, iov, niov);
		if (sent < 0) {
			die(conn);
			return;
		}
	}
	if ((size_t)sent == total)
		return;
	if (keep(conn, iov, niov, (size_t)sent))
		die(conn);
	else
		vfu_loop_modify(conn->source, wanted_events(conn));
	/* Its look at the clock is due. */
	if (had_none)
		vfu_loop_wake(conn->config.loop);
}

static void flush(struct vfu_connection *conn)
{
	struct iovec iov;
	ssize_t sent;

	pthread_mutex_lock(&conn->lock);
	iov.iov_base = conn->tx + conn->tx_head;
	iov.iov_len = conn->tx_tail - conn->tx_head;
	sent = conn->is_dead || !iov.iov_len ? 0 : send_some(conn, &iov, 1);
	if (sent < 0) {
		die(conn);
	} else if (sent) {
		conn->tx_head += (size_t)sent;
		conn->tx_since = now_ms();
		if (conn->tx_head == conn->tx_tail)
			conn->tx_head = conn->tx_tail = 0;
		vfu_loop_modify(conn->source, wanted_events(conn));
	}
	pthread_mutex_unlock(&conn->lock);
}

static void send_reply(struct vfu_connection *conn,
		       const struct vfu_header *command, int error,
		       const void *payload, size_t bytes)
{
	struct vfu_header header = {
		.id = command->id,
		.command = command->command,
		.bytes = (uint32_t)(sizeof(header) + bytes),
		.flags = VFU_FLAG_REPLY | (error ? VFU_FLAG_ERROR : 0),
		.error = (uint32_t)error,
	};
	/* Only read from. */
	struct iovec iov[2] = {
		{ .iov_base = &header, .iov_len = sizeof(header) },
		{ .iov_base = (void *)(uintptr_t)payload, .iov_len = bytes },
	};

	if (command->flags & VFU_FLAG_NO_REPLY)
		return;
	pthread_mutex_lock(&conn->lock);
	send_message(conn, iov, bytes ? 2 : 1);
	pthread_mutex_unlock(&conn->lock);
}

void vfu_connection_reply(struct vfu_connection *conn,
			  const struct vfu_header *command, const void *payload,
			  size_t bytes)
{
	send_reply(conn, command, 0, payload, bytes);
}

void vfu_connection_fail(struct vfu_connection *conn,
			 const struct vfu_header *command, int error)
{
	vfu_device_log(conn->config.device, VFU_LOG_DEBUG,
		       "%s: command %u: %s", conn->config.name,
		       command->command, strerror(error));
	send_reply(conn, command, error, NULL, 0);
}

void vfu_connection_hurry(struct vfu_connection *conn, bool is_hurried)
{
	pthread_mutex_lock(&conn->lock);
	conn->hurry_until = is_hurried ? now_ms() + HURRY_MS : 0;
	pthread_cond_broadcast(&conn->replied);
	pthread_mutex_unlock(&conn->lock);
}

/* Locked. */
static struct dma_slot *slot_get(struct vfu_connection *conn)
{
	unsigned int i;

	for (i = 0; i < DMA_SLOTS; i++)
		if (!conn->slots[i].is_used)
			return &conn->slots[i];
	return NULL;
}

/* Locked; unlocks meanwhile. */
static void wait_reply(struct vfu_connection *conn, int64_t until)
{
	struct timespec ts = {
		.tv_sec = until / 1000,
		.tv_nsec = until % 1000 * 1000000,
	};
	int64_t left = until - now_ms();

	if (!vfu_loop_is_own_thread(conn->config.loop)) {
		pthread_cond_timedwait(&conn->replied, &conn->lock, &ts);
		return;
	}
	pthread_mutex_unlock(&conn->lock);
	vfu_loop_wait(conn->config.loop, left > 0 ? (int)left : 0);
	pthread_mutex_lock(&conn->lock);
}

/* Locked. */
static void await(struct vfu_connection *conn, struct dma_slot *slot)
{
	int64_t end = now_ms() + conn->config.timeout_ms, until;

	while (!slot->is_done) {
		until = conn->hurry_until && conn->hurry_until < end ?
				conn->hurry_until : end;
		if (now_ms() >= until) {
			slot->result = -ETIMEDOUT;
			return;
		}
		wait_reply(conn, until);
	}
}

static int dma_message(struct vfu_connection *conn, uint64_t address,
		       uint8_t *buf, size_t bytes, bool is_write)
{
	struct vfu_dma_access access = { .address = address, .count = bytes };
	struct vfu_header header = {
		.command = is_write ? VFU_DMA_WRITE : VFU_DMA_READ,
		.bytes = (uint32_t)(sizeof(header) + sizeof(access) +
				    (is_write ? bytes : 0)),
	};
	struct iovec iov[3] = {
		{ .iov_base = &header, .iov_len = sizeof(header) },
		{ .iov_base = &access, .iov_len = sizeof(access) },
		{ .iov_base = buf, .iov_len = bytes },
	};
	struct dma_slot *slot;
	int ret;

	pthread_mutex_lock(&conn->lock);
	slot = conn->is_dead ? NULL : slot_get(conn);
	if (!slot) {
		pthread_mutex_unlock(&conn->lock);
		return -ECONNRESET;
	}
	*slot = (struct dma_slot){
		.is_used = true,
		.is_write = is_write,
		.id = conn->next_id++,
		.address = address,
		.buf = buf,
		.bytes = bytes,
	};
	header.id = slot->id;
	send_message(conn, iov, is_write ? 3 : 2);
	await(conn, slot);
	ret = slot->result;
	slot->is_used = false;
	pthread_mutex_unlock(&conn->lock);
	return ret;
}

int vfu_connection_dma(struct vfu_connection *conn, uint64_t address, void *buf,
		       size_t bytes, bool is_write)
{
	bool was_inside = vfu_device_wait_begin(conn->config.device);
	size_t done, chunk;
	int ret = 0;

	for (done = 0; !ret && done < bytes; done += chunk) {
		chunk = bytes - done;
		if (chunk > conn->peer.max_xfer)
			chunk = conn->peer.max_xfer;
		vfu_device_count_message(conn->config.device);
		ret = dma_message(conn, address + done, (uint8_t *)buf + done,
				  chunk, is_write);
	}
	if (was_inside)
		vfu_device_wait_end(conn->config.device);
	if (ret)
		vfu_device_log(conn->config.device, VFU_LOG_DEBUG,
			       "%s: DMA %s 0x%llx, %zu bytes: %s",
			       conn->config.name, is_write ? "to" : "from",
			       (unsigned long long)address, bytes,
			       strerror(-ret));
	return ret;
}

/* QEMU replies to a write with the header alone. */
static int take_reply(struct dma_slot *slot, const struct vfu_message *reply)
{
	struct vfu_dma_access access;

	if (reply->header.flags & VFU_FLAG_ERROR)
		return reply->header.error && reply->header.error < 4096 ?
			       -(int)reply->header.error : -EIO;
	if (slot->is_write)
		return 0;
	if (reply->bytes != sizeof(access) + slot->bytes)
		return -EPROTO;
	memcpy(&access, reply->payload, sizeof(access));
	if (access.address != slot->address || access.count != slot->bytes)
		return -EPROTO;
	memcpy(slot->buf, reply->payload + sizeof(access), slot->bytes);
	return 0;
}

static void handle_reply(struct vfu_connection *conn,
			 const struct vfu_message *reply)
{
	struct dma_slot *slot = NULL;
	unsigned int i;

	pthread_mutex_lock(&conn->lock);
	for (i = 0; i < DMA_SLOTS && !slot; i++)
		if (conn->slots[i].is_used && !conn->slots[i].is_done &&
		    conn->slots[i].id == reply->header.id &&
		    reply->header.command == (conn->slots[i].is_write ?
					      VFU_DMA_WRITE : VFU_DMA_READ))
			slot = &conn->slots[i];
	if (slot) {
		slot->result = take_reply(slot, reply);
		slot->is_done = true;
		pthread_cond_broadcast(&conn->replied);
	}
	pthread_mutex_unlock(&conn->lock);
	/* One that came too late, perhaps. */
	if (!slot)
		vfu_device_log(conn->config.device, VFU_LOG_DEBUG,
			       "%s: reply %u to command %u that nobody sent",
			       conn->config.name, reply->header.id,
			       reply->header.command);
}

static void end(struct vfu_connection *conn, const char *why)
{
	if (conn->is_closed)
		return;
	conn->is_closed = true;
	if (why)
		vfu_device_log(conn->config.device, VFU_LOG_ERROR,
			       "%s: connection ended: %s", conn->config.name,
			       why);
}

static void handle_version(struct vfu_connection *conn,
			   const struct vfu_message *message)
{
	char reply[VFU_VERSION_REPLY_BYTES];
	const char *why;
	size_t bytes;
	int ret;

	if (message->header.command != VFU_VERSION) {
		vfu_connection_fail(conn, &message->header, EPROTO);
		end(conn, "the first message was not VERSION");
		return;
	}
	ret = vfu_version_negotiate(message->payload, message->bytes,
				    &conn->peer, reply, &bytes, &why);
	if (ret) {
		vfu_connection_fail(conn, &message->header, -ret);
		end(conn, why);
		return;
	}
	conn->has_version = true;
	vfu_connection_reply(conn, &message->header, reply, bytes);
}

static void handle_message(struct vfu_connection *conn,
			   const struct vfu_message *message)
{
	uint32_t type = message->header.flags & VFU_FLAG_TYPE;

	if (type == VFU_FLAG_REPLY && conn->has_version)
		handle_reply(conn, message);
	else if (type != VFU_FLAG_COMMAND)
		end(conn, "a message that is neither command nor reply");
	else if (!conn->has_version)
		handle_version(conn, message);
	else if (message->header.command == VFU_VERSION)
		vfu_connection_fail(conn, &message->header, EINVAL);
	else
		conn->config.ops->command(conn->config.arg, message);
}

static void compact(struct vfu_connection *conn)
{
	if (conn->rx_head && conn->rx_head < conn->rx_tail)
		memmove(conn->rx, conn->rx + conn->rx_head,
			conn->rx_tail - conn->rx_head);
	conn->rx_base += conn->rx_head;
	conn->rx_tail -= conn->rx_head;
	conn->rx_head = 0;
}

static bool header_valid(const struct vfu_header *header)
{
	return header->bytes >= sizeof(*header) && header->bytes <= MAX_MESSAGE;
}

/* Position of the last message that begins in what has been received. */
static uint64_t last_message(const struct vfu_connection *conn)
{
	size_t at = conn->rx_head;
	struct vfu_header header;

	while (conn->rx_tail - at >= sizeof(header)) {
		memcpy(&header, conn->rx + at, sizeof(header));
		if (!header_valid(&header) ||
		    header.bytes >= conn->rx_tail - at)
			break;
		at += header.bytes;
	}
	return conn->rx_base + at;
}

/*
 * The kernel ends a read behind the data that descriptors came with. So they
 * are those of the last message that has begun.
 */
static void take_fds(struct vfu_connection *conn, const int *fds,
		     unsigned int count, bool is_cut)
{
	uint64_t at = last_message(conn);
	struct fd_set_at *set;

	set = conn->fd_sets[0].count && conn->fd_sets[0].at != at ?
		      &conn->fd_sets[1] : &conn->fd_sets[0];
	if (set->count && set->at != at) {
		close_fds(set->fds, set->count);
		set->count = 0;
	}
	if (!set->count)
		set->is_cut = false;
	set->at = at;
	set->is_cut |= is_cut;
	for (; count && set->count < VFU_MAX_MESSAGE_FDS; count--)
		set->fds[set->count++] = *fds++;
	set->is_cut |= count > 0;
	close_fds(fds, count);
}

/* Return: bytes, 0 at the end, -errno. */
static ssize_t receive(struct vfu_connection *conn)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int) * VFU_MAX_MESSAGE_FDS)];
	} control;
	struct iovec iov;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int fds[VFU_MAX_MESSAGE_FDS];
	struct cmsghdr *cmsg;
	unsigned int count = 0;
	ssize_t got;

	compact(conn);
	iov.iov_base = conn->rx + conn->rx_tail;
	iov.iov_len = sizeof(conn->rx) - conn->rx_tail;
	do {
		got = recvmsg(conn->config.fd, &msg,
			      MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	conn->rx_tail += (size_t)got;
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		count = (unsigned int)((cmsg->cmsg_len - CMSG_LEN(0)) /
				       sizeof(int));
		memcpy(fds, CMSG_DATA(cmsg), count * sizeof(int));
	}
	if (count || (msg.msg_flags & MSG_CTRUNC))
		take_fds(conn, fds, count, msg.msg_flags & MSG_CTRUNC);
	return got;
}

/* Return: true if there is a whole message; it is taken out of the buffer. */
static bool next_message(struct vfu_connection *conn,
			 struct vfu_message *message, struct fd_set_at *set)
{
	size_t have = conn->rx_tail - conn->rx_head;
	unsigned int i;

	if (conn->is_closed || have < sizeof(message->header))
		return false;
	memcpy(&message->header, conn->rx + conn->rx_head,
	       sizeof(message->header));
	if (!header_valid(&message->header)) {
		vfu_connection_fail(conn, &message->header, EMSGSIZE);
		end(conn, "a message of an impossible size");
		return false;
	}
	if (have < message->header.bytes)
		return false;
	message->payload = conn->rx + conn->rx_head + sizeof(message->header);
	message->bytes = message->header.bytes - sizeof(message->header);
	set->count = 0;
	set->is_cut = false;
	for (i = 0; i < 2; i++) {
		if (conn->fd_sets[i].at != conn->rx_base + conn->rx_head ||
		    (!conn->fd_sets[i].count && !conn->fd_sets[i].is_cut))
			continue;
		*set = conn->fd_sets[i];
		conn->fd_sets[i].count = 0;
		conn->fd_sets[i].is_cut = false;
	}
	message->fds = set->fds;
	message->nfds = set->count;
	conn->rx_head += message->header.bytes;
	return true;
}

/* May be called while a message of this connection is at work. */
static void process(struct vfu_connection *conn)
{
	struct vfu_message message;
	struct fd_set_at set;

	while (next_message(conn, &message, &set)) {
		if (set.is_cut && !(message.header.flags & VFU_FLAG_TYPE))
			vfu_connection_fail(conn, &message.header, E2BIG);
		else
			handle_message(conn, &message);
		close_fds(set.fds, set.count);
	}
}

/* The owner is told when nothing of the connection is at work. */
static void conclude(struct vfu_connection *conn)
{
	pthread_mutex_lock(&conn->lock);
	if (conn->is_dead)
		end(conn, "it does not take what it is sent");
	if (conn->is_closed)
		die(conn);
	pthread_mutex_unlock(&conn->lock);
	if (!conn->is_closed || conn->is_told || conn->is_processing)
		return;
	conn->is_told = true;
	vfu_loop_remove(conn->source);
	conn->source = NULL;
	conn->config.ops->closed(conn->config.arg);
}

static void handle_pending(void *arg)
{
	struct vfu_connection *conn = arg;
	bool was_processing = conn->is_processing;

	conn->is_processing = true;
	process(conn);
	conn->is_processing = was_processing;
	if (conn->rx_head == conn->rx_tail)
		conn->partial_since = 0;
	else if (!conn->partial_since)
		conn->partial_since = now_ms();
	if (conn->is_closed)
		conclude(conn);
}

static void handle_events(void *arg, uint32_t events)
{
	struct vfu_connection *conn = arg;
	ssize_t got;

	if (events & EPOLLOUT)
		flush(conn);
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		got = receive(conn);
		if (!got)
			end(conn, conn->rx_tail ? "in the middle of a message" :
						  NULL);
		else if (got == -ECONNRESET)	/* killed, perhaps */
			end(conn, NULL);
		else if (got < 0 && got != -EAGAIN)
			end(conn, strerror((int)-got));
	}
	handle_pending(conn);
}

static const struct vfu_source_ops source_ops = {
	.handler = handle_events,
	.pending = handle_pending,
};

int vfu_connection_create(const struct vfu_connection_config *config,
			  struct vfu_connection **conn)
{
	struct vfu_connection *new = calloc(1, sizeof(*new));
	pthread_condattr_t attr;
	int ret;

	if (!new) {
		close(config->fd);
		return -ENOMEM;
	}
	new->config = *config;
	new->silent_since = now_ms();
	pthread_mutex_init(&new->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&new->replied, &attr);
	pthread_condattr_destroy(&attr);
	ret = vfu_loop_add(config->loop, config->fd, EPOLLIN, true, &source_ops,
			   new, &new->source);
	if (ret) {
		vfu_connection_destroy(new);
		return ret;
	}
	*conn = new;
	return 0;
}

void vfu_connection_destroy(struct vfu_connection *conn)
{
	unsigned int i;

	if (!conn)
		return;
	vfu_loop_remove(conn->source);
	for (i = 0; i < 2; i++)
		close_fds(conn->fd_sets[i].fds, conn->fd_sets[i].count);
	close(conn->config.fd);
	pthread_cond_destroy(&conn->replied);
	pthread_mutex_destroy(&conn->lock);
	free(conn->tx);
	free(conn);
}

void vfu_connection_close(struct vfu_connection *conn)
{
	end(conn, NULL);
	conclude(conn);
}

int vfu_connection_check(struct vfu_connection *conn)
{
	const char *why = "it does not read";
	int64_t since, left;

	pthread_mutex_lock(&conn->lock);
	since = conn->tx_head < conn->tx_tail ? conn->tx_since : 0;
	pthread_mutex_unlock(&conn->lock);
	if (!since && !conn->has_version) {
		since = conn->silent_since;
		why = "it has not sent VERSION";
	} else if (!since) {
		/* With it may have come the other end of the connection. */
		since = conn->partial_since;
		why = "it has not sent the rest of a message";
	}
	if (!since)
		return -1;
	left = since + conn->config.timeout_ms - now_ms();
	if (left > 0)
		return (int)left;
	end(conn, why);
	conclude(conn);
	return -1;
}
