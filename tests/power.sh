#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The power goes at 2,400 moments of recorded work; see tests/sim/power_main.c. With a weaker setting of
# SQLite the same test must find what is lost.
set -u
cd "$(dirname "$0")/.." || exit 1
power=build/release/power
out=$("$power" --states "${STATES:-2400}")
printf '%s\n' "$out" | sed '$d'
line=$(printf '%s\n' "$out" | tail -n 1)
passed=${line%% *}
failed=${line#*, }
failed=${failed%% *}
weak=$("$power" --states 200 --weak)
printf '%s\n' "$weak" | sed '$d; s/^/synchronous=NORMAL: /'
# In three of the four kinds of work at least: a checkpoint may sync the log by itself.
if [ "$(printf '%s\n' "$weak" | grep -c ' [1-9][0-9]* with something lost')" -ge 3 ]; then
	passed=$((passed + 1))
else
	failed=$((failed + 1))
	echo 'not ok: synchronous=NORMAL loses what was told, and the test sees it'
fi
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
