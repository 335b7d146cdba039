/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reserved memory: slices, translation, sharing, and a kernel that lies. */
#include "queue_support.h"

#define UNIT	WD_FAKE_SLICE_UNIT
#define COUNT_OF(array)	(sizeof(array) / sizeof((array)[0]))

/* A channel whose kernel answers UACCE_CMD_GET_SS_DMA from a table. */
struct teller {
	struct wd_channel ch;
	struct {
		uint64_t word;
		int ret;
	} answers[8];
	unsigned int asked;
	unsigned int mapped;
	size_t mapped_bytes;
	void *at;
	int map_ret;
	int share_ret;
	int share_fd;
	bool endless;
};

static int teller_ioctl(struct wd_channel *ch, unsigned long cmd, void *arg)
{
	struct teller *teller = (struct teller *)ch;
	uint64_t *word = arg;
	unsigned int i;

	if (cmd == UACCE_CMD_SHARE_SVAS) {
		teller->share_fd = (int)(intptr_t)arg;
		return teller->share_ret;
	}
	assert_int_equal(cmd, UACCE_CMD_GET_SS_DMA);
	assert_int_equal(*word, teller->asked);
	teller->asked++;
	if (teller->endless) {
		*word = *word << 20 | 1;
		return 1;
	}
	i = *word;
	assert_in_range(i, 0, COUNT_OF(teller->answers) - 1);
	*word = teller->answers[i].word;
	return teller->answers[i].ret;
}

static int teller_map(struct wd_channel *ch, enum uacce_qfrt region,
		      size_t bytes, void **addr)
{
	struct teller *teller = (struct teller *)ch;

	assert_int_equal(region, UACCE_QFRT_SS);
	if (teller->map_ret)
		return teller->map_ret;
	teller->mapped++;
	teller->mapped_bytes = bytes;
	*addr = teller->at;
	return 0;
}

static void teller_unmap(struct wd_channel *ch, enum uacce_qfrt region,
			 void *addr, size_t bytes)
{
	struct teller *teller = (struct teller *)ch;

	assert_int_equal(region, UACCE_QFRT_SS);
	assert_ptr_equal(addr, teller->at);
	assert_int_equal(bytes, teller->mapped_bytes);
	teller->mapped--;
}

static int teller_fd(struct wd_channel *ch)
{
	(void)ch;
	return 42;
}

static const struct wd_backend_ops teller_ops = {
	.name = "teller",
	.ioctl = teller_ioctl,
	.map = teller_map,
	.unmap = teller_unmap,
	.fd = teller_fd,
};

static void teller_init(struct teller *teller, enum wd_mode mode,
			uint64_t flags)
{
	memset(teller, 0, sizeof(*teller));
	teller->ch.ops = &teller_ops;
	teller->ch.info.mode = mode;
	teller->ch.info.flags = flags;
	snprintf(teller->ch.info.name, sizeof(teller->ch.info.name), "teller");
	/* Never touched, so it need not exist. */
	teller->at = (void *)0x7f0000000000;
}

static uint64_t lookup(const struct wd_memory *mem, uintptr_t offset,
		       size_t bytes)
{
	uint64_t dma = 0;

	offset += (uintptr_t)mem->base;
	if (!wd_memory_translate(mem, (void *)offset, bytes, &dma))
		return 0;
	assert_int_not_equal(dma, 0);
	return dma;
}

static void test_lookup_boundaries_of_slices(void **state)
{
	static const uint64_t at[4] = {
		0x40000000, 0x90000000, 0x10000000, 0xf000000000,
	};
	struct wd_memory mem;
	struct teller teller;
	unsigned int i;

	(void)state;
	teller_init(&teller, WD_MODE_DMA, 0);
	for (i = 0; i < 4; i++) {
		teller.answers[i].word = at[i] | (i + 1);
		teller.answers[i].ret = 3 - i;
	}
	wd_memory_init(&mem, &teller.ch);
	assert_int_equal(wd_memory_reserve(&mem, &teller.ch, 10 * UNIT), 0);
	assert_int_equal(mem.nr_slices, 4);
	for (i = 0; i < 4; i++) {
		size_t start = i * (i + 1) / 2 * UNIT, size = (i + 1) * UNIT;

		assert_int_equal(lookup(&mem, start, 1), at[i]);
		assert_int_equal(lookup(&mem, start, size), at[i]);
		assert_int_equal(lookup(&mem, start, size + 1), 0);
		assert_int_equal(lookup(&mem, start + 7, size - 7), at[i] + 7);
		assert_int_equal(lookup(&mem, start + 7, size - 6), 0);
		assert_int_equal(lookup(&mem, start + size - 1, 1),
				 at[i] + size - 1);
		assert_int_equal(lookup(&mem, start + size - 1, 2), 0);
		assert_int_equal(lookup(&mem, start, SIZE_MAX), 0);
	}
	assert_int_equal(lookup(&mem, -1, 1), 0);
	assert_int_equal(lookup(&mem, -1, 2), 0);
	assert_int_equal(lookup(&mem, 10 * UNIT, 1), 0);
	assert_int_equal(lookup(&mem, -(uintptr_t)mem.base, 1), 0);
	assert_int_equal(lookup(&mem, UINTPTR_MAX - (uintptr_t)mem.base, 1), 0);
	wd_memory_release(&mem, &teller.ch);
	assert_int_equal(teller.mapped, 0);
	assert_null(mem.base);
	assert_null(mem.slices);
}

static void test_reserve_adjacent_slices_are_merged(void **state)
{
	struct wd_memory mem;
	struct teller teller;

	(void)state;
	teller_init(&teller, WD_MODE_NOIOMMU, UACCE_DEV_NOIOMMU);
	teller.answers[0].word = 0x40000000 | 1;
	teller.answers[0].ret = 4;
	teller.answers[1].word = 0x40010000 | 2;
	teller.answers[1].ret = 3;
	/* A gap, then one that goes down, then on again. */
	teller.answers[2].word = 0x40031000 | 1;
	teller.answers[2].ret = 2;
	teller.answers[3].word = 0x40021000 | 1;
	teller.answers[3].ret = 1;
	teller.answers[4].word = 0x40031000 | 1;
	teller.answers[4].ret = 0;
	wd_memory_init(&mem, &teller.ch);
	assert_int_equal(wd_memory_reserve(&mem, &teller.ch, 6 * UNIT), 0);
	assert_int_equal(teller.asked, 5);
	assert_int_equal(mem.nr_slices, 3);
	assert_int_equal(lookup(&mem, 0, 3 * UNIT), 0x40000000);
	assert_int_equal(lookup(&mem, UNIT - 1, 2), 0x4000ffff);
	assert_int_equal(lookup(&mem, 3 * UNIT - 1, 2), 0);
	assert_int_equal(lookup(&mem, 3 * UNIT, UNIT), 0x40031000);
	assert_int_equal(lookup(&mem, 4 * UNIT, 2 * UNIT), 0x40021000);
	wd_memory_release(&mem, &teller.ch);
}

static void test_reserve_with_iommu_is_one_slice_whatever_its_size(void **state)
{
	static const uint64_t sizes[] = { 0, 1, 0xfff };
	struct wd_memory mem;
	struct teller teller;
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(sizes); i++) {
		teller_init(&teller, WD_MODE_DMA, UACCE_DEV_IOMMU);
		teller.answers[0].word = 0x123000 | sizes[i];
		wd_memory_init(&mem, &teller.ch);
		assert_int_equal(wd_memory_reserve(&mem, &teller.ch,
						   0x2000000000), 0);
		assert_int_equal(teller.mapped_bytes, 0x2000000000);
		assert_int_equal(lookup(&mem, 0, 0x2000000000), 0x123000);
		wd_memory_release(&mem, &teller.ch);
	}
}

/* A slice is told in whole units, and a kernel may round down. */
static void test_reserve_without_iommu_is_whole_units(void **state)
{
	struct wd_memory mem;
	struct teller teller;

	(void)state;
	teller_init(&teller, WD_MODE_DMA, 0);
	teller.answers[0].word = 0x40000000 | 2;
	wd_memory_init(&mem, &teller.ch);
	assert_int_equal(wd_memory_reserve(&mem, &teller.ch, UNIT + 1), 0);
	assert_int_equal(teller.mapped_bytes, 2 * UNIT);
	wd_memory_release(&mem, &teller.ch);
}

static void test_reserve_elsewhere_is_whole_pages(void **state)
{
	static const enum wd_mode modes[] = {
		WD_MODE_SVA, WD_MODE_PASID, WD_MODE_SHARE_DOMAIN,
	};
	size_t page = sysconf(_SC_PAGESIZE);
	struct wd_memory mem;
	struct teller teller;
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(modes); i++) {
		teller_init(&teller, modes[i], 0);
		wd_memory_init(&mem, &teller.ch);
		assert_int_equal(mem.any, modes[i] == WD_MODE_SVA);
		assert_int_equal(wd_memory_reserve(&mem, &teller.ch, 1), 0);
		assert_int_equal(teller.mapped_bytes, page);
		/* It is where it is; nobody is asked. */
		assert_int_equal(teller.asked, 0);
		assert_int_equal(lookup(&mem, 5, page - 5),
				 (uintptr_t)mem.base + 5);
		if (modes[i] != WD_MODE_SVA)
			assert_int_equal(lookup(&mem, 5, page - 4), 0);
		wd_memory_release(&mem, &teller.ch);
		assert_int_equal(teller.mapped, 0);
		assert_int_equal(mem.any, modes[i] == WD_MODE_SVA);
	}
}

static void test_reserve_kernel_lies_is_refused(void **state)
{
	static const struct {
		uint64_t first, second;
		int first_ret, second_ret, expected;
	} cases[] = {
		/* no size; at once, and later */
		{ 0x40000000, 0, 0, 0, -EIO },
		{ 0x40000001, 0x50000000, 1, 0, -EIO },
		/* ends before all is told */
		{ 0x40000001, 0, 0, 0, -EIO },
		{ 0x40000001, 0x50000001, 1, 0, -EIO },
		/* errors */
		{ 0, 0, -EFAULT, 0, -EFAULT },
		{ 0x40000001, 0, 1, -EINVAL, -EINVAL },
		{ 0x40000001, 0, 1, -ENODEV, -ENODEV },
	};
	struct wd_memory mem;
	struct teller teller;
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		teller_init(&teller, WD_MODE_DMA, 0);
		teller.answers[0].word = cases[i].first;
		teller.answers[0].ret = cases[i].first_ret;
		teller.answers[1].word = cases[i].second;
		teller.answers[1].ret = cases[i].second_ret;
		wd_memory_init(&mem, &teller.ch);
		log_start();
		assert_int_equal(wd_memory_reserve(&mem, &teller.ch, 3 * UNIT),
				 cases[i].expected);
		assert_int_equal(log_book.lines[WD_LOG_ERROR], 1);
		assert_int_equal(teller.mapped, 0);
		assert_null(mem.base);
		assert_null(mem.slices);
		assert_int_equal(mem.nr_slices, 0);
	}
}

static void test_reserve_kernel_tells_too_much_is_cut(void **state)
{
	struct wd_memory mem;
	struct teller teller;

	(void)state;
	teller_init(&teller, WD_MODE_DMA, 0);
	/* Larger than what was asked for, and more behind it. */
	teller.answers[0].word = 0x40000fff;
	teller.answers[0].ret = INT32_MAX;
	wd_memory_init(&mem, &teller.ch);
	assert_int_equal(wd_memory_reserve(&mem, &teller.ch, 3 * UNIT), 0);
	assert_int_equal(teller.asked, 1);
	assert_int_equal(lookup(&mem, 0, 3 * UNIT), 0x40000000);
	assert_int_equal(lookup(&mem, 0, 3 * UNIT + 1), 0);
	wd_memory_release(&mem, &teller.ch);
}

static void test_reserve_slices_without_end_stop(void **state)
{
	struct wd_memory mem;
	struct teller teller;

	(void)state;
	teller_init(&teller, WD_MODE_DMA, 0);
	teller.endless = true;
	wd_memory_init(&mem, &teller.ch);
	assert_int_equal(wd_memory_reserve(&mem, &teller.ch, 1ULL << 40), -EIO);
	assert_in_range(teller.asked, 1, 65536);
	assert_int_equal(teller.mapped, 0);
}

static void test_reserve_size_out_of_range_is_einval(void **state)
{
	static const size_t sizes[] = {
		0, SIZE_MAX, SIZE_MAX - 4096 + 1, SIZE_MAX - 0xffff,
	};
	struct wd_memory mem;
	struct teller teller;
	unsigned int i, mode;

	(void)state;
	for (mode = WD_MODE_SVA; mode <= WD_MODE_NOIOMMU; mode++)
		for (i = 0; i < COUNT_OF(sizes); i++) {
			teller_init(&teller, mode, 0);
			teller.map_ret = -ENOMEM;
			wd_memory_init(&mem, &teller.ch);
			/* What rounding leaves in range the kernel refuses. */
			assert_int_equal(wd_memory_reserve(&mem, &teller.ch,
							   sizes[i]),
					 sizes[i] == SIZE_MAX - 0xffff &&
					 mode <= WD_MODE_SHARE_DOMAIN ?
					 -ENOMEM : -EINVAL);
			assert_null(mem.base);
		}
}

static void test_share_copies_what_is_reached(void **state)
{
	struct wd_memory mem, target, third;
	struct teller teller, other;

	(void)state;
	teller_init(&teller, WD_MODE_DMA, 0);
	teller_init(&other, WD_MODE_DMA, 0);
	teller.answers[0].word = 0x40000001;
	teller.answers[0].ret = 1;
	teller.answers[1].word = 0x60000001;
	wd_memory_init(&mem, &teller.ch);
	wd_memory_init(&target, &other.ch);
	wd_memory_init(&third, &other.ch);
	assert_int_equal(wd_memory_share(&mem, &teller.ch, &target, &other.ch),
			 -EINVAL);
	assert_int_equal(wd_memory_reserve(&mem, &teller.ch, 2 * UNIT), 0);
	teller.share_ret = -EXDEV;
	assert_int_equal(wd_memory_share(&mem, &teller.ch, &target, &other.ch),
			 -EXDEV);
	assert_null(target.base);
	assert_null(target.slices);
	teller.share_ret = 0;
	assert_int_equal(wd_memory_share(&mem, &teller.ch, &target, &other.ch),
			 0);
	assert_int_equal(teller.share_fd, 42);
	assert_int_equal(lookup(&target, UNIT, UNIT), 0x60000000);
	assert_int_equal(lookup(&target, UNIT - 1, 2), 0);
	assert_int_equal(wd_memory_share(&mem, &teller.ch, &target, &other.ch),
			 -EEXIST);
	assert_int_equal(wd_memory_reserve(&target, &other.ch, UNIT), -EEXIST);
	/* What is borrowed is not there to be lent. */
	assert_int_equal(wd_memory_share(&target, &other.ch, &third, &other.ch),
			 -EINVAL);
	wd_memory_release(&target, &other.ch);
	assert_int_equal(teller.mapped, 1);
	assert_int_equal(lookup(&mem, 0, UNIT), 0x40000000);
	wd_memory_release(&mem, &teller.ch);
	assert_int_equal(teller.mapped, 0);
}

/* The device writes where the library says that it does. */
static void do_mode(enum wd_mode mode, unsigned int slice_units, bool adjacent)
{
	const struct wd_fake_config config = {
		.mode = mode, .slice_units = slice_units,
		.slices_adjacent = adjacent,
	};
	bool in_pieces = slice_units && !adjacent &&
			 (mode == WD_MODE_DMA || mode == WD_MODE_NOIOMMU);
	size_t bytes = 5 * UNIT, at;
	struct job *outside = jobs_new(1), *job;
	struct wd_queue q, lent;
	char *mem;

	fake_start(&config);
	q = queue_open();
	lent = queue_wanted();
	assert_int_equal(wd_request_queue(&lent), 0);
	assert_int_equal(queue_info(&q).device.mode, mode);
	mem = wd_reserve_memory(&q, bytes);
	assert_non_null(mem);
	for (at = 0; at < bytes; at++)
		assert_int_equal(mem[at], 0);
	assert_true(wd_memory_reachable(&q, mem, 1));
	assert_true(wd_memory_reachable(&q, mem + bytes - 1, 1));
	assert_false(wd_memory_reachable(&q, mem, 0));
	assert_int_equal(wd_memory_reachable(&q, mem, bytes), !in_pieces);
	assert_int_equal(wd_memory_reachable(&q, mem + bytes - 1, 2),
			 mode == WD_MODE_SVA);
	assert_int_equal(wd_memory_reachable(&q, outside, sizeof(*outside)),
			 mode == WD_MODE_SVA);
	assert_int_equal(wd_memory_reachable(&lent, mem, 1),
			 mode == WD_MODE_SVA);
	assert_int_equal(wd_share_reserved_memory(&q, &lent), 0);
	assert_true(wd_memory_reachable(&lent, mem, 1));
	for (at = 0; at + sizeof(*job) <= bytes; at += 0x3000 - 64) {
		job = (struct job *)(mem + at);
		job_init(job, at);
		if (!wd_memory_reachable(&q, job->src, job->msg.src_bytes) ||
		    !wd_memory_reachable(&q, job->dst, sizeof(job->dst))) {
			assert_true(in_pieces);
			assert_int_equal(wd_send(&q, &job->msg), -EFAULT);
			continue;
		}
		send_jobs(at % 2 ? &q : &lent, job, 1);
		wd_fake_step(0, 0);
		job_check(recv_one(at % 2 ? &q : &lent));
	}
	if (mode != WD_MODE_SVA) {
		assert_int_equal(wd_send(&q, &outside->msg), -EFAULT);
		job = (struct job *)mem;
		job_init(job, 9);
		job->msg.src = outside->src;
		assert_int_equal(wd_send(&q, &job->msg), -EFAULT);
		job->msg.src = job->src;
		job->msg.dst = outside->dst;
		assert_int_equal(wd_send(&q, &job->msg), -EFAULT);
	}
	assert_int_equal(queue_info(&q).in_flight, 0);
	queue_close(&lent);
	queue_close(&q);
	free(outside);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_reserve_in_every_mode_is_reached_by_the_device(void **state)
{
	(void)state;
	do_mode(WD_MODE_SVA, 0, false);
	do_mode(WD_MODE_PASID, 0, false);
	do_mode(WD_MODE_SHARE_DOMAIN, 0, false);
	do_mode(WD_MODE_DMA, 0, false);
	do_mode(WD_MODE_DMA, 1, false);
	do_mode(WD_MODE_DMA, 2, false);
	do_mode(WD_MODE_DMA, 1, true);
	do_mode(WD_MODE_NOIOMMU, 0, false);
	do_mode(WD_MODE_NOIOMMU, 1, false);
	do_mode(WD_MODE_NOIOMMU, 2, true);
}

static void test_reserve_operation_fails_gives_null_and_leaks_nothing(void **state)
{
	static const enum wd_fake_op ops[] = {
		WD_FAKE_OP_MAP_SS, WD_FAKE_OP_GET_SS_DMA, WD_FAKE_OP_GET_SS_DMA,
	};
	const struct wd_fake_config config = {
		.mode = WD_MODE_DMA, .slice_units = 1,
	};
	struct wd_queue q;
	unsigned int i;
	void *mem;

	(void)state;
	fake_start(&config);
	q = queue_open();
	for (i = 0; i < COUNT_OF(ops); i++) {
		log_start();
		wd_fake_fail(ops[i], i == 2 ? 2 : 1, -ENOMEM);
		assert_null(wd_reserve_memory(&q, 2 * UNIT));
		assert_in_range(log_book.lines[WD_LOG_ERROR], 1, 2);
	}
	mem = wd_reserve_memory(&q, 2 * UNIT);
	assert_non_null(mem);
	log_start();
	assert_null(wd_reserve_memory(&q, 2 * UNIT));
	assert_non_null(strstr(log_book.last, "once"));
	assert_true(wd_memory_reachable(&q, mem, 1));
	queue_close(&q);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_share_refused_gives_the_documented_errors(void **state)
{
	const struct wd_fake_config config = {
		.devices = 2, .mode = WD_MODE_DMA,
	};
	struct wd_queue a, b = queue_wanted(), c = queue_wanted();

	(void)state;
	fake_start(&config);
	a = queue_open();
	b.device = "hisi_zip-0";
	c.device = "hisi_zip-1";
	assert_int_equal(wd_request_queue(&b), 0);
	assert_int_equal(wd_request_queue(&c), 0);
	assert_string_equal(queue_info(&a).device.name, "hisi_zip-0");
	assert_int_equal(wd_share_reserved_memory(&a, &b), -EINVAL);
	assert_non_null(wd_reserve_memory(&a, 1));
	assert_int_equal(wd_share_reserved_memory(&a, &a), -EINVAL);
	assert_int_equal(wd_share_reserved_memory(&a, &c), -EXDEV);
	assert_non_null(wd_reserve_memory(&c, 1));
	assert_int_equal(wd_share_reserved_memory(&a, &c), -EXDEV);
	wd_fake_fail(WD_FAKE_OP_FD, 1, -EMFILE);
	assert_int_equal(wd_share_reserved_memory(&a, &b), -EMFILE);
	wd_fake_fail(WD_FAKE_OP_SHARE_SVAS, 1, -EIO);
	assert_int_equal(wd_share_reserved_memory(&a, &b), -EIO);
	assert_int_equal(wd_share_reserved_memory(&a, &b), 0);
	assert_int_equal(wd_share_reserved_memory(&a, &b), -EEXIST);
	assert_int_equal(wd_share_reserved_memory(&b, &a), -EINVAL);
	assert_null(wd_reserve_memory(&b, 1));
	queue_close(&b);
	/* After the release it is a queue without memory again. */
	assert_int_equal(wd_request_queue(&b), 0);
	assert_int_equal(wd_share_reserved_memory(&a, &b), 0);
	queue_close(&b);
	wd_fake_remove(0);
	queue_close(&a);
	queue_close(&c);
	assert_int_equal(wd_fake_stop(), 0);
}

static void test_memory_of_removed_device_is_enodev(void **state)
{
	const struct wd_fake_config config = { .mode = WD_MODE_DMA };
	struct wd_queue a, b = queue_wanted();
	char *mem;

	(void)state;
	fake_start(&config);
	a = queue_open();
	assert_int_equal(wd_request_queue(&b), 0);
	mem = wd_reserve_memory(&a, UNIT);
	assert_non_null(mem);
	wd_fake_remove(0);
	assert_null(wd_reserve_memory(&b, UNIT));
	assert_int_equal(wd_share_reserved_memory(&a, &b), -ENODEV);
	/* The process keeps what it has. */
	memset(mem, 0x55, UNIT);
	queue_close(&b);
	queue_close(&a);
	assert_int_equal(wd_fake_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(test_lookup_boundaries_of_slices),
		queue_test(test_reserve_adjacent_slices_are_merged),
		queue_test(test_reserve_with_iommu_is_one_slice_whatever_its_size),
		queue_test(test_reserve_without_iommu_is_whole_units),
		queue_test(test_reserve_elsewhere_is_whole_pages),
		queue_test(test_reserve_kernel_lies_is_refused),
		queue_test(test_reserve_kernel_tells_too_much_is_cut),
		queue_test(test_reserve_slices_without_end_stop),
		queue_test(test_reserve_size_out_of_range_is_einval),
		queue_test(test_share_copies_what_is_reached),
		queue_test(test_reserve_in_every_mode_is_reached_by_the_device),
		queue_test(test_reserve_operation_fails_gives_null_and_leaks_nothing),
		queue_test(test_share_refused_gives_the_documented_errors),
		queue_test(test_memory_of_removed_device_is_enodev),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
