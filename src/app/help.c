/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the program says of itself: help, version, and the lists of what the rooms offer. */
#include <stdio.h>
#include "app/app_in.h"

enum { TEXT_MAX = 4 << 20 };

static void print_json(struct json *out)
{
	struct str text = json_end(out);

	printf("%.*s\n", STR_ARG(text));
}

static void put_command(struct buf *out, const struct room_command *one)
{
	buf_format(out, "tessera %s%s", one->name, one->needs_site ? " --data DIR" : "");
	for (const struct room_option *o = one->options; o != NULL && o->name != NULL; o++)
		buf_format(out, " %s--%s%s%s", o->required ? "" : "[", o->name,
			   o->is_flag ? "" : " VALUE", o->required ? "" : "]");
	if (one->words != NULL)
		buf_format(out, " %s", one->words);
	buf_format(out, "\n\n%s%s\n", one->about, str_ends(str_of(one->about), S(".")) ? "" : ".");
	if (one->options != NULL && one->options[0].name != NULL)
		buf_add(out, S("\n"));
	for (const struct room_option *o = one->options; o != NULL && o->name != NULL; o++) {
		buf_format(out, "  --%-18s %s", o->name, o->about);
		if (o->value != NULL)
			buf_format(out, " (default: %s)", o->value);
		buf_add(out, S("\n"));
	}
	buf_add(out, S("\n  --data DIR           the site's folder (or TESSERA_DATA)\n"
		       "  --json               the result as JSON on stdout, the rest as JSON "
		       "on stderr\n"));
}

/* One line for each command whose name starts so; how many there are. */
static int put_list(struct buf *out, struct str start)
{
	int count = 0;

	for (size_t i = 0; house_rooms[i] != NULL; i++) {
		const struct room_command *one = house_rooms[i]->commands;

		for (; one != NULL && one->name != NULL; one++) {
			if (!str_starts(str_of(one->name), start))
				continue;
			buf_format(out, "  %-16s %s\n", one->name, one->about);
			count++;
		}
	}
	return count;
}

struct str app_help_text(struct arena *mem, const struct room_command *command)
{
	struct buf out = buf_make(mem, TEXT_MAX);

	if (command != NULL) {
		put_command(&out, command);
		return buf_str(&out);
	}
	buf_add(&out, S("tessera COMMAND [options]; see: tessera help COMMAND\n\n"));
	put_list(&out, S(""));
	buf_add(&out, S("\nExit codes: 0 done"));
	for (int i = 1; i < ERR_COUNT; i++)
		buf_format(&out, ", %d %s", err_row((enum err)i)->exit_code,
			   err_row((enum err)i)->word);
	buf_add(&out, S("; doctor ends with 1 when something is broken.\n"));
	return buf_str(&out);
}

enum err app_help(struct ctx *c, const struct room_call *call)
{
	const struct room_command *found = NULL;
	struct str name = str_join(c->mem, call->words, call->word_count, S(" "));

	for (size_t i = 0; house_rooms[i] != NULL; i++) {
		const struct room_command *one = house_rooms[i]->commands;

		for (; one != NULL && one->name != NULL; one++)
			if (str_eq(str_of(one->name), name))
				found = one;
	}
	if (found == NULL && name.len > 0) {
		struct buf list = buf_make(c->mem, TEXT_MAX);

		if (put_list(&list, str_format(c->mem, "%.*s ", STR_ARG(name))) == 0)
			return refuse(c, ERR_MISSING, "there is no command %.*s", STR_ARG(name));
		printf("%.*s", STR_ARG(buf_str(&list)));
		return OK;
	}

	struct str text = app_help_text(c->mem, found);
	printf("%.*s", STR_ARG(text));
	return OK;
}

enum err app_version(struct ctx *c, const struct room_call *call)
{
	struct json out = json_make(c->mem, TEXT_MAX);

	if (!call->as_json) {
		printf("tessera %s\n", APP_VERSION);
		return OK;
	}
	json_object(&out);
	json_text_of(&out, "version", S(APP_VERSION));
	json_object_end(&out);
	print_json(&out);
	return OK;
}

/* A list of rows with the same members: a table for people, a list of objects for programs. */
struct list {
	struct json json;
	bool as_json;
};

static struct list list_start(struct ctx *c, const struct room_call *call)
{
	struct list list = { json_make(c->mem, TEXT_MAX), call->as_json };

	json_list(&list.json);
	return list;
}

static void list_row(struct list *list, const char *const *name, const char *const *value,
		     size_t count)
{
	json_object(&list->json);
	for (size_t i = 0; i < count; i++) {
		json_text_of(&list->json, name[i], str_of(value[i]));
		if (!list->as_json)
			printf("%s%s", i > 0 ? "\t" : "", value[i] != NULL ? value[i] : "");
	}
	if (!list->as_json)
		printf("\n");
	json_object_end(&list->json);
}

static void list_end(struct list *list)
{
	json_list_end(&list->json);
	struct str text = json_end(&list->json);

	if (list->as_json)
		printf("%.*s\n", STR_ARG(text));
}

enum err app_list_routes(struct ctx *c, const struct room_call *call)
{
	static const char *const verbs[] = { "GET", "POST", "DELETE" };
	static const char *const name[] = { "room", "verb", "path", "about" };
	struct list list = list_start(c, call);

	for (size_t i = 0; house_rooms[i] != NULL; i++) {
		const struct web_route *one = house_rooms[i]->routes;

		for (; one != NULL && one->path != NULL; one++) {
			const char *value[] = { house_rooms[i]->name, verbs[one->verb], one->path,
						one->about };
			list_row(&list, name, value, 4);
		}
	}
	list_end(&list);
	return OK;
}

enum err app_list_jobs(struct ctx *c, const struct room_call *call)
{
	static const char *const name[] = { "room", "job", "about" };
	struct list list = list_start(c, call);

	for (size_t i = 0; house_rooms[i] != NULL; i++) {
		const struct job_kind *one = house_rooms[i]->jobs;

		for (; one != NULL && one->name != NULL; one++) {
			const char *value[] = { house_rooms[i]->name, one->name, one->about };
			list_row(&list, name, value, 3);
		}
	}
	list_end(&list);
	return OK;
}

static void list_settings_of(struct ctx *c, struct list *list, const struct setting *one)
{
	static const char *const name[] = { "setting", "value", "default", "about" };

	for (; one != NULL && one->name != NULL; one++) {
		struct str now =
			one->min == 0 && one->max == 0 ?
				setting_text(c, one->name) :
				str_format(c->mem, "%lld", (long long)setting_number(c, one->name));
		const char *value[] = { one->name, str_c(c->mem, now), one->value, one->about };

		list_row(list, name, value, 4);
	}
}

enum err app_list_settings(struct ctx *c, const struct room_call *call)
{
	struct list list = list_start(c, call);

	list_settings_of(c, &list, web_settings);
	for (size_t i = 0; house_rooms[i] != NULL; i++)
		list_settings_of(c, &list, house_rooms[i]->settings);
	list_end(&list);
	return OK;
}

/* The names behind CREATE TABLE in a schema step. */
static void list_tables_of(struct ctx *c, struct list *list, const struct store_step *step)
{
	static const char *const name[] = { "table", "group", "step" };
	struct str rest = str_of(step->sql);
	size_t at;

	while (str_find(rest, S("CREATE TABLE "), &at)) {
		size_t from = at + strlen("CREATE TABLE "), to = from;

		while (to < rest.len && rest.at[to] != '(' && rest.at[to] != ' ')
			to++;
		const char *value[] = { str_c(c->mem, str_cut(rest, from, to)), step->group,
					step->name };
		list_row(list, name, value, 3);
		rest = str_cut(rest, to, rest.len);
	}
}

enum err app_list_tables(struct ctx *c, const struct room_call *call)
{
	struct list list = list_start(c, call);

	for (const struct store_step *step = store_steps; step->name != NULL; step++)
		list_tables_of(c, &list, step);
	list_end(&list);
	return OK;
}

enum err app_openapi(struct ctx *c, const struct room_call *call)
{
	const struct web_document document = app_document(c->mem);
	struct json out = json_make(c->mem, TEXT_MAX);

	(void)call;
	web_openapi(&document, &out);
	print_json(&out);
	return OK;
}
