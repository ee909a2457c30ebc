/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Addresses of stored pictures. The name is that of the content, the end of its validity and
 * a MAC over both are in the path: so an address is checked without a look into the store.
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
