/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What each format says of one answer to a template of every kind. That other programs read the
 * files is tested in tests/story/formats.mjs, that they come back in src/intake/return_test.c.
 */
#include <zlib.h>
#include "export/export_in.h"
#include "intake/intake_in.h"
#include "tests/fixture.h"

static const char template[] =
	"{\"blocks\":["
	"{\"type\":\"choice\",\"name\":\"label\",\"label\":\"?\",\"options\":[\"cat\",\"dog\"]},"
	"{\"type\":\"choice\",\"name\":\"many\",\"label\":\"?\",\"many\":true,"
	"\"options\":[\"a\",\"b\",\"c\"]},"
	"{\"type\":\"text\",\"name\":\"words\",\"label\":\"?\"},"
	"{\"type\":\"number\",\"name\":\"count\",\"label\":\"?\"},"
	"{\"type\":\"scale\",\"name\":\"like\",\"label\":\"?\",\"min\":0,\"max\":4},"
	"{\"type\":\"date\",\"name\":\"day\",\"label\":\"?\"},"
	"{\"type\":\"pair\",\"name\":\"better\",\"label\":\"?\",\"options\":[\"x\",\"y\"],"
	"\"equal\":true},"
	"{\"type\":\"rank\",\"name\":\"order\",\"label\":\"?\",\"options\":[\"p\",\"q\",\"r\"]},"
	"{\"type\":\"taxonomy\",\"name\":\"place\",\"label\":\"?\",\"tree\":\"Food\\n\\tFruit\"},"
	"{\"type\":\"spans\",\"name\":\"names\",\"label\":\"?\",\"text\":\"{{text}}\","
	"\"labels\":[\"person\",\"big firm\"],\"relations\":[\"works for\"]},"
	"{\"type\":\"box\",\"name\":\"boxes\",\"label\":\"?\",\"src\":\"{{image}}\","
	"\"labels\":[\"car\",\"van <&>\"]},"
	"{\"type\":\"polygon\",\"name\":\"areas\",\"label\":\"?\",\"src\":\"{{image}}\"},"
	"{\"type\":\"polyline\",\"name\":\"roads\",\"label\":\"?\",\"src\":\"{{image}}\"},"
	"{\"type\":\"point\",\"name\":\"eyes\",\"label\":\"?\",\"src\":\"{{image}}\","
	"\"labels\":[\"left\",\"right\"]}]}";

static const char answer[] =
	"{\"label\":\"dog\",\"many\":[\"a\",\"c\"],\"words\":\"say \\\"hi\\\"\\n<b>\","
	"\"count\":2.5,"
	"\"like\":3,\"day\":\"2026-02-28\",\"better\":\"y\",\"order\":[\"q\",\"p\",\"r\"],"
	"\"place\":[\"Food\",\"Fruit\"],"
	"\"names\":{\"spans\":[{\"start\":3,\"end\":6,\"label\":\"person\"},"
	"{\"start\":9,\"end\":18,\"label\":\"big firm\"}],"
	"\"relations\":[{\"from\":0,\"to\":1,\"label\":\"works for\"}]},"
	"\"boxes\":{\"width\":200,\"height\":100,\"shapes\":["
	"{\"label\":\"van <&>\",\"box\":[10,20,30.5,40]}]},"
	"\"areas\":{\"width\":200,\"height\":100,\"shapes\":[{\"points\":[[0,0],[20,0],[0,10]]}]},"
	"\"roads\":{\"width\":200,\"height\":100,\"shapes\":[{\"points\":[[0,0],[20,0]]}]},"
	"\"eyes\":{\"width\":200,\"height\":100,\"shapes\":[{\"label\":\"left\",\"point\":[1,2]},"
	"{\"label\":\"right\",\"point\":[3,4]},{\"label\":\"left\",\"point\":[5,6]}]}}";

/* Behind the emoji code points, bytes and UTF-16 units are counted differently. */
#define TEXT "Hi Ann \xf0\x9f\x98\x80 Acme Corp. went"

static struct fixture judged(struct ctx *c)
{
	struct fixture f =
		fixture_open(c, (struct fixture_shape){
					.redundancy = 1,
					.template = template,
					.file = S("text,image\n\"" TEXT
						  "\",https://host/shots/street 1.jpg?size=2\n") });

	fixture_submit(c, &f, 0, 1, str_of(answer));
	test_run_jobs(c);
	return f;
}

static struct str whole(struct ctx *c, const struct fixture *f, const char *format,
			struct str *left)
{
	const struct export_wish wish = { .project = f->project, .format = str_of(format) };
	struct export e DEFER(export_done) = { .format = NULL };
	struct buf out = buf_make(c->mem, 1 << 23);
	struct str piece;
	bool more = true;

	WANT_OK(export_start(c, &wish, &e));
	while (more) {
		WANT_OK(export_piece(c, &e, &piece, &more));
		buf_add(&out, piece);
	}
	*left = export_left_out(c, &e);
	return buf_str(&out);
}

static const struct json_value *parsed(struct ctx *c, struct str text)
{
	struct json_value *out;
	struct json_fault fault;

	if (!json_read(c->mem, text, &out, &fault))
		WANT_STR(S("JSON"), text);
	return out;
}

/* The JSON of a member, by a way of names and places: "annotations/0/bbox". */
static struct str at(struct ctx *c, const struct json_value *v, const char *way)
{
	struct str part, rest = str_of(way);
	struct json out = json_make(c->mem, 1 << 20);
	bool more = true;

	while (more) {
		int64_t index;

		more = str_split(rest, '/', &part, &rest);
		part = more ? part : rest;
		v = num_i64(part, 0, 1000, &index) ? json_at(v, (size_t)index) : json_get(v, part);
	}
	if (v == NULL)
		return S("nothing");
	json_put_value(&out, v);
	return json_end(&out);
}

TEST(export, coco_has_a_category_for_each_label_and_one_for_each_field_of_points)
{
	struct fixture f = judged(c);
	struct str left;
	const struct json_value *v = parsed(c, whole(c, &f, "coco", &left));

	WANT_STR(S("{\"id\":2,\"name\":\"van <&>\",\"supercategory\":\"boxes\","
		   "\"field\":\"boxes\",\"kind\":\"box\"}"),
		 at(c, v, "categories/1"));
	WANT_STR(S("\"areas\""), at(c, v, "categories/2/name"));
	WANT_STR(S("[\"left\",\"right\"]"), at(c, v, "categories/3/keypoints"));
	WANT_STR(S("2"), at(c, v, "annotations/0/category_id"));
	WANT_STR(S("[10,20,30.5,40]"), at(c, v, "annotations/0/bbox"));
	WANT_STR(S("1220"), at(c, v, "annotations/0/area"));
	WANT_STR(S("[[0,0,20,0,0,10]]"), at(c, v, "annotations/1/segmentation"));
	WANT_STR(S("100"), at(c, v, "annotations/1/area"));
	WANT_STR(S("[1,2,2,3,4,2]"), at(c, v, "annotations/2/keypoints"));
	WANT_STR(S("[5,6,2,0,0,0]"), at(c, v, "annotations/3/keypoints"));
	WANT_STR(S("1"), at(c, v, "annotations/3/num_keypoints"));
	WANT_STR(S("nothing"), at(c, v, "annotations/4"));
	WANT_STR(S("1"), at(c, v, "annotations/3/image_id"));
	WANT_STR(S("200"), at(c, v, "images/0/width"));
	WANT(str_find(left, S("roads (polyline)"), &(size_t){ 0 }));
	WANT(str_find(left, S("label (choice)"), &(size_t){ 0 }));
}

TEST(export, label_studio_has_marks_in_percent_and_spans_in_code_points)
{
	struct fixture f = judged(c);
	struct str left;
	const struct json_value *v = parsed(c, whole(c, &f, "labelstudio", &left));
	const struct json_value *result =
		json_get(json_at(json_get(json_at(v, 0), S("annotations")), 0), S("result"));
	static const struct {
		const char *way, *wanted;
	} want[] = {
		{ "0/value", "{\"choices\":[\"dog\"]}" },
		{ "1/value", "{\"choices\":[\"a\",\"c\"]}" },
		{ "2/value", "{\"text\":[\"say \\\"hi\\\"\\n<b>\"]}" },
		{ "3/value", "{\"number\":2.5}" },
		{ "4/value", "{\"number\":3}" },
		{ "5/value", "{\"datetime\":\"2026-02-28\"}" },
		{ "6/value", "{\"selected\":\"right\"}" },
		{ "7/value", "{\"ranker\":[\"q\",\"p\",\"r\"]}" },
		{ "8/value", "{\"taxonomy\":[[\"Food\",\"Fruit\"]]}" },
		{ "9/value", "{\"start\":3,\"end\":6,\"text\":\"Ann\",\"labels\":[\"person\"]}" },
		{ "10/value/text", "\"Acme Corp\"" },
		{ "11/from_id", "\"names_0\"" },
		{ "12/value", "{\"x\":5,\"y\":20,\"width\":15.25,\"height\":40,\"rotation\":0,"
			      "\"rectanglelabels\":[\"van <&>\"]}" },
		{ "13/value", "{\"points\":[[0,0],[10,0],[0,10]],\"closed\":true}" },
		{ "14/value/x", "0.5" },
		{ "14/to_name", "\"image\"" },
		{ "17", "nothing" },
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		WANT_STR(str_of(want[i].wanted), at(c, result, want[i].way));
	WANT_STR(S("\"" TEXT "\""), at(c, v, "0/data/text"));
	WANT(str_find(left, S("roads (polyline)"), &(size_t){ 0 }));
}

TEST(export, conll_cuts_tokens_where_spans_begin_and_end)
{
	struct fixture f = judged(c);
	struct str left;

	WANT_STR(S("-DOCSTART- -X- _ O\n\nHi -X- _ O\nAnn -X- _ B-person\n"
		   "\xf0\x9f\x98\x80 -X- _ O\nAcme -X- _ B-big_firm\nCorp -X- _ I-big_firm\n"
		   ". -X- _ O\nwent -X- _ O\n\n"),
		 whole(c, &f, "conll", &left));
}

/* --- archives --- */

static struct str entry(struct ctx *c, struct str zip, const char *wanted)
{
	struct intake_archive *a DEFER(intake_archive_close) = NULL;
	const char *path = str_c(c->mem, str_format(c->mem, "%s/export-test.zip", c->data));
	char *bytes = arena_take(c->mem, 1 << 16);
	struct intake_entry one;
	bool found = true;
	size_t got;

	WANT_OK(os_replace(c, path, zip, 0600));
	WANT_OK(intake_archive_open(c, path, S(""), &a));
	while (found) {
		WANT_OK(intake_archive_next(c, a, &one, &found));
		if (!found || !str_eq(one.name, str_of(wanted)))
			continue;
		WANT_OK(intake_archive_read(c, a, bytes, 1 << 16, &got));
		return (struct str){ bytes, got };
	}
	return S("nothing");
}

TEST(export, yolo_has_a_text_for_each_picture_and_names_the_classes)
{
	struct fixture f = judged(c);
	struct str left, zip = whole(c, &f, "yolo", &left);

	WANT_STR(S("1 0.126250000 0.400000000 0.152500000 0.400000000\n"),
		 entry(c, zip, "labels/shots/street 1.txt"));
	WANT_STR(S("car\nvan <&>\n"), entry(c, zip, "classes.txt"));
	WANT_STR(S("path: .\ntrain: images\nval: images\nnames:\n  0: \"car\"\n"
		   "  1: \"van <&>\"\n"),
		 entry(c, zip, "data.yaml"));
	WANT(str_find(entry(c, zip, "LEFT_OUT.txt"), S("the field areas (polygon), beside boxes\n"),
		      &(size_t){ 0 }));
}

TEST(export, voc_has_an_xml_for_each_picture)
{
	struct fixture f = judged(c);
	struct str left, zip = whole(c, &f, "voc", &left);
	struct str xml = entry(c, zip, "Annotations/shots/street 1.xml");

	WANT(str_find(xml, S("<name>van &lt;&amp;&gt;</name>"), &(size_t){ 0 }));
	WANT(str_find(xml,
		      S("<xmin>10</xmin>\n<ymin>20</ymin>\n<xmax>40.5</xmax>\n<ymax>60</ymax>\n"),
		      &(size_t){ 0 }));
	WANT(str_find(xml, S("<width>200</width>"), &(size_t){ 0 }));
}

/* What the only IDAT of a PNG holds, after its head and its colours. */
static struct str pixels(struct ctx *c, struct str png, uLongf length)
{
	unsigned char *row = arena_take(c->mem, length);
	size_t at;

	WANT(str_find(png, S("IDAT"), &at));
	WANT(uncompress(row, &length, (const unsigned char *)png.at + at + 4,
			(uLong)(png.len - at - 4)) == Z_OK);
	return (struct str){ (const char *)row, length };
}

TEST(export, masks_are_pictures_whose_pixels_are_the_numbers_of_labels)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){
			   .redundancy = 1,
			   .template = "{\"blocks\":[{\"type\":\"mask\",\"name\":\"land\","
				       "\"label\":\"?\",\"src\":\"{{image}}\",\"labels\":"
				       "[\"water\",\"wood\"]}]}",
			   .file = S("{\"image\":\"https://h/shots/one.jpg\"}\n"
				     "{\"image\":\"https://h/shots/two.jpg\"}\n") });
	struct str left, zip;

	/* Four columns of three: water from the end of the first over the second to the third. */
	fixture_submit(c, &f, 0, 1,
		       S("{\"land\":{\"width\":4,\"height\":3,\"shapes\":[{\"label\":\"water\","
			 "\"counts\":\"255\"},{\"label\":\"wood\",\"counts\":\"723\"}]}}"));
	fixture_submit(c, &f, 0, 2, S("{\"land\":{\"shapes\":[]}}"));
	test_run_jobs(c);
	zip = whole(c, &f, "masks", &left);
	struct str png = entry(c, zip, "masks/shots/one.png");
	WANT(str_starts(png, S("\x89PNG\r\n\x1a\n")));
	WANT_STR(((struct str){ "\0\0\1\1\0"
				"\0\0\1\2\0"
				"\0\1\1\2\0",
				15 }),
		 pixels(c, png, 15));
	WANT_STR(S("nothing"), entry(c, zip, "masks/shots/two.png"));
	WANT(str_find(left, S("1 items in which nothing is marked"), &(size_t){ 0 }));
	WANT_STR(S("[{\"field\":\"land\",\"folder\":\"masks\",\"labels\":[{\"value\":1,\"label\":"
		   "\"water\",\"colour\":\"#bd4d00\"},{\"value\":2,\"label\":\"wood\","
		   "\"colour\":\"#136ed0\"}]}]"),
		 entry(c, zip, "labels.json"));
	const struct json_value *v = parsed(c, whole(c, &f, "coco", &left));
	WANT_STR(S("{\"size\":[3,4],\"counts\":\"255\"}"), at(c, v, "annotations/0/segmentation"));
	WANT_STR(S("[0,0,3,3]"), at(c, v, "annotations/0/bbox"));
	WANT_STR(S("5"), at(c, v, "annotations/0/area"));
	WANT_STR(S("[2,1,1,2]"), at(c, v, "annotations/1/bbox"));
}

TEST(export, subtitles_have_a_cue_for_each_region)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){
			   .redundancy = 1,
			   .template = "{\"blocks\":[{\"type\":\"transcript\",\"name\":\"words\","
				       "\"label\":\"?\",\"src\":\"{{sound}}\"}]}",
			   .file = S("{\"sound\":\"https://h/talks/one.mp3\"}\n"
				     "{\"sound\":\"https://h/talks/two.mp3\"}\n") });
	struct str left, vtt, srt;

	fixture_submit(c, &f, 0, 1,
		       S("{\"words\":{\"regions\":[{\"from_ms\":0,\"to_ms\":2100,\"text\":"
			 "\"a --> <b>\\n\\n& c\"},{\"from_ms\":3600001,\"to_ms\":3661020,\"text\":"
			 "\"end\"}]}}"));
	fixture_submit(c, &f, 0, 2, S("{\"words\":{\"text\":\"no times\"}}"));
	test_run_jobs(c);
	vtt = whole(c, &f, "webvtt", &left);
	WANT_STR(S("WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.100\na --&gt; &lt;b&gt;\n&amp; c\n\n"
		   "2\n01:00:00.001 --> 01:01:01.020\nend\n\n"),
		 entry(c, vtt, "subtitles/talks/one.vtt"));
	WANT_STR(S("nothing"), entry(c, vtt, "subtitles/talks/two.vtt"));
	WANT(str_find(left, S("1 transcripts without times"), &(size_t){ 0 }));
	srt = whole(c, &f, "srt", &left);
	WANT_STR(S("1\n00:00:00,000 --> 00:00:02,100\na -> <b>\n& c\n\n"
		   "2\n01:00:00,001 --> 01:01:01,020\nend\n\n"),
		 entry(c, srt, "subtitles/talks/one.srt"));
}

TEST(export, names_in_an_archive_stay_inside_and_are_there_once)
{
	struct export e DEFER(export_done) = { .kept = arena_under(c->mem, 0) };
	static const struct {
		const char *picture, *wanted;
	} want[] = {
		{ "a.jpg", "f/a.x" },
		{ "a.png", "f/a-2.x" },
		{ "../../etc/passwd", "f/etc/passwd.x" },
		{ "/abs/.hidden", "f/abs/.hidden.x" },
		{ "c:\\b\"<.tar.gz", "f/c__b__.tar.x" },
		{ "", "f/-6.x" },
		{ "https://h/p/q.jpg#z", "f/p/q.x" },
		{ "https://h", "f/-8.x" },
		{ "\xc3\xa4/\xf0\x9f\x98\x80.jpg", "f/\xc3\xa4/\xf0\x9f\x98\x80.x" },
	};

	WANT_OK(export_zip_open(c, &e));
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		WANT_STR(str_of(want[i].wanted),
			 export_zip_name(c, &e, "f", str_of(want[i].picture), "x", (int64_t)i + 1));
	for (int64_t i = 0; i < 5000; i++) /* the table of names grows */
		WANT_STR(str_format(c->mem, "f/n%lld.x", (long long)i),
			 export_zip_name(c, &e, "f", str_format(c->mem, "n%lld.jpg", (long long)i),
					 "x", 1));
	WANT_STR(S("f/n17-7.x"), export_zip_name(c, &e, "f", S("n17.gif"), "x", 7));
}

TEST(export, an_archive_of_more_files_than_a_small_one_can_count_is_read_as_a_whole)
{
	enum { FILES = 70000 };
	struct export e DEFER(export_done) = { .kept = arena_under(c->mem, 0) };
	struct intake_archive *a DEFER(intake_archive_close) = NULL;
	const char *path = str_c(c->mem, str_format(c->mem, "%s/export-test.zip", c->data));
	struct buf out = buf_make(c->mem, 64 << 20);
	struct intake_entry one;
	struct ctx row = *c;
	int files = 0;
	bool found = true;

	row.mem = arena_under(c->mem, 0);
	WANT_OK(export_zip_open(c, &e));
	for (int i = 0; i < FILES; i++) {
		struct str name = str_format(row.mem, "n%d.txt", i);

		WANT_OK(export_zip_put(&row, &e, name, name, &out));
		arena_clear(row.mem);
	}
	do
		WANT_OK(export_zip_end(&row, &e, &out));
	while (e.more_end);
	WANT_OK(os_replace(c, path, buf_str(&out), 0600));
	WANT_OK(intake_archive_open(c, path, S(""), &a));
	for (struct arena_mark mark = arena_mark(c->mem); found; arena_reset(c->mem, mark)) {
		char bytes[20];
		size_t got;

		WANT_OK(intake_archive_next(c, a, &one, &found));
		if (!found)
			break;
		WANT_OK(intake_archive_read(c, a, bytes, sizeof(bytes), &got));
		WANT_STR(one.name, ((struct str){ bytes, got }));
		WANT_STR(str_format(c->mem, "n%d.txt", files++), one.name);
	}
	WANT_I64(FILES, files);
}

/* --- all of them --- */

TEST(export, a_project_that_a_format_carries_nothing_of_is_refused_with_both_names)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 1 });
	int refused = 0;

	for (int i = 0; export_formats[i] != NULL; i++) {
		const struct export_wish wish = { .project = f.project,
						  .format = str_of(export_formats[i]->name) };
		struct export e DEFER(export_done) = { .format = NULL };

		if (export_formats[i]->kinds == NULL ||
		    export_carries(export_formats[i], kind_find(S("choice"))))
			continue;
		refused++;
		WANT(export_start(c, &wish, &e) == ERR_INPUT);
		WANT(str_starts(c->refusal.message, wish.format));
		WANT(str_find(c->refusal.message, S("label (choice)"), &(size_t){ 0 }));
		c->refusal = (struct refusal){ 0 };
	}
	WANT_I64(7, refused);
}

TEST(export, every_format_writes_a_file_without_tasks)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){ .template = template, .file = S("text,image\na,b\n") });
	struct kind_template t;
	struct str left;

	kind_template_load(c->mem, str_of(template), &t);
	for (int i = 0; export_formats[i] != NULL; i++) {
		const struct export_format *format = export_formats[i];

		if (!export_can(c->mem, format, &t, &left))
			continue; /* nothing of this template is theirs */
		struct str file = whole(c, &f, format->name, &left);

		if (strcmp(format->ending, "json") == 0)
			(void)parsed(c, file);
		if (strcmp(format->ending, "zip") == 0)
			WANT(str_starts(entry(c, file, "LEFT_OUT.txt"), S("the pictures")));
		if (strcmp(format->ending, "parquet") == 0)
			WANT(str_starts(file, S("PAR1")) && str_ends(file, S("PAR1")));
	}
}

TEST(export, a_file_of_many_pieces_is_whole)
{
	enum { TASKS = 1200 };
	struct buf csv = buf_make(c->mem, 1 << 22);
	struct str left, long_cell = { memset(arena_take(c->mem, 1000), 'x', 1000), 1000 };

	buf_add(&csv, S("text,image\n"));
	for (int i = 0; i < TASKS; i++)
		buf_format(&csv, "%.*s,p%d.jpg\n", STR_ARG(long_cell), i);
	struct fixture f = fixture_open(
		c,
		(struct fixture_shape){
			.tasks = TASKS,
			.redundancy = 1,
			.reward_minor = 1,
			.template = "{\"blocks\":[{\"type\":\"box\",\"name\":\"boxes\",\"label\":"
				    "\"?\",\"src\":\"{{image}}\"},{\"type\":\"markdown\","
				    "\"text\":\"{{text}}\"}]}",
			.file = buf_str(&csv) });
	for (int i = 1; i <= TASKS; i++)
		fixture_submit(c, &f, 0, i,
			       S("{\"boxes\":{\"width\":9,\"height\":9,\"shapes\":[{\"box\":"
				 "[1,2,3,4]}]}}"));
	test_run_jobs(c);
	const struct json_value *coco = parsed(c, whole(c, &f, "coco", &left));
	WANT_I64(TASKS, json_get(coco, S("images"))->count);
	WANT_I64(TASKS, json_get(coco, S("annotations"))->count);
	WANT_I64(TASKS, parsed(c, whole(c, &f, "json", &left))->count);
	struct str zip = whole(c, &f, "yolo", &left);
	WANT(str_starts(entry(c, zip, "labels/p1199.txt"), S("0 0.27")));
}
