-- group: account

-- notice_insert(account user_id, id int, key text, kind text, text text, now usec) -> changed
INSERT INTO notice(account_id, id, key, kind, text, at_us, read_us)
VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT DO NOTHING;

-- notice_page(account user_id, before int, limit int) -> many (id int, kind text, text text,
--   at usec, read usec): newest first
SELECT id, kind, text, at_us, read_us FROM notice WHERE account_id = $1 AND id < $2
ORDER BY id DESC LIMIT $3;

-- notice_read(account user_id, upto int, now usec) -> changed
UPDATE notice SET read_us = $3 WHERE account_id = $1 AND id <= $2 AND read_us = 0;

-- notice_unread_count(account user_id) -> one (n int)
SELECT count(*) FROM notice WHERE account_id = $1 AND read_us = 0;

-- notice_sweep(before usec) -> changed
-- sweep: old notices of everybody
DELETE FROM notice WHERE at_us < $1;

-- notice_stray() -> many (account user_id, id int): read before it was there, or for nobody
-- sweep: an invariant
SELECT n.account_id, n.id FROM notice AS n LEFT JOIN site_user AS u ON u.id = n.account_id
WHERE u.id IS NULL OR (n.read_us > 0 AND n.read_us < n.at_us);

-- notice_mail_insert(user user_id, id int, key text, form int, subject text, text text, now usec)
--   -> changed
-- group: each
INSERT INTO notice_mail(user_id, id, key, form, subject, text, state, created_us, sent_us)
VALUES ($1, $2, $3, $4, $5, $6, 0, $7, 0) ON CONFLICT DO NOTHING;

-- notice_mail_get(user user_id, id int) -> maybe (form int, subject text, text text, state int,
--   created usec)
-- group: each
SELECT form, subject, text, state, created_us FROM notice_mail WHERE user_id = $1 AND id = $2;

-- notice_mail_end(user user_id, id int, state int, now usec) -> changed
-- group: each
UPDATE notice_mail SET state = $3, sent_us = $4, text = ''
WHERE user_id = $1 AND id = $2 AND state = 0;

-- notice_mail_sweep(before usec) -> changed
-- group: each
DELETE FROM notice_mail WHERE state <> 0 AND created_us < $1;

-- notice_mail_wrong() -> many (user user_id, id int): sent without a time, or kept after it
-- group: each
SELECT user_id, id FROM notice_mail
WHERE (state <> 0 AND (sent_us = 0 OR text <> '')) OR (state = 0 AND sent_us <> 0);
