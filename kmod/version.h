/* SPDX-License-Identifier: GPL-2.0-only */
/* Version of the modules: the project's, which tests/lib/text-check compares. */
#ifndef WD_KMOD_VERSION_H
#define WD_KMOD_VERSION_H

#define WD_KMOD_VERSION	"0.1.0"

#endif /* WD_KMOD_VERSION_H */
