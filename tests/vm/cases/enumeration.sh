#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: configuration space of a function, field by field, and what the kernel makes of it
# iommu: none
# device:
# device v1: --revision v1
# device v2: --revision v2
# device isolation: --isolation
# device vf: --function vf
# device vf-v2: --function vf --revision v2
# programs: zip_by_hand
. /lib/tap.sh

# shellcheck disable=SC2086 # options
tap zip_by_hand $DEVICE config

case $DEVICE in
*vf*) id=a251 ;;
*) id=a250 ;;
esac
function=$(pci_find "19e5:$id")
ok "there is one function 19e5:$id" test -d "/sys/bus/pci/devices/$function"
not_ok "no driver of the kernel takes it" \
	test -e "/sys/bus/pci/devices/$function/driver"
like "the kernel can reset it" \
	"$(cat "/sys/bus/pci/devices/$function/reset_method")" "*flr*"
