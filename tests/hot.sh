#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
#
# tests/hot.sh [--record]: has the hot path become dearer? Counts the instructions of accept and submit, by
# valgrind's callgrind, over the real rules (bench/hot.c), and compares them with bench/hot.count:
# more than 5 % above is a failure. Whoever changes the path on purpose records the new figure with --record
# and says so in his commit. Instructions are the same on a busy machine, where time is not.
set -u
cd "$(dirname "$0")/.." || exit 1
cycles=1920
record=bench/hot.count
programs=build/release/bench
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
fail() { printf 'FAIL: %s\n0 passed, 1 failed\n' "$*"; exit 1; }
t() { build/tessera "$@" 2>>"$work/log" || fail "tessera $1: $(tail -n 1 "$work/log")"; }

if ! command -v valgrind >/dev/null 2>&1; then
	echo "skipped: the count of instructions, there is no valgrind"
	echo "0 passed, 0 failed"
	exit 0
fi
make -s MODE=release "$programs/hot" "$programs/fill" "$programs/people" build/tessera || fail "no build"
t init --data "$work" >/dev/null
"$programs/people" --data "$work" --workers 1 || fail "nobody can be made"
t fund --data "$work" --user bench@bench.invalid --amount 100000.00 --reference hot >/dev/null
printf '%s' '{"blocks":[{"type":"markdown","text":"Item **{{item}}**: cat or dog?"},' \
	'{"type":"choice","name":"label","label":"Which?","options":["cat","dog"]}]}' >"$work/template.json"
project=$(t project add --data "$work" --user bench@bench.invalid --title Hot --reward 0.05 \
	--template "$work/template.json" --redundancy 3 --json | sed 's/[^0-9]//g')
"$programs/fill" --data "$work" --project "$project" --tasks 10000 || fail "no tasks"
t project publish --data "$work" --project "$project" >/dev/null
valgrind --tool=callgrind --toggle-collect=hot_cycles --callgrind-out-file="$work/out" \
	"$programs/hot" --data "$work" --project "$project" --cycles "$cycles" >"$work/log" 2>&1 ||
	fail "callgrind: $(tail -n 3 "$work/log" | tr '\n' ' ')"
total=$(sed -n 's/^\(summary\|totals\): //p' "$work/out" | head -n 1)
[ -n "$total" ] && [ "$total" -gt "$cycles" ] || fail "nothing was counted"
now=$((total / cycles))
if [ "${1:-}" = --record ]; then
	echo "$now" >"$record"
	echo "recorded: $now instructions for a cycle"
	exit 0
fi
was=$(cat "$record") || fail "no figure is recorded"
echo "a cycle takes $now instructions; recorded are $was"
[ $((100 * now)) -le $((105 * was)) ] || fail "that is more than 5 % above"
[ $((100 * now)) -ge $((90 * was)) ] || echo "that is far less: record it again (tests/hot.sh --record)"
echo "1 passed, 0 failed"
