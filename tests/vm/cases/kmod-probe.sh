#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: generations that serve, and devices that cannot: one message, nothing left
# iommu: none virtio intel
# device: --revision v3
# device v1: --revision v1
# device mailbox-stuck: --inject mailbox-stuck
# device mailbox-status: --inject mailbox-status=5
# device memory: --inject mem-init-stuck
# device interrupts: --cap 0x3114=0x10007
# device depth: --cap 0x3108=0
# device uneven: --cap 0x3108=0x6000400
# device depths: --cap 0x3108=0x8000400
# device gone: --revision v3
# allows: pcie
# product: wd_load
# kmod: warpdrive
# timeout: 90
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

pf=$(pci_find 19e5:a250)

# errors: what the driver has to say about the device; the kernel itself may
# add that a probe failed, or that nothing is there to be switched on
errors()
{
	dmesg -r | grep "^<[0-3]>.*hisi_zip $pf" |
		grep -v -e "hisi_zip $pf: probe with" -e 'Unable to change power state'
}

serves()
{
	load_settled "$@"
	ok "requests" wd_load once "$zip" 1
	is "nothing to complain of" "$(errors)" ""
	ok "unload" unload
}

# refuses PATTERN: one message, no driver, nothing that stays behind
refuses()
{
	local began

	began=$(date +%s)
	ok "the modules themselves load" load uacce_mode=2
	ok "in time" [ $(($(date +%s) - began)) -lt 20 ]
	not_ok "no driver for the device" [ -e "/sys/bus/pci/devices/$pf/driver" ]
	not_ok "no file" [ -e "/dev/$zip" ]
	is "one message" "$(errors | wc -l)" 1
	like "which says why" "$(errors)" "$1"
	is "no algorithm" "$(grep -c "hisi.*acomp" /proc/crypto)" 0
	is "no interrupt" "$(grep hisi /proc/interrupts)" ""
	ok "unload" unload
}

if [ "$ARCH" != arm64 ] && [ "$IOMMU" != intel ]; then
	[ -z "$VARIANT" ] || skip_all "there is one interrupt vector only"
	refuses "*needs * MSI vectors*"
	exit 0
fi
case $VARIANT in
"")
	serves uacce_mode=2
	ok "crypto alone" load uacce_mode=0
	sleep 1
	not_ok "has no file" [ -e "/dev/$zip" ]
	is "and says nothing" "$(errors)" ""
	ok "unload" unload
	;;
v1)
	logs "nor shared virtual addresses where there are none" uacce_mode=2 \
		load uacce_mode=1 unsafe_mmio=1
	ok "unload" unload
	logs "doorbells in the mailbox's page are not given away" unsafe_mmio=1 \
		load uacce_mode=2
	not_ok "there is no file" [ -e "/dev/$zip" ]
	ok "unload" unload
	serves uacce_mode=2 unsafe_mmio=1
	;;
mailbox-stuck) refuses "*mailbox command * does not end*" ;;
mailbox-status) refuses "*can't start*" ;;
memory) refuses "*does not initialise its memory*" ;;
depths) serves uacce_mode=2 ;;
gone)
	ok "the device goes away" host emu remove
	refuses "*does not answer*"
	;;
interrupts | depth | uneven) refuses "*capability registers make no sense*" ;;
*) ok "variant $VARIANT is known" false ;;
esac
