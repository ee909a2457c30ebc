-- kept
-- group: reference

-- Under whose name the site stands: one row, or none.
CREATE TABLE brand(
  id           BIGINT NOT NULL PRIMARY KEY,
  name         TEXT NOT NULL,               -- empty: the setting site.name
  accent       BIGINT NOT NULL,             -- 0xrrggbb, -1: the house's own
  accent_dark  BIGINT NOT NULL,
  logo         TEXT NOT NULL,               -- a WebP in base64url; empty: none
  logo_file    TEXT NOT NULL,               -- its name, with the hash of its content
  logo_width   BIGINT NOT NULL,
  logo_height  BIGINT NOT NULL,
  CHECK (id = 1), CHECK (accent BETWEEN -1 AND 16777215), CHECK (accent_dark BETWEEN -1 AND 16777215),
  CHECK ((accent < 0) = (accent_dark < 0)), CHECK ((logo = '') = (logo_file = ''))
);
