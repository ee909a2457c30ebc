#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Bad input and faults on both engines; see faults.mjs and its parts.
set -u
cd "$(dirname "$0")/../.." || exit 1
tessera=${TESSERA:-build/tessera}
passed=0
failed=0
bad=0
# tell WRAPPER… -- DATABASE PART…
tell() {
	out=$("$@") || bad=1
	last=$(printf '%s\n' "$out" | tail -n 1)
	printf '%s\n' "$out" | sed '$d'
	passed=$((passed + ${last%% passed*}))
	failed=$((failed + $(printf '%s' "$last" | sed 's/.*, \([0-9]*\) failed/\1/')))
}
tell node tests/story/faults.mjs "$tessera" "" input files overlap crash
if [ -n "${PGHOST:-}" ]; then
	for part in input files overlap crash; do
		createdb "faults_$part" || exit 1
		tell node tests/story/faults.mjs "$tessera" "postgresql:///faults_$part" "$part"
		dropdb "faults_$part"
	done
else
	echo 'skipped: faults on PostgreSQL, no server'
fi
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$bad" = 0 ] && [ "$failed" = 0 ]
