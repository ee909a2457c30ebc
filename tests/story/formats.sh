#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Results go out in every format, and programs that are not ours read them: formats.mjs.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ -d tests/readers/node_modules ] ||
	(cd tests/readers && npm ci --ignore-scripts --no-audit --no-fund --silent) || exit 1
status=0
node tests/story/formats.mjs "${TESSERA:-build/tessera}" || status=1
if [ -n "${PGHOST:-}" ]; then
	createdb formats && node tests/story/formats.mjs "${TESSERA:-build/tessera}" postgresql:///formats || status=1
else
	echo 'skipped: formats on PostgreSQL, no server'
fi
exit $status
