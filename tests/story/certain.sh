#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Answers are asked for as long as they pay, and the results are certified, on both engines: certain.mjs.
set -u
cd "$(dirname "$0")/../.." || exit 1
status=0
node tests/story/certain.mjs "${TESSERA:-build/tessera}" || status=1
if [ -n "${PGHOST:-}" ]; then
	createdb certain && node tests/story/certain.mjs "${TESSERA:-build/tessera}" postgresql:///certain || status=1
else
	echo 'skipped: the same on PostgreSQL, no server'
fi
exit $status
