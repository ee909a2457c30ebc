-- Kept: what people were told. notice is of the account group; notice_mail is in each.
-- group: each
CREATE TABLE notice(
  account_id  BIGINT NOT NULL,       -- the user's number
  id          BIGINT NOT NULL,
  key         TEXT NOT NULL,         -- its cause: makes a repeat harmless
  kind        TEXT NOT NULL,
  text        TEXT NOT NULL,
  at_us       BIGINT NOT NULL,
  read_us     BIGINT NOT NULL,       -- 0: unread
  PRIMARY KEY (account_id, id), UNIQUE (account_id, key)
);
CREATE INDEX notice_unread ON notice(account_id) WHERE read_us = 0;
CREATE TABLE notice_mail(
  user_id     BIGINT NOT NULL,
  id          BIGINT NOT NULL,
  key         TEXT NOT NULL,
  form        BIGINT NOT NULL,       -- 0 text, 1 a password reset, made when it is sent
  subject     TEXT NOT NULL,
  text        TEXT NOT NULL,         -- emptied when sent
  state       BIGINT NOT NULL,       -- 0 to be sent, 1 sent, 2 dropped: nobody to send it to
  created_us  BIGINT NOT NULL,
  sent_us     BIGINT NOT NULL,
  PRIMARY KEY (user_id, id), UNIQUE (user_id, key),
  CHECK (state IN (0, 1, 2)), CHECK (form IN (0, 1))
);
