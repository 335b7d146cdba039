/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef HOST_H
#define HOST_H

#include "tap.h"

/*
 * A command for the emulator's control socket, which the harness carries out
 * ("host emu ..."). Ends the program if it fails: a fault that was not injected
 * must not look like one that was endured.
 */
void host_emu(const char *fmt, ...) TAP_PRINTF(1);

#endif /* HOST_H */
