/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * taxonomy: one place in a tree of thousands.
 *
 *   {"type":"taxonomy","name":"class","label":"What is it?","leaf":true,"required":true,
 *    "tree":"Food\n\tFruit\n\t\tApple\n\t\tPear\n\tBread\nTools"}
 *
 * The tree is text, one name a line, each level indented by one tab more; written so, some
 * thousand names fit into a template. The value is the way from the root, ["Food","Fruit",
 * "Apple"]; in a cell of a table Food|Fruit|Apple. With `leaf` only an end may be chosen. Ways
 * agree by most votes.
 */
#include <stdlib.h>
#include "kind/kind_in.h"

enum { NODES_MAX = 10000, DEPTH_MAX = 12, WORDS_MAX = 100 };

/* A model takes trees of so many places; of larger ones it asks which answers are the same. */
enum { CLASSES_MAX = 64 };

struct node {
	struct str name;
	int depth;
	int parent; /* -1: none */
	int line;   /* from 1 */
};

/* The next line that is not empty: its name and depth. False at the end. */
static bool next_node(struct str *rest, struct node *out)
{
	while (rest->len > 0) {
		struct str line = *rest, tail = { 0 };

		if (!str_split(*rest, '\n', &line, &tail)) {
			line = *rest;
			tail = str_cut(*rest, rest->len, rest->len);
		}
		*rest = tail;
		out->line++;
		out->depth = 0;
		while ((size_t)out->depth < line.len && line.at[out->depth] == '\t')
			out->depth++;
		out->name = str_trim(line);
		if (out->name.len > 0)
			return true;
	}
	return false;
}

/* --- blocks --- */

static int by_parent_and_name(const void *left, const void *right)
{
	const struct node *a = left, *b = right;

	return a->parent != b->parent ? a->parent - b->parent : str_compare(a->name, b->name);
}

static bool check_node(struct kind_faults *f, const struct json_value *at, struct str path,
		       const struct node *node, int before)
{
	if (node->depth > before + 1 || node->depth >= DEPTH_MAX)
		kind_fault(f, path, at,
			   "line %d of the tree: one tab more than the line above at most, and %d "
			   "levels",
			   node->line, DEPTH_MAX);
	else if (str_points(node->name) > WORDS_MAX || !kind_is_plain(node->name) ||
		 str_find(node->name, S("|"), &(size_t){ 0 }))
		kind_fault(f, path, at,
			   "line %d of the tree: a name has at most %d characters, and no | or "
			   "control characters",
			   node->line, WORDS_MAX);
	else
		return true;
	return false;
}

static void check_tree(struct kind_faults *f, const struct json_value *v, struct str path)
{
	int last[DEPTH_MAX], count = 0, depth = -1;
	struct node next = { .line = 0 };
	struct str rest = S("");
	size_t lines = 1;

	(void)!json_text(v, &rest);
	for (size_t i = 0; i < rest.len; i++)
		lines += rest.at[i] == '\n';
	struct node *node = NEW_MANY(f->mem, struct node, lines < NODES_MAX ? lines : NODES_MAX);
	while (next_node(&rest, &next)) {
		if (count == NODES_MAX) {
			kind_fault(f, path, v, "a tree has at most %d names", NODES_MAX);
			return;
		}
		if (!check_node(f, v, path, &next, depth))
			return;
		depth = next.depth;
		next.parent = depth > 0 ? last[depth - 1] : -1;
		last[depth] = count;
		node[count++] = next;
	}
	if (count == 0)
		kind_fault(f, path, v, "a tree has one name a line");
	qsort(node, (size_t)count, sizeof(*node), by_parent_and_name);
	for (int i = 1; i < count; i++)
		if (by_parent_and_name(&node[i - 1], &node[i]) == 0) {
			kind_fault(f, path, v, "line %d of the tree: this name is there twice",
				   node[i].line > node[i - 1].line ? node[i].line :
								     node[i - 1].line);
			return;
		}
}

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	static const char *const members[] = { "tree", "leaf", NULL };
	const struct json_value *tree = json_get(block, S("tree"));
	bool leaf;

	kind_members(f, block, path, true, members);
	(void)kind_member_bool(f, block, path, "leaf", &leaf);
	path = kind_path(f->mem, path, "tree");
	if (json_is(tree, JSON_TEXT))
		check_tree(f, tree, path);
	else
		kind_fault(f, path, tree != NULL ? tree : block,
			   "a tree is a text with one name a line");
}

static struct str tree_of(const struct kind_field *field)
{
	struct str tree = S("");

	(void)!json_text(json_get(field->block, S("tree")), &tree);
	return tree;
}

static void put_block(struct json *out, const struct kind_field *field,
		      const struct kind_view *view)
{
	(void)view;
	json_text_of(out, "tree", tree_of(field));
	json_bool_of(out, "leaf", kind_bool(field->block, "leaf", false));
}

/* --- answers --- */

/* Does the tree have this way? `*leaf` says whether it ends there. One walk over the lines. */
static bool has_way(struct str tree, const struct json_value *way, bool *leaf)
{
	const struct json_value *step = way->first;
	struct node node = { .line = 0 };
	int depth = 0;

	while (step != NULL && next_node(&tree, &node)) {
		struct str name;

		if (node.depth < depth)
			return false; /* out of the part that the way has led into */
		if (node.depth > depth || !json_text(step, &name) || !str_eq(name, node.name))
			continue;
		step = step->next;
		depth++;
	}
	*leaf = step == NULL && (!next_node(&tree, &node) || node.depth < depth);
	return step == NULL;
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	bool leaf = false;

	if (!json_is(value, JSON_LIST) || value->count == 0 ||
	    !has_way(tree_of(field), value, &leaf)) {
		kind_fault(f, field->name, value,
			   "this is a list of names from the root of the tree");
		return false;
	}
	if (kind_bool(field->block, "leaf", false) && !leaf) {
		kind_fault(f, field->name, value, "choose an end of the tree");
		return false;
	}
	json_put_value(out, value);
	return true;
}

static struct str truth(struct arena *mem, const struct kind_field *field, struct str cell)
{
	(void)field;
	return kind_listed(mem, cell);
}

static int votes(struct arena *mem, const struct kind_field *field, const struct json_value *value,
		 struct str **keys)
{
	(void)field;
	*keys = NEW(mem, struct str);
	(*keys)[0] = kind_json_text(mem, value);
	return 1;
}

static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	(void)field;
	kind_most(mem, values, count, out);
}

/* --- classes: the places that may be chosen, in their order; left out is the last --- */

/*
 * Each place of the tree in turn, with the way to it. `*ends` says whether nothing lies below.
 */
struct walk {
	struct str rest;
	struct node next;
	bool any; /* `next` is read, and not given yet */
	struct str way[DEPTH_MAX];
	int depth;
};

static bool walk_on(struct walk *w, bool *ends)
{
	if (!w->any && !next_node(&w->rest, &w->next))
		return false;
	w->way[w->next.depth] = w->next.name;
	w->depth = w->next.depth + 1;
	w->any = next_node(&w->rest, &w->next);
	*ends = !w->any || w->next.depth < w->depth;
	return true;
}

/* How many places may be chosen, up to one more than a model takes. */
static int places(const struct kind_field *field)
{
	const bool leaf = kind_bool(field->block, "leaf", false);
	struct walk w = { .rest = tree_of(field) };
	int count = 0;
	bool ends;

	while (count <= CLASSES_MAX && walk_on(&w, &ends))
		count += !leaf || ends;
	return count;
}

static struct kind_classes classes(const struct kind_field *field)
{
	int count = places(field) + (kind_may_lack(field) ? 1 : 0);

	return count <= CLASSES_MAX ? (struct kind_classes){ 1, count, count, 0 } :
				      (struct kind_classes){ 0, 0, 0, 0 };
}

static bool is_way(const struct walk *w, const struct json_value *value)
{
	const struct json_value *step = value->first;
	struct str name;

	if (value->count != (size_t)w->depth)
		return false;
	for (int i = 0; i < w->depth; i++, step = step->next)
		if (!json_text(step, &name) || !str_eq(name, w->way[i]))
			return false;
	return true;
}

static void marks(const struct kind_field *field, const struct json_value *value, int *mark)
{
	const bool leaf = kind_bool(field->block, "leaf", false);
	struct walk w = { .rest = tree_of(field) };
	bool ends;

	mark[0] = 0;
	while (walk_on(&w, &ends)) {
		if (leaf && !ends)
			continue;
		if (json_is(value, JSON_LIST) && is_way(&w, value))
			return;
		mark[0]++;
	}
	mark[0] -= kind_may_lack(field) ? 0 : 1;
}

static struct str named(struct arena *mem, const struct kind_field *field, int number)
{
	const bool leaf = kind_bool(field->block, "leaf", false);
	struct json out = json_make(mem, 1 << 16);
	struct walk w = { .rest = tree_of(field) };
	bool ends;

	while (walk_on(&w, &ends)) {
		if ((leaf && !ends) || number-- > 0)
			continue;
		json_list(&out);
		for (int i = 0; i < w.depth; i++)
			json_put_text(&out, w.way[i]);
		json_list_end(&out);
		return json_end(&out);
	}
	return S("null");
}

static struct str marked(struct arena *mem, const struct kind_field *field, const int *mark)
{
	return named(mem, field, mark[0]);
}

const struct kind kind_taxonomy = {
	.name = "taxonomy",
	.about = "One place in a tree, found by opening or by searching.",
	.example = "{\"type\":\"taxonomy\",\"name\":\"class\",\"label\":\"What is it?\",\"tree\":"
		   "\"Food\\n\\tFruit\\n\\tBread\\nTools\\n\\tHammer\",\"leaf\":true,"
		   "\"required\":true}",
	.check_block = check_block,
	.put_block = put_block,
	.check_answer = check_answer,
	.truth = truth,
	.votes = votes,
	.agree = agree,
	.classes = classes,
	.marks = marks,
	.marked = marked,
	.named = named,
};
