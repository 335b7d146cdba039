/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "wdctl.h"

static const struct hardware known[] = {
	{ 0x19e5, 0xa250, false, "hisi_zip", "HiSilicon ZIP" },
	{ 0x19e5, 0xa251, true, "hisi_zip", "HiSilicon ZIP virtual function" },
};

const struct hardware *hardware_of(const char *address)
{
	struct number vendor, device;

	vendor = read_number("/sys/bus/pci/devices/%s/vendor", address);
	device = read_number("/sys/bus/pci/devices/%s/device", address);
	for (unsigned int i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (number_is(vendor, known[i].vendor) &&
		    number_is(device, known[i].device))
			return &known[i];
	return NULL;
}
