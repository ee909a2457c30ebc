/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Settings are sorted by name once, and looked up by halves. The environment is
 * looked at by the names that are declared: it holds other programs' words, and
 * TESSERA_ words that are options of commands.
 */
#include "base/setting.h"

#include <stdlib.h>

enum { TEXT_MAX = 1000 };

struct value {
	const struct setting *setting;
	struct str name;
	struct str text;
	int64_t number;
	int line; /* of tessera.conf, 0: not there */
};

struct setting_values {
	struct value *value;
	size_t count;
};

static int by_name(const void *a, const void *b)
{
	return str_compare(((const struct value *)a)->name, ((const struct value *)b)->name);
}

static struct value *find(const struct setting_values *values, struct str name)
{
	struct value wanted = { .name = name };

	return bsearch(&wanted, values->value, values->count, sizeof(wanted), by_name);
}

static bool is_number(const struct setting *setting)
{
	return setting->min != 0 || setting->max != 0;
}

/* `where` ends the sentence: "", " in line 3" or " in TESSERA_PAY_FEE". */
static enum err set(struct ctx *c, struct value *value, struct str text, struct str where)
{
	const struct setting *setting = value->setting;

	if (is_number(setting)) {
		if (!num_i64(text, setting->min, setting->max, &value->number))
			return refuse_field(c, ERR_INPUT, value->name,
					    "%s is a whole number from %lld to %lld%.*s",
					    setting->name, (long long)setting->min,
					    (long long)setting->max, STR_ARG(where));
	} else if (text.len > TEXT_MAX || !str_is_utf8(text)) {
		return refuse_field(c, ERR_INPUT, value->name,
				    "%s is a text of at most %d bytes%.*s", setting->name, TEXT_MAX,
				    STR_ARG(where));
	}
	value->text = str_copy(c->mem, text);
	return OK;
}

/* All settings with their defaults, which are ours and so must be right. */
static struct setting_values *declared(struct ctx *c, const struct setting *const *lists, int count)
{
	struct setting_values *values = NEW(c->mem, struct setting_values);
	size_t used = 0;

	for (int i = 0; i < count; i++)
		for (const struct setting *s = lists[i]; s != NULL && s->name != NULL; s++)
			values->count++;
	values->value = NEW_MANY(c->mem, struct value, values->count);
	for (int i = 0; i < count; i++)
		for (const struct setting *s = lists[i]; s != NULL && s->name != NULL; s++) {
			struct value *value = &values->value[used++];

			*value = (struct value){ .setting = s, .name = str_of(s->name) };
			CHECK(set(c, value, str_of(s->value), S("")) == OK);
		}
	qsort(values->value, used, sizeof(*values->value), by_name);
	for (size_t i = 1; i < used; i++)
		CHECK(!str_eq(values->value[i - 1].name, values->value[i].name));
	return values;
}

static enum err read_line(struct ctx *c, struct setting_values *values, struct str line, int number)
{
	struct str name, text;

	line = str_trim(line);
	if (line.len == 0 || line.at[0] == '#')
		return OK;
	if (!str_split(line, '=', &name, &text))
		return refuse(c, ERR_INPUT, "line %d of the settings is no `name = value`", number);
	name = str_trim(name);

	struct value *value = find(values, name);

	if (value == NULL)
		return refuse_field(c, ERR_INPUT, name, "there is no setting %.*s, in line %d",
				    (int)(name.len > 100 ? 100 : name.len), name.at, number);
	if (value->line != 0)
		return refuse_field(c, ERR_INPUT, name, "%s is set twice, in lines %d and %d",
				    value->setting->name, value->line, number);
	value->line = number;
	return set(c, value, str_trim(text), str_format(c->mem, ", in line %d", number));
}

static enum err read_conf(struct ctx *c, struct setting_values *values, struct str conf)
{
	struct str line;
	int number = 1;

	if (!str_is_utf8(conf))
		return refuse(c, ERR_INPUT, "the settings are not UTF-8");
	for (; str_split(conf, '\n', &line, &conf); number++)
		TRY(read_line(c, values, line, number));
	return read_line(c, values, conf, number);
}

/* TESSERA_PROJECT_FEE_PERMILLE for project.fee_permille. */
static struct str variable_of(struct arena *mem, struct str name)
{
	struct str text = str_format(mem, "TESSERA_%.*s", STR_ARG(name));
	char *at = arena_take(mem, text.len + 1);

	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		at[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		if (c == '.' || c == '-')
			at[i] = '_';
	}
	return (struct str){ at, text.len };
}

static enum err read_environment(struct ctx *c, struct setting_values *values,
				 char *const *environment)
{
	for (size_t i = 0; i < values->count; i++) {
		struct str variable = variable_of(c->mem, values->value[i].name);

		for (char *const *at = environment; *at != NULL; at++) {
			struct str name, text;

			if (!str_split(str_of(*at), '=', &name, &text) || !str_eq(name, variable))
				continue;
			TRY(set(c, &values->value[i], text,
				str_format(c->mem, ", in %.*s", STR_ARG(variable))));
		}
	}
	return OK;
}

enum err setting_load(struct ctx *c, const struct setting *const *lists, int count, struct str conf,
		      char *const *environment, struct setting_values **out)
{
	struct setting_values *values = declared(c, lists, count);

	TRY(read_conf(c, values, conf));
	if (environment != NULL)
		TRY(read_environment(c, values, environment));
	*out = values;
	return OK;
}

static const struct value *get(const struct ctx *c, const char *name)
{
	CHECK(c->settings != NULL);

	const struct value *value = find(c->settings, str_of(name));

	CHECK(value != NULL);
	return value;
}

int64_t setting_number(const struct ctx *c, const char *name)
{
	const struct value *value = get(c, name);

	CHECK(is_number(value->setting));
	return value->number;
}

struct str setting_text(const struct ctx *c, const char *name)
{
	return get(c, name)->text;
}
