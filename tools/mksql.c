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
 *     -- name(param type, …) -> none | changed | one (column type, …) | maybe | many
 *
 * With a `;` between its parameters it is run for each of many rows: those behind the `;` have a
 * value for each row (see mksql_each.c). Its shape is none, changed or maybe.
 *
 * Types: int text blob real money usec NOUN_id; a `?` behind the type lets NULL in. A header
 * may go on over several `--` lines; `: words` behind the shape are for the reader. The
 * first lines of a file say `-- group: project`; a line of the same form below a header says it
 * for one statement, `-- sweep: why` lets a statement go over all shards.
 *
 * Whatever means something else on one of the engines, and a statement that does not name its
 * shard, is refused with file and line; then nothing is written.
 */
#include "mksql_in.h"

struct stmt *stmts;
struct step *steps;
int stmt_count, step_count, faults;

struct source {
	const char *file;
	char *room;
	char *at; /* what is left to read */
	int line;
	const char *group;
};

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

/* `name type, name type?)` up to the closing bracket; how many, or -1 with a fault. A `;` in the
 * place of a comma or before the first, where one may stand, is told by how many came before it. */
static int read_fields(const struct source *s, const char **at, struct field *out, int *shared)
{
	const char *p = *at;
	int count = 0;

	while (*p == ' ' || *p == '\t')
		p++;
	if (*p == ';' && shared != NULL) {
		*shared = 0;
		for (p++; *p == ' ' || *p == '\t'; p++)
			;
	}
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
		struct field f = { copy(name, name_len), copy(type, (size_t)(p - type)),
				   *p == '?' };
		if (f.null)
			p++;
		while (*p == ' ' || *p == '\t')
			p++;
		bool parts = *p == ';' && shared != NULL && *shared < 0;

		if (!is_name(f.name) || (*p != ',' && *p != ')' && !parts)) {
			fault(s->file, s->line, "expected `name type`, `name type?` near `%.30s`",
			      name);
			return -1;
		}
		if (!is_type(f.type)) {
			fault(s->file, s->line,
			      "`%s` has the unknown type `%s` (known: int text blob "
			      "real money usec NOUN_id)",
			      f.name, f.type);
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
		if (parts)
			*shared = count;
		if (*p == ',' || parts)
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
		out->columns = read_fields(s, &p, out->column, NULL);
		if (out->columns == 0)
			fault(s->file, s->line, "`%s` without a column", out->shape);
	}
	while (*p == ' ')
		p++;
	if (*p != 0 && *p != ':')
		fault(s->file, s->line, "`%.20s` behind the header; a remark starts with a colon",
		      p);
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
	out->shared = -1;
	out->params = read_fields(s, &p, out->param, &out->shared);
	if (out->params < 0)
		return false;
	while (*p == ' ')
		p++;
	if (p[0] != '-' || p[1] != '>') {
		fault(s->file, s->line, "`%s(…)` is not followed by `-> shape`", out->name);
		return false;
	}
	if (!read_shape(s, p + 2, out))
		return false;
	if (out->shared >= 0 &&
	    (strcmp(out->shape, "one") == 0 || strcmp(out->shape, "many") == 0)) {
		fault(s->file, s->line,
		      "`%s` is for many rows: its shape is none, changed or maybe", out->name);
		return false;
	}
	return true;
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
		fault(m.file, m.line,
		      "no group: start the file with `-- group: project` (or account, "
		      "reference, each, local)");
		return;
	}
	lint_stmt(&m);
	if (m.shared >= 0)
		make_each(&m);
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
			fault(s->file, 1, "the number of this step is also that of %s",
			      steps[i].file);
	steps[step_count++] = step;
}

static int by_name(const void *left, const void *right)
{
	return strcmp(((const struct step *)left)->name, ((const struct step *)right)->name);
}

/* --- files --- */

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
		fprintf(stderr, "mksql: %d fault%s, nothing written\n", faults,
			faults > 1 ? "s" : "");
		return 1;
	}
	qsort(steps, (size_t)step_count, sizeof(*steps), by_name);
	write_all(argv[1]);
	return 0;
}
