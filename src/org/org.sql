-- group: reference

-- org_insert(id org_id, name text, now usec) -> none
INSERT INTO org(id, name, revision, created_us) VALUES ($1, $2, 1, $3);

-- org_row(id org_id) -> maybe (name text)
SELECT name FROM org WHERE id = $1;

-- org_touch(id org_id) -> changed: from here on, changes of its members wait for each other
UPDATE org SET revision = revision + 1 WHERE id = $1;

-- org_role_get(org org_id, user user_id) -> maybe (role int)
SELECT role FROM org_member WHERE org_id = $1 AND user_id = $2;

-- org_member_put(org org_id, user user_id, role int, now usec) -> none
INSERT INTO org_member(org_id, user_id, role, since_us) VALUES ($1, $2, $3, $4)
ON CONFLICT (org_id, user_id) DO UPDATE SET role = excluded.role;

-- org_member_drop(org org_id, user user_id) -> changed
DELETE FROM org_member WHERE org_id = $1 AND user_id = $2;

-- org_member_counts(org org_id) -> one (members int, owners int)
SELECT count(*), count(*) FILTER (WHERE role = 3) FROM org_member WHERE org_id = $1;

-- org_member_list(org org_id, limit int) -> many (user user_id, name text, email text, role int)
SELECT m.user_id, u.name, u.email, m.role
FROM org_member AS m JOIN site_user AS u ON u.id = m.user_id
WHERE m.org_id = $1 ORDER BY m.since_us, m.user_id LIMIT $2;

-- org_people_list(org org_id, at_least int, limit int) -> many (user user_id)
SELECT user_id FROM org_member WHERE org_id = $1 AND role >= $2 ORDER BY since_us, user_id LIMIT $3;

-- org_mine_list(user user_id) -> many (id org_id, name text, role int)
SELECT o.id, o.name, m.role FROM org_member AS m JOIN org AS o ON o.id = m.org_id
WHERE m.user_id = $1 ORDER BY m.since_us, m.org_id;

-- org_all_list(after org_id, needle text, limit int) -> many (id org_id, name text, owner text): needle empty: all
SELECT o.id, o.name, COALESCE(MIN(u.email), '')
FROM org AS o
LEFT JOIN org_member AS m ON m.org_id = o.id AND m.role = 3
LEFT JOIN site_user AS u ON u.id = m.user_id
WHERE o.id > $1 AND ($2 = '' OR /*lite: instr*/ /*pg: strpos*/(lower(o.name), $2) > 0
                     OR /*lite: instr*/ /*pg: strpos*/(u.email, $2) > 0)
GROUP BY o.id, o.name ORDER BY o.id LIMIT $3;

-- org_first_get(user user_id, at_least int) -> maybe (id org_id)
SELECT org_id FROM org_member WHERE user_id = $1 AND role >= $2
ORDER BY since_us, org_id LIMIT 1;

-- org_unowned() -> many (id org_id): an org without an owner
SELECT o.id FROM org AS o
LEFT JOIN (SELECT org_id, count(*) AS n FROM org_member WHERE role = 3 GROUP BY org_id) AS m
  ON m.org_id = o.id
WHERE m.n IS NULL;

-- org_member_stray() -> many (org org_id, user user_id): a member of nothing, or nobody
SELECT m.org_id, m.user_id FROM org_member AS m
LEFT JOIN org AS o ON o.id = m.org_id
LEFT JOIN site_user AS u ON u.id = m.user_id
WHERE o.id IS NULL OR u.id IS NULL;
