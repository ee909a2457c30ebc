#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
#
# More work than the house can do: three times the load it can carry arrives at a fixed rate (see
# bench/load.c). Most of what it can carry is done, the rest is refused with 503 or 429 and a
# Retry-After (the generator stops at one without), who is taken does not wait long, memory stays, and
# afterwards all is as before. What the house can carry is measured first, in the same
# minute, with judging and paying behind it.
set -u
cd "$(dirname "$0")/../.." || exit 1
tessera=${TESSERA:-build/tessera}
load=build/release/bench/load
passed=0
failed=0
if [ ! -x "$load" ]; then
	echo 'skipped: overload, the load generator is not built (make MODE=release programs)'
	echo '0 passed, 0 failed'
	exit 0
fi
work=$(mktemp -d /tmp/tessera-overload-XXXXXX) || exit 1
server=
clean() {
	if [ -n "$server" ]; then
		kill -TERM "$server" 2>/dev/null
		wait "$server" 2>/dev/null
	fi
	rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

value() { sed -n "s/.*\"$1\":\([-0-9.e]*\).*/\1/p" "$2"; }
calc() { awk "BEGIN { printf \"%.${2:-0}f\", $1 }"; }
holds() {
	if [ "$(calc "($1) ? 1 : 0")" = 1 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'not ok: %s (%s)\n' "$2" "$1"
	fi
}
memory() { awk '/VmRSS/ { print $2 }' "/proc/$server/status"; }
# run NAME WORDS…: figures in $work/NAME
run() {
	name=$1
	shift
	timeout 150 "$load" --port "$port" --pid "$server" --project "$project" --keys "$work/site/keys" \
		--operator "$work/site/operator" "$@" >"$work/$name" || {
		echo "not ok: the load $name did not run"
		echo "$passed passed, $((failed + 1)) failed"
		exit 1
	}
	printf '%s: %s\n' "$name" "$(cat "$work/$name")"
}

project=$(bench/make_site "$work/site" '' 60000 5 300 2>"$work/log") || { tail -n 1 "$work/log"; exit 1; }
"$tessera" serve --data "$work/site" --listen 127.0.0.1:0 >"$work/out" 2>"$work/serve.log" &
server=$!
tries=0
while [ ! -s "$work/out" ] && [ "$tries" -lt 100 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
port=$(sed 's/.*://' "$work/out")

run warm --connections 64 --seconds 1
run peak --connections 64 --seconds 3
peak=$(value cycles_per_s "$work/peak")
run unloaded --connections 300 --seconds 3 --rate "$(calc "$peak / 2")"
before=$(memory)
run over --connections 300 --seconds 5 --rate "$(calc "$peak * 3")"
after=$(memory)
run later --connections 64 --seconds 3

refused=$(value refused "$work/over")
holds "$refused > 0" 'what is too much is refused'
holds "$(value cycles_per_s "$work/over") >= 0.8 * $peak" 'at three times the load 80 % of the peak is done'
holds "$(value p99_ms "$work/over") <= 4 * $(value p99_ms "$work/unloaded")" 'who is taken waits four times as long at most'
holds "$after - $before < 65536" 'memory does not grow with what is refused'
holds "$(value cycles_per_s "$work/later") >= 0.8 * $peak" 'afterwards all is as before'
doctor=$("$tessera" doctor --data "$work/site" 2>/dev/null | tail -n 1)
if [ "$doctor" = sound ]; then passed=$((passed + 1)); else
	failed=$((failed + 1))
	echo "not ok: doctor says $doctor"
fi
printf 'overload: {"peak":%s,"goodput":%s,"ratio":%s,"refused":%s,"p99_unloaded_ms":%s,"p99_over_ms":%s,"rss_kb":[%s,%s]}\n' \
	"$peak" "$(value cycles_per_s "$work/over")" "$(calc "$(value cycles_per_s "$work/over") / $peak" 2)" "$refused" \
	"$(value p99_ms "$work/unloaded")" "$(value p99_ms "$work/over")" "$before" "$after"
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
