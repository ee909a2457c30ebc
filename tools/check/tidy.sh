#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# clang-tidy (.clang-tidy) and cppcheck over the code of the house. A file that passed is not
# looked at again until it, a header or the list of checks changes.
make -s compile_commands.json objects >&2 || exit 1
mkdir -p build/tidy
newest=$(find lib src tests -name '*.h' -newer build/tidy/stamp 2>/dev/null | head -n 1)
[ -f build/tidy/stamp ] && [ -z "$newest" ] && [ ! .clang-tidy -nt build/tidy/stamp ] ||
	rm -rf build/tidy
mkdir -p build/tidy
: >build/tidy/stamp
todo=
for f in $(git ls-files 'lib/*.c' 'src/*.c' 'tests/*.c'); do
	[ -f "build/tidy/$f.ok" ] && [ ! "$f" -nt "build/tidy/$f.ok" ] || todo="$todo $f"
done
bad=0
if [ -n "$todo" ]; then
	# shellcheck disable=SC2016 # the inner shell expands these
	printf '%s\n' $todo | xargs -P "$(nproc)" -n 1 sh -c '
		out=$(clang-tidy -p . --quiet "$1" 2>/dev/null) || { printf "%s\n" "$out"; exit 1; }
		mkdir -p "build/tidy/${1%/*}" && : >"build/tidy/$1.ok"' tidy || bad=1
fi
mkdir -p build/cppcheck
cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr -j "$(nproc)" \
	--cppcheck-build-dir=build/cppcheck --suppressions-list=tools/check/cppcheck.txt \
	--error-exitcode=1 -Ilib -Isrc -I. -Ibuild/gen -D_GNU_SOURCE lib src tests/test.c || bad=1
exit "$bad"
