/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * mksql: typed C functions out of the rooms' SQL, at build time.
 *
 *     mksql OUT lib/job/job.sql lib/job/0006_job.sql src/ledger/ledger.sql …
 *
 * A file belongs to the room whose folder it lies in. A name that starts with four
 * digits is a schema step, any other holds statements. Written are OUT/ROOM/ROOM.sql.h and
 * OUT/ROOM/ROOM.sql.c for each room with statements, and OUT/store_all.c with the lists of
 * all statements and steps. A file that would not change is left alone.
 *
 * A statement stands under its header and ends with `;`:
 *
 *     -- name(param type, …) -> none | changed | one (column type, …) | maybe (…) | many (…)
 *
 * Types: int text blob real money usec NOUN_id; a `?` behind the type lets NULL in. A header
 * may go on over several `--` lines; `: words` behind the shape are for the reader. The
 * first lines of a file say `-- group: project`; a line of the same form below a header says it
 * for one statement, `-- sweep: why` lets a statement go over all shards.
 *
 * Whatever means something else on one of the engines, and a statement that does not name its
 * shard, is refused with file and line; then nothing is written.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FIELDS_MAX = 64, NAME_MAX_BYTES = 60, TOKENS_MAX = 4096, SCOPES_MAX = 256 };

struct text {
	char *at;
	size_t len, size;
};

struct field {
	char *name, *type;
	bool null;
};

struct stmt {
	const char *file, *room, *group;
	char *name, *sql;
	int line;
	const char *shape;
	struct field param[FIELDS_MAX], column[FIELDS_MAX];
	int params, columns;
	bool sweep;
};

struct step {
	const char *file, *group;
	char *name, *sql;
};

struct source {
	const char *file;
	char *room;
	char *at; /* what is left to read */
	int line;
	const char *group;
};

static struct stmt *stmts;
static struct step *steps;
static int stmt_count, step_count, faults;

/* --- memory, text, faults --- */

static void *take(size_t bytes)
{
	void *at = calloc(1, bytes > 0 ? bytes : 1);

	if (at == NULL) {
		fputs("mksql: out of memory\n", stderr);
		exit(1);
	}
	return at;
}

static char *copy(const char *from, size_t len)
{
	char *to = take(len + 1);

	memcpy(to, from, len);
	return to;
}

static void add_bytes(struct text *t, const char *from, size_t len)
{
	if (t->len + len + 1 > t->size) {
		size_t size = (t->len + len + 1) * 2;
		char *bigger = take(size);

		if (t->len > 0)
			memcpy(bigger, t->at, t->len);
		free(t->at);
		t->at = bigger;
		t->size = size;
	}
	memcpy(t->at + t->len, from, len);
	t->len += len;
	t->at[t->len] = 0;
}

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...)
{
	char line[2000];
	va_list rest;

	va_start(rest, format);
	int len = vsnprintf(line, sizeof(line), format, rest);
	va_end(rest);
	if (len < 0 || (size_t)len >= sizeof(line)) {
		fputs("mksql: a line is too long\n", stderr);
		exit(1);
	}
	add_bytes(t, line, (size_t)len);
}

/* `text` as a C literal, a line of source for each of its lines. */
static void add_literal(struct text *t, const char *text)
{
	add(t, "\n\t\"");
	for (const char *p = text; *p != 0; p++) {
		if (*p == '\n') {
			add(t, p[1] == 0 ? "\\n" : "\\n\"\n\t\"");
		} else if (*p == '"' || *p == '\\' || *p == '?') {
			add(t, "\\%c", *p);
		} else if (*p == '\t') {
			add(t, "\\t");
		} else {
			add_bytes(t, p, 1);
		}
	}
	add(t, "\"");
}

__attribute__((format(printf, 3, 4))) static void fault(const char *file, int line,
							 const char *format, ...)
{
	va_list rest;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(rest, format);
	vfprintf(stderr, format, rest);
	va_end(rest);
	fputc('\n', stderr);
	faults++;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool is_name(const char *at)
{
	if (!islower((unsigned char)at[0]) || strlen(at) > NAME_MAX_BYTES)
		return false;
	for (; *at != 0; at++)
		if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '_')
			return false;
	return true;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && strcmp(text + len - end_len, end) == 0;
}

/* --- reading lines and headers --- */

static char *next_line(struct source *s)
{
	if (*s->at == 0)
		return NULL;
	char *end = strchr(s->at, '\n');
	size_t len = end != NULL ? (size_t)(end - s->at) : strlen(s->at);
	char *line = copy(s->at, len > 0 && s->at[len - 1] == '\r' ? len - 1 : len);

	s->at += end != NULL ? len + 1 : len;
	s->line++;
	return line;
}

/* The text behind `--` and blanks, or NULL when the line is no comment. */
static char *comment_of(char *line)
{
	while (*line == ' ' || *line == '\t')
		line++;
	if (line[0] != '-' || line[1] != '-')
		return NULL;
	line += 2;
	while (*line == ' ' || *line == '\t')
		line++;
	return line;
}

static bool is_header(const char *comment)
{
	size_t at = 0;

	while (is_word(comment[at]))
		at++;
	return at > 0 && comment[at] == '(';
}

static bool is_header_whole(const char *header)
{
	int depth = 0;
	const char *arrow = strstr(header, "->");

	if (arrow == NULL)
		return false;
	for (const char *p = header; *p != 0; p++)
		depth += (*p == '(') - (*p == ')');
	arrow += 2;
	while (*arrow == ' ')
		arrow++;
	return depth <= 0 && *arrow != 0;
}

static const char *const group_names[] = { "project", "account", "reference", "each", "local" };

static const char *group_of(const struct source *s, const char *comment)
{
	const char *word = comment + strlen("group:");

	while (*word == ' ')
		word++;
	for (size_t i = 0; i < sizeof(group_names) / sizeof(*group_names); i++) {
		size_t len = strlen(group_names[i]);

		if (strncmp(word, group_names[i], len) == 0 && !is_word(word[len]))
			return group_names[i];
	}
	fault(s->file, s->line, "the group is none of project, account, reference, each, local");
	return "local";
}

static bool is_type(const char *type)
{
	static const char *const known[] = { "int", "text", "blob", "real", "money", "usec" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(type, known[i]) == 0)
			return true;
	return is_name(type) && ends_with(type, "_id");
}

/* `name type, name type?)` up to the closing bracket; how many, or -1 with a fault. */
static int read_fields(const struct source *s, const char **at, struct field *out)
{
	const char *p = *at;
	int count = 0;

	while (*p == ' ' || *p == '\t')
		p++;
	while (*p != ')') {
		const char *name = p;
		while (is_word(*p))
			p++;
		size_t name_len = (size_t)(p - name);
		while (*p == ' ' || *p == '\t')
			p++;
		const char *type = p;
		while (is_word(*p))
			p++;
		struct field f = { copy(name, name_len), copy(type, (size_t)(p - type)), *p == '?' };
		if (f.null)
			p++;
		while (*p == ' ' || *p == '\t')
			p++;
		if (!is_name(f.name) || (*p != ',' && *p != ')')) {
			fault(s->file, s->line, "expected `name type`, `name type?` near `%.30s`", name);
			return -1;
		}
		if (!is_type(f.type)) {
			fault(s->file, s->line, "`%s` has the unknown type `%s` (known: int text blob "
			      "real money usec NOUN_id)", f.name, f.type);
			return -1;
		}
		for (int i = 0; i < count; i++)
			if (strcmp(out[i].name, f.name) == 0)
				fault(s->file, s->line, "`%s` is named twice", f.name);
		if (count == FIELDS_MAX) {
			fault(s->file, s->line, "more than %d fields", FIELDS_MAX);
			return -1;
		}
		out[count++] = f;
		if (*p == ',')
			for (p++; *p == ' ' || *p == '\t'; p++)
				;
	}
	*at = p + 1;
	return count;
}

static bool read_shape(const struct source *s, const char *p, struct stmt *out)
{
	static const char *const shapes[] = { "none", "changed", "one", "maybe", "many" };

	while (*p == ' ')
		p++;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		size_t len = strlen(shapes[i]);

		if (strncmp(p, shapes[i], len) == 0 && !is_word(p[len])) {
			out->shape = shapes[i];
			p += len;
			break;
		}
	}
	if (out->shape == NULL) {
		fault(s->file, s->line, "`%.20s` is none of none, changed, one, maybe, many", p);
		return false;
	}
	while (*p == ' ')
		p++;
	bool rows = out->shape[0] == 'o' || out->shape[0] == 'm';
	if (rows != (*p == '(')) {
		fault(s->file, s->line, "`%s` %s", out->shape,
		      rows ? "needs its columns: (name type, …)" : "has no columns");
		return false;
	}
	if (rows) {
		p++;
		out->columns = read_fields(s, &p, out->column);
		if (out->columns == 0)
			fault(s->file, s->line, "`%s` without a column", out->shape);
	}
	while (*p == ' ')
		p++;
	if (*p != 0 && *p != ':')
		fault(s->file, s->line, "`%.20s` behind the header; a remark starts with a colon", p);
	return out->columns >= 0;
}

static bool read_header(const struct source *s, const char *header, struct stmt *out)
{
	const char *p = strchr(header, '(');

	out->name = copy(header, (size_t)(p - header));
	if (!is_name(out->name)) {
		fault(s->file, s->line, "`%s` is no name: small letters, digits and _", out->name);
		return false;
	}
	p++;
	out->params = read_fields(s, &p, out->param);
	if (out->params < 0)
		return false;
	while (*p == ' ')
		p++;
	if (p[0] != '-' || p[1] != '>') {
		fault(s->file, s->line, "`%s(…)` is not followed by `-> shape`", out->name);
		return false;
	}
	return read_shape(s, p + 2, out);
}

/* --- tokens and the linter --- */

struct token {
	char word[NAME_MAX_BYTES + 4]; /* in small letters; ' for a text; $n; or one sign */
};

struct tokens {
	struct token at[TOKENS_MAX];
	int count;
};

static const char *quoted_end(const char *p)
{
	char quote = *p++;

	while (*p != 0 && !(p[0] == quote && p[1] != quote))
		p += p[0] == quote ? 2 : 1;
	return *p != 0 ? p + 1 : p;
}

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
				if (len < NAME_MAX_BYTES)
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
	static const struct { const char *word, *next, *why; } banned[] = {
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
			fault(m->file, m->line, "`%s` is of group %s and %s does not name its %s by "
			      "equality (or say `-- sweep: why`)", m->name, m->group,
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
			fault(m->file, m->line, "`%s`: parameters are written $1, $2, …", m->name);
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

static void lint_stmt(const struct stmt *m)
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

/* --- statements --- */

/* From s->at up to `;`, without comments other than an engine's own words. */
static char *read_statement(struct source *s, const char *name)
{
	struct text out = { 0 };
	const char *p = s->at;
	int line = s->line;

	while (*p != 0 && *p != ';') {
		const char *end = p + 1;
		bool keep = true;

		if (*p == '\'' || *p == '"') {
			end = quoted_end(p);
		} else if (p[0] == '-' && p[1] == '-') {
			end = p + strcspn(p, "\n");
			keep = false;
			char *comment = copy(p + 2, (size_t)(end - p - 2));
			if (is_header(comment + strspn(comment, " \t")) && strstr(comment, "->"))
				fault(s->file, line + 1, "`%s` does not end with `;`", name);
		} else if (p[0] == '/' && p[1] == '*') {
			const char *close = strstr(p, "*/");
			end = close != NULL ? close + 2 : p + strlen(p);
			keep = strncmp(p, "/*pg:", 5) == 0 || strncmp(p, "/*lite:", 7) == 0;
		}
		for (const char *c = p; c < end; c++)
			line += *c == '\n';
		if (keep)
			add_bytes(&out, p, (size_t)(end - p));
		p = end;
	}
	if (*p == 0)
		fault(s->file, s->line, "`%s` does not end with `;`", name);
	s->line = line;
	s->at += (size_t)(p - s->at) + (*p == ';' ? 1 : 0);
	add_bytes(&out, "", 0);
	char *sql = out.at + strspn(out.at, " \t\r\n");
	for (size_t len = strlen(sql); len > 0 && isspace((unsigned char)sql[len - 1]); len--)
		sql[len - 1] = 0;
	if (*sql == 0)
		fault(s->file, s->line, "`%s` has no statement below its header", name);
	return sql;
}

static void read_one(struct source *s, char *header)
{
	struct stmt m = { .file = s->file, .room = s->room, .line = s->line, .group = s->group };
	struct source start = *s;

	while (!is_header_whole(header)) {
		char *line = next_line(s);
		char *more = line != NULL ? comment_of(line) : NULL;

		if (more == NULL) {
			fault(start.file, start.line, "the header `%.40s…` does not end", header);
			return;
		}
		struct text longer = { 0 };
		add_bytes(&longer, header, strlen(header));
		add(&longer, " %s", more);
		header = longer.at;
	}
	bool good = read_header(&start, header, &m);
	for (;;) { /* what is said of this statement alone */
		struct source before = *s;
		char *line = next_line(s);
		char *comment = line != NULL ? comment_of(line) : NULL;

		if (comment == NULL) {
			*s = before;
			break;
		}
		if (strncmp(comment, "group:", 6) == 0)
			m.group = group_of(s, comment);
		if (strncmp(comment, "sweep:", 6) == 0)
			m.sweep = true;
	}
	m.sql = read_statement(s, m.name);
	if (!good)
		return;
	if (m.group == NULL) {
		fault(m.file, m.line, "no group: start the file with `-- group: project` (or account, "
		      "reference, each, local)");
		return;
	}
	lint_stmt(&m);
	stmts[stmt_count++] = m;
}

static void read_statements(struct source *s)
{
	char *line;

	while ((line = next_line(s)) != NULL) {
		char *comment = comment_of(line);

		if (comment != NULL && strncmp(comment, "group:", 6) == 0)
			s->group = group_of(s, comment);
		else if (comment != NULL && is_header(comment))
			read_one(s, comment);
		else if (comment == NULL && line[strspn(line, " \t;")] != 0)
			fault(s->file, s->line, "a statement without a header: `%.40s`", line);
	}
}

/* --- schema steps --- */

static void lint_step(const char *file, const char *sql)
{
	static struct tokens t;
	static const char *const types[] = { "integer", "int", "smallint", "boolean", "bool",
		"timestamp", "timestamptz", "date", "varchar", "char", "numeric", "decimal", "real",
		"float", "blob", "jsonb", "json", "uuid" };
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
					fault(file, start, "type %s: a step knows BIGINT, TEXT, BYTEA, "
					      "DOUBLE PRECISION", types[k]);
	}
}

static void read_step(struct source *s, const char *base)
{
	struct step step = { .file = s->file, .group = "each" };
	char *first = comment_of(copy(s->at, strcspn(s->at, "\n")));
	struct source lines = *s;
	char *line;
	char word[9] = "";

	for (size_t i = 0; first != NULL && i < 8 && first[i] != 0; i++)
		word[i] = (char)tolower((unsigned char)first[i]);
	if (strncmp(word, "kept", 4) != 0 && strncmp(word, "derived", 7) != 0)
		fault(s->file, 1, "the first comment of a step says kept or derived");
	while ((line = next_line(&lines)) != NULL) {
		char *comment = comment_of(line);

		if (comment != NULL && strncmp(comment, "group:", 6) == 0)
			step.group = group_of(&lines, comment);
	}
	step.name = copy(base, strlen(base) - strlen(".sql"));
	step.sql = s->at;
	lint_step(s->file, step.sql);
	for (int i = 0; i < step_count; i++)
		if (strncmp(steps[i].name, step.name, 4) == 0)
			fault(s->file, 1, "the number of this step is also that of %s", steps[i].file);
	steps[step_count++] = step;
}

static int by_name(const void *left, const void *right)
{
	return strcmp(((const struct step *)left)->name, ((const struct step *)right)->name);
}

/* --- writing C --- */

static const char *c_type(const char *type)
{
	if (strcmp(type, "int") == 0)
		return "int64_t ";
	if (strcmp(type, "real") == 0)
		return "double ";
	if (strcmp(type, "text") == 0 || strcmp(type, "blob") == 0)
		return "struct str ";
	struct text t = { 0 };
	add(&t, "%s ", type);
	return t.at;
}

static char letter(const char *type)
{
	return type[0] == 't' || type[0] == 'b' || type[0] == 'r' ?
		       (ends_with(type, "_id") ? 'i' : type[0]) : 'i';
}

static const char *member(const char *type)
{
	return letter(type) == 'i' ? "i" : letter(type) == 'r' ? "r" : "s";
}

static const char *inside(const char *type)
{
	return strcmp(type, "money") == 0 ? ".minor" : strcmp(type, "usec") == 0 ? ".us" :
	       ends_with(type, "_id") ? ".v" : "";
}

static void add_letters(struct text *t, const struct field *f, int count)
{
	add(t, "\"");
	for (int i = 0; i < count; i++)
		add(t, "%c", letter(f[i].type));
	add(t, "\"");
}

static void add_signature(struct text *t, const struct stmt *m)
{
	add(t, "enum err %s(struct ctx *c_", m->name);
	for (int i = 0; i < m->params; i++) {
		add(t, ", %s%s", c_type(m->param[i].type), m->param[i].name);
		if (m->param[i].null)
			add(t, ", bool has_%s", m->param[i].name);
	}
	if (strcmp(m->shape, "changed") == 0)
		add(t, ", int64_t *changed_");
	else if (strcmp(m->shape, "one") == 0)
		add(t, ", struct %s *out_", m->name);
	else if (strcmp(m->shape, "maybe") == 0)
		add(t, ", struct %s *out_, bool *found_", m->name);
	else if (strcmp(m->shape, "many") == 0)
		add(t, ", struct %s **rows_, size_t *count_", m->name);
	add(t, ")");
}

static void add_declaration(struct text *t, const struct stmt *m)
{
	add(t, "extern const struct store_stmt %s_stmt;\n", m->name);
	if (m->columns > 0) {
		add(t, "struct %s {\n", m->name);
		for (int i = 0; i < m->columns; i++) {
			add(t, "\t%s%s;\n", c_type(m->column[i].type), m->column[i].name);
			if (m->column[i].null)
				add(t, "\tbool has_%s;\n", m->column[i].name);
		}
		add(t, "};\n");
	}
	add(t, "MUST_USE ");
	add_signature(t, m);
	add(t, ";\n\n");
}

static void add_row_reader(struct text *t, const struct stmt *m)
{
	add(t, "static void %s_row_(const struct store_value *value_, struct %s *out_)\n{\n", m->name,
	    m->name);
	for (int i = 0; i < m->columns; i++) {
		const struct field *f = &m->column[i];

		add(t, "\tout_->%s%s = value_[%d].%s;\n", f->name, inside(f->type), i, member(f->type));
		if (f->null)
			add(t, "\tout_->has_%s = !value_[%d].null;\n", f->name, i);
	}
	add(t, "}\n\n");
}

static void add_body(struct text *t, const struct stmt *m)
{
	const char *args = m->params > 0 ? "args_" : "NULL";

	add(t, "\n{\n");
	if (m->params > 0) {
		add(t, "\tconst struct store_value args_[] = {\n");
		for (int i = 0; i < m->params; i++) {
			const struct field *f = &m->param[i];

			add(t, "\t\t{ ");
			if (f->null)
				add(t, ".null = !has_%s, ", f->name);
			add(t, ".%s = %s%s },\n", member(f->type), f->name, inside(f->type));
		}
		add(t, "\t};\n");
	}
	if (m->columns == 0) {
		add(t, "\treturn store_run(c_, &%s_stmt, %s, %s, NULL);\n}\n\n", m->name, args,
		    m->shape[0] == 'c' ? "changed_" : "NULL");
		return;
	}
	add(t, "\tstruct store_rows found_rows_;\n\n");
	add(t, "\tTRY(store_run(c_, &%s_stmt, %s, NULL, &found_rows_));\n", m->name, args);
	if (strcmp(m->shape, "many") == 0) {
		add(t, "\tstruct %s *list_ = NEW_MANY(c_->mem, struct %s, found_rows_.count);\n\n",
		    m->name, m->name);
		add(t, "\tfor (size_t i_ = 0; i_ < found_rows_.count; i_++)\n"
		       "\t\t%s_row_(found_rows_.value + i_ * %d, &list_[i_]);\n"
		       "\t*rows_ = list_;\n\t*count_ = found_rows_.count;\n", m->name, m->columns);
	} else if (strcmp(m->shape, "maybe") == 0) {
		add(t, "\t*out_ = (struct %s){ 0 };\n\t*found_ = found_rows_.count > 0;\n"
		       "\tif (found_rows_.count > 0)\n\t\t%s_row_(found_rows_.value, out_);\n",
		    m->name, m->name);
	} else {
		add(t, "\t*out_ = (struct %s){ 0 };\n\t%s_row_(found_rows_.value, out_);\n", m->name,
		    m->name);
	}
	add(t, "\treturn OK;\n}\n\n");
}

static void add_definition(struct text *t, const struct stmt *m)
{
	const char *shape = strcmp(m->shape, "none") == 0    ? "STORE_NONE" :
			    strcmp(m->shape, "changed") == 0 ? "STORE_CHANGED" :
			    strcmp(m->shape, "one") == 0     ? "STORE_ONE" :
			    strcmp(m->shape, "maybe") == 0   ? "STORE_MAYBE" : "STORE_MANY";

	add(t, "const struct store_stmt %s_stmt = {\n\t\"%s\",", m->name, m->name);
	add_literal(t, m->sql);
	add(t, ",\n\t");
	add_letters(t, m->param, m->params);
	add(t, ", ");
	add_letters(t, m->column, m->columns);
	add(t, ", %s, \"%s\"\n};\n\n", shape, m->group);
	if (m->columns > 0)
		add_row_reader(t, m);
	add_signature(t, m);
	add_body(t, m);
}

/* --- files --- */

static char *slurp(const char *path)
{
	struct text t = { 0 };
	char piece[8192];
	size_t got;
	FILE *f = fopen(path, "rb");

	if (f == NULL) {
		fprintf(stderr, "%s:1: %s\n", path, strerror(errno));
		return NULL;
	}
	while ((got = fread(piece, 1, sizeof(piece), f)) > 0)
		add_bytes(&t, piece, got);
	fclose(f);
	add_bytes(&t, "", 0);
	if (strlen(t.at) != t.len)
		fault(path, 1, "a NUL byte inside");
	return t.at;
}

static void spill(const char *path, const struct text *t)
{
	struct stat there;

	if (stat(path, &there) == 0 && (size_t)there.st_size == t->len) {
		char *old = slurp(path);

		if (old != NULL && memcmp(old, t->at, t->len) == 0)
			return;
	}
	FILE *f = fopen(path, "wb");
	bool good = f != NULL && fwrite(t->at, 1, t->len, f) == t->len;
	if (f != NULL && fclose(f) != 0)
		good = false;
	if (!good) {
		fprintf(stderr, "mksql: cannot write %s: %s\n", path, strerror(errno));
		exit(1);
	}
}

static void write_room(const char *out_folder, const char *room)
{
	struct text header = { 0 }, code = { 0 }, path = { 0 };
	bool ids = false;

	for (int i = 0; i < stmt_count; i++)
		for (int k = 0; strcmp(stmts[i].room, room) == 0 && k < FIELDS_MAX; k++)
			ids |= (k < stmts[i].params && ends_with(stmts[i].param[k].type, "_id")) ||
			       (k < stmts[i].columns && ends_with(stmts[i].column[k].type, "_id"));
	add(&header, "/* Made by mksql from the SQL of %s. */\n#ifndef GEN_%s_SQL_H\n"
	    "#define GEN_%s_SQL_H\n", room, room, room);
	if (ids)
		add(&header, "#include \"%s/%s.h\"\n", room, room);
	add(&header, "#include \"store/store.h\"\n\n");
	add(&code, "/* Made by mksql from the SQL of %s. */\n#include \"%s/%s.sql.h\"\n\n", room, room,
	    room);
	for (int i = 0; i < stmt_count; i++)
		if (strcmp(stmts[i].room, room) == 0) {
			add_declaration(&header, &stmts[i]);
			add_definition(&code, &stmts[i]);
		}
	add(&header, "#endif\n");
	add(&path, "%s/%s", out_folder, room);
	if (mkdir(path.at, 0777) != 0 && errno != EEXIST) {
		fprintf(stderr, "mksql: cannot make %s: %s\n", path.at, strerror(errno));
		exit(1);
	}
	add(&path, "/%s.sql.h", room);
	spill(path.at, &header);
	path.at[path.len - 1] = 'c';
	spill(path.at, &code);
}

static void write_all(const char *out_folder)
{
	struct text code = { 0 }, path = { 0 };

	add(&code, "/* Made by mksql: every statement and every schema step of the house. */\n"
	    "#include \"store/store.h\"\n\n");
	for (int i = 0; i < stmt_count; i++)
		add(&code, "extern const struct store_stmt %s_stmt;\n", stmts[i].name);
	add(&code, "\nconst struct store_stmt *const store_statements[] = {\n");
	for (int i = 0; i < stmt_count; i++)
		add(&code, "\t&%s_stmt,\n", stmts[i].name);
	add(&code, "\tNULL\n};\n\nconst struct store_step store_steps[] = {\n");
	for (int i = 0; i < step_count; i++) {
		add(&code, "\t{ \"%s\",", steps[i].name);
		add_literal(&code, steps[i].sql);
		add(&code, ", \"%s\" },\n", steps[i].group);
	}
	add(&code, "\t{ NULL, NULL, NULL }\n};\n");
	add(&path, "%s/store_all.c", out_folder);
	spill(path.at, &code);
	for (int i = 0; i < stmt_count; i++) {
		bool first = true;

		for (int k = 0; k < i; k++)
			first = first && strcmp(stmts[k].room, stmts[i].room) != 0;
		if (first)
			write_room(out_folder, stmts[i].room);
	}
}

static void read_file(const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash != NULL ? slash + 1 : file;

	if (slash == NULL || slash == file || !ends_with(base, ".sql")) {
		fault(file, 1, "expected FOLDER/NAME.sql");
		return;
	}
	const char *room = slash;
	while (room > file && room[-1] != '/')
		room--;
	struct source s = { .file = file, .room = copy(room, (size_t)(slash - room)) };
	s.at = slurp(file);
	if (s.at == NULL) {
		faults++;
		return;
	}
	bool digits = true;
	for (int i = 0; i < 4; i++)
		digits = digits && isdigit((unsigned char)base[i]);
	size_t lines = 0;
	for (const char *p = s.at; *p != 0; p++)
		lines += *p == ';';
	stmts = realloc(stmts, (size_t)(stmt_count + 1 + (int)lines * 2) * sizeof(*stmts));
	if (stmts == NULL)
		exit(1);
	if (digits)
		read_step(&s, base);
	else
		read_statements(&s);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: mksql OUT FOLDER/NAME.sql…\n", stderr);
		return 2;
	}
	steps = take((size_t)argc * sizeof(*steps));
	for (int i = 2; i < argc; i++)
		read_file(argv[i]);
	if (faults > 0) {
		fprintf(stderr, "mksql: %d fault%s, nothing written\n", faults, faults > 1 ? "s" : "");
		return 1;
	}
	qsort(steps, (size_t)step_count, sizeof(*steps), by_name);
	write_all(argv[1]);
	return 0;
}
