/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The site's own file, DATA/tessera.conf: `name = value` lines of settings. Its presence is
 * what makes a folder a site, so that a mistyped folder is refused instead of filled.
 */
#include "app/app_in.h"

static const char *conf_path(struct ctx *c)
{
	return str_c(c->mem, str_format(c->mem, "%s/tessera.conf", c->data));
}

/* A file that is not there is an absence here; os_slurp refuses it, so look first. */
static enum err conf_is_there(struct ctx *c, bool *out)
{
	struct str *names;
	size_t count;

	*out = false;
	TRY(os_list(c, c->data, &names, &count));
	for (size_t i = 0; i < count; i++)
		if (str_eq(names[i], S("tessera.conf")))
			*out = true;
	return OK;
}

enum err conf_read(struct ctx *c, struct str *out)
{
	if (c->data == NULL)
		return refuse_field(c, ERR_INPUT, S("data"), "say where the site is: --data DIR");
	if (os_slurp(c, conf_path(c), CONF_MAX, out) == ERR_MISSING) {
		c->refusal = (struct refusal){ 0 };
		return refuse(c, ERR_MISSING,
			      "there is no site in %s; make one with: tessera init --data %s",
			      c->data, c->data);
	}
	return c->refusal.err;
}

/* The value of the line `database = …`, or empty. */
static struct str named_database(struct str conf)
{
	struct str line, name, value;

	while (conf.len > 0) {
		if (!str_split(conf, '\n', &line, &conf)) {
			line = conf;
			conf = (struct str){ 0 };
		}
		if (str_split(line, '=', &name, &value) && str_eq(str_trim(name), S("database")))
			return str_trim(value);
	}
	return (struct str){ 0 };
}

enum err conf_write(struct ctx *c, struct str database)
{
	struct str old, text;
	bool there;

	TRY(conf_is_there(c, &there));
	if (there) {
		TRY(conf_read(c, &old));
		if (!str_eq(named_database(old), database))
			return refuse_field(c, ERR_CONFLICT, S("database"),
					    "%s/tessera.conf names another database", c->data);
		return OK;
	}
	text = S("# The settings of this site; `tessera settings` lists them all.\n");
	if (database.len > 0)
		text = str_format(c->mem, "%.*sdatabase = %.*s\n", STR_ARG(text),
				  STR_ARG(database));
	return os_replace(c, conf_path(c), text, 0600);
}

const char *conf_url(struct ctx *c)
{
	struct str url = setting_text(c, "database");

	if (url.len == 0)
		url = str_format(c->mem, "sqlite:%s/tessera.db", c->data);
	return str_c(c->mem, url);
}
