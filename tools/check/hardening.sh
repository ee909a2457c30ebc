#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The release program is position independent, read-only after start, without an executable
# stack, and calls the checked forms of libc.
make -s -j"$(nproc)" MODE=release >&2 || exit 1
facts=$(readelf -hldW --dyn-syms build/tessera)
bad=0
want() {
	printf '%s\n' "$facts" | grep -qE "$1" || { echo "hardening: build/tessera: $2"; bad=1; }
}
want 'Type: +DYN' 'is not position independent'
want 'GNU_RELRO' 'has no relro'
want 'BIND_NOW' 'binds late'
want 'GNU_STACK.* RW ' 'has an executable stack'
want '__stack_chk_fail' 'has no stack protector'
want '__[a-z]+_chk' 'calls no fortified function'
exit "$bad"
