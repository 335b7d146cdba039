/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A PCI function as sysfs shows it. */
#ifndef PCI_H
#define PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_ADDRESS_BYTES	32
#define PCI_CONFIG_BYTES	4096

/* The first function with these ids, or the program ends. */
void pci_find(uint16_t vendor, uint16_t device, char *address);

/* Whether it is there at all. */
bool pci_exists(const char *address);

/* Configuration space; ends the program unless all bytes are there. */
void pci_config_load(const char *address, uint8_t config[PCI_CONFIG_BYTES]);

/* Write @bytes bytes (1, 2 or 4) of @value. */
void pci_config_store(const char *address, unsigned int offset, uint32_t value,
		      unsigned int bytes);

/* Offset of a capability, 0 if there is none. */
unsigned int pci_capability(const uint8_t *config, uint8_t id);
unsigned int pci_extended_capability(const uint8_t *config, uint16_t id);

uint16_t pci_word(const uint8_t *config, unsigned int offset);
uint32_t pci_dword(const uint8_t *config, unsigned int offset);

/* The size of BAR @bar as the kernel found it; 0: there is none. */
uint64_t pci_bar_bytes(const char *address, unsigned int bar);

/* 0 or -errno; @attribute is a file in the function's folder. */
int pci_attribute_write(const char *address, const char *attribute,
			const char *text);

/* Bind to @driver, or to none with NULL. Return: 0 or -errno. */
int pci_bind(const char *address, const char *driver);

/* Last part of the link @name in the function's folder; false: no such link. */
bool pci_link(const char *address, const char *name, char *target,
	      size_t bytes);

/* Function level reset by the kernel. Return: 0 or -errno. */
int pci_reset(const char *address);

#endif /* PCI_H */
