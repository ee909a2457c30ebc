/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A statement for many rows at once: the array text for PostgreSQL out of the one text.
 *
 * A header whose parameters have a `;` between them is run for each of many rows: what stands
 * before it is shared, what stands behind it has a value for each row. SQLite runs the text once
 * for each row, which costs it nothing more than that. PostgreSQL would pay for each run with the
 * work around a statement, so it gets arrays, spread into the rows of a table b_ with the columns
 * p2, p3 … (by the number of the parameter) and the row's number n_:
 *
 *     UPDATE t SET a = $3 WHERE k = $1 AND i = $2
 *  -> UPDATE t SET a = b_.p3 FROM (SELECT $1 AS p1, u_.* FROM
 *       unnest($2, $3) WITH ORDINALITY AS u_(p2, p3, n_) OFFSET 0) AS b_
 *     WHERE k = b_.p1 AND i = b_.p2 RETURNING b_.n_
 *
 * OFFSET 0 hides from the planner that k is the same for all rows. If it knew, and had no
 * statistics yet, it would read all that has this k and compare each with each; so it can but go by
 * the key of each row. What the change itself returns stands behind b_.n_. DELETE goes the same
 * way with USING; a SELECT becomes the inside of a
 * LATERAL; of an INSERT, which cannot return b_.n_, the inserted values are returned and told apart
 * by them.
 */
#include "mksql_in.h"

/* Where a word of the statement's own level stands, or NULL. */
static const char *find_word(const char *sql, const char *word)
{
	size_t len = strlen(word);
	int depth = 0;

	for (const char *p = sql; *p != 0; p++) {
		if (*p == '\'') {
			p = quoted_end(p) - 1;
		} else if (p[0] == '/' && p[1] == '*') {
			p = strstr(p, "*/") + 1;
		} else if (*p == '(' || *p == ')') {
			depth += *p == '(' ? 1 : -1;
		} else if (depth == 0 && strncasecmp(p, word, len) == 0 && !is_word(p[len]) &&
			   (p == sql || !is_word(p[-1]))) {
			return p;
		}
	}
	return NULL;
}

static bool begins(const char *sql, const char *word)
{
	return find_word(sql, word) == sql;
}

/* A part of the text, with `$n` as a column of b_ where n is above `kept`. */
static void add_part(struct text *out, int kept, const char *from, const char *end)
{
	for (const char *p = from; p < end; p++) {
		int n = *p == '$' ? atoi(p + 1) : 0;

		if (n <= kept) {
			add_bytes(out, p, 1);
			continue;
		}
		add(out, "b_.p%d", n);
		while (p + 1 < end && isdigit((unsigned char)p[1]))
			p++;
	}
}

static void add_rows(struct text *out, const struct stmt *m, const char *name)
{
	add(out, "unnest(");
	for (int i = m->shared + 1; i <= m->params; i++)
		add(out, "%s$%d", i > m->shared + 1 ? ", " : "", i);
	add(out, ") WITH ORDINALITY AS %s(", name);
	for (int i = m->shared + 1; i <= m->params; i++)
		add(out, "p%d, ", i);
	add(out, "n_)");
}

/* The rows with the shared values in each of them, as if they were not shared. */
static void add_fence(struct text *out, const struct stmt *m)
{
	add(out, "(SELECT ");
	for (int i = 1; i <= m->shared; i++)
		add(out, "$%d AS p%d, ", i, i);
	add(out, "u_.* FROM ");
	add_rows(out, m, "u_");
	add(out, " OFFSET 0) AS b_");
}

/* The next item of a list in brackets, without blanks around it; NULL behind the last. */
static char *next_item(const char **at)
{
	const char *p = *at;
	int depth = 0;

	if (*p == ')')
		return NULL;
	p += strspn(p, "(, \t\n");
	const char *from = p;
	for (; depth > 0 || (*p != ',' && *p != ')'); p++)
		depth += (*p == '(') - (*p == ')');
	*at = p;
	while (p > from && isspace((unsigned char)p[-1]))
		p--;
	return copy(from, (size_t)(p - from));
}

/* Of an INSERT: which columns take a value of the row's own just as it is. */
static void add_returning(struct text *out, struct stmt *m, const char *values)
{
	const char *names = strchr(m->sql, '(');
	struct text match = { 0 };
	char *name, *value;

	while ((name = next_item(&names)) != NULL && (value = next_item(&values)) != NULL) {
		int n = value[0] == '$' ? atoi(value + 1) : 0;

		if (n <= m->shared || value[1 + strspn(value + 1, "0123456789")] != 0 ||
		    strcmp(m->param[n - 1].type, "real") == 0)
			continue;
		add(out, "%s%s", match.len == 0 ? "\nRETURNING " : ", ", name);
		add(&match, "\\%03o", (unsigned int)n);
	}
	if (match.len == 0)
		fault(m->file, m->line, "`%s`: no column tells the inserted rows apart", m->name);
	m->match = match.at;
}

static void each_insert(struct text *out, struct stmt *m)
{
	const char *values = find_word(m->sql, "VALUES"), *rest = find_word(m->sql, "ON");
	const char *end = m->sql + strlen(m->sql);

	if (values == NULL) {
		fault(m->file, m->line, "`%s`: an INSERT for many rows has VALUES", m->name);
		return;
	}
	const char *open = strchr(values, '('), *close = rest != NULL ? rest : end;
	while (close > open && *close != ')')
		close--;
	add_part(out, m->shared, m->sql, values);
	add(out, "SELECT ");
	add_part(out, m->shared, open + 1, close);
	add(out, " FROM ");
	add_rows(out, m, "b_");
	if (rest != NULL) {
		add(out, "\n");
		add_part(out, m->shared, rest, end);
	}
	if (m->shape[0] == 'c')
		add_returning(out, m, open);
}

/* UPDATE … FROM rows WHERE …, DELETE … USING rows WHERE … */
static void each_change(struct text *out, struct stmt *m, const char *word)
{
	const char *where = find_word(m->sql, "WHERE"), *end = m->sql + strlen(m->sql);
	const char *told = find_word(m->sql, "RETURNING");

	if (where == NULL || (begins(m->sql, "UPDATE") && find_word(m->sql, "FROM") != NULL)) {
		fault(m->file, m->line, "`%s`: for many rows a change has a WHERE, and no FROM",
		      m->name);
		return;
	}
	add_part(out, 0, m->sql, where);
	add(out, "%s ", word);
	add_fence(out, m);
	add(out, "\n");
	add_part(out, 0, where, told != NULL ? told : end);
	if (told != NULL || m->shape[0] == 'c')
		add(out, "\nRETURNING b_.n_");
	if (told != NULL)
		add(out, ",%s", told + strlen("RETURNING"));
}

void make_each(struct stmt *m)
{
	struct text out = { 0 };

	if (begins(m->sql, "SELECT") || begins(m->sql, "WITH")) {
		add(&out, "SELECT b_.n_, r_.* FROM ");
		add_rows(&out, m, "b_");
		add(&out, " CROSS JOIN LATERAL (\n");
		add_part(&out, m->shared, m->sql, m->sql + strlen(m->sql));
		add(&out, "\n) AS r_");
	} else if (begins(m->sql, "INSERT")) {
		each_insert(&out, m);
	} else if (begins(m->sql, "UPDATE")) {
		each_change(&out, m, "FROM");
	} else {
		each_change(&out, m, "USING");
	}
	m->each = out.at;
}
