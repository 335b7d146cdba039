/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef WD_LOG_H
#define WD_LOG_H

#include <warpdrive/wd.h>

/* wd_log() - say something to the callback of wd_log_set(), if there is one */
void wd_log(enum wd_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* WD_LOG_H */
