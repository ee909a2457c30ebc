/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Commands about people that exist; making one is a command of org, as it is a route of it. */
#include <stdio.h>
#include "user/user_in.h"

enum { LINE_BYTES = 1024 };

enum err user_read_password(struct ctx *c, struct str *out)
{
	char *line = NEW_MANY(c->mem, char, LINE_BYTES);

	if (fgets(line, LINE_BYTES, stdin) == NULL)
		return refuse_field(c, ERR_INPUT, S("password"),
				    "no password came on standard input");
	struct str text = str_of(line);

	while (text.len > 0 && (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == '\r'))
		text.len--;
	*out = text;
	return OK;
}

static enum err find_user(struct ctx *c, const struct room_call *call, struct user *out)
{
	struct str email = room_option(call, "user");
	bool found;

	TRY(user_by_email(c, email, out, &found));
	if (!found)
		return refuse_field(c, ERR_MISSING, S("user"), "nobody has the e-mail address %.*s",
				    STR_ARG(email));
	return OK;
}

struct key_work {
	user_id user;
	struct str label;
	struct user_key key;
};

static enum err add_key(struct ctx *c, void *arg)
{
	struct key_work *work = arg;

	return user_key_add(c, work->user, work->label, &work->key);
}

enum err user_key_add_cmd(struct ctx *c, const struct room_call *call)
{
	struct json out = json_make(c->mem, 1000);
	struct key_work work = { .label = room_option(call, "label") };
	struct user user;

	TRY(find_user(c, call, &user));
	work.user = user.id;
	TRY(store_in_tx(c, add_key, &work));
	json_object(&out);
	json_text_of(&out, "access_key", work.key.access_key);
	json_text_of(&out, "secret_key", work.key.secret_key);
	json_object_end(&out);
	printf("%.*s\n", STR_ARG(json_end(&out)));
	return OK;
}

struct password_work {
	user_id user;
	struct str hash;
};

static enum err set_password(struct ctx *c, void *arg)
{
	struct password_work *work = arg;

	return user_set_password(c, work->user, work->hash);
}

enum err user_password_cmd(struct ctx *c, const struct room_call *call)
{
	struct password_work work;
	struct str password;
	struct user user;

	TRY(find_user(c, call, &user));
	TRY(user_read_password(c, &password));
	TRY(user_password_hash(c, password, &work.hash));
	work.user = user.id;
	TRY(store_in_tx(c, set_password, &work));
	if (call->as_json)
		printf("{\"user\":\"%lld\"}\n", (long long)user.id.v);
	else
		printf("the password of %.*s is set and every session ended\n",
		       STR_ARG(user.email));
	return OK;
}
