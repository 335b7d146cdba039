/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One-shot work on devices that reach only reserved memory. */
#include "session_support.h"

static const struct wd_fake_config modes[] = {
	{ .mode = WD_MODE_PASID, .instant = true },
	{ .mode = WD_MODE_DMA, .auto_step = true },
	{ .mode = WD_MODE_NOIOMMU, .slice_units = 4, .instant = true },
	{ .mode = WD_MODE_DMA, .slice_units = 2, .slices_adjacent = true,
	  .instant = true },
	{ .mode = WD_MODE_DMA, .slice_units = 64, .instant = true,
	  .revision = HISI_QM_REV_V2 },
};

/* @bounce: reserved for copies; a page makes all but the smallest a stream */
static struct wd_comp_session *mode_open(uint32_t direction, size_t bounce)
{
	struct wd_comp_params params;

	wd_comp_params_init(&params, direction, WD_COMP_GZIP);
	params.bounce_bytes = bounce;
	return session_new(&params);
}

static void mode_sizes(size_t bounce)
{
	static const size_t sizes[] = { 0, 1, 17, 5000, 300000, 9 * MIB };
	struct wd_comp_session *to = mode_open(WD_COMP_COMPRESS, bounce);
	struct wd_comp_session *from = mode_open(WD_COMP_DECOMPRESS, bounce);
	size_t room = wd_comp_bound(9 * MIB), len, back, used;
	uint8_t *data = data_new(9 * MIB, DATA_TEXT, 1);
	uint8_t *packed = malloc(room), *out = malloc(9 * MIB);

	assert_true(packed && out);
	for (unsigned int i = 0; i < COUNT_OF(sizes); i++) {
		len = wd_comp_bound(sizes[i]);
		assert_int_equal(wd_comp_oneshot(to, data, sizes[i], packed,
						 &len, NULL), 0);
		assert_packed(WD_COMP_GZIP, packed, len, data, sizes[i]);
		back = sizes[i];
		assert_int_equal(wd_comp_oneshot(from, packed, room, out, &back,
						 &used), 0);
		assert_int_equal(back, sizes[i]);
		assert_int_equal(used, len);
		assert_memory_equal(out, data, back);
		back = sizes[i] - 1;
		if (sizes[i])
			assert_int_equal(wd_comp_oneshot(from, packed, len, out,
							 &back, NULL), -ENOSPC);
		back = 9 * MIB;
		assert_int_equal(wd_comp_oneshot(from, packed, len - 1, out,
						 &back, NULL), -ENODATA);
	}
	free(out);
	free(packed);
	free(data);
	wd_comp_session_free(to);
	wd_comp_session_free(from);
}

static void oneshot_all_modes(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < COUNT_OF(modes); i++) {
		fake_start(&modes[i]);
		mode_sizes(0);
		mode_sizes(1);
		assert_int_equal(wd_fake_stop(), 0);
	}
}

/* One-shot work in pieces knows the same errors as in one message. */
static void oneshot_in_pieces_truncated_and_damaged(void **state)
{
	const size_t bytes = 20000;
	const struct wd_fake_config config = {
		.mode = WD_MODE_DMA, .instant = true,
	};
	uint8_t *data = data_new(bytes, DATA_TEXT, 1), *packed, out[20001];
	struct wd_comp_session *s;
	size_t len, at, room;
	int ret;

	(void)state;
	fake_start(&config);
	s = mode_open(WD_COMP_DECOMPRESS, 1);
	packed = zlib_pack(WD_COMP_GZIP, 6, data, bytes, &len);
	for (at = 0; at < len; at += at < len - 100 ? 37 : 1) {
		for (room = bytes; room <= bytes + 1; room++) {
			size_t n = room;

			ret = wd_comp_oneshot(s, packed, at, out, &n, NULL);
			check(ret == -ENODATA, "%d for %zu bytes", ret, at);
			assert_int_equal(n, room);
		}
		packed[at] ^= 0x10;
		room = bytes;
		ret = wd_comp_oneshot(s, packed, len, out, &room, NULL);
		packed[at] ^= 0x10;
		check(ret == -EILSEQ || ret == -EBADMSG || ret == -ENODATA ||
		      ret == -ENOSPC || (!ret && at > 3 && at < 10),
		      "%d for damage at %zu", ret, at);
	}
	room = bytes;
	assert_int_equal(wd_comp_oneshot(s, packed, len, out, &room, NULL), 0);
	assert_memory_equal(out, data, bytes);
	free(packed);
	free(data);
	wd_comp_session_free(s);
	assert_int_equal(wd_fake_stop(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(oneshot_all_modes),
		session_test(oneshot_in_pieces_truncated_and_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
