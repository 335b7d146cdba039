/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "vfu_irq.h"

void vfu_irqs_init(struct vfu_irqs *irqs, unsigned int count)
{
	unsigned int i;

	irqs->count = count;
	for (i = 0; i < PCI_CONFIG_MSI_MAX; i++)
		irqs->fds[i] = -1;
}

static void replace(struct vfu_irqs *irqs, unsigned int i, int fd)
{
	if (irqs->fds[i] >= 0)
		close(irqs->fds[i]);
	irqs->fds[i] = fd;
}

void vfu_irqs_clear(struct vfu_irqs *irqs)
{
	unsigned int i;

	for (i = 0; i < irqs->count; i++)
		replace(irqs, i, -1);
}

/* A descriptor that takes nothing loses the interrupt, not the server's time:
 * it does not block (see is_acceptable()).
 */
bool vfu_irqs_send(struct vfu_irqs *irqs, unsigned int message)
{
	uint64_t one = 1;

	if (message >= irqs->count || irqs->fds[message] < 0)
		return false;
	while (write(irqs->fds[message], &one, sizeof(one)) < 0)
		if (errno != EINTR)
			return errno == EAGAIN;
	return true;
}

/*
 * The client may have given anything. A pipe that nobody reads must not block.
 * A socket could be the other end of the connection, which would then never end,
 * and so could what holds sockets itself; but that cannot be written to.
 */
static bool is_acceptable(int fd)
{
	const uint64_t nothing = 0;
	struct stat st;
	int flags;

	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fstat(fd, &st) || S_ISSOCK(st.st_mode) ||
	    fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return false;
	return write(fd, &nothing, sizeof(nothing)) == sizeof(nothing) ||
	       errno == EAGAIN;
}

static int accept_fds(const struct vfu_message *message)
{
	unsigned int i;

	for (i = 0; i < message->nfds; i++)
		if (!is_acceptable(message->fds[i]))
			return -EINVAL;
	return 0;
}

static int set_fds(struct vfu_irqs *irqs, const struct vfio_irq_set *set,
		   const struct vfu_message *message)
{
	unsigned int i;
	int ret;

	if (!set->count || (message->nfds && message->nfds != set->count))
		return -EINVAL;
	ret = accept_fds(message);
	if (ret)
		return ret;
	for (i = 0; i < set->count; i++) {
		replace(irqs, set->start + i,
			message->nfds ? message->fds[i] : -1);
		if (message->nfds)
			message->fds[i] = -1;
	}
	return 0;
}

static int trigger(struct vfu_irqs *irqs, const struct vfio_irq_set *set,
		   const uint8_t *bools)
{
	unsigned int i;

	for (i = 0; i < set->count; i++)
		if (!bools || bools[i])
			vfu_irqs_send(irqs, set->start + i);
	return 0;
}

static bool is_one_bit(uint32_t value)
{
	return value && !(value & (value - 1));
}

static int check(const struct vfu_irqs *irqs, const struct vfio_irq_set *set,
		 const struct vfu_message *message)
{
	uint32_t data = set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK;
	uint32_t action = set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;

	if (set->argsz < sizeof(*set) || (set->flags & ~(data | action)) ||
	    !is_one_bit(data) || !is_one_bit(action) ||
	    set->index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	if (message->nfds && data != VFIO_IRQ_SET_DATA_EVENTFD)
		return -EINVAL;
	/* The other kinds have no interrupts at all. */
	if (set->index != VFIO_PCI_MSI_IRQ_INDEX ||
	    set->start >= irqs->count || set->count > irqs->count - set->start)
		return -EINVAL;
	if (data == VFIO_IRQ_SET_DATA_BOOL &&
	    message->bytes - sizeof(*set) < set->count)
		return -EINVAL;
	return action == VFIO_IRQ_SET_ACTION_TRIGGER ? 0 : -ENOTTY;
}

int vfu_irqs_set(struct vfu_irqs *irqs, const struct vfu_message *message)
{
	struct vfio_irq_set set;
	int ret;

	if (message->bytes < sizeof(set))
		return -EINVAL;
	memcpy(&set, message->payload, sizeof(set));
	ret = check(irqs, &set, message);
	if (ret)
		return ret;
	if (set.flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return set_fds(irqs, &set, message);
	if (set.flags & VFIO_IRQ_SET_DATA_BOOL)
		return trigger(irqs, &set, message->payload + sizeof(set));
	if (set.count)
		return trigger(irqs, &set, NULL);
	if (set.start)
		return -EINVAL;
	vfu_irqs_clear(irqs);
	return 0;
}
