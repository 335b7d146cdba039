/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "vfu_client.h"

/* Longer than anything takes on a loaded machine with sanitizers. */
#define PATIENCE_MS	120000

#define MAX_FDS		64

static void fail(const char *what)
{
	fprintf(stderr, "vfu_client: %s: %s\n", what, strerror(errno));
	abort();
}

void vfu_client_init(struct vfu_client *client, int fd, uint64_t base,
		     size_t ram_bytes)
{
	memset(client, 0, sizeof(*client));
	client->fd = fd;
	client->base = base;
	client->ram_bytes = ram_bytes;
	client->memfd = memfd_create("vfu_client", MFD_CLOEXEC);
	if (client->memfd < 0 || ftruncate(client->memfd, (off_t)ram_bytes))
		fail("memory");
	client->ram = mmap(NULL, ram_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			   client->memfd, 0);
	if (client->ram == MAP_FAILED)
		fail("mmap");
}

void vfu_client_exit(struct vfu_client *client)
{
	struct vfu_client_message *message;

	while ((message = client->stash)) {
		client->stash = message->next;
		free(message);
	}
	munmap(client->ram, client->ram_bytes);
	close(client->memfd);
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
}

int vfu_client_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	close(fd);
	return -errno;
}

void vfu_client_send_raw(struct vfu_client *client, const void *data,
			 size_t bytes, const int *fds, unsigned int nfds)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int) * MAX_FDS)];
	} control;
	struct iovec iov = { (void *)(uintptr_t)data, bytes };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;
	ssize_t sent;

	if (nfds) {
		memset(&control, 0, sizeof(control));
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int) * nfds);
		memcpy(CMSG_DATA(cmsg), fds, sizeof(int) * nfds);
	}
	while (iov.iov_len) {
		sent = sendmsg(client->fd, &msg, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			client->is_gone = true;
			return;
		}
		iov.iov_base = (char *)iov.iov_base + sent;
		iov.iov_len -= (size_t)sent;
		msg.msg_control = NULL;
		msg.msg_controllen = 0;
	}
}

static void send_message(struct vfu_client *client,
			 const struct vfu_header *header, const void *payload,
			 size_t bytes, const int *fds, unsigned int nfds)
{
	uint8_t buf[sizeof(*header) + VFU_CLIENT_BUFFER];

	if (bytes > VFU_CLIENT_BUFFER)
		abort();
	memcpy(buf, header, sizeof(*header));
	if (bytes)
		memcpy(buf + sizeof(*header), payload, bytes);
	vfu_client_send_raw(client, buf, sizeof(*header) + bytes, fds, nfds);
}

uint16_t vfu_client_send(struct vfu_client *client, uint16_t command,
			 uint32_t flags, const void *payload, size_t bytes,
			 const int *fds, unsigned int nfds)
{
	const struct vfu_header header = {
		.id = client->next_id++,
		.command = command,
		.bytes = (uint32_t)(sizeof(header) + bytes),
		.flags = flags,
	};

	send_message(client, &header, payload, bytes, fds, nfds);
	return header.id;
}

/* Return: false at the end of the connection. */
static bool receive_bytes(struct vfu_client *client, void *buf, size_t bytes)
{
	ssize_t got;

	while (bytes) {
		got = recv(client->fd, buf, bytes, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			client->is_gone = true;
			return false;
		}
		buf = (char *)buf + got;
		bytes -= (size_t)got;
	}
	return true;
}

bool vfu_client_receive(struct vfu_client *client,
			struct vfu_client_message *message, int timeout_ms)
{
	struct pollfd fd = { .fd = client->fd, .events = POLLIN };
	int n;

	do {
		n = poll(&fd, 1, timeout_ms);
	} while (n < 0 && errno == EINTR);
	if (n <= 0 ||
	    !receive_bytes(client, &message->header, sizeof(message->header)))
		return false;
	if (message->header.bytes < sizeof(message->header) ||
	    message->header.bytes > sizeof(message->header) + VFU_CLIENT_BUFFER)
		fail("a message of an impossible size");
	message->bytes = message->header.bytes - sizeof(message->header);
	return receive_bytes(client, message->payload, message->bytes);
}

static void answer_dma(struct vfu_client *client,
		       struct vfu_client_message *message)
{
	bool is_write = message->header.command == VFU_DMA_WRITE;
	struct vfu_header header = message->header;
	struct vfu_dma_access access;
	int error = VFU_CLIENT_ANSWER;
	uint64_t at;

	memcpy(&access, message->payload, sizeof(access));
	if (is_write)
		client->dma_writes++;
	else
		client->dma_reads++;
	if (client->hook)
		error = client->hook(client->hook_arg, client, &header,
				     &access);
	if (error == VFU_CLIENT_SILENCE)
		return;
	at = access.address - client->base;
	if (!error && (at >= client->ram_bytes ||
		       access.count > client->ram_bytes - at))
		error = EFAULT;
	header.flags = VFU_FLAG_REPLY | (error ? VFU_FLAG_ERROR : 0);
	header.error = (uint32_t)error;
	message->bytes = error ? 0 : sizeof(access);
	if (!error && is_write) {
		memcpy(client->ram + at, message->payload + sizeof(access),
		       access.count);
	} else if (!error) {
		memcpy(message->payload + sizeof(access), client->ram + at,
		       access.count);
		message->bytes += access.count;
	}
	header.bytes = (uint32_t)(sizeof(header) + message->bytes);
	send_message(client, &header, message->payload, message->bytes, NULL,
		     0);
}

static bool is_dma(const struct vfu_header *header)
{
	return !(header->flags & VFU_FLAG_TYPE) &&
	       (header->command == VFU_DMA_READ ||
		header->command == VFU_DMA_WRITE);
}

void vfu_client_serve(struct vfu_client *client, int timeout_ms)
{
	struct vfu_client_message message;

	while (vfu_client_receive(client, &message, timeout_ms))
		if (is_dma(&message.header))
			answer_dma(client, &message);
}

static void stash(struct vfu_client *client,
		  const struct vfu_client_message *message)
{
	struct vfu_client_message *copy = malloc(sizeof(*copy));

	if (!copy)
		fail("memory");
	*copy = *message;
	copy->next = client->stash;
	client->stash = copy;
}

static bool unstash(struct vfu_client *client, uint16_t id,
		    struct vfu_client_message *message)
{
	struct vfu_client_message **link = &client->stash, *found;

	while (*link && (*link)->header.id != id)
		link = &(*link)->next;
	found = *link;
	if (!found)
		return false;
	*link = found->next;
	*message = *found;
	free(found);
	return true;
}

static bool await_reply(struct vfu_client *client, uint16_t id,
			struct vfu_client_message *message)
{
	while (!unstash(client, id, message)) {
		if (!vfu_client_receive(client, message, PATIENCE_MS)) {
			if (!client->is_gone)
				fail("no reply");
			return false;
		}
		if (is_dma(&message->header))
			answer_dma(client, message);
		else if (message->header.id == id)
			return true;
		else
			stash(client, message);
	}
	return true;
}

int vfu_client_call(struct vfu_client *client, uint16_t command,
		    const void *payload, size_t bytes, const int *fds,
		    unsigned int nfds, void *reply, size_t reply_bytes)
{
	struct vfu_client_message message;
	uint16_t id;

	id = vfu_client_send(client, command, 0, payload, bytes, fds, nfds);
	if (!await_reply(client, id, &message))
		return -ECONNRESET;
	if (message.header.flags & VFU_FLAG_ERROR)
		return message.bytes || !message.header.error ?
			       -EPROTO : (int)message.header.error;
	if (message.header.command != command)
		return -EPROTO;
	if (!reply)
		return 0;
	if (message.bytes != reply_bytes)
		return -EPROTO;
	memcpy(reply, message.payload, reply_bytes);
	return 0;
}

int vfu_client_version_json(struct vfu_client *client, uint16_t major,
			    uint16_t minor, const char *json)
{
	struct vfu_version version = { .major = major, .minor = minor };
	size_t length = json ? strlen(json) + 1 : 0;
	uint8_t payload[1024];

	if (length > sizeof(payload) - sizeof(version))
		abort();
	memcpy(payload, &version, sizeof(version));
	if (length)
		memcpy(payload + sizeof(version), json, length);
	return vfu_client_call(client, VFU_VERSION, payload,
			       sizeof(version) + length, NULL, 0, NULL, 0);
}

int vfu_client_version(struct vfu_client *client)
{
	return vfu_client_version_json(
		client, VFU_MAJOR, VFU_MINOR,
		"{\"capabilities\":{\"max_msg_fds\":8,"
		"\"max_data_xfer_size\":1048576,\"write_multiple\":true}}");
}

int vfu_client_map_at(struct vfu_client *client, uint64_t address,
		      uint64_t bytes, uint64_t offset, uint32_t flags, int fd)
{
	const struct vfu_dma_map_request request = {
		.argsz = sizeof(request),
		.flags = flags,
		.offset = offset,
		.address = address,
		.bytes = bytes,
	};

	return vfu_client_call(client, VFU_DMA_MAP, &request, sizeof(request),
			       &fd, fd >= 0, NULL, 0);
}

int vfu_client_map(struct vfu_client *client, bool has_fd)
{
	return vfu_client_map_at(client, client->base, client->ram_bytes, 0,
				 VFU_DMA_MAP_READ | VFU_DMA_MAP_WRITE,
				 has_fd ? client->memfd : -1);
}

int vfu_client_unmap(struct vfu_client *client, uint64_t address,
		     uint64_t bytes, uint32_t flags)
{
	const struct vfu_dma_unmap_request request = {
		.argsz = sizeof(request),
		.flags = flags,
		.address = address,
		.bytes = bytes,
	};
	struct vfu_dma_unmap_request reply;
	int ret;

	ret = vfu_client_call(client, VFU_DMA_UNMAP, &request, sizeof(request),
			      NULL, 0, &reply, sizeof(reply));
	if (!ret && memcmp(&request, &reply, sizeof(reply)))
		return -EPROTO;
	return ret;
}

int vfu_client_read(struct vfu_client *client, uint32_t region, uint64_t offset,
		    void *buf, uint32_t count)
{
	const struct vfu_region_access access = {
		.offset = offset,
		.region = region,
		.count = count,
	};
	uint8_t reply[sizeof(access) + 4096];
	int ret;

	if (count > 4096)
		abort();
	ret = vfu_client_call(client, VFU_REGION_READ, &access, sizeof(access),
			      NULL, 0, reply, sizeof(access) + count);
	if (ret)
		return ret;
	if (memcmp(reply, &access, sizeof(access)))
		return -EPROTO;
	memcpy(buf, reply + sizeof(access), count);
	return 0;
}

int vfu_client_write(struct vfu_client *client, uint32_t region,
		     uint64_t offset, const void *data, uint32_t count)
{
	const struct vfu_region_access access = {
		.offset = offset,
		.region = region,
		.count = count,
	};
	uint8_t payload[sizeof(access) + 4096];
	struct vfu_region_access reply;
	int ret;

	if (count > 4096)
		abort();
	memcpy(payload, &access, sizeof(access));
	memcpy(payload + sizeof(access), data, count);
	ret = vfu_client_call(client, VFU_REGION_WRITE, payload,
			      sizeof(access) + count, NULL, 0, &reply,
			      sizeof(reply));
	if (!ret && memcmp(&reply, &access, sizeof(reply)))
		return -EPROTO;
	return ret;
}

int vfu_client_set_irqs(struct vfu_client *client, uint32_t flags,
			uint32_t index, uint32_t start, uint32_t count,
			const int *fds, unsigned int nfds)
{
	const struct vfio_irq_set set = {
		.argsz = sizeof(set),
		.flags = flags,
		.index = index,
		.start = start,
		.count = count,
	};

	return vfu_client_call(client, VFU_DEVICE_SET_IRQS, &set, sizeof(set),
			       fds, nfds, NULL, 0);
}

int vfu_client_reset(struct vfu_client *client)
{
	return vfu_client_call(client, VFU_DEVICE_RESET, NULL, 0, NULL, 0, NULL,
			       0);
}

uint32_t vfu_client_rd(struct vfu_client *client, uint64_t offset)
{
	uint32_t value = 0;

	if (vfu_client_read(client, VFIO_PCI_BAR2_REGION_INDEX, offset, &value,
			    sizeof(value)))
		fail("register read");
	return value;
}

uint64_t vfu_client_rd64(struct vfu_client *client, uint64_t offset)
{
	uint64_t value = 0;

	if (vfu_client_read(client, VFIO_PCI_BAR2_REGION_INDEX, offset, &value,
			    sizeof(value)))
		fail("register read");
	return value;
}

void vfu_client_wr(struct vfu_client *client, uint64_t offset, uint32_t value)
{
	if (vfu_client_write(client, VFIO_PCI_BAR2_REGION_INDEX, offset, &value,
			     sizeof(value)))
		fail("register write");
}

void vfu_client_wr64(struct vfu_client *client, uint64_t offset,
		     uint64_t value)
{
	if (vfu_client_write(client, VFIO_PCI_BAR2_REGION_INDEX, offset, &value,
			     sizeof(value)))
		fail("register write");
}
