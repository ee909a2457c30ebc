#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# A work's way through the house with the n-th allocation, write, sync, read, statement, commit and file call
# failing; see tests/sim/torture_main.c. MOST=N: so many of each kind for each step.
set -u
cd "$(dirname "$0")/.." || exit 1
exec build/release/torture --most "${MOST:-400}"
