#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Pictures, sound, video and PDF of strangers, and for whom their addresses are good, on both engines: media.mjs.
set -u
cd "$(dirname "$0")/../.." || exit 1
status=0
node tests/story/media.mjs "${TESSERA:-build/tessera}" || status=1
if [ -n "${PGHOST:-}" ]; then
	createdb media && node tests/story/media.mjs "${TESSERA:-build/tessera}" postgresql:///media || status=1
else
	echo 'skipped: media on PostgreSQL, no server'
fi
exit $status
