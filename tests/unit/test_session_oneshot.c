/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wd_comp_oneshot(): sizes, room, damage, parameters, devices that misbehave. */
#include <sys/wait.h>

#include "session_support.h"

#define UNTOUCHED	0x5aa5

struct shot {
	int ret;
	size_t produced;
	size_t consumed;
};

/* One call; a failure must leave the out parameters alone. */
static struct shot shoot(struct wd_comp_session *s, const void *src,
			 size_t src_bytes, void *dst, size_t room)
{
	struct shot shot = { .produced = room, .consumed = UNTOUCHED };

	shot.ret = wd_comp_oneshot(s, src, src_bytes, dst, &shot.produced,
				   &shot.consumed);
	check(shot.ret <= 0, "%d", shot.ret);
	if (shot.ret) {
		assert_int_equal(shot.produced, room);
		assert_int_equal(shot.consumed, UNTOUCHED);
	} else {
		check(shot.produced <= room, "%zu bytes in a room of %zu",
		      shot.produced, room);
		check(shot.consumed <= src_bytes, "%zu of %zu bytes used",
		      shot.consumed, src_bytes);
	}
	return shot;
}

/* Expect a failure, in memory that ends with @room. */
static void shoot_fails(struct wd_comp_session *s, const void *src,
			size_t src_bytes, size_t room, int want)
{
	struct guarded in = guarded_copy(src, src_bytes);
	struct guarded out = guarded_new(room);
	struct shot shot = shoot(s, in.at, src_bytes, out.at, room);

	check(shot.ret == want, "%d for %zu bytes and a room of %zu, not %d",
	      shot.ret, src_bytes, room, want);
	guarded_free(&in);
	guarded_free(&out);
}

/* Compress into @room: the right stream, or -ENOSPC. Return: what it took. */
static size_t pack(struct wd_comp_session *s, uint32_t format,
		   const uint8_t *src, size_t bytes, size_t room, uint8_t *dst)
{
	struct shot shot = shoot(s, src, bytes, dst, room);

	if (shot.ret == -ENOSPC) {
		check(room < wd_comp_bound(bytes), "%zu bytes, bound %zu",
		      bytes, room);
		return 0;
	}
	assert_int_equal(shot.ret, 0);
	assert_int_equal(shot.consumed, bytes);
	assert_packed(format, dst, shot.produced, src, bytes);
	return shot.produced;
}

/* Decompress into exactly the right room, or more. */
static void unpack(struct wd_comp_session *s, const uint8_t *packed,
		   size_t packed_bytes, const uint8_t *want, size_t bytes,
		   size_t more)
{
	struct guarded out = guarded_new(bytes + more);
	struct shot shot = shoot(s, packed, packed_bytes, out.at, out.bytes);

	check(!shot.ret, "%d for %zu bytes", shot.ret, bytes);
	assert_int_equal(shot.produced, bytes);
	assert_int_equal(shot.consumed, packed_bytes);
	check(!memcmp(out.at, want, bytes), "other data, %zu bytes", bytes);
	guarded_free(&out);
}

struct pair {
	struct wd_comp_session *to;
	struct wd_comp_session *from;
	uint32_t format;
};

static struct pair pair_open(const char *device, uint32_t format)
{
	return (struct pair){
		.to = session_open(device, WD_COMP_COMPRESS, format),
		.from = session_open(device, WD_COMP_DECOMPRESS, format),
		.format = format,
	};
}

static void pair_close(struct pair *pair)
{
	wd_comp_session_free(pair->to);
	wd_comp_session_free(pair->from);
}

static void round_trip(const struct pair *pair, size_t bytes,
		       enum data_kind kind)
{
	uint8_t *data = data_new(bytes, kind, bytes);
	struct guarded src = guarded_copy(data, bytes);
	struct guarded dst = guarded_new(wd_comp_bound(bytes));
	struct guarded exact;
	size_t packed;

	packed = pack(pair->to, pair->format, src.at, bytes, dst.bytes, dst.at);
	assert_true(packed);
	exact = guarded_copy(dst.at, packed);
	unpack(pair->from, exact.at, packed, data, bytes, 0);
	unpack(pair->from, exact.at, packed, data, bytes, 1000);
	if (bytes)
		shoot_fails(pair->from, exact.at, packed, bytes - 1, -ENOSPC);
	guarded_free(&exact);

	/* No more than was used the last time, and a byte less. */
	exact = guarded_new(packed);
	assert_int_equal(pack(pair->to, pair->format, src.at, bytes, packed,
			      exact.at), packed);
	guarded_free(&exact);
	exact = guarded_new(packed - 1);
	pack(pair->to, pair->format, src.at, bytes, packed - 1, exact.at);
	guarded_free(&exact);
	guarded_free(&src);
	guarded_free(&dst);
	free(data);
}

static const size_t small_sizes[] = {
	0, 1, 2, 15, 16, 17, 200, 201, 4095, 65536,
};

static void small_on(const char *device, uint32_t format)
{
	struct pair pair = pair_open(device, format);
	unsigned int i, kind;

	for (i = 0; i < COUNT_OF(small_sizes); i++)
		for (kind = 0; kind < DATA_KINDS; kind++)
			round_trip(&pair, small_sizes[i], kind);
	round_trip(&pair, MIB, DATA_TEXT);
	pair_close(&pair);
}

static void small_sizes_all_devices(void **state)
{
	(void)state;
	for_each_format(format, i) {
		small_on(test_device(), format);
		/* QM V1 and V2 have no raw deflate (7.14). */
		if (format == WD_COMP_DEFLATE)
			continue;
		small_on("emu:v1", format);
		small_on("emu:v2", format);
	}
}

static void every_size_up_to_300(void **state)
{
	struct pair pair = pair_open(test_device(), WD_COMP_GZIP);
	size_t bytes;

	(void)state;
	for (bytes = 0; bytes <= 300; bytes++)
		round_trip(&pair, bytes, bytes % DATA_KINDS);
	pair_close(&pair);
}

/* What needs two messages, and what just does not. */
static void large_sizes(void **state)
{
	static const struct {
		uint32_t format;
		size_t bytes;
		enum data_kind kind;
	} cases[] = {
		{ WD_COMP_ZLIB, 8 * MIB - 1, DATA_TEXT },
		{ WD_COMP_GZIP, 8 * MIB, DATA_NOISE },
		{ WD_COMP_DEFLATE, 8 * MIB + 1, DATA_TEXT },
		{ WD_COMP_GZIP, 8 * MIB + 1, DATA_NOISE },
		{ WD_COMP_ZLIB, 20 * MIB, DATA_NOISE },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		size_t bytes = cases[i].bytes, room = wd_comp_bound(bytes);
		struct pair pair = pair_open(test_device(), cases[i].format);
		uint8_t *data = data_new(bytes, cases[i].kind, i);
		struct guarded dst = guarded_new(room);
		size_t packed;

		packed = pack(pair.to, pair.format, data, bytes, room, dst.at);
		assert_true(packed);
		unpack(pair.from, dst.at, packed, data, bytes, 0);
		/* Garbage behind it is left alone. */
		memset(dst.at + packed, 0x55, room - packed);
		struct shot shot = shoot(pair.from, dst.at, room, data, bytes);

		assert_int_equal(shot.ret, 0);
		assert_int_equal(shot.consumed, packed);
		shot = shoot(pair.from, dst.at, packed, data, bytes - 1);
		assert_int_equal(shot.ret, -ENOSPC);
		shot = shoot(pair.from, dst.at, packed - 1, data, bytes);
		assert_int_equal(shot.ret, -ENODATA);
		guarded_free(&dst);
		free(data);
		pair_close(&pair);
	}
}

/* 20 KiB that become 20 MiB: more than a message has room for. */
static void output_far_beyond_a_message(void **state)
{
	const size_t bytes = 20 * MIB;
	uint8_t *data = data_new(bytes, DATA_ZERO, 0), *packed;
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_GZIP);
	size_t packed_bytes;

	(void)state;
	packed = zlib_pack(WD_COMP_GZIP, 9, data, bytes, &packed_bytes);
	assert_in_range(packed_bytes, 1, 21 * KIB);
	unpack(s, packed, packed_bytes, data, bytes, 0);
	unpack(s, packed, packed_bytes, data, bytes, 5 * MIB);
	assert_int_equal(shoot(s, packed, packed_bytes, data, bytes - 1).ret,
			 -ENOSPC);
	assert_int_equal(shoot(s, packed, packed_bytes, data, 9 * MIB).ret,
			 -ENOSPC);
	assert_int_equal(shoot(s, packed, packed_bytes - 1, data, bytes).ret,
			 -ENODATA);
	packed[packed_bytes - 5] ^= 1;
	assert_int_equal(shoot(s, packed, packed_bytes, data, bytes).ret,
			 -EBADMSG);
	free(packed);
	free(data);
	wd_comp_session_free(s);
}

/* --- room --- */

static void tiny_room(void **state)
{
	static const size_t sizes[] = { 0, 1, 5, 100, 5000 };
	uint8_t *data = data_new(5000, DATA_TEXT, 1), *packed;
	struct guarded dst;
	size_t room, len;

	(void)state;
	for_each_format(format, i) {
		struct pair pair = pair_open(test_device(), format);

		for (unsigned int k = 0; k < COUNT_OF(sizes); k++) {
			packed = zlib_pack(format, 6, data, sizes[k], &len);
			for (room = 0; room <= 220; room++) {
				dst = guarded_new(room);
				pack(pair.to, format, data, sizes[k], room,
				     dst.at);
				guarded_free(&dst);
				if (room < sizes[k])
					shoot_fails(pair.from, packed, len,
						    room, -ENOSPC);
				else
					unpack(pair.from, packed, len, data,
					       sizes[k], room - sizes[k]);
			}
			free(packed);
		}
		pair_close(&pair);
	}
	free(data);
}

static void no_room_no_buffer(void **state)
{
	uint8_t byte = 'x', *packed;
	struct shot shot;
	size_t len;

	(void)state;
	for_each_format(format, i) {
		struct pair pair = pair_open(test_device(), format);

		assert_int_equal(shoot(pair.to, &byte, 1, NULL, 0).ret,
				 -ENOSPC);
		assert_int_equal(shoot(pair.to, NULL, 0, NULL, 0).ret,
				 -ENOSPC);
		packed = zlib_pack(format, 6, &byte, 1, &len);
		assert_int_equal(shoot(pair.from, packed, len, NULL, 0).ret,
				 -ENOSPC);
		free(packed);
		packed = zlib_pack(format, 6, &byte, 0, &len);
		shot = shoot(pair.from, packed, len, NULL, 0);
		assert_int_equal(shot.ret, 0);
		assert_int_equal(shot.produced, 0);
		assert_int_equal(shot.consumed, len);
		free(packed);
		pair_close(&pair);
	}
}

/* --- what is not a stream, or not all of it --- */

static void trailing_data_is_left_alone(void **state)
{
	static const size_t behind[] = { 1, 7, 8, 9, 100, 10000 };
	uint8_t *data = data_new(30000, DATA_TEXT, 1), *packed, *all, *out;
	struct shot shot;
	size_t len;

	(void)state;
	out = malloc(30000);
	assert_non_null(out);
	for_each_format(format, i) {
		struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, format);

		for (unsigned int k = 0; k < COUNT_OF(behind); k++) {
			packed = zlib_pack(format, 6, data, 30000, &len);
			all = realloc(packed, len + behind[k]);
			assert_non_null(all);
			data_fill(all + len, behind[k], DATA_NOISE, k);
			shot = shoot(s, all, len + behind[k], out, 30000);
			assert_int_equal(shot.ret, 0);
			assert_int_equal(shot.produced, 30000);
			assert_int_equal(shot.consumed, len);
			assert_memory_equal(out, data, 30000);
			free(all);
		}
		wd_comp_session_free(s);
	}
	free(out);
	free(data);
}

static void truncated_anywhere_no_data(void **state)
{
	static const size_t sizes[] = { 0, 1, 40, 700 };
	uint8_t *data = data_new(700, DATA_TEXT, 5), *packed;
	size_t len, at;

	(void)state;
	for_each_format(format, i) {
		struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, format);

		for (unsigned int k = 0; k < COUNT_OF(sizes); k++) {
			packed = zlib_pack(format, 6, data, sizes[k], &len);
			for (at = 0; at < len; at++) {
				shoot_fails(s, packed, at, sizes[k], -ENODATA);
				shoot_fails(s, packed, at, 1000, -ENODATA);
			}
			free(packed);
		}
		assert_int_equal(shoot(s, NULL, 0, NULL, 0).ret, -ENODATA);
		wd_comp_session_free(s);
	}
	free(data);
}

static bool is_data_error(int ret)
{
	return ret == -EILSEQ || ret == -EBADMSG || ret == -ENODATA ||
	       ret == -ENOSPC;
}

/* With a check value no damage may pass for data. */
static void damage_anywhere_is_found(void **state)
{
	static const uint8_t masks[] = { 0x01, 0x10, 0x80, 0xff };
	const size_t bytes = 600;
	uint8_t *data = data_new(bytes, DATA_TEXT, 6), *packed, *bad, out[600];
	struct shot shot;
	size_t len, at;

	(void)state;
	for_each_format(format, i) {
		struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, format);

		packed = zlib_pack(format, 6, data, bytes, &len);
		bad = malloc(len);
		assert_non_null(bad);
		for (at = 0; at < len * COUNT_OF(masks); at++) {
			memcpy(bad, packed, len);
			bad[at / 4] ^= masks[at % 4];
			shot = shoot(s, bad, len, out, bytes);
			check(!shot.ret || is_data_error(shot.ret),
			      "format %u, byte %zu: %d", format, at / 4,
			      shot.ret);
			if (shot.ret || format == WD_COMP_DEFLATE)
				continue;
			check(shot.produced == bytes &&
			      !memcmp(out, data, bytes),
			      "format %u, byte %zu: other data", format, at / 4);
		}
		free(packed);
		free(bad);
		wd_comp_session_free(s);
	}
	free(data);
}

/* What is in a gzip header for people only. */
static void gzip_fields_without_meaning(void **state)
{
	struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, WD_COMP_GZIP);
	uint8_t *data = data_new(600, DATA_TEXT, 6), *packed;
	size_t len, at;

	(void)state;
	packed = zlib_pack(WD_COMP_GZIP, 6, data, 600, &len);
	for (at = 4; at < 10; at++)
		packed[at] ^= 0xff;
	unpack(s, packed, len, data, 600, 0);
	/* FTEXT is a hint (RFC 1952, 2.3.1). */
	packed[3] = 1;
	unpack(s, packed, len, data, 600, 0);
	free(packed);
	free(data);
	wd_comp_session_free(s);
}

static void wrong_check_value(void **state)
{
	static const size_t trailers[] = {
		[WD_COMP_ZLIB] = 4, [WD_COMP_GZIP] = 8,
	};
	uint8_t *data = data_new(600, DATA_TEXT, 6), *packed;
	uint32_t format;
	size_t len, k;

	(void)state;
	for (format = WD_COMP_ZLIB; format <= WD_COMP_GZIP; format++) {
		struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, format);

		packed = zlib_pack(format, 6, data, 600, &len);
		for (k = 1; k <= trailers[format]; k++) {
			packed[len - k] ^= 0x40;
			shoot_fails(s, packed, len, 600, -EBADMSG);
			shoot_fails(s, packed, len, 10000, -EBADMSG);
			packed[len - k] ^= 0x40;
		}
		unpack(s, packed, len, data, 600, 0);
		free(packed);
		wd_comp_session_free(s);
	}
	free(data);
}

static void other_format_refused(void **state)
{
	uint8_t *data = data_new(600, DATA_TEXT, 6), *packed;
	uint32_t format, other;
	size_t len;

	(void)state;
	for (format = WD_COMP_ZLIB; format <= WD_COMP_GZIP; format++) {
		struct wd_comp_session *s = emu_open(WD_COMP_DECOMPRESS, format);

		for (other = WD_COMP_DEFLATE; other <= WD_COMP_GZIP; other++) {
			if (other == format)
				continue;
			packed = zlib_pack(other, 6, data, 600, &len);
			shoot_fails(s, packed, len, 600, -EILSEQ);
			free(packed);
		}
		shoot_fails(s, data, 600, 600, -EILSEQ);
		wd_comp_session_free(s);
	}
	free(data);
}

/* --- parameters --- */

static void invalid_buffers(void **state)
{
	uint8_t buf[100] = { 0 };

	(void)state;
	for_each_format(format, i) {
		struct pair pair = pair_open(test_device(), format);
		struct wd_comp_session *both[] = { pair.to, pair.from };
		size_t len;

		for (unsigned int k = 0; k < 2; k++) {
			assert_int_equal(shoot(both[k], NULL, 1, buf, 100).ret,
					 -EINVAL);
			assert_int_equal(shoot(both[k], NULL, 50, buf, 100).ret,
					 -EINVAL);
			assert_int_equal(shoot(both[k], buf, 50, NULL, 1).ret,
					 -EINVAL);
			assert_int_equal(shoot(both[k], buf, 50, NULL, 99).ret,
					 -EINVAL);
			assert_int_equal(shoot(both[k], buf, 9 * MIB, NULL,
					       9 * MIB).ret, -EINVAL);
		}
		/* Nobody has to want to know what was used. */
		len = sizeof(buf);
		assert_int_equal(wd_comp_oneshot(pair.to, buf, 50, buf + 50,
						 &(size_t){ 50 }, NULL), 0);
		assert_int_equal(wd_comp_oneshot(pair.to, NULL, 0, buf, &len,
						 NULL), 0);
		assert_packed(format, buf, len, buf, 0);
		pair_close(&pair);
	}
}

static void levels_and_windows(void **state)
{
	uint8_t *data = data_new(70000, DATA_TEXT, 1), *out;
	size_t room = wd_comp_bound(70000), len, smallest = room, level9 = 0;
	uint32_t n;

	(void)state;
	out = malloc(room);
	assert_non_null(out);
	for_each_format(format, i) {
		for (n = 0; n < 50; n++) {
			struct wd_comp_session *s;
			struct wd_comp_params params;

			wd_comp_params_init(&params, WD_COMP_COMPRESS, format);
			assert_int_equal(params.window, WD_COMP_WINDOW_32K);
			params.device = test_device();
			params.level = n % 10;
			params.window = n / 10;
			s = session_new(&params);
			len = pack(s, format, data, 70000, room, out);
			assert_in_range(len, 1, 35000);
			smallest = len < smallest ? len : smallest;
			level9 = n % 10 == 9 ? len : level9;
			wd_comp_session_free(s);
		}
		/* The built-in device has levels, and 9 is the smallest. */
		assert_in_range(level9, smallest, smallest + 20);
	}
	free(out);
	free(data);
}

#define REFUSED(want, change)						\
	do {								\
		struct wd_comp_session *s = (void *)state;		\
		struct wd_comp_params p;				\
									\
		wd_comp_params_init(&p, WD_COMP_COMPRESS, WD_COMP_GZIP); \
		p.device = test_device();				\
		change;							\
		assert_int_equal(wd_comp_session_alloc(&p, &s), want);	\
		assert_ptr_equal(s, state);				\
	} while (0)

static void sessions_refused(void **state)
{
	REFUSED(-EINVAL, p.direction = 2);
	REFUSED(-EINVAL, p.format = 0);
	REFUSED(-EINVAL, p.format = WD_COMP_GZIP + 1);
	REFUSED(-EINVAL, p.level = 10);
	REFUSED(-EINVAL, p.window = WD_COMP_WINDOW_32K + 1);
	REFUSED(-EINVAL, p.queues = 0);
	REFUSED(-EINVAL, p.queues = 65);
	REFUSED(-EINVAL, p.max_in_flight = 1025);
	REFUSED(-EINVAL, p.segment_bytes = WD_COMP_MSG_MAX_BYTES + 1);
	REFUSED(-EINVAL, p.segment_bytes = p.direction = WD_COMP_DECOMPRESS);
	REFUSED(-EINVAL, p.numa_node = -2);
	REFUSED(-EINVAL, p.pad = 1);
	REFUSED(-EINVAL, p.reserved[3] = 1);
	REFUSED(-ENODEV, p.device = "no such device");
	REFUSED(-ENODEV, (p.device = "emu:v1", p.format = WD_COMP_DEFLATE));
	REFUSED(-ENODEV, (p.device = "emu:v2", p.format = WD_COMP_DEFLATE));
	wd_comp_session_free(NULL);
}

/* Everything that a child may try, and that it can clear up. */
static int child(const struct pair *pair)
{
	uint8_t in[50] = { 0 }, out[100];
	struct wd_comp_io io = {
		.src = in, .src_bytes = 50, .dst = out, .dst_bytes = 100,
	};
	struct wd_queue_info info;
	size_t len = sizeof(out);
	int bad = 0;

	bad |= wd_comp_oneshot(pair->to, in, 50, out, &len, NULL) != -EPERM;
	bad |= wd_comp_oneshot(pair->to, in, 0, out, &len, NULL) != -EPERM;
	bad |= wd_comp_oneshot(pair->from, in, 50, out, &len, NULL) != -EPERM;
	bad |= wd_comp_stream(pair->to, &io, WD_COMP_FINISH) != -EPERM;
	bad |= wd_comp_stream(pair->from, &io, WD_COMP_FINISH) != -EPERM;
	bad |= wd_comp_stream_reset(pair->to) != -EPERM;
	bad |= wd_comp_session_get_info(pair->to, &info) != -EPERM;
	bad |= len != 100 || io.src_bytes != 50 || io.dst_bytes != 100;
	wd_comp_session_free(pair->to);
	wd_comp_session_free(pair->from);
	return bad;
}

static void in_a_forked_child_eperm(void **state)
{
	struct pair pair = pair_open(test_device(), WD_COMP_ZLIB);
	int status;
	pid_t pid;

	(void)state;
	round_trip(&pair, 1000, DATA_TEXT);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(child(&pair));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	round_trip(&pair, 1000, DATA_TEXT);
	pair_close(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(small_sizes_all_devices),
		session_test(every_size_up_to_300),
		session_test(large_sizes),
		session_test(output_far_beyond_a_message),
		session_test(tiny_room),
		session_test(no_room_no_buffer),
		session_test(trailing_data_is_left_alone),
		session_test(truncated_anywhere_no_data),
		session_test(damage_anywhere_is_found),
		session_test(gzip_fields_without_meaning),
		session_test(wrong_check_value),
		session_test(other_format_refused),
		session_test(invalid_buffers),
		session_test(levels_and_windows),
		session_test(sessions_refused),
		session_test(in_a_forked_child_eperm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
