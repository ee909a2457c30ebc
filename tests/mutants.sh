#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Six mistakes, planted one at a time (tests/sim/faulty.h). The town must notice each, by the invariant
# or the word of the history that is meant to; and without a mistake nothing.
set -u
cd "$(dirname "$0")/.." || exit 1
sim=build/release/sim
passed=0
failed=0
for mutant in 1 2 3 4 5 6; do
	out=$(timeout 60 "$sim" --days 20 --mutant "$mutant")
	told=$(printf '%s\n' "$out" | sed -n 's/^mutant [0-9]* //p')
	found=$(printf '%s\n' "$out" | sed -n 's/^broken: .*step [0-9]*: \([a-z_.]*\): .*/\1/p')
	where=$(printf '%s\n' "$out" | sed -n 's/^broken: \(.*step [0-9]*\): .*/\1/p')
	if [ -n "$found" ] && printf '%s\n' "${told##* by }" | tr ' ' '\n' | grep -qx "$found"; then
		passed=$((passed + 1))
		printf 'mutant %s %s: found by %s, %s\n' "$mutant" "${told%% made*}" "$found" "$where"
	else
		failed=$((failed + 1))
		printf 'not ok: mutant %s %s, found: %s\n' "$mutant" "$told" "${found:-nothing}"
	fi
done
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
