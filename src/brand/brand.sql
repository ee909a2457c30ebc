-- group: reference

-- brand_get() -> maybe (name text, accent int, accent_dark int, logo_file text, logo_width int, logo_height int)
SELECT name, accent, accent_dark, logo_file, logo_width, logo_height FROM brand WHERE id = 1;

-- brand_logo_get() -> maybe (logo text, logo_file text)
SELECT logo, logo_file FROM brand WHERE id = 1;

-- brand_put(name text, accent int, accent_dark int) -> none
INSERT INTO brand(id, name, accent, accent_dark, logo, logo_file, logo_width, logo_height)
VALUES (1, $1, $2, $3, '', '', 0, 0)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, accent = excluded.accent, accent_dark = excluded.accent_dark;

-- brand_logo_put(logo text, file text, width int, height int) -> changed
UPDATE brand SET logo = $1, logo_file = $2, logo_width = $3, logo_height = $4 WHERE id = 1;

-- brand_drop() -> changed
DELETE FROM brand WHERE id = 1;

-- inv_brand_logo() -> many (id int)
-- sweep: it is one row
SELECT id FROM brand WHERE logo <> '' AND (logo_width < 1 OR logo_height < 1);
