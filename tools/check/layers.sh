#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Who may know whom: src/LAYERS for the rooms, the floors of lib/ among themselves, and no
# product noun (tools/nouns.txt) in the code of lib/.
make -s build/gen/files.mk >&2 || exit 1
bad=0
say() { printf 'layers: %s\n' "$*"; bad=1; }

# The order of the page is the order of the contents page.
page=$(sed -n 's/^\([a-z]*\):.*/\1/p' src/LAYERS)
rooms=$(sed -n 's/^\tX(\([a-z]*\)).*/\1/p' src/app/rooms.c | grep -v '^app$')
folders=$(find src -mindepth 1 -maxdepth 1 -type d | sed 's,^src/,,' | grep -v '^app$' | sort)
listed=$(for r in $page; do printf '%s\n' "$rooms" | grep -x "$r"; done)
[ "$listed" = "$rooms" ] || say "src/LAYERS and src/app/rooms.c do not have the same order"
for r in $folders; do
	printf '%s\n' "$page" | grep -qx "$r" || say "src/$r has no line in src/LAYERS"
done

# A room's includes, the words of other rooms' doors in its code, the tables in its statements.
code_words() {
	find "$@" -type f -exec gcc -fpreprocessed -dD -E -P -w -x c {} + 2>/dev/null |
		sed 's/"[^"]*"/ /g' | tr -cs 'A-Za-z0-9_' '\n' | sort -u
}
rows=$(
	for r in $folders; do
		upper=$(printf '%s' "$r" | tr a-z A-Z)
		[ ! -f "src/$r/$r.h" ] || code_words "src/$r/$r.h" |
			sed -nE "s/^((${r}|${upper})_[A-Za-z0-9_]+)$/door $r \1/p"
		code_words "src/$r" -name '*.[ch]' ! -name '*_test.c' | sed "s/^/word $r /"
		find "src/$r" -name '*.[ch]' ! -name '*_test.c' -exec grep -hoE '^#include "[^"]*"' {} + |
			sed "s/.*\"\(.*\)\"/include $r \1/"
		find "src/$r" -name '[0-9][0-9][0-9][0-9]_*.sql' -exec sed -nE \
			"s/^CREATE TABLE ([a-z_]+).*/table $r \1/p" {} +
	done | sort -u
	for t in $(find lib -name '[0-9][0-9][0-9][0-9]_*.sql' -exec sed -nE \
		's/^CREATE TABLE ([a-z_]+).*/\1/p' {} +); do echo "table lib $t"; done
	for r in $folders; do
		find "src/$r" -name '[a-z]*.sql' -exec sed 's/--.*//' {} + | tr '\n(),;' '     ' |
			tr -s ' \t' '\n\n' | awk -v room="$r" '
			{ word = toupper($0) }
			(before == "FROM" || before == "JOIN") && last != "DELETE" { print "read", room, $0 }
			before == "INTO" || (before == "UPDATE" && word != "SET") ||
			(before == "FROM" && last == "DELETE") { print "write", room, $0 }
			{ last = before; before = word }'
	done | sort -u
)
printf '%s\n' "$rows" | awk '
BEGIN {
	while ((getline line < "src/LAYERS") > 0) {
		if (line !~ /^[a-z]+:/) continue
		room = line; sub(/:.*/, "", room); sub(/^[a-z]+: */, "", line)
		rank[room] = ++count
		n = split(line, word, " ")
		for (i = 1; i <= n; i++) {
			may[room, word[i]] = 1
			if (!(word[i] in rank) || word[i] == room) say(room ": " word[i] " does not stand above it")
		}
	}
}
function say(what) { print "layers: " what; bad = 1 }
function uses(room, other, how) {
	if (room == other) return
	if (!((room, other) in may)) say("src/" room " " how ", but " other " is not on its line")
	used[room, other] = 1
}
{ row[NR] = $0 }
$1 == "table" { owner[$3] = $2 }
$1 == "door" { door[$3] = $2 }
END {
	for (i = 1; i <= NR; i++) {
		split(row[i], f, " ")
		if (f[1] == "include") {
			n = split(f[3], part, "/")
			if (!(part[1] in rank)) {
				if (part[1] == "app") say("src/" f[2] " includes the roof: " f[3])
				continue
			}
			if (part[1] != f[2] && f[3] != part[1] "/" part[1] ".h")
				say("src/" f[2] " includes " f[3] ", which is not a door")
			uses(f[2], part[1], "includes " f[3])
		} else if (f[1] == "word" && (f[3] in door))
			uses(f[2], door[f[3]], "uses " f[3])
		else if (f[1] == "write" && (f[3] in owner) && owner[f[3]] != f[2])
			say("src/" f[2] " writes the table " f[3] " of " owner[f[3]])
		else if (f[1] == "read" && (f[3] in owner) && owner[f[3]] != "lib")
			uses(f[2], owner[f[3]], "reads the table " f[3])
	}
	for (pair in may) {
		split(pair, f, SUBSEP)
		if (!((f[1], f[2]) in used)) say(f[1] ": the permission for " f[2] " is not used")
	}
	exit bad
}' || bad=1

# The floors of lib/, lowest first: each includes only those before it.
below=
for floor in base os media store web job room; do
	case $floor in store) below='base os' ;; job) below='base os store' ;; room) below='base os store web job' ;; esac
	found=$(find "lib/$floor" -name '*.[ch]' ! -name '*_test.c' ! -name '*_test_in.h' -exec grep -noHE '^#include "[^"]*"' {} + |
		grep -vE "\"($(printf '%s' "$below $floor" | sed 's/^ *//; s/  */|/g'))/")
	[ -z "$found" ] || { printf '%s\n' "$found" | sed 's/^/layers: /'; bad=1; }
	below="$below $floor"
done

# Nouns, looked for in the code without comments and texts.
for f in $(git ls-files 'lib/*.c' 'lib/*.h' | grep -v '_test\.c$'); do
	gcc -fpreprocessed -dD -E -P -w -x c "$f" 2>/dev/null | sed 's/"[^"]*"/""/g' |
		grep -noiwE "$(grep -v '^#' tools/nouns.txt | tr '\n' '|' | sed 's/|$//; s/|/(_[a-z_]*)?|/g; s/$/(_[a-z_]*)?/')" |
		sed "s,^[0-9]*:,layers: $f names a product noun: ,"
done | sort -u | { if grep .; then exit 1; fi; } || bad=1
exit "$bad"
