/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Any bytes as a file: the first byte says the form and the size of the pieces, and the
 * records must be the same as when the file is given whole; then a second reader goes
 * on behind each record and must end at the same place.
 *   build/fuzz/csv_fuzz -max_total_time=60 build/fuzz/csv tests/fuzz/corpus/csv
 */
#include "base/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const struct csv_limits limits = { .record_max = 200, .fields_max = 5 };

static void tell(struct buf *out, const struct csv_record *record)
{
	CHECK(record->from <= record->to);
	buf_format(out, "%lld %lld %lld %lld %s", (long long)record->number,
		   (long long)record->line, (long long)record->from, (long long)record->to,
		   record->bad == NULL ? "good" : record->bad);
	for (int i = 0; i < record->field_count; i++) {
		CHECK(str_is_utf8(record->field[i]));
		buf_format(out, " %zu:", record->field[i].len);
		buf_add(out, record->field[i]);
	}
	buf_add_char(out, '\n');
}

static struct str read_pieces(struct arena *mem, enum csv_form form, struct str file, size_t piece)
{
	struct csv_reader *reader = csv_reader_new(mem, form, limits);
	struct buf out = buf_make(mem, 64 << 20);
	struct csv_record record;
	const struct str *names;
	const char *bad;
	size_t at = 0;

	do {
		csv_feed(reader, str_cut(file, at, at + piece), at + piece >= file.len);
		while (csv_next(reader, &record))
			tell(&out, &record);
		at += piece;
	} while (at < file.len);

	int count = csv_header(reader, &names, &bad);

	for (int i = 0; i < count; i++)
		buf_format(&out, "%.*s|", STR_ARG(names[i]));
	buf_add(&out, str_of(bad));
	return buf_str(&out);
}

/* Everything behind the first `skip` records, as read by a reader that goes on there. */
static void go_on(struct arena *mem, enum csv_form form, struct str file, int64_t skip,
		  struct buf *out)
{
	struct csv_reader *reader = csv_reader_new(mem, form, limits);
	struct csv_record record = { 0 };
	const struct str *names;
	const char *bad;

	csv_feed(reader, file, true);
	for (int64_t i = 0; i < skip; i++)
		CHECK(csv_next(reader, &record));

	int count = csv_header(reader, &names, &bad);
	struct csv_reader *second = csv_reader_new(mem, form, limits);

	if (csv_offset(reader) > 0)
		csv_resume(second, names, count, csv_offset(reader), csv_line(reader),
			   record.number + 1);
	csv_feed(second, str_cut(file, (size_t)csv_offset(reader), file.len), true);
	while (csv_next(second, &record))
		tell(out, &record);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	if (len == 0 || len > 4000)
		return 0;

	struct arena *mem = arena_new(0);
	enum csv_form form = (enum csv_form)(bytes[0] % 6);
	size_t piece = 1 + bytes[0] / 6 % 40;
	struct str file = { (const char *)bytes + 1, len - 1 };
	struct str whole = read_pieces(mem, form, file, file.len + 1);
	struct buf all = buf_make(mem, 64 << 20), rest = buf_make(mem, 64 << 20);

	(void)csv_sniff(file, S(""));
	CHECK(str_eq(whole, read_pieces(mem, form, file, piece)));

	/* Half of the records, then the rest by another reader. */
	struct csv_reader *reader = csv_reader_new(mem, form, limits);
	struct csv_record record;
	int64_t count = 0;

	csv_feed(reader, file, true);
	while (csv_next(reader, &record))
		count++;
	reader = csv_reader_new(mem, form, limits);
	csv_feed(reader, file, true);
	for (int64_t i = 0; csv_next(reader, &record); i++)
		if (i >= count / 2)
			tell(&all, &record);
	if (count >= 2)
		go_on(mem, form, file, count / 2, &rest);
	CHECK(count < 2 || str_eq(buf_str(&all), buf_str(&rest)));
	arena_free(mem);
	return 0;
}
