#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Recorded human boxes through the API, merged, exported and scored, on both engines: boxes.mjs.
set -u
cd "$(dirname "$0")/../.." || exit 1
set=${CROWD:-../shared/data/crowd}/pedestrians
if [ ! -d "$set" ]; then
	echo 'skipped: the recorded boxes are not there'
	echo '0 passed, 0 failed'
	exit 0
fi
status=0
node tests/story/boxes.mjs "$set" "${TESSERA:-build/tessera}" || status=1
if [ -n "${PGHOST:-}" ]; then
	createdb boxes && node tests/story/boxes.mjs "$set" "${TESSERA:-build/tessera}" postgresql:///boxes || status=1
else
	echo 'skipped: boxes on PostgreSQL, no server'
fi
exit $status
