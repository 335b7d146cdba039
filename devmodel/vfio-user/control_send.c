/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "control_priv.h"
#include "control_send.h"

/* A reset waits for requests, and these for memory of a client. */
#define ANSWER_SECONDS	60

enum {
	SENT_OK = 0,
	SENT_REFUSED = 1,
	SENT_NOT = 2,
};

/* All words as one line; false if that is no line. */
static bool join(char *const *words, char *line, FILE *err)
{
	size_t used = 0;

	for (; *words; words++) {
		size_t len = strlen(*words);

		if (strpbrk(*words, "\r\n")) {
			fputs("hisi-zip-emu: a command has no line breaks\n",
			      err);
			return false;
		}
		if (used + len + 2 > CONTROL_LINE_BYTES) {
			fprintf(err, "hisi-zip-emu: a command has %d characters at most\n",
				CONTROL_LINE_BYTES - 1);
			return false;
		}
		memcpy(line + used, *words, len);
		used += len;
		line[used++] = words[1] ? ' ' : '\n';
	}
	line[used] = 0;
	return true;
}

static int connect_to(const char *path, FILE *err)
{
	const struct timeval patience = { .tv_sec = ANSWER_SECONDS };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		fprintf(err, "hisi-zip-emu: '%s' is too long for a socket\n",
			path);
		return -1;
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		fprintf(err, "hisi-zip-emu: '%s': %s; is an emulator running with --control=%s?\n",
			path, strerror(errno), path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static bool send_all(int fd, const char *line)
{
	size_t len = strlen(line);

	while (len) {
		ssize_t n = send(fd, line, len, MSG_NOSIGNAL);

		if (n < 0)
			return false;
		line += n;
		len -= (size_t)n;
	}
	return true;
}

/* The first line tells by its first word how it went. */
static int print_first(const char *line, FILE *out, FILE *err)
{
	if (!strcmp(line, "ok\n"))
		return SENT_OK;
	if (!strncmp(line, "ok ", 3)) {
		fputs(line + 3, out);
		return SENT_OK;
	}
	fputs(line, err);
	return SENT_REFUSED;
}

static int print_answer(FILE *answer, FILE *out, FILE *err)
{
	int status = SENT_NOT;
	char *line = NULL;
	size_t size = 0;
	bool ended = false;

	while (!ended && getline(&line, &size, answer) > 0) {
		ended = !strcmp(line, ".\n");
		if (status == SENT_NOT)
			status = print_first(line, out, err);
		else if (!ended)
			fputs(line, status == SENT_OK ? out : err);
	}
	free(line);
	if (ended)
		return status;
	fputs("hisi-zip-emu: the answer did not come to its end\n", err);
	return SENT_NOT;
}

int control_send(const char *path, char *const *words, FILE *out, FILE *err)
{
	char line[CONTROL_LINE_BYTES];
	int fd, status = SENT_NOT;
	FILE *answer;

	if (!join(words, line, err))
		return SENT_NOT;
	fd = connect_to(path, err);
	if (fd < 0)
		return SENT_NOT;
	answer = fdopen(fd, "r");
	if (!answer) {
		close(fd);
		return SENT_NOT;
	}
	/* Who is refused for want of places may have an answer all the same. */
	send_all(fd, line);
	status = print_answer(answer, out, err);
	fclose(answer);
	return status;
}
