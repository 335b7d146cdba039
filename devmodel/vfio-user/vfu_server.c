/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vfu_device_port.h"
#include "vfu_function.h"
#include "vfu_loop.h"
#include "vfu_server.h"
#include "vfu_socket.h"

#define DEFAULT_TIMEOUT_MS	10000

/* A function and, if it is shown, the socket where its client comes from. */
struct slot {
	struct vfu_server *server;
	struct vfu_function *function;
	unsigned int func;
	char *path;
	char *name;
	int listen_fd;
	struct vfu_source *source;
};

/* What vfu_server_add_fd() was given. */
struct guest_source {
	struct guest_source *next;
	int fd;
	void (*handler)(void *arg, uint32_t events);
	void *arg;
	struct vfu_source *source;
	bool is_removed;
};

struct vfu_server {
	struct vfu_server_config config;
	struct vfu_device *device;
	struct vfu_loop *loop;
	struct slot slots[VFU_DEVICE_MAX_FUNCS];
	unsigned int nslots;
	unsigned int clients;
	struct guest_source *sources;
	atomic_bool is_stopping;
};

static void on_listen(void *arg, uint32_t events);

static const struct vfu_source_ops listen_ops = { .handler = on_listen };

/* One client at a time: the next one stays in the socket's queue. */
static void listen_again(struct slot *slot, bool is_wanted)
{
	if (slot->source)
		vfu_loop_modify(slot->source, is_wanted ? EPOLLIN : 0);
}

static int connect_client(struct slot *slot, int fd)
{
	struct vfu_server *server = slot->server;
	int ret;

	ret = vfu_function_connect(slot->function, fd);
	if (ret)
		return ret;
	server->clients++;
	listen_again(slot, false);
	return 0;
}

static void on_listen(void *arg, uint32_t events)
{
	struct slot *slot = arg;
	int fd, ret;

	(void)events;
	fd = accept4(slot->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			vfu_device_log(slot->server->device, VFU_LOG_ERROR,
				       "%s: cannot accept a client: %s",
				       slot->name, strerror(errno));
		/* Out of descriptors: do not spin. */
		if (errno == EMFILE || errno == ENFILE)
			usleep(10000);
		return;
	}
	ret = connect_client(slot, fd);
	if (ret)
		vfu_device_log(slot->server->device, VFU_LOG_ERROR,
			       "%s: cannot serve a client: %s", slot->name,
			       strerror(-ret));
}

static struct slot *first_slot(struct vfu_server *server)
{
	return &server->slots[server->config.show_first_vf_at_path];
}

/* As when a machine is switched off and on. */
static void power_on(struct vfu_server *server)
{
	unsigned int i;

	vfu_device_reset(server->device);
	for (i = 0; i < server->nslots; i++)
		vfu_function_power_on(server->slots[i].function);
	if (server->config.power_on)
		server->config.power_on(server->config.power_on_arg,
					server->device);
}

static void on_gone(void *arg, unsigned int func)
{
	struct vfu_server *server = arg;
	struct slot *slot = &server->slots[func];

	server->clients--;
	if (!server->clients)
		power_on(server);
	if (server->config.once && slot == first_slot(server))
		atomic_store(&server->is_stopping, true);
	else
		listen_again(slot, true);
}

static int make_function(struct vfu_server *server, unsigned int func)
{
	struct slot *slot = &server->slots[func];
	struct vfu_function_config config = {
		.device = server->device,
		.loop = server->loop,
		.func = func,
		.timeout_ms = server->config.io_timeout_ms,
		.gone = on_gone,
		.arg = server,
	};
	int ret;

	slot->server = server;
	slot->func = func;
	slot->listen_fd = -1;
	ret = func ? asprintf(&slot->name, "vf%u", func) :
		     asprintf(&slot->name, "pf");
	if (ret < 0) {
		slot->name = NULL;
		return -ENOMEM;
	}
	config.name = slot->name;
	return vfu_function_create(&config, &slot->function);
}

static int make_path(struct slot *slot)
{
	const struct vfu_server_config *config = &slot->server->config;
	int ret;

	if (slot == first_slot(slot->server)) {
		slot->path = strdup(config->socket_path);
		return slot->path ? 0 : -ENOMEM;
	}
	ret = asprintf(&slot->path, "%s.vf%u", config->socket_path, slot->func);
	if (ret < 0) {
		slot->path = NULL;
		return -ENOMEM;
	}
	return 0;
}

static const char *listen_problem(int error)
{
	switch (error) {
	case ENAMETOOLONG:
		return "the path is too long for a socket, take a shorter one";
	case EADDRINUSE:
		return "somebody listens there already, end it or take another path";
	case EEXIST:
		return "there is something that is no socket, remove it or take another path";
	default:
		return strerror(error);
	}
}

static int show(struct slot *slot)
{
	struct vfu_server *server = slot->server;
	int ret;

	ret = make_path(slot);
	if (ret)
		return ret;
	slot->listen_fd = vfu_socket_listen(slot->path);
	if (slot->listen_fd < 0) {
		ret = slot->listen_fd;
		vfu_device_log(server->device, VFU_LOG_ERROR, "%s: %s",
			       slot->path, listen_problem(-ret));
		return ret == -EEXIST ? -EADDRINUSE : ret;
	}
	ret = vfu_loop_add(server->loop, slot->listen_fd, EPOLLIN, false,
			   &listen_ops, slot, &slot->source);
	if (!ret)
		vfu_device_log(server->device, VFU_LOG_INFO, "%s: %s",
			       slot->name, slot->path);
	return ret;
}

static int show_all(struct vfu_server *server)
{
	const struct vfu_server_config *config = &server->config;
	unsigned int i;
	int ret = 0;

	if (!config->socket_path)
		return 0;
	for (i = config->show_first_vf_at_path; !ret && i <= config->vfs; i++)
		ret = show(&server->slots[i]);
	return ret;
}

static int fill(struct vfu_server *server)
{
	unsigned int i;
	int ret;

	ret = vfu_loop_create(&server->loop);
	if (!ret)
		ret = vfu_device_create(&server->config.device,
					&server->device);
	if (ret)
		return ret;
	vfu_device_set_loop(server->device, server->loop);
	for (i = 0; i <= server->config.device.model.vfs; i++) {
		server->nslots++;
		ret = make_function(server, i);
		if (ret)
			return ret;
	}
	if (server->config.power_on)
		server->config.power_on(server->config.power_on_arg,
					server->device);
	return show_all(server);
}

int vfu_server_create(const struct vfu_server_config *config,
		      struct vfu_server **server)
{
	struct vfu_server *new;
	int ret = -ENOMEM;

	if (config->vfs > config->device.model.vfs ||
	    config->device.model.vfs >= VFU_DEVICE_MAX_FUNCS ||
	    (config->show_first_vf_at_path && !config->vfs))
		return -EINVAL;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->config = *config;
	if (!new->config.io_timeout_ms)
		new->config.io_timeout_ms = DEFAULT_TIMEOUT_MS;
	if (config->socket_path) {
		new->config.socket_path = strdup(config->socket_path);
		if (!new->config.socket_path)
			goto destroy;
	}
	ret = fill(new);
	if (ret)
		goto destroy;
	*server = new;
	return 0;

destroy:
	vfu_server_destroy(new);
	return ret;
}

static void free_slot(struct slot *slot)
{
	vfu_function_destroy(slot->function);
	vfu_loop_remove(slot->source);
	if (slot->listen_fd >= 0) {
		unlink(slot->path);
		close(slot->listen_fd);
	}
	free(slot->path);
	free(slot->name);
}

static void free_sources(struct vfu_server *server, bool all)
{
	struct guest_source **link = &server->sources, *source;

	while ((source = *link)) {
		if (!all && !source->is_removed) {
			link = &source->next;
			continue;
		}
		*link = source->next;
		free(source);
	}
}

void vfu_server_destroy(struct vfu_server *server)
{
	unsigned int i;

	if (!server)
		return;
	for (i = 0; i < server->nslots; i++)
		free_slot(&server->slots[i]);
	if (server->device)
		vfu_device_set_loop(server->device, NULL);
	vfu_device_destroy(server->device);
	vfu_loop_destroy(server->loop);
	free_sources(server, true);
	free((char *)(uintptr_t)server->config.socket_path);
	free(server);
}

struct vfu_device *vfu_server_device(struct vfu_server *server)
{
	return server->device;
}

static void catch_up(struct vfu_server *server)
{
	bool is_all = true;
	unsigned int i;

	for (i = 0; i < server->nslots; i++)
		is_all &= vfu_function_catch_up(server->slots[i].function);
	if (is_all)
		vfu_device_caught_up(server->device);
}

/* Return: when to look again, at the latest after @timeout_ms. */
static int check(struct vfu_server *server, int timeout_ms)
{
	unsigned int i;
	int due;

	for (i = 0; server->clients && i < server->nslots; i++) {
		due = vfu_function_check(server->slots[i].function);
		if (due >= 0 && (timeout_ms < 0 || due < timeout_ms))
			timeout_ms = due;
	}
	return timeout_ms;
}

static int poll_once(struct vfu_server *server, int timeout_ms)
{
	int ret;

	ret = vfu_loop_poll(server->loop, check(server, timeout_ms));
	catch_up(server);
	free_sources(server, false);
	return ret;
}

bool vfu_server_poll(struct vfu_server *server, int timeout_ms)
{
	if (!atomic_load(&server->is_stopping))
		poll_once(server, timeout_ms);
	return !atomic_load(&server->is_stopping);
}

int vfu_server_run(struct vfu_server *server)
{
	int ret = 0;

	while (!ret && !atomic_load(&server->is_stopping))
		ret = poll_once(server, -1);
	return ret;
}

void vfu_server_stop(struct vfu_server *server)
{
	atomic_store(&server->is_stopping, true);
	vfu_loop_wake(server->loop);
}

int vfu_server_adopt(struct vfu_server *server, unsigned int func, int fd)
{
	if (func >= server->nslots) {
		close(fd);
		return -EINVAL;
	}
	return connect_client(&server->slots[func], fd);
}

bool vfu_server_has_client(const struct vfu_server *server, unsigned int func)
{
	return func < server->nslots &&
	       vfu_function_has_client(server->slots[func].function);
}

unsigned int vfu_server_clients(const struct vfu_server *server)
{
	return server->clients;
}

const char *vfu_server_shows(const struct vfu_server *server,
			     unsigned int func)
{
	return func < server->nslots ? server->slots[func].path : NULL;
}

static void on_guest_source(void *arg, uint32_t events)
{
	struct guest_source *source = arg;

	source->handler(source->arg, events);
}

static const struct vfu_source_ops guest_source_ops = {
	.handler = on_guest_source,
};

static struct guest_source *find_source(struct vfu_server *server, int fd)
{
	struct guest_source *source;

	for (source = server->sources; source; source = source->next)
		if (source->fd == fd && !source->is_removed)
			return source;
	return NULL;
}

int vfu_server_add_fd(struct vfu_server *server, int fd, uint32_t events,
		      void (*handler)(void *arg, uint32_t events), void *arg)
{
	struct guest_source *new;
	int ret;

	if (find_source(server, fd))
		return -EEXIST;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->fd = fd;
	new->handler = handler;
	new->arg = arg;
	ret = vfu_loop_add(server->loop, fd, events, false, &guest_source_ops,
			   new, &new->source);
	if (ret) {
		free(new);
		return ret;
	}
	new->next = server->sources;
	server->sources = new;
	return 0;
}

int vfu_server_modify_fd(struct vfu_server *server, int fd, uint32_t events)
{
	struct guest_source *source = find_source(server, fd);

	return source ? vfu_loop_modify(source->source, events) : -ENOENT;
}

/* Its handler may be the one at work. */
void vfu_server_remove_fd(struct vfu_server *server, int fd)
{
	struct guest_source *source = find_source(server, fd);

	if (!source)
		return;
	vfu_loop_remove(source->source);
	source->is_removed = true;
}
