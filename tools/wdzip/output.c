/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wdzip.h"

static const int ending_signals[] = {
	SIGHUP, SIGINT, SIGPIPE, SIGTERM, SIGXCPU, SIGXFSZ,
};

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

static sigset_t caught;

/* File to be removed by the handler; changed with signals blocked only. */
static const char *volatile partial;

static void on_signal(int sig)
{
	const char *name = partial;

	if (name)
		unlink(name);
	signal(sig, SIG_DFL);
	/* Blocked until the handler returns, then it ends the program. */
	raise(sig);
}

void output_init(void)
{
	struct sigaction sa = { .sa_handler = on_signal }, old;

	sigemptyset(&caught);
	/* What was ignored (nohup, a shell's trap '') stays ignored. */
	for (size_t i = 0; i < ARRAY_LEN(ending_signals); i++)
		if (!sigaction(ending_signals[i], NULL, &old) &&
		    old.sa_handler != SIG_IGN)
			sigaddset(&caught, ending_signals[i]);
	sa.sa_mask = caught;
	for (size_t i = 0; i < ARRAY_LEN(ending_signals); i++)
		if (sigismember(&caught, ending_signals[i]))
			sigaction(ending_signals[i], &sa, NULL);
}

void output_block_signals(bool block)
{
	pthread_sigmask(block ? SIG_BLOCK : SIG_UNBLOCK, &caught, NULL);
}

void output_take_write_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	if (sigismember(&caught, SIGPIPE))
		sigaddset(&set, SIGPIPE);
	if (sigismember(&caught, SIGXFSZ))
		sigaddset(&set, SIGXFSZ);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static bool may_overwrite(const char *name, const struct options *o)
{
	int answer, c;

	if (!isatty(STDIN_FILENO)) {
		msg_warn(NULL, "%s already exists;\tnot overwritten", name);
		return false;
	}
	progress_hide();
	fprintf(stderr, "wdzip: %s already exists; do you wish to overwrite (y or n)? ",
		name);
	answer = getchar();
	for (c = answer; c != '\n' && c != EOF;)
		c = getchar();
	if (answer == 'y' || answer == 'Y')
		return true;
	if (!o->quiet)
		msg_line("\tnot overwritten\n");
	msg_warned();
	return false;
}

int output_create(struct output *out, const char *name,
		  const struct options *o)
{
	static const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
				 O_CLOEXEC;
	bool may = o->force;
	int fd, err;

	for (;;) {
		/* Between creation and note a signal must not come. */
		output_block_signals(true);
		fd = open(name, flags, 0600);
		err = errno;
		if (fd >= 0)
			partial = name;
		output_block_signals(false);
		if (fd >= 0)
			break;
		if (err != EEXIST) {
			msg_errno(name, err);
			return -err;
		}
		if (!may)
			may = may_overwrite(name, o);
		if (!may)
			return -EEXIST;
		if (unlink(name) && errno != ENOENT) {
			err = errno;
			msg_errno(name, err);
			return -err;
		}
	}
	*out = (struct output){ .fd = fd, .name = name, .is_file = true };
	return 0;
}

void output_discard(struct output *out)
{
	if (!out->is_file)
		return;
	if (out->fd >= 0)
		close(out->fd);
	output_block_signals(true);
	partial = NULL;
	unlink(out->name);
	output_block_signals(false);
	out->is_file = false;
}

/* Who may not have the file's group must not get that group's rights. */
static void set_owner_and_mode(int fd, const struct stat *st)
{
	mode_t mode = st->st_mode & 0777;

	if (fchown(fd, (uid_t)-1, st->st_gid)) {
		mode_t both = (mode >> 3) & mode & 07;

		mode = (mode & 0700) | both << 3 | both;
	}
	/* Only root can, and nobody else expects it. */
	if (fchown(fd, st->st_uid, (gid_t)-1) && errno != EPERM)
		mode &= 0700;
	fchmod(fd, mode);
}

static int sync_folder(const char *name)
{
	char *copy = strdup(name);
	int fd, ret = 0;

	if (!copy)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (fd < 0)
		return -errno;
	/* Some file systems cannot, and need not. */
	if (fsync(fd) && errno != EINVAL)
		ret = -errno;
	close(fd);
	return ret;
}

int output_commit(struct output *out, const struct stat *st,
		  struct timespec mtime, const struct options *o)
{
	struct timespec times[2] = { st->st_atim, st->st_mtim };
	int ret = 0;

	if (!out->is_file)
		return 0;
	if (mtime.tv_nsec != UTIME_OMIT)
		times[1] = mtime;
	set_owner_and_mode(out->fd, st);
	if (futimens(out->fd, times))
		msg_warn(out->name, "cannot set the times: %s", strerror(errno));

	if (o->synchronous && fsync(out->fd))
		ret = -errno;
	/* Network file systems report a full disk here. */
	if (close(out->fd) && !ret)
		ret = -errno;
	out->fd = -1;
	if (!ret && o->synchronous)
		ret = sync_folder(out->name);
	if (ret) {
		msg_errno(out->name, -ret);
		output_discard(out);
		return ret;
	}
	output_block_signals(true);
	partial = NULL;
	output_block_signals(false);
	out->is_file = false;
	return 0;
}
