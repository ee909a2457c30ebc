-- Kept: organisations and who may act for them.
-- group: reference
CREATE TABLE org(
  id          BIGINT NOT NULL PRIMARY KEY,
  name        TEXT NOT NULL,
  revision    BIGINT NOT NULL,       -- changes of members; also the row that serialises them
  created_us  BIGINT NOT NULL
);
CREATE TABLE org_member(
  org_id    BIGINT NOT NULL,
  user_id   BIGINT NOT NULL,
  role      BIGINT NOT NULL,         -- 1 reviewer, 2 member, 3 owner
  since_us  BIGINT NOT NULL,
  PRIMARY KEY (org_id, user_id),
  CHECK (role BETWEEN 1 AND 3)
);
CREATE INDEX org_member_user ON org_member(user_id, since_us, org_id);
