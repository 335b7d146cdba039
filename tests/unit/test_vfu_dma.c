/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Guest memory: ranges, files, and files that change behind the server's back. */
#include "vfu_support.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "vfu_dma.h"

#define RW	(VFU_DMA_MAP_READ | VFU_DMA_MAP_WRITE)
#define PAGE	0x1000u

struct memory {
	struct vfu_dma dma;
	int fd;
	uint8_t *view;
};

#define FILE_BYTES	(64 * PAGE)

static int setup(void **state)
{
	struct memory *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	assert_int_equal(vfu_dma_init(&m->dma), 0);
	m->fd = memfd_create("test", MFD_CLOEXEC);
	assert_true(m->fd >= 0);
	assert_int_equal(ftruncate(m->fd, FILE_BYTES), 0);
	m->view = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
		       m->fd, 0);
	assert_ptr_not_equal(m->view, MAP_FAILED);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct memory *m = *state;

	vfu_dma_exit(&m->dma);
	munmap(m->view, FILE_BYTES);
	close(m->fd);
	free(m);
	return 0;
}

/* CMocka sets handlers of its own between setup and test. */
static void catch_sigbus_again(void)
{
	struct vfu_dma dma;

	assert_int_equal(vfu_dma_init(&dma), 0);
	vfu_dma_exit(&dma);
}

static int copy(struct memory *m, uint64_t address, void *buf, size_t bytes,
		bool is_write)
{
	size_t done, chunk;

	return vfu_dma_access(&m->dma, address, buf, bytes, is_write, &done,
			      &chunk);
}

static void test_map_bad_is_refused(void **state)
{
	struct memory *m = *state;
	const struct {
		uint64_t address, bytes, offset;
		uint32_t flags;
	} bad[] = {
		{ 0, 0, 0, RW },
		{ 1, PAGE, 0, RW },
		{ 0, PAGE + 1, 0, RW },
		{ 0, PAGE, 1, RW },
		{ 0, PAGE, 0, 0 },
		{ 0, PAGE, 0, 4 },
		{ 0, PAGE, 0, RW | 8 },
		{ 0, PAGE, FILE_BYTES, RW },
		{ 0, FILE_BYTES + PAGE, 0, RW },
		{ 0, PAGE, UINT64_MAX - PAGE + 1, RW },
		{ 0, 1ULL << 63, 0, RW },
		{ UINT64_MAX - PAGE + 1, 2 * PAGE, 0, RW },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(vfu_dma_map(&m->dma, bad[i].address,
					     bad[i].bytes, bad[i].offset,
					     bad[i].flags, m->fd), -EINVAL);
	assert_int_equal(m->dma.count, 0);
	assert_null(m->dma.files);
}

static void test_map_of_what_is_no_file_is_refused(void **state)
{
	struct memory *m = *state;
	int ends[2], fd;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(vfu_dma_map(&m->dma, 0, PAGE, 0, RW, ends[0]),
			 -EINVAL);
	close(ends[0]);
	close(ends[1]);
	fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(vfu_dma_map(&m->dma, 0, PAGE, 0, VFU_DMA_MAP_READ, fd),
			 -EINVAL);
	close(fd);
	assert_int_equal(vfu_dma_map(&m->dma, 0, PAGE, 0, RW, 1 << 20),
			 -EINVAL);
}

static void test_map_respects_the_descriptors_mode(void **state)
{
	struct memory *m = *state;
	uint32_t value = 1;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", m->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(vfu_dma_map(&m->dma, 0, PAGE, 0, RW, fd), -EACCES);
	assert_int_equal(vfu_dma_map(&m->dma, 0, PAGE, 0, VFU_DMA_MAP_READ, fd),
			 0);
	close(fd);
	/* The same file, to be written to this time. */
	assert_int_equal(vfu_dma_map(&m->dma, PAGE, PAGE, 0, RW, m->fd), 0);
	assert_int_equal(copy(m, 0, &value, 4, true), -EACCES);
	assert_int_equal(copy(m, PAGE, &value, 4, true), 0);
	value = 0;
	assert_int_equal(copy(m, 0, &value, 4, false), 0);
	assert_int_equal(value, 1);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(vfu_dma_map(&m->dma, 4 * PAGE, PAGE, 0,
				     VFU_DMA_MAP_WRITE, fd), -EACCES);
	close(fd);
	assert_int_equal(vfu_dma_map(&m->dma, 4 * PAGE, PAGE, 0,
				     VFU_DMA_MAP_WRITE, m->fd), 0);
	assert_int_equal(copy(m, 4 * PAGE, &value, 4, false), -EACCES);
}

/* More than address space. */
static void test_map_of_a_huge_file_is_refused(void **state)
{
	struct memory *m = *state;
	int fd = memfd_create("huge", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, INT64_MAX & ~0xfffLL), 0);
	assert_int_equal(vfu_dma_map(&m->dma, 0, PAGE, 0, RW, fd), -ENOMEM);
	close(fd);
}

static void test_map_overlapping_is_refused(void **state)
{
	struct memory *m = *state;
	uint64_t address;

	assert_int_equal(vfu_dma_map(&m->dma, 16 * PAGE, 4 * PAGE, 0, RW, -1),
			 0);
	for (address = 0; address < 40 * PAGE; address += PAGE)
		if (address + 2 * PAGE > 16 * PAGE && address < 20 * PAGE)
			assert_int_equal(vfu_dma_map(&m->dma, address, 2 * PAGE,
						     0, RW, -1), -EEXIST);
	assert_int_equal(vfu_dma_map(&m->dma, 0, 64 * PAGE, 0, RW, -1),
			 -EEXIST);
	assert_int_equal(vfu_dma_map(&m->dma, 17 * PAGE, PAGE, 0, RW, -1),
			 -EEXIST);
	assert_int_equal(m->dma.count, 1);
	assert_int_equal(vfu_dma_map(&m->dma, 15 * PAGE, PAGE, 0, RW, -1), 0);
	assert_int_equal(vfu_dma_map(&m->dma, 20 * PAGE, PAGE, 0, RW, -1), 0);
	/* The last page of all. */
	assert_int_equal(vfu_dma_map(&m->dma, UINT64_MAX - PAGE + 1, PAGE, 0,
				     RW, -1), 0);
	assert_int_equal(vfu_dma_map(&m->dma, UINT64_MAX - 2 * PAGE + 1,
				     2 * PAGE, 0, RW, -1), -EEXIST);
}

/* Of this process, of the test's file. */
static unsigned int count_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned int count = 0;
	char line[512];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		count += strstr(line, "/memfd:test") != NULL;
	fclose(maps);
	return count;
}

/* A file is mapped once, not 65535 times: the system has a limit as well. */
static void test_map_has_a_limit(void **state)
{
	struct memory *m = *state;
	unsigned int before = count_mappings();
	uint64_t i;

	/* Descending, which is the slow way round, in part. */
	for (i = 0; i < VFU_DMA_MAX_MAPS; i++)
		assert_int_equal(vfu_dma_map(
			&m->dma, (i < 1000 ? 1000 - i : i + 1) * PAGE, PAGE, 0,
			RW, m->fd), 0);
	assert_int_equal(vfu_dma_map(&m->dma, 0, PAGE, 0, RW, m->fd), -ENOSPC);
	assert_int_equal(count_mappings(), before + 1);
	assert_int_equal(vfu_dma_unmap(&m->dma, 5 * PAGE, PAGE), 0);
	assert_int_equal(vfu_dma_map(&m->dma, 0, PAGE, 0, RW, m->fd), 0);
	assert_int_equal(vfu_dma_unmap(&m->dma, 0, 1ULL << 40), 0);
	assert_int_equal(m->dma.count, 0);
	assert_null(m->dma.files);
}

static void test_unmap_takes_whole_ranges_only(void **state)
{
	struct memory *m = *state;
	unsigned int i;

	for (i = 0; i < 4; i++)
		assert_int_equal(vfu_dma_map(&m->dma, 0x10000 * i, 4 * PAGE, 0,
					     RW, m->fd), 0);
	assert_int_equal(vfu_dma_unmap(&m->dma, PAGE, PAGE), -EINVAL);
	assert_int_equal(vfu_dma_unmap(&m->dma, 0, PAGE), -EINVAL);
	assert_int_equal(vfu_dma_unmap(&m->dma, 3 * PAGE, PAGE), -EINVAL);
	assert_int_equal(vfu_dma_unmap(&m->dma, 0, 0x10000 + PAGE), -EINVAL);
	assert_int_equal(vfu_dma_unmap(&m->dma, PAGE, 0x20000), -EINVAL);
	assert_int_equal(vfu_dma_unmap(&m->dma, 0, 0), -EINVAL);
	assert_int_equal(vfu_dma_unmap(&m->dma, UINT64_MAX, 2), -EINVAL);
	assert_int_equal(m->dma.count, 4);
	/* Nothing there, one, and two of them. */
	assert_int_equal(vfu_dma_unmap(&m->dma, 4 * PAGE, PAGE), 0);
	assert_int_equal(m->dma.count, 4);
	assert_int_equal(vfu_dma_unmap(&m->dma, 0, 4 * PAGE), 0);
	assert_int_equal(m->dma.count, 3);
	assert_int_equal(vfu_dma_unmap(&m->dma, PAGE, 0x30000 - PAGE), 0);
	assert_int_equal(m->dma.count, 1);
	assert_int_equal(vfu_dma_map(&m->dma, 0x30000, PAGE, 0, RW, -1),
			 -EEXIST);
	assert_int_equal(vfu_dma_unmap(&m->dma, 0, UINT64_MAX), 0);
	assert_int_equal(m->dma.count, 0);
}

static void test_access_finds_its_bytes(void **state)
{
	struct memory *m = *state;
	uint8_t buf[4 * PAGE];
	unsigned int i;
	size_t bytes;

	for (i = 0; i < FILE_BYTES; i++)
		m->view[i] = (uint8_t)(i * 7 + i / 251);
	/* Two neighbours in the wrong order of the file. */
	assert_int_equal(vfu_dma_map(&m->dma, 0x10000, 2 * PAGE, 8 * PAGE, RW,
				     m->fd), 0);
	assert_int_equal(vfu_dma_map(&m->dma, 0x12000, 2 * PAGE, 4 * PAGE, RW,
				     m->fd), 0);
	assert_int_equal(copy(m, 0x10000, buf, sizeof(buf), false), 0);
	assert_memory_equal(buf, m->view + 8 * PAGE, 2 * PAGE);
	assert_memory_equal(buf + 2 * PAGE, m->view + 4 * PAGE, 2 * PAGE);
	assert_int_equal(copy(m, 0x10001, buf, sizeof(buf), false), -EFAULT);
	assert_int_equal(copy(m, 0xffff, buf, 1, false), -EFAULT);
	assert_int_equal(copy(m, 0x14000, buf, 1, false), -EFAULT);
	assert_int_equal(copy(m, UINT64_MAX, buf, 1, false), -EFAULT);
	/* Writes of all lengths and alignments, also in the last word. */
	for (bytes = 1; bytes < 40; bytes++)
		for (i = 0; i < 16; i++) {
			memset(m->view + 8 * PAGE, 0xee, 64);
			memset(buf, (int)bytes, bytes);
			assert_int_equal(copy(m, 0x10000 + i, buf, bytes, true),
					 0);
			assert_memory_equal(m->view + 8 * PAGE + i, buf, bytes);
			assert_int_equal(m->view[8 * PAGE + i + bytes], 0xee);
			if (i)
				assert_int_equal(m->view[8 * PAGE + i - 1],
						 0xee);
		}
}

static void test_access_by_message_is_left_to_the_caller(void **state)
{
	struct memory *m = *state;
	uint8_t buf[4 * PAGE];
	size_t done, chunk;

	assert_int_equal(vfu_dma_map(&m->dma, 0, PAGE, 0, RW, m->fd), 0);
	assert_int_equal(vfu_dma_map(&m->dma, PAGE, PAGE, 0, VFU_DMA_MAP_READ,
				     -1), 0);
	assert_int_equal(vfu_dma_access(&m->dma, PAGE - 8, buf, 100, false,
					&done, &chunk), VFU_DMA_BY_MESSAGE);
	assert_int_equal(done, 8);
	assert_int_equal(chunk, 92);
	assert_int_equal(vfu_dma_access(&m->dma, PAGE + 8, buf, 2 * PAGE, false,
					&done, &chunk), VFU_DMA_BY_MESSAGE);
	assert_int_equal(done, 0);
	assert_int_equal(chunk, PAGE - 8);
	assert_int_equal(copy(m, PAGE, buf, 4, true), -EACCES);
}

static void test_access_to_a_truncated_file_fails(void **state)
{
	struct memory *m = *state;
	uint8_t buf[2 * PAGE] = { 0 };
	unsigned int i;

	catch_sigbus_again();
	assert_int_equal(vfu_dma_map(&m->dma, 0, FILE_BYTES, 0, RW, m->fd), 0);
	assert_int_equal(ftruncate(m->fd, 2 * PAGE), 0);
	for (i = 0; i < 100; i++) {
		assert_int_equal(copy(m, 4 * PAGE, buf, sizeof(buf), false),
				 -EFAULT);
		assert_int_equal(copy(m, 4 * PAGE, buf, sizeof(buf), true),
				 -EFAULT);
		assert_int_equal(copy(m, PAGE, buf, sizeof(buf), false),
				 -EFAULT);
		assert_int_equal(copy(m, 0, buf, sizeof(buf), true), 0);
	}
	assert_int_equal(ftruncate(m->fd, FILE_BYTES), 0);
	assert_int_equal(copy(m, 4 * PAGE, buf, sizeof(buf), false), 0);
}

/* A file that grows is mapped again where it is needed. */
static void test_map_of_a_file_that_has_grown(void **state)
{
	struct memory *m = *state;
	uint32_t value = 7;

	assert_int_equal(vfu_dma_map(&m->dma, 0, PAGE, 0, RW, m->fd), 0);
	assert_int_equal(ftruncate(m->fd, 2 * FILE_BYTES), 0);
	assert_int_equal(vfu_dma_map(&m->dma, PAGE, PAGE, FILE_BYTES, RW,
				     m->fd), 0);
	assert_int_equal(copy(m, PAGE, &value, 4, true), 0);
	assert_int_equal(pread(m->fd, &value, 4, FILE_BYTES), 4);
	assert_int_equal(value, 7);
}

/* Two threads access, each its page; this one maps, unmaps and truncates. */
struct reader {
	struct memory *m;
	uint64_t address;
	bool is_writer;
	atomic_bool is_over;
	atomic_uint good, bad;
};

/* It met a map that was there and one that was not. */
static bool has_seen_both(struct reader *r)
{
	return atomic_load(&r->good) && atomic_load(&r->bad);
}

static void *read_all_the_time(void *arg)
{
	struct reader *r = arg;
	uint8_t buf[PAGE] = { 0 };

	while (!atomic_load(&r->is_over)) {
		if (copy(r->m, r->address, buf, sizeof(buf), r->is_writer))
			atomic_fetch_add(&r->bad, 1);
		else
			atomic_fetch_add(&r->good, 1);
	}
	return NULL;
}

static void test_unmap_waits_for_accesses(void **state)
{
	struct memory *m = *state;
	struct reader readers[2] = {
		{ .m = m },
		{ .m = m, .address = PAGE, .is_writer = true },
	};
	pthread_t threads[2];
	unsigned int i;

	catch_sigbus_again();
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
						read_all_the_time, &readers[i]),
				 0);
	/* On a busy machine a thread may sleep for longer than 500 turns take. */
	for (i = 0; i < 500 || !has_seen_both(&readers[0]) ||
		    !has_seen_both(&readers[1]); i++) {
		assert_int_equal(vfu_dma_map(&m->dma, 0, 2 * PAGE, 0, RW,
					     m->fd), 0);
		if (i % 3 == 0)
			assert_int_equal(ftruncate(m->fd, 0), 0);
		usleep(100);
		assert_int_equal(vfu_dma_unmap(&m->dma, 0, 2 * PAGE), 0);
		assert_int_equal(ftruncate(m->fd, FILE_BYTES), 0);
	}
	for (i = 0; i < 2; i++) {
		atomic_store(&readers[i].is_over, true);
		pthread_join(threads[i], NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_map_bad_is_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			test_map_of_what_is_no_file_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_map_respects_the_descriptors_mode, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_map_of_a_huge_file_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_map_overlapping_is_refused,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_map_has_a_limit, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			test_unmap_takes_whole_ranges_only, setup, teardown),
		cmocka_unit_test_setup_teardown(test_access_finds_its_bytes,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_access_by_message_is_left_to_the_caller, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_access_to_a_truncated_file_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_map_of_a_file_that_has_grown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unmap_waits_for_accesses,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
