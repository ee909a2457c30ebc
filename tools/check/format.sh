#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Every C file is as clang-format would write it (.clang-format).
git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror 2>&1 |
	grep 'error:' | cut -d: -f1 | uniq -c | awk '{ print "format: " $2 ": " $1 " places"; bad = 1 }
	END { exit bad }'
