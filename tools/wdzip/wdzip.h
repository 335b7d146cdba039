/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * wdzip: what its parts share. One thread does everything but the writing of
 * decompressed data (writer.c).
 */
#ifndef WDZIP_H
#define WDZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include <warpdrive/wd_comp.h>

/* Exit codes, as gzip's. */
enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_WARNED = 2,
};

/**
 * struct options - the command line
 * @decompress: -d, and implied by @test and @list
 * @to_stdout: -c, and implied by @test and @list
 * @store_name: 1 for -N, 0 for -n, -1 if neither was given
 * @queues: -p, 0 if not given
 * @format: --format, 0 if not given
 * @suffix: -S, NULL if not given
 */
struct options {
	bool decompress;
	bool test;
	bool list;
	bool to_stdout;
	bool keep;
	bool force;
	bool recursive;
	bool synchronous;
	bool quiet;
	int verbose;
	int store_name;
	unsigned int level;
	unsigned int queues;
	uint32_t format;
	const char *suffix;
	const char *device;
};

/* options.c */

/**
 * options_parse() - read the command line
 *
 * Answers --help and the like itself and ends the program, as it does with a
 * message if an option is wrong. On return optind is the first file.
 */
void options_parse(struct options *o, int argc, char **argv);

/* msg.c: what goes to stderr, and the exit code that follows from it */

void msg_init(const struct options *o);
/** msg_error() - something was not done: exit code 1; @name may be NULL */
void msg_error(const char *name, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** msg_errno() - msg_error() with the text of @err, a positive errno value */
void msg_errno(const char *name, int err);
/** msg_warn() - something was left out: exit code 2, silent with -q */
void msg_warn(const char *name, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** msg_warned() - msg_warn() for what was said already */
void msg_warned(void);
/** msg_note() - no influence on the exit code, silent with -q */
void msg_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** msg_line() - text as it is, for what -v asked for */
void msg_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int msg_exit_code(void);

/* names.c */

/** suffix_of_format() - what compression appends */
const char *suffix_of_format(const struct options *o);
/**
 * name_compressed() - name of the compressed file
 * @name: input
 * @out: set to an allocated string
 *
 * Return: 0; -EEXIST (it has a suffix already, *@known is set to that); -ENOMEM.
 */
int name_compressed(const struct options *o, const char *name, char **out,
		    const char **known);
/**
 * name_decompressed() - name of the decompressed file
 *
 * Return: 0, -EINVAL (no known suffix), -ENOMEM.
 */
int name_decompressed(const struct options *o, const char *name, char **out);
/** name_stored() - @stored, without any folders, in the folder of @name */
char *name_stored(const char *name, const char *stored);
/** name_format() - format of a compressed file: as told, else by its suffix */
uint32_t name_format(const struct options *o, const char *name);
/** name_guess() - the @i-th suffix to try for a file that does not exist */
const char *name_guess(const struct options *o, unsigned int i);

/* member.c: the header of a gzip member, RFC 1952 */

#define MEMBER_NAME_BYTES	256
#define MEMBER_HEAD_BYTES	(10 + MEMBER_NAME_BYTES)

struct member {
	uint8_t method;
	uint8_t flags;
	uint32_t mtime;
	size_t bytes;
	char name[MEMBER_NAME_BYTES];	/* empty if there is none */
};

enum member_state {
	MEMBER_OK,
	MEMBER_SHORT,		/* needs more bytes to tell */
	MEMBER_NOT_GZIP,
	MEMBER_METHOD,
	MEMBER_FLAGS,
	MEMBER_CHECKSUM,
};

/**
 * member_write() - make a header
 * @dst: room for MEMBER_HEAD_BYTES
 * @name: NULL for none; one that does not fit is left out
 *
 * Return: bytes.
 */
size_t member_write(uint8_t *dst, const char *name, uint32_t mtime,
		    unsigned int level);
enum member_state member_parse(const uint8_t *src, size_t bytes,
			       struct member *m);

/* io.c */

/** read_full() - read until @bytes are there or the input ends; -errno */
ssize_t read_full(int fd, void *buf, size_t bytes);
/** write_full() - write all of it; -errno */
int write_full(int fd, const void *buf, size_t bytes);

/* Bytes of a source that stay readable in front of its start. */
#define SOURCE_HISTORY	8

/**
 * struct source - buffered input of decompression
 * @fd: where from
 * @name: for messages
 * @buf: @cap bytes
 * @start: first byte not yet used, at least SOURCE_HISTORY
 * @end: behind the last byte
 * @eof: nothing comes behind @end
 * @used: bytes used in all
 */
struct source {
	int fd;
	const char *name;
	uint8_t *buf;
	size_t cap;
	size_t start;
	size_t end;
	bool eof;
	uint64_t used;
};

void source_init(struct source *src, int fd, const char *name, uint8_t *buf,
		 size_t cap);
/** source_fill() - have more than there is now, or @eof; 0 or -errno */
int source_fill(struct source *src);
/** source_need() - have at least @bytes, or @eof; 0 or -errno */
int source_need(struct source *src, size_t bytes);
void source_use(struct source *src, size_t bytes);

/* writer.c: a thread that writes while the device works */

struct writer;

/**
 * writer_alloc() - a writer of buffers that the caller provides
 * @bufs: @n buffers of @bytes each
 *
 * The thread is started by the second buffer of a file, not before.
 */
struct writer *writer_alloc(uint8_t *const *bufs, unsigned int n, size_t bytes);
void writer_free(struct writer *w);
/** writer_start() - begin a file; @fd -1 drops everything */
void writer_start(struct writer *w, int fd);
/**
 * writer_space() - where the next bytes go
 *
 * Return: 0, or the error of an earlier write.
 */
int writer_space(struct writer *w, uint8_t **dst, size_t *room);
/** writer_advance() - @bytes have been put there */
void writer_advance(struct writer *w, size_t bytes);
/** writer_finish() - write the rest and wait; 0 or -errno */
int writer_finish(struct writer *w);

/* output.c: files that are made, and unmade when something fails */

/** output_init() - catch the signals that end the program */
void output_init(void);
/** output_block_signals() - keep them from, or let them into, this thread */
void output_block_signals(bool block);
/** output_take_write_signals() - let in those that a write raises in its thread */
void output_take_write_signals(void);

/**
 * struct output - where the result goes
 * @fd: descriptor, 1 for standard output, -1 for none
 * @name: for messages and removal
 * @is_file: made by output_create()
 */
struct output {
	int fd;
	const char *name;
	bool is_file;
};

/**
 * output_create() - make a file that was not there
 *
 * It is removed if the program is ended by a signal. Asks, or refuses with a
 * message, if there is one already; with -f that one is removed first.
 *
 * Return: 0, or -errno after a message.
 */
int output_create(struct output *out, const char *name,
		  const struct options *o);
/**
 * output_commit() - give the file the metadata of its input and keep it
 * @st: input
 * @mtime: overrides the time of modification if its tv_nsec is not UTIME_OMIT
 *
 * Return: 0, or -errno after a message; the file is removed then.
 */
int output_commit(struct output *out, const struct stat *st,
		  struct timespec mtime, const struct options *o);
/** output_discard() - remove the file; harmless for others */
void output_discard(struct output *out);

/* progress.c */

void progress_init(const struct options *o);
void progress_start(const char *name, uint64_t total);
void progress_update(uint64_t done);
void progress_end(void);
/** progress_hide() - make room for a message */
void progress_hide(void);

/* device.c */

void device_init(const struct options *o);
/**
 * device_open() - a session on the device that was asked for
 * @p: all but device and queues filled in
 *
 * Says what has to be said about the device.
 *
 * Return: 0, or -errno after a message.
 */
int device_open(struct wd_comp_params *p, struct wd_comp_session **session);
/** device_queues() - how many queues to ask for */
unsigned int device_queues(void);
/** device_error() - msg_error() for an errno value of the library */
void device_error(const char *name, int err);
/** device_name() - of the session opened last */
const char *device_name(void);

/**
 * struct totals - what became of a file
 * @plain: bytes uncompressed
 * @packed: bytes compressed, all of it
 * @body: bytes compressed without headers and trailers
 */
struct totals {
	uint64_t plain;
	uint64_t packed;
	uint64_t body;
};

/* compress.c */

/**
 * struct job - a file to compress
 * @in: descriptor
 * @in_bytes: its size, 0 if it is not known
 * @out: descriptor
 * @in_name: for messages
 * @out_name: for messages
 * @stored_name: for the header, or NULL
 * @mtime: for the header, 0 for none
 * @totals: filled in
 */
struct job {
	int in;
	uint64_t in_bytes;
	int out;
	const char *in_name;
	const char *out_name;
	const char *stored_name;
	uint32_t mtime;
	struct totals totals;
};

struct compressor;

int compressor_alloc(const struct options *o, struct compressor **c);
void compressor_free(struct compressor *c);
/** compressor_run() - 0, or -errno after a message */
int compressor_run(struct compressor *c, struct job *job);

/* decompress.c */

/** enum next - what is at the start of a source */
enum next {
	NEXT_MEMBER,
	NEXT_END,
	NEXT_COPY,	/* not compressed, and -cf passes it on */
};

/**
 * struct unjob - a file to decompress
 * @src: the file
 * @format: enum wd_comp_format
 * @next: what was found
 * @member: the first header; zeroes if it has none
 * @check: check value in the last trailer
 * @totals: filled in
 */
struct unjob {
	struct source src;
	uint32_t format;
	enum next next;
	struct member member;
	uint32_t check;
	struct totals totals;
};

struct decompressor;

int decompressor_alloc(const struct options *o, uint32_t format,
		       struct decompressor **d);
void decompressor_free(struct decompressor *d);
/**
 * decompressor_begin() - read up to the first header
 * @pass: input that is not compressed is to be passed on
 *
 * Return: 0, or -errno after a message.
 */
int decompressor_begin(struct decompressor *d, struct unjob *job, int fd,
		       const char *name, bool pass);
/** decompressor_run() - the rest; @out_fd -1 for none; 0, or -errno after a message */
int decompressor_run(struct decompressor *d, struct unjob *job, int out_fd,
		     const char *out_name);

/* list.c */

/** list_file() - one line; @name NULL for standard input */
void list_file(const struct options *o, const struct unjob *job,
	       const char *name, const struct stat *st);
void list_end(const struct options *o);
/** ratio_percent() - saved part of @plain bytes */
double ratio_percent(const struct totals *t);

/* file.c */

/** files_run() - all files of the command line */
void files_run(const struct options *o, char **names, int n);

#endif /* WDZIP_H */
