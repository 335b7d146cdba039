/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * wdctl: what its parts share. What the kernel shows is read once into plain
 * structures in which everything may be missing: a device can vanish, and a
 * kernel driver can be another one than expected, between two reads.
 */
#ifndef WDCTL_H
#define WDCTL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <json-c/json.h>
#include <warpdrive/wd_comp.h>

enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,	/* something is wrong, or was not done */
	EXIT_USAGE = 2,
	EXIT_NO_DEVICE = 3,
	EXIT_DENIED = 4,
};

/* command.c: what all subcommands do with their options */

/**
 * struct command - a subcommand
 * @name: as it is typed
 * @arguments: for the summary
 * @help: one line
 * @options: the help of its options, may be empty
 * @run: gets its name as argv[0]; returns the exit code
 */
struct command {
	const char *name;
	const char *arguments;
	const char *help;
	const char *options;
	int (*run)(const struct command *cmd, int argc, char **argv);
};

extern const struct command cmd_list, cmd_show, cmd_doctor, cmd_selftest,
	cmd_bench, cmd_vfs, cmd_isolate, cmd_watch;

/** command_other() - option @c that no subcommand has of its own; never returns */
void __attribute__((noreturn)) command_other(const struct command *cmd, int c);
/** command_refuse() - end with a message about the command line */
void __attribute__((noreturn, format(printf, 2, 3)))
command_refuse(const struct command *cmd, const char *fmt, ...);
/** command_arguments() - end with a message unless optind leaves @min to @max */
void command_arguments(const struct command *cmd, int argc, int min, int max);
/** command_json() - arguments as above, where --json is the only option: is it there? */
bool command_json(const struct command *cmd, int argc, char **argv, int min,
		  int max);
/** command_number() - a decimal number of the command line, from @min to @max */
unsigned long command_number(const struct command *cmd, const char *what,
			     const char *text, unsigned long min,
			     unsigned long max);

/* msg.c */

/**
 * msg_program() - as it was called; packages may give it another name, as
 * util-linux has a wdctl for watchdogs
 */
const char *msg_program(void);

/** msg_error() - one line on stderr; @name may be NULL */
void msg_error(const char *name, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** msg_device() - an errno value of the library, with the way out; the exit code */
int msg_device(const char *name, int err);
/** msg_library() - pass on what the library logs, up to @level */
void msg_library(enum wd_log_level level);

/* path.c */

#define PATH_BYTES	512

/*
 * Set by programs whose library reads below WDCTL_ROOT as well: the tests'. The
 * library of others looks at the machine itself.
 */
extern bool library_follows_root;

/** path_redirected() - WDCTL_ROOT is set */
bool path_redirected(void);
/** library_sees_root() - the library looks at the same machine as we do */
bool library_sees_root(void);
/** path_make() - @fmt below the root; 0 or -ENAMETOOLONG */
int path_make(char path[PATH_BYTES], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* write.c */

/** write_number() - @n as a line into the attribute at @path; 0 or -errno */
int write_number(const char *path, unsigned long n);

/* read.c: no file here blocks, is trusted to end, or to be text */

#define TEXT_BYTES	256

/**
 * read_text() - a small file as one line
 * @text: set to what is printable, newlines as blanks; empty on failure
 *
 * Return: 0; -ENODATA (it is empty); or why it cannot be read.
 */
int read_text(char *text, size_t bytes, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** read_bytes() - the start of a file as it is; bytes or -errno */
ssize_t read_bytes(void *buf, size_t bytes, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** read_link() - last part of what a link leads to; 0 or -errno */
int read_link(char *name, size_t bytes, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/**
 * read_lines() - call @each for the lines of a file, which may be gzipped
 *
 * Ends when @each returns true, and after more than any such file has.
 *
 * Return: 1 (@each returned true), 0, or -errno.
 */
int read_lines(bool (*each)(void *arg, const char *line), void *arg,
	       const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/** path_exists() - whatever it is */
bool path_exists(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** text_clean() - make @text one line that can be shown anywhere */
void text_clean(char *text);

/** struct number - what an attribute says, if it says a number */
struct number {
	bool known;
	long long value;
};

struct number read_number(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
bool number_is(struct number n, long long value);

/** struct names - entries of a folder, sorted */
struct names {
	char **list;
	unsigned int nr;
};

/** names_read() - entries that a device could be called; 0 or -errno */
int names_read(struct names *names, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void names_free(struct names *names);

/* hardware.c */

/**
 * struct hardware - an accelerator that there is a driver for
 * @vendor: PCI
 * @device: PCI
 * @is_vf: a virtual function
 * @module: its kernel module, which is also the name of its PCI driver
 * @text: for people
 */
struct hardware {
	unsigned int vendor;
	unsigned int device;
	bool is_vf;
	const char *module;
	const char *text;
};

/** hardware_of() - which accelerator the PCI function is, NULL if none */
const struct hardware *hardware_of(const char *address);

/* device.c */

/**
 * struct device - an accelerator, as far as it is known
 * @name: of the uacce device, empty if it has none
 * @pci: address of its PCI function, empty if it is not known
 * @hw: what is there; NULL if it is of another kind, never without a name
 * @bound: driver of the function, empty if it has none
 * @version: of that driver's module, empty if it tells none
 * @iommu: type of the IOMMU group, empty if there is none
 * @node: device file
 * @mode: memory mode, in words
 * @user_driver: of the library, empty if none serves it
 * @emulated: the built-in device: only what the library says is set
 *
 * The rest are attributes of the same name.
 */
struct device {
	char name[64];
	char pci[32];
	const struct hardware *hw;
	char bound[64];
	char version[64];
	char iommu[32];
	char node[PATH_BYTES];
	char api[64];
	char algorithms[TEXT_BYTES];
	char mode[32];
	char user_driver[32];
	bool emulated;
	struct number flags;
	struct number free;
	struct number total;
	struct number numa_node;
	struct number mmio_bytes;
	struct number dus_bytes;
	struct number isolated;
	struct number threshold;
	struct number state;
	struct number vfs;
	struct number max_vfs;
};

struct device_list {
	struct device *list;
	unsigned int nr;
};

/** device_list_read() - everything there is; 0 or -ENOMEM */
int device_list_read(struct device_list *all);
void device_list_free(struct device_list *all);
/** device_is() - @name is its name or its PCI address */
bool device_is(const struct device *dev, const char *name);
/** device_find() - the one that @name is; NULL if there is none */
const struct device *device_find(const struct device_list *all,
				 const char *name);
/** device_get() - read the list and find @name, or say that it is not there */
int device_get(struct device_list *all, const char *name,
	       const struct device **dev);
/** device_title() - name, or address where there is no name */
const char *device_title(const struct device *dev);
/** device_state() - one word that says whether it can be used */
const char *device_state(const struct device *dev);
/** device_is_broken() - attributes that a queue needs are missing */
bool device_is_broken(const struct device *dev);
bool device_may_open(const struct device *dev);
/** device_json() - what is known, null for what is not */
struct json_object *device_json(const struct device *dev);

/* usage.c: who has queues */

/**
 * struct usage - open queues of a device
 * @queues: how many
 * @more: processes that there is no room for in @text
 * @partial: processes of other users could not be looked at
 * @text: the processes
 */
struct usage {
	unsigned int queues;
	unsigned int more;
	bool partial;
	char text[TEXT_BYTES];
};

void usage_read(struct usage *usage, const struct device *dev);
/** usage_queues() - queues in use by anybody, from the best source there is */
struct number usage_queues(const struct device *dev);

/* table.c */

struct table;

struct table *table_alloc(const char *const *heads, unsigned int columns);
void table_add(struct table *t, const char *const *cells);
void table_print(struct table *t);
void table_free(struct table *t);
/** text_of_number() - decimal, "-" for what is not known; valid until 8 calls later */
const char *text_of_number(struct number n);
struct json_object *json_of_number(struct number n);
/** json_of_text() - NULL for an empty string */
struct json_object *json_of_text(const char *text);
/** json_print() - print and free; the exit code */
int json_print(struct json_object *o);

/* kernel.c: of the running system, or of the one below the root */

struct kernel {
	char release[TEXT_BYTES];
	int major, minor;
	char config[PATH_BYTES];	/* file, empty if there is none */
};

void kernel_read(struct kernel *k);
/** kernel_option() - 'y', 'm', 'n', or 0 if the configuration is not known */
char kernel_option(const struct kernel *k, const char *name);
/** kernel_module_file() - where modprobe finds it */
bool kernel_module_file(const struct kernel *k, const char *module,
			char *file, size_t bytes);
/** kernel_log() - the last line that contains both; @second may be NULL */
bool kernel_log(const char *first, const char *second, char *line,
		size_t bytes);
/** kernel_refuses_unsigned() - why modules need a signature; NULL if they do not */
const char *kernel_refuses_unsigned(void);
/** kernel_module_signed() - 1, 0, or -1: cannot tell */
int kernel_module_signed(const char *file);
/** kernel_blacklisted() - file of modprobe's configuration that forbids it */
bool kernel_blacklisted(const char *module, char *file, size_t bytes);

/* modinfo.c */

/**
 * modinfo_read() - what the file of a kernel module, compressed or not, says
 * @text: set to the value, empty if it has no such @field
 *
 * Return: 0; -ENOENT (there is no program modinfo); -EINVAL (it cannot read
 * the file); or why it cannot be run.
 */
int modinfo_read(char *text, size_t bytes, const char *field, const char *file);

/* trial.c: work for a device */

/** pattern_fill() - data like text, the same for the same @seed */
void pattern_fill(uint8_t *buf, size_t bytes, uint32_t seed);
/** trial_open() - a session; @queues 0 for one; 0 or -errno */
int trial_open(const char *device, uint32_t direction, uint32_t format,
	       unsigned int queues, struct wd_comp_session **session);
/** trial_choose() - the device that @name, "auto" for one, stands for now */
int trial_choose(const char *name, uint32_t format,
		 struct wd_device_info *info);

/**
 * struct trial - what came of a trial
 * @step: what was being done
 * @bytes: of input
 * @packed: bytes it became
 */
struct trial {
	const char *step;
	size_t bytes;
	size_t packed;
};

/**
 * trial_run() - compress and decompress, each checked by other means
 *
 * Return: 0; -EBADMSG (the data are wrong); or what the library said.
 */
int trial_run(const char *device, uint32_t format, size_t bytes,
	      struct trial *t);
/** zlib_window() - windowBits of zlib for a format */
int zlib_window(uint32_t format);
/** zlib_inflate() - of a whole buffer; bytes or -EBADMSG, -ENOMEM */
ssize_t zlib_inflate(uint32_t format, const uint8_t *src, size_t bytes,
		     uint8_t *dst, size_t room);
ssize_t zlib_deflate(uint32_t format, const uint8_t *src, size_t bytes,
		     uint8_t *dst, size_t room);
const char *format_name(uint32_t format);

#endif /* WDCTL_H */
