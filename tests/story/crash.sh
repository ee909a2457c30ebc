#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The server ends itself 100 times on each engine, at the named places of lib/base/crash.h, while a recorded
# crowd works. Nothing that was acknowledged is lost, nothing is done twice, and each place was met.
set -u
cd "$(dirname "$0")/../.." || exit 1
program=build/debug/tessera
make -s -j"$(nproc)" MODE=debug "$program" >&2 || exit 1
passed=0
failed=0
crash() {
	name=$1
	shift
	line=$(tests/story/replay --json --program "$program" --set demo/sets/ms --points \
		--kill "${KILLS:-100}" --seed "${SEED:-1}" "$@")
	code=$?
	places=$(printf '%s\n' "$line" | grep -o '"met":[1-9]' | wc -l)
	if [ "$code" = 0 ] && [ "$places" = 11 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'not ok: %s: %s of 11 places were met\n' "$name" "$places"
	fi
	printf '%s: %s\n' "$name" "$line"
}
crash sqlite
if [ -n "${PGHOST:-}" ]; then
	createdb crash_points || exit 1
	crash postgresql --database postgresql:///crash_points
	dropdb crash_points
else
	echo 'skipped: crashes on PostgreSQL, no server'
fi
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
