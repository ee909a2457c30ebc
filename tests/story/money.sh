#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The story of money on SQLite, and on PostgreSQL when PGHOST names one.
set -u
cd "$(dirname "$0")/../.." || exit 1
tessera=${TESSERA:-build/tessera}
passed=0
failed=0
bad=0
tell() {
	out=$(node tests/story/money.mjs "$tessera" "$@") || bad=1
	last=$(printf '%s\n' "$out" | tail -n 1)
	printf '%s\n' "$out" | sed '$d'
	passed=$((passed + ${last%% passed*}))
	failed=$((failed + $(printf '%s' "$last" | sed 's/.*, \([0-9]*\) failed/\1/')))
}
tell
if [ -n "${PGHOST:-}" ]; then
	createdb money || exit 1
	tell postgresql:///money
	dropdb money
else
	echo 'skipped: the story of money on PostgreSQL, no server'
fi
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$bad" = 0 ] && [ "$failed" = 0 ]
