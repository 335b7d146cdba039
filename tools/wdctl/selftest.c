/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every way of using a device, with answers that zlib checks. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wdctl.h"

#define STREAM_BYTES	(3u << 20)
#define ASYNC_BYTES	(64u << 10)
#define ASYNC_REQS	32
#define ASYNC_QUEUES	2

static const uint32_t formats[] = { WD_COMP_GZIP, WD_COMP_ZLIB, WD_COMP_DEFLATE };

/**
 * struct selftest - the run
 * @device: name
 * @json: list of results, NULL if they are printed as they come
 */
struct selftest {
	const char *device;
	struct json_object *json;
	unsigned int passed;
	unsigned int failed;
};

static void result(struct selftest *s, const char *name, int ret)
{
	struct json_object *o;

	if (ret)
		s->failed++;
	else
		s->passed++;
	if (!s->json) {
		printf("%-6s %s%s%s\n", ret ? "FAILED" : "ok", name,
		       ret ? ": " : "", ret ? strerror(-ret) : "");
		return;
	}
	o = json_object_new_object();
	json_object_object_add(o, "name", json_object_new_string(name));
	json_object_object_add(o, "passed", json_object_new_boolean(!ret));
	json_object_object_add(o, "error", ret ?
			       json_object_new_string(strerror(-ret)) : NULL);
	json_object_array_add(s->json, o);
}

static void test_sizes(struct selftest *s, uint32_t format)
{
	static const size_t sizes[] = { 0, 1, 4096, 65537, 1 << 20, 9 << 20 };
	struct trial t;
	char name[96];
	int ret;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		ret = trial_run(s->device, format, sizes[i], &t);
		snprintf(name, sizeof(name), "%s, %zu bytes%s%s",
			 format_name(format), sizes[i], ret ? ": " : "",
			 ret ? t.step : "");
		result(s, name, ret);
	}
}

/* In pieces, with a flush in the middle. */
static int compress_stream(struct wd_comp_session *session,
			   const uint8_t *plain, uint8_t *packed, size_t *room)
{
	static const size_t pieces[] = { 1, 100000, 1 << 20 };
	struct wd_comp_io io = { .src = plain, .dst = packed, .dst_bytes = *room };
	size_t left = STREAM_BYTES, piece;
	int ret = 0;

	for (unsigned int i = 0; left && ret >= 0; i++) {
		piece = pieces[i % 3] < left ? pieces[i % 3] : left;
		io.src_bytes = piece;
		left -= piece;
		do {
			ret = wd_comp_stream(session, &io, !left ? WD_COMP_FINISH :
					     i == 3 ? WD_COMP_SYNC_FLUSH :
					     WD_COMP_NO_FLUSH);
		} while (!ret && (io.src_bytes || !left));
		if (ret == -EAGAIN && !io.src_bytes && left)
			ret = 0;
	}
	*room -= io.dst_bytes;
	return ret == WD_COMP_STREAM_END ? 0 : ret ? ret : -EBADMSG;
}

static int check_stream(const uint8_t *plain, const uint8_t *packed,
			size_t bytes)
{
	uint8_t *back = malloc(STREAM_BYTES);
	int ret = -ENOMEM;

	if (back)
		ret = zlib_inflate(WD_COMP_GZIP, packed, bytes, back,
				   STREAM_BYTES) == STREAM_BYTES &&
		      !memcmp(plain, back, STREAM_BYTES) ? 0 : -EBADMSG;
	free(back);
	return ret;
}

static int test_stream(const char *device)
{
	struct wd_comp_session *session;
	size_t room = wd_comp_bound(STREAM_BYTES);
	uint8_t *plain = malloc(STREAM_BYTES), *packed = malloc(room);
	int ret = plain && packed ? 0 : -ENOMEM;

	if (!ret)
		ret = trial_open(device, WD_COMP_COMPRESS, WD_COMP_GZIP, 1,
				 &session);
	if (!ret) {
		pattern_fill(plain, STREAM_BYTES, 1);
		ret = compress_stream(session, plain, packed, &room);
		wd_comp_session_free(session);
	}
	if (!ret)
		ret = check_stream(plain, packed, room);
	free(plain);
	free(packed);
	return ret;
}

/* One bit of the check value: what is wrong has to be noticed. */
static int test_damage(const char *device)
{
	uint8_t plain[4096], packed[8192], back[4096];
	struct wd_comp_session *session;
	size_t room = sizeof(back);
	ssize_t bytes;
	int ret;

	pattern_fill(plain, sizeof(plain), 2);
	bytes = zlib_deflate(WD_COMP_GZIP, plain, sizeof(plain), packed,
			     sizeof(packed));
	if (bytes < 8)
		return -ENOMEM;
	packed[bytes - 6] ^= 1;
	ret = trial_open(device, WD_COMP_DECOMPRESS, WD_COMP_GZIP, 1, &session);
	if (ret)
		return ret;
	ret = wd_comp_oneshot(session, packed, bytes, back, &room, NULL);
	wd_comp_session_free(session);
	return ret == -EBADMSG ? 0 : ret ? ret : -EBADMSG;
}

static void done(struct wd_comp_req *req)
{
	++*(unsigned int *)req->user;
}

static int check_answers(const struct wd_comp_req *reqs, uint8_t *back)
{
	for (unsigned int i = 0; i < ASYNC_REQS; i++) {
		if (reqs[i].result)
			return reqs[i].result;
		if (zlib_inflate(WD_COMP_ZLIB, reqs[i].dst, reqs[i].produced,
				 back, ASYNC_BYTES) != ASYNC_BYTES ||
		    memcmp(reqs[i].src, back, ASYNC_BYTES))
			return -EBADMSG;
	}
	return 0;
}

static int run_requests(struct wd_comp_session *session,
			struct wd_comp_req *reqs, const unsigned int *answered)
{
	struct wd_comp_req *req;
	unsigned int sent = 0;
	int ret;

	while (*answered < ASYNC_REQS) {
		ret = -EAGAIN;
		if (sent < ASYNC_REQS) {
			req = &reqs[sent];
			ret = wd_comp_submit(session, &req, 1);
		}
		if (ret == 1)
			sent++;
		else if (ret == -EAGAIN)
			ret = wd_comp_wait(session, 5000);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int run_async(struct wd_comp_session *session, uint8_t *plain,
		     uint8_t *packed, size_t room, uint8_t *back)
{
	struct wd_comp_req reqs[ASYNC_REQS];
	unsigned int answered = 0;
	int ret;

	memset(reqs, 0, sizeof(reqs));
	for (unsigned int i = 0; i < ASYNC_REQS; i++) {
		pattern_fill(plain + i * ASYNC_BYTES, ASYNC_BYTES, i);
		reqs[i].src = plain + i * ASYNC_BYTES;
		reqs[i].src_bytes = ASYNC_BYTES;
		reqs[i].dst = packed + i * room;
		reqs[i].dst_bytes = room;
		reqs[i].done = done;
		reqs[i].user = &answered;
	}
	ret = run_requests(session, reqs, &answered);
	/* Callbacks of what is still in flight count in this frame. */
	wd_comp_session_free(session);
	return ret ? ret : check_answers(reqs, back);
}

static int test_async(const char *device)
{
	struct wd_comp_session *session;
	size_t room = wd_comp_bound(ASYNC_BYTES);
	uint8_t *plain = malloc((size_t)ASYNC_REQS * ASYNC_BYTES);
	uint8_t *packed = malloc(ASYNC_REQS * room);
	uint8_t *back = malloc(ASYNC_BYTES);
	int ret = plain && packed && back ? 0 : -ENOMEM;

	if (!ret)
		ret = trial_open(device, WD_COMP_COMPRESS, WD_COMP_ZLIB,
				 ASYNC_QUEUES, &session);
	if (!ret)
		ret = run_async(session, plain, packed, room, back);
	free(plain);
	free(packed);
	free(back);
	return ret;
}

static void run_tests(struct selftest *s, const struct device *dev)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!dev || strstr(dev->algorithms, format_name(formats[i])))
			test_sizes(s, formats[i]);
	result(s, "stream in pieces, with a flush", test_stream(s->device));
	result(s, "32 requests on two queues at once", test_async(s->device));
	result(s, "damaged data are refused", test_damage(s->device));
}

static int conclude(struct selftest *s)
{
	struct json_object *o;
	int ret = EXIT_OK;

	if (s->json) {
		o = json_object_new_object();
		json_object_object_add(o, "device",
				       json_object_new_string(s->device));
		json_object_object_add(o, "passed",
				       json_object_new_int64(s->passed));
		json_object_object_add(o, "failed",
				       json_object_new_int64(s->failed));
		json_object_object_add(o, "tests", s->json);
		ret = json_print(o);
	} else {
		printf("%s: %u passed, %u failed\n", s->device, s->passed,
		       s->failed);
	}
	return s->failed ? EXIT_FAILED : ret;
}

static int run(const struct command *cmd, int argc, char **argv)
{
	struct selftest s = { .json = NULL };
	struct device_list all;
	struct wd_device_info info;
	const char *name;
	bool json;
	int ret;

	json = command_json(cmd, argc, argv, 0, 1);
	name = argv[optind] ? argv[optind] : WD_DEVICE_AUTO;
	ret = trial_choose(name, WD_COMP_GZIP, &info);
	if (ret)
		return msg_device(name, ret);
	ret = device_list_read(&all);
	if (ret)
		return msg_device(name, ret);
	s.device = info.name;
	if (json)
		s.json = json_object_new_array();
	run_tests(&s, device_find(&all, info.name));
	device_list_free(&all);
	return conclude(&s);
}

const struct command cmd_selftest = {
	.name = "selftest",
	.arguments = "[--json] [DEV]",
	.help = "use a device in every way and check its answers",
	.options = "  -j, --json          as JSON\n",
	.run = run,
};
