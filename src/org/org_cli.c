/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdio.h>
#include "org/org_in.h"

struct work {
	struct user_new fresh;
	user_id id;
};

static enum err add_user(struct ctx *c, void *arg)
{
	struct work *work = arg;

	return org_user_add(c, &work->fresh, &work->id);
}

/* "worker,requester" */
static enum err read_roles(struct ctx *c, struct str text, uint32_t *out)
{
	uint32_t roles = 0;

	while (text.len > 0) {
		struct str word, rest = { 0 };

		if (!str_split(text, ',', &word, &rest))
			word = text;
		uint32_t bit = user_role_bit(str_trim(word));
		if (bit == 0)
			return refuse_field(
				c, ERR_INPUT, S("role"),
				"a role is worker, requester, reviewer, manager or operator");
		roles |= bit;
		text = rest;
	}
	*out = roles;
	return OK;
}

enum err org_user_add_cmd(struct ctx *c, const struct room_call *call)
{
	struct work work = { .fresh = { .name = room_option(call, "name"),
					.email = room_option(call, "email"),
					.password_hash = S("") } };
	struct json out = json_make(c->mem, 1000);
	struct str password;

	TRY(read_roles(c, room_option(call, "role"), &work.fresh.roles));
	if (room_flag(call, "password-stdin")) {
		TRY(user_read_password(c, &password));
		TRY(user_password_hash(c, password, &work.fresh.password_hash));
	}
	TRY(store_in_tx(c, add_user, &work));
	if (!call->as_json) {
		printf("user %lld\n", (long long)work.id.v);
		return OK;
	}
	json_object(&out);
	json_id_of(&out, "id", work.id.v);
	json_object_end(&out);
	printf("%.*s\n", STR_ARG(json_end(&out)));
	return OK;
}
