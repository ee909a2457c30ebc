#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The database fails over while people work; see failover.mjs.
set -u
cd "$(dirname "$0")/../.." || exit 1
exec timeout -k 10 300 node tests/story/failover.mjs "${TESSERA:-build/tessera}"
