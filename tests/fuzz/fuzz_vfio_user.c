/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A hostile client against the vfio-user server: rubbish, messages that are
 * nearly right, and the right ones that set a queue up and let it work, with
 * descriptors of all kinds and memory that the input fills and cuts off.
 *
 * Whatever it does, the server must neither crash nor hang nor leak memory or
 * descriptors, and the next client must find the device as after power on.
 *
 * One thread is client and event loop in turns, so an input does nearly the same
 * each time; only the engine's worker has a thread of its own. An answer to a
 * DMA message is sent before the question, behind the message that causes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sockios.h>
#include <linux/vfio.h>

#include "hisi_qm_hw.h"
#include "hisi_zip_model.h"
#include "vfu_client.h"
#include "vfu_server.h"

#define RAM_BYTES	0x20000u
#define RAM_BASE	0x100000u
#define MAX_STEPS	256u
/* Less than what a socket takes without a reader. */
#define MAX_UNREAD	32768u
/* Far more than there are messages before serve(). */
#define MAX_TURNS	4096u
#define SERVERS		3

struct input {
	const uint8_t *data;
	size_t left;
};

struct fuzz {
	struct vfu_server *server;
	struct vfu_client client;
	struct input in;
	size_t unread;
	int event_fd;
};

static struct vfu_server *servers[SERVERS];

static struct vfu_server *server_get(unsigned int i)
{
	static const unsigned int revisions[SERVERS] = {
		HISI_QM_REV_V3, HISI_QM_REV_V2, HISI_QM_REV_V1,
	};
	const struct vfu_server_config config = {
		.device = {
			.model = {
				.engine = &hisi_zip_model_engine,
				.revision = revisions[i],
				.isolation = !i,
				.max_streams = 16,
			},
			.workers = 1,
		},
		/* Messages that nobody answers are soon over. */
		.io_timeout_ms = 3,
	};

	if (!servers[i] && vfu_server_create(&config, &servers[i]))
		abort();
	return servers[i];
}

static uint8_t take8(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->data++;
}

static uint32_t take32(struct input *in)
{
	uint32_t value = take8(in);

	value |= (uint32_t)take8(in) << 8;
	value |= (uint32_t)take8(in) << 16;
	return value | (uint32_t)take8(in) << 24;
}

static size_t take_bytes(struct input *in, uint8_t *to, size_t bytes)
{
	if (bytes > in->left)
		bytes = in->left;
	memcpy(to, in->data, bytes);
	in->data += bytes;
	in->left -= bytes;
	return bytes;
}

/* Return: true if the server has not yet read all that was sent to it. */
static bool has_unread(const struct fuzz *f)
{
	int bytes = 0;

	if (ioctl(f->client.fd, SIOCOUTQ, &bytes))
		abort();
	return bytes;
}

/*
 * The server's turn, until it has read everything: a message with descriptors
 * takes a turn of its own, and a client that is one thread with the server must
 * never wait in sendmsg(). What it replies is of no interest.
 */
static void serve(struct fuzz *f)
{
	unsigned int turns = 0;
	uint8_t waste[4096];
	ssize_t got;

	do {
		if (turns++ == MAX_TURNS)
			abort();
		vfu_server_poll(f->server, 0);
		vfu_server_poll(f->server, 0);
		do {
			got = recv(f->client.fd, waste, sizeof(waste),
				   MSG_DONTWAIT);
		} while (got > 0);
		if (!got)
			f->client.is_gone = true;
	} while (!f->client.is_gone && has_unread(f));
	f->unread = 0;
}

static void sent(struct fuzz *f, size_t bytes)
{
	f->unread += bytes + sizeof(struct vfu_header) + 4096;
	if (f->unread > MAX_UNREAD)
		serve(f);
}

static void send_command(struct fuzz *f, uint16_t command, uint32_t flags,
			 const void *payload, size_t bytes, const int *fds,
			 unsigned int nfds)
{
	vfu_client_send(&f->client, command, flags, payload, bytes, fds, nfds);
	sent(f, bytes);
}

/* Memory, an eventfd, a socket, standard input; any number of them. */
static unsigned int pick_fds(struct fuzz *f, int *fds)
{
	const int kinds[4] = { f->client.memfd, f->event_fd, f->client.fd, 0 };
	uint8_t pick = take8(&f->in);
	unsigned int count = pick >> 4, i;

	count = count == 15 ? 20 : count & 3;
	for (i = 0; i < count; i++)
		fds[i] = kinds[(pick + i) & 3];
	return count;
}

static void do_raw(struct fuzz *f)
{
	uint8_t bytes[256];
	int fds[20];
	unsigned int nfds = pick_fds(f, fds);
	size_t n = take_bytes(&f->in, bytes, take8(&f->in));

	if (n)
		vfu_client_send_raw(&f->client, bytes, n, fds, nfds);
	sent(f, n);
}

static void do_message(struct fuzz *f)
{
	uint16_t command = take8(&f->in) % 24;
	uint32_t flags = take8(&f->in);
	uint8_t payload[256];
	int fds[20];
	unsigned int nfds = pick_fds(f, fds);
	size_t n = take_bytes(&f->in, payload, take8(&f->in));

	send_command(f, command, flags & 0x10 ? flags : flags & 1, payload, n,
		     fds, nfds);
}

static void do_map(struct fuzz *f)
{
	uint8_t how = take8(&f->in);
	const struct vfu_dma_map_request map = {
		.argsz = sizeof(map),
		.flags = how & 3 ? how & 3u : 3,
		.offset = how & 4 ? 0 : take8(&f->in) * 0x1000ULL,
		.address = RAM_BASE + (how & 4 ? 0 : take8(&f->in) * 0x1000ULL),
		.bytes = how & 4 ? RAM_BYTES : take8(&f->in) * 0x1000ULL,
	};

	send_command(f, VFU_DMA_MAP, 0, &map, sizeof(map), &f->client.memfd,
		     how >> 3 & 1);
}

static void do_unmap(struct fuzz *f)
{
	uint8_t how = take8(&f->in);
	const struct vfu_dma_unmap_request unmap = {
		.argsz = sizeof(unmap),
		.flags = how & 2,
		.address = how & 2 ? 0 : RAM_BASE,
		.bytes = how & 2 ? 0 : RAM_BYTES,
	};

	send_command(f, VFU_DMA_UNMAP, 0, &unmap, sizeof(unmap), NULL, 0);
}

static void write_region(struct fuzz *f, uint32_t region, uint64_t offset,
			 const void *data, uint32_t bytes)
{
	const struct vfu_region_access access = {
		.offset = offset, .region = region, .count = bytes,
	};
	uint8_t payload[sizeof(access) + 64];

	memcpy(payload, &access, sizeof(access));
	memcpy(payload + sizeof(access), data, bytes);
	send_command(f, VFU_REGION_WRITE, 0, payload, sizeof(access) + bytes,
		     NULL, 0);
}

static void write32(struct fuzz *f, uint64_t offset, uint32_t value)
{
	write_region(f, VFIO_PCI_BAR2_REGION_INDEX, offset, &value, 4);
}

static void do_access(struct fuzz *f)
{
	uint8_t how = take8(&f->in);
	const uint32_t regions[4] = { 2, 4, 7, how };
	const struct vfu_region_access access = {
		.offset = take32(&f->in) & (how & 4 ? 0xfff : 0x3fffff),
		.region = regions[how & 3],
		.count = 1u << (how >> 4 & 7),
	};
	uint8_t data[64] = { 0 };

	if (how & 8) {
		send_command(f, VFU_REGION_READ, 0, &access, sizeof(access),
			     NULL, 0);
		return;
	}
	take_bytes(&f->in, data, access.count % 64);
	write_region(f, access.region, access.offset, data, access.count % 64);
}

/* Memory on, bus master on; memory initialised; all queues to the PF. */
static void do_start(struct fuzz *f)
{
	const uint16_t command = 6;

	write_region(f, VFIO_PCI_CONFIG_REGION_INDEX, 4, &command, 2);
	write32(f, 0x100040, 1);
	write32(f, 0x100058, 0);
	write32(f, 0x10005c, 0);
	write32(f, 0x100060, 0);
	write32(f, 0x100064, 0);
	write32(f, 0x100068, 1u << 12 | 63u << 13);
	write32(f, 0x100054, 1);
	write32(f, 0x10005c, 1);
	write32(f, 0x100064, 1u << 28);
	write32(f, 0x100068, 0);
	write32(f, 0x100054, 1);
}

static void do_mailbox(struct fuzz *f)
{
	uint8_t command = take8(&f->in);
	const uint32_t dw[4] = {
		HISI_QM_MB_BUSY | (command & 0xf) | (command & 0x10u) << 10 |
			(uint32_t)(command >> 5) << 16,
		RAM_BASE + take8(&f->in) * 0x100u, 0, 0,
	};

	write_region(f, VFIO_PCI_BAR2_REGION_INDEX, 0x300, dw, sizeof(dw));
}

static void do_bell(struct fuzz *f)
{
	uint8_t queue = take8(&f->in), index = take8(&f->in);
	uint64_t bell = (queue & 7u) | (uint64_t)(queue >> 6) << 12 |
			(uint64_t)(index & 0x3f) << 32 |
			(uint64_t)(index >> 7) << 48;

	write_region(f, VFIO_PCI_BAR2_REGION_INDEX,
		     queue & 8 ? 0x2000 : queue & 16 ? 0x340 : 0x1000, &bell,
		     sizeof(bell));
}

static void do_set_irqs(struct fuzz *f)
{
	uint8_t how = take8(&f->in);
	const struct vfio_irq_set set = {
		.argsz = sizeof(set),
		.flags = how & 0x3f,
		.index = VFIO_PCI_MSI_IRQ_INDEX,
		.start = how >> 6,
		.count = 1,
	};

	send_command(f, VFU_DEVICE_SET_IRQS, 0, &set, sizeof(set), &f->event_fd,
		     how >> 2 & 1);
}

/* To a question that is asked when the server gets here, perhaps. */
static void do_answer(struct fuzz *f)
{
	uint8_t how = take8(&f->in), bytes = take8(&f->in);
	uint8_t message[sizeof(struct vfu_header) +
			sizeof(struct vfu_dma_access) + 256] = { 0 };
	const struct vfu_dma_access access = {
		.address = RAM_BASE + take8(&f->in) * 0x100u, .count = bytes,
	};
	const struct vfu_header header = {
		.id = how & 0xf,
		.command = how & 0x10 ? VFU_DMA_WRITE : VFU_DMA_READ,
		.bytes = (uint32_t)(sizeof(header) +
				    (how & 0x10 ? 0 : sizeof(access) + bytes)),
		.flags = VFU_FLAG_REPLY | (how & 0x20 ? VFU_FLAG_ERROR : 0),
		.error = how >> 6,
	};

	memcpy(message, &header, sizeof(header));
	memcpy(message + sizeof(header), &access, sizeof(access));
	memcpy(message + sizeof(header) + sizeof(access),
	       f->client.ram + (access.address - RAM_BASE), bytes);
	vfu_client_send_raw(&f->client, message, header.bytes, NULL, 0);
	sent(f, bytes);
}

static void do_fill(struct fuzz *f)
{
	size_t at = take8(&f->in) * 0x100u;

	take_bytes(&f->in, f->client.ram + at, take8(&f->in));
}

/* While it is short nothing here may touch it. */
static void do_truncate(struct fuzz *f)
{
	if (ftruncate(f->client.memfd, take8(&f->in) * 0x1000))
		abort();
	serve(f);
	if (ftruncate(f->client.memfd, RAM_BYTES))
		abort();
}

static void do_reset(struct fuzz *f)
{
	send_command(f, VFU_DEVICE_RESET, 0, NULL, 0, NULL, 0);
}

static void do_version(struct fuzz *f)
{
	static const char payload[] = "\0\0\1\0{\"capabilities\":{"
		"\"max_data_xfer_size\":256,\"write_multiple\":true}}";

	send_command(f, VFU_VERSION, 0, payload, sizeof(payload), NULL, 0);
}

static void (*const steps[])(struct fuzz *f) = {
	do_raw, do_message, do_map, do_unmap, do_access, do_start, do_mailbox,
	do_bell, do_set_irqs, do_answer, do_fill, do_truncate, do_reset,
	do_version, serve,
};

static int lowest_free_fd(void)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	close(fd);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { .in = { data, size } };
	uint8_t how = take8(&f.in);
	unsigned int i;
	int ends[2], first_fd;

	f.server = server_get(how % SERVERS);
	first_fd = lowest_free_fd();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) ||
	    vfu_server_adopt(f.server, 0, ends[1]))
		abort();
	vfu_client_init(&f.client, ends[0], RAM_BASE, RAM_BYTES);
	f.event_fd = eventfd(0, EFD_CLOEXEC);
	if (how & 0x80)
		do_version(&f);
	for (i = 0; i < MAX_STEPS && f.in.left && !f.client.is_gone; i++)
		steps[take8(&f.in) % (sizeof(steps) / sizeof(steps[0]))](&f);
	serve(&f);
	vfu_client_exit(&f.client);
	close(f.event_fd);
	while (vfu_server_clients(f.server))
		vfu_server_poll(f.server, 10);
	/* Also those that came without being asked for. */
	if (lowest_free_fd() != first_fd)
		abort();
	return 0;
}
