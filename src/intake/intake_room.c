/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What intake offers. */
#include "intake/api_in.h"
#include "intake/intake.sql.h"

#define SOURCE_VIEW                                                                               \
	"{id:id,name:text,form:text,state:(checking|checked|importing|imported|refused|undoing)," \
	"size:int,rows:int,bad:int,columns:[{name:text,type:(text|number|url|file),"              \
	"sample:text}],sample:[any],small:any,faults:[{line:int,row:int,reason:text}],"           \
	"gold_faults:[{row:int,reason:text}],done:real,"                                          \
	"records:int,gold:int,message:text?,created:time}"

#define IN(form, member) .offset = offsetof(struct form, member)
#define PROJECT_ID(form)                                                                 \
	{                                                                                \
		.name = "project", .place = WEB_PATH, .type = WEB_ID, IN(form, project), \
		.required = true, .about = "the project"                                 \
	}
#define SOURCE_ID                                                                             \
	{                                                                                     \
		.name = "source", .place = WEB_PATH, .type = WEB_ID, IN(source_form, source), \
		.required = true, .about = "the source"                                       \
	}

/* The most that is taken in one file. */
#define UPLOAD_MAX (INT64_C(4) << 30)

static const struct web_field upload_fields[] = {
	PROJECT_ID(upload_form),
	{ .name = "name",
	  .place = WEB_QUERY,
	  .type = WEB_TEXT,
	  IN(upload_form, name),
	  .required = true,
	  .min = 1,
	  .max = INTAKE_NAME_MAX,
	  .about = "what the file is called" },
	{ .name = "file",
	  .place = WEB_BODY,
	  .type = WEB_FILE,
	  IN(upload_form, file),
	  .required = true,
	  .max = UPLOAD_MAX,
	  .about = "CSV, TSV, JSON or JSON Lines, Label Studio's tasks, COCO, or a zip of pictures "
		   "with at most one of these" },
	{ 0 },
};

static const struct web_field project_fields[] = { PROJECT_ID(source_form), { 0 } };
static const struct web_field source_fields[] = { PROJECT_ID(source_form), SOURCE_ID, { 0 } };

static const struct web_field import_fields[] = {
	PROJECT_ID(source_form),
	SOURCE_ID,
	{ .name = "skip_bad",
	  .place = WEB_BODY,
	  .type = WEB_BOOL,
	  IN(source_form, skip_bad),
	  .about = "leave bad rows out; else one of them refuses the file" },
	{ .name = "given",
	  .place = WEB_BODY,
	  .type = WEB_BOOL,
	  IN(source_form, given),
	  .about = "take the answers that came with the file, in columns given_NAME, as known" },
	{ .name = "key",
	  .place = WEB_BODY,
	  .type = WEB_TEXT,
	  IN(source_form, key),
	  .max = INTAKE_COLUMN_MAX,
	  .about = "a column whose values may not repeat in the project" },
	{ 0 },
};

static const struct web_field preview_fields[] = {
	PROJECT_ID(preview_form),
	{ .name = "row",
	  .place = WEB_QUERY,
	  .type = WEB_INT,
	  IN(preview_form, row),
	  .min = 1,
	  .max = INT64_MAX,
	  .about = "which record, the first unless said" },
	{ 0 },
};

static const struct web_field try_fields[] = {
	PROJECT_ID(preview_form),
	{ .name = "template",
	  .place = WEB_BODY,
	  .type = WEB_VALUE,
	  IN(preview_form, template),
	  .required = true,
	  .max = KIND_TEMPLATE_MAX,
	  .about = "the blocks, or their JSON as a text" },
	{ .name = "instructions",
	  .place = WEB_BODY,
	  .type = WEB_TEXT,
	  IN(preview_form, instructions),
	  .max = KIND_TEXT_MAX,
	  .about = "markdown for workers; the project's own unless said",
	  .has = offsetof(struct preview_form, has_instructions) },
	{ .name = "row",
	  .place = WEB_BODY,
	  .type = WEB_INT,
	  IN(preview_form, row),
	  .min = 1,
	  .max = INT64_MAX,
	  .about = "which record, the first unless said" },
	{ 0 },
};

static const struct web_field labelling_fields[] = {
	{ .name = "xml",
	  .place = WEB_BODY,
	  .type = WEB_TEXT,
	  IN(labelling_form, xml),
	  .required = true,
	  .min = 1,
	  .max = KIND_TEMPLATE_MAX,
	  .about = "the configuration" },
	{ 0 },
};

enum { MAKERS = USER_REQUESTER | USER_REVIEWER | USER_MANAGER | USER_OPERATOR };

static const struct web_route routes[] = {
	{ WEB_POST, "/api/v1/projects/{project}/sources", MAKERS, WEB_WRITE, intake_upload_post,
	  .before = intake_upload_before, .fields = upload_fields,
	  .form_size = sizeof(struct upload_form), .view = SOURCE_VIEW,
	  .about = "Upload a file as the request's body; its check begins.", .spread = "project" },
	{ WEB_GET, "/api/v1/projects/{project}/sources", MAKERS, WEB_READ, intake_source_list_page,
	  .fields = project_fields, .form_size = sizeof(struct source_form),
	  .view = "{items:[" SOURCE_VIEW "]}", .about = "The files of a project." },
	{ WEB_GET, "/api/v1/projects/{project}/sources/{source}", MAKERS, WEB_READ,
	  intake_source_page, .fields = source_fields, .form_size = sizeof(struct source_form),
	  .view = SOURCE_VIEW,
	  .about = "One file: its columns, first rows and faults, and how far it is." },
	{ WEB_POST, "/api/v1/projects/{project}/sources/{source}/import", MAKERS, WEB_WRITE,
	  intake_import_post, .fields = import_fields, .form_size = sizeof(struct source_form),
	  .view = SOURCE_VIEW, .about = "Make records of a checked file: all of it or nothing.",
	  .spread = "project" },
	{ WEB_DELETE, "/api/v1/projects/{project}/sources/{source}", MAKERS, WEB_WRITE,
	  intake_source_delete, .fields = source_fields, .form_size = sizeof(struct source_form),
	  .about = "Take a file out of a draft, with its records.", .spread = "project" },
	{ WEB_DELETE, "/api/v1/projects/{project}", MAKERS, WEB_WRITE, intake_project_delete,
	  .fields = project_fields, .form_size = sizeof(struct source_form),
	  .about = "Delete a draft with all its files.", .spread = "project" },
	{ WEB_GET, "/api/v1/projects/{project}/preview", MAKERS, WEB_READ, intake_preview_page,
	  .fields = preview_fields, .form_size = sizeof(struct preview_form),
	  .view = "{page:{title:text,instructions:[any],blocks:[any]},rows:int}",
	  .about = "A task as a worker will see it." },
	{ WEB_POST, "/api/v1/projects/{project}/preview", MAKERS, WEB_READ, intake_preview_page,
	  .fields = try_fields, .form_size = sizeof(struct preview_form),
	  .view = "{page:{title:text,instructions:[any],blocks:[any]},rows:int}",
	  .about = "A task of your data as another template would make it; changes nothing.",
	  .body_max = 256 * 1024 },
	{ WEB_POST, "/api/v1/templates/labelstudio", MAKERS, WEB_READ, intake_labelling_post,
	  .fields = labelling_fields, .form_size = sizeof(struct labelling_form),
	  .view = "{ok:bool,template:any?,faults:[{path:text,message:text,line:int?}]}",
	  .about = "Label Studio's labelling configuration as a template; changes nothing.",
	  .body_max = 256 * 1024 },
	{ .path = NULL },
};

static const struct job_kind jobs[] = {
	{ "intake.check", intake_check_before, intake_check_job, 0,
	  "Looks at an uploaded file: rows, columns, faults." },
	{ "intake.import", intake_import_before, intake_import_job, 0,
	  "Makes records of a checked file." },
	{ "intake.known", intake_known_before, intake_known_job, 0,
	  "Compares a draft's known answers with its questions." },
	{ "intake.drop", NULL, intake_drop_job, 0, "Takes the records of a file out again." },
	{ 0 },
};

static const struct room_option import_options[] = {
	{ "project", true, false, NULL, "the project's number" },
	{ "folder", true, false, NULL, "a folder of pictures and at most one table, or a file" },
	{ "key", false, false, NULL, "a column whose values may not repeat" },
	{ "skip-bad", false, true, NULL, "leave bad rows out" },
	{ "given", false, true, NULL, "take the answers that came with the file as known" },
	{ 0 },
};

static const struct room_command commands[] = {
	{ "project import", import_options, intake_import_command, true, NULL,
	  "Check a file or folder and import it into a draft." },
	{ .name = "template labelstudio",
	  .run = intake_labelling_command,
	  .words = "FILE",
	  .about = "Print Label Studio's labelling configuration as a template" },
	{ 0 },
};

static const struct setting settings[] = {
	{ "intake.picture_max", "33554432", 1024, 268435456,
	  "Bytes of the largest picture in an archive." },
	{ "intake.media_max", "536870912", 1024, 1073741824,
	  "Bytes of the largest sound, video or PDF in an archive." },
	{ "intake.media_seconds", "60", 1, 3600,
	  "How long tessera-media may take for one file; after a second try it is refused." },
	{ "intake.media_memory_mib", "1024", 64, 65536,
	  "Memory that tessera-media and each program it runs may take, in MiB." },
	{ 0 },
};

static const struct room_invariant invariants[] = {
	{ "intake.records", &inv_intake_records_stmt,
	  "A source does not have the records that it counts." },
	{ "intake.counts", &inv_intake_counts_stmt,
	  "A project does not count its imported records." },
	{ "intake.assets", &inv_intake_assets_stmt,
	  "A source does not have the pictures, sounds and pages that were made clean for it." },
	{ "intake.orphan", &inv_intake_orphan_stmt, "A record belongs to no source." },
	{ 0 },
};

static enum err open_memory(struct ctx *c, struct arena *mem, void *state)
{
	struct intake_memory *memory = state;

	(void)mem;
	return intake_site_key(c, memory->key);
}

const struct room intake_room = {
	.name = "intake",
	.routes = routes,
	.jobs = jobs,
	.commands = commands,
	.settings = settings,
	.invariants = invariants,
	.state_size = sizeof(struct intake_memory),
	.state_open = open_memory,
	.about = "From an uploaded file to records: checked as a whole, imported as a whole.",
};
