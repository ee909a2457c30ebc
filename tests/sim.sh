#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# 500 days of the simulated town, a seed each, in two processes, all invariants after each fourth step
# and each crash; a day that fails is played again with all of them after each. Then one of
# them twice, which must be the same to the byte. DAYS=N and SEED=N choose others.
set -u
cd "$(dirname "$0")/.." || exit 1
sim=build/release/sim
days=${DAYS:-500}
seed=${SEED:-1}
half=$((days / 2))
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
passed=0
failed=0
one() { timeout 700 "$sim" --seed "$1" --days "$2" --every 4 >"$room/$3"; }
one "$seed" "$half" first &
one $((seed + half)) $((days - half)) second
wait
for part in first second; do
	cat "$room/$part"
	line=$(tail -n 1 "$room/$part")
	case $line in
	*' passed, '*' failed')
		passed=$((passed + ${line%% *}))
		line=${line#*, }
		failed=$((failed + ${line%% *}))
		;;
	*) failed=$((failed + 1)) && echo "not ok: the days of the $part half came to no end" ;;
	esac
done
for run in one two; do
	"$sim" --seed $((seed + 6)) --trace --log "$room/log.$run" >"$room/trace.$run"
done
if cmp "$room/trace.one" "$room/trace.two" && cmp "$room/log.one" "$room/log.two" &&
	[ "$(wc -l <"$room/trace.one")" -gt 500 ]; then
	passed=$((passed + 1))
else
	failed=$((failed + 1))
	echo 'not ok: a seed that is played again is the same day'
fi
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
