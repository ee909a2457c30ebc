#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Bad input and faults on both engines; see faults.mjs and its parts.
set -u
cd "$(dirname "$0")/../.." || exit 1
tessera=${TESSERA:-build/tessera}
story() { node tests/story/faults.mjs "$tessera" "$@"; }
passed=0
failed=0
bad=0
tell() {
	out=$("$@") || bad=1
	last=$(printf '%s\n' "$out" | tail -n 1)
	printf '%s\n' "$out" | sed '$d'
	passed=$((passed + ${last%% passed*}))
	failed=$((failed + $(printf '%s' "$last" | sed 's/.*, \([0-9]*\) failed/\1/')))
}

# A disk of 40 MB that only the commands run under it see, and that goes with them.
own=
for try in 'unshare -m' 'unshare -Urm'; do
	if $try mount -t tmpfs -o size=1m tmpfs /mnt 2>/dev/null; then
		own=$try
		break
	fi
done
room=$(mktemp -d) || exit 1
trap 'rmdir "$room"' EXIT
disk() {
	# shellcheck disable=SC2016 # the inner shell's own words
	$own sh -c 'mount -t tmpfs -o size=40m tmpfs "$1" && TMPDIR=$1 exec node tests/story/faults.mjs "$2" "$3" disk' \
		disk "$room" "$tessera" "$1"
}

# on DATABASES
on() {
	tell story "$1" input files overlap+crash
	[ -z "$own" ] || tell disk "$1"
}

on ''
tell story '' slow
[ -n "$own" ] || echo 'skipped: a full disk, neither root nor a namespace of our own may mount one'
if [ -n "${PGHOST:-}" ]; then
	for part in input files overlap crash disk; do createdb "faults_$part" || exit 1; done
	on postgresql:///faults_
	for part in input files overlap crash disk; do dropdb "faults_$part"; done
else
	echo 'skipped: faults on PostgreSQL, no server'
fi
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$bad" = 0 ] && [ "$failed" = 0 ]
