/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Making an empty site, and checking a full one. */
#include <stdio.h>
#include "app/app_in.h"
#include "audit/audit.h"
#include "user/user.h"

enum { RESULT_MAX = 1 << 20 };

static enum err make_site(struct ctx *c, const char *url, user_id *operator_id,
			  struct user_key *key)
{
	struct arena *mem = arena_new(0);
	int applied;
	enum err err = store_open(c, mem, url, STORE_WRITE, &c->store);

	if (err == OK)
		err = store_migrate(c, &applied);
	if (err == OK)
		err = user_first_operator(c, operator_id, key);
	store_close(&c->store);
	arena_free(mem);
	return err;
}

/* May be repeated after a crash at any line: only a site that has users refuses it. */
enum err app_init(struct ctx *c, const struct room_call *call)
{
	struct str database = room_option(call, "database");
	struct user_key key;
	user_id operator_id;
	struct json out = json_make(c->mem, RESULT_MAX);

	if (c->data == NULL)
		return refuse_field(c, ERR_INPUT, S("data"),
				    "say where the site is to be: --data DIR");
	if (str_find(database, S("\n"), &(size_t){ 0 }))
		return refuse_field(c, ERR_INPUT, S("database"), "a URL is one line");
	TRY(os_make_folder(c, c->data));
	TRY(conf_write(c, database));
	if (database.len == 0)
		database = str_format(c->mem, "sqlite:%s/tessera.db", c->data);
	TRY(make_site(c, str_c(c->mem, database), &operator_id, &key));

	json_object(&out);
	json_id_of(&out, "user", operator_id.v);
	json_text_of(&out, "access_key", key.access_key);
	json_text_of(&out, "secret_key", key.secret_key);
	json_object_end(&out);
	printf("%.*s\n", STR_ARG(json_end(&out)));
	return OK;
}

/* --- doctor --- */

static void put_finding(struct json *list, const char *name, const char *about, struct str row)
{
	json_object(list);
	json_text_of(list, "name", str_of(name));
	json_text_of(list, "about", str_of(about));
	json_text_of(list, "row", row);
	json_object_end(list);
}

static enum err check_all(struct ctx *c, bool as_json, struct json *list, int *broken)
{
	struct str row;

	for (size_t i = 0; house_rooms[i] != NULL; i++) {
		const struct room_invariant *one = house_rooms[i]->invariants;

		for (; one != NULL && one->name != NULL; one++) {
			size_t rows;

			TRY(house_check_one(c, one, &rows, &row));
			if (rows == 0)
				continue;
			(*broken)++;
			put_finding(list, one->name, one->about, row);
			if (!as_json)
				printf("%s: %s; %zu, the first: %.*s\n", one->name, one->about,
				       rows, STR_ARG(row));
		}
	}
	TRY(audit_verify(c, &row));
	if (row.len == 0)
		return OK;
	(*broken)++;
	put_finding(list, "audit.chain", "an entry is not what was written", row);
	if (!as_json)
		printf("audit.chain: an entry is not what was written: %.*s\n", STR_ARG(row));
	return OK;
}

enum err app_doctor(struct ctx *c, const struct room_call *call)
{
	struct json out = json_make(c->mem, RESULT_MAX);
	int broken = 0;

	json_object(&out);
	json_key(&out, "broken");
	json_list(&out);
	TRY(check_all(c, call->as_json, &out, &broken));
	json_list_end(&out);
	json_bool_of(&out, "sound", broken == 0);
	json_object_end(&out);
	if (call->as_json)
		printf("%.*s\n", STR_ARG(json_end(&out)));
	else if (broken == 0)
		printf("sound\n");
	return broken == 0 ? OK : (enum err)APP_UNSOUND;
}
