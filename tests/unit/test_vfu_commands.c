/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every command of vfio-user but VERSION, right and wrong. */
#include "vfu_support.h"

#include <fcntl.h>

/* Device, regions, interrupts */

static void test_device_info_is_that_of_a_pci_device(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	uint32_t info[4] = { 16, 0, 0, 0 };

	(void)state;
	assert_int_equal(vfu_client_call(&b->client, VFU_DEVICE_GET_INFO, info,
					 16, NULL, 0, info, 16), 0);
	assert_int_equal(info[0], 16);
	assert_int_equal(info[1], 3);
	assert_int_equal(info[2], 9);
	assert_int_equal(info[3], 5);
	assert_int_equal(call(&b->client, VFU_DEVICE_GET_INFO, info, 15),
			 EINVAL);
	info[0] = 15;
	assert_int_equal(call(&b->client, VFU_DEVICE_GET_INFO, info, 16),
			 EINVAL);
	bench_free(b);
}

static int region_info(struct vfu_client *c, uint32_t index,
		       struct vfio_region_info *info)
{
	*info = (struct vfio_region_info){ .argsz = sizeof(*info),
					   .index = index };
	return vfu_client_call(c, VFU_DEVICE_GET_REGION_INFO, info,
			       sizeof(*info), NULL, 0, info, sizeof(*info));
}

static void test_region_info_names_what_there_is(void **state)
{
	struct vfu_bench *b = bench_prepare(HISI_QM_REV_V3, 0);
	const uint64_t sizes[9] = { 0, 0, 0x400000, 0, 0x1000000, 0, 0, 4096,
				    0 };
	struct vfio_region_info info;
	unsigned int i;

	(void)state;
	b->config.device.model.isolation = true;
	bench_start(b);
	bench_connect(b, 0, &b->client);
	for (i = 0; i < 9; i++) {
		assert_int_equal(region_info(&b->client, i, &info), 0);
		assert_int_equal(info.argsz, sizeof(info));
		assert_int_equal(info.index, i);
		assert_int_equal(info.size, sizes[i]);
		assert_int_equal(info.flags, sizes[i] ? 3 : 0);
		assert_int_equal(info.cap_offset, 0);
	}
	assert_int_equal(region_info(&b->client, 9, &info), EINVAL);
	assert_int_equal(region_info(&b->client, UINT32_MAX, &info), EINVAL);
	info = (struct vfio_region_info){ .argsz = 31 };
	assert_int_equal(call(&b->client, VFU_DEVICE_GET_REGION_INFO, &info,
			      sizeof(info)), EINVAL);
	assert_int_equal(call(&b->client, VFU_DEVICE_GET_REGION_INFO, &info,
			      31), EINVAL);
	bench_free(b);
}

static int irq_info(struct vfu_client *c, uint32_t index,
		    struct vfio_irq_info *info)
{
	*info = (struct vfio_irq_info){ .argsz = sizeof(*info),
					.index = index };
	return vfu_client_call(c, VFU_DEVICE_GET_IRQ_INFO, info, sizeof(*info),
			       NULL, 0, info, sizeof(*info));
}

static void check_irq_count(unsigned int revision, unsigned int func,
			    unsigned int want)
{
	struct vfu_bench *b = bench_new(revision, 1);
	struct vfio_irq_info info;
	struct vfu_client vf;
	unsigned int i;

	bench_connect(b, 1, &vf);
	for (i = 0; i < 5; i++) {
		assert_int_equal(irq_info(func ? &vf : &b->client, i, &info),
				 0);
		assert_int_equal(info.count, i == 1 ? want : 0);
		assert_int_equal(info.flags, i == 1 ? 9 : 1);
	}
	assert_int_equal(irq_info(&vf, 5, &info), EINVAL);
	info.argsz = 15;
	assert_int_equal(call(&vf, VFU_DEVICE_GET_IRQ_INFO, &info,
			      sizeof(info)), EINVAL);
	assert_int_equal(call(&vf, VFU_DEVICE_GET_IRQ_INFO, &info, 8), EINVAL);
	vfu_client_exit(&vf);
	bench_free(b);
}

static void test_irq_info_counts_messages(void **state)
{
	(void)state;
	check_irq_count(HISI_QM_REV_V1, 0, 1);
	check_irq_count(HISI_QM_REV_V2, 0, 4);
	check_irq_count(HISI_QM_REV_V2, 1, 2);
	check_irq_count(HISI_QM_REV_V3, 0, 4);
	check_irq_count(HISI_QM_REV_V3, 1, 4);
}

#define SET_EVENTFD	(VFIO_IRQ_SET_DATA_EVENTFD | \
			 VFIO_IRQ_SET_ACTION_TRIGGER)
#define SET_NONE	(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER)
#define SET_BOOL	(VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER)

static int set_bools(struct vfu_client *c, const char *bools, size_t bytes,
		     uint32_t start, uint32_t count)
{
	struct vfio_irq_set set = {
		.argsz = (uint32_t)(sizeof(set) + bytes),
		.flags = SET_BOOL,
		.index = VFIO_PCI_MSI_IRQ_INDEX,
		.start = start,
		.count = count,
	};
	uint8_t payload[sizeof(set) + 16];

	memcpy(payload, &set, sizeof(set));
	memcpy(payload + sizeof(set), bools, bytes);
	return call(c, VFU_DEVICE_SET_IRQS, payload, sizeof(set) + bytes);
}

static void test_set_irqs_assigns_triggers_and_takes_away(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_client *c = &b->client;
	unsigned int before = count_fds(), i;
	int fds[4];

	(void)state;
	for (i = 0; i < 4; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(vfu_client_set_irqs(c, SET_EVENTFD, 1, 0, 4, fds, 4),
			 0);
	assert_int_equal(count_fds_after(c), before + 8);
	/* All of a range. */
	assert_int_equal(vfu_client_set_irqs(c, SET_NONE, 1, 1, 2, NULL, 0), 0);
	assert_int_equal(bench_irqs(fds[0], 0), 0);
	assert_int_equal(bench_irqs(fds[1], 10000), 1);
	assert_int_equal(bench_irqs(fds[2], 10000), 1);
	assert_int_equal(bench_irqs(fds[3], 0), 0);
	/* Some of it. */
	assert_int_equal(set_bools(c, "\1\0\0\1", 4, 0, 4), 0);
	assert_int_equal(bench_irqs(fds[0], 10000), 1);
	assert_int_equal(bench_irqs(fds[1], 0), 0);
	assert_int_equal(bench_irqs(fds[2], 0), 0);
	assert_int_equal(bench_irqs(fds[3], 10000), 1);
	/* Another one in its place, one taken away, all taken away. */
	assert_int_equal(vfu_client_set_irqs(c, SET_EVENTFD, 1, 0, 1, &fds[2],
					     1), 0);
	assert_int_equal(count_fds_after(c), before + 8);
	assert_int_equal(vfu_client_set_irqs(c, SET_EVENTFD, 1, 1, 1, NULL, 0),
			 0);
	assert_int_equal(count_fds_after(c), before + 7);
	assert_int_equal(vfu_client_set_irqs(c, SET_NONE, 1, 0, 4, NULL, 0), 0);
	assert_int_equal(bench_irqs(fds[0], 0), 0);
	assert_int_equal(bench_irqs(fds[1], 0), 0);
	assert_int_equal(bench_irqs(fds[2], 10000), 2);
	assert_int_equal(vfu_client_set_irqs(c, SET_NONE, 1, 0, 0, NULL, 0), 0);
	assert_int_equal(count_fds_after(c), before + 4);
	for (i = 0; i < 4; i++)
		close(fds[i]);
	bench_free(b);
}

static void test_set_irqs_bad_is_refused(void **state)
{
	const struct {
		uint32_t flags, index, start, count;
		unsigned int nfds;
		int error;
	} bad[] = {
		{ SET_EVENTFD, 1, 0, 5, 5, EINVAL },
		{ SET_EVENTFD, 1, 3, 2, 2, EINVAL },
		{ SET_EVENTFD, 1, 4, 1, 1, EINVAL },
		{ SET_EVENTFD, 1, 1, UINT32_MAX, 1, EINVAL },
		{ SET_EVENTFD, 1, UINT32_MAX, 2, 2, EINVAL },
		{ SET_EVENTFD, 1, 0, 2, 1, EINVAL },
		{ SET_EVENTFD, 1, 0, 1, 2, EINVAL },
		{ SET_EVENTFD, 1, 0, 0, 0, EINVAL },
		{ SET_EVENTFD, 0, 0, 1, 1, EINVAL },
		{ SET_EVENTFD, 2, 0, 1, 1, EINVAL },
		{ SET_EVENTFD, 5, 0, 1, 1, EINVAL },
		{ SET_NONE, 1, 0, 1, 1, EINVAL },
		{ SET_NONE, 1, 1, 0, 0, EINVAL },
		{ SET_NONE, 0, 0, 0, 0, EINVAL },
		{ VFIO_IRQ_SET_DATA_NONE, 1, 0, 1, 0, EINVAL },
		{ VFIO_IRQ_SET_ACTION_TRIGGER, 1, 0, 1, 0, EINVAL },
		{ SET_NONE | VFIO_IRQ_SET_DATA_BOOL, 1, 0, 1, 0, EINVAL },
		{ SET_NONE | VFIO_IRQ_SET_ACTION_MASK, 1, 0, 1, 0, EINVAL },
		{ SET_NONE | 0x40, 1, 0, 1, 0, EINVAL },
		{ VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_MASK, 1, 0, 1, 0,
		  ENOTTY },
		{ VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_UNMASK, 1, 0,
		  1, 1, ENOTTY },
	};
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	unsigned int before = count_fds(), i;
	struct vfio_irq_set set = { .argsz = 19, .flags = SET_NONE, .index = 1,
				    .count = 1 };
	int fds[5], read_end[2];

	(void)state;
	for (i = 0; i < 5; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(vfu_client_set_irqs(
			&b->client, bad[i].flags, bad[i].index, bad[i].start,
			bad[i].count, fds, bad[i].nfds), bad[i].error);
	assert_int_equal(set_bools(&b->client, "\1\1", 2, 0, 3), EINVAL);
	assert_int_equal(call(&b->client, VFU_DEVICE_SET_IRQS, &set,
			      sizeof(set)), EINVAL);
	assert_int_equal(call(&b->client, VFU_DEVICE_SET_IRQS, &set, 19),
			 EINVAL);
	/* Nothing that can be written to. */
	assert_int_equal(pipe2(read_end, O_CLOEXEC), 0);
	assert_int_equal(vfu_client_set_irqs(&b->client, SET_EVENTFD, 1, 0, 1,
					     read_end, 1), EINVAL);
	close(read_end[0]);
	close(read_end[1]);
	/* What would keep the connection from ever ending. */
	assert_int_equal(vfu_client_set_irqs(&b->client, SET_EVENTFD, 1, 0, 1,
					     &b->client.fd, 1), EINVAL);
	for (i = 0; i < 5; i++)
		close(fds[i]);
	assert_int_equal(count_fds_after(&b->client), before);
	bench_free(b);
}

/* One that would block the server for ever. */
static void test_set_irqs_full_pipe_does_not_block(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	unsigned int i;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
	assert_int_equal(vfu_client_set_irqs(&b->client, SET_EVENTFD, 1, 0, 1,
					     &ends[1], 1), 0);
	for (i = 0; i < 1000; i++)
		assert_int_equal(vfu_client_set_irqs(&b->client, SET_NONE, 1, 0,
						     1, NULL, 0), 0);
	close(ends[0]);
	close(ends[1]);
	bench_free(b);
}

/* Accesses */

static void test_region_access_out_of_range_is_refused(void **state)
{
	const struct vfu_region_access bad[] = {
		{ 0, CONFIG, 0 },
		{ 4096, CONFIG, 1 },
		{ 4095, CONFIG, 2 },
		{ 0, CONFIG, 4097 },
		{ UINT64_MAX, CONFIG, 4 },
		{ 0x400000, BAR2, 4 },
		{ 0x3ffffe, BAR2, 4 },
		{ UINT64_MAX - 3, BAR2, 4 },
		{ UINT64_MAX - 1, BAR2, 4 },
		{ 0, BAR2, 17 },
		{ 0, BAR2, UINT32_MAX },
		{ 0, BAR4, 4 },
		{ 0, 0, 4 },
		{ 0, 8, 4 },
		{ 0, 9, 4 },
		{ 0, UINT32_MAX, 4 },
	};
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	uint8_t write[32] = { 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(call(&b->client, VFU_REGION_READ, &bad[i], 16),
				 EINVAL);
		memcpy(write, &bad[i], 16);
		assert_int_equal(call(&b->client, VFU_REGION_WRITE, write,
				      16 + (bad[i].count > 16 ?
					    16 : bad[i].count)), EINVAL);
	}
	/* Shorter or longer than it says. */
	memcpy(write, &(struct vfu_region_access){ 0x100050, BAR2, 8 }, 16);
	assert_int_equal(call(&b->client, VFU_REGION_WRITE, write, 20), EINVAL);
	assert_int_equal(call(&b->client, VFU_REGION_WRITE, write, 28), EINVAL);
	assert_int_equal(call(&b->client, VFU_REGION_WRITE, write, 15), EINVAL);
	assert_int_equal(call(&b->client, VFU_REGION_READ, write, 15), EINVAL);
	assert_int_equal(call(&b->client, VFU_REGION_READ, write, 17), EINVAL);
	bench_free(b);
}

static void test_region_access_of_odd_width_is_answered(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	uint8_t data[16], zeros[16] = { 0 };
	unsigned int bytes, offset;

	(void)state;
	for (bytes = 1; bytes <= 16; bytes++) {
		for (offset = 0; offset < 4; offset++) {
			if (offset == 0 && (bytes == 4 || bytes == 8 ||
					    bytes == 16))
				continue;
			memset(data, 0xff, sizeof(data));
			assert_int_equal(vfu_client_write(
				&b->client, BAR2, 0x100050 + offset, data,
				bytes), 0);
			assert_int_equal(vfu_client_read(
				&b->client, BAR2, 0x100158 + offset, data,
				bytes), 0);
			assert_memory_equal(data, zeros, bytes);
		}
	}
	assert_true(atomic_load(&b->guest_errors) > 0);
	assert_int_equal(vfu_client_rd(&b->client, 0x100050), 0);
	bench_free(b);
}

static void test_region_access_of_configuration_space(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	uint8_t all[4096], byte;
	unsigned int i;

	(void)state;
	assert_int_equal(vfu_client_read(&b->client, CONFIG, 0, all,
					 sizeof(all)), 0);
	for (i = 0; i < sizeof(all); i++) {
		assert_int_equal(vfu_client_read(&b->client, CONFIG, i, &byte,
						 1), 0);
		assert_int_equal(byte, all[i]);
	}
	bench_free(b);
}

static int write_multi(struct vfu_client *c, uint64_t count,
		       const struct vfu_region_write *writes, size_t n)
{
	uint8_t payload[8 + 8 * sizeof(*writes)];
	uint64_t done = 0;
	int ret;

	memcpy(payload, &count, 8);
	memcpy(payload + 8, writes, n * sizeof(*writes));
	ret = vfu_client_call(c, VFU_REGION_WRITE_MULTI, payload,
			      8 + n * sizeof(*writes), NULL, 0, &done, 8);
	assert_int_equal(done, ret ? 0 : count);
	return ret;
}

static void test_write_multi_writes_all_in_order(void **state)
{
	struct vfu_region_write writes[8] = { 0 };
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	unsigned int i;

	(void)state;
	for (i = 0; i < 8; i++) {
		writes[i].access = (struct vfu_region_access){
			i < 4 ? 0x100050 : 0x100088, BAR2, 4
		};
		writes[i].data[0] = (uint8_t)(i + 1);
	}
	assert_int_equal(write_multi(&b->client, 8, writes, 8), 0);
	assert_int_equal(vfu_client_rd(&b->client, 0x100050), 4);
	assert_int_equal(vfu_client_rd(&b->client, 0x100088), 8);
	/* All or nothing. */
	assert_int_equal(write_multi(&b->client, 0, writes, 0), EINVAL);
	assert_int_equal(write_multi(&b->client, 7, writes, 8), EINVAL);
	assert_int_equal(write_multi(&b->client, 9, writes, 8), EINVAL);
	assert_int_equal(write_multi(&b->client, 0xaaaaaaaaaaaaaaabULL, writes,
				     1), EINVAL);
	writes[0].data[0] = 99;
	writes[7].access.count = 9;
	assert_int_equal(write_multi(&b->client, 8, writes, 8), EINVAL);
	writes[7].access.count = 4;
	writes[7].access.region = 0;
	assert_int_equal(write_multi(&b->client, 8, writes, 8), EINVAL);
	assert_int_equal(vfu_client_rd(&b->client, 0x100050), 4);
	assert_int_equal(call(&b->client, VFU_REGION_WRITE_MULTI, "", 1),
			 EINVAL);
	bench_free(b);
}

static void test_reset_with_payload_is_refused(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);

	(void)state;
	assert_int_equal(call(&b->client, VFU_DEVICE_RESET, "1234", 4), EINVAL);
	assert_int_equal(vfu_client_reset(&b->client), 0);
	assert_int_equal(atomic_load(&b->events[VFU_TRACE_FLR]), 1);
	bench_free(b);
}

/* Memory; the rules of ranges are in test_vfu_dma.c. */
static void test_dma_map_bad_is_refused(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_client *c = &b->client;
	struct vfu_dma_map_request map = { .argsz = 31, .flags = 3,
					   .bytes = 4096 };
	unsigned int before = count_fds();
	int two[2] = { c->memfd, c->memfd }, fd;

	(void)state;
	assert_int_equal(call(c, VFU_DMA_MAP, &map, sizeof(map)), EINVAL);
	map.argsz = 32;
	assert_int_equal(call(c, VFU_DMA_MAP, &map, 31), EINVAL);
	assert_int_equal(vfu_client_call(c, VFU_DMA_MAP, &map, 32, two, 2, NULL,
					 0), EINVAL);
	assert_int_equal(vfu_client_map_at(c, 0, 0x1000, VFU_DRIVER_RAM, 3,
					   c->memfd), EINVAL);
	assert_int_equal(vfu_client_map_at(c, 0, VFU_DRIVER_RAM + 0x1000, 0, 3,
					   c->memfd), EINVAL);
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_int_equal(vfu_client_map_at(c, 0, 0x1000, 0, 3, fd), EINVAL);
	close(fd);
	assert_int_equal(vfu_client_map(c, true), 0);
	assert_int_equal(vfu_client_map(c, true), EEXIST);
	assert_int_equal(vfu_client_map(c, false), EEXIST);
	assert_int_equal(count_fds_after(c), before);
	assert_true(is_alive(c));
	bench_free(b);
}

static void test_dma_unmap_bad_is_refused(void **state)
{
	struct vfu_bench *b = bench_new(HISI_QM_REV_V3, 0);
	struct vfu_client *c = &b->client;
	struct vfu_dma_unmap_request unmap = { .argsz = 23, .bytes = 4096 };

	(void)state;
	assert_int_equal(vfu_client_map(c, true), 0);
	assert_int_equal(call(c, VFU_DMA_UNMAP, &unmap, sizeof(unmap)), EINVAL);
	unmap.argsz = 24;
	assert_int_equal(call(c, VFU_DMA_UNMAP, &unmap, 16), EINVAL);
	assert_int_equal(vfu_client_unmap(c, c->base, 0x1000, 0), EINVAL);
	assert_int_equal(vfu_client_unmap(c, c->base, 0x1000, 1), EINVAL);
	assert_int_equal(vfu_client_unmap(c, c->base, 0, VFU_DMA_UNMAP_ALL),
			 EINVAL);
	assert_int_equal(vfu_client_unmap(c, c->base, VFU_DRIVER_RAM, 0), 0);
	assert_int_equal(vfu_client_map(c, true), 0);
	assert_int_equal(vfu_client_unmap(c, 0, 0, VFU_DMA_UNMAP_ALL), 0);
	assert_int_equal(vfu_client_map(c, true), 0);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_device_info_is_that_of_a_pci_device),
		cmocka_unit_test(test_region_info_names_what_there_is),
		cmocka_unit_test(test_irq_info_counts_messages),
		cmocka_unit_test(test_set_irqs_assigns_triggers_and_takes_away),
		cmocka_unit_test(test_set_irqs_bad_is_refused),
		cmocka_unit_test(test_set_irqs_full_pipe_does_not_block),
		cmocka_unit_test(test_region_access_out_of_range_is_refused),
		cmocka_unit_test(test_region_access_of_odd_width_is_answered),
		cmocka_unit_test(test_region_access_of_configuration_space),
		cmocka_unit_test(test_write_multi_writes_all_in_order),
		cmocka_unit_test(test_reset_with_payload_is_refused),
		cmocka_unit_test(test_dma_map_bad_is_refused),
		cmocka_unit_test(test_dma_unmap_bad_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
