#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Every header compiles alone and twice.
make -s build/gen/files.mk >&2 || exit 1
git ls-files 'lib/*.h' 'src/*.h' 'tests/*.h' | xargs -P "$(nproc)" -n 1 sh -c '
	printf "#include \"%s\"\n#include \"%s\"\n" "$1" "$1" |
		gcc -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only \
			-Ilib -Isrc -I. -Ibuild/gen -isystem /usr/share/include/llhttp \
			$(pkg-config --cflags libpq libxml-2.0) -x c - ||
		{ echo "headers: $1 does not compile alone"; exit 1; }' headers
