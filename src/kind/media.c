/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Addresses of stored pictures and sounds. The name is that of the content; for whom the address is
 * good, and a MAC over both, are in the path: so nobody makes an address up, or one out of another.
 */
#include "base/json.h"
#include "kind/kind.h"
#include "media/media.h"
#include "os/hash.h"

enum { HASH_HEX = 2 * HASH_BYTES };

bool kind_is_asset(struct str cell, struct str *name)
{
	if (!str_starts(cell, S("asset:")) || cell.len < 6 + HASH_HEX + 1 ||
	    cell.at[6 + HASH_HEX] != '.')
		return false;
	for (size_t i = 6; i < 6 + HASH_HEX; i++) {
		char c = cell.at[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	size_t end = 6 + HASH_HEX + 1;
	while (end < cell.len && cell.at[end] != ' ')
		end++;
	enum media_form form = media_form_by_ending(str_cut(cell, 6 + HASH_HEX + 1, end));
	if (form == 0 || form == MEDIA_PDF) /* of those, pages are kept */
		return false;
	*name = str_cut(cell, 6, end);
	return true;
}

struct str kind_cell_told(struct str cell)
{
	struct str name;

	if (!kind_is_asset(cell, &name) || cell.len <= 6 + name.len + 1)
		return cell;
	return str_cut(cell, 6 + name.len + 1, cell.len);
}

struct str kind_fields_told(struct arena *mem, struct str fields)
{
	/* No text grows, and what is written may spell a character in six bytes. */
	struct json out = json_make(mem, 6 * fields.len + 16);
	struct json_value *read;
	struct json_fault fault;
	struct str cell;
	size_t at;

	if (!str_find(fields, S("\"asset:"), &at) || !json_read(mem, fields, &read, &fault))
		return fields;
	json_object(&out);
	for (const struct json_value *v = read->first; v != NULL; v = v->next) {
		json_key_str(&out, v->key);
		if (json_text(v, &cell))
			json_put_text(&out, kind_cell_told(cell));
		else
			json_put_value(&out, v);
	}
	json_object_end(&out);
	return json_end(&out);
}

static struct str mac_of(struct arena *mem, const struct kind_media *media, struct str name)
{
	struct str text =
		str_format(mem, "media\n%.*s\n%.*s", STR_ARG(name), STR_ARG(media->bound));
	struct str key = { (const char *)media->key, sizeof(media->key) };
	struct str mac = hash_hmac(mem, key, text);

	return text_base64url(mem, mac.at, mac.len);
}

struct str kind_media_address(struct arena *mem, const struct kind_media *media, struct str name)
{
	struct str mac = mac_of(mem, media, name);

	return str_format(mem, "/media/%.*s/%.*s/%.*s", STR_ARG(name), STR_ARG(media->bound),
			  STR_ARG(mac));
}

struct str kind_media_small(struct arena *mem, struct str name)
{
	return str_format(mem, "%.*s.small", STR_ARG(name));
}

bool kind_is_small(struct str name, struct str *of)
{
	bool is_small = str_ends(name, S(".small"));

	if (is_small)
		*of = str_cut(name, 0, name.len - 6);
	return is_small;
}

bool kind_media_is_signed(struct arena *mem, const struct kind_media *media, struct str name,
			  struct str mac)
{
	return str_eq_secret(mac_of(mem, media, name), mac);
}
