#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# A recorded crowd works through the whole house: on both engines, and with kills in between. The
# set is rte where the shared data lies beside this tree, else the small one of demo/.
set -u
cd "$(dirname "$0")/../.." || exit 1
small=demo/sets/ms
set=../shared/data/crowd/rte
[ -d "$set" ] || set=$small
passed=0
failed=0
replay() {
	name=$1
	shift
	if line=$(tests/story/replay --json "$@"); then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'not ok: %s\n' "$name"
	fi
	printf '%s: %s\n' "$name" "$(printf '%s\n' "$line" | tail -n 1)"
}
replay 'sqlite' --set "$set"
replay 'sqlite with kills' --set "$small" --kill 5
if [ -n "${PGHOST:-}" ]; then
	createdb replay && createdb replay_kills || exit 1
	replay 'postgresql' --set "$set" --database postgresql:///replay
	replay 'postgresql with kills' --set "$small" --kill 5 --database postgresql:///replay_kills
else
	echo 'skipped: the replay on PostgreSQL, no server'
fi
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
