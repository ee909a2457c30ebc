#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# People at the API: accounts, roles, sessions, keys, tenants. See people.mjs.
set -u
cd "$(dirname "$0")/../.." || exit 1
database=
if [ -n "${PGHOST:-}" ]; then
	createdb people && database=postgresql:///people
else
	echo 'skipped: people on PostgreSQL, no server'
fi
exec node tests/story/people.mjs "${TESSERA:-build/tessera}" $database
