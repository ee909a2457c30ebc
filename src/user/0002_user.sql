-- Kept: people, and how they prove who they are.
-- group: each
-- site_user and user_reset are of the reference group, the others of the account group.
CREATE TABLE site_user(
  id             BIGINT NOT NULL PRIMARY KEY,
  email          TEXT NOT NULL UNIQUE,      -- small letters
  name           TEXT NOT NULL,
  roles          BIGINT NOT NULL,           -- bits
  password_hash  TEXT NOT NULL,             -- argon2id, or empty: none yet
  state          BIGINT NOT NULL,           -- 0 open, 1 disabled
  fence_us       BIGINT NOT NULL,           -- sessions begun until then are over …
  fence_keep     BYTEA NOT NULL,            -- … but the one with this token's hash
  locale         TEXT NOT NULL,
  created_us     BIGINT NOT NULL,
  CHECK (roles BETWEEN 1 AND 31), CHECK (state IN (0, 1)), CHECK (email = lower(email))
);
CREATE TABLE user_reset(
  user_id     BIGINT NOT NULL,
  token_hash  BYTEA NOT NULL,
  until_us    BIGINT NOT NULL,
  PRIMARY KEY (user_id, token_hash)
);
CREATE TABLE user_session(
  account_id  BIGINT NOT NULL,              -- the user's number
  token_hash  BYTEA NOT NULL,
  id          BIGINT NOT NULL,              -- its name for people
  created_us  BIGINT NOT NULL,
  seen_us     BIGINT NOT NULL,
  until_us    BIGINT NOT NULL,              -- at the latest
  ended_us    BIGINT NOT NULL,              -- 0: not ended by hand
  address     TEXT NOT NULL,
  agent       TEXT NOT NULL,
  PRIMARY KEY (account_id, token_hash), UNIQUE (account_id, id)
);
CREATE TABLE user_key(
  account_id   BIGINT NOT NULL,
  access_key   TEXT NOT NULL,
  secret_hash  BYTEA NOT NULL,
  label        TEXT NOT NULL,
  scopes       BIGINT NOT NULL,             -- roles that it may use; 0: all that its user has
  created_us   BIGINT NOT NULL,
  until_us     BIGINT NOT NULL,             -- 0: no end
  used_us      BIGINT NOT NULL,
  ended_us     BIGINT NOT NULL,
  PRIMARY KEY (account_id, access_key), UNIQUE (account_id, secret_hash)
);
-- Wrong passwords: account 0 counts by address alone, an account's empty place counts strangers.
CREATE TABLE user_attempt(
  account_id  BIGINT NOT NULL,
  place       TEXT NOT NULL,
  fails       BIGINT NOT NULL,
  until_us    BIGINT NOT NULL,              -- no try before
  at_us       BIGINT NOT NULL,              -- the last wrong one
  PRIMARY KEY (account_id, place),
  CHECK (fails > 0)
);
-- A hash of new cost on its way to site_user, which is of another group.
CREATE TABLE user_rehash(
  account_id  BIGINT NOT NULL PRIMARY KEY,
  was         TEXT NOT NULL,
  hash        TEXT NOT NULL,
  at_us       BIGINT NOT NULL
);
