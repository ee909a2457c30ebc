/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Addresses of stored pictures. The name is that of the content, the end of its validity and
 * a MAC over both are in the path: so an address is checked without a look into the store.
 */
#include "base/json.h"
#include "kind/kind.h"
#include "os/hash.h"

enum { HASH_HEX = 2 * HASH_BYTES };

bool kind_is_asset(struct str cell, struct str *name)
{
	static const char *const endings[] = { ".jpg", ".png", ".webp", ".gif" };

	if (!str_starts(cell, S("asset:")) || cell.len < 6 + HASH_HEX)
		return false;
	for (size_t i = 6; i < 6 + HASH_HEX; i++) {
		char c = cell.at[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	struct str rest = str_cut(cell, 6 + HASH_HEX, cell.len);
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		struct str ending = str_of(endings[i]);

		if (str_starts(rest, ending) &&
		    (rest.len == ending.len || rest.at[ending.len] == ' ')) {
			*name = str_cut(cell, 6, 6 + HASH_HEX + ending.len);
			return true;
		}
	}
	return false;
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
		str_format(mem, "media\n%.*s\n%lld", STR_ARG(name), (long long)media->until_s);
	struct str key = { (const char *)media->key, sizeof(media->key) };
	struct str mac = hash_hmac(mem, key, text);

	return text_base64url(mem, mac.at, mac.len);
}

struct str kind_media_address(struct arena *mem, const struct kind_media *media, struct str name)
{
	struct str mac = mac_of(mem, media, name);

	return str_format(mem, "/media/%.*s/%lld/%.*s", STR_ARG(name), (long long)media->until_s,
			  STR_ARG(mac));
}

bool kind_media_is_signed(struct arena *mem, const struct kind_media *media, struct str name,
			  struct str mac)
{
	return str_eq_secret(mac_of(mem, media, name), mac);
}
