/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "pci_identity.h"
#include "vfu_connection.h"
#include "vfu_device_port.h"
#include "vfu_dma.h"
#include "vfu_function.h"
#include "vfu_irq.h"
#include "vfu_postbox.h"

/* Where VFIO puts regions in its file; a client has no use for it. */
#define REGION_SHIFT	40

struct vfu_function {
	struct vfu_function_config config;
	struct pci_config_params params;
	struct vfu_dma dma;

	/* Of the event loop's thread; changed only with no request out. */
	struct vfu_connection *conn;
	struct vfu_postbox box;
	bool is_leaving;		/* the connection is of no use */
	bool is_collecting;		/* writes of one message */

	/* Protects what follows. */
	pthread_mutex_t lock;
	struct pci_config pci;
	struct vfu_irqs irqs;
};

static void trace(const struct vfu_function *f, enum vfu_trace_type type,
		  uint64_t offset, uint64_t bytes, const void *data)
{
	const struct vfu_trace event = {
		.type = type,
		.func = f->config.func,
		.offset = offset,
		.bytes = bytes,
		.data = data,
	};

	vfu_device_trace(f->config.device, &event);
}

static void trace_irq(const struct vfu_function *f, enum vfu_trace_type type,
		      unsigned int vector)
{
	const struct vfu_trace event = {
		.type = type,
		.func = f->config.func,
		.vector = vector,
	};

	vfu_device_trace(f->config.device, &event);
}

static bool is_bus_master(struct vfu_function *f)
{
	bool is_master;

	pthread_mutex_lock(&f->lock);
	is_master = pci_config_bus_master(&f->pci);
	pthread_mutex_unlock(&f->lock);
	return is_master;
}

/* Any thread; the connection stays while requests are out. */
static int dma_access(struct vfu_function *f, uint64_t address, uint8_t *buf,
		      size_t bytes, bool is_write)
{
	size_t done, chunk;
	int ret;

	if (!f->conn || !is_bus_master(f))
		return -EACCES;
	while ((ret = vfu_dma_access(&f->dma, address, buf, bytes, is_write,
				     &done, &chunk)) == VFU_DMA_BY_MESSAGE) {
		ret = vfu_connection_dma(f->conn, address + done, buf + done,
					 chunk, is_write);
		done += chunk;
		if (ret || done == bytes)
			break;
		address += done;
		buf += done;
		bytes -= done;
	}
	return ret;
}

static int dma_read(void *arg, uint64_t address, void *buf, size_t bytes)
{
	return dma_access(arg, address, buf, bytes, false);
}

static int dma_write(void *arg, uint64_t address, const void *buf,
		     size_t bytes)
{
	/* Only read from. */
	return dma_access(arg, address, (uint8_t *)(uintptr_t)buf, bytes, true);
}

/* Locked. */
static void send_irq(struct vfu_function *f, unsigned int message)
{
	bool is_sent = pci_config_bus_master(&f->pci) &&
		       vfu_irqs_send(&f->irqs, message);

	vfu_device_count_irq(f->config.device, !is_sent);
	trace_irq(f, is_sent ? VFU_TRACE_IRQ : VFU_TRACE_IRQ_DROPPED, message);
}

/* Any thread. A function that may not send does not keep it either. */
static void raise_irq(void *arg, unsigned int vector)
{
	struct vfu_function *f = arg;

	pthread_mutex_lock(&f->lock);
	if (!pci_config_bus_master(&f->pci) ||
	    pci_config_msi_raise(&f->pci, vector))
		send_irq(f, pci_config_msi_message(&f->pci, vector));
	else
		trace_irq(f, VFU_TRACE_IRQ_MASKED, vector);
	pthread_mutex_unlock(&f->lock);
}

void vfu_function_power_on(struct vfu_function *f)
{
	pthread_mutex_lock(&f->lock);
	pci_config_reset(&f->pci);
	pthread_mutex_unlock(&f->lock);
}

/* The replies that requests wait for cannot come while the client waits. */
static void reset(struct vfu_function *f)
{
	vfu_connection_hurry(f->conn, true);
	vfu_device_flr(f->config.device, f->config.func);
	vfu_function_power_on(f);
	vfu_connection_hurry(f->conn, false);
}

/*
 * Memory and interrupts go when nothing uses them any more: a request that
 * found its memory gone would be an error of the whole device.
 */
static void leave(struct vfu_function *f)
{
	vfu_device_flr(f->config.device, f->config.func);
	vfu_device_set_port(f->config.device, f->config.func, NULL);
	vfu_function_power_on(f);
	vfu_connection_destroy(f->conn);
	f->conn = NULL;
	f->is_leaving = false;
	vfu_dma_unmap_all(&f->dma);
	pthread_mutex_lock(&f->lock);
	vfu_irqs_clear(&f->irqs);
	pthread_mutex_unlock(&f->lock);
	vfu_postbox_exit(&f->box);
	trace(f, VFU_TRACE_DISCONNECT, 0, 0, NULL);
	vfu_device_log(f->config.device, VFU_LOG_INFO, "%s: client has left",
		       f->config.name);
	f->config.gone(f->config.arg, f->config.func);
}

/* Return: false if it has to wait. */
static bool carry_out(struct vfu_function *f, const struct vfu_post *post)
{
	switch (post->type) {
	case VFU_POST_WRITE:
		return vfu_device_try_write(f->config.device, f->config.func,
					    post->bar, post->offset, post->data,
					    post->bytes);
	case VFU_POST_FLR:
		reset(f);
		break;
	case VFU_POST_RESET:
		reset(f);
		vfu_connection_reply(f->conn, &post->command, NULL, 0);
		break;
	}
	return true;
}

/*
 * A post stays in the box while it is carried out, so that its value is read.
 * Behind it others may come meanwhile, or the client leaves and all are dropped.
 */
bool vfu_function_catch_up(struct vfu_function *f)
{
	const struct vfu_post *first;
	struct vfu_post post;

	while ((first = vfu_postbox_first(&f->box))) {
		post = *first;
		if (!carry_out(f, &post))
			return false;
		if (f->box.count)
			vfu_postbox_drop_first(&f->box);
	}
	if (f->is_leaving)
		leave(f);
	return true;
}

/* Within a wait of this thread nothing is carried out, nor out of order. */
static void do_or_post(struct vfu_function *f, const struct vfu_post *post)
{
	if (f->is_leaving)
		return;
	if (!vfu_loop_is_nested(f->config.loop) && !f->box.count &&
	    !f->is_collecting && carry_out(f, post))
		return;
	if (!vfu_postbox_put(&f->box, post))
		return;
	vfu_device_log(f->config.device, VFU_LOG_ERROR,
		       "%s: no room for what the client wants", f->config.name);
	vfu_connection_close(f->conn);
}

static uint64_t region_bytes(const struct vfu_function *f, uint32_t region)
{
	switch (region) {
	case VFIO_PCI_BAR2_REGION_INDEX:
		return f->params.bar2_bytes;
	case VFIO_PCI_BAR4_REGION_INDEX:
		return f->params.bar4_bytes;
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return PCI_CONFIG_BYTES;
	default:
		return 0;
	}
}

/* Of a BAR, as wide as the model knows accesses; it refuses other widths. */
static bool access_valid(const struct vfu_function *f,
			 const struct vfu_region_access *access)
{
	uint64_t size = region_bytes(f, access->region);
	uint32_t most = access->region == VFIO_PCI_CONFIG_REGION_INDEX ?
				PCI_CONFIG_BYTES : VFU_ACCESS_MAX;

	return access->count && access->count <= most && access->count <= size &&
	       access->offset <= size - access->count;
}

static void config_read(struct vfu_function *f, uint64_t offset, uint8_t *buf,
			uint32_t count)
{
	pthread_mutex_lock(&f->lock);
	if (vfu_device_is_removed(f->config.device) ||
	    pci_config_read(&f->pci, offset, buf, count))
		memset(buf, 0xff, count);
	pthread_mutex_unlock(&f->lock);
	trace(f, VFU_TRACE_CONFIG_READ, offset, count, buf);
}

static void config_write(struct vfu_function *f, uint64_t offset,
			 const uint8_t *data, uint32_t count)
{
	const struct vfu_post flr = { .type = VFU_POST_FLR };
	uint32_t deliver = 0;
	bool is_flr = false;

	trace(f, VFU_TRACE_CONFIG_WRITE, offset, count, data);
	if (vfu_device_is_removed(f->config.device))
		return;
	pthread_mutex_lock(&f->lock);
	pci_config_write(&f->pci, offset, data, count, &deliver, &is_flr);
	while (deliver) {
		send_irq(f, (unsigned int)__builtin_ctz(deliver));
		deliver &= deliver - 1;
	}
	pthread_mutex_unlock(&f->lock);
	if (is_flr)
		do_or_post(f, &flr);
}

static void bar_read(struct vfu_function *f,
		     const struct vfu_region_access *access, uint8_t *buf)
{
	vfu_device_mmio_read(f->config.device, f->config.func, access->region,
			     access->offset, buf, access->count);
	if (f->box.count)
		vfu_postbox_forward(&f->box, access->region, access->offset,
				    buf, access->count);
}

static void region_write(struct vfu_function *f,
			 const struct vfu_region_access *access,
			 const uint8_t *data)
{
	struct vfu_post post = {
		.type = VFU_POST_WRITE,
		.bar = (uint8_t)access->region,
		.offset = access->offset,
	};

	if (access->region == VFIO_PCI_CONFIG_REGION_INDEX) {
		config_write(f, access->offset, data, access->count);
		return;
	}
	post.bytes = (uint8_t)access->count;
	memcpy(post.data, data, access->count);
	do_or_post(f, &post);
}

static int handle_read(struct vfu_function *f,
		       const struct vfu_message *message)
{
	struct {
		struct vfu_region_access access;
		uint8_t data[PCI_CONFIG_BYTES];
	} reply;

	if (message->bytes != sizeof(reply.access))
		return -EINVAL;
	memcpy(&reply.access, message->payload, sizeof(reply.access));
	if (!access_valid(f, &reply.access))
		return -EINVAL;
	if (reply.access.region == VFIO_PCI_CONFIG_REGION_INDEX)
		config_read(f, reply.access.offset, reply.data,
			    reply.access.count);
	else
		bar_read(f, &reply.access, reply.data);
	vfu_connection_reply(f->conn, &message->header, &reply,
			     sizeof(reply.access) + reply.access.count);
	return 0;
}

/* The reply first: the client may have to see it before it can answer. */
static int handle_write(struct vfu_function *f,
			const struct vfu_message *message)
{
	struct vfu_region_access access;

	if (message->bytes < sizeof(access))
		return -EINVAL;
	memcpy(&access, message->payload, sizeof(access));
	if (!access_valid(f, &access) ||
	    message->bytes != sizeof(access) + access.count)
		return -EINVAL;
	vfu_connection_reply(f->conn, &message->header, &access,
			     sizeof(access));
	region_write(f, &access, message->payload + sizeof(access));
	return 0;
}

/* All or nothing, and posted before any of them makes the payload go. */
static int handle_write_multi(struct vfu_function *f,
			      const struct vfu_message *message)
{
	struct vfu_region_write write;
	const uint8_t *writes = message->payload + sizeof(uint64_t);
	size_t size = sizeof(write), i;
	uint64_t count;

	if (message->bytes < sizeof(count))
		return -EINVAL;
	memcpy(&count, message->payload, sizeof(count));
	if (!count || (message->bytes - sizeof(count)) % size ||
	    count != (message->bytes - sizeof(count)) / size)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		memcpy(&write, writes + i * size, size);
		if (write.access.count > sizeof(write.data) ||
		    !access_valid(f, &write.access))
			return -EINVAL;
	}
	vfu_connection_reply(f->conn, &message->header, &count, sizeof(count));
	f->is_collecting = true;
	for (i = 0; i < count; i++) {
		memcpy(&write, writes + i * size, size);
		region_write(f, &write.access, write.data);
	}
	f->is_collecting = false;
	return 0;
}

static int handle_device_info(struct vfu_function *f,
			      const struct vfu_message *message)
{
	struct vfio_device_info info;
	const size_t bytes = offsetof(struct vfio_device_info, cap_offset);

	/* QEMU would look for the end of a list of ones for ever. */
	if (vfu_device_is_removed(f->config.device))
		return -ENODEV;
	if (message->bytes < bytes)
		return -EINVAL;
	memcpy(&info, message->payload, bytes);
	if (info.argsz < bytes)
		return -EINVAL;
	info.argsz = bytes;
	info.flags = VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI;
	info.num_regions = VFIO_PCI_NUM_REGIONS;
	info.num_irqs = VFIO_PCI_NUM_IRQS;
	vfu_connection_reply(f->conn, &message->header, &info, bytes);
	return 0;
}

static int handle_region_info(struct vfu_function *f,
			      const struct vfu_message *message)
{
	struct vfio_region_info info;

	if (message->bytes < sizeof(info))
		return -EINVAL;
	memcpy(&info, message->payload, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	info.argsz = sizeof(info);
	info.size = region_bytes(f, info.index);
	info.flags = info.size ? VFIO_REGION_INFO_FLAG_READ |
				 VFIO_REGION_INFO_FLAG_WRITE : 0;
	info.cap_offset = 0;
	info.offset = (uint64_t)info.index << REGION_SHIFT;
	vfu_connection_reply(f->conn, &message->header, &info, sizeof(info));
	return 0;
}

static int handle_irq_info(struct vfu_function *f,
			   const struct vfu_message *message)
{
	struct vfio_irq_info info;

	if (message->bytes < sizeof(info))
		return -EINVAL;
	memcpy(&info, message->payload, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	info.argsz = sizeof(info);
	info.flags = VFIO_IRQ_INFO_EVENTFD;
	info.count = 0;
	if (info.index == VFIO_PCI_MSI_IRQ_INDEX) {
		info.flags |= VFIO_IRQ_INFO_NORESIZE;
		info.count = f->params.msi_vectors;
	}
	vfu_connection_reply(f->conn, &message->header, &info, sizeof(info));
	return 0;
}

static int handle_set_irqs(struct vfu_function *f,
			   const struct vfu_message *message)
{
	int ret;

	pthread_mutex_lock(&f->lock);
	ret = vfu_irqs_set(&f->irqs, message);
	pthread_mutex_unlock(&f->lock);
	if (!ret)
		vfu_connection_reply(f->conn, &message->header, NULL, 0);
	return ret;
}

static void trace_map(const struct vfu_function *f,
		      const struct vfu_dma_map_request *request, int fd)
{
	const struct vfu_trace event = {
		.type = VFU_TRACE_DMA_MAP,
		.func = f->config.func,
		.is_message = fd < 0,
		.offset = request->address,
		.bytes = request->bytes,
	};

	vfu_device_trace(f->config.device, &event);
}

static int handle_dma_map(struct vfu_function *f,
			  const struct vfu_message *message)
{
	struct vfu_dma_map_request request;
	int fd = message->nfds ? message->fds[0] : -1;
	int ret;

	if (message->bytes != sizeof(request) || message->nfds > 1)
		return -EINVAL;
	memcpy(&request, message->payload, sizeof(request));
	if (request.argsz < sizeof(request))
		return -EINVAL;
	ret = vfu_dma_map(&f->dma, request.address, request.bytes,
			  request.offset, request.flags, fd);
	if (ret)
		return ret;
	trace_map(f, &request, fd);
	vfu_connection_reply(f->conn, &message->header, NULL, 0);
	return 0;
}

static int handle_dma_unmap(struct vfu_function *f,
			    const struct vfu_message *message)
{
	struct vfu_dma_unmap_request request;
	int ret = 0;

	if (message->bytes != sizeof(request))
		return -EINVAL;
	memcpy(&request, message->payload, sizeof(request));
	if (request.argsz < sizeof(request) ||
	    (request.flags & ~VFU_DMA_UNMAP_ALL))
		return -EINVAL;
	if (!(request.flags & VFU_DMA_UNMAP_ALL))
		ret = vfu_dma_unmap(&f->dma, request.address, request.bytes);
	else if (request.address || request.bytes)
		ret = -EINVAL;
	else
		vfu_dma_unmap_all(&f->dma);
	if (ret)
		return ret;
	trace(f, VFU_TRACE_DMA_UNMAP, request.address, request.bytes, NULL);
	vfu_connection_reply(f->conn, &message->header, &request,
			     sizeof(request));
	return 0;
}

static int handle_reset(struct vfu_function *f,
			const struct vfu_message *message)
{
	const struct vfu_post post = {
		.type = VFU_POST_RESET,
		.command = message->header,
	};

	if (message->bytes)
		return -EINVAL;
	do_or_post(f, &post);
	return 0;
}

/* Of the protocol, but there is nothing behind it here. */
static int handle_unsupported(struct vfu_function *f,
			      const struct vfu_message *message)
{
	(void)f;
	(void)message;
	return -EOPNOTSUPP;
}

static const struct {
	int (*handle)(struct vfu_function *f,
		      const struct vfu_message *message);
	bool takes_fds;
} commands[] = {
	[VFU_DMA_MAP] = { handle_dma_map, true },
	[VFU_DMA_UNMAP] = { handle_dma_unmap, false },
	[VFU_DEVICE_GET_INFO] = { handle_device_info, false },
	[VFU_DEVICE_GET_REGION_INFO] = { handle_region_info, false },
	[VFU_DEVICE_GET_REGION_IO_FDS] = { handle_unsupported, false },
	[VFU_DEVICE_GET_IRQ_INFO] = { handle_irq_info, false },
	[VFU_DEVICE_SET_IRQS] = { handle_set_irqs, true },
	[VFU_REGION_READ] = { handle_read, false },
	[VFU_REGION_WRITE] = { handle_write, false },
	[VFU_DMA_READ] = { handle_unsupported, false },
	[VFU_DMA_WRITE] = { handle_unsupported, false },
	[VFU_DEVICE_RESET] = { handle_reset, false },
	[VFU_REGION_WRITE_MULTI] = { handle_write_multi, false },
	[VFU_DEVICE_FEATURE] = { handle_unsupported, false },
	[VFU_MIG_DATA_READ] = { handle_unsupported, false },
	[VFU_MIG_DATA_WRITE] = { handle_unsupported, false },
};

#define NR_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void on_command(void *arg, const struct vfu_message *message)
{
	/* The payload may be gone afterwards. */
	const struct vfu_header header = message->header;
	struct vfu_function *f = arg;
	int ret = -ENOSYS;

	if (header.command < NR_COMMANDS && commands[header.command].handle) {
		ret = -EINVAL;
		if (!message->nfds || commands[header.command].takes_fds)
			ret = commands[header.command].handle(f, message);
	}
	if (ret)
		vfu_connection_fail(f->conn, &header, -ret);
}

static void on_closed(void *arg)
{
	struct vfu_function *f = arg;

	f->is_leaving = true;
	vfu_postbox_drop(&f->box);
	vfu_loop_wake(f->config.loop);
}

static const struct vfu_connection_ops connection_ops = {
	.command = on_command,
	.closed = on_closed,
};

int vfu_function_create(const struct vfu_function_config *config,
			struct vfu_function **function)
{
	struct vfu_function *f = calloc(1, sizeof(*f));
	int ret;

	if (!f)
		return -ENOMEM;
	f->config = *config;
	ret = vfu_dma_init(&f->dma);
	if (ret) {
		free(f);
		return ret;
	}
	pci_identity_of(&f->params, vfu_device_model(config->device),
			vfu_device_model_config(config->device), config->func);
	pci_config_init(&f->pci, &f->params);
	vfu_irqs_init(&f->irqs, f->params.msi_vectors);
	pthread_mutex_init(&f->lock, NULL);
	*function = f;
	return 0;
}

void vfu_function_destroy(struct vfu_function *f)
{
	if (!f)
		return;
	if (f->conn) {
		vfu_connection_close(f->conn);
		vfu_device_flr(f->config.device, f->config.func);
		vfu_device_set_port(f->config.device, f->config.func, NULL);
		vfu_connection_destroy(f->conn);
	}
	vfu_postbox_exit(&f->box);
	vfu_irqs_clear(&f->irqs);
	vfu_dma_exit(&f->dma);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

int vfu_function_connect(struct vfu_function *f, int fd)
{
	const struct vfu_device_port port = {
		.arg = f,
		.dma_read = dma_read,
		.dma_write = dma_write,
		.raise_irq = raise_irq,
	};
	const struct vfu_connection_config config = {
		.loop = f->config.loop,
		.device = f->config.device,
		.fd = fd,
		.name = f->config.name,
		.timeout_ms = f->config.timeout_ms,
		.ops = &connection_ops,
		.arg = f,
	};
	int ret;

	if (f->conn) {
		close(fd);
		return -EBUSY;
	}
	ret = vfu_connection_create(&config, &f->conn);
	if (ret)
		return ret;
	vfu_device_set_port(f->config.device, f->config.func, &port);
	trace(f, VFU_TRACE_CONNECT, 0, 0, NULL);
	vfu_device_log(f->config.device, VFU_LOG_INFO, "%s: client",
		       f->config.name);
	return 0;
}

bool vfu_function_has_client(const struct vfu_function *f)
{
	return f->conn;
}

int vfu_function_check(struct vfu_function *f)
{
	return f->conn && !f->is_leaving ? vfu_connection_check(f->conn) : -1;
}
