/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#include "vfu_dma.h"
#include "vfu_protocol.h"

/* Mapped as a whole and once: a virtual IOMMU makes a range of every page. */
struct vfu_dma_file {
	struct vfu_dma_file *next;
	dev_t device;
	ino_t inode;
	bool is_writable;
	uint8_t *base;
	size_t bytes;
	size_t users;
};

struct vfu_dma_range {
	uint64_t address;
	uint64_t bytes;
	uint32_t flags;
	uint8_t *base;			/* NULL: by messages */
	struct vfu_dma_file *file;
};

/* Set while this thread copies from or to a client's file. */
static _Thread_local sigjmp_buf *volatile guard;
/* Protects the second; the handler reads it, in a process that is about to die. */
static pthread_mutex_t sigbus_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction old_sigbus;

/*
 * Not ours: whoever handled it before does so when the access is repeated. Ours
 * goes back to where the copy began, with the mask of before the signal, which
 * siglongjmp() has not saved as that would cost each copy a system call.
 */
static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *before = context;

	(void)info;
	if (guard) {
		pthread_sigmask(SIG_SETMASK, &before->uc_sigmask, NULL);
		siglongjmp(*guard, 1);
	}
	sigaction(sig, &old_sigbus, NULL);
}

/* Each time anew, as a program may have set another handler in between. */
static int catch_sigbus(void)
{
	struct sigaction action = {
		.sa_sigaction = on_sigbus,
		.sa_flags = SA_SIGINFO,
	};
	struct sigaction old;
	int ret = 0;

	sigemptyset(&action.sa_mask);
	pthread_mutex_lock(&sigbus_lock);
	if (sigaction(SIGBUS, &action, &old))
		ret = -errno;
	else if (old.sa_sigaction != on_sigbus)
		old_sigbus = old;
	pthread_mutex_unlock(&sigbus_lock);
	return ret;
}

/* Waiting writers come first: there may always be a worker that reads. */
int vfu_dma_init(struct vfu_dma *dma)
{
	pthread_rwlockattr_t attr;
	int ret;

	ret = catch_sigbus();
	if (ret)
		return ret;
	memset(dma, 0, sizeof(*dma));
	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(
		&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	ret = pthread_rwlock_init(&dma->lock, &attr);
	pthread_rwlockattr_destroy(&attr);
	return -ret;
}

void vfu_dma_exit(struct vfu_dma *dma)
{
	vfu_dma_unmap_all(dma);
	free(dma->ranges);
	pthread_rwlock_destroy(&dma->lock);
}

/* The number of the first range that ends behind @address. */
static size_t find_range(const struct vfu_dma *dma, uint64_t address)
{
	size_t low = 0, high = dma->count, mid;
	const struct vfu_dma_range *range;

	while (low < high) {
		mid = low + (high - low) / 2;
		range = &dma->ranges[mid];
		if (address - range->address < range->bytes ||
		    address < range->address)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

static void put_file(struct vfu_dma *dma, struct vfu_dma_file *file)
{
	struct vfu_dma_file **link = &dma->files;

	if (!file || --file->users)
		return;
	while (*link != file)
		link = &(*link)->next;
	*link = file->next;
	munmap(file->base, file->bytes);
	free(file);
}

static struct vfu_dma_file *find_file(struct vfu_dma *dma,
				      const struct stat *st, bool is_writable,
				      uint64_t end)
{
	struct vfu_dma_file *file;

	for (file = dma->files; file; file = file->next)
		if (file->device == st->st_dev && file->inode == st->st_ino &&
		    file->is_writable == is_writable && end <= file->bytes)
			return file;
	return NULL;
}

static int map_file(struct vfu_dma *dma, int fd, const struct stat *st,
		    bool is_writable, struct vfu_dma_file **file)
{
	struct vfu_dma_file *new = calloc(1, sizeof(*new));
	int prot = PROT_READ | (is_writable ? PROT_WRITE : 0);
	void *base;

	if (!new)
		return -ENOMEM;
	base = mmap(NULL, (size_t)st->st_size, prot, MAP_SHARED, fd, 0);
	if (base == MAP_FAILED) {
		free(new);
		return errno == EACCES || errno == EPERM ? -EACCES : -ENOMEM;
	}
	new->device = st->st_dev;
	new->inode = st->st_ino;
	new->is_writable = is_writable;
	new->base = base;
	new->bytes = (size_t)st->st_size;
	new->next = dma->files;
	dma->files = new;
	*file = new;
	return 0;
}

static int get_file(struct vfu_dma *dma, int fd, uint32_t flags,
		    uint64_t end, struct vfu_dma_file **file)
{
	bool is_writable = flags & VFU_DMA_MAP_WRITE;
	struct stat st;
	int mode, ret;

	mode = fcntl(fd, F_GETFL);
	if (mode < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    end > (uint64_t)st.st_size)
		return -EINVAL;
	mode &= O_ACCMODE;
	if (mode == O_WRONLY || (is_writable && mode != O_RDWR))
		return -EACCES;
	*file = find_file(dma, &st, is_writable, end);
	if (!*file) {
		ret = map_file(dma, fd, &st, is_writable, file);
		if (ret)
			return ret;
	}
	(*file)->users++;
	return 0;
}

static bool map_valid(uint64_t address, uint64_t bytes, uint64_t offset,
		      uint32_t flags)
{
	return bytes && flags &&
	       !(flags & ~(VFU_DMA_MAP_READ | VFU_DMA_MAP_WRITE)) &&
	       !((address | bytes | offset) % VFU_DMA_PAGE) &&
	       address <= UINT64_MAX - (bytes - 1) &&
	       offset <= INT64_MAX - bytes && bytes <= INT64_MAX;
}

static int make_room(struct vfu_dma *dma)
{
	size_t room = dma->room ? 2 * dma->room : 16;
	struct vfu_dma_range *ranges;

	if (dma->count == VFU_DMA_MAX_MAPS)
		return -ENOSPC;
	if (dma->count < dma->room)
		return 0;
	ranges = realloc(dma->ranges, room * sizeof(*ranges));
	if (!ranges)
		return -ENOMEM;
	dma->ranges = ranges;
	dma->room = room;
	return 0;
}

static int insert_range(struct vfu_dma *dma, const struct vfu_dma_range *new,
			uint64_t offset, int fd)
{
	size_t i = find_range(dma, new->address);
	struct vfu_dma_range range = *new;
	int ret;

	if (i < dma->count &&
	    dma->ranges[i].address <= range.address + (range.bytes - 1))
		return -EEXIST;
	ret = make_room(dma);
	if (ret)
		return ret;
	if (fd >= 0) {
		ret = get_file(dma, fd, range.flags, offset + range.bytes,
			       &range.file);
		if (ret)
			return ret;
		range.base = range.file->base + offset;
	}
	memmove(&dma->ranges[i + 1], &dma->ranges[i],
		(dma->count - i) * sizeof(range));
	dma->ranges[i] = range;
	dma->count++;
	return 0;
}

int vfu_dma_map(struct vfu_dma *dma, uint64_t address, uint64_t bytes,
		uint64_t offset, uint32_t flags, int fd)
{
	const struct vfu_dma_range range = {
		.address = address,
		.bytes = bytes,
		.flags = flags,
	};
	int ret;

	if (!map_valid(address, bytes, offset, flags))
		return -EINVAL;
	pthread_rwlock_wrlock(&dma->lock);
	ret = insert_range(dma, &range, offset, fd);
	pthread_rwlock_unlock(&dma->lock);
	return ret;
}

static bool splits(const struct vfu_dma_range *range, uint64_t first,
		   uint64_t last)
{
	uint64_t range_last = range->address + (range->bytes - 1);

	return range->address <= last && range_last >= first &&
	       (range->address < first || range_last > last);
}

static int remove_ranges(struct vfu_dma *dma, uint64_t first, uint64_t last)
{
	size_t from = find_range(dma, first), to = from, i;

	while (to < dma->count && dma->ranges[to].address <= last)
		to++;
	if (to == from)
		return 0;
	/* The inner ones end where the next begins. */
	if (splits(&dma->ranges[from], first, last) ||
	    splits(&dma->ranges[to - 1], first, last))
		return -EINVAL;
	for (i = from; i < to; i++)
		put_file(dma, dma->ranges[i].file);
	memmove(&dma->ranges[from], &dma->ranges[to],
		(dma->count - to) * sizeof(dma->ranges[0]));
	dma->count -= to - from;
	return 0;
}

int vfu_dma_unmap(struct vfu_dma *dma, uint64_t address, uint64_t bytes)
{
	int ret;

	if (!bytes || address > UINT64_MAX - (bytes - 1))
		return -EINVAL;
	pthread_rwlock_wrlock(&dma->lock);
	ret = remove_ranges(dma, address, address + (bytes - 1));
	pthread_rwlock_unlock(&dma->lock);
	return ret;
}

void vfu_dma_unmap_all(struct vfu_dma *dma)
{
	pthread_rwlock_wrlock(&dma->lock);
	while (dma->count)
		put_file(dma, dma->ranges[--dma->count].file);
	free(dma->ranges);
	dma->ranges = NULL;
	dma->room = 0;
	pthread_rwlock_unlock(&dma->lock);
}

/* Pairs with the loads by which a guest looks for a new completion. */
static void copy_to_guest(uint8_t *to, const uint8_t *from, size_t bytes)
{
	size_t last = bytes % 8 ? 4 : 8;
	uint64_t word = 0;

	if (bytes < 4 || bytes % 4 || (uintptr_t)(to + bytes) % last) {
		memcpy(to, from, bytes);
		return;
	}
	bytes -= last;
	memcpy(to, from, bytes);
	memcpy(&word, from + bytes, last);
	if (last == 8)
		__atomic_store_n((uint64_t *)(void *)(to + bytes), word,
				 __ATOMIC_RELEASE);
	else
		__atomic_store_n((uint32_t *)(void *)(to + bytes),
				 (uint32_t)word, __ATOMIC_RELEASE);
}

static int copy_guarded(uint8_t *guest, uint8_t *buf, size_t bytes,
			bool is_write)
{
	sigjmp_buf env;

	if (sigsetjmp(env, 0)) {
		guard = NULL;
		return -EFAULT;
	}
	guard = &env;
	if (is_write)
		copy_to_guest(guest, buf, bytes);
	else
		memcpy(buf, guest, bytes);
	guard = NULL;
	return 0;
}

static int access_locked(struct vfu_dma *dma, uint64_t address, uint8_t *buf,
			 size_t bytes, bool is_write, size_t *done,
			 size_t *chunk)
{
	uint32_t wanted = is_write ? VFU_DMA_MAP_WRITE : VFU_DMA_MAP_READ;
	const struct vfu_dma_range *range;
	uint64_t at, inside;
	size_t i;
	int ret;

	for (i = find_range(dma, address); *done < bytes; i++) {
		at = address + *done;
		if (i == dma->count || dma->ranges[i].address > at)
			return -EFAULT;
		range = &dma->ranges[i];
		if (!(range->flags & wanted))
			return -EACCES;
		inside = at - range->address;
		*chunk = bytes - *done;
		if (*chunk > range->bytes - inside)
			*chunk = range->bytes - inside;
		if (!range->base)
			return VFU_DMA_BY_MESSAGE;
		ret = copy_guarded(range->base + inside, buf + *done, *chunk,
				   is_write);
		if (ret)
			return ret;
		*done += *chunk;
	}
	return 0;
}

int vfu_dma_access(struct vfu_dma *dma, uint64_t address, void *buf,
		   size_t bytes, bool is_write, size_t *done, size_t *chunk)
{
	int ret;

	*done = 0;
	*chunk = 0;
	pthread_rwlock_rdlock(&dma->lock);
	ret = access_locked(dma, address, buf, bytes, is_write, done, chunk);
	pthread_rwlock_unlock(&dma->lock);
	return ret;
}
