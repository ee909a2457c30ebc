/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The steps are told in material.h. Zip and PNG are written by hand, so that they can be wrong. */
#include <zlib.h>
#include "tests/material.h"
#include "ledger/ledger.h"
#include "os/hash.h"
#include "project/project_in.h"

user_id material_requester(struct ctx *c, const char *email, org_id *org)
{
	struct user_new new = { .name = S("Rita"),
				.email = str_of(email),
				.roles = USER_REQUESTER };
	user_id id;

	WANT_OK(user_add(c, &new, &id));
	c->actor = (struct actor){ .id = id.v, .roles = USER_REQUESTER, .via = S("session") };
	WANT_OK(org_add(c, S("Rita's"), id, org));
	return id;
}

project_id material_project(struct ctx *c, org_id org)
{
	project_id id;

	WANT_OK(project_new(c, org, S("Cells"), &id));
	return id;
}

void material_template(struct ctx *c, project_id id, const char *json)
{
	struct project_edit edit = { .id = id, .has_template = true };
	struct json_value *value;
	struct json_fault fault;

	WANT(json_read(c->mem, str_of(json), &value, &fault));
	edit.template = value;
	WANT_OK(project_change(c, &edit));
}

source_id material_upload(struct ctx *c, project_id project, const char *name, struct str bytes)
{
	struct str hash = hash_sha256(c->mem, bytes), hex = text_hex(c->mem, hash.at, hash.len);
	struct str folder = str_format(c->mem, "%s/tmp", c->data);
	struct str path = str_format(c->mem, "%s/tmp/upload", c->data);
	struct os_file file = { OS_FILE_NONE };
	source_id source;

	WANT_OK(os_make_folder(c, str_c(c->mem, folder)));
	WANT_OK(os_create(c, str_c(c->mem, path), &file));
	WANT_OK(os_write(c, file, bytes));
	os_close(&file);
	WANT_OK(intake_keep(c, str_c(c->mem, path), hex));
	WANT_OK(intake_add(c, project, str_of(name), hex, (int64_t)bytes.len, &source));
	test_run_jobs(c);
	return source;
}

source_id material_import(struct ctx *c, project_id project, const char *name, struct str bytes)
{
	source_id source = material_upload(c, project, name, bytes);

	WANT_OK(intake_import(c, project, source, false, S("")));
	test_run_jobs(c);
	return source;
}

/* A budget on its whole way, from a deposit of that size into the escrow. */
static void material_pay(struct ctx *c, const struct project *p, money total)
{
	struct ledger_parcel parcel = { .account = { p->org.v },
					.escrow = { p->id.v },
					.amount = total };
	struct account_line out[] = { { ACCOUNT_AVAILABLE, { -total.minor } },
				      { ACCOUNT_SENT, total } };
	struct escrow_line in[] = { { ESCROW_RESERVED, total }, { ESCROW_RECV, { -total.minor } } };
	bool fresh;

	if (total.minor == 0)
		return;
	parcel.transfer = str_format(c->mem, "fund:%lld:1", (long long)p->id.v);
	WANT_OK(ledger_deposit(c, parcel.account, total, parcel.transfer, &fresh));
	WANT_OK(ledger_account_post(c, parcel.account, parcel.transfer, out, 2, &fresh));
	WANT_OK(ledger_account_send(c, &parcel));
	WANT_OK(ledger_escrow_post(c, parcel.escrow, parcel.transfer, in, 2, &fresh));
	WANT_OK(ledger_account_arrived(c, parcel.account, parcel.transfer));
}

void material_open(struct ctx *c, project_id id, int64_t redundancy)
{
	struct project_funding f = {
		.redundancy = redundancy,
		.gold_redundancy = 5,
		.unit = { 6 },
		.reward = { 5 },
		.fee = { 1 },
	};
	struct project_state state;
	struct project p;
	bool moved;

	WANT_OK(project_get(c, id, &p));
	WANT_OK(project_state_get(c, id, &state));
	f.revision = p.revision;
	f.records = state.records;
	f.gold = state.gold;
	f.places = (f.records - f.gold) * redundancy + f.gold * f.gold_redundancy;
	WANT_OK(project_fund(c, id, &f, &moved));
	WANT(moved);
	material_pay(c, &p, (money){ f.places * f.unit.minor });
	test_run_jobs(c);
	WANT_OK(project_state_get(c, id, &state));
	WANT_I64(PROJECT_OPEN, state.state);
}

/* --- zip --- */

static void little(struct buf *out, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_add_char(out, (char)(value >> (8 * i) & 0xff));
}

static struct str deflated(struct ctx *c, struct str bytes)
{
	z_stream z = { 0 };
	size_t max = bytes.len + bytes.len / 100 + 1000;
	char *out = arena_take(c->mem, max);

	WANT(deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) == Z_OK);
	z.next_in = (unsigned char *)(uintptr_t)bytes.at;
	z.avail_in = (unsigned)bytes.len;
	z.next_out = (unsigned char *)out;
	z.avail_out = (unsigned)max;
	WANT(deflate(&z, Z_FINISH) == Z_STREAM_END);
	struct str got = { out, max - z.avail_out };
	deflateEnd(&z);
	return got;
}

/* What the local header and the directory have in common. */
static void zip_entry(struct buf *out, const struct material_file *f, struct str stored,
		      bool packed)
{
	little(out, 20, 2);
	little(out, 0x800, 2); /* names are UTF-8 */
	little(out, packed ? 8 : 0, 2);
	little(out, 0, 4);
	little(out, crc32(0, (const unsigned char *)f->bytes.at, (unsigned)f->bytes.len), 4);
	little(out, stored.len, 4);
	little(out, f->bytes.len, 4);
	little(out, strlen(f->name), 2);
	little(out, 0, 2);
}

struct str material_zip(struct ctx *c, const struct material_file *files, int count, bool packed)
{
	struct buf out = buf_make(c->mem, 64 << 20), directory = buf_make(c->mem, 1 << 20);

	for (int i = 0; i < count; i++) {
		struct str stored = packed ? deflated(c, files[i].bytes) : files[i].bytes;
		size_t at = out.len;

		little(&out, 0x04034b50, 4);
		zip_entry(&out, &files[i], stored, packed);
		buf_add(&out, str_of(files[i].name));
		buf_add(&out, stored);
		little(&directory, 0x02014b50, 4);
		little(&directory, 0x0314, 2);
		zip_entry(&directory, &files[i], stored, packed);
		little(&directory, 0, 2);
		little(&directory, 0, 4);
		little(&directory, (uint64_t)0100600 << 16, 4);
		little(&directory, at, 4);
		buf_add(&directory, str_of(files[i].name));
	}
	size_t at = out.len;
	buf_add(&out, buf_str(&directory));
	little(&out, 0x06054b50, 4);
	little(&out, 0, 4);
	little(&out, (uint64_t)count, 2);
	little(&out, (uint64_t)count, 2);
	little(&out, directory.len, 4);
	little(&out, at, 4);
	little(&out, 0, 2);
	return buf_str(&out);
}

/* --- PNG --- */

static void big(struct buf *out, uint64_t value)
{
	for (int i = 3; i >= 0; i--)
		buf_add_char(out, (char)(value >> (8 * i) & 0xff));
}

static void png_chunk(struct ctx *c, struct buf *out, const char *type, struct str bytes)
{
	struct buf all = buf_make(c->mem, bytes.len + 4);

	buf_add(&all, str_of(type));
	buf_add(&all, bytes);
	struct str both = buf_str(&all);
	big(out, bytes.len);
	buf_add(out, both);
	big(out, crc32(0, (const unsigned char *)both.at, (unsigned)both.len));
}

struct str material_png(struct ctx *c, int width, int height, int salt)
{
	struct buf out = buf_make(c->mem, 1 << 20), head = buf_make(c->mem, 100);
	struct buf salted = buf_make(c->mem, 100);
	/* Of sizes that are refused by their header alone the pixels do not matter. */
	bool drawn = (int64_t)width * height <= 1 << 20;
	size_t len = drawn ? (size_t)(width + 1) * (size_t)height + 2 : 4096;
	unsigned char *pixels = arena_take(c->mem, len);
	uLongf packed_len = compressBound(len);
	unsigned char *packed = arena_take(c->mem, packed_len);

	big(&head, (uint64_t)width);
	big(&head, (uint64_t)height);
	buf_add(&head, (struct str){ "\x08\x00\x00\x00\x00", 5 });
	memset(pixels, 0, len);
	pixels[1] = (unsigned char)salt;
	WANT(compress(packed, &packed_len, pixels, len - (drawn ? 2 : 0)) == Z_OK);
	buf_format(&salted, "salt%c%d", 0, salt);
	buf_add(&out, S("\x89PNG\r\n\x1a\n"));
	png_chunk(c, &out, "IHDR", buf_str(&head));
	png_chunk(c, &out, "tEXt", buf_str(&salted));
	png_chunk(c, &out, "IDAT", (struct str){ (const char *)packed, packed_len });
	png_chunk(c, &out, "IEND", S(""));
	return buf_str(&out);
}
