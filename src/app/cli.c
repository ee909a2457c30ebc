/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The command line. A command is found by its one or two words, its options are those it
 * declares (and --data, --json, --help); TESSERA_NAME stands in for an option --name that is not
 * given. Result to stdout, everything else to stderr, exit code from the error table.
 */
#include <stdio.h>
#include <stdlib.h>
#include "app/app_in.h"

enum { WORDS_MAX = 64, VALUE_MAX = 65536 };

/* The words of one call, sorted out. */
struct line {
	const struct room_command *command;
	struct room_call call;
	struct str data;
	bool help;
};

static struct str from_environment(struct arena *mem, const char *option)
{
	struct buf name = buf_make(mem, 100);

	buf_add(&name, S("TESSERA_"));
	for (const char *p = option; *p != '\0'; p++)
		buf_add_char(&name, *p == '-'		   ? '_' :
				    *p >= 'a' && *p <= 'z' ? (char)(*p - 32) :
							     *p);
	const char *value = getenv(str_c(mem, buf_str(&name)));
	return value != NULL ? str_of(value) : (struct str){ 0 };
}

/* The command whose name is the first `*used` words; the longest name wins. */
static const struct room_command *find(char **word, int count, int *used)
{
	const struct room_command *best = NULL;

	*used = 0;
	for (size_t i = 0; house_rooms[i] != NULL; i++) {
		const struct room_command *one = house_rooms[i]->commands;

		for (; one != NULL && one->name != NULL; one++) {
			struct str rest = str_of(one->name), part;
			int n = 0;

			while (n < count && rest.len > 0) {
				struct str tail = { 0 };

				if (!str_split(rest, ' ', &part, &tail))
					part = rest;
				if (!str_eq(part, str_of(word[n])))
					break;
				rest = tail;
				n++;
			}
			if (rest.len == 0 && n > *used) {
				best = one;
				*used = n;
			}
		}
	}
	return best;
}

static const struct room_option *option_of(const struct room_command *command, struct str name,
					   size_t *index)
{
	static const struct room_option none = { .name = NULL };
	const struct room_option *one = command->options != NULL ? command->options : &none;

	for (*index = 0; one->name != NULL; one++, (*index)++)
		if (str_eq(str_of(one->name), name))
			return one;
	return NULL;
}

/* One word that starts with "--"; takes the next one too when it is the value. */
static enum err take_option(struct ctx *c, struct line *line, char **word, int count, int *at)
{
	struct str name = str_of(word[*at] + 2), value = { 0 };
	bool has_value = str_split(name, '=', &name, &value);
	const struct room_option *option;
	size_t index;
	bool is_data = str_eq(name, S("data"));

	if (!has_value && str_eq(name, S("help"))) {
		line->help = true;
		return OK;
	}
	if (!has_value && str_eq(name, S("json"))) {
		line->call.as_json = true;
		return OK;
	}
	option = option_of(line->command, name, &index);
	if (option == NULL && !is_data)
		return refuse(c, ERR_INPUT, "there is no option --%.*s; see: tessera help %s",
			      STR_ARG(name), line->command->name);
	if (option != NULL && option->is_flag) {
		if (has_value)
			return refuse(c, ERR_INPUT, "--%.*s takes no value", STR_ARG(name));
		line->call.value[index] = S("1");
		return OK;
	}
	if (!has_value) {
		if (*at + 1 >= count)
			return refuse(c, ERR_INPUT, "--%.*s needs a value", STR_ARG(name));
		value = str_of(word[++*at]);
	}
	if (value.len > VALUE_MAX || !str_is_utf8(value))
		return refuse(c, ERR_INPUT, "the value of --%.*s is too long or not UTF-8",
			      STR_ARG(name));
	if (option != NULL)
		line->call.value[index] = value;
	else
		line->data = value;
	return OK;
}

static enum err fill_in(struct ctx *c, struct line *line)
{
	const struct room_option *one = line->command->options;

	for (size_t i = 0; one != NULL && one[i].name != NULL; i++) {
		struct str *value = &line->call.value[i];

		if (value->at == NULL)
			*value = from_environment(c->mem, one[i].name);
		if (value->at == NULL && one[i].value != NULL)
			*value = str_of(one[i].value);
		if (value->at == NULL && one[i].required && !line->help)
			return refuse(c, ERR_INPUT, "--%s is needed; see: tessera help %s",
				      one[i].name, line->command->name);
	}
	if (line->data.at == NULL)
		line->data = from_environment(c->mem, "data");
	while (line->data.len > 1 && str_ends(line->data, S("/")))
		line->data.len--;
	return OK;
}

static enum err read_line(struct ctx *c, char **word, int count, struct line *line)
{
	bool options_over = false;
	int used;

	line->command = find(word, count, &used);
	if (line->command == NULL)
		return refuse(c, ERR_INPUT, "there is no command %s; see: tessera help",
			      count > 0 ? word[0] : "given");
	line->call.options = line->command->options;
	line->call.value = NEW_MANY(c->mem, struct str, WORDS_MAX);
	line->call.words = NEW_MANY(c->mem, struct str, (size_t)count + 1);
	for (int i = used; i < count; i++) {
		if (!options_over && strcmp(word[i], "--") == 0)
			options_over = true;
		else if (!options_over && strncmp(word[i], "--", 2) == 0)
			TRY(take_option(c, line, word, count, &i));
		else
			line->call.words[line->call.word_count++] = str_of(word[i]);
	}
	if (line->call.word_count > 0 && line->command->words == NULL)
		return refuse(c, ERR_INPUT, "%.*s is one word too many; see: tessera help %s",
			      STR_ARG(line->call.words[0]), line->command->name);
	return fill_in(c, line);
}

/* Settings, and for commands that need one the site's store, ready for writing. */
static enum err open_site(struct ctx *c, struct arena *mem, struct line *line,
			  char *const *environment)
{
	struct str conf = { 0 };
	int applied;

	if (line->data.len > 0)
		c->data = str_c(mem, line->data);
	/* `serve` opens the site itself; `settings` shows a site's values when it is given one. */
	if (line->command->needs_site || line->command->run == app_serve ||
	    (c->data != NULL && line->command->run == app_list_settings))
		TRY(conf_read(c, &conf));
	TRY(house_settings(c, conf, environment, &c->settings));
	line->call.url = "";
	if (!line->command->needs_site)
		return OK;
	line->call.url = conf_url(c);
	TRY(store_open(c, mem, line->call.url, STORE_WRITE, &c->store));
	return store_migrate(c, &applied);
}

static void say_refusal(struct ctx *c, const struct line *line)
{
	const struct refusal *r = &c->refusal;

	if (line->call.as_json) {
		struct json out = json_make(c->mem, VALUE_MAX);

		json_object(&out);
		json_text_of(&out, "error", str_of(err_row(r->err)->word));
		json_text_of(&out, "message", r->message);
		if (r->field.len > 0)
			json_text_of(&out, "field", r->field);
		json_object_end(&out);
		fprintf(stderr, "%.*s\n", STR_ARG(json_end(&out)));
		return;
	}
	fprintf(stderr, "tessera%s%s: %.*s%s%.*s\n", line->command != NULL ? " " : "",
		line->command != NULL ? line->command->name : "", STR_ARG(r->field),
		r->field.len > 0 ? ": " : "", STR_ARG(r->message));
}

static int run(struct ctx *c, struct arena *mem, int count, char **word, char *const *environment)
{
	struct line line = { .call = { .clock = clock_real(mem), .kinds = house_jobs(mem) } };
	enum err err;

	c->now = clock_now(line.call.clock);
	err = read_line(c, word, count, &line);
	if (err == OK && line.help) {
		struct str text = app_help_text(c->mem, line.command);

		printf("%.*s", STR_ARG(text));
		return 0;
	}
	if (err == OK)
		err = open_site(c, mem, &line, environment);
	if (err == OK)
		err = line.command->run(c, &line.call);
	if (err == OK && (fflush(stdout) != 0 || ferror(stdout)))
		err = refuse(c, ERR_STORE, "the result cannot be written to the output");
	store_close(&c->store);
	if ((int)err == APP_UNSOUND)
		return 1;
	if (err != OK)
		say_refusal(c, &line);
	return err == OK ? 0 : err_row(err)->exit_code;
}

int app_main(int count, char **word, char *const *environment)
{
	static char help[] = "help", version[] = "version";
	struct arena *mem = arena_new(0);
	/* Apart from the process's memory: a command may take back what it used of its own. */
	struct ctx c = {
		.mem = arena_new(0),
		.dice = dice_real(mem),
		.actor = { .roles = UINT32_MAX, .name = S("command"), .via = S("command") },
		.request = S("command"),
	};

	if (count < 2) {
		struct str text = app_help_text(mem, NULL);

		fprintf(stderr, "%.*s", STR_ARG(text));
		arena_free(c.mem);
		arena_free(mem);
		return err_row(ERR_INPUT)->exit_code;
	}
	if (strcmp(word[1], "--help") == 0)
		word[1] = help;
	if (strcmp(word[1], "--version") == 0)
		word[1] = version;

	int code = run(&c, mem, count - 1, word + 1, environment);

	arena_free(c.mem);
	arena_free(mem);
	return code;
}
