/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The control socket. A handler does one thing at a time, reads a piece, or
 * carries out one command, or writes a piece, so that a client with much to ask
 * takes turns with everybody else.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control_priv.h"
#include "vfu_socket.h"

/* @skips: inside of a line that is too long */
struct client {
	struct control *control;
	int fd;
	char in[CONTROL_LINE_BYTES];
	size_t in_used;
	bool skips;
	bool is_eof;
	char *out;
	size_t out_bytes;
	size_t out_done;
};

struct control {
	struct control_state state;
	char *path;
	int fd;
	struct client *clients[CONTROL_MAX_CLIENTS];
};

static void client_close(struct client *client)
{
	struct control *control = client->control;
	unsigned int i;

	for (i = 0; i < CONTROL_MAX_CLIENTS; i++)
		if (control->clients[i] == client)
			control->clients[i] = NULL;
	vfu_server_remove_fd(control->state.server, client->fd);
	close(client->fd);
	free(client->out);
	free(client);
}

static bool has_line(const struct client *client)
{
	return memchr(client->in, '\n', client->in_used);
}

/* A line that waits is worked on as soon as the answer could be written. */
static uint32_t events_wanted(const struct client *client)
{
	return client->out || has_line(client) ? EPOLLOUT : EPOLLIN;
}

/* Returns false if the client is gone. */
static bool flush(struct client *client)
{
	ssize_t n = send(client->fd, client->out + client->out_done,
			 client->out_bytes - client->out_done,
			 MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	client->out_done += (size_t)n;
	if (client->out_done == client->out_bytes) {
		free(client->out);
		client->out = NULL;
	}
	return true;
}

static bool receive(struct client *client)
{
	ssize_t n = recv(client->fd, client->in + client->in_used,
			 sizeof(client->in) - client->in_used, MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (!n)		/* a half line is no command, it may be half a number */
		client->is_eof = true;
	client->in_used += (size_t)n;
	return true;
}

/* The answer to a line; NULL is a line that was too long. */
static bool answer(struct client *client, char *line)
{
	FILE *out = open_memstream(&client->out, &client->out_bytes);

	client->out_done = 0;
	if (!out)
		return false;
	if (line)
		control_command(&client->control->state, line, out);
	else
		fprintf(out, "error: a line has %d characters at most\n",
			CONTROL_LINE_BYTES - 1);
	fputs(".\n", out);
	return !fclose(out);
}

/* Takes the first @bytes of the input away. */
static void consume(struct client *client, size_t bytes)
{
	client->in_used -= bytes;
	memmove(client->in, client->in + bytes, client->in_used);
}

static bool take_line(struct client *client)
{
	char *end = memchr(client->in, '\n', client->in_used);
	char line[CONTROL_LINE_BYTES];
	size_t len = (size_t)(end - client->in);
	bool was_skipping = client->skips;

	/* A NUL would hide what is behind it. */
	for (size_t i = 0; i < len; i++)
		line[i] = client->in[i] ? client->in[i] : '?';
	line[len] = 0;
	consume(client, len + 1);
	client->skips = false;
	return was_skipping || answer(client, line);
}

static bool skip_long_line(struct client *client)
{
	bool is_first = !client->skips;

	client->in_used = 0;
	client->skips = true;
	return !is_first || answer(client, NULL);
}

/* Returns false if the connection is at its end. */
static bool work(struct client *client, uint32_t events)
{
	if (client->out)
		return events & ~(uint32_t)(EPOLLERR | EPOLLHUP) ?
		       flush(client) : false;
	if (has_line(client)) {
		if (!take_line(client))
			return false;
		return !client->out || flush(client);
	}
	if (client->is_eof)
		return false;
	if (client->in_used == sizeof(client->in))
		return skip_long_line(client);
	return receive(client) && !(client->is_eof && !has_line(client));
}

static void handle_client(void *arg, uint32_t events)
{
	struct client *client = arg;
	const struct control_state *state = &client->control->state;

	if (!work(client, events) ||
	    vfu_server_modify_fd(state->server, client->fd,
				 events_wanted(client)))
		client_close(client);
	if (state->quit)
		vfu_server_stop(state->server);
}

static void refuse(int fd)
{
	static const char text[] =
		"error: too many clients; close one of them first\n.\n";

	/* Fits into an empty socket buffer, unless the client is gone. */
	send(fd, text, sizeof(text) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static void client_add(struct control *control, struct client **slot, int fd)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client) {
		close(fd);
		return;
	}
	client->control = control;
	client->fd = fd;
	if (vfu_server_add_fd(control->state.server, fd, EPOLLIN,
			      handle_client, client)) {
		close(fd);
		free(client);
		return;
	}
	*slot = client;
}

static void handle_listener(void *arg, uint32_t events)
{
	struct control *control = arg;
	int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	unsigned int i;

	(void)events;
	if (fd < 0)
		return;
	for (i = 0; i < CONTROL_MAX_CLIENTS; i++) {
		if (!control->clients[i]) {
			client_add(control, &control->clients[i], fd);
			return;
		}
	}
	refuse(fd);
}

/* Only for the owner from the beginning; no other thread makes files. */
static int listen_at(const char *path)
{
	mode_t before = umask(0177);
	int fd = vfu_socket_listen(path);

	umask(before);
	return fd == -EEXIST ? -EADDRINUSE : fd;
}

static const char *problem(int error)
{
	switch (error) {
	case ENAMETOOLONG:
		return "the path is too long for a socket, take a shorter one";
	case EADDRINUSE:
		return "is in use, take another path or end who has it";
	default:
		return strerror(error);
	}
}

static struct control *control_alloc(const struct control_config *config)
{
	struct control *control = calloc(1, sizeof(*control));
	unsigned int i;

	if (!control)
		return NULL;
	control->path = strdup(config->path);
	if (!control->path) {
		free(control);
		return NULL;
	}
	control->state.server = config->server;
	control->state.set_up = config->set_up;
	control->state.set_up_arg = config->set_up_arg;
	for (i = 0; i < config->fault_count; i++) {
		const struct fault_setting *setting = &config->faults[i];

		control->state.fault_on[setting->fault] = true;
		control->state.fault_arg[setting->fault] = setting->arg;
	}
	return control;
}

int control_create(const struct control_config *config,
		   struct control **control)
{
	struct control *c = control_alloc(config);
	int ret;

	if (!c)
		return -ENOMEM;
	c->fd = listen_at(config->path);
	ret = c->fd;
	if (ret < 0)
		goto err_free;
	ret = vfu_server_add_fd(config->server, c->fd, EPOLLIN, handle_listener,
				c);
	if (ret)
		goto err_close;
	*control = c;
	return 0;

err_close:
	close(c->fd);
	unlink(c->path);
err_free:
	vfu_device_log(vfu_server_device(config->server), VFU_LOG_ERROR,
		       "--control: %s: %s", config->path, problem(-ret));
	free(c->path);
	free(c);
	return ret;
}

void control_destroy(struct control *control)
{
	unsigned int i;

	if (!control)
		return;
	for (i = 0; i < CONTROL_MAX_CLIENTS; i++)
		if (control->clients[i])
			client_close(control->clients[i]);
	vfu_server_remove_fd(control->state.server, control->fd);
	close(control->fd);
	unlink(control->path);
	free(control->path);
	free(control);
}
