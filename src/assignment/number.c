/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A worker's number in a project is his account's number under a cipher: four rounds over 63
 * bits, 31 on the left and 32 on the right, keyed by the site's key and the project. So it needs
 * no table, no write at accept, and can be read back. A table of numbers that count from 1 was
 * turned down: it would tell who came first.
 */
#include "assignment/assignment.h"
#include "intake/intake.h"
#include "os/hash.h"

enum { ROUNDS = 4 };

enum err assignment_numbers_open(struct ctx *c, project_id project, struct assignment_numbers *out)
{
	unsigned char key[32];

	TRY(intake_secret(c, S("worker numbers"), key));
	struct str secret = { (const char *)key, sizeof(key) };
	struct str name = str_format(c->mem, "project %lld", (long long)project.v);
	struct str own = hash_hmac(c->mem, secret, name);
	memcpy(out->key, own.at, sizeof(out->key));
	return OK;
}

static uint32_t mix(struct arena *mem, const struct assignment_numbers *n, int round, uint32_t half)
{
	struct arena_mark mark = arena_mark(mem);
	char text[5] = { (char)round, (char)(half >> 24), (char)(half >> 16), (char)(half >> 8),
			 (char)half };
	struct str key = { (const char *)n->key, sizeof(n->key) };
	struct str mac = hash_hmac(mem, key, (struct str){ text, sizeof(text) });
	uint32_t out = 0;

	for (int i = 0; i < 4; i++)
		out = out << 8 | (unsigned char)mac.at[i];
	arena_reset(mem, mark);
	return out;
}

int64_t assignment_number(struct arena *mem, const struct assignment_numbers *n, user_id worker)
{
	uint32_t left = (uint32_t)((uint64_t)worker.v >> 32), right = (uint32_t)worker.v;

	CHECK(worker.v >= 0);
	for (int round = 0; round < ROUNDS; round += 2) {
		left ^= mix(mem, n, round, right) >> 1;
		right ^= mix(mem, n, round + 1, left);
	}
	return (int64_t)((uint64_t)left << 32 | right);
}

user_id assignment_number_worker(struct arena *mem, const struct assignment_numbers *n,
				 int64_t number)
{
	uint32_t left = (uint32_t)((uint64_t)number >> 32), right = (uint32_t)number;

	CHECK(number >= 0);
	for (int round = ROUNDS - 2; round >= 0; round -= 2) {
		right ^= mix(mem, n, round + 1, left);
		left ^= mix(mem, n, round, right) >> 1;
	}
	return (user_id){ (int64_t)((uint64_t)left << 32 | right) };
}
