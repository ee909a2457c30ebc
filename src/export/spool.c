/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A part of a file that is made beside the rest and comes behind it: on disk, so that memory does
 * not grow, under DATA/tmp and without a name from the start, so that nothing is left of it when
 * the process ends. Reading the tasks a second time was turned down: what is judged meanwhile
 * would be in one half of the file only.
 */
#include "export/export_in.h"

enum { PIECE = 64 * 1024 };

struct export_spool {
	struct os_file file;
	int64_t size, at;
};

enum err export_spool_open(struct ctx *c, struct export *e)
{
	struct export_spool *s = NEW(e->kept, struct export_spool);
	const char *folder = str_c(c->mem, str_format(c->mem, "%s/tmp", c->data));
	const char *path = str_c(c->mem, str_format(c->mem, "%s/export-%016llx", folder,
						    (unsigned long long)ctx_random(c)));

	s->file.fd = OS_FILE_NONE;
	e->spool = s;
	TRY(os_make_folder(c, folder));
	TRY(os_create(c, path, &s->file));
	return os_remove(c, path);
}

void export_spool_close(struct export_spool *s)
{
	os_close(&s->file);
}

enum err export_spool_add(struct ctx *c, struct export *e, struct str bytes)
{
	e->spool->size += (int64_t)bytes.len;
	return os_write(c, e->spool->file, bytes);
}

enum err export_spool_put(struct ctx *c, struct export *e, bool *more, struct buf *out)
{
	struct export_spool *s = e->spool;
	char *piece = arena_take(c->mem, PIECE);
	size_t got;

	TRY(os_read(c, s->file, s->at, piece, PIECE, &got));
	s->at += (int64_t)got;
	buf_add(out, (struct str){ piece, got });
	*more = s->at < s->size;
	return got > 0 || !*more ? OK : refuse(c, ERR_STORE, "a temporary file is cut");
}
