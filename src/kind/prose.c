/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Markdown to prose nodes. cmark's tree is walked and never rendered: its safe mode acts in the
 * renderers only, so links and HTML are judged here, node by node, against a fixed list.
 *
 * Cells of a record must not be read as markdown. Each {{column}} becomes a mark before
 * parsing (two private code points around a number; such code points are taken out of the text
 * first) and the mark becomes the cell in the finished texts. The alternative, escaping cells,
 * has no spelling that is right in code spans and addresses too.
 */
#include <cmark.h>
#include "kind/kind.h"
#include "kind/kind_in.h"

/* An element is two levels of JSON, of which a reader takes JSON_DEPTH_MAX with all around it. */
enum { DEPTH_MAX = 9, MARKS_MAX = 1000 };

#define MARK_START "\xee\x80\x80" /* U+E000 */
#define MARK_END "\xee\x80\x81"	  /* U+E001 */

struct prose {
	struct arena *mem;
	const struct json_value *fields;
	const struct kind_media *media;
	struct json *out;
	struct str *name; /* the column of each mark */
	int names, names_max;
};

/* --- marks --- */

static void add_unmarked(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.len - i >= 3 && (memcmp(text.at + i, MARK_START, 3) == 0 ||
					  memcmp(text.at + i, MARK_END, 3) == 0))
			i += 2;
		else
			buf_add_char(out, text.at[i]);
	}
}

static struct str mark(struct prose *p, struct str text)
{
	struct buf out = buf_make(p->mem, text.len * 6 + 64);
	size_t from = 0, done = 0, at;
	struct str name;

	while (p->names < p->names_max && kind_place_next(text, &from, &at, &name)) {
		add_unmarked(&out, str_cut(text, done, at));
		p->name[p->names] = name;
		buf_format(&out, MARK_START "%d" MARK_END, p->names++);
		done = from;
	}
	add_unmarked(&out, str_cut(text, done, text.len));
	return buf_str(&out);
}

/* The text with its marks as cells. */
static struct str fill(struct prose *p, const char *literal)
{
	struct str text = str_of(literal), number;
	struct buf out = buf_make(p->mem, 1 << 22);
	size_t at, end;
	int64_t n;

	while (str_find(text, S(MARK_START), &at)) {
		buf_add(&out, str_cut(text, 0, at));
		text = str_cut(text, at + 3, text.len);
		if (!str_find(text, S(MARK_END), &end))
			break;
		number = str_cut(text, 0, end);
		if (num_i64(number, 0, p->names - 1, &n))
			buf_add(&out, kind_cell(p->fields, p->name[n]));
		text = str_cut(text, end + 3, text.len);
	}
	buf_add(&out, text);
	return buf_str(&out);
}

/* --- addresses --- */

bool kind_is_link(struct str address)
{
	static const char *const schemes[] = { "http://", "https://", "mailto:" };

	for (size_t i = 0; i < address.len; i++) {
		unsigned char c = (unsigned char)address.at[i];

		if (c <= ' ' || c == 0x7f || c == '\\' || c == '"' || c == '<' || c == '>')
			return false;
	}
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		struct str scheme = str_of(schemes[i]);

		if (address.len > scheme.len &&
		    str_eq_nocase(str_cut(address, 0, scheme.len), scheme))
			return true;
	}
	return false;
}

/* --- the walk --- */

static void put_nodes(struct prose *p, cmark_node *first, int depth);

static void put_open(struct prose *p, const char *tag)
{
	json_object(p->out);
	json_text_of(p->out, "t", str_of(tag));
}

static void put_children(struct prose *p, cmark_node *node, int depth)
{
	json_key(p->out, "c");
	json_list(p->out);
	put_nodes(p, cmark_node_first_child(node), depth + 1);
	json_list_end(p->out);
}

static void put_element(struct prose *p, const char *tag, cmark_node *node, int depth)
{
	put_open(p, tag);
	put_children(p, node, depth);
	json_object_end(p->out);
}

static void put_empty(struct prose *p, const char *tag)
{
	put_open(p, tag);
	json_object_end(p->out);
}

/* Cells may have line ends, which a reader wants to see. */
static void put_text(struct prose *p, struct str text)
{
	struct str head, rest = text;

	while (str_split(rest, '\n', &head, &rest)) {
		if (head.len > 0)
			json_put_text(p->out, head);
		put_empty(p, "br");
	}
	if (rest.len > 0)
		json_put_text(p->out, rest);
}

static void put_code(struct prose *p, const char *literal)
{
	put_open(p, "code");
	json_key(p->out, "c");
	json_list(p->out);
	json_put_text(p->out, fill(p, literal));
	json_list_end(p->out);
	json_object_end(p->out);
}

static void put_code_block(struct prose *p, const char *literal)
{
	put_open(p, "pre");
	json_key(p->out, "c");
	json_list(p->out);
	put_code(p, literal);
	json_list_end(p->out);
	json_object_end(p->out);
}

static void put_link(struct prose *p, cmark_node *node, int depth)
{
	struct str address = str_trim(fill(p, cmark_node_get_url(node)));

	if (!kind_is_link(address)) { /* its words stay, as plain words */
		put_nodes(p, cmark_node_first_child(node), depth + 1);
		return;
	}
	put_open(p, "a");
	json_text_of(p->out, "href", address);
	put_children(p, node, depth);
	json_object_end(p->out);
}

/* The words of a part without its marks of emphasis; no recursion, however deep it is. */
static struct str words_of(struct prose *p, cmark_node *node)
{
	struct buf out = buf_make(p->mem, KIND_TEXT_MAX);
	cmark_iter *iter = cmark_iter_new(node);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *n = cmark_iter_get_node(iter);
		cmark_node_type type = cmark_node_get_type(n);
		const char *literal = cmark_node_get_literal(n);

		if (event == CMARK_EVENT_ENTER && literal != NULL &&
		    type != CMARK_NODE_HTML_INLINE && type != CMARK_NODE_HTML_BLOCK)
			buf_add(&out, fill(p, literal));
	}
	cmark_iter_free(iter);
	return buf_str(&out);
}

static void put_image(struct prose *p, cmark_node *node)
{
	struct str address = str_trim(fill(p, cmark_node_get_url(node))), name;
	struct str alt = words_of(p, node);

	if (!kind_is_asset(address, &name) || p->media == NULL) {
		put_text(p, alt);
		return;
	}
	put_open(p, "img");
	json_text_of(p->out, "src", kind_media_address(p->mem, p->media, name));
	json_text_of(p->out, "alt", alt);
	json_object_end(p->out);
}

static const char *heading(cmark_node *node)
{
	int level = cmark_node_get_heading_level(node);

	/* The page has a title and its own parts above. */
	return level <= 1 ? "h3" : level == 2 ? "h4" : "h5";
}

static void put_node(struct prose *p, cmark_node *n, int depth)
{
	switch (cmark_node_get_type(n)) {
	case CMARK_NODE_BLOCK_QUOTE:
		put_element(p, "blockquote", n, depth);
		break;
	case CMARK_NODE_LIST:
		put_element(p, cmark_node_get_list_type(n) == CMARK_ORDERED_LIST ? "ol" : "ul", n,
			    depth);
		break;
	case CMARK_NODE_ITEM:
		put_element(p, "li", n, depth);
		break;
	case CMARK_NODE_PARAGRAPH:
		put_element(p, "p", n, depth);
		break;
	case CMARK_NODE_HEADING:
		put_element(p, heading(n), n, depth);
		break;
	case CMARK_NODE_EMPH:
		put_element(p, "em", n, depth);
		break;
	case CMARK_NODE_STRONG:
		put_element(p, "strong", n, depth);
		break;
	case CMARK_NODE_CODE_BLOCK:
		put_code_block(p, cmark_node_get_literal(n));
		break;
	case CMARK_NODE_CODE:
		put_code(p, cmark_node_get_literal(n));
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		put_empty(p, "hr");
		break;
	case CMARK_NODE_LINEBREAK:
		put_empty(p, "br");
		break;
	case CMARK_NODE_SOFTBREAK:
		json_put_text(p->out, S("\n"));
		break;
	case CMARK_NODE_TEXT:
		put_text(p, fill(p, cmark_node_get_literal(n)));
		break;
	case CMARK_NODE_LINK:
		put_link(p, n, depth);
		break;
	case CMARK_NODE_IMAGE:
		put_image(p, n);
		break;
	default:
		break; /* HTML and what cmark may learn later */
	}
}

static void put_nodes(struct prose *p, cmark_node *first, int depth)
{
	for (cmark_node *n = first; n != NULL; n = cmark_node_next(n)) {
		if (depth < DEPTH_MAX)
			put_node(p, n, depth);
		else /* too deep for anybody: the words alone */
			put_text(p, words_of(p, n));
	}
}

void kind_prose(struct arena *mem, struct str text, const struct json_value *fields,
		const struct kind_media *media, struct json *out)
{
	struct prose p = { .mem = mem, .fields = fields, .media = media, .out = out };
	size_t most = text.len / (sizeof("{{}}") - 1);

	p.names_max = most < MARKS_MAX ? (int)most : MARKS_MAX;
	p.name = NEW_MANY(mem, struct str, p.names_max);
	struct str marked = mark(&p, text);
	cmark_node *root = cmark_parse_document(marked.at, marked.len, CMARK_OPT_DEFAULT);
	CHECK(root != NULL);
	cmark_consolidate_text_nodes(root);
	json_list(out);
	put_nodes(&p, cmark_node_first_child(root), 0);
	json_list_end(out);
	cmark_node_free(root);
}
