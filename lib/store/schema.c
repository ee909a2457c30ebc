/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The schema: the steps that this program knows, applied in order to a database that has some
 * of them, and the little translation that makes one text serve both engines.
 *
 * A step's row is written first in its transaction: of two programs that migrate
 * at the same time the second waits at the key, sees that the row is there and goes on.
 */
#include "store/store_in.h"
#include "store/store.sql.h"

enum { TEXT_MAX = 4 << 20 };

/* --- one text, two engines --- */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static bool word_is(struct str word, const char *name)
{
	return str_eq_nocase(word, str_of(name));
}

struct making {
	struct buf out;
	bool lite, types;
	bool table;   /* inside CREATE TABLE */
	bool options; /* something stands behind its last bracket */
	int depth;
	struct str last;
};

static void put_word(struct making *m, struct str word)
{
	struct str before = m->last;

	m->last = word;
	if (m->types && word_is(before, "CREATE") && word_is(word, "TABLE"))
		m->table = true;
	if (!m->types || !m->lite)
		buf_add(&m->out, word);
	else if (word_is(word, "BIGINT"))
		buf_add(&m->out, S("INTEGER"));
	else if (word_is(word, "BYTEA"))
		buf_add(&m->out, S("BLOB"));
	else if (word_is(word, "DOUBLE"))
		buf_add(&m->out, S("REAL"));
	else if (!(word_is(word, "PRECISION") && word_is(before, "DOUBLE")))
		buf_add(&m->out, word);
}

static void put_sign(struct making *m, char sign)
{
	m->depth += (sign == '(') - (sign == ')');
	if (sign == ')' && m->depth == 0)
		m->options = false;
	if (sign == ';' && m->table) {
		if (m->lite)
			buf_add(&m->out, m->options ? S(", STRICT") : S(" STRICT"));
		m->table = false;
	}
	buf_add_char(&m->out, sign);
}

/* The bytes of the quoted text, comment or word at `p`; 1 for anything else. */
static size_t piece_len(const char *p)
{
	size_t len = 1;

	if (*p == '\'' || *p == '"') {
		while (p[len] != 0 && p[len] != *p)
			len++;
		return p[len] != 0 ? len + 1 : len;
	}
	if (p[0] == '-' && p[1] == '-')
		return strcspn(p, "\n");
	if (p[0] == '/' && p[1] == '*') {
		const char *end = strstr(p + 2, "*/");
		return end != NULL ? (size_t)(end + 2 - p) : strlen(p);
	}
	while (is_word(p[0]) && is_word(p[len]))
		len++;
	return len;
}

const char *store_text(struct arena *mem, const char *sql, bool lite, bool types)
{
	struct making m = { .out = buf_make(mem, TEXT_MAX), .lite = lite, .types = types };
	struct str own = lite ? S("/*lite:") : S("/*pg:");

	for (const char *p = sql; *p != 0;) {
		struct str piece = { p, piece_len(p) };

		p += piece.len;
		if (is_word(piece.at[0])) {
			put_word(&m, piece);
		} else if (piece.len > 1 && piece.at[0] == '/') {
			buf_add_char(&m.out, ' ');
			if (str_starts(piece, own)) {
				buf_add(&m.out, str_trim(str_cut(piece, own.len, piece.len - 2)));
				m.options = true;
			}
		} else if (piece.len > 1 && piece.at[0] == '-') {
			buf_add_char(&m.out, ' ');
		} else if (piece.len > 1) {
			buf_add(&m.out, piece);
		} else {
			put_sign(&m, piece.at[0]);
		}
	}
	CHECK(!buf_is_full(&m.out));
	return str_c(mem, buf_str(&m.out));
}

/* --- steps --- */

struct step_run {
	const struct store_step *step;
	bool applied;
};

static enum err apply_step(struct ctx *c, void *arg)
{
	struct step_run *run = arg;
	int64_t added;

	run->applied = false;
	TRY(schema_step_add(c, str_of(run->step->name), c->now, &added));
	if (added == 0)
		return OK;
	const char *sql = store_text(c->mem, run->step->sql, c->store->lite, true);
	TRY(c->store->driver->script(c, c->store, sql));
	run->applied = true;
	return OK;
}

static enum err make_table(struct ctx *c, void *arg)
{
	(void)arg;
	return schema_table_make(c);
}

static bool is_known(struct str name)
{
	for (int i = 0; store_steps[i].name != NULL; i++)
		if (str_eq(name, str_of(store_steps[i].name)))
			return true;
	return false;
}

enum err store_migrate(struct ctx *c, int *applied)
{
	struct schema_step_list *row;
	size_t count;

	*applied = 0;
	TRY(store_in_tx(c, make_table, NULL));
	TRY(schema_step_list(c, &row, &count));
	for (size_t i = 0; i < count; i++)
		if (!is_known(row[i].name))
			return refuse(c, ERR_CONFLICT,
				      "the data was made by a newer program: it has "
				      "the step %.*s",
				      STR_ARG(row[i].name));
	for (int i = 0; store_steps[i].name != NULL; i++) {
		struct step_run run = { .step = &store_steps[i] };

		TRY(store_in_tx(c, apply_step, &run));
		*applied += run.applied;
	}
	return OK;
}
