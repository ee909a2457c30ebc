#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The makespans of small projects with simulated workers, 3 runs of each lease: every project ends and all
# invariants hold at its end, the shorter lease is the quicker one, and a seed repeats to the byte.
# The whole table: build/release/makespan --runs 60.
set -u
cd "$(dirname "$0")/.." || exit 1
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
passed=0
failed=0
want() {
	if eval "$2"; then passed=$((passed + 1)); else
		failed=$((failed + 1))
		echo "not ok: $1"
	fi
}
for run in one two; do
	build/release/makespan --runs 3 --tasks 20 >"$room/$run"
	want 'each project ends, with all invariants' "[ $? = 0 ]"
done
cat "$room/one"
# Tenths of minutes of the lease that is named.
mean() { sed -n "s/^ *20 items  $1  *\([0-9]*\)\.\([0-9]\) .*/\1\2/p" "$room/one"; }
want 'a seed repeats to the byte' 'cmp "$room/one" "$room/two"'
want 'a quarter of an hour is quicker than an hour' '[ "$(mean "15 min")" -lt "$(mean "60 min")" ]'
# The design's own simulation takes 63 of 100 off: a third at least.
want 'a second copy is quicker than none' '[ $((3 * $(mean "at once"))) -lt $((2 * $(mean "+ heartbeat"))) ]'
want 'what is learned is quicker than a quarter of an hour' '[ "$(mean learned)" -lt "$(mean "15 min")" ]'
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
