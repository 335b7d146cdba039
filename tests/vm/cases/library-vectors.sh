#!/bin/sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# summary: the library's own test vectors through the device's file
# iommu: none virtio intel
# device: --revision v3
# product: test_session_format test_session_header test_session_inflate test_session_oneshot test_session_stream test_session_threads
# kmod: warpdrive
# matrix: full
# timeout: 1500
. /lib/tap.sh
# shellcheck source=tests/vm/guest/warpdrive.sh
. /lib/warpdrive.sh

needs_vectors
load_settled uacce_mode=2
free=$(available)
export CMOCKA_MESSAGE_OUTPUT=TAP WD_TEST_DEVICE=$zip
for program in header format oneshot stream inflate threads; do
	before=$(requests) began=$(date +%s)
	tap "test_session_$program"
	done=$(($(requests) - before))
	note "test_session_$program: $done requests, $(($(date +%s) - began)) s"
	ok "test_session_$program used the device" [ "$done" -gt 0 ]
	is "its queues are free again" "$(available)" "$free"
done
