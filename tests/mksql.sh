#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# mksql: what it makes of good SQL, and what it says of bad SQL.
set -u
cd "$(dirname "$0")/.." || exit 1
make -s build/tools/mksql || exit 1
mksql=$PWD/build/tools/mksql
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/probe" "$dir/out"
passed=0
failed=0

ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); printf 'mksql: %s\n' "$1"; sed 's/^/    /' "$dir/said"; }

# refused WORDS: the file on stdin is refused with a line that has these words, and nothing is written.
refused() {
	cat >"$dir/probe/probe.sql"
	rm -rf "$dir/out" && mkdir "$dir/out"
	if "$mksql" "$dir/out" "$dir/probe/probe.sql" >"$dir/said" 2>&1; then
		bad "taken, but should be refused: $1"
	elif [ -n "$(ls "$dir/out")" ]; then
		bad "written although refused: $1"
	elif grep -q "^$dir/probe/probe.sql:[0-9]*: .*$1" "$dir/said"; then
		ok
	else
		bad "not said: $1"
	fi
}

# taken: the file on stdin is taken.
taken() {
	cat >"$dir/probe/probe.sql"
	if "$mksql" "$dir/out" "$dir/probe/probe.sql" >"$dir/said" 2>&1; then
		ok
	else
		bad 'refused, but should be taken'
	fi
}

# step WORDS: the schema step on stdin is refused with these words.
step() {
	cat >"$dir/probe/0001_probe.sql"
	if "$mksql" "$dir/out" "$dir/probe/0001_probe.sql" >"$dir/said" 2>&1; then
		bad "taken, but should be refused: $1"
	elif grep -q "$1" "$dir/said"; then
		ok
	else
		bad "not said: $1"
	fi
}

# --- statements that are refused ---
refused 'no group' <<'END'
-- probe_get() -> one (n int)
SELECT 1;
END
refused 'the group is none of' <<'END'
-- group: projekt
END
refused 'unknown type `integer`' <<'END'
-- group: each
-- probe_get(a integer) -> none
DELETE FROM probe WHERE a = $1;
END
refused 'none of none, changed, one, maybe, many' <<'END'
-- group: each
-- probe_get() -> some
SELECT 1;
END
refused 'needs its columns' <<'END'
-- group: each
-- probe_get() -> many
SELECT 1;
END
refused 'has no columns' <<'END'
-- group: each
-- probe_get() -> changed (n int)
DELETE FROM probe;
END
refused 'has 1 parameters and uses \$2' <<'END'
-- group: each
-- probe_get(a int) -> none
DELETE FROM probe WHERE a = $1 AND b = $2;
END
refused 'never uses \$2 (b)' <<'END'
-- group: each
-- probe_get(a int, b int) -> none
DELETE FROM probe WHERE a = $1;
END
refused 'does not end with `;`' <<'END'
-- group: each
-- probe_one() -> none
DELETE FROM probe
-- probe_two() -> none
DELETE FROM probe;
END
refused 'a statement without a header' <<'END'
-- group: each
DELETE FROM probe;
END
refused 'is named twice' <<'END'
-- group: each
-- probe_get(a int, a int) -> none
DELETE FROM probe WHERE a = $1 OR b = $2;
END
refused 'is also in' <<'END'
-- group: each
-- probe_get() -> none
DELETE FROM probe;
-- probe_get() -> none
DELETE FROM probe;
END
for words in "a = ANY (\$1)|padded IN list" "a LIKE \$1|LIKE minds case" "a > CURRENT_TIMESTAMP AND b = \$1|not asked for the time" \
	"a = random() AND b = \$1|not asked for chance" "a = greatest(\$1, 2)|greatest is not on both" \
	"a = (SELECT b FROM probe ORDER BY b LIMIT 1 OFFSET \$1)|never by OFFSET"; do
	refused "${words#*|}" <<END
-- group: each
-- probe_get(a int) -> none
DELETE FROM probe WHERE ${words%|*};
END
done
refused 'INSERT OR' <<'END'
-- group: each
-- probe_get(a int) -> none
INSERT OR REPLACE INTO probe(a) VALUES ($1);
END
refused 'MERGE' <<'END'
-- group: each
-- probe_get(a int) -> none
MERGE INTO probe USING other ON a = $1 WHEN MATCHED THEN DELETE;
END

# --- the shard ---
refused 'it does not name its project_id' <<'END'
-- group: project
-- probe_get(a int) -> many (n int)
SELECT n FROM probe WHERE a = $1;
END
refused 'it does not name its account_id' <<'END'
-- group: account
-- probe_get(a int) -> changed
UPDATE probe SET n = 1 WHERE account_id > $1;
END
refused 'a part of it in brackets does not name its project_id' <<'END'
-- group: project
-- probe_get(a int) -> many (n int)
SELECT n FROM probe WHERE project_id = $1 AND n IN (SELECT n FROM other WHERE m = 1);
END
refused 'it does not name its project_id' <<'END'
-- group: project
-- probe_get(a int) -> many (n int)
SELECT n FROM probe WHERE project_id = $1 UNION ALL SELECT n FROM other;
END
refused 'it does not name its project_id' <<'END'
-- group: project
-- probe_get(a int) -> none
INSERT INTO probe(n) VALUES ($1);
END
taken <<'END'
-- group: project
-- probe_one(p int) -> many (n int)
SELECT n FROM probe AS a WHERE $1 = a.project_id AND EXISTS (SELECT 1 FROM other AS b WHERE b.project_id = a.project_id);
-- probe_two(p int) -> one (n int)
WITH mine AS (SELECT n FROM probe WHERE project_id = $1) SELECT count(*) FROM mine WHERE n IS DISTINCT FROM 3;
-- probe_three(p int) -> changed
INSERT INTO probe(project_id, n) VALUES ($1, 2) ON CONFLICT (project_id) DO UPDATE SET n = excluded.n;
-- probe_four() -> many (p int)
-- sweep: an invariant looks at all of them
SELECT project_id FROM probe GROUP BY project_id HAVING sum(n) <> 0;
-- probe_five(o int) -> many (p int)
-- group: reference
SELECT id FROM header WHERE org_id = $1;
END

# --- for many rows: nothing shared, and what a change returns ---
taken <<'END'
-- group: each
-- probe_put(; key int, n int) -> none
INSERT INTO probe(key, n) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET n = excluded.n;
-- probe_take(key int; n int) -> maybe (n int)
UPDATE probe SET n = n - $2 WHERE key = $1 AND n >= $2 RETURNING n;
END
for words in 'INSERT INTO probe(key, n) SELECT b_.p1, b_.p2 FROM unnest($1, $2)' 'RETURNING b_.n_, n"'; do
	cat "$dir"/out/probe/probe.sql.c >"$dir/said" 2>/dev/null
	if grep -qF "$words" "$dir/said"; then ok; else bad "not made: $words"; fi
done

# --- what is made compiles and says what the header says ---
taken <<'END'
-- group: each
-- Words before a header are for the reader.
-- probe_add(key text, at usec?, price money, share real, bytes blob,
--	part probe_id) -> changed: 0: it was there
INSERT INTO probe(key, at_us, price_minor, share, bytes, part) VALUES ($1, $2, $3, $4, $5, $6) -- once
ON CONFLICT DO NOTHING;
-- probe_get(key text) -> maybe (at usec?, part probe_id, word text)
SELECT at_us, part, 'it''s; -- "so"' FROM probe WHERE key = $1;
END
printf 'typedef struct { int64_t v; } probe_id;\n' | sed '1i #include "base/base.h"' >"$dir/probe/probe.h"
printf -- '-- derived: for a test\nCREATE TABLE probe(key TEXT NOT NULL PRIMARY KEY, part BIGINT); -- INTEGER\n' \
	>"$dir/probe/0001_probe.sql"
if "$mksql" "$dir/out" "$dir/probe/probe.sql" "$dir/probe/0001_probe.sql" >"$dir/said" 2>&1 &&
	gcc -std=c17 -Wall -Wextra -Wconversion -Wshadow -Werror -fsyntax-only -Ilib -I. -I"$dir" -I"$dir/out" \
		"$dir/out/probe/probe.sql.c" "$dir/out/store_all.c" >>"$dir/said" 2>&1 &&
	grep -q 'enum err probe_add(struct ctx \*c_, struct str key, usec at, bool has_at, money price, double share, struct str bytes, probe_id part, int64_t \*changed_)' \
		"$dir/out/probe/probe.sql.h" &&
	grep -q '{ "0001_probe",' "$dir/out/store_all.c"; then
	ok
else
	bad 'what is made is not right'
fi
touch -d '2020-01-01' "$dir/out/probe/probe.sql.h"
"$mksql" "$dir/out" "$dir/probe/probe.sql" "$dir/probe/0001_probe.sql" >"$dir/said" 2>&1
if [ -z "$(find "$dir/out/probe/probe.sql.h" -newermt 2021-01-01)" ]; then
	ok
else
	bad 'a file that did not change was written again'
fi

# --- steps ---
step 'says kept or derived' <<'END'
CREATE TABLE probe(a BIGINT);
END
step 'type integer' <<'END'
-- kept
CREATE TABLE probe(a INTEGER);
END
step 'no triggers' <<'END'
-- kept
CREATE TABLE probe(a BIGINT);
CREATE TRIGGER t AFTER INSERT ON probe BEGIN SELECT 1; END;
END
cp "$dir/probe/0001_probe.sql" "$dir/probe/0001_other.sql"
if "$mksql" "$dir/out" "$dir/probe/0001_other.sql" "$dir/probe/0001_probe.sql" >"$dir/said" 2>&1; then
	bad 'two steps of one number are taken'
elif grep -q 'is also that of' "$dir/said"; then
	ok
else
	bad 'not said: is also that of'
fi
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
