#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Sizes, words that may not be left in the code, licence lines, banned functions.
git ls-files '*.c' '*.h' '*.ts' '*.tsx' '*.mjs' '*.sh' '*.sql' dev Makefile | xargs awk -v tabs=8 '
function say(what) { print "sizes: " FILENAME ":" FNR ": " what; bad = 1 }
function end_file() {
	if (file == "") return
	max = file ~ /\.h$/ ? 250 : 800
	if (file ~ /\.(c|h|ts|tsx)$/ && lines > max) {
		print "sizes: " file ": " lines " lines, at most " max; bad = 1
	}
	if (!spdx && file !~ /\.sql$/) { print "sizes: " file ": no SPDX line"; bad = 1 }
}
FNR == 1 { end_file(); file = FILENAME; spdx = 0; open = 0 }
{ lines = FNR }
FNR <= 2 && /SPDX-License-Identifier: AGPL-3.0-or-later/ { spdx = 1 }
FILENAME ~ /\.(c|h)$/ {
	width = 0
	for (i = 1; i <= length($0); i++)
		width += substr($0, i, 1) == "\t" ? tabs - width % tabs : 1
	if (width > 100) say(width " columns, at most 100")
	if (/[ \t]$/) say("a blank at the end of the line")
	# A function: the brace in the first column opens and closes it.
	if ($0 == "{") open = FNR
	if ($0 == "}" && open) {
		if (FNR - open - 1 > 70) say("a function of " FNR - open - 1 " lines, at most 70")
		open = 0
	}
}
/(^|[^A-Za-z_])(TODO|FIXME|XXX|HACK)([^A-Za-z_]|$)/ && FILENAME != "tools/check/sizes.sh" {
	say("something is left to do")
}
END { end_file(); exit bad }' || bad=1

# Functions that may not be called; memory has its own few places.
outside() { git ls-files 'lib/*.c' 'src/*.c' 'lib/*.h' 'src/*.h' | grep -vE "$1"; }
called() {
	outside "$1" | xargs grep -nE "(^|[^A-Za-z0-9_])($2)\(" |
		grep -vE '^[^:]*:[0-9]*:[[:space:]]*(\*|/\*)' | sed "s/^/$3: /"
}
found=$(
	called '^lib/base/banned\.h$' 'strcpy|strcat|strncpy|strncat|sprintf|vsprintf|strtok|atoi|atol|strtol|strtoul|gmtime|localtime|time|rand|system' banned
	called '^lib/base/arena\.c$|^lib/store/(lite|pg)\.c$|_wrap\.c$|^lib/base/banned\.h$' \
		'malloc|calloc|realloc|free|strdup|alloca' memory
)
[ -z "$found" ] || { printf '%s\n' "$found"; bad=1; }
exit "${bad:-0}"
