/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The one door to libsodium. The text form of a hash is the usual one ($argon2id$v=19$m=…), so
 * that it can be checked elsewhere; the salt comes from the context's dice, not libsodium's.
 */
#include <sodium.h>
#include "user/user_in.h"

enum { SALT_BYTES = crypto_pwhash_argon2id_SALTBYTES, HASH_LENGTH = 32, TEXT_BYTES = 64 };

static void open_library(void)
{
	CHECK(sodium_init() >= 0);
}

static unsigned long long ops(const struct ctx *c)
{
	return (unsigned long long)setting_number(c, "user.password_ops");
}

static size_t kib(const struct ctx *c)
{
	return (size_t)setting_number(c, "user.password_kib");
}

static struct str hash_text(struct ctx *c, const unsigned char *salt, const unsigned char *hash)
{
	char salt_text[TEXT_BYTES], hash_text[TEXT_BYTES];

	sodium_bin2base64(salt_text, sizeof(salt_text), salt, SALT_BYTES,
			  sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	sodium_bin2base64(hash_text, sizeof(hash_text), hash, HASH_LENGTH,
			  sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	return str_format(c->mem, "$argon2id$v=19$m=%zu,t=%llu,p=1$%s$%s", kib(c), ops(c),
			  salt_text, hash_text);
}

enum err password_rehash(struct ctx *c, struct str password, struct str *out)
{
	unsigned char salt[SALT_BYTES], hash[HASH_LENGTH];

	open_library();
	ctx_random_bytes(c, salt, sizeof(salt));
	if (crypto_pwhash_argon2id(hash, sizeof(hash), password.at, password.len, salt, ops(c),
				   kib(c) * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
		return refuse(c, ERR_BUSY, "there is no memory for a password's hash right now");
	*out = hash_text(c, salt, hash);
	sodium_memzero(hash, sizeof(hash));
	return OK;
}

enum err user_password_hash(struct ctx *c, struct str password, struct str *out)
{
	size_t points = str_points(password);
	struct str field = S("password");

	if (!str_is_utf8(password))
		return refuse_field(c, ERR_INPUT, field, "a password is text in UTF-8");
	if (points < USER_PASSWORD_MIN)
		return refuse_field(c, ERR_INPUT, field, "a password has at least %d characters",
				    USER_PASSWORD_MIN);
	if (points > USER_PASSWORD_MAX)
		return refuse_field(c, ERR_INPUT, field, "a password has at most %d characters",
				    USER_PASSWORD_MAX);
	if (password_is_common(password))
		return refuse_field(c, ERR_INPUT, field,
				    "this password is one of those that are tried first");
	return password_rehash(c, password, out);
}

bool password_fits(struct ctx *c, struct str hash, struct str password)
{
	static const unsigned char nothing[HASH_LENGTH];
	bool is_there = hash.len > 0;

	open_library();
	if (!is_there)
		hash = hash_text(c, nothing, nothing);
	int result =
		crypto_pwhash_argon2id_str_verify(str_c(c->mem, hash), password.at, password.len);

	return is_there && result == 0;
}

bool password_is_old(const struct ctx *c, struct str hash)
{
	return crypto_pwhash_argon2id_str_needs_rehash(str_c(c->mem, hash), ops(c),
						       kib(c) * 1024) != 0;
}
