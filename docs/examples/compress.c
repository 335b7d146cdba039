/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One-shot: compress a file of any size to a .gz file.
 *
 * usage: compress INPUT OUTPUT
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <warpdrive/wd_comp.h>

static int read_file(const char *path, void **data, size_t *bytes)
{
	FILE *f = fopen(path, "rb");
	void *p = NULL;
	long size = -1;
	int ret = 0;

	if (!f)
		return -errno;
	if (fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0 ||
	    fseek(f, 0, SEEK_SET))
		ret = -errno;
	else if (!(p = malloc(size ? size : 1)))
		ret = -ENOMEM;
	else if (fread(p, 1, size, f) != (size_t)size)
		ret = -EIO;
	fclose(f);
	if (ret) {
		free(p);
		return ret;
	}
	*data = p;
	*bytes = size;
	return 0;
}

static int write_file(const char *path, const void *data, size_t bytes)
{
	FILE *f = fopen(path, "wb");
	int ret = 0;

	if (!f)
		return -errno;
	if (fwrite(data, 1, bytes, f) != bytes)
		ret = -EIO;
	if (fclose(f) && !ret)
		ret = -errno;
	return ret;
}

static int compress(const void *in, size_t in_bytes, void *out,
		    size_t *out_bytes)
{
	struct wd_comp_session *session;
	struct wd_comp_params params;
	struct wd_queue_info info;
	int ret;

	wd_comp_params_init(&params, WD_COMP_COMPRESS, WD_COMP_GZIP);
	ret = wd_comp_session_alloc(&params, &session);
	if (ret)
		return ret;
	ret = wd_comp_session_get_info(session, &info);
	if (!ret)
		ret = wd_comp_oneshot(session, in, in_bytes, out, out_bytes,
				      NULL);
	if (!ret)
		fprintf(stderr, "%zu -> %zu bytes on %s\n", in_bytes,
			*out_bytes, info.device.name);
	wd_comp_session_free(session);
	return ret;
}

int main(int argc, char **argv)
{
	size_t in_bytes = 0, out_bytes;
	void *in = NULL, *out;
	int ret;

	if (argc != 3) {
		fprintf(stderr, "usage: compress INPUT OUTPUT\n");
		return 2;
	}
	ret = read_file(argv[1], &in, &in_bytes);
	if (ret) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(-ret));
		return 1;
	}
	out_bytes = wd_comp_bound(in_bytes);
	out = malloc(out_bytes);
	ret = out ? compress(in, in_bytes, out, &out_bytes) : -ENOMEM;
	if (!ret)
		ret = write_file(argv[2], out, out_bytes);
	if (ret)
		fprintf(stderr, "%s: %s\n", argv[2], strerror(-ret));
	free(out);
	free(in);
	return ret ? 1 : 0;
}
