/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * people: simulated workers, and a requester, with keys.
 *
 *   people --data FOLDER --workers N
 *
 * Made by the house's own rules on either engine, in one transaction: a command for each would take
 * longer than the measuring. The workers' bearer keys go to FOLDER/keys, a line each; that of
 * bench@bench.invalid, a requester with an org, to FOLDER/owner.
 */
#include "bench/site_in.h"
#include "org/org.h"

struct people {
	FILE *keys, *owner;
	int64_t workers;
};

static enum err one(struct ctx *c, struct str name, struct str email, uint32_t role, FILE *out)
{
	struct user_new fresh = { .name = name, .email = email, .roles = role };
	struct user_key key;
	user_id id;

	TRY(org_user_add(c, &fresh, &id));
	TRY(user_key_add(c, id, S("bench"), &key));
	fprintf(out, "%.*s\n", STR_ARG(key.secret_key));
	return OK;
}

static enum err all(struct ctx *c, void *arg)
{
	const struct people *p = arg;

	TRY(one(c, S("Bench"), S("bench@bench.invalid"), USER_REQUESTER, p->owner));
	for (int64_t i = 1; i <= p->workers; i++) {
		struct arena_mark mark = arena_mark(c->mem);

		TRY(one(c, str_format(c->mem, "Simulated worker %lld", (long long)i),
			str_format(c->mem, "w%lld@bench.invalid", (long long)i), USER_WORKER,
			p->keys));
		arena_reset(c->mem, mark);
	}
	return OK;
}

int main(int count, char **word)
{
	struct people p = { 0 };

	if (count != 5 || strcmp(word[1], "--data") != 0 || strcmp(word[3], "--workers") != 0 ||
	    !num_i64(str_of(word[4]), 1, 100000, &p.workers)) {
		fprintf(stderr, "people: --data FOLDER --workers N\n");
		return 2;
	}
	struct ctx c = site_open(word[2]);
	p.keys = fopen(str_c(c.mem, str_format(c.mem, "%s/keys", word[2])), "w");
	p.owner = fopen(str_c(c.mem, str_format(c.mem, "%s/owner", word[2])), "w");
	if (p.keys == NULL || p.owner == NULL || store_in_tx(&c, all, &p) != OK)
		site_stop(&c, "people");
	fclose(p.keys);
	fclose(p.owner);
	store_close(&c.store);
	arena_free(c.mem);
	return 0;
}
