/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What mksql makes: a header and a source for each room, and the lists of all. */
#include "mksql_in.h"

#include <errno.h>
#include <sys/stat.h>

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
		       (ends_with(type, "_id") ? 'i' : type[0]) :
		       'i';
}

static const char *member(const char *type)
{
	return letter(type) == 'i' ? "i" : letter(type) == 'r' ? "r" : "s";
}

static const char *inside(const char *type)
{
	return strcmp(type, "money") == 0 ? ".minor" :
	       strcmp(type, "usec") == 0  ? ".us" :
	       ends_with(type, "_id")	  ? ".v" :
					    "";
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
	int plain = m->shared >= 0 ? m->shared : m->params;

	add(t, "enum err %s(struct ctx *c_", m->name);
	for (int i = 0; i < plain; i++) {
		add(t, ", %s%s", c_type(m->param[i].type), m->param[i].name);
		if (m->param[i].null)
			add(t, ", bool has_%s", m->param[i].name);
	}
	if (m->shared >= 0)
		add(t, ", const struct %s_row *row_, size_t count_", m->name);
	if (strcmp(m->shape, "changed") == 0)
		add(t, m->shared >= 0 ? ", bool *changed_" : ", int64_t *changed_");
	else if (strcmp(m->shape, "one") == 0)
		add(t, ", struct %s *out_", m->name);
	else if (strcmp(m->shape, "maybe") == 0)
		add(t, ", struct %s *out_, bool *found_", m->name);
	else if (strcmp(m->shape, "many") == 0)
		add(t, ", struct %s **rows_, size_t *count_", m->name);
	add(t, ")");
}

static void add_struct(struct text *t, const char *name, const char *end, const struct field *f,
		       int count)
{
	add(t, "struct %s%s {\n", name, end);
	for (int i = 0; i < count; i++) {
		add(t, "\t%s%s;\n", c_type(f[i].type), f[i].name);
		if (f[i].null)
			add(t, "\tbool has_%s;\n", f[i].name);
	}
	add(t, "};\n");
}

static void add_declaration(struct text *t, const struct stmt *m)
{
	add(t, "extern const struct store_stmt %s_stmt;\n", m->name);
	if (m->shared >= 0)
		add_struct(t, m->name, "_row", m->param + m->shared, m->params - m->shared);
	if (m->columns > 0)
		add_struct(t, m->name, "", m->column, m->columns);
	add(t, "MUST_USE ");
	add_signature(t, m);
	add(t, ";\n\n");
}

static void add_row_reader(struct text *t, const struct stmt *m)
{
	add(t, "static void %s_row_(const struct store_value *value_, struct %s *out_)\n{\n",
	    m->name, m->name);
	for (int i = 0; i < m->columns; i++) {
		const struct field *f = &m->column[i];

		add(t, "\tout_->%s%s = value_[%d].%s;\n", f->name, inside(f->type), i,
		    member(f->type));
		if (f->null)
			add(t, "\tout_->has_%s = !value_[%d].null;\n", f->name, i);
	}
	add(t, "}\n\n");
}

/* One value; `of` is what its name stands in: "" for an argument, "row_[i_]." for a row's. */
static void add_value(struct text *t, const struct field *f, const char *of)
{
	add(t, "{ ");
	if (f->null)
		add(t, ".null = !%shas_%s, ", of, f->name);
	add(t, ".%s = %s%s%s }", member(f->type), of, f->name, inside(f->type));
}

static void add_args(struct text *t, const struct stmt *m, int count)
{
	add(t, "\tconst struct store_value args_[] = {\n");
	for (int i = 0; i < count; i++) {
		add(t, "\t\t");
		add_value(t, &m->param[i], "");
		add(t, ",\n");
	}
	add(t, "\t};\n");
}

/* The body of a statement for many rows; its shape is none, changed or maybe. */
static void add_each_body(struct text *t, const struct stmt *m)
{
	int own = m->params - m->shared;
	const char *found = strcmp(m->shape, "none") == 0 ? "NULL" :
			    m->columns > 0		  ? "found_" :
							    "changed_";

	add(t, "\n{\n");
	if (m->shared > 0)
		add_args(t, m, m->shared);
	add(t,
	    "\tstruct store_value *each_ = NEW_MANY(c_->mem, struct store_value, count_ * %d);\n",
	    own);
	if (m->columns > 0)
		add(t,
		    "\tstruct store_value *value_ = NEW_MANY(c_->mem, struct store_value, count_ * "
		    "%d);\n",
		    m->columns);
	add(t, "\n\tfor (size_t i_ = 0; i_ < count_; i_++) {\n");
	for (int i = 0; i < own; i++) {
		add(t, "\t\teach_[i_ * %d + %d] = (struct store_value)", own, i);
		add_value(t, &m->param[m->shared + i], "row_[i_].");
		add(t, ";\n");
	}
	add(t, "\t}\n\tTRY(store_run_each(c_, &%s_stmt, %s, each_, count_, %s, %s));\n", m->name,
	    m->shared > 0 ? "args_" : "NULL", found, m->columns > 0 ? "value_" : "NULL");
	if (m->columns > 0)
		add(t,
		    "\tfor (size_t i_ = 0; i_ < count_; i_++) {\n"
		    "\t\tout_[i_] = (struct %s){ 0 };\n"
		    "\t\tif (found_[i_])\n"
		    "\t\t\t%s_row_(value_ + i_ * %d, &out_[i_]);\n"
		    "\t}\n",
		    m->name, m->name, m->columns);
	add(t, "\treturn OK;\n}\n\n");
}

static void add_body(struct text *t, const struct stmt *m)
{
	const char *args = m->params > 0 ? "args_" : "NULL";

	add(t, "\n{\n");
	if (m->params > 0)
		add_args(t, m, m->params);
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
		add(t,
		    "\tfor (size_t i_ = 0; i_ < found_rows_.count; i_++)\n"
		    "\t\t%s_row_(found_rows_.value + i_ * %d, &list_[i_]);\n"
		    "\t*rows_ = list_;\n\t*count_ = found_rows_.count;\n",
		    m->name, m->columns);
	} else if (strcmp(m->shape, "maybe") == 0) {
		add(t,
		    "\t*out_ = (struct %s){ 0 };\n\t*found_ = found_rows_.count > 0;\n"
		    "\tif (found_rows_.count > 0)\n\t\t%s_row_(found_rows_.value, out_);\n",
		    m->name, m->name);
	} else {
		add(t, "\t*out_ = (struct %s){ 0 };\n\t%s_row_(found_rows_.value, out_);\n",
		    m->name, m->name);
	}
	add(t, "\treturn OK;\n}\n\n");
}

static void add_definition(struct text *t, const struct stmt *m)
{
	const char *shape = strcmp(m->shape, "none") == 0    ? "STORE_NONE" :
			    strcmp(m->shape, "changed") == 0 ? "STORE_CHANGED" :
			    strcmp(m->shape, "one") == 0     ? "STORE_ONE" :
			    strcmp(m->shape, "maybe") == 0   ? "STORE_MAYBE" :
							       "STORE_MANY";

	add(t, "const struct store_stmt %s_stmt = {\n\t\"%s\",", m->name, m->name);
	add_literal(t, m->sql);
	add(t, ",\n\t");
	add_letters(t, m->param, m->params);
	add(t, ", ");
	add_letters(t, m->column, m->columns);
	add(t, ", %s, \"%s\",\n\t%d, ", shape, m->group, m->shared >= 0 ? m->shared : m->params);
	if (m->shared >= 0)
		add_literal(t, m->each);
	else
		add(t, "NULL");
	add(t, ", \"%s\"\n};\n\n", m->match != NULL ? m->match : "");
	if (m->columns > 0)
		add_row_reader(t, m);
	add_signature(t, m);
	if (m->shared >= 0)
		add_each_body(t, m);
	else
		add_body(t, m);
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
	add(&header,
	    "/* Made by mksql from the SQL of %s. */\n#ifndef GEN_%s_SQL_H\n"
	    "#define GEN_%s_SQL_H\n",
	    room, room, room);
	if (ids)
		add(&header, "#include \"%s/%s.h\"\n", room, room);
	add(&header, "#include \"store/store.h\"\n\n");
	add(&code, "/* Made by mksql from the SQL of %s. */\n#include \"%s/%s.sql.h\"\n\n", room,
	    room, room);
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

void write_all(const char *out_folder)
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
