/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "wd_driver.h"

extern const struct wd_driver hisi_zip_driver;

const struct wd_driver *const wd_drivers[] = {
	&hisi_zip_driver,
	NULL,
};
