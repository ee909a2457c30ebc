/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Label Studio's labelling configurations (https://labelstud.io/tags) as templates: the one wrapper
 * around libxml2. No network, no document type, so no entities.
 *
 * Objects (Text, HyperText, Image) are shown where they stand, unless a control that shows them
 * itself names them: spans show their text, marks their picture. A Header right before a control is
 * its label, else a heading. Names become those that fields may have, as in studio.c, so that
 * answers find their fields. Colours, hot keys and sizes are read over; what changes what is asked,
 * and every tag that is not in the table below, is refused by name with its line.
 */
#include <libxml/parser.h>
#include "intake/intake_in.h"

enum { OBJECTS_MAX = 50, DEPTH_MAX = 16, TEXT_MAX = 1 << 20 };

struct object {
	struct str name, tag, value;
	bool is_shown; /* by a control */
};

struct reading {
	struct kind_faults *faults;
	struct arena *mem;
	struct json *out;
	struct object object[OBJECTS_MAX];
	int objects;
	struct str header; /* not yet shown; empty: none */
	int depth;
};

static int line_of(const xmlNode *node)
{
	return (int)xmlGetLineNo(node);
}

static struct str tag_of(const xmlNode *node)
{
	return str_of((const char *)node->name);
}

static void wrong(struct reading *r, const xmlNode *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void wrong(struct reading *r, const xmlNode *node, const char *format, ...)
{
	struct kind_faults *f = r->faults;
	char message[300];
	va_list rest;
	int before = f->count;

	va_start(rest, format);
	(void)vsnprintf(message, sizeof(message), format, rest);
	va_end(rest);
	kind_fault(f, tag_of(node), NULL, "%s", message);
	if (f->count > before)
		f->list[before].line = line_of(node);
}

/* The attribute's text; empty when it is absent. */
static struct str attribute(const struct reading *r, const xmlNode *node, const char *name)
{
	xmlChar *value = xmlGetProp(node, (const xmlChar *)name);
	struct str out = str_copy(r->mem, str_of((const char *)value));

	if (value != NULL)
		xmlFree(value);
	return str_trim(out);
}

static bool is_true(const struct reading *r, const xmlNode *node, const char *name)
{
	return str_eq_nocase(attribute(r, node, name), S("true"));
}

/* --- objects --- */

/* "$column" as {{column}}; else the text itself. False when it is neither. */
static bool value_of(struct reading *r, const xmlNode *node, struct str *out)
{
	struct str value = attribute(r, node, "value");
	bool column = str_starts(value, S("$"));

	*out = column ? str_format(r->mem, "{{%.*s}}", STR_ARG(str_cut(value, 1, value.len))) :
			value;
	if (value.len > column && !str_find(value, S("{"), &(size_t){ 0 }) &&
	    !str_find(value, S("}"), &(size_t){ 0 }))
		return true;
	wrong(r, node, "value is one $column, or a text without braces");
	return false;
}

static struct object *object_of(struct reading *r, struct str name)
{
	for (int i = 0; i < r->objects; i++)
		if (str_eq(r->object[i].name, name))
			return &r->object[i];
	return NULL;
}

static bool is_object(const xmlNode *node)
{
	struct str tag = tag_of(node);

	return str_eq(tag, S("Text")) || str_eq(tag, S("HyperText")) || str_eq(tag, S("Image"));
}

static bool shows_its_object(const xmlNode *node)
{
	static const char *const tags[] = { "Labels",	      "RectangleLabels", "PolygonLabels",
					    "KeyPointLabels", "BrushLabels",	 "Pairwise" };

	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
		if (str_eq(tag_of(node), str_of(tags[i])))
			return true;
	return false;
}

/* The parts of toName, which are the objects that a control is about. */
static void mark_shown(struct reading *r, const xmlNode *node)
{
	struct str head, rest = attribute(r, node, "toName");

	while (rest.len > 0) {
		bool more = str_split(rest, ',', &head, &rest);
		struct object *o = object_of(r, str_trim(more ? head : rest));

		if (o != NULL)
			o->is_shown = true;
		if (!more)
			break;
	}
}

/* Objects first: a control may stand before what it is about. Twice, for what controls show. */
static void find_objects(struct reading *r, const xmlNode *parent, int depth, bool shown)
{
	for (const xmlNode *n = parent->children; n != NULL && depth < DEPTH_MAX; n = n->next) {
		if (n->type != XML_ELEMENT_NODE)
			continue;
		if (!shown && is_object(n) && r->objects < OBJECTS_MAX) {
			struct object *o = &r->object[r->objects];

			o->name = attribute(r, n, "name");
			o->tag = tag_of(n);
			if (value_of(r, n, &o->value))
				r->objects++;
		}
		if (shown && shows_its_object(n))
			mark_shown(r, n);
		find_objects(r, n, depth + 1, shown);
	}
}

/* --- what is shown --- */

/* Text of people's, which is no markdown. */
static void put_escaped(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (c != '\0' && strchr("\\`*_{}[]()#+-.!<>|~&", c) != NULL)
			buf_add_char(out, '\\');
		buf_add_char(out, c);
	}
}

static void put_markdown(struct reading *r, struct str text, const char *before)
{
	struct buf out = buf_make(r->mem, TEXT_MAX);

	buf_add(&out, str_of(before));
	if (str_starts(text, S("{{")))
		buf_add(&out, text);
	else
		put_escaped(&out, text);
	json_object(r->out);
	json_text_of(r->out, "type", S("markdown"));
	json_text_of(r->out, "text", buf_str(&out));
	json_object_end(r->out);
}

static void put_header(struct reading *r)
{
	if (r->header.len > 0)
		put_markdown(r, r->header, "### ");
	r->header = S("");
}

static void take_object(struct reading *r, const xmlNode *node)
{
	const struct object *o = object_of(r, attribute(r, node, "name"));

	put_header(r);
	if (o == NULL || o->is_shown)
		return;
	if (!str_eq(o->tag, S("Image"))) {
		put_markdown(r, o->value, "");
		return;
	}
	json_object(r->out);
	json_text_of(r->out, "type", S("image"));
	json_text_of(r->out, "src", o->value);
	json_object_end(r->out);
}

/* --- controls --- */

/* The object of a control, which must be one of these two tags. */
static const struct object *about(struct reading *r, const xmlNode *node, const char *tag,
				  const char *other)
{
	struct str name = attribute(r, node, "toName");
	const struct object *o = object_of(r, name);

	if (o != NULL && (str_eq(o->tag, str_of(tag)) || str_eq(o->tag, str_of(other))))
		return o;
	wrong(r, node, "toName=\"%.*s\" names no %s", STR_ARG(str_cut(name, 0, 60)), tag);
	return NULL;
}

/* Asked when an earlier choice is chosen. */
static void put_condition(struct reading *r, const xmlNode *node)
{
	struct str when = attribute(r, node, "visibleWhen"), head;
	struct str rest = attribute(r, node, "whenChoiceValue");

	if (when.len == 0)
		return;
	if (!str_eq(when, S("choice-selected")) || rest.len == 0) {
		wrong(r, node,
		      "visibleWhen is choice-selected with whenTagName and whenChoiceValue "
		      "here");
		return;
	}
	json_key(r->out, "show_if");
	json_object(r->out);
	json_text_of(r->out, "field", intake_field_name(r->mem, attribute(r, node, "whenTagName")));
	json_key(r->out, "is");
	json_list(r->out);
	while (str_split(rest, ',', &head, &rest))
		json_put_text(r->out, str_trim(head));
	json_put_text(r->out, str_trim(rest));
	json_list_end(r->out);
	json_object_end(r->out);
}

/* A block with all that controls have in common; its own members come behind. */
static void begin_field(struct reading *r, const xmlNode *node, const char *type)
{
	struct str name = attribute(r, node, "name");

	if (name.len == 0)
		wrong(r, node, "a control has a name");
	for (int i = 0; i < 2; i++) {
		const char *each = i == 0 ? "perRegion" : "perItem";

		if (is_true(r, node, each))
			wrong(r, node, "%s is not known here: a question is about the whole item",
			      each);
	}
	json_object(r->out);
	json_text_of(r->out, "type", str_of(type));
	json_text_of(r->out, "name", intake_field_name(r->mem, name));
	json_text_of(r->out, "label", r->header.len > 0 ? r->header : name.len > 0 ? name : S("?"));
	json_bool_of(r->out, "required", is_true(r, node, "required"));
	put_condition(r, node);
	r->header = S("");
}

/* The children that may stand in a control; others are faults. */
static const xmlNode *next_child(struct reading *r, const xmlNode *child, const char *tag)
{
	for (; child != NULL; child = child->next) {
		if (child->type != XML_ELEMENT_NODE)
			continue;
		if (str_eq(tag_of(child), str_of(tag)))
			return child;
		wrong(r, child, "the tag %s is not known here", (const char *)child->name);
	}
	return NULL;
}

/* What an answer says: the alias, where there is one. */
static struct str said(struct reading *r, const xmlNode *node)
{
	struct str alias = attribute(r, node, "alias"), value = attribute(r, node, "value");

	if (value.len == 0)
		wrong(r, node, "this has a value");
	return alias.len > 0 ? alias : value;
}

static void put_labels(struct reading *r, const xmlNode *node)
{
	json_key(r->out, "labels");
	json_list(r->out);
	for (const xmlNode *n = next_child(r, node->children, "Label"); n != NULL;
	     n = next_child(r, n->next, "Label"))
		json_put_text(r->out, said(r, n));
	json_list_end(r->out);
}

static void take_choices(struct reading *r, const xmlNode *node)
{
	begin_field(r, node, "choice");
	json_key(r->out, "options");
	json_list(r->out);
	for (const xmlNode *n = next_child(r, node->children, "Choice"); n != NULL;
	     n = next_child(r, n->next, "Choice")) {
		json_object(r->out);
		json_text_of(r->out, "value", said(r, n));
		json_text_of(r->out, "label", attribute(r, n, "value"));
		json_object_end(r->out);
		(void)next_child(r, n->children, "nothing");
	}
	json_list_end(r->out);
	if (str_eq(attribute(r, node, "choice"), S("multiple")))
		json_bool_of(r->out, "many", true);
	json_object_end(r->out);
}

static void take_labels(struct reading *r, const xmlNode *node)
{
	const struct object *o = about(r, node, "Text", "Text");

	begin_field(r, node, "spans");
	json_text_of(r->out, "text", o != NULL ? o->value : S("?"));
	put_labels(r, node);
	json_object_end(r->out);
}

static void take_marks(struct reading *r, const xmlNode *node)
{
	const struct object *o = about(r, node, "Image", "Image");
	struct str tag = tag_of(node);

	begin_field(r, node,
		    str_starts(tag, S("Rect"))	? "box" :
		    str_starts(tag, S("Poly"))	? "polygon" :
		    str_starts(tag, S("Brush")) ? "mask" :
						  "point");
	json_text_of(r->out, "src", o != NULL ? o->value : S("?"));
	put_labels(r, node);
	json_object_end(r->out);
}

static void take_textarea(struct reading *r, const xmlNode *node)
{
	int64_t rows = 1;

	begin_field(r, node, "text");
	(void)!num_i64(attribute(r, node, "rows"), 1, 1000, &rows);
	json_bool_of(r->out, "long", rows > 1);
	json_object_end(r->out);
	(void)next_child(r, node->children, "nothing");
}

static void put_tree(struct reading *r, const xmlNode *node, int depth, struct buf *tree)
{
	for (const xmlNode *n = next_child(r, node->children, "Choice"); n != NULL;
	     n = next_child(r, n->next, "Choice")) {
		if (tree->len > 0)
			buf_add_char(tree, '\n');
		for (int i = 0; i < depth; i++)
			buf_add_char(tree, '\t');
		buf_add(tree, said(r, n));
		if (depth == DEPTH_MAX)
			wrong(r, n, "a tree has at most %d levels", DEPTH_MAX);
		else
			put_tree(r, n, depth + 1, tree);
	}
}

static void take_taxonomy(struct reading *r, const xmlNode *node)
{
	struct buf tree = buf_make(r->mem, TEXT_MAX);

	begin_field(r, node, "taxonomy");
	put_tree(r, node, 0, &tree);
	json_text_of(r->out, "tree", buf_str(&tree));
	if (is_true(r, node, "leafsOnly"))
		json_bool_of(r->out, "leaf", true);
	json_object_end(r->out);
}

static void take_rating(struct reading *r, const xmlNode *node)
{
	struct str most = attribute(r, node, "maxRating");
	int64_t max = 5;

	if (most.len > 0 && !num_i64(most, 2, 11, &max))
		wrong(r, node, "maxRating is a whole number from 2 to 11 here");
	begin_field(r, node, "scale");
	json_i64_of(r->out, "min", 1);
	json_i64_of(r->out, "max", max);
	json_object_end(r->out);
}

static void take_number(struct reading *r, const xmlNode *node)
{
	static const char *const ends[] = { "min", "max" };

	begin_field(r, node, "number");
	for (int i = 0; i < 2; i++) {
		struct str text = attribute(r, node, ends[i]);
		double number;

		if (text.len > 0 && num_f64(text, &number))
			json_f64_of(r->out, ends[i], number);
		else if (text.len > 0)
			wrong(r, node, "%s is a number", ends[i]);
	}
	json_object_end(r->out);
}

static void take_date(struct reading *r, const xmlNode *node)
{
	if (!str_eq(attribute(r, node, "only"), S("date")))
		wrong(r, node, "times of day are not known here: say only=\"date\"");
	begin_field(r, node, "date");
	json_object_end(r->out);
}

static void take_pairwise(struct reading *r, const xmlNode *node)
{
	static const char *const side[] = { "left", "right" };
	struct str part[2], names = attribute(r, node, "toName");

	if (!str_split(names, ',', &part[0], &part[1]) || object_of(r, str_trim(part[0])) == NULL ||
	    object_of(r, str_trim(part[1])) == NULL) {
		wrong(r, node, "toName names two objects");
		return;
	}
	begin_field(r, node, "pair");
	json_key(r->out, "options");
	json_list(r->out);
	for (int i = 0; i < 2; i++) {
		const struct object *o = object_of(r, str_trim(part[i]));
		bool image = str_eq(o->tag, S("Image"));

		json_object(r->out);
		json_text_of(r->out, "value", str_of(side[i]));
		json_text_of(r->out, "label", image ? str_of(side[i]) : o->value);
		if (image)
			json_text_of(r->out, "image", o->value);
		json_object_end(r->out);
	}
	json_list_end(r->out);
	json_object_end(r->out);
}

/* --- the tags --- */

static void take_all(struct reading *r, const xmlNode *parent);

static void take_view(struct reading *r, const xmlNode *node)
{
	if (attribute(r, node, "visibleWhen").len > 0)
		wrong(r, node,
		      "visibleWhen of a whole View is not known here: give it to its parts");
	if (r->depth++ < DEPTH_MAX)
		take_all(r, node);
	else
		wrong(r, node, "views lie in one another more than %d deep", DEPTH_MAX);
	r->depth--;
}

static void take_header(struct reading *r, const xmlNode *node)
{
	struct str text;

	put_header(r);
	if (value_of(r, node, &text))
		r->header = text;
}

static const struct {
	const char *name;
	void (*take)(struct reading *, const xmlNode *);
} tags[] = {
	{ "View", take_view },		 { "Header", take_header },
	{ "Text", take_object },	 { "HyperText", take_object },
	{ "Image", take_object },	 { "Choices", take_choices },
	{ "Labels", take_labels },	 { "RectangleLabels", take_marks },
	{ "PolygonLabels", take_marks }, { "KeyPointLabels", take_marks },
	{ "BrushLabels", take_marks },	 { "TextArea", take_textarea },
	{ "Taxonomy", take_taxonomy },	 { "Rating", take_rating },
	{ "Number", take_number },	 { "DateTime", take_date },
	{ "Pairwise", take_pairwise },
};

static void take_all(struct reading *r, const xmlNode *parent)
{
	for (const xmlNode *n = parent->children; n != NULL; n = n->next) {
		bool known = n->type != XML_ELEMENT_NODE;

		for (size_t i = 0; i < sizeof(tags) / sizeof(*tags) && !known; i++)
			if (str_eq(tag_of(n), str_of(tags[i].name))) {
				tags[i].take(r, n);
				known = true;
			}
		if (!known)
			wrong(r, n, "the tag %s is not known here", (const char *)n->name);
	}
}

/* --- the whole --- */

static void close_document(xmlDocPtr *doc)
{
	if (*doc != NULL)
		xmlFreeDoc(*doc);
}

static void close_parser(xmlParserCtxtPtr *parser)
{
	if (*parser != NULL)
		xmlFreeParserCtxt(*parser);
}

static xmlDocPtr parse(struct kind_faults *f, struct str xml)
{
	xmlParserCtxtPtr parser DEFER(close_parser) = xmlNewParserCtxt();
	xmlDocPtr doc = NULL;

	if (parser != NULL)
		doc = xmlCtxtReadMemory(parser, xml.at, (int)xml.len, NULL, "UTF-8",
					XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
						XML_PARSE_NOBLANKS);
	if (doc == NULL) {
		const xmlError *error = parser != NULL ? xmlCtxtGetLastError(parser) : NULL;
		struct str said =
			str_trim(str_of(error != NULL ? error->message : "this is no XML"));
		int before = f->count;

		kind_fault(f, S(""), NULL, "%.*s", STR_ARG(str_cut(said, 0, 200)));
		if (f->count > before && error != NULL)
			f->list[before].line = error->line;
	}
	return doc;
}

bool intake_labelling_read(struct kind_faults *f, struct str xml, struct str *template)
{
	struct json out = json_make(f->mem, TEXT_MAX);
	struct reading r = { .faults = f, .mem = f->mem, .out = &out, .header = S("") };
	struct kind_template checked;
	int before = f->count;

	*template = S("");
	if (xml.len > KIND_TEMPLATE_MAX || !kind_is_clean(xml) ||
	    str_find(xml, S("<!DOCTYPE"), &(size_t){ 0 })) {
		kind_fault(f, S(""), NULL,
			   "a configuration is XML of at most %d bytes without a DOCTYPE",
			   KIND_TEMPLATE_MAX);
		return false;
	}
	xmlDocPtr doc DEFER(close_document) = parse(f, xml);
	const xmlNode *root = doc != NULL ? xmlDocGetRootElement(doc) : NULL;
	if (root == NULL)
		return false;
	if (!str_eq(tag_of(root), S("View")))
		wrong(&r, root, "a configuration is one View");
	find_objects(&r, root, 0, false);
	find_objects(&r, root, 0, true);
	json_object(&out);
	json_key(&out, "blocks");
	json_list(&out);
	take_all(&r, root);
	put_header(&r);
	json_list_end(&out);
	json_object_end(&out);
	*template = json_end(&out);
	/* What the template itself may not have, with paths instead of lines. */
	return f->count == before && kind_template_read(f, *template, &checked);
}
