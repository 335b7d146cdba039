#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: the guest boots, talks to the host, has its IOMMU and its processors
# iommu: none virtio intel
# timeout: 30
. /lib/tap.sh

case $ARCH in
arm64) machine=aarch64 ;;
amd64) machine=x86_64 ;;
esac
is "the kernel is one of $ARCH" "$(uname -m)" "$machine"
is "both processors run" "$(nproc)" 2

# With virtio-iommu a device joins its group only when a driver binds to it.
iommus=$(find /sys/class/iommu -mindepth 1 2>/dev/null | wc -l)
if [ "$IOMMU" = none ]; then
	is "there is no IOMMU" "$iommus" 0
else
	is "there is an IOMMU" "$iommus" 1
fi

like "QEMU answers" "$(host qmp '{"execute":"query-status"}')" '*"running"*'
not_ok "the emulator's socket is refused without a device" host emu dump
not_ok "an unknown command is refused" host nonsense
