#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The examples of the manuals run as they are written: all ```sh blocks of a page, one after the
# other in one shell, on a fresh site. Only the folder, the port and the program are other ones.
set -u
cd "$(dirname "$0")/.." || exit 1
program=${TESSERA:-$PWD/build/tessera}
passed=0
failed=0
# Who follows one page after the other starts each on a fresh site.
if [ -z "$(sed -n 's/^data=//p' docs/api.md docs/tutorial.md | sort | uniq -d)" ]; then passed=1
else failed=1 && echo 'not ok: two manuals use the same folder'; fi
for page in docs/api.md docs/tutorial.md; do
	[ -f "$page" ] || continue
	work=$(mktemp -d /tmp/tessera-docs-XXXXXX) || exit 1
	port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
	{
		echo 'set -eu'
		echo 'server='
		echo "trap '[ -z \"\$server\" ] || kill \"\$server\" 2>/dev/null || :' EXIT"
		awk '/^```sh$/ { on = 1; n++; print "echo \"--- block " n "\" >&2"; next }
			/^```$/ { on = 0 } on' "$page"
	} | sed "s|^data=build/.*|data=$work/site|; s|127\.0\.0\.1:8090|127.0.0.1:$port|g; s|build/tessera|$program|g" >"$work/page.sh"
	if timeout 120 sh "$work/page.sh" >"$work/out" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok: $page"
		tail -n 25 "$work/out"
	fi
	rm -rf "$work"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
