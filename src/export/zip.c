/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A zip file that streams (APPNOTE.TXT 6.3.10, https://pkware.com/appnote). A file is small and
 * whole before it is written, so its head says its sum and sizes, and readers that stream can use
 * it. The directory at the end goes to disk meanwhile (spool.c): memory grows by a hash of each
 * name alone, so that no two are the same. From 65,535 files or 4 GiB on there are the longer
 * records of ZIP64. libarchive, which reads our zips, was turned down here: it keeps the directory,
 * and 1,000,000 files took 440 MiB.
 */
#include <zlib.h>
#include "export/export_in.h"

enum { NAME_MAX_BYTES = 200, SEEN_FIRST = 1024, STORED = 0, DEFLATED = 8, UTF8_NAMES = 0x800 };
enum { VERSION = 20, VERSION_64 = 45, MADE_ON_UNIX = 3 << 8 };
#define PLAIN_FILE ((uint64_t)0100644 << 16)
#define MOST_32 UINT64_C(0xffffffff)

struct export_zip {
	z_stream deflate;
	bool has_deflate;
	uint64_t offset, files;
	uint64_t directory, directory_size; /* where it begins; its length */
	uint64_t time, date;		    /* as DOS has them */
	struct arena *mem, *other;	    /* of `seen`, in turns */
	uint64_t *seen;			    /* hashes of names, open addressing; 0 is free */
	size_t seen_size, seen_count;
};

static void put(struct buf *out, uint64_t number, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_add_char(out, (char)(number >> (8 * i)));
}

void export_zip_close(struct export_zip *z)
{
	if (z->has_deflate)
		(void)deflateEnd(&z->deflate);
	z->has_deflate = false;
}

/* The digits [from, to) of "2026-11-21T09:30:00.000Z". */
static uint64_t part(struct str text, size_t from, size_t to)
{
	int64_t number = 0;

	CHECK(num_i64(str_cut(text, from, to), 0, 9999, &number));
	return (uint64_t)number;
}

enum err export_zip_open(struct ctx *c, struct export *e)
{
	struct export_zip *z = NEW(e->kept, struct export_zip);
	struct str now = usec_text(c->mem, c->now);

	e->zip = z;
	z->time = part(now, 11, 13) << 11 | part(now, 14, 16) << 5 | part(now, 17, 19) / 2;
	z->date = (part(now, 0, 4) - 1980) << 9 | part(now, 5, 7) << 5 | part(now, 8, 10);
	z->mem = arena_under(e->kept, 0);
	z->other = arena_under(e->kept, 0);
	z->seen_size = SEEN_FIRST;
	z->seen = NEW_MANY(z->mem, uint64_t, z->seen_size);
	z->has_deflate = deflateInit2(&z->deflate, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8,
				      Z_DEFAULT_STRATEGY) == Z_OK;
	if (!z->has_deflate)
		return refuse(c, ERR_STORE, "there is no memory for the archive");
	return export_spool_open(c, e);
}

/* --- a file --- */

/* In the form that is shorter. */
static struct str packed(struct ctx *c, struct export_zip *z, struct str bytes, uint64_t *method)
{
	size_t room = deflateBound(&z->deflate, bytes.len);
	char *out = arena_take(c->mem, room);

	(void)deflateReset(&z->deflate);
	z->deflate.next_in = (unsigned char *)(uintptr_t)bytes.at;
	z->deflate.avail_in = (uInt)bytes.len;
	z->deflate.next_out = (unsigned char *)out;
	z->deflate.avail_out = (uInt)room;
	bool whole = deflate(&z->deflate, Z_FINISH) == Z_STREAM_END;
	size_t len = room - z->deflate.avail_out;
	*method = whole && len < bytes.len ? DEFLATED : STORED;
	return *method == DEFLATED ? (struct str){ out, len } : bytes;
}

/* What the heads in front of a file and in the directory have in common. */
static void put_common(const struct export_zip *z, uint64_t method, uint64_t sum, struct str shut,
		       struct str bytes, struct str name, struct buf *out)
{
	put(out, UTF8_NAMES, 2);
	put(out, method, 2);
	put(out, z->time, 2);
	put(out, z->date, 2);
	put(out, sum, 4);
	put(out, shut.len, 4);
	put(out, bytes.len, 4);
	put(out, name.len, 2);
}

enum err export_zip_put(struct ctx *c, struct export *e, struct str name, struct str bytes,
			struct buf *out)
{
	struct export_zip *z = e->zip;
	struct buf entry = buf_make(c->mem, 4096);
	uint64_t method, sum = crc32(0, (const unsigned char *)bytes.at, (uInt)bytes.len);
	struct str shut = packed(c, z, bytes, &method);
	bool is_far = z->offset >= MOST_32;
	size_t from = out->len;

	put(out, 0x04034b50, 4);
	put(out, VERSION, 2);
	put_common(z, method, sum, shut, bytes, name, out);
	put(out, 0, 2);
	buf_add(out, name);
	buf_add(out, shut);
	put(&entry, 0x02014b50, 4);
	put(&entry, MADE_ON_UNIX | (is_far ? VERSION_64 : VERSION), 2);
	put(&entry, is_far ? VERSION_64 : VERSION, 2);
	put_common(z, method, sum, shut, bytes, name, &entry);
	put(&entry, is_far ? 12 : 0, 2);
	put(&entry, 0, 6); /* comment, disk, kind */
	put(&entry, PLAIN_FILE, 4);
	put(&entry, is_far ? MOST_32 : z->offset, 4);
	buf_add(&entry, name);
	if (is_far) {
		put(&entry, 1, 2);
		put(&entry, 8, 2);
		put(&entry, z->offset, 8);
	}
	z->offset += out->len - from;
	z->directory_size += entry.len;
	z->files++;
	return export_spool_add(c, e, buf_str(&entry));
}

/* --- the end --- */

static uint64_t most(uint64_t number, uint64_t max)
{
	return number < max ? number : max;
}

static void put_end(const struct export_zip *z, struct buf *out)
{
	uint64_t end = z->directory + z->directory_size;

	if (z->files >= 0xffff || end >= MOST_32) {
		put(out, 0x06064b50, 4);
		put(out, 44, 8);
		put(out, MADE_ON_UNIX | VERSION_64, 2);
		put(out, VERSION_64, 2);
		put(out, 0, 8);
		put(out, z->files, 8);
		put(out, z->files, 8);
		put(out, z->directory_size, 8);
		put(out, z->directory, 8);
		put(out, 0x07064b50, 4);
		put(out, 0, 4);
		put(out, end, 8);
		put(out, 1, 4);
	}
	put(out, 0x06054b50, 4);
	put(out, 0, 4);
	put(out, most(z->files, 0xffff), 2);
	put(out, most(z->files, 0xffff), 2);
	put(out, most(z->directory_size, MOST_32), 4);
	put(out, most(z->directory, MOST_32), 4);
	put(out, 0, 2);
}

enum err export_zip_end(struct ctx *c, struct export *e, struct buf *out)
{
	struct buf left = buf_make(c->mem, 1 << 20);

	for (int i = 0; i < e->left_count && !e->more_end; i++)
		buf_format(&left, "%.*s\n", STR_ARG(e->left[i]));
	if (left.len > 0)
		TRY(export_zip_put(c, e, S("LEFT_OUT.txt"), buf_str(&left), out));
	if (!e->more_end)
		e->zip->directory = e->zip->offset;
	TRY(export_spool_put(c, e, &e->more_end, out));
	if (!e->more_end)
		put_end(e->zip, out);
	return OK;
}

/* --- names --- */

static bool see(uint64_t *seen, size_t size, uint64_t hash)
{
	size_t at = hash & (size - 1);

	while (seen[at] != 0 && seen[at] != hash)
		at = (at + 1) & (size - 1);
	bool fresh = seen[at] == 0;
	seen[at] = hash;
	return fresh;
}

/* False: it was there before (or, once in 2^64 names, another of the same hash). */
static bool is_fresh(struct export_zip *z, struct str name)
{
	uint64_t hash = str_hash(name);

	hash = hash == 0 ? 1 : hash;
	if (2 * z->seen_count >= z->seen_size) {
		struct arena *before = z->mem;
		uint64_t *more = NEW_MANY(z->other, uint64_t, 2 * z->seen_size);

		for (size_t i = 0; i < z->seen_size; i++)
			if (z->seen[i] != 0)
				(void)see(more, 2 * z->seen_size, z->seen[i]);
		z->mem = z->other;
		z->other = before;
		arena_clear(before);
		z->seen = more;
		z->seen_size *= 2;
	}
	bool fresh = see(z->seen, z->seen_size, hash);
	z->seen_count += fresh;
	return fresh;
}

/* The path of an address without its host and what follows ? or #. */
static struct str path_of(struct str name)
{
	struct str head, rest;

	if (str_starts(name, S("http://")) || str_starts(name, S("https://"))) {
		(void)str_split(name, '/', &head, &rest);
		(void)str_split(rest, '/', &head, &rest);
		name = str_split(rest, '/', &head, &rest) ? rest : S("");
		name = str_split(name, '?', &head, &rest) ? head : name;
		name = str_split(name, '#', &head, &rest) ? head : name;
	}
	return name;
}

/* What stands for a part of a path: no drive, nothing that is no name on some system. */
static void add_part(struct buf *out, struct str part)
{
	if (part.len == 0 || str_eq(part, S(".")) || str_eq(part, S("..")))
		return;
	if (out->len > 0)
		buf_add_char(out, '/');
	for (size_t i = 0; i < part.len; i++) {
		char c = part.at[i];
		bool odd = (unsigned char)c < 0x20 || c == 0x7f || strchr("\\:*?\"<>|", c) != NULL;

		buf_add_char(out, odd ? '_' : c);
	}
}

/* Without the ending of its last part. */
static struct str stem_of(struct str name)
{
	for (size_t i = name.len; i > 0 && name.at[i - 1] != '/'; i--)
		if (name.at[i - 1] == '.' && i > 1 && name.at[i - 2] != '/')
			return str_cut(name, 0, i - 1);
	return name;
}

struct str export_zip_name(struct ctx *c, struct export *e, const char *folder, struct str picture,
			   const char *ending, int64_t task)
{
	struct buf clean = buf_make(c->mem, 4096);
	struct str part, rest = path_of(picture);

	while (str_split(rest, '/', &part, &rest))
		add_part(&clean, part);
	add_part(&clean, rest);
	struct str stem = stem_of(buf_str(&clean));
	/* Cut between characters; then most likely no longer the only one of its name. */
	if (stem.len > NAME_MAX_BYTES) {
		size_t len = NAME_MAX_BYTES;

		while (len > 0 && ((unsigned char)stem.at[len] & 0xc0) == 0x80)
			len--;
		stem = str_cut(stem, 0, len);
	}
	struct str name = str_format(c->mem, "%s/%.*s.%s", folder, STR_ARG(stem), ending);
	if (stem.len > 0 && !str_starts(picture, S("asset:")) && is_fresh(e->zip, name))
		return name;
	name = str_format(c->mem, "%s/%.*s-%lld.%s", folder, STR_ARG(stem), (long long)task,
			  ending);
	(void)is_fresh(e->zip, name);
	return name;
}
