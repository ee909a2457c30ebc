#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Several servers on one PostgreSQL: what they share, one by one (processes.mjs), and a recorded
# crowd whose every request goes to either of two, while either is killed.
set -u
cd "$(dirname "$0")/../.." || exit 1
if [ -z "${PGHOST:-}" ]; then
	echo 'skipped: several servers on one database, no PostgreSQL server'
	echo '0 passed, 0 failed'
	exit 0
fi
createdb processes && createdb processes_replay || exit 1
out=$(timeout -k 10 200 node tests/story/processes.mjs "${TESSERA:-build/tessera}" postgresql:///processes)
last=$(printf '%s\n' "$out" | tail -n 1)
printf '%s\n' "$out" | sed '$d'
case $last in *' passed, '*) ;; *) last='0 passed, 1 failed' ;; esac
passed=${last%% passed*}
failed=$(printf '%s' "$last" | sed 's/.*, \([0-9]*\) failed/\1/')
if line=$(timeout -k 10 190 tests/story/replay --json --set demo/sets/ms --servers 2 --kill 8 \
	--program "${TESSERA:-build/tessera}" --database postgresql:///processes_replay); then
	passed=$((passed + 1))
else
	failed=$((failed + 1))
	echo 'not ok: the replay through two servers with kills'
fi
printf 'replay through two servers with kills: %s\n' "$(printf '%s\n' "$line" | tail -n 1)"
dropdb processes
dropdb processes_replay
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
