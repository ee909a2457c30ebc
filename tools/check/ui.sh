#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The browser code has no type errors.
[ -f ui/tsconfig.json ] || exit 0
make -s ui/node_modules/.package-lock.json >&2 || exit 1
cd ui && npm run --silent types
