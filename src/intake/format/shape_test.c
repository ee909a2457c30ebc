/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Files of other programs' forms: what becomes of each, and what is said of bad ones. */
#include "intake/intake_test_in.h"

static org_id org_of(struct ctx *c, int number)
{
	org_id org;

	(void)material_requester(c, str_c(c->mem, str_format(c->mem, "rita%d@example.org", number)),
				 &org);
	return org;
}

/* All faults, as "line: reason" one below the other. */
static struct str faults(struct ctx *c, project_id project, source_id id)
{
	struct source_fault_list *rows;
	struct buf out = buf_make(c->mem, 1 << 16);
	size_t count;

	WANT_OK(source_fault_list(c, project, id, 0, 2, &rows, &count));
	for (size_t i = 0; i < count; i++)
		buf_format(&out,
			   "%lld: %.*s"
			   "\n",
			   (long long)rows[i].line, STR_ARG(rows[i].reason));
	return buf_str(&out);
}

static struct intake_record record(struct ctx *c, project_id project, int64_t number)
{
	struct intake_record r;

	WANT_OK(intake_record(c, project, number, &r));
	return r;
}

#define MARKS                                                                                 \
	"{\"blocks\":[{\"type\":\"box\",\"name\":\"boxes\",\"label\":\"?\",\"src\":\"{{file_" \
	"name}}\","                                                                           \
	"\"labels\":[\"cat\",\"dog\"]},{\"type\":\"polygon\",\"name\":\"polygons\",\"label\"" \
	":\"?\","                                                                             \
	"\"src\":\"{{file_name}}\",\"labels\":[\"cat\",\"dog\"],\"required\":false}"          \
	","                                                                                   \
	"{\"type\":\"point\",\"name\":\"points\",\"label\":\"?\",\"src\":\"{{file_name}}\""   \
	","                                                                                   \
	"\"labels\":[\"nose\",\"tail\"],\"required\":false}]}"

/* --- JSON --- */

TEST(intake, what_most_of_the_first_objects_are_the_file_is)
{
	project_id id = draft(c);
	source_id file = material_upload(
		c, id, "a.jsonl",
		S("{\"note\":\"written by hand\"}\n"
		  "{\"fields\":{\"a\":\"1\"},\"results\":{\"t\":{\"value\":\"x\"}}}\n"
		  "{\"fields\":{\"a\":\"2\"},\"results\":{}}\n"));

	WANT_STR(S("1: there is no object of fields, as in most rows\n"), faults(c, id, file));
	WANT_OK(intake_import(c, id, file, true, S("")));
	test_run_jobs(c);
	WANT_STR(S("{\"a\":\"1\",\"given_t\":\"x\"}"), record(c, id, 1).fields);
	file = material_upload(c, id, "b.jsonl",
			       S("{\"a\":\"1\"}\n{\"fields\":{},\"results\":{}}\n"));
	WANT_STR(S("jsonl"), source(c, id, file).form);
	WANT_I64(2, source(c, id, file).rows_seen);
}

TEST(intake, a_list_of_json_objects_is_a_table)
{
	project_id id = draft(c);
	source_id file = material_import(
		c, id, "a.json",
		S("[\n {\"a\": \"x\\ny\", \"b\": 1.50, \"c\": [\"p\",\"q\"]},\n {\"b\": null, "
		  "\"a\": \"]\"}\n]\n"));

	WANT_STR(S("json"), source(c, id, file).form);
	WANT_STR(S("{\"a\":\"x\\ny\",\"b\":\"1.50\",\"c\":\"[\\\"p\\\",\\\"q\\\"]\"}"),
		 record(c, id, 1).fields);
	WANT_STR(S("{\"a\":\"]\",\"b\":\"\",\"c\":\"\"}"), record(c, id, 2).fields);
}

TEST(intake, bad_objects_of_a_list_are_told_with_their_lines)
{
	project_id id = draft(c);
	source_id file = material_upload(c, id, "a.json",
					 S("[{\"a\":1},\n{\"b\":2},\n\n{\"a\":},\n{\"a\":4},7]"));

	WANT_STR(S("2: the first line has no member b\n4: this is no value, in line 4\n"
		   "5: this is no JSON object\n"),
		 faults(c, id, file));
	WANT_OK(intake_import(c, id, file, true, S("")));
	test_run_jobs(c);
	WANT_STR(S("{\"a\":\"4\"}"), record(c, id, 2).fields);
}

TEST(intake, a_long_list_of_objects_is_read_in_slices_and_nothing_is_lost)
{
	struct buf list = buf_make(c->mem, 32 << 20);
	project_id id = draft(c);

	buf_add_char(&list, '[');
	for (int i = 1; i <= 60000; i++)
		buf_format(&list, "%s{\"n\":%d,\"words\":\"%0150d\"}", i > 1 ? ",\n" : "", i, i);
	buf_add(&list, S("]"));
	material_import(c, id, "a.json", buf_str(&list));
	struct project_state state;
	WANT_OK(project_state_get(c, id, &state));
	WANT_I64(60000, state.records);
	WANT(str_starts(record(c, id, 60000).fields, S("{\"n\":\"60000\"")));
}

TEST(intake, a_broken_json_file_is_refused_with_the_place)
{
	static const struct {
		const char *file, *message;
	} want[] = {
		{ "[", "the list does not end: the file is cut" },
		{ "[]", "the file is empty" },
		{ "[1,2]", "this is no JSON object" },
		{ "[{\"a\":1", "the list does not end: the file is cut" },
		{ "[{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]"
		  "]]]]]]]]]]}]",
		  "lists and objects are nested too deep, in line 1" },
	};

	project_id id = draft(c);

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		source_id file = material_upload(c, id, "a.json", str_of(want[i].file));

		WANT_I64(SOURCE_REFUSED, source(c, id, file).state);
		WANT_STR(str_of(want[i].message), source(c, id, file).message);
	}
}

/* --- COCO --- */

static const char coco[] =
	"{\"info\":{\"year\":2026},\n\"annotations\":[\n"
	"{\"id\":1,\"image_id\":7,\"category_id\":2,\"bbox\":[1,2,3,4],\"iscrowd\":0,"
	"\"segmentation\":[[0,0,5,0,5,5]]},\n"
	"{\"id\":2,\"image_id\":3,\"category_id\":1,\"bbox\":[9,9,1,1]},\n"
	"{\"id\":3,\"image_id\":7,\"category_id\":9,\"keypoints\":[1,2,2,0,0,0],\"bbox\":[0,"
	"0,1,1]}],\n"
	"\"images\":[{\"id\":3,\"file_name\":\"b.jpg\",\"width\":20,\"height\":10},\n"
	"{\"id\":7,\"file_name\":\"a.jpg\",\"width\":20,\"height\":10},{\"id\":8,\"file_name\":"
	"\"c.jpg\"}],\n"
	"\"categories\":[{\"id\":1,\"name\":\"cat\"},{\"id\":2,\"name\":\"dog\"},"
	"{\"id\":9,\"name\":\"animal\",\"keypoints\":[\"nose\",\"tail\"]}]}\n";

TEST(intake, coco_is_a_record_for_each_image_with_its_annotations_as_given_answers)
{
	project_id id = draft(c);

	material_template(c, id, MARKS);
	source_id file = material_upload(c, id, "instances.json", str_of(coco));
	WANT_STR(S("coco"), source(c, id, file).form);
	WANT_STR(S(""), faults(c, id, file));
	WANT_OK(intake_import_given(c, id, file, false, S("")));
	test_run_jobs(c);
	WANT_STR(S("imported"), source(c, id, file).state == SOURCE_IMPORTED ? S("imported") :
									       faults(c, id, file));
	WANT_STR(S("{\"id\":\"7\",\"file_name\":\"a.jpg\",\"width\":\"20\",\"height\":\"10\"}"),
		 record(c, id, 2).fields);
	WANT_STR(S("{\"boxes\":{\"width\":20,\"height\":10,\"shapes\":[{\"label\":\"dog\",\""
		   "box\":"
		   "[1,2,3,4]}]},\"polygons\":{\"width\":20,\"height\":10,\"shapes\":[{\"label\":"
		   "\"dog\",\"points\":[[0,0],[5,0],[5,5]]}]},\"points\":{\"width\":20,\"heig"
		   "ht\":10,"
		   "\"shapes\":[{\"label\":\"nose\",\"point\":[1,2]}]}}"),
		 record(c, id, 2).truth);
	WANT_STR(S("{\"boxes\":{\"width\":20,\"height\":10,\"shapes\":[{\"label\":\"cat\",\""
		   "box\":"
		   "[9,9,1,1]}]}}"),
		 record(c, id, 1).truth);
	WANT_STR(S(""), record(c, id, 3).truth);
}

TEST(intake, given_answers_are_columns_unless_they_are_taken_as_known)
{
	project_id id = draft(c);
	struct project_state state;

	source_id table = material_upload(c, id, "a.csv", S("given_\n1\n"));
	WANT_ERR(ERR_INPUT, intake_import_given(c, id, table, false, S("")));
	source_id file = material_upload(c, id, "instances.json", str_of(coco));
	WANT_OK(intake_import(c, id, file, false, S("")));
	test_run_jobs(c);
	WANT_STR(S(""), record(c, id, 2).truth);
	WANT(str_find(record(c, id, 2).fields, S("\"given_boxes\":\"{"), &(size_t){ 0 }));
	WANT_OK(project_state_get(c, id, &state));
	WANT(str_find(state.columns, S("\"given_boxes\""), &(size_t){ 0 }));
}

TEST(intake, known_answers_that_were_given_wait_for_their_questions)
{
	project_id id = draft(c);
	struct project_state state;

	source_id file = material_upload(c, id, "instances.json", str_of(coco));
	WANT_OK(intake_import_given(c, id, file, false, S("")));
	test_run_jobs(c);
	WANT_OK(project_state_get(c, id, &state));
	WANT(str_find(state.columns, S("\"gold_boxes\""), &(size_t){ 0 }));
	WANT(!str_find(state.columns, S("given_"), &(size_t){ 0 }));
	material_template(c, id, MARKS);
	test_run_jobs(c);
	WANT(str_starts(record(c, id, 1).truth, S("{\"boxes\":{\"width\":20")));
}

TEST(intake, what_is_wrong_in_coco_is_told_with_its_line)
{
	project_id id = draft(c);
	source_id file = material_upload(
		c, id, "a.json",
		S("{\"images\":[{\"id\":1,\"file_name\":\"a\"},\n{\"file_name\":\"b\"},\n7,\n"
		  "{\"id\":4,\"file_name\":\"d\"}],\n\"categories\":[{\"id\":1,\"name\":\"x\"},\n"
		  "{\"id\":2}],\n\"annotations\":[\n{\"image_id\":1,\"category_id\":5,\"bbox\":"
		  "[1,2,3,4]},\n{\"image_id\":99,\"category_id\":1},\n{\"category_id\":1},\n"
		  "{\"image_id\":4,\"category_id\":1,\"bbox\":[1,2]},\n"
		  "{\"image_id\":4,\"category_id\":1,\"segmentation\":[[1,2,3]]}]}"));

	WANT_STR(S("6: categories: a category has an id, a name, and at most 50 keypoints with "
		   "names\n"
		   "10: annotations: an annotation has the image_id of its image\n"
		   "8: annotations: there is no category of this category_id\n"
		   "2: images: an image has an id\n"
		   "3: images: this is no JSON object\n"
		   "11: annotations: bbox is four numbers\n"
		   "9: annotations: there is no image of this image_id\n"),
		 faults(c, id, file));
}

TEST(intake, given_answers_out_of_range_are_told_by_row)
{
	static const char *const box[] = { "[1e308,1e308,1e308,1e308]",
					   "[-1,0,3,3]",
					   "[1,2,300,4]",
					   "[\"1\",2,3,4]",
					   "[1,2,0,4]",
					   "[null,2,3,4]" };

	for (size_t i = 0; i < sizeof(box) / sizeof(*box); i++) {
		struct source_fault_list *rows;
		project_id id = material_project(c, org_of(c, (int)i));
		size_t count;

		material_template(c, id, MARKS);
		source_id file = material_upload(
			c, id, "a.json",
			str_format(c->mem,
				   "{\"images\":[{\"id\":1,\"width\":20,\"height\":10},{\"id\":2}],"
				   "\"categories\":[{\"id\":1,\"name\":\"cat\"}],\"annotations\":["
				   "{\"image_id\":1,\"category_id\":1,\"bbox\":%s}]}",
				   box[i]));
		WANT_OK(intake_import_given(c, id, file, false, S("")));
		test_run_jobs(c);
		WANT_OK(source_fault_list(c, id, file, FAULTS_KNOWN, FAULTS_KNOWN, &rows, &count));
		WANT(count == 1 && rows[0].row_number == 1);
		WANT(str_starts(rows[0].reason, S("gold_boxes: a box is [x,y,width,height]")));
	}
}

TEST(intake, a_cut_or_doubled_coco_file_is_refused_as_a_whole)
{
	struct str whole = str_of(coco);
	project_id id = draft(c);

	for (size_t cut = 200; cut < whole.len - 2; cut += 37) {
		source_id file = material_upload(c, id, "a.json", str_cut(whole, 0, cut));

		WANT_I64(SOURCE_REFUSED, source(c, id, file).state);
	}
	source_id file = material_upload(
		c, id, "a.json",
		S("{\"images\":[{\"id\":1}],\"images\":[],\n\"categories\":[],\"annotation"
		  "s\":[]}"));
	WANT_STR(S("images, annotations or categories are there twice"),
		 source(c, id, file).message);
}

TEST(intake, a_second_image_of_coco_with_the_same_id_is_bad)
{
	project_id id = draft(c);
	source_id file = material_upload(
		c, id, "a.json",
		S("{\"images\":[{\"id\":1,\"n\":\"a\"},\n{\"id\":2,\"n\":\"b\"},\n"
		  "{\"id\":\"1\",\"n\":\"c\"},\n{\"id\":2,\"n\":\"d\"}],\"categories\":[{\"id\":1,"
		  "\"name\":\"x\"}],\"annotations\":[{\"image_id\":2,\"category_id\":1}]}"));

	WANT_STR(S("3: images: another image has this id\n4: images: another image has this id\n"),
		 faults(c, id, file));
	WANT_I64(4, source(c, id, file).rows_seen);
}

TEST(intake, categories_of_coco_come_in_any_order_and_the_last_of_an_id_counts)
{
	project_id id = draft(c);

	material_import(c, id, "a.json",
			S("{\"categories\":[{\"id\":9,\"name\":\"nine\"},{\"id\":-4,\"name\":"
			  "\"minus\"},{\"id\":9,\"name\":\"last\"},{\"id\":5,\"name\":\"five\"}],\n"
			  "\"annotations\":[{\"image_id\":1,\"category_id\":9,\"bbox\":[1,1,1,1]},"
			  "{\"image_id\":1,\"category_id\":-4,\"bbox\":[2,2,2,2]},"
			  "{\"image_id\":1,\"category_id\":5,\"bbox\":[3,3,3,3]}],"
			  "\"images\":[{\"id\":1}]}"));
	WANT_STR(S("{\"id\":\"1\",\"given_boxes\":\"{\\\"shapes\\\":["
		   "{\\\"label\\\":\\\"last\\\",\\\"box\\\":[1,1,1,1]},"
		   "{\\\"label\\\":\\\"minus\\\",\\\"box\\\":[2,2,2,2]},"
		   "{\\\"label\\\":\\\"five\\\",\\\"box\\\":[3,3,3,3]}]}\"}"),
		 record(c, id, 1).fields);
}

TEST(intake, rows_with_lists_that_are_called_like_those_of_coco_are_rows)
{
	static const char *const file[] = {
		"{\"a\":1,\"images\":[\"x\"]}\n{\"a\":2,\"images\":[\"y\"]}\n",
		"{\"a\":1,\"images\":[\"x\"]}\n",
		"{\"a\":1,\"images\":[],\"annotations\":[]}\n{\"a\":2,\"images\":[]}\n",
	};

	project_id id = draft(c);

	for (size_t i = 0; i < sizeof(file) / sizeof(*file); i++) {
		source_id one = material_upload(c, id, "a.jsonl", str_of(file[i]));

		WANT_STR(S("jsonl"), source(c, id, one).form);
		WANT_I64(SOURCE_CHECKED, source(c, id, one).state);
		WANT_STR(S(""), faults(c, id, one));
	}
}

TEST(intake, an_image_of_coco_with_more_annotations_than_a_row_holds_is_bad_by_its_line)
{
	struct buf file = buf_make(c->mem, 4 << 20);
	project_id id = draft(c);

	buf_add(&file, S("{\"categories\":[{\"id\":1,\"name\":\"x\"}],\n\"annotations\":["));
	for (int i = 0; i < 40000; i++)
		buf_format(&file, "%s{\"image_id\":%d,\"category_id\":1,\"bbox\":[%d,1,2,3]}",
			   i > 0 ? "," : "", i > 2 ? 1 : 2, i);
	buf_add(&file, S("],\n\"images\":[{\"id\":2},\n{\"id\":1}]}"));
	source_id one = material_upload(c, id, "a.json", buf_str(&file));
	WANT_STR(S("4: images: an image with its annotations is longer than 1 MiB\n"),
		 faults(c, id, one));
	WANT_OK(intake_import(c, id, one, true, S("")));
	test_run_jobs(c);
	WANT(str_find(record(c, id, 1).fields, S("[2,1,2,3]"), &(size_t){ 0 }));
}

/* Runs of ellipses and boxes, and what is seen of them when each lies over those before it
 * and the crowd under all, as the C code of COCO's own interface (maskApi.c) writes them. */
TEST(intake, masks_of_coco_that_lie_over_each_other_are_one_and_a_crowd_lies_below)
{
	project_id id = draft(c);

	material_template(c, id,
			  "{\"blocks\":[{\"type\":\"mask\",\"name\":\"masks\",\"label\":\"?\","
			  "\"src\":\"{{file_name}}\",\"labels\":[\"cat\",\"dog\"]}]}");
	source_id file = material_upload(
		c, id, "instances.json",
		S("{\"images\":[{\"id\":1,\"file_name\":\"a.jpg\",\"width\":60,\"height\":40}],"
		  "\"categories\":[{\"id\":1,\"name\":\"cat\"},{\"id\":2,\"name\":\"dog\"}],"
		  "\"annotations\":[{\"image_id\":1,\"category_id\":1,\"iscrowd\":0,"
		  "\"segmentation\":{\"size\":[40,60],\"cou"
		  "nts\":\"`:5P16K4M2N2N2O0O2O000O2O00000001"
		  "N10001N101N2N2N3L5J[Q1\"}},{\"image_id\":1,\"category_id\":2,\"segmentation\":"
		  "{\"size\":[40,60],\"counts\":[579,7,31,11,28,13,26,15,25,15,24,17,23,17,22,19,"
		  "21,19,21,19,20,21,19,21,19,21,19,21,19,21,19,21,19,21,19,21,19,21,20,19,21,19,"
		  "21,19,22,17,23,17,24,15,25,15,26,13,28,11,31,7,694]}},{\"image_id\":1,"
		  "\"category_id\":2,\"iscrowd\":1,\"bbox\":"
		  "[10,15,48,23],\"segmentation\":{\"size\":"
		  "[40,60],\"counts\":[415,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,"
		  "23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,"
		  "23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,"
		  "23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,17,23,"
		  "82]}},{\"image_id\":1,\"category_id\":1,\"segmentation\":{\"size\":[40,60],"
		  "\"counts\":\"Ub17Q100000000000000000[<\"}}]}"));
	WANT_STR(S(""), faults(c, id, file));
	WANT_OK(intake_import_given(c, id, file, false, S("")));
	test_run_jobs(c);
	WANT_STR(S("{\"masks\":{\"width\":60,\"height\":40,\""
		   "shapes\":[{\"label\":\"cat\",\"counts\":"
		   "\"`:5P16K4M2N2N2OFDH;7IH67LH47>1@H07a000O101O0O101O001O1O1OR;6hD000000000000000"
		   "00[<\"},{\"label\":\"dog\",\"counts\":\""
		   "Z=<m0O1O1OFN^O2`02_OM`05_OK`0?0H@H?a000O1"
		   "0000O100000000000000001O00001O001O000000"
		   "00000000000000000000000000000000Q2\"}]}}"),
		 record(c, id, 1).truth);
}

TEST(intake, masks_of_coco_that_are_none_of_their_image_are_told_with_their_line)
{
	project_id id = draft(c);
	struct buf file = buf_make(c->mem, 4 << 20);

	buf_add(&file, S("{\"images\":[{\"id\":1,\"width\":4,\"height\":3},{\"id\":2},{\"id\":3},"
			 "{\"id\":4}],\"categories\":["));
	for (int i = 0; i < 51; i++)
		buf_format(&file, "%s{\"id\":%d,\"name\":\"c%d\"}", i > 0 ? "," : "", i, i);
	buf_add(&file, S("],\"annotations\":[\n{\"image_id\":1,\"category_id\":1,\"segmentation\":"
			 "{\"size\":[4,3],\"counts\":[2,10]}},\n{\"image_id\":2,\"category_id\":1,"
			 "\"segmentation\":{\"size\":[4,3],\"counts\":[2,11]}}"));
	for (int i = 0; i < 51; i++)
		buf_format(&file,
			   ",\n{\"image_id\":3,\"category_id\":%d,\"segmentation\":{\"size\":[4,3],"
			   "\"counts\":[2,10]}}",
			   i);
	buf_add(&file, S(",\n{\"image_id\":4,\"category_id\":1,\"segmentation\":{\"size\":[1000,"
			 "401],\"counts\":\"111"));
	for (int i = 3; i < 401000; i++)
		buf_add_char(&file, '0');
	buf_add(&file, S("\"}}]}"));
	source_id source = material_upload(c, id, "a.json", buf_str(&file));
	WANT_STR(S("2: annotations: size of a segmentation is height and width of the image\n"
		   "3: annotations: counts of a segmentation are run lengths of as many pixels as "
		   "size says, some of them in the mask\n"
		   "54: annotations: the masks of the image have more than 50 categories\n"
		   "55: annotations: the masks of the image have more than 200,000 runs\n"),
		 faults(c, id, source));
}

TEST(intake, an_image_of_a_zip_is_found_by_its_coco_name)
{
	project_id id = draft(c);
	const struct material_file files[] = {
		{ "a.png", material_png(c, 20, 10, 1) },
		{ "instances.json",
		  S("{\"images\":[{\"id\":1,\"file_name\":\"a.png\"}],\n\"annotations\":[],"
		    "\"categories\":[]}") },
	};

	material_import(c, id, "a.zip", material_zip(c, files, 2, true));
	WANT(str_find(record(c, id, 1).fields, S("\"file_name\":\"asset:"), &(size_t){ 0 }));
}

/* --- Label Studio --- */

#define STUDIO                                                                                     \
	"{\"blocks\":[{\"type\":\"markdown\",\"text\":\"{{text}}\"},"                              \
	"{\"type\":\"choice\",\"name\":\"mood\",\"label\":\"?\",\"options\":[\"good\",\"bad\"],"   \
	"\"required\":false},"                                                                     \
	"{\"type\":\"scale\",\"name\":\"stars\",\"label\":\"?\",\"min\":0,\"max\":4},"             \
	"{\"type\":\"pair\",\"name\":\"better\",\"label\":\"?\",\"options\":[\"x\",\"y\"]},"       \
	"{\"type\":\"spans\",\"name\":\"names\",\"label\":\"?\",\"text\":\"{{text}}\",\"labels\":" \
	"[\"PER\"],\"relations\":[\"knows\"]},"                                                    \
	"{\"type\":\"box\",\"name\":\"label_1\",\"label\":\"?\",\"src\":\"{{image}}\",\"labels\":" \
	"[\"Car\"]}]}"

TEST(intake, a_task_of_label_studio_is_its_data_and_the_first_annotation_that_counts)
{
	project_id id = draft(c);

	material_template(c, id, STUDIO);
	source_id file = material_upload(
		c, id, "tasks.json",
		S("[{\"id\":1,\"data\":{\"text\":\"Ann met Bob\",\"image\":\"http://h/i.jp"
		  "g\"}},\n"
		  "{\"id\":2,\"data\":{\"text\":\"Ann met Bob\",\"image\":\"http://h/i.jpg\","
		  "\"extra\":{\"k\":[1]}},\"annotations\":[{\"was_cancelled\":true,\"resul"
		  "t\":[]},"
		  "{\"was_cancelled\":false,\"result\":["
		  "{\"from_name\":\"mood\",\"type\":\"choices\",\"value\":{\"choices\":[\"go"
		  "od\"]}},"
		  "{\"from_name\":\"stars\",\"type\":\"rating\",\"value\":{\"rating\":3}},"
		  "{\"from_name\":\"better\",\"type\":\"pairwise\",\"value\":{\"selected\""
		  ":\"right\"}},"
		  "{\"id\":\"r1\",\"from_name\":\"names\",\"type\":\"labels\",\"value\":{\"s"
		  "tart\":8,"
		  "\"end\":11,\"text\":\"Bob\",\"labels\":[\"PER\"]}},"
		  "{\"id\":\"r2\",\"from_name\":\"names\",\"type\":\"labels\",\"value\":{\"s"
		  "tart\":0,"
		  "\"end\":3,\"labels\":[\"PER\"]}},"
		  "{\"type\":\"relation\",\"from_id\":\"r2\",\"to_id\":\"r1\",\"labels\":[\""
		  "knows\"]},"
		  "{\"from_name\":\"Label-1\",\"type\":\"rectanglelabels\",\"original_widt"
		  "h\":200,"
		  "\"original_height\":100,\"value\":{\"x\":12.13,\"y\":69.3,\"width\":27.6,"
		  "\"height\":21.32,\"rotation\":0,\"rectanglelabels\":[\"Car\"]}}]}]}]"));
	WANT_STR(S("labelstudio"), source(c, id, file).form);
	WANT_STR(S(""), faults(c, id, file));
	WANT_OK(intake_import_given(c, id, file, false, S("")));
	test_run_jobs(c);
	WANT_STR(S(""), faults(c, id, file));
	WANT_STR(S("{\"text\":\"Ann met Bob\",\"image\":\"http://h/i.jpg\",\"extra\":\"\"}"),
		 record(c, id, 1).fields);
	WANT_STR(S("{\"text\":\"Ann met Bob\",\"image\":\"http://h/i.jpg\",\"extra\":"
		   "\"{\\\"k\\\":[1]}\"}"),
		 record(c, id, 2).fields);
	WANT_STR(S("{\"mood\":\"good\",\"stars\":3,\"better\":\"y\",\"names\":{\"spans\":["
		   "{\"start\":0,\"end\":3,\"label\":\"PER\"},{\"start\":8,\"end\":11,\"label\":"
		   "\"PER\"}],\"relations\":[{\"from\":0,\"to\":1,\"label\":\"knows\"}]},"
		   "\"label_1\":{\"width\":200,\"height\":100,\"shapes\":[{\"label\":\"Car\","
		   "\"box\":[24.26,69.3,55.2,21.32]}]}}"),
		 record(c, id, 2).truth);
}

TEST(intake, what_label_studio_says_that_has_no_place_here_is_refused_by_name)
{
	static const struct {
		const char *region, *wanted;
	} want[] = {
		{ "{\"from_name\":\"b\",\"type\":\"ellipselabels\",\"value\":{}}",
		  "b: answers of the type ellipselabels are not known here" },
		{ "{\"from_name\":\"b\",\"type\":\"rectangle\",\"value\":{}}",
		  "b: a region does not say original_width and original_height" },
		{ "{\"from_name\":\"b\",\"type\":\"rectangle\",\"original_width\":9,"
		  "\"original_height\":9,\"value\":{\"x\":1,\"y\":1,\"width\":1,\"height\":1,"
		  "\"rotation\":30}}",
		  "b: turned boxes are not known here" },
		{ "{\"from_name\":\"b\",\"type\":\"rectangle\",\"original_width\":9,"
		  "\"original_height\":9,\"value\":{\"x\":\"1\"}}",
		  "b: the places of a rectangle are numbers in percent" },
		{ "{\"from_name\":\"b\",\"type\":\"rectangle\",\"original_width\":9,"
		  "\"original_height\":1e99,\"value\":{}}",
		  "b: a region does not say original_width and original_height" },
		{ "{\"from_name\":\"b\",\"type\":\"labels\",\"value\":{\"start\":\"/p[1]\"}}",
		  "b: start and end of a span are whole numbers of characters" },
		{ "{\"from_name\":\"b\",\"type\":\"choices\",\"value\":{\"choices\":[{}]}}",
		  "b: choices is neither a text nor a number" },
		{ "{\"from_name\":\"b\",\"type\":\"choices\",\"value\":{\"choices\":[\"a|b\"]}}",
		  "b: a value holds no |" },
		{ "{\"from_name\":\"b\",\"type\":\"taxonomy\",\"value\":{\"taxonomy\":[[\"a\"],"
		  "[\"b\"]]}}",
		  "b: one place in a taxonomy is known here" },
		{ "{\"from_name\":\"b\",\"type\":\"choices\",\"value\":7}",
		  "b: a region has a type and a value" },
		{ "{\"from_name\":\"b\",\"type\":\"number\",\"value\":{\"number\":1}},"
		  "{\"from_name\":\"b\",\"type\":\"rating\",\"value\":{\"rating\":1}}",
		  "b: its regions are of two types" },
	};
	project_id id = draft(c);

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		struct str file = str_format(
			c->mem,
			"[{\"data\":{\"a\":\"1\"}},\n\n{\"data\":{\"a\":\"2\"},\"annotations\":"
			"[{\"result\":[%s]}]},\n{\"data\":7},{\"data\":{\"\":1}}]",
			want[i].region);
		source_id one = material_upload(c, id, "a.json", file);

		WANT_STR(str_format(c->mem,
				    "3: %s\n4: there is no object of data, as in the first task\n"
				    "4: : a member has no name\n",
				    want[i].wanted),
			 faults(c, id, one));
	}
}

/* Upload two tasks, the second with these regions: the fault of its row. */
static struct str fault_of_regions(struct ctx *c, project_id id, struct str regions)
{
	struct str file = str_format(c->mem,
				     "[{\"data\":{\"a\":\"1\"}},{\"data\":{\"a\":\"2\"},"
				     "\"annotations\":[{\"result\":[%.*s]}]}]",
				     STR_ARG(regions));

	return faults(c, id, material_upload(c, id, "a.json", file));
}

#define NUMBER(name) "{\"from_name\":\"" name "\",\"type\":\"number\",\"value\":{\"number\":1}}"

TEST(intake, two_names_of_label_studio_that_become_one_field_make_a_bad_row)
{
	project_id id = draft(c);

	WANT_STR(S(""), fault_of_regions(c, id, S(NUMBER("a b") "," NUMBER("a-c"))));
	WANT_STR(S("1: a-b: there are two answers for the field a_b\n"),
		 fault_of_regions(c, id, S(NUMBER("a b") "," NUMBER("a-b"))));
}

TEST(intake, a_task_of_label_studio_has_at_most_two_thousand_regions)
{
	struct buf regions = buf_make(c->mem, 1 << 20);
	project_id id = draft(c);

	for (int i = 0; i < 2000; i++)
		buf_add(&regions, i > 0 ? S("," NUMBER("n")) : S(NUMBER("n")));
	WANT_STR(S(""), fault_of_regions(c, id, buf_str(&regions)));
	buf_add(&regions, S("," NUMBER("n")));
	WANT_STR(S("1: an annotation has more than 2000 regions\n"),
		 fault_of_regions(c, id, buf_str(&regions)));
}

/* --- exports of ours --- */

TEST(intake, an_export_of_ours_gives_its_records_and_results_back)
{
	project_id id = draft(c);

	material_template(c, id, STUDIO);
	source_id file = material_upload(
		c, id, "results.jsonl",
		S("{\"task\":1,\"gold\":false,\"fields\":{\"text\":\"t\",\"image\":\"i\"},"
		  "\"results\":{\"mood\":{\"value\":\"bad\",\"confidence\":1}}}\n"
		  "{\"task\":2,\"fields\":{\"text\":\"u\",\"image\":\"i\"},\"results\":{\"st"
		  "ars\":"
		  "{\"value\":4},\"mood\":{\"value\":null}}}\n{\"certificate\":[]}\n"));
	WANT_STR(S("3: this is a certificate, and no row\n"), faults(c, id, file));
	WANT_OK(intake_import_given(c, id, file, true, S("")));
	test_run_jobs(c);
	WANT_STR(S("{\"text\":\"t\",\"image\":\"i\"}"), record(c, id, 1).fields);
	WANT_STR(S("{\"mood\":\"bad\"}"), record(c, id, 1).truth);
	WANT_STR(S("{\"stars\":4}"), record(c, id, 2).truth);
}
