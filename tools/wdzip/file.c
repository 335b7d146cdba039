/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What to do with each file of the command line. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wdzip.h"

/**
 * struct run - all files
 * @c: compressor, opened by the first file that needs it
 * @d: decompressors by format, likewise
 * @stop: go on with no other file
 */
struct run {
	const struct options *o;
	struct compressor *c;
	struct decompressor *d[WD_COMP_GZIP + 1];
	bool stop;
};

/**
 * struct input - an open file
 * @path: NULL for standard input
 * @to_stdout: where its result goes
 * @name: for messages
 */
struct input {
	int fd;
	const char *path;
	const char *name;
	bool to_stdout;
	struct stat st;
	struct timespec began;
};

static double seconds_since(const struct timespec *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - t->tv_sec + (now.tv_nsec - t->tv_nsec) / 1e9;
}

static void tell(const struct run *run, const struct input *in,
		 const struct totals *t, const char *out_name)
{
	double s = seconds_since(&in->began);

	msg_line("%s:\t%5.1f%%, %.1f MB/s, %s", in->name, ratio_percent(t),
		 s > 0 ? t->plain / 1e6 / s : 0, device_name());
	if (out_name)
		msg_line(" -- %s %s", run->o->keep ? "created" : "replaced with",
			 out_name);
	msg_line("\n");
}

static const struct timespec no_time = { .tv_nsec = UTIME_OMIT };

static uint64_t known_size(const struct input *in)
{
	return S_ISREG(in->st.st_mode) ? in->st.st_size : 0;
}

static uint32_t header_time(const struct run *run, const struct input *in)
{
	time_t t = in->st.st_mtime;

	if (run->o->store_name == 0 || !S_ISREG(in->st.st_mode))
		return 0;
	return t > 0 && t <= (time_t)UINT32_MAX ? t : 0;
}

static const char *header_name(const struct run *run, const struct input *in)
{
	const char *slash;

	if (run->o->store_name == 0 || !in->path)
		return NULL;
	slash = strrchr(in->path, '/');
	return slash ? slash + 1 : in->path;
}

/* Where the result goes; @name NULL is standard output. */
static int open_output(const struct run *run, const char *name,
		       struct output *out)
{
	if (name)
		return output_create(out, name, run->o);
	*out = (struct output){ .fd = STDOUT_FILENO, .name = "stdout" };
	return 0;
}

/* The input goes only when its result is complete and closed. */
static void remove_input(const struct run *run, const struct input *in)
{
	if (run->o->keep)
		return;
	if (unlink(in->path))
		msg_warn(in->path, "cannot remove: %s", strerror(errno));
}

/* A device that failed gets no second file. */
static void after_failure(struct run *run, const struct input *in)
{
	compressor_free(run->c);
	run->c = NULL;
	for (unsigned int i = 0; i <= WD_COMP_GZIP; i++) {
		decompressor_free(run->d[i]);
		run->d[i] = NULL;
	}
	/* Output with a hole in it would be worse than a short one. */
	if (in->to_stdout && !run->o->test && !run->o->list)
		run->stop = true;
}

static void compress_input(struct run *run, struct input *in, char *out_name)
{
	const struct options *o = run->o;
	struct output out;
	struct job job;
	int ret;

	if (!run->c && compressor_alloc(o, &run->c)) {
		run->stop = true;
		return;
	}
	if (open_output(run, out_name, &out))
		return;
	job = (struct job){
		.in = in->fd,
		.in_bytes = known_size(in),
		.out = out.fd,
		.in_name = in->name,
		.out_name = out.name,
		.stored_name = header_name(run, in),
		.mtime = header_time(run, in),
	};
	progress_start(in->name, known_size(in));
	ret = compressor_run(run->c, &job);
	progress_end();
	if (ret) {
		output_discard(&out);
		after_failure(run, in);
		return;
	}
	if (output_commit(&out, &in->st, no_time, o))
		return;
	if (out_name && job.totals.plain != (uint64_t)in->st.st_size)
		msg_warn(in->name, "file size changed while zipping -- kept");
	else if (out_name)
		remove_input(run, in);
	if (o->verbose)
		tell(run, in, &job.totals, out_name);
}

/* -N: the name in the header, in the folder of the input. */
static char *restored_name(const struct run *run, const struct input *in,
			   const struct unjob *job, char *out_name)
{
	const char *base = strrchr(job->member.name, '/');
	char *name;

	base = base ? base + 1 : job->member.name;
	if (run->o->store_name != 1 || !out_name || !*base ||
	    !strcmp(base, ".") || !strcmp(base, ".."))
		return out_name;
	name = name_stored(in->path, base);
	if (!name)
		return out_name;
	free(out_name);
	return name;
}

static void test_or_list(struct run *run, struct input *in,
			 struct decompressor *d, struct unjob *job)
{
	const struct options *o = run->o;
	int ret = decompressor_run(d, job, -1, NULL);

	progress_end();
	if (ret)
		after_failure(run, in);
	else if (o->list)
		list_file(o, job, in->path, &in->st);
	else if (o->verbose)
		msg_line("%s:\t OK\n", in->name);
}

/* Takes @out_name over. */
static void decompress_file(struct run *run, struct input *in,
			    struct decompressor *d, struct unjob *job,
			    char *out_name)
{
	const struct options *o = run->o;
	struct timespec mtime = no_time;
	struct output out;
	int ret;

	out_name = restored_name(run, in, job, out_name);
	if (open_output(run, out_name, &out))
		goto out_free;
	ret = decompressor_run(d, job, out.fd, out.name);
	progress_end();
	if (ret) {
		output_discard(&out);
		after_failure(run, in);
		goto out_free;
	}
	if (o->store_name == 1 && job->member.mtime)
		mtime = (struct timespec){ .tv_sec = job->member.mtime };
	if (output_commit(&out, &in->st, mtime, o))
		goto out_free;
	if (out_name)
		remove_input(run, in);
	if (o->verbose)
		tell(run, in, &job->totals, out_name);
out_free:
	free(out_name);
}

/* Takes @out_name over. */
static void decompress_input(struct run *run, struct input *in, char *out_name)
{
	uint32_t format = name_format(run->o, in->name);
	struct decompressor **d = &run->d[format];
	bool pass = run->o->force && in->to_stdout && !run->o->test &&
		    !run->o->list;
	struct unjob job;

	if (!*d && decompressor_alloc(run->o, format, d)) {
		run->stop = true;
		free(out_name);
		return;
	}
	progress_start(in->name, known_size(in));
	if (decompressor_begin(*d, &job, in->fd, in->name, pass)) {
		progress_end();
		after_failure(run, in);
		free(out_name);
		return;
	}
	if (run->o->test || run->o->list)
		test_or_list(run, in, *d, &job);
	else
		decompress_file(run, in, *d, &job, out_name);
	progress_end();
}

/* What only an explicit -f or -c does; gzip's rules. */
static bool is_acceptable(const struct options *o, const struct input *in)
{
	unsigned long links = in->st.st_nlink - 1;

	if (o->to_stdout)
		return true;
	if (!S_ISREG(in->st.st_mode)) {
		msg_warn(NULL, "%s is not a directory or a regular file - ignored",
			 in->name);
		return false;
	}
	if (o->force)
		return true;
	if (in->st.st_mode & S_ISUID)
		msg_warn(NULL, "%s is set-user-ID on execution - ignored",
			 in->name);
	else if (in->st.st_mode & S_ISGID)
		msg_warn(NULL, "%s is set-group-ID on execution - ignored",
			 in->name);
	else if (in->st.st_mode & S_ISVTX)
		msg_warn(NULL, "%s has the sticky bit set - file ignored",
			 in->name);
	else if (links)
		msg_warn(NULL, "%s has %lu other link%s -- file ignored",
			 in->name, links, links == 1 ? "" : "s");
	else
		return true;
	return false;
}

/* No suffix that is known; with -r a folder may hold other files as well. */
static void foreign(const struct options *o, const struct input *in)
{
	if (o->verbose || !o->recursive)
		msg_warn(in->name, "unknown suffix -- ignored");
}

/* -rt, -rl and -rdc take the files that -rd would take. */
static int skip_foreign(const struct options *o, const struct input *in)
{
	char *name;
	int ret;

	if (!o->decompress)
		return 0;
	ret = name_decompressed(o, in->path, &name);
	if (ret)
		foreign(o, in);
	else
		free(name);
	return ret;
}

/* 0 and, unless to standard output, a name; else it was told. */
static int choose_output(const struct options *o, const struct input *in,
			 char **out_name)
{
	const char *known;
	int ret;

	*out_name = NULL;
	if (in->to_stdout)
		return o->recursive && in->path ? skip_foreign(o, in) : 0;
	if (o->decompress) {
		ret = name_decompressed(o, in->path, out_name);
		if (ret == -EINVAL)
			foreign(o, in);
	} else {
		ret = name_compressed(o, in->path, out_name, &known);
		if (ret == -EEXIST && (o->verbose || !o->recursive))
			msg_note("%s already has %s suffix -- unchanged",
				 in->name, known);
	}
	if (ret == -ENOMEM)
		msg_errno(in->name, ENOMEM);
	return ret;
}

static void treat_input(struct run *run, struct input *in)
{
	char *out_name;

	if (choose_output(run->o, in, &out_name))
		return;
	clock_gettime(CLOCK_MONOTONIC, &in->began);
	if (run->o->decompress) {
		decompress_input(run, in, out_name);
		return;
	}
	compress_input(run, in, out_name);
	free(out_name);
}

static int open_flags(const struct options *o)
{
	int flags = O_RDONLY | O_NOCTTY | O_CLOEXEC;

	if (o->to_stdout)
		return flags;
	/* A FIFO must not hold the program up before it is refused. */
	flags |= O_NONBLOCK;
	return o->force ? flags : flags | O_NOFOLLOW;
}

/* As gzip: a name that does not exist may lack its suffix. */
static int open_guess(const struct options *o, const char *path, char **made)
{
	const char *suffix;
	size_t len = strlen(path);

	for (unsigned int i = 0; (suffix = name_guess(o, i)); i++) {
		char *name = malloc(len + strlen(suffix) + 1);
		int fd;

		if (!name)
			return -1;
		strcpy(stpcpy(name, path), suffix);
		fd = open(name, open_flags(o));
		if (fd >= 0) {
			*made = name;
			return fd;
		}
		free(name);
		if (errno != ENOENT)
			return -1;
	}
	errno = ENOENT;
	return -1;
}

static void treat_path(struct run *run, const char *path);

static void treat_folder(struct run *run, const char *path)
{
	struct dirent **names;
	/* All of it before the first: what is made must not be met again. */
	int n = scandir(path, &names, NULL, alphasort);

	if (n < 0) {
		msg_errno(path, errno);
		return;
	}
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;
		char *child = NULL;

		if (!run->stop && strcmp(name, ".") && strcmp(name, "..")) {
			if (asprintf(&child, "%s%s%s", path,
				     path[strlen(path) - 1] == '/' ? "" : "/",
				     name) < 0)
				msg_errno(path, ENOMEM);
			else
				treat_path(run, child);
		}
		free(child);
		free(names[i]);
	}
	free(names);
}

static void treat_path(struct run *run, const char *path)
{
	const struct options *o = run->o;
	struct input in = {
		.path = path,
		.name = path,
		.to_stdout = o->to_stdout,
	};
	char *made = NULL;

	in.fd = open(path, open_flags(o));
	if (in.fd < 0 && errno == ENOENT && o->decompress && *path)
		in.fd = open_guess(o, path, &made);
	if (made)
		in.path = in.name = made;
	if (in.fd < 0 || fstat(in.fd, &in.st)) {
		msg_errno(path, errno);
	} else if (S_ISDIR(in.st.st_mode)) {
		if (o->recursive)
			treat_folder(run, path);
		else
			msg_warn(NULL, "%s is a directory -- ignored", path);
	} else if (is_acceptable(o, &in)) {
		treat_input(run, &in);
	}
	if (in.fd >= 0)
		close(in.fd);
	free(made);
}

static void treat_stdin(struct run *run)
{
	const struct options *o = run->o;
	struct input in = {
		.fd = STDIN_FILENO,
		.name = "stdin",
		.to_stdout = true,
	};

	if (!o->force && o->decompress && isatty(STDIN_FILENO)) {
		msg_error(NULL, "compressed data not read from a terminal. Use -f to force decompression.\nFor help, type: wdzip -h");
		return;
	}
	if (fstat(in.fd, &in.st)) {
		msg_errno(in.name, errno);
		return;
	}
	treat_input(run, &in);
}

static bool terminal_refused(const struct options *o, char **names, int n)
{
	bool to_stdout = o->to_stdout || n == 0;

	for (int i = 0; i < n; i++)
		to_stdout |= !strcmp(names[i], "-");
	if (o->force || o->decompress || !to_stdout || !isatty(STDOUT_FILENO))
		return false;
	msg_error(NULL, "compressed data not written to a terminal. Use -f to force compression.\nFor help, type: wdzip -h");
	return true;
}

void files_run(const struct options *o, char **names, int n)
{
	struct run run = { .o = o };

	if (terminal_refused(o, names, n))
		return;
	if (n == 0)
		treat_stdin(&run);
	for (int i = 0; i < n && !run.stop; i++) {
		if (!strcmp(names[i], "-"))
			treat_stdin(&run);
		else
			treat_path(&run, names[i]);
	}
	if (o->list)
		list_end(o);
	compressor_free(run.c);
	for (unsigned int i = 0; i <= WD_COMP_GZIP; i++)
		decompressor_free(run.d[i]);
}
