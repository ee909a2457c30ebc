-- group: each

-- audit_head_get(scope int) -> maybe (seq int, hash blob)
SELECT seq, hash FROM audit_head WHERE scope = $1;

-- audit_head_start(scope int, hash blob) -> changed: 0: somebody else was first
INSERT INTO audit_head(scope, seq, hash) VALUES ($1, 1, $2) ON CONFLICT DO NOTHING;

-- audit_head_move(scope int, was int, hash blob) -> changed: 0: somebody else was first
UPDATE audit_head SET seq = seq + 1, hash = $3 WHERE scope = $1 AND seq = $2;

-- audit_append(scope int, seq int, now usec, actor int, via text, address text, request text,
--   act text, about int, detail text, hash blob) -> none
INSERT INTO audit(scope, seq, at_us, actor, via, address, request, act, about, detail, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- audit_head_list(after int, limit int) -> many (scope int, seq int, hash blob)
SELECT scope, seq, hash FROM audit_head WHERE scope > $1 ORDER BY scope LIMIT $2;

-- audit_chain(scope int, after int, limit int) -> many (seq int, at usec, actor int, via text,
--   request text, act text, about int, detail text, hash blob)
SELECT seq, at_us, actor, via, request, act, about, detail, hash FROM audit
WHERE scope = $1 AND seq > $2 ORDER BY seq LIMIT $3;

-- audit_page(at int, scope int, seq int, only int, act text, limit int) -> many (scope int,
--   seq int, at usec, actor int, via text, address text, request text, act text, about int,
--   detail text, hash blob): newest first; only < 0: all scopes; act empty: all acts
SELECT scope, seq, at_us, actor, via, address, request, act, about, detail, hash FROM audit
WHERE (at_us, scope, seq) < ($1, $2, $3) AND ($4 < 0 OR scope = $4) AND ($5 = '' OR act = $5)
ORDER BY at_us DESC, scope DESC, seq DESC LIMIT $6;

-- audit_forget(before usec) -> changed
UPDATE audit SET address = '' WHERE at_us < $1 AND address <> '';

-- audit_gap() -> many (scope int): entries are missing or were added by hand
SELECT scope FROM audit GROUP BY scope HAVING count(*) <> max(seq) OR min(seq) <> 1;

-- audit_cut() -> many (scope int): the chain ends elsewhere than its head says
SELECT h.scope FROM audit_head AS h
LEFT JOIN audit AS a ON a.scope = h.scope AND a.seq = h.seq AND a.hash = h.hash
WHERE a.scope IS NULL
UNION ALL
SELECT a.scope FROM audit AS a LEFT JOIN audit_head AS h ON h.scope = a.scope
WHERE h.scope IS NULL OR a.seq > h.seq;
