#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Everything compiles without a warning under gcc and clang, as debug and as release.
jobs=$(nproc)
for mode in debug release; do
	for cc in gcc clang; do
		# shellcheck disable=SC2069 # only what the compilers complain about is shown
		make -s -j"$jobs" CC=$cc MODE=$mode objects 2>&1 >/dev/null || exit 1
	done
done
