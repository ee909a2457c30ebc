/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Files under the name of their content: the same bytes are kept once, a name cannot be
 * wrong, and nothing a person typed becomes a path.
 */
#include "intake/intake_in.h"
#include "os/hash.h"

enum { KEY_BYTES = 32, HEX_LEN = 2 * HASH_BYTES, PIECE = 1 << 18 };

const char *intake_path(struct ctx *c, struct str sha256)
{
	CHECK(sha256.len == HEX_LEN);
	struct str path =
		str_format(c->mem, "%s/files/%.2s/%.*s", c->data, sha256.at, STR_ARG(sha256));

	return str_c(c->mem, path);
}

enum err intake_temporary(struct ctx *c, const char **out)
{
	struct str folder = str_format(c->mem, "%s/tmp", c->data);
	struct str path = str_format(c->mem, "%s/tmp/intake-%016llx", c->data,
				     (unsigned long long)ctx_random(c));

	TRY(os_make_folder(c, str_c(c->mem, folder)));
	*out = str_c(c->mem, path);
	return OK;
}

/* Is there such a file? A refusal of this look is not one of the request. */
static bool is_there(struct ctx *c, const char *path)
{
	struct os_file file DEFER(os_close) = { OS_FILE_NONE };
	struct ctx look = *c;

	look.refusal = (struct refusal){ 0 };
	return os_open_read(&look, path, &file) == OK;
}

static enum err make_folder_of(struct ctx *c, struct str sha256)
{
	struct str folder = str_format(c->mem, "%s/files/%.2s", c->data, sha256.at);

	return os_make_folder(c, str_c(c->mem, folder));
}

enum err intake_keep(struct ctx *c, const char *path, struct str sha256)
{
	struct os_file file DEFER(os_close) = { OS_FILE_NONE };

	TRY(os_open_read(c, path, &file));
	TRY(os_sync(c, file));
	TRY(make_folder_of(c, sha256));
	return os_rename(c, path, intake_path(c, sha256));
}

enum err intake_keep_bytes(struct ctx *c, struct str bytes, struct str *sha256)
{
	struct str hash = hash_sha256(c->mem, bytes);
	struct str name = text_hex(c->mem, hash.at, hash.len);
	const char *path = intake_path(c, name);

	if (!is_there(c, path)) {
		TRY(make_folder_of(c, name));
		TRY(os_replace(c, path, bytes, 0600));
	}
	*sha256 = name;
	return OK;
}

static enum err hash_file(struct ctx *c, const char *path, struct str *sha256)
{
	struct os_file file DEFER(os_close) = { OS_FILE_NONE };
	char *piece = arena_take(c->mem, PIECE);
	int64_t at = 0;
	size_t got = 1;

	TRY(os_open_read(c, path, &file));
	struct hash *hash = hash_start(c->mem);
	enum err err = OK;
	while (err == OK && got > 0) {
		err = os_read(c, file, at, piece, PIECE, &got);
		if (err == OK)
			hash_add(hash, piece, got);
		at += (int64_t)got;
	}
	struct str sum = hash_end(hash); /* in any case: it holds more than memory of ours */
	*sha256 = text_hex(c->mem, sum.at, sum.len);
	return err;
}

const char *intake_small_path(struct ctx *c, struct str sha256)
{
	return str_c(c->mem, str_format(c->mem, "%s.small", intake_path(c, sha256)));
}

enum err intake_keep_clean(struct ctx *c, const char *clean, const char *small, struct str *sha256)
{
	struct os_file file DEFER(os_close) = { OS_FILE_NONE };

	TRY(hash_file(c, clean, sha256));
	TRY(make_folder_of(c, *sha256));
	/* One that is there may be another project's, and stays. */
	if (!is_there(c, intake_small_path(c, *sha256))) {
		TRY(os_open_read(c, small, &file));
		TRY(os_sync(c, file));
		TRY(os_rename(c, small, intake_small_path(c, *sha256)));
	}
	return intake_keep(c, clean, *sha256);
}

/* --- the site's key --- */

/* Two processes may make it at once: one creates it, both then read what is there. */
static enum err make_key(struct ctx *c, const char *path)
{
	char bytes[KEY_BYTES];

	ctx_random_bytes(c, bytes, sizeof(bytes));
	struct str text = text_hex(c->mem, bytes, sizeof(bytes));
	return os_put_once(c, path, text, 0600);
}

enum err intake_site_key(struct ctx *c, unsigned char key[32])
{
	const char *path = str_c(c->mem, str_format(c->mem, "%s/site.key", c->data));
	struct str text, bytes;

	if (!is_there(c, path))
		TRY(make_key(c, path));
	TRY(os_slurp(c, path, 1024, &text));
	if (!text_hex_read(c->mem, str_trim(text), &bytes) || bytes.len != KEY_BYTES)
		return refuse(c, ERR_STORE, "site.key is not 64 hexadecimal digits");
	memcpy(key, bytes.at, KEY_BYTES);
	return OK;
}
