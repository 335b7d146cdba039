/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "vfu_socket.h"

#define BACKLOG	16

static int make_address(const char *path, struct sockaddr_un *address)
{
	if (!*path)
		return -EINVAL;
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	strcpy(address->sun_path, path);
	return 0;
}

/* Return: 0 if the name is free now. */
static int remove_stale(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, ret;

	if (lstat(address->sun_path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	ret = connect(fd, (const struct sockaddr *)address, sizeof(*address)) ?
		      -errno : 0;
	close(fd);
	/* -EAGAIN: somebody listens, and has many clients. */
	if (ret != -ECONNREFUSED)
		return ret == 0 || ret == -EAGAIN || ret == -EPROTOTYPE ?
			       -EADDRINUSE : ret;
	return unlink(address->sun_path) && errno != ENOENT ? -errno : 0;
}

int vfu_socket_listen(const char *path)
{
	struct sockaddr_un address;
	int fd, ret;

	ret = make_address(path, &address);
	if (!ret)
		ret = remove_stale(&address);
	if (ret)
		return ret;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address))) {
		ret = -errno;
		goto close;
	}
	if (listen(fd, BACKLOG)) {
		ret = -errno;
		unlink(path);
		goto close;
	}
	return fd;

close:
	close(fd);
	return ret;
}
