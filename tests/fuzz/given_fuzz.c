/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Any JSON as a task of Label Studio's, an export of ours, or a labelling configuration (the first
 * byte says which): a row is bad with a reason or has clean cells, and a template is refused or is
 * one.
 *   build/fuzz/given_fuzz -max_total_time=60 build/fuzz/given tests/fuzz/corpus/given
 */
#include "intake/intake_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void row(struct arena *mem, struct str text, enum intake_shape shape)
{
	struct intake_columns columns = { NEW_MANY(mem, struct intake_column, INTAKE_COLUMNS_MAX),
					  0 };
	struct intake_row row = { .mem = mem, .kept = mem, .columns = &columns, .grows = true };
	struct json_value *object;
	struct json_fault fault;

	if (!json_read(mem, text, &object, &fault) || object->type != JSON_OBJECT)
		return;
	row.cell = NEW_MANY(mem, struct str, INTAKE_COLUMNS_MAX);
	(void)intake_shape_of(object);
	if (shape == SHAPE_STUDIO)
		intake_studio_row(&row, object);
	else
		intake_ours_row(&row, object);
	CHECK(row.bad == NULL || str_is_utf8(str_of(row.bad)));
	CHECK(columns.count <= INTAKE_COLUMNS_MAX);
	for (int i = 0; row.bad == NULL && i < columns.count; i++)
		CHECK(str_is_utf8(row.cell[i]) && kind_is_plain(columns.at[i].name));
}

static void labelling(struct arena *mem, struct str text)
{
	struct kind_faults f = kind_faults_make(mem, S("")), none = kind_faults_make(mem, S(""));
	struct kind_template read;
	struct str template;

	if (!intake_labelling_read(&f, text, &template)) {
		CHECK(f.count > 0);
		return;
	}
	CHECK(kind_template_read(&none, template, &read) && read.field_count > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	if (len == 0 || len > 8000)
		return 0;

	struct arena *mem = arena_new(0);
	struct str text = { (const char *)bytes + 1, len - 1 };

	if (bytes[0] % 3 == 2)
		labelling(mem, text);
	else
		row(mem, text, bytes[0] % 3 == 1 ? SHAPE_STUDIO : SHAPE_OURS);
	arena_free(mem);
	return 0;
}
