/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The check of a source: all of the file is looked at, in slices, before anything is imported.
 *
 * `before` reads a slice on a job thread and finds; the body writes what was found together
 * with the place where the next slice begins, guarded by the place where this one began. So a
 * slice that is run twice counts once, and a crash costs one slice.
 */
#include "intake/intake_in.h"
#include "intake/intake.sql.h"
#include "media/media.h"
#include "os/hash.h"

enum {
	SNIFF = 64 * 1024,
	SLICE_BYTES = 8 << 20,
	SLICE_ROWS = 50000,
	SLICE_ENTRIES = 100,
	SLICE_ASSETS = SLICE_ENTRIES + MEDIA_PAGES_MAX,
	SLICE_UNPACKED = 32 << 20,
	ENTRIES_MAX = 100000,
	PIECE = 64 * 1024,
	SAMPLE_TEXT_MAX = 1 << 19,
	ENTRIES_DONE = -1,
	SHAPE_ROWS = 10, /* by which a JSON file is known */
};

/* What an archive may unpack to: in any case this much, else so many times its size. */
#define UNPACK_ALWAYS (INT64_C(64) << 20)
#define UNPACK_TIMES 100

struct found_asset {
	struct str name, base, asset;
	int64_t width, height;
};

struct check {
	struct source_row s; /* as it will be */
	int64_t was_byte, was_entry;
	struct intake_columns columns;
	struct intake_fault_list faults;
	int64_t bad_before;
	struct found_asset *asset;
	int assets;
	struct media media; /* opens what is in an archive */
	bool media_is_open;
	project_id project;
	source_id source;
};

/* --- the end of a check --- */

static void refuse_file(struct check *k, struct str message)
{
	k->s.state = SOURCE_REFUSED;
	k->s.message = message;
}

static void finish(struct check *k)
{
	if (k->s.rows_seen == 0)
		refuse_file(k, S("there are no rows in it"));
	else if (k->s.bad + k->faults.seen >= k->s.rows_seen)
		refuse_file(k, k->faults.count > 0 ? k->faults.at[0].reason :
						     S("all rows in it are bad"));
	else
		k->s.state = SOURCE_CHECKED;
}

/* --- what is it? --- */

static bool is_table_name(struct str name)
{
	static const char *const endings[] = {
		".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json"
	};

	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		struct str ending = str_of(endings[i]);

		if (name.len > ending.len && !str_find(name, S("/"), &(size_t){ 0 }) &&
		    str_eq_nocase(str_cut(name, name.len - ending.len, name.len), ending))
			return true;
	}
	return false;
}

static enum err sniff(struct ctx *c, struct check *k)
{
	struct os_file file DEFER(os_close) = { OS_FILE_NONE };
	char *start = arena_take(c->mem, SNIFF);
	size_t got;

	TRY(os_open_read(c, intake_path(c, k->s.sha256), &file));
	TRY(os_read(c, file, 0, start, SNIFF, &got));
	struct str text = { start, got };
	/* One picture, sound, video or PDF is opened as the only entry of a zip is. */
	if (str_starts(text, S("PK\x03\x04")) || str_starts(text, S("PK\x05\x06")) ||
	    media_form_of(text) != 0) {
		k->s.form = S("zip");
		if (is_table_name(k->s.name) && media_form_of(text) != 0)
			refuse_file(k, S("this is a picture, sound, video or PDF under the name of "
					 "a table"));
		return OK;
	}
	k->s.form = S("csv");
	if (str_starts(text, S("\x1f\x8b")) || str_starts(text, S("7z\xbc\xaf")) ||
	    str_starts(text, S("Rar!"))) {
		refuse_file(k, S("this is no CSV, TSV, JSON or zip file"));
		return OK;
	}
	enum csv_form form = csv_sniff(text, k->s.name);
	k->s.reader = (int64_t)form;
	k->s.form = form == CSV_TAB ? S("tsv") : S("csv");
	if (form == CSV_JSONL || form == CSV_JSON)
		k->s.form = form == CSV_JSONL ? S("jsonl") : S("json");
	k->s.table_sha = k->s.sha256;
	k->s.table_size = k->s.size;
	return OK;
}

/* --- tables --- */

static void add_sample(struct ctx *c, struct check *k, const struct csv_record *r)
{
	struct json out = json_make(c->mem, SAMPLE_TEXT_MAX);
	struct json_value *list;
	struct json_fault fault;

	CHECK(json_read(c->mem, k->s.sample, &list, &fault));
	if (list->count >= INTAKE_SAMPLE_ROWS)
		return;
	json_list(&out);
	for (const struct json_value *v = list->first; v != NULL; v = v->next)
		json_put_value(&out, v);
	json_object(&out);
	for (int i = 0; i < k->columns.count && i < r->field_count; i++) {
		json_key_str(&out, k->columns.at[i].name);
		json_put_text(&out, intake_cut(r->field[i], INTAKE_SAMPLE_CELL_MAX));
	}
	json_object_end(&out);
	json_list_end(&out);
	k->s.sample = json_end(&out);
}

/* The header stands: keep its names, or refuse the file. False when nothing more can be done. */
static bool see_header(struct ctx *c, struct check *k, const struct intake_table *t)
{
	const struct str *names;
	const char *bad = NULL;
	int count = csv_header(t->reader, &names, &bad);

	if (bad != NULL) {
		refuse_file(k, str_copy(c->mem, str_of(bad)));
		return false;
	}
	if (count > 0 && k->columns.count == 0 &&
	    !intake_columns_name(c->mem, names, count, &k->columns, &bad)) {
		refuse_file(k, str_of(bad));
		return false;
	}
	return true;
}

static void see_row(struct ctx *c, struct check *k, const struct csv_record *r)
{
	k->s.rows_seen++;
	for (int i = 0; r->bad == NULL && i < r->field_count; i++)
		if (!kind_is_clean(r->field[i])) {
			intake_fault_add(c->mem, &k->faults, r->line, r->number,
					 S("there is a control character inside"));
			return;
		}
	if (r->bad != NULL) {
		intake_fault_add(c->mem, &k->faults, r->line, r->number, str_of(r->bad));
		return;
	}
	for (int i = 0; i < k->columns.count && i < r->field_count; i++)
		intake_column_see(c->mem, &k->columns.at[i], r->field[i], k->s.assets > 0);
	if (k->s.rows_seen - k->s.bad - k->faults.seen <= INTAKE_SAMPLE_ROWS)
		add_sample(c, k, r);
}

/* An object that ends in its first line is COCO's only if it has both lists. */
static bool may_be_coco(const struct json_value *first)
{
	return first == NULL || (json_is(json_get(first, S("images")), JSON_LIST) &&
				 json_is(json_get(first, S("annotations")), JSON_LIST));
}

/*
 * What most of the first whole objects are, all are: one that is odd or broken in front does not
 * decide for the others. Of the very first one `*coco` says whether it may be all there is.
 */
static enum err most_are(struct ctx *c, struct intake_table *t, enum intake_shape *out, bool *coco)
{
	int seen[SHAPE_STUDIO + 1] = { 0 }, whole = 0;
	bool found = true;

	*out = SHAPE_PLAIN;
	*coco = true;
	for (int rows = 0; rows < SHAPE_ROWS; rows++) {
		struct csv_record r = { .bad = NULL };

		TRY(intake_table_next(c, t, &r, &found));
		if (!found)
			break;
		if (rows == 0)
			*coco = may_be_coco(r.object);
		if (r.object == NULL)
			continue;
		enum intake_shape shape = intake_shape_of(r.object);
		seen[shape]++;
		*out = whole++ == 0 ? shape : *out;
	}
	for (int shape = 0; shape <= SHAPE_STUDIO; shape++)
		if (seen[shape] > seen[*out])
			*out = (enum intake_shape)shape;
	return OK;
}

/* The first objects tell what they are; one object alone may be COCO's. */
static enum err see_shape(struct ctx *c, struct check *k)
{
	enum csv_form form = intake_reader_form(k->s.reader);
	struct intake_table t DEFER(intake_table_close) = { .file = { OS_FILE_NONE } };
	struct intake_columns none = { .count = 0 };
	struct intake_place start = { 0, 1, 1 };
	enum intake_shape shape;
	struct intake_coco coco;
	bool may_be;

	if (form != CSV_JSONL && form != CSV_JSON)
		return OK;
	/* As if it were shaped: then no columns are made of the first object. */
	TRY(intake_table_open(c, k->s.table_sha, intake_reader(form, SHAPE_COCO), &none, false,
			      start, &t));
	TRY(most_are(c, &t, &shape, &may_be));
	k->s.reader = intake_reader(form, shape);
	if (shape == SHAPE_STUDIO)
		k->s.form = S("labelstudio");
	if (form != CSV_JSONL || !may_be)
		return OK;
	TRY(intake_coco_convert(c, k->s.table_sha, &k->faults, &coco));
	if (coco.sha256.len == 0)
		return OK;
	k->s.form = S("coco");
	k->s.rows_seen += coco.bad;
	k->s.table_sha = coco.sha256;
	k->s.table_size = coco.size;
	k->s.reader = intake_reader(CSV_JSONL, SHAPE_COCO);
	return OK;
}

static enum err check_table(struct ctx *c, struct check *k)
{
	struct intake_table t DEFER(intake_table_close) = { .file = { OS_FILE_NONE } };
	struct intake_place from = { k->s.at_byte, k->s.at_line, k->s.at_row };
	struct csv_record r;
	bool found = true;
	int rows = 0;

	if (k->s.at_byte == 0)
		TRY(see_shape(c, k));
	TRY(intake_table_open(c, k->s.table_sha, k->s.reader, &k->columns, true, from, &t));
	while (found && rows < SLICE_ROWS && t.read <= SLICE_BYTES) {
		TRY(intake_table_next(c, &t, &r, &found));
		if (!see_header(c, k, &t))
			return OK;
		if (!found)
			break;
		see_row(c, k, &r);
		k->s.at_row = r.number + 1;
		rows++;
	}
	k->s.at_byte = csv_offset(t.reader);
	k->s.at_line = csv_line(t.reader);
	if (!found)
		finish(k);
	return OK;
}

/* --- archives --- */

static struct str base_of(struct str name)
{
	struct str head, rest = name;

	while (str_split(rest, '/', &head, &rest))
		;
	return rest;
}

/* What systems put into archives by themselves. */
static bool is_litter(struct str name)
{
	struct str base = base_of(name);

	return str_starts(name, S("__MACOSX/")) || str_starts(base, S("._")) ||
	       str_eq(base, S(".DS_Store")) || str_eq_nocase(base, S("Thumbs.db")) ||
	       str_eq_nocase(base, S("desktop.ini"));
}

static void bad_entry(struct ctx *c, struct check *k, struct str name, const char *why)
{
	struct str reason =
		str_format(c->mem, "%.*s %s", STR_ARG(intake_cut(name, INTAKE_NAME_MAX)), why);

	k->s.rows_seen++;
	intake_fault_add(c->mem, &k->faults, 0, k->s.at_entry, reason);
}

/* Count what came out; false when it is more than an honest archive holds. */
static bool may_unpack(struct check *k, size_t bytes)
{
	int64_t most = k->s.size * UNPACK_TIMES;

	k->s.unpacked += (int64_t)bytes;
	if (k->s.unpacked <= UNPACK_ALWAYS || k->s.unpacked <= most)
		return true;
	refuse_file(k, S("the archive unpacks to far more than it is"));
	return false;
}

static enum err copy_entry(struct ctx *c, struct check *k, struct intake_archive *a,
			   struct os_file file, struct hash *hash)
{
	char *piece = arena_take(c->mem, PIECE);
	size_t got;

	k->s.table_size = 0;
	for (;;) {
		TRY(intake_archive_read(c, a, piece, PIECE, &got));
		if (got == 0 || !may_unpack(k, got))
			return OK;
		if (k->s.table_size == 0)
			k->s.reader =
				(int64_t)csv_sniff((struct str){ piece, got }, k->s.table_name);
		k->s.table_size += (int64_t)got;
		hash_add(hash, piece, got);
		TRY(os_write(c, file, (struct str){ piece, got }));
	}
}

static enum err take_table(struct ctx *c, struct check *k, struct intake_archive *a,
			   struct str name)
{
	struct os_file file DEFER(os_close) = { OS_FILE_NONE };
	const char *path;

	if (k->s.table_sha.len > 0) {
		refuse_file(k, S("there are two tables in it, and it is not said which is meant"));
		return OK;
	}
	k->s.table_name = name;
	TRY(intake_temporary(c, &path));
	TRY(os_create(c, path, &file));
	struct hash *hash = hash_start(c->mem);
	enum err err = copy_entry(c, k, a, file, hash);
	struct str sum = hash_end(hash); /* in any case: it holds more than memory of ours */
	if (err != OK || k->s.state == SOURCE_REFUSED) {
		struct ctx after = *c;

		after.refusal = (struct refusal){ 0 };
		(void)!os_remove(&after, path); /* what is told is why it was not copied */
		return err;
	}
	k->s.table_sha = text_hex(c->mem, sum.at, sum.len);
	return intake_keep(c, path, k->s.table_sha);
}

/* --- pictures, sound, video, pages --- */

/* Where an entry is unpacked to, and what is made of it; all of them are gone at the end. */
struct parts {
	struct ctx ctx; /* to tidy up with */
	const char *raw, *clean, *small;
};

static void parts_remove(struct parts *p)
{
	const char *const paths[] = { p->raw, p->clean, p->small };

	p->ctx.refusal = (struct refusal){ 0 };
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (paths[i] != NULL)
			(void)!os_remove(&p->ctx, paths[i]);
}

/* All of an entry into a file, or with `*why` set only its start, which tells what it is. */
static enum err unpack(struct ctx *c, struct check *k, struct intake_archive *a, const char *path,
		       enum media_form *form, const char **why)
{
	struct os_file file DEFER(os_close) = { OS_FILE_NONE };
	char *piece = arena_take(c->mem, PIECE);
	int64_t most = 0, size = 0;
	size_t got;

	TRY(os_create(c, path, &file));
	for (;;) {
		TRY(intake_archive_read(c, a, piece, PIECE, &got));
		if (size == 0) {
			*why = got == 0 ? "is empty" :
					  "is no JPEG, PNG, GIF, WebP, WAV, MP3, Ogg, FLAC, "
					  "MPEG-4, WebM or PDF";
			*form = media_form_of((struct str){ piece, got });
			if (*form == 0)
				return OK;
			most = setting_number(c, media_form_is_picture(*form) ?
							 "intake.picture_max" :
							 "intake.media_max");
			*why = NULL;
		}
		if (got == 0 || !may_unpack(k, got))
			return OK;
		size += (int64_t)got;
		if (size > most) {
			*why = "is larger than is taken here";
			return OK;
		}
		TRY(os_write(c, file, (struct str){ piece, got }));
	}
}

/* What a picture says of itself is looked at first: most that are broken cost no process. */
static enum err look_at(struct ctx *c, const char *path, enum media_form form, const char **why)
{
	struct arena_mark mark = arena_mark(c->mem);
	struct intake_image image;
	struct str bytes;

	if (!media_form_is_picture(form))
		return OK;
	TRY(os_slurp(c, path, (size_t)setting_number(c, "intake.picture_max"), &bytes));
	if (intake_image_read(bytes, &image, why))
		*why = NULL;
	arena_reset(c->mem, mark);
	return OK;
}

/* What was made of the entry becomes an asset of the source. */
static enum err add_asset(struct ctx *c, struct check *k, const struct parts *p, struct str name,
			  const struct media_said *said)
{
	struct str sha256;

	TRY(intake_keep_clean(c, p->clean, p->small, &sha256));
	CHECK(k->assets < SLICE_ASSETS);
	k->asset[k->assets++] = (struct found_asset){
		.name = name,
		.base = base_of(name),
		.asset = str_format(c->mem, "%.*s.%s", STR_ARG(sha256),
				    media_form_ending((enum media_form)said->form)),
		.width = said->width,
		.height = said->height,
	};
	k->s.assets++;
	return OK;
}

static enum err is_known(struct ctx *c, const struct check *k, struct str name, bool *out)
{
	struct source_asset_get row;

	*out = false;
	for (int i = 0; i < k->assets; i++)
		if (str_eq(k->asset[i].name, name))
			*out = true;
	if (*out)
		return OK;
	return source_asset_get(c, k->project, k->source, name, &row, out);
}

/* Opened when the first file wants it. That it is not there is no fault of the file. */
static enum err need_media(struct ctx *c, struct check *k)
{
	struct ctx look = *c;

	if (k->media_is_open)
		return OK;
	enum err err = media_open(&look, setting_number(c, "intake.media_seconds"),
				  setting_number(c, "intake.media_memory_mib"), &k->media);
	if (err != OK)
		return refuse(c, ERR_STORE, "%.*s", STR_ARG(look.refusal.message));
	k->media_is_open = true;
	return OK;
}

/* One asset of most files; of a PDF one for each page, with its number when there are several. */
static enum err make_assets(struct ctx *c, struct check *k, const struct parts *p,
			    enum media_form form, struct str name, const char **why)
{
	struct media_said said = { .pages = 1 };
	bool known;

	TRY(need_media(c, k));
	for (int page = 1; page == 1 || page <= said.pages; page++) {
		struct str title = name;

		TRY(media_make(c, &k->media, p->raw, form, page, p->clean, p->small, &said, why));
		if (*why != NULL)
			return OK;
		if (said.pages > 1) {
			title = str_format(c->mem, "%.*s#%d", STR_ARG(name), page);
			TRY(is_known(c, k, title, &known));
			if (known) {
				*why = "is there twice";
				return OK;
			}
		}
		TRY(add_asset(c, k, p, title, &said));
	}
	return OK;
}

static enum err take_asset(struct ctx *c, struct check *k, struct intake_archive *a,
			   struct str name)
{
	struct parts p DEFER(parts_remove) = { .ctx = *c };
	int before = k->assets;
	enum media_form form;
	const char *why;
	bool known;

	TRY(intake_temporary(c, &p.raw));
	TRY(intake_temporary(c, &p.clean));
	TRY(intake_temporary(c, &p.small));
	TRY(unpack(c, k, a, p.raw, &form, &why));
	if (k->s.state == SOURCE_REFUSED)
		return OK;
	TRY(is_known(c, k, name, &known));
	if (known)
		why = "is there twice";
	if (why == NULL)
		TRY(look_at(c, p.raw, form, &why));
	if (why == NULL)
		TRY(make_assets(c, k, &p, form, name, &why));
	if (why != NULL) {
		k->s.assets -= k->assets - before;
		k->assets = before;
		bad_entry(c, k, name, why);
	}
	return OK;
}

static enum err check_entry(struct ctx *c, struct check *k, struct intake_archive *a,
			    const struct intake_entry *entry)
{
	struct str name = entry->name;

	if (entry->is_locked) {
		refuse_file(k, S("the archive is locked with a password"));
		return OK;
	}
	if (k->s.at_entry > ENTRIES_MAX) {
		refuse_file(k, S("the archive has more than 100000 entries"));
		return OK;
	}
	if (!entry->is_file || is_litter(name))
		return OK;
	if (name.len == 0 || name.len > INTAKE_NAME_MAX || !kind_is_plain(name)) {
		bad_entry(c, k, S("an entry"), "has no proper name");
		return OK;
	}
	if (is_table_name(name))
		return take_table(c, k, a, name);
	return take_asset(c, k, a, name);
}

static enum err check_archive(struct ctx *c, struct check *k)
{
	struct intake_archive *a DEFER(intake_archive_close) = NULL;
	int64_t unpacked = k->s.unpacked;
	struct intake_entry entry;
	bool found = true;

	k->asset = NEW_MANY(c->mem, struct found_asset, SLICE_ASSETS);
	TRY(intake_archive_open(c, intake_path(c, k->s.sha256), k->s.name, &a));
	for (int64_t i = 0; found && i < k->s.at_entry; i++) {
		struct arena_mark mark = arena_mark(c->mem);

		TRY(intake_archive_next(c, a, &entry, &found));
		arena_reset(c->mem, mark);
	}
	for (int i = 0; i < SLICE_ENTRIES && k->assets < SLICE_ENTRIES &&
			k->s.unpacked - unpacked < SLICE_UNPACKED;
	     i++) {
		TRY(intake_archive_next(c, a, &entry, &found));
		if (!found)
			break;
		k->s.at_entry++;
		TRY(check_entry(c, k, a, &entry));
		if (k->s.state == SOURCE_REFUSED)
			return OK;
	}
	if (!found)
		k->s.at_entry = ENTRIES_DONE;
	return OK;
}

/* Pictures and the like alone: each is a row of two columns. Runs when all are in the store. */
static enum err finish_pictures(struct ctx *c, struct check *k)
{
	const char *names[] = { "file", "image" };
	struct source_asset_list *rows;
	struct json out = json_make(c->mem, SAMPLE_TEXT_MAX);
	size_t count;

	k->s.form = S("images");
	k->s.rows_seen += k->s.assets;
	k->columns = (struct intake_columns){ NEW_MANY(c->mem, struct intake_column, 2), 2 };
	TRY(source_asset_list(c, k->project, k->source, S(""), INTAKE_SAMPLE_ROWS, &rows, &count));
	if (count > 0 && !intake_is_picture(rows[0].asset))
		names[1] = "media";
	json_list(&out);
	for (size_t i = 0; i < count; i++) {
		json_object(&out);
		json_text_of(&out, "file", rows[i].name);
		json_text_of(&out, names[1], rows[i].name);
		json_object_end(&out);
	}
	json_list_end(&out);
	k->s.sample = json_end(&out);
	for (int i = 0; i < 2; i++)
		k->columns.at[i] = (struct intake_column){
			.name = str_of(names[i]),
			.filled = k->s.assets,
			.can_be = i == 1 ? COLUMN_ASSET : 0,
			.sample = count > 0 ? rows[0].name : S(""),
		};
	finish(k);
	if (k->s.state != SOURCE_REFUSED || k->faults.count > 0)
		return OK;
	/* What is wrong with the first was found a slice before. */
	struct source_fault_list *told;
	TRY(source_fault_list(c, k->project, k->source, FAULTS_CHECK, FAULTS_CHECK, &told, &count));
	if (count > 0)
		refuse_file(k, told[0].reason);
	return OK;
}

/* --- the job --- */

static enum err check_slice(struct ctx *c, struct check *k)
{
	if (k->s.form.len == 0)
		TRY(sniff(c, k));
	if (k->s.state == SOURCE_REFUSED)
		return OK;
	bool zip = str_eq(k->s.form, S("zip"));
	if (zip && k->s.at_entry != ENTRIES_DONE)
		return check_archive(c, k);
	if (zip && k->s.table_sha.len == 0)
		return finish_pictures(c, k);
	return check_table(c, k);
}

enum err intake_check_before(struct ctx *c, struct job *job)
{
	struct check *k = NEW(c->mem, struct check);
	struct ctx look = *c;
	bool found;

	k->project = (project_id){ job->key };
	k->source = (source_id){ job->part };
	job->prepared = NULL;
	TRY(source_row(c, k->project, k->source, &k->s, &found));
	if (!found || k->s.state != SOURCE_CHECKING)
		return OK;
	k->was_byte = k->s.at_byte;
	k->was_entry = k->s.at_entry;
	k->bad_before = k->s.bad;
	k->faults = intake_faults_make(c->mem);
	k->columns = intake_columns_read(c->mem, k->s.columns);
	k->columns.at = intake_columns_room(c->mem, &k->columns);
	/* What is wrong with the file is told in its source; other refusals are this job's. */
	enum err err = check_slice(&look, k);
	media_close(&k->media);
	if (err == ERR_INPUT)
		refuse_file(k, look.refusal.message);
	else if (err != OK)
		return refuse(c, err, "%.*s", STR_ARG(look.refusal.message));
	job->prepared = k;
	return OK;
}

enum err intake_check_job(struct ctx *c, struct job *job)
{
	const struct check *k = job->prepared;
	int64_t changed;

	if (k == NULL)
		return OK;
	TRY(source_check_step(c, k->project, k->source, k->was_byte, k->was_entry, k->s.form,
			      k->s.state, k->s.table_name, k->s.table_sha, k->s.table_size,
			      k->s.assets, k->s.unpacked, k->s.reader, k->s.rows_seen,
			      k->s.bad + k->faults.seen, intake_columns_text(c->mem, &k->columns),
			      k->s.sample, k->s.message, k->s.at_byte, k->s.at_line, k->s.at_row,
			      k->s.at_entry, &changed));
	if (changed == 0)
		return OK; /* this slice was counted before, or the source is gone */
	TRY(intake_faults_keep(c, k->project, k->source, FAULTS_CHECK, k->bad_before, &k->faults));
	for (int i = 0; i < k->assets; i++) {
		TRY(source_asset_add(c, k->project, k->source, k->asset[i].name, k->asset[i].base,
				     k->asset[i].asset, k->asset[i].width, k->asset[i].height,
				     &changed));
		if (changed == 0)
			return refuse(c, ERR_CONFLICT, "%.*s is there twice",
				      STR_ARG(k->asset[i].name));
	}
	if (k->s.state == SOURCE_CHECKING)
		return job_again(c, job);
	return OK;
}
