#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Every `path:function` named in a document exists, and so does every file that one links to; the
# design names every room and every table.
bad=0
files=$(git ls-files --cached --others --exclude-standard '*.md' ':!tests/fuzz')
for file in $files; do
	grep -oE '[A-Za-z0-9_./-]+\.(c|h|ts|tsx|mjs|sh):[A-Za-z_][A-Za-z0-9_]*' "$file" | sort -u |
	while IFS=: read -r path name; do
		if [ ! -f "$path" ]; then
			echo "tour: $file: there is no file $path"
		# In C a definition or a declaration begins in the first column.
		elif ! grep -qE "^[a-z].*[^A-Za-z0-9_]$name(\(|\b.*=)" "$path"; then
			echo "tour: $file: there is no $name in $path"
		fi
	done
	folder=$(dirname "$file")
	grep -oE '\]\([^){#: ]+(#[^)]*)?\)' "$file" | sed 's/^](//; s/)$//; s/#.*//' | sort -u |
	while read -r link; do
		[ -e "$folder/$link" ] || echo "tour: $file: there is no $link"
	done
done | grep . && bad=1
{
	sed -n 's/^[[:space:]]*X(\([a-z]*\)).*/^| \1 |/p' src/app/rooms.c
	cat src/*/[0-9]*.sql lib/*/[0-9]*.sql | sed -n 's/^CREATE TABLE \([a-z_]*\).*/`\1`/p'
} | while read -r word; do
	grep -q -- "$word" docs/design.md || echo "tour: docs/design.md does not name $word"
done | grep . && bad=1
exit "$bad"
