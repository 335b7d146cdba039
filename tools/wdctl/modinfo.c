/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the file of a kernel module says of itself. The program modinfo of the
 * package kmod reads it: it knows the compressions that modprobe knows.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wdctl.h"

/* PATH is no help: that of ordinary users has no sbin. */
static const char *const programs[] = { "/usr/sbin/modinfo", "/sbin/modinfo" };

static int spawn(pid_t *pid, const posix_spawn_file_actions_t *actions,
		 const char *field, const char *path)
{
	char *const argv[] = { (char *)"modinfo", (char *)"-F", (char *)field,
			       (char *)"--", (char *)path, NULL };
	char *const environment[] = { NULL };
	int ret = ENOENT;

	for (size_t i = 0; ret == ENOENT &&
	     i < sizeof(programs) / sizeof(programs[0]); i++)
		ret = posix_spawn(pid, programs[i], actions, NULL, argv,
				  environment);
	return -ret;
}

/* Start it with its output into @out, and without anything of ours. */
static int start(pid_t *pid, int out, const char *field, const char *path)
{
	posix_spawn_file_actions_t actions;
	int ret = -posix_spawn_file_actions_init(&actions);

	if (ret)
		return ret;
	/* First, as @out may be one of the others if our caller closed those. */
	ret = -posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (!ret)
		ret = -posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
							"/dev/null", O_RDONLY, 0);
	if (!ret)
		ret = -posix_spawn_file_actions_addopen(&actions, STDERR_FILENO,
							"/dev/null", O_WRONLY, 0);
	if (!ret)
		ret = spawn(pid, &actions, field, path);
	posix_spawn_file_actions_destroy(&actions);
	return ret;
}

static void read_answer(int fd, char *text, size_t bytes)
{
	size_t got = 0;
	ssize_t n = 1;

	while (got < bytes - 1 && n) {
		n = read(fd, text + got, bytes - 1 - got);
		if (n < 0 && errno != EINTR)
			break;
		got += n > 0 ? n : 0;
	}
	text[got] = 0;
	text_clean(text);
}

/* Return: whether it succeeded. */
static bool wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

int modinfo_read(char *text, size_t bytes, const char *field, const char *file)
{
	char path[PATH_BYTES];
	struct stat st;
	int pipes[2], ret;
	pid_t pid;

	text[0] = 0;
	ret = path_make(path, "%s", file);
	if (ret)
		return ret;
	/* It would take what is no file for the name of a module, or wait. */
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return -EINVAL;
	if (pipe2(pipes, O_CLOEXEC))
		return -errno;
	ret = start(&pid, pipes[1], field, path);
	close(pipes[1]);
	if (!ret) {
		read_answer(pipes[0], text, bytes);
		/* Closed first: it may have more to say than there is room. */
		close(pipes[0]);
		return wait_for(pid) ? 0 : -EINVAL;
	}
	close(pipes[0]);
	return ret;
}
