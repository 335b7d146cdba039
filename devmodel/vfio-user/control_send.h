/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The other end of the control socket: hisi-zip-emu --send. */
#ifndef CONTROL_SEND_H
#define CONTROL_SEND_H

#include <stdio.h>

/**
 * control_send() - send a command and print the answer
 * @path: of the control socket
 * @words: of the command, up to NULL
 * @out: gets the answer if the command was carried out, without the word "ok"
 * @err: gets it otherwise, or what kept it from coming
 *
 * Return: 0 if it was carried out, 1 if it was refused, 2 if there was no
 * answer.
 */
int control_send(const char *path, char *const *words, FILE *out, FILE *err);

#endif /* CONTROL_SEND_H */
