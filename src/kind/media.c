/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Addresses of stored pictures and sounds. The name is that of the content; for whom the address is
 * good, and a MAC over both, are in the path: so nobody makes an address up, or one out of another.
 */
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
	enum media_form form = media_form_by_ending(str_cut(cell, 6 + HASH_HEX + 1, cell.len));
	if (form == 0 || form == MEDIA_PDF) /* of those, pages are kept */
		return false;
	*name = str_cut(cell, 6, cell.len);
	return true;
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
