#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# What idle connections cost; see idle.mjs. TESSERA_IDLE=10000 asks for that many (and file limits).
set -u
cd "$(dirname "$0")/../.." || exit 1
exec timeout -k 10 200 node tests/story/idle.mjs "${TESSERA:-build/tessera}" "${TESSERA_IDLE:-2000}"
