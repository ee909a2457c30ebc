/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The one wrapper around libarchive: zip, or a file alone as its only entry, read in order, nothing
 * written to disk by it.
 * Entries that are no plain files (folders, links) are told as such and never followed.
 *
 * The library turns names into the thread's locale, so a UTF-8 one is set around each call.
 */
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdlib.h>
#include "intake/intake_in.h"
#include "media/media.h"

enum { BLOCK = 64 * 1024, START = 64 };

struct intake_archive {
	struct archive *lib;
	locale_t locale;
	struct str alone; /* what the only entry is called; empty in a zip */
};

static enum err is_alone(struct ctx *c, const char *path, bool *out)
{
	struct os_file file DEFER(os_close) = { OS_FILE_NONE };
	char start[START];
	size_t got;

	TRY(os_open_read(c, path, &file));
	TRY(os_read(c, file, 0, start, START, &got));
	*out = media_form_of((struct str){ start, got }) != 0;
	return OK;
}

enum err intake_archive_open(struct ctx *c, const char *path, struct str name,
			     struct intake_archive **out)
{
	struct intake_archive *a = NEW(c->mem, struct intake_archive);
	bool alone;

	TRY(is_alone(c, path, &alone));

	a->lib = archive_read_new();
	a->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	a->alone = alone ? name : (struct str){ 0 };
	*out = a;
	if (a->lib == NULL || a->locale == (locale_t)0)
		return refuse(c, ERR_STORE, "there is no memory for the archive");
	if ((alone ? archive_read_support_format_raw(a->lib) :
		     archive_read_support_format_zip(a->lib)) != ARCHIVE_OK ||
	    archive_read_open_filename(a->lib, path, BLOCK) != ARCHIVE_OK)
		return refuse(c, ERR_INPUT, "the file is no zip archive");
	return OK;
}

void intake_archive_close(struct intake_archive **archive)
{
	struct intake_archive *a = *archive;

	if (a == NULL)
		return;
	if (a->lib != NULL)
		archive_read_free(a->lib);
	if (a->locale != (locale_t)0)
		freelocale(a->locale);
	a->lib = NULL;
	a->locale = (locale_t)0;
}

enum err intake_archive_next(struct ctx *c, struct intake_archive *a, struct intake_entry *out,
			     bool *found)
{
	struct archive_entry *entry;
	locale_t before = uselocale(a->locale);
	int got = archive_read_next_header(a->lib, &entry);
	const char *name =
		got >= ARCHIVE_WARN && got != ARCHIVE_EOF ? archive_entry_pathname(entry) : NULL;

	uselocale(before);
	*found = got != ARCHIVE_EOF;
	if (got == ARCHIVE_EOF)
		return OK;
	if (got < ARCHIVE_WARN)
		return refuse(c, ERR_INPUT, "the archive is broken");
	*out = (struct intake_entry){
		.name = a->alone.len > 0 ? a->alone : str_copy(c->mem, str_of(name)),
		.is_file = archive_entry_filetype(entry) == AE_IFREG,
		.is_locked = archive_entry_is_encrypted(entry) != 0,
	};
	return OK;
}

enum err intake_archive_read(struct ctx *c, struct intake_archive *a, void *out, size_t max,
			     size_t *got)
{
	ssize_t bytes = archive_read_data(a->lib, out, max);

	if (bytes < 0)
		return refuse(c, ERR_INPUT, "the archive is broken");
	*got = (size_t)bytes;
	return OK;
}

/* --- packing --- */

struct packing {
	struct archive *lib;
	struct archive_entry *entry;
};

static void packing_done(struct packing *p)
{
	if (p->entry != NULL)
		archive_entry_free(p->entry);
	if (p->lib != NULL)
		archive_write_free(p->lib);
}

static enum err pack_bytes(struct ctx *c, struct packing *p, struct os_file file, int64_t size)
{
	char *piece = arena_take(c->mem, BLOCK);
	int64_t at = 0;
	size_t got;

	while (at < size) {
		TRY(os_read(c, file, at, piece, BLOCK, &got));
		if (got == 0 || archive_write_data(p->lib, piece, got) != (la_ssize_t)got)
			return refuse(c, ERR_STORE, "the archive cannot be written");
		at += (int64_t)got;
	}
	return OK;
}

static enum err pack_file(struct ctx *c, struct packing *p, const char *folder, struct str name)
{
	struct os_file file DEFER(os_close) = { OS_FILE_NONE };
	struct arena_mark mark = arena_mark(c->mem);
	const char *path = str_c(c->mem, str_format(c->mem, "%s/%.*s", folder, STR_ARG(name)));
	int64_t size;

	if (os_is_folder(path))
		return OK;
	TRY(os_open_read(c, path, &file));
	TRY(os_size(c, file, &size));
	archive_entry_clear(p->entry);
	archive_entry_set_pathname(p->entry, str_c(c->mem, name));
	archive_entry_set_size(p->entry, size);
	archive_entry_set_filetype(p->entry, AE_IFREG);
	archive_entry_set_perm(p->entry, 0600);
	if (archive_write_header(p->lib, p->entry) < ARCHIVE_WARN)
		return refuse(c, ERR_STORE, "the archive cannot be written");
	TRY(pack_bytes(c, p, file, size));
	arena_reset(c->mem, mark);
	return OK;
}

enum err intake_archive_pack(struct ctx *c, const char *folder, const char *path)
{
	struct packing p DEFER(packing_done) = { archive_write_new(), archive_entry_new() };
	struct str *names;
	size_t count;

	TRY(os_list(c, folder, &names, &count));
	if (p.lib == NULL || p.entry == NULL || archive_write_set_format_zip(p.lib) != ARCHIVE_OK ||
	    archive_write_zip_set_compression_store(p.lib) != ARCHIVE_OK ||
	    archive_write_open_filename(p.lib, path) != ARCHIVE_OK)
		return refuse(c, ERR_STORE, "the archive cannot be written");
	for (size_t i = 0; i < count; i++)
		TRY(pack_file(c, &p, folder, names[i]));
	if (archive_write_close(p.lib) != ARCHIVE_OK)
		return refuse(c, ERR_STORE, "the archive cannot be written");
	return OK;
}
