#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Functions and data that nobody outside of their own file uses, and statements that no code
# calls. Programs, fuzzers and tests count as users of what a door offers. In lib/ a function that
# only its own file uses may stand in the header when it belongs to a family.
make -s -j"$(nproc)" objects programs >&2 || exit 1
out=build/debug/obj
bad=0

all=$(find $out/lib $out/src $out/build -name '*.o' ! -name '*_test.o')
users=$(find $out -name '*.o')
again=$(find lib -name '*.c' ! -name '*_test.c' -exec sh -c '
	tr -cs A-Za-z0-9_ "\n" <"$1" | sort | uniq -c | awk "\$1 > 1 { print \$2 }"' again {} \;)
fuzzed=$(cat tests/fuzz/*_fuzz.c 2>/dev/null | tr -cs 'A-Za-z0-9_' '\n' | sort -u)
# shellcheck disable=SC2086 # lists of names without blanks
{
	nm -u $users 2>/dev/null | awk 'NF == 2 { print "use", $2 }'
	printf '%s\n' "$fuzzed" "$again" | sed 's/^/use /'
	for o in $all; do nm -g --defined-only "$o" | awk -v o="$o" '{ print "def", $3, o }'; done
} | awk -v out="$out/" '
$1 == "use" { used[$2] = 1 }
$1 == "def" { where[$2] = $3 }
END {
	for (name in where) {
		file = where[name]
		if (name == "main" || name in used || file ~ /\/build\/gen\//) continue
		sub(out, "", file); sub(/\.o$/, ".c", file)
		print "unused: " file ": " name " has no user outside of its file"
		bad = 1
	}
	exit bad
}' | sort | { if grep .; then exit 1; fi; } || bad=1

words=$(find lib src $(ls -d bench 2>/dev/null) tests -name '*.c' ! -name '*_test.c' -exec cat {} + |
	tr -cs 'A-Za-z0-9_' '\n' | sort -u)
for f in $(git ls-files '*.sql' | grep -v '/[0-9][0-9][0-9][0-9]_[^/]*$'); do
	for name in $(sed -nE 's/^-- ([a-z0-9_]+)\(.*/\1/p' "$f"); do
		printf '%s\n' "$words" | grep -qxE "$name(_stmt)?" ||
			{ echo "unused: $f: the statement $name"; bad=1; }
	done
done
exit "$bad"
