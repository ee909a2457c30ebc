/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The linter: what fails or means something else on one of the engines, and statements that
 * do not stay in their shard. It sees tokens, not a grammar: enough for the SQL
 * that a room may write, and a statement that is right and refused can say `-- sweep: why`.
 */
#include "mksql_in.h"

enum { TOKENS_MAX = 4096, SCOPES_MAX = 256 };

struct token {
	char word[NAME_BYTES_MAX + 4]; /* in small letters; ' for a text; $n; or one sign */
};

struct tokens {
	struct token at[TOKENS_MAX];
	int count;
};

static void read_tokens(const char *p, struct tokens *out)
{
	out->count = 0;
	while (*p != 0 && out->count < TOKENS_MAX - 4) {
		struct token *t = &out->at[out->count];
		size_t len = 0;

		if (isspace((unsigned char)*p)) {
			p++;
			continue;
		}
		if (p[0] == '/' && p[1] == '*') { /* an engine's own words are its own business */
			const char *end = strstr(p, "*/");
			p = end != NULL ? end + 2 : p + strlen(p);
			continue;
		}
		memset(t, 0, sizeof(*t));
		if (*p == '\'') {
			p = quoted_end(p);
			t->word[0] = '\'';
		} else if (is_word(*p) || *p == '$') {
			do {
				if (len < NAME_BYTES_MAX)
					t->word[len++] = (char)tolower((unsigned char)*p);
				p++;
			} while (is_word(*p));
		} else {
			t->word[0] = *p++;
		}
		out->count++;
	}
	memset(&out->at[out->count], 0, 3 * sizeof(struct token)); /* safe to look ahead */
}

static bool is_token(const struct tokens *t, int at, const char *word)
{
	return at >= 0 && at < t->count && strcmp(t->at[at].word, word) == 0;
}

static void lint_words(const char *file, int line, const struct tokens *t)
{
	static const struct {
		const char *word, *next, *why;
	} banned[] = {
		{ "any", "(", "`= ANY(…)` is PostgreSQL's alone: use a padded IN list" },
		{ "like", NULL, "LIKE minds case on one engine only" },
		{ "ilike", NULL, "ILIKE is PostgreSQL's alone" },
		{ "current_timestamp", NULL, "the database is not asked for the time: pass it" },
		{ "current_date", NULL, "the database is not asked for the time: pass it" },
		{ "current_time", NULL, "the database is not asked for the time: pass it" },
		{ "now", "(", "the database is not asked for the time: pass it" },
		{ "datetime", "(", "the database is not asked for the time: pass it" },
		{ "random", "(", "the database is not asked for chance: pass it" },
		{ "greatest", "(", "greatest is not on both engines: use CASE" },
		{ "least", "(", "least is not on both engines: use CASE" },
		{ "merge", "into", "MERGE is not on both engines: use ON CONFLICT" },
		{ "autoincrement", NULL, "ids are made by the server: ctx_new_id" },
		{ "serial", NULL, "ids are made by the server: ctx_new_id" },
		{ "bigserial", NULL, "ids are made by the server: ctx_new_id" },
		{ "nextval", "(", "ids are made by the server: ctx_new_id" },
		{ "offset", NULL, "lists are paged by key, never by OFFSET" },
		{ "insert", "or", "INSERT OR … is SQLite's alone: use ON CONFLICT" },
		{ "replace", "into", "REPLACE is SQLite's alone: use ON CONFLICT" },
		{ "trigger", NULL, "no triggers" },
		{ "sequence", NULL, "no sequences" },
	};

	for (int i = 0; i < t->count; i++)
		for (size_t b = 0; b < sizeof(banned) / sizeof(*banned); b++)
			if (is_token(t, i, banned[b].word) &&
			    (banned[b].next == NULL || is_token(t, i + 1, banned[b].next)))
				fault(file, line, "%s", banned[b].why);
}

/* One SELECT, UPDATE, DELETE or INSERT; those inside brackets are scopes of their own. */
struct scope {
	bool tables; /* reads or writes a real table */
	bool keyed;
	int depth;
};

struct shards {
	const struct tokens *t;
	const char *key;
	struct scope scope[SCOPES_MAX];
	int open[SCOPES_MAX]; /* stack: the scope in charge at each depth */
	int count, depth;
};

static bool is_with_name(const struct tokens *t, const char *name)
{
	for (int i = 0; i + 2 < t->count; i++)
		if (strcmp(t->at[i].word, name) == 0 && is_token(t, i + 1, "as") &&
		    (is_token(t, i + 2, "(") || is_token(t, i + 2, "materialized")))
			return true;
	return false;
}

static void shard_token(struct shards *s, int i)
{
	const struct tokens *t = s->t;
	struct scope *now = &s->scope[s->open[s->depth]];

	if (is_token(t, i, "select") || is_token(t, i, "delete") || is_token(t, i, "insert") ||
	    (is_token(t, i, "update") && !is_token(t, i + 1, "set"))) {
		if (s->count < SCOPES_MAX - 1)
			s->count++;
		s->scope[s->count] = (struct scope){ .depth = s->depth };
		s->open[s->depth] = s->count;
		now = &s->scope[s->count];
	}
	bool table_next = is_token(t, i, "join") || is_token(t, i, "into") ||
			  (is_token(t, i, "update") && !is_token(t, i + 1, "set")) ||
			  (is_token(t, i, "from") && !is_token(t, i - 1, "distinct"));
	if (table_next && is_word(t->at[i + 1].word[0]) && !is_with_name(t, t->at[i + 1].word))
		now->tables = true;
	if (is_token(t, i, s->key)) {
		int before = is_token(t, i - 1, ".") ? i - 3 : i - 1;
		bool sign = is_token(t, before - 1, "<") || is_token(t, before - 1, ">") ||
			    is_token(t, before - 1, "!");

		if (is_token(t, i + 1, "=") || (is_token(t, before, "=") && !sign))
			now->keyed = true;
	}
	/* INSERT INTO name (… key …): the list belongs to the insert. */
	if (is_token(t, i, "into") && is_token(t, i + 2, "("))
		for (int k = i + 3; k < t->count && !is_token(t, k, ")"); k++)
			if (is_token(t, k, s->key))
				now->keyed = true;
}

static void lint_shard(const struct stmt *m, const struct tokens *t)
{
	static struct shards s;

	memset(&s, 0, sizeof(s));
	s.t = t;
	s.key = strcmp(m->group, "project") == 0 ? "project_id" : "account_id";
	for (int i = 0; i < t->count; i++) {
		if (is_token(t, i, "(") && s.depth < SCOPES_MAX - 1) {
			s.depth++;
			s.open[s.depth] = s.open[s.depth - 1];
		} else if (is_token(t, i, ")") && s.depth > 0) {
			s.depth--;
		} else {
			shard_token(&s, i);
		}
	}
	for (int i = 1; i <= s.count; i++)
		if (s.scope[i].tables && !s.scope[i].keyed) {
			fault(m->file, m->line,
			      "`%s` is of group %s and %s does not name its %s by "
			      "equality (or say `-- sweep: why`)",
			      m->name, m->group,
			      s.scope[i].depth > 0 ? "a part of it in brackets" : "it", s.key);
			return;
		}
}

static void lint_params(const struct stmt *m)
{
	bool used[FIELDS_MAX + 1] = { false };

	for (const char *p = m->sql; *p != 0; p++) {
		if (*p == '\'') {
			p = quoted_end(p) - 1;
			continue;
		}
		if (*p == '?')
			fault(m->file, m->line, "`%s`: a parameter is written $1", m->name);
		if (*p != '$')
			continue;
		int n = 0;
		for (const char *d = p + 1; isdigit((unsigned char)*d) && n < 1000; d++)
			n = n * 10 + (*d - '0');
		if (n < 1 || n > m->params)
			fault(m->file, m->line, "`%s` has %d parameters and uses $%d", m->name,
			      m->params, n);
		else
			used[n] = true;
	}
	for (int i = 1; i <= m->params; i++)
		if (!used[i])
			fault(m->file, m->line, "`%s` never uses $%d (%s)", m->name, i,
			      m->param[i - 1].name);
}

void lint_stmt(const struct stmt *m)
{
	static struct tokens t;

	read_tokens(m->sql, &t);
	lint_words(m->file, m->line, &t);
	lint_params(m);
	if (!m->sweep && (strcmp(m->group, "project") == 0 || strcmp(m->group, "account") == 0))
		lint_shard(m, &t);
	for (int i = 0; i < stmt_count; i++)
		if (strcmp(stmts[i].name, m->name) == 0)
			fault(m->file, m->line, "`%s` is also in %s:%d", m->name, stmts[i].file,
			      stmts[i].line);
}

void lint_step(const char *file, const char *sql)
{
	static struct tokens t;
	static const char *const types[] = { "integer", "int",	     "smallint",    "boolean",
					     "bool",	"timestamp", "timestamptz", "date",
					     "varchar", "char",	     "numeric",	    "decimal",
					     "real",	"float",     "blob",	    "jsonb",
					     "json",	"uuid" };
	int line = 1;

	/* Statement by statement, so that a fault has a line. */
	while (*sql != 0) {
		struct text part = { 0 };
		int start = line;

		while (*sql != 0 && *sql != ';') {
			if (sql[0] == '-' && sql[1] == '-')
				sql += strcspn(sql, "\n");
			if (*sql == 0)
				break;
			line += *sql == '\n';
			if (part.len == 0 && isspace((unsigned char)*sql))
				start = line;
			else
				add_bytes(&part, sql, 1);
			sql++;
		}
		sql += *sql == ';';
		if (part.len == 0)
			continue;
		read_tokens(part.at, &t);
		lint_words(file, start, &t);
		for (int i = 1; i < t.count; i++)
			for (size_t k = 0; k < sizeof(types) / sizeof(*types); k++)
				if (is_token(&t, i, types[k]) && is_word(t.at[i - 1].word[0]) &&
				    is_token(&t, 0, "create") && is_token(&t, 1, "table"))
					fault(file, start,
					      "type %s: a step knows BIGINT, TEXT, BYTEA, "
					      "DOUBLE PRECISION",
					      types[k]);
	}
}
