/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The streaming reader: bytes go through a small machine into one record's
 * text, and a finished record is looked at as a whole.
 *
 * Reading line by line first was turned down: quotes hide line ends, and
 * a piece may end anywhere. The machine takes runs of ordinary bytes at once, so
 * the price of a byte is that of copying it.
 */
#include "base/csv_in.h"

#include <stdio.h>

enum {
	RECORD_MAX = 1 << 20,
	FIELDS_MAX = 1000,
	TREE_TIMES = 16, /* memory for the tree of a JSON line, in records */
	REASON_SIZE = 200,
	NAME_SHOWN = 60,
};

enum state {
	START,	/* of the file: a mark may stand here */
	RECORD, /* nothing of the record was seen yet */
	FIELD,	/* at the start of a field that is not the first */
	BARE,	/* in a field without quotes */
	QUOTED, /* in a field with quotes */
	QUOTE,	/* behind a quote inside such a field: doubled, or its end */
	RETURN, /* behind a CR that ended a record: an LF may belong to it */
	HELD,	/* behind an empty line: a record only if the file goes on */
	LIST,	/* of a JSON list: before its bracket */
	FIRST,	/* behind the bracket: an item, or the end */
	NEXT,	/* behind an item: a comma, or the end */
	ITEM,	/* behind a comma: an item */
	INSIDE, /* of an item */
	BEHIND, /* the list */
	FINISHED,
};

struct csv_reader {
	struct arena *mem;  /* of its own: what grows here must outlive the caller's marks */
	struct arena *tree; /* of one JSON line */
	struct csv_limits limits;
	enum csv_form form;
	char delimiter;
	enum state state;

	struct str piece;
	size_t at; /* in the piece */
	bool last;
	int64_t offset; /* of piece.at[at] in the file */
	int64_t line;
	int64_t depth;			/* of brackets in an item of a JSON list */
	bool in_text, escaped;		/* in a text there, behind a backslash in it */
	bool after_cr;			/* inside quotes: the byte before was a CR */
	int64_t next_offset, next_line; /* of the record that is being gathered */

	/* the record being gathered */
	struct csv_record now;
	struct buf text; /* of all fields, one behind the other */
	struct str *field;
	size_t *field_ends;
	int field_count;
	const char *bad;
	char reason[REASON_SIZE]; /* of a fault that needs words of its own */

	struct str *names;
	int name_count;
	const char *header_bad;
	int64_t number;
	char mark[3]; /* bytes at the start that may be a mark */
	int mark_len;
};

struct csv_reader *csv_reader_new(struct arena *parent, enum csv_form form,
				  struct csv_limits limits)
{
	struct arena *mem = arena_under(parent, 0);
	struct csv_reader *r = NEW(mem, struct csv_reader);

	limits.record_max = limits.record_max == 0 ? RECORD_MAX : limits.record_max;
	limits.fields_max = limits.fields_max == 0 ? FIELDS_MAX : limits.fields_max;
	r->mem = mem;
	r->form = form;
	r->delimiter = csv_delimiter(form);
	r->limits = limits;
	r->line = 1;
	r->next_line = 1;
	r->text = buf_make(mem, limits.record_max);
	r->field = NEW_MANY(mem, struct str, limits.fields_max);
	r->field_ends = NEW_MANY(mem, size_t, limits.fields_max);
	if (form == CSV_JSONL || form == CSV_JSON)
		r->tree = arena_under(mem, TREE_TIMES * limits.record_max);
	return r;
}

void csv_feed(struct csv_reader *r, struct str piece, bool last)
{
	CHECK(r->at == r->piece.len || r->header_bad != NULL);
	CHECK(!r->last);
	r->piece = piece;
	r->at = 0;
	r->last = last;
}

int csv_header(const struct csv_reader *r, const struct str **names, const char **bad)
{
	*names = r->names;
	*bad = r->header_bad;
	return r->name_count;
}

int64_t csv_offset(const struct csv_reader *r)
{
	return r->next_offset;
}

int64_t csv_line(const struct csv_reader *r)
{
	return r->next_line;
}

static void keep_names(struct csv_reader *r, const struct str *names, int count)
{
	r->names = NEW_MANY(r->mem, struct str, (size_t)count);
	r->name_count = count;
	for (int i = 0; i < count; i++)
		r->names[i] = str_copy(r->mem, names[i]);
}

void csv_resume(struct csv_reader *r, const struct str *names, int count, int64_t offset,
		int64_t line, int64_t number)
{
	CHECK(r->state == START && r->piece.len == 0 && offset >= 0 && line > 0 && number > 0);
	if (count > 0)
		keep_names(r, names, count);
	r->offset = offset;
	r->line = line;
	r->next_offset = offset;
	r->next_line = line;
	r->number = number - 1;
	/* At the very start a mark may still come. */
	r->state = offset == 0 ? START : RECORD;
	if (offset > 0 && r->form == CSV_JSON)
		r->state = number == 1 ? LIST : NEXT;
}

/* --- gathering --- */

/* The first fault of a record is the one that is told. */
static void wrong(struct csv_reader *r, const char *bad)
{
	if (r->bad == NULL)
		r->bad = bad;
}

static PRINTF_LIKE(2, 3) void wrong_in_words(struct csv_reader *r, const char *format, ...)
{
	va_list rest;

	if (r->bad != NULL)
		return;
	va_start(rest, format);
	vsnprintf(r->reason, sizeof(r->reason), format, rest);
	va_end(rest);
	r->bad = r->reason;
}

/* Use up `len` bytes of the piece. */
static void step(struct csv_reader *r, size_t len)
{
	r->at += len;
	r->offset += (int64_t)len;
}

static void keep(struct csv_reader *r, struct str run)
{
	buf_add(&r->text, run);
}

static void begin_record(struct csv_reader *r)
{
	r->now = (struct csv_record){ .line = r->line, .from = r->offset };
	r->text.len = 0;
	r->text.full = false;
	r->field_count = 0;
	r->bad = NULL;
	r->after_cr = false;
}

static void end_field(struct csv_reader *r)
{
	if (r->field_count == r->limits.fields_max) {
		wrong_in_words(r, "there are more than %d fields", r->limits.fields_max);
		return;
	}
	r->field_ends[r->field_count++] = r->text.len;
}

/* Lines inside quotes; CR LF is one end. */
static void count_lines(struct csv_reader *r, struct str run)
{
	for (size_t i = 0; i < run.len; i++) {
		char c = run.at[i];

		r->line += c == '\r' || (c == '\n' && !r->after_cr);
		r->after_cr = c == '\r';
	}
}

/* How many bytes from here on are ordinary in a bare field. */
static size_t bare_run(const struct csv_reader *r)
{
	size_t len = r->piece.len - r->at;
	const char *at = r->piece.at + r->at;
	char delimiter = r->delimiter;

	for (size_t i = 0; i < len; i++)
		if (at[i] == delimiter || at[i] == '\n' || at[i] == '\r')
			return i;
	return len;
}

static void take_bare(struct csv_reader *r)
{
	size_t run = bare_run(r);

	keep(r, (struct str){ r->piece.at + r->at, run });
	step(r, run);
}

static void take_quoted(struct csv_reader *r)
{
	struct str rest = { r->piece.at + r->at, r->piece.len - r->at };
	const char *quote = memchr(rest.at, '"', rest.len);
	struct str run = quote == NULL ? rest : str_cut(rest, 0, (size_t)(quote - rest.at));

	keep(r, run);
	count_lines(r, run);
	step(r, run.len);
	if (quote == NULL)
		return;
	r->after_cr = false;
	step(r, 1);
	r->state = QUOTE;
}

static bool is_empty(const struct csv_reader *r)
{
	return r->now.from == r->now.to;
}

/*
 * A delimiter or line end behind a field, or something that should not be there.
 * True when the record is whole.
 */
static bool end_or_go_on(struct csv_reader *r)
{
	char c = r->piece.at[r->at];

	if (c == '\n' || c == '\r') {
		end_field(r);
		r->now.to = r->offset;
		step(r, 1);
		r->line++;
		r->state = is_empty(r) ? HELD : RECORD;
		if (c == '\r')
			r->state = RETURN;
		return r->state == RECORD;
	}
	if (c == r->delimiter) {
		end_field(r);
		step(r, 1);
		r->state = FIELD;
		return false;
	}
	/* Only behind a closing quote. */
	wrong(r, "a quote is closed before its field ends");
	r->state = BARE;
	return false;
}

/* The UTF-8 mark is passed over; it may come in three pieces. */
static void take_mark(struct csv_reader *r)
{
	static const char mark[] = "\xEF\xBB\xBF";
	char c = r->piece.at[r->at];

	if (r->mark_len < 3 && c == mark[r->mark_len]) {
		r->mark[r->mark_len++] = c;
		step(r, 1);
		return;
	}
	if (r->mark_len == 0 && (c == '\xFF' || c == '\xFE')) {
		r->header_bad = "the file is UTF-16: save it as UTF-8";
		r->state = FINISHED;
		return;
	}

	bool whole = r->mark_len == 3;

	r->offset -= whole ? 0 : r->mark_len;
	begin_record(r);
	r->state = r->form == CSV_JSON ? LIST : RECORD;
	if (whole || r->mark_len == 0 || r->form == CSV_JSON)
		return;
	/* No mark after all: what looked like one begins the first field. */
	r->offset += r->mark_len;
	keep(r, (struct str){ r->mark, (size_t)r->mark_len });
	r->state = BARE;
}

/* --- a JSON list --- */

static bool is_json_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A fault between items, as a record; what stands here is looked at again as behind an item, as a
 * reader would that goes on here. */
static bool list_fault(struct csv_reader *r, const char *bad)
{
	begin_record(r);
	wrong(r, bad);
	end_field(r);
	r->now.to = r->offset;
	r->state = NEXT;
	return true;
}

/* A fault that makes the file no list. */
static bool list_is_none(struct csv_reader *r, const char *bad)
{
	r->header_bad = bad;
	r->state = FINISHED;
	return false;
}

/* True when the item is whole: a bracket has closed it, or what ends a bare one stands here. */
static bool take_item(struct csv_reader *r)
{
	size_t from = r->at, at = from;
	bool whole = false;

	for (; at < r->piece.len && !whole; at++) {
		char c = r->piece.at[at];

		if (r->in_text) {
			r->in_text = r->escaped || c != '"';
			r->escaped = c == '\\' && !r->escaped;
			whole = !r->in_text && r->depth == 0;
			continue;
		}
		if (r->depth == 0 && (c == ',' || c == ']' || is_json_blank(c))) {
			whole = true;
			break;
		}
		r->in_text = c == '"';
		r->depth += c == '{' || c == '[';
		r->depth -= c == '}' || c == ']';
		whole = (c == '}' || c == ']') && r->depth <= 0;
	}
	struct str run = { r->piece.at + from, at - from };
	keep(r, run);
	count_lines(r, run);
	step(r, run.len);
	if (!whole)
		return false;
	end_field(r);
	r->now.to = r->offset;
	r->state = NEXT;
	return true;
}

static void begin_item(struct csv_reader *r, const char *bad)
{
	begin_record(r);
	wrong(r, bad);
	r->depth = 0;
	r->in_text = false;
	r->escaped = false;
	r->state = INSIDE;
}

/* Between items. True when there is a fault to be told. */
static bool take_between(struct csv_reader *r, char c)
{
	if (is_json_blank(c)) {
		count_lines(r, (struct str){ &c, 1 });
		step(r, 1);
		return false;
	}
	r->after_cr = false;
	if (r->state == LIST && c != '[')
		return list_is_none(r, "the file is no JSON list");
	if (r->state == BEHIND)
		return list_is_none(r, "there is more behind the list");
	if (r->state == ITEM && c == ']')
		return list_fault(r, "a comma stands before the end of the list");
	if (r->state != NEXT && c == ',')
		return list_fault(r, "nothing stands before a comma of the list");
	if (r->state == LIST) {
		step(r, 1);
		r->state = FIRST;
	} else if (c == ']') {
		step(r, 1);
		r->state = r->limits.part ? FINISHED : BEHIND;
	} else if (c == ',') {
		step(r, 1);
		r->state = ITEM;
	} else {
		begin_item(r, r->state == NEXT ? "a comma is missing before this" : NULL);
	}
	return false;
}

/* One step of the machine; true when a record is whole. There is a byte. */
static bool advance(struct csv_reader *r)
{
	char c = r->piece.at[r->at];
	bool quotes = r->form != CSV_JSONL;

	switch (r->state) {
	case START:
		take_mark(r);
		return false;
	case RECORD:
		begin_record(r);
		/* fall through */
	case FIELD:
		if (quotes && c == '"') {
			step(r, 1);
			r->state = QUOTED;
			return false;
		}
		r->state = BARE;
		/* fall through */
	case BARE:
		take_bare(r);
		return r->at < r->piece.len && end_or_go_on(r);
	case QUOTED:
		take_quoted(r);
		return false;
	case QUOTE:
		if (c == '"') {
			keep(r, S("\""));
			step(r, 1);
			r->state = QUOTED;
			return false;
		}
		return end_or_go_on(r);
	case RETURN:
		if (c == '\n')
			step(r, 1);
		r->state = is_empty(r) ? HELD : RECORD;
		return r->state == RECORD;
	case HELD:
		r->state = RECORD;
		return true;
	case INSIDE:
		return take_item(r);
	case LIST:
	case FIRST:
	case NEXT:
	case ITEM:
	case BEHIND:
		return take_between(r, c);
	case FINISHED:
		step(r, r->piece.len - r->at);
		return false;
	}
	return false;
}

/* The end of the file; true when it ends a record. */
static bool end_file(struct csv_reader *r)
{
	enum state state = r->state;

	r->state = FINISHED;
	switch (state) {
	case START:
		if (r->mark_len == 0 || r->mark_len == 3)
			return false;
		begin_record(r);
		r->now.from = r->offset - r->mark_len;
		keep(r, (struct str){ r->mark, (size_t)r->mark_len });
		break;
	case RECORD:
	case HELD:
	case LIST:
	case BEHIND:
	case FINISHED:
		return false;
	case FIRST:
	case NEXT:
	case ITEM:
	case INSIDE:
		return list_is_none(r, "the list does not end: the file is cut");
	case RETURN:
		return !is_empty(r);
	case QUOTED:
		wrong(r, "a quote does not end");
		break;
	case FIELD:
	case BARE:
	case QUOTE:
		break;
	}
	end_field(r);
	r->now.to = r->offset;
	return true;
}

/* --- looking at a whole record --- */

/* Cut the text into fields; false when it is no text. */
static bool cut_fields(struct csv_reader *r)
{
	struct str text = buf_str(&r->text);
	size_t from = 0;

	if (r->text.full || r->now.to - r->now.from > (int64_t)r->limits.record_max) {
		r->bad = NULL;
		wrong_in_words(r, "the record is longer than %zu bytes", r->limits.record_max);
		return false;
	}
	if (text.len > 0 && memchr(text.at, '\0', text.len) != NULL) {
		r->bad = "there is a NUL inside";
		return false;
	}
	for (int i = 0; i < r->field_count; i++) {
		r->field[i] = str_cut(text, from, r->field_ends[i]);
		from = r->field_ends[i];
		if (!str_is_utf8(r->field[i])) {
			r->bad = "the text is not UTF-8";
			return false;
		}
	}
	return true;
}

static const char *read_header(struct csv_reader *r)
{
	if (r->bad != NULL)
		return r->bad;
	for (int i = 0; i < r->field_count; i++) {
		struct str name = str_trim(r->field[i]);

		r->field[i] = name;
		if (name.len == 0)
			return "a column has no name";
		for (int k = 0; k < i; k++)
			if (str_eq(r->field[k], name))
				return "two columns have the same name";
	}
	keep_names(r, r->field, r->field_count);
	return NULL;
}

static void tell(struct csv_reader *r, struct csv_record *out)
{
	*out = r->now;
	out->number = ++r->number;
	out->bad = r->bad;
	out->field = r->field;
	out->field_count = r->field_count;
}

/* A record of CSV; false when it was the header. */
static bool take_record(struct csv_reader *r, struct csv_record *out)
{
	if (!cut_fields(r))
		r->field_count = 0;
	if (r->names == NULL) {
		r->header_bad = read_header(r);
		if (r->header_bad != NULL)
			r->state = FINISHED;
		return false;
	}
	if (r->field_count != r->name_count)
		wrong_in_words(r, "%d field%s where the header has %d", r->field_count,
			       r->field_count == 1 ? "" : "s", r->name_count);
	tell(r, out);
	return true;
}

/* --- JSON lines --- */

/* The column of that name, which is mostly the one at `guess`; -1 when there is none. */
static int place_of(const struct csv_reader *r, struct str name, int guess)
{
	if (guess < r->name_count && str_eq(r->names[guess], name))
		return guess;
	for (int i = 0; i < r->name_count; i++)
		if (str_eq(r->names[i], name))
			return i;
	return -1;
}

static const char *name_columns(struct csv_reader *r, const struct json_value *object)
{
	int count = 0;

	if (object->count == 0)
		return "the object has no member";
	if (object->count > (size_t)r->limits.fields_max)
		return "the object has too many members";
	for (const struct json_value *member = object->first; member != NULL;
	     member = member->next) {
		if (member->key.len == 0)
			return "a member has no name";
		r->field[count++] = member->key;
	}
	keep_names(r, r->field, count);
	return NULL;
}

static struct str text_of(struct str line, const struct json_value *value)
{
	if (value->type == JSON_NULL)
		return S("");
	return value->type == JSON_TEXT ? value->text : str_cut(line, value->from, value->to);
}

/* At most NAME_SHOWN bytes of a name, cut between code points. */
static struct str shown(struct str name)
{
	size_t len = 0;

	while (len < name.len && len + 4 <= NAME_SHOWN)
		len += str_utf8_step(str_cut(name, len, name.len));
	return str_cut(name, 0, len);
}

static void read_members(struct csv_reader *r, struct str line, const struct json_value *object)
{
	int guess = 0;

	if (!json_is(object, JSON_OBJECT)) {
		wrong(r, r->form == CSV_JSON ? "this is no JSON object" :
					       "the line is no JSON object");
		return;
	}
	if (r->limits.loose) {
		r->field_count = 0;
		return;
	}
	if (r->names == NULL)
		wrong(r, name_columns(r, object));
	for (int i = 0; i < r->name_count; i++)
		r->field[i] = S("");
	for (const struct json_value *member = object->first; member != NULL && r->bad == NULL;
	     member = member->next) {
		int place = place_of(r, member->key, guess);

		if (place < 0) {
			wrong_in_words(r, "the first line has no member %.*s",
				       STR_ARG(shown(member->key)));
			return;
		}
		r->field[place] = text_of(line, member);
		guess = place + 1;
	}
	r->field_count = r->name_count;
}

/* A line of JSON; false when it was empty. */
static bool take_json_line(struct csv_reader *r, struct csv_record *out)
{
	struct str line = buf_str(&r->text);
	struct json_value *value;
	struct json_fault fault = { 0 };

	if (!r->text.full && str_trim(line).len == 0 && r->bad == NULL)
		return false;
	arena_clear(r->tree);
	r->now.text = line;
	if (cut_fields(r) && r->bad == NULL && json_read(r->tree, line, &value, &fault)) {
		read_members(r, line, value);
		r->now.object = value;
	} else {
		/* Says nothing when something is wrong already. */
		if (r->form == CSV_JSON)
			wrong_in_words(r, "%s, in line %lld", fault.reason,
				       (long long)(r->now.line + fault.line - 1));
		else
			wrong_in_words(r, "%s, at column %d", fault.reason, fault.column);
	}
	if (r->bad != NULL)
		r->field_count = 0;
	tell(r, out);
	return true;
}

bool csv_next(struct csv_reader *r, struct csv_record *out)
{
	bool told = false;

	while (!told) {
		bool whole;

		if (r->at < r->piece.len) {
			whole = advance(r);
		} else if (r->last && r->state != FINISHED) {
			whole = end_file(r);
			if (!whole && r->names == NULL && r->number == 0 && r->header_bad == NULL)
				r->header_bad = "the file is empty";
		} else {
			return false;
		}
		if (!whole)
			continue;
		told = r->form >= CSV_JSONL ? take_json_line(r, out) : take_record(r, out);
		r->next_offset = r->offset;
		r->next_line = r->line;
	}
	return true;
}
