/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The one wrapper around zlib, for reading. Its own buffer and state are its own memory. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include "model/read_in.h"

enum { BUFFER = 1 << 17 };

struct gzip {
	gzFile file;
	int64_t size;
};

enum err gzip_open(struct ctx *c, const char *path, struct gzip **out)
{
	const bool is_input = strcmp(path, "-") == 0;
	struct stat about;
	const int fd = is_input ? dup(0) : open(path, O_RDONLY | O_CLOEXEC);

	*out = NULL;
	if (fd < 0)
		return refuse(c, ERR_MISSING, "%s cannot be opened: %s", path, strerror(errno));

	gzFile file = gzdopen(fd, "rb");

	if (file == NULL) {
		close(fd);
		return refuse(c, ERR_STORE, "there is no memory to read %s", path);
	}
	gzbuffer(file, BUFFER);
	*out = NEW(c->mem, struct gzip);
	(*out)->file = file;
	(*out)->size = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) ? about.st_size : -1;
	return OK;
}

enum err gzip_read(struct ctx *c, struct gzip *g, void *out, size_t max, size_t *got)
{
	int code, bytes = gzread(g->file, out, (unsigned)max);
	const char *what = gzerror(g->file, &code);

	if (bytes < 0)
		return refuse(c, ERR_INPUT, "the file cannot be read: %s", what);
	if (bytes == 0 && code == Z_BUF_ERROR)
		return refuse(c, ERR_INPUT, "the compressed file ends too early");
	*got = (size_t)bytes;
	return OK;
}

int64_t gzip_size(const struct gzip *g)
{
	return g->size;
}

int64_t gzip_at(const struct gzip *g)
{
	return gzoffset(g->file);
}

void gzip_close(struct gzip **g)
{
	if (*g != NULL)
		gzclose((*g)->file);
	*g = NULL;
}
