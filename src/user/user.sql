-- group: reference

-- user_insert(id user_id, email text, name text, roles int, password_hash text, locale text,
--   now usec) -> changed: 0: somebody has the address
INSERT INTO site_user(id, email, name, roles, password_hash, state, fence_us, fence_keep, locale,
                      created_us)
VALUES ($1, $2, $3, $4, $5, 0, 0, CAST('' AS /*pg: BYTEA*/ /*lite: BLOB*/), $6, $7)
ON CONFLICT DO NOTHING;

-- user_row(id user_id) -> maybe (email text, name text, roles int, state int, created usec,
--   locale text)
SELECT email, name, roles, state, created_us, locale FROM site_user WHERE id = $1;

-- user_row_by_email(email text) -> maybe (id user_id, name text, roles int, state int,
--   created usec, locale text)
SELECT id, name, roles, state, created_us, locale FROM site_user WHERE email = $1;

-- user_secret(id user_id) -> maybe (email text, password_hash text, state int)
SELECT email, password_hash, state FROM site_user WHERE id = $1;

-- user_any() -> maybe (id user_id, email text)
SELECT id, email FROM site_user ORDER BY id LIMIT 1;

-- user_page(after user_id, needle text, role int, limit int) -> many (id user_id, email text,
--   name text, roles int, state int, created usec): needle empty: all; role 0: all
SELECT id, email, name, roles, state, created_us FROM site_user
WHERE id > $1 AND ($3 = 0 OR roles & $3 <> 0)
  AND ($2 = '' OR /*lite: instr*/ /*pg: strpos*/(email, $2) > 0
               OR /*lite: instr*/ /*pg: strpos*/(lower(name), $2) > 0)
ORDER BY id LIMIT $4;

-- user_roles_add(id user_id, roles int) -> changed
UPDATE site_user SET roles = roles | $2 WHERE id = $1;

-- user_roles_set(id user_id, roles int, now usec) -> changed
UPDATE site_user
SET roles = $2, fence_us = $3, fence_keep = CAST('' AS /*pg: BYTEA*/ /*lite: BLOB*/)
WHERE id = $1;

-- user_state_set(id user_id, state int, now usec) -> changed
UPDATE site_user
SET state = $2, fence_us = $3, fence_keep = CAST('' AS /*pg: BYTEA*/ /*lite: BLOB*/)
WHERE id = $1;

-- user_locale_set(id user_id, locale text) -> changed
UPDATE site_user SET locale = $2 WHERE id = $1;

-- user_password_set(id user_id, password_hash text, now usec, keep blob) -> changed
UPDATE site_user SET password_hash = $2, fence_us = $3, fence_keep = $4 WHERE id = $1;

-- user_password_renew(id user_id, was text, password_hash text) -> changed: 0: it is another by now
UPDATE site_user SET password_hash = $3 WHERE id = $1 AND password_hash = $2;

-- user_reset_add(user user_id, token_hash blob, until usec) -> none
INSERT INTO user_reset(user_id, token_hash, until_us) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- user_reset_trim(user user_id, keep int) -> changed: drops all but the newest
DELETE FROM user_reset WHERE user_id = $1 AND token_hash NOT IN (
  SELECT token_hash FROM user_reset WHERE user_id = $1 ORDER BY until_us DESC, token_hash LIMIT $2);

-- user_reset_look(user user_id, token_hash blob, now usec) -> maybe (until usec)
SELECT until_us FROM user_reset WHERE user_id = $1 AND token_hash = $2 AND until_us > $3;

-- user_reset_take(user user_id, token_hash blob, now usec) -> changed: 0: unknown, used or too old
DELETE FROM user_reset WHERE user_id = $1 AND token_hash = $2 AND until_us > $3;

-- user_reset_drop(user user_id) -> changed
DELETE FROM user_reset WHERE user_id = $1;

-- user_reset_sweep(now usec) -> changed
DELETE FROM user_reset WHERE until_us < $1;

-- user_email_loud() -> many (id user_id): an address that is not in small letters or is none
SELECT id FROM site_user
WHERE email <> lower(email) OR /*lite: instr*/ /*pg: strpos*/(email, '@') < 2;

-- user_reset_stray() -> many (user user_id): a reset of nobody
SELECT r.user_id FROM user_reset AS r LEFT JOIN site_user AS u ON u.id = r.user_id
WHERE u.id IS NULL;

-- --- the account side ---

-- user_session_add(account user_id, token_hash blob, id int, now usec, until usec, address text,
--   agent text) -> none
-- group: account
INSERT INTO user_session(account_id, token_hash, id, created_us, seen_us, until_us, ended_us,
                         address, agent)
VALUES ($1, $2, $3, $4, $4, $5, 0, $6, $7);

-- user_session_open(account user_id, token_hash blob, now usec, idle_from usec) -> maybe (
--   id int, roles int, created usec, seen usec)
-- group: account
SELECT s.id, u.roles, s.created_us, s.seen_us
FROM user_session AS s JOIN site_user AS u ON u.id = s.account_id
WHERE s.account_id = $1 AND s.token_hash = $2 AND s.ended_us = 0 AND s.until_us > $3
  AND s.seen_us > $4 AND u.state = 0 AND (s.created_us > u.fence_us OR s.token_hash = u.fence_keep);

-- user_session_seen(account user_id, token_hash blob, now usec) -> changed
-- group: account
UPDATE user_session SET seen_us = $3 WHERE account_id = $1 AND token_hash = $2 AND seen_us < $3;

-- user_session_list(account user_id, now usec, idle_from usec) -> many (id int, token_hash blob,
--   created usec, seen usec, address text, agent text)
-- group: account
SELECT s.id, s.token_hash, s.created_us, s.seen_us, s.address, s.agent
FROM user_session AS s JOIN site_user AS u ON u.id = s.account_id
WHERE s.account_id = $1 AND s.ended_us = 0 AND s.until_us > $2 AND s.seen_us > $3
  AND (s.created_us > u.fence_us OR s.token_hash = u.fence_keep)
ORDER BY s.created_us DESC, s.id DESC;

-- user_session_end(account user_id, id int, now usec) -> changed
-- group: account
UPDATE user_session SET ended_us = $3 WHERE account_id = $1 AND id = $2 AND ended_us = 0;

-- user_session_end_token(account user_id, token_hash blob, now usec) -> changed
-- group: account
UPDATE user_session SET ended_us = $3 WHERE account_id = $1 AND token_hash = $2 AND ended_us = 0;

-- user_session_trim(account user_id, now usec, keep int) -> changed: ends all but the newest
-- group: account
UPDATE user_session SET ended_us = $2 WHERE account_id = $1 AND ended_us = 0 AND id NOT IN (
  SELECT id FROM user_session WHERE account_id = $1 AND ended_us = 0
  ORDER BY created_us DESC, id DESC LIMIT $3);

-- user_session_from(account user_id, address text) -> maybe (id int): signed in from here before
-- group: account
SELECT id FROM user_session WHERE account_id = $1 AND address = $2 LIMIT 1;

-- user_session_sweep(before usec) -> changed
-- group: account
-- sweep: old sessions of everybody
DELETE FROM user_session WHERE until_us < $1 OR (ended_us > 0 AND ended_us < $1);

-- user_key_insert(account user_id, access_key text, secret_hash blob, label text, now usec)
--   -> changed
-- group: account
INSERT INTO user_key(account_id, access_key, secret_hash, label, scopes, created_us, until_us,
                     used_us, ended_us)
VALUES ($1, $2, $3, $4, 0, $5, 0, 0, 0) ON CONFLICT DO NOTHING;

-- user_key_open(account user_id, secret_hash blob, now usec) -> maybe (access_key text, roles int,
--   scopes int, used usec)
-- group: account
SELECT k.access_key, u.roles, k.scopes, k.used_us
FROM user_key AS k JOIN site_user AS u ON u.id = k.account_id
WHERE k.account_id = $1 AND k.secret_hash = $2 AND k.ended_us = 0
  AND (k.until_us = 0 OR k.until_us > $3) AND u.state = 0;

-- user_key_used(account user_id, secret_hash blob, now usec) -> changed
-- group: account
UPDATE user_key SET used_us = $3 WHERE account_id = $1 AND secret_hash = $2 AND used_us < $3;

-- user_key_count(account user_id) -> one (n int)
-- group: account
SELECT count(*) FROM user_key WHERE account_id = $1 AND ended_us = 0;

-- user_key_list(account user_id) -> many (access_key text, label text, created usec, used usec)
-- group: account
SELECT access_key, label, created_us, used_us FROM user_key
WHERE account_id = $1 AND ended_us = 0 ORDER BY created_us, access_key;

-- user_key_end(account user_id, access_key text, now usec) -> changed
-- group: account
UPDATE user_key SET ended_us = $3 WHERE account_id = $1 AND access_key = $2 AND ended_us = 0;

-- user_key_end_all(account user_id, now usec) -> changed
-- group: account
UPDATE user_key SET ended_us = $2 WHERE account_id = $1 AND ended_us = 0;

-- user_attempt_get(account user_id, place text) -> maybe (fails int, until usec, at usec)
-- group: account
SELECT fails, until_us, at_us FROM user_attempt WHERE account_id = $1 AND place = $2;

-- user_attempt_first(account user_id, place text, now usec) -> changed: 0: there is a row
-- group: account
INSERT INTO user_attempt(account_id, place, fails, until_us, at_us) VALUES ($1, $2, 1, $3, $3)
ON CONFLICT DO NOTHING;

-- user_attempt_next(account user_id, place text, was int, fails int, until usec, now usec)
--   -> changed: 0: another try was counted meanwhile
-- group: account
UPDATE user_attempt SET fails = $4, until_us = $5, at_us = $6
WHERE account_id = $1 AND place = $2 AND fails = $3;

-- user_attempt_clear(account user_id, place text) -> changed
-- group: account
DELETE FROM user_attempt WHERE account_id = $1 AND place = $2;

-- user_attempt_sweep(before usec) -> changed
-- group: account
-- sweep: old counts of everybody
DELETE FROM user_attempt WHERE at_us < $1 AND until_us < $1;

-- user_rehash_put(account user_id, was text, hash text, now usec) -> none
-- group: account
INSERT INTO user_rehash(account_id, was, hash, at_us) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id)
DO UPDATE SET was = excluded.was, hash = excluded.hash, at_us = excluded.at_us;

-- user_rehash_get(account user_id) -> maybe (was text, hash text)
-- group: account
SELECT was, hash FROM user_rehash WHERE account_id = $1;

-- user_rehash_sweep(before usec) -> changed
-- group: account
-- sweep: what was carried over long ago
DELETE FROM user_rehash WHERE at_us < $1;

-- user_session_stray() -> many (account user_id, id int): a session of nobody, or one that ends
--   before it begins
-- group: account
-- sweep: an invariant
SELECT s.account_id, s.id FROM user_session AS s LEFT JOIN site_user AS u ON u.id = s.account_id
WHERE u.id IS NULL OR s.until_us < s.created_us OR s.seen_us < s.created_us;

-- user_key_stray() -> many (account user_id, access_key text): a key of nobody
-- group: account
-- sweep: an invariant
SELECT k.account_id, k.access_key FROM user_key AS k LEFT JOIN site_user AS u ON u.id = k.account_id
WHERE u.id IS NULL;
