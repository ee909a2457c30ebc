/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Files. What the kernel says becomes a refusal here and nowhere else.
 *
 * Messages name the last part of a path only: they may reach people who have
 * no business with the folders of this machine.
 */
#include "base/crash.h"
#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

static enum err say(struct ctx *c, int error, const char *path)
{
	const char *name = last_part(path);

	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return refuse(c, ERR_MISSING, "there is no %s", name);
	case EEXIST:
		return refuse(c, ERR_CONFLICT, "%s is there already", name);
	case ENOTEMPTY:
		return refuse(c, ERR_CONFLICT, "%s is not empty", name);
	case ENOSPC:
	case EDQUOT:
		return refuse(c, ERR_STORE, "the disk is full");
	case EACCES:
	case EPERM:
	case EROFS:
		return refuse(c, ERR_STORE, "%s may not be touched by this process", name);
	default:
		return refuse(c, ERR_STORE, "%s cannot be used: %s", name, strerrordesc_np(error));
	}
}

static enum err open_as(struct ctx *c, const char *path, int flags, int mode, struct os_file *out)
{
	int fd;

	do {
		fd = open(path, flags | O_CLOEXEC, (mode_t)mode);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return say(c, errno, path);
	out->fd = fd;
	return OK;
}

enum err os_open_read(struct ctx *c, const char *path, struct os_file *out)
{
	return open_as(c, path, O_RDONLY, 0, out);
}

enum err os_create(struct ctx *c, const char *path, struct os_file *out)
{
	return open_as(c, path, O_RDWR | O_CREAT | O_EXCL, 0600, out);
}

enum err os_write(struct ctx *c, struct os_file file, struct str bytes)
{
	while (bytes.len > 0) {
		ssize_t wrote = write(file.fd, bytes.at, bytes.len);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return say(c, errno, "the file");
		bytes = str_cut(bytes, (size_t)wrote, bytes.len);
	}
	return OK;
}

enum err os_read(struct ctx *c, struct os_file file, int64_t at, void *out, size_t max, size_t *got)
{
	size_t sum = 0;

	while (sum < max) {
		ssize_t bytes = pread(file.fd, (char *)out + sum, max - sum, at + (int64_t)sum);

		if (bytes < 0 && errno == EINTR)
			continue;
		if (bytes < 0)
			return say(c, errno, "the file");
		if (bytes == 0)
			break;
		sum += (size_t)bytes;
	}
	*got = sum;
	return OK;
}

enum err os_size(struct ctx *c, struct os_file file, int64_t *out)
{
	struct stat about;

	if (fstat(file.fd, &about) != 0)
		return say(c, errno, "the file");
	*out = about.st_size;
	return OK;
}

enum err os_sync(struct ctx *c, struct os_file file)
{
	CRASH_HERE("before-fsync");
	if (fsync(file.fd) != 0)
		return say(c, errno, "the file");
	CRASH_HERE("after-fsync");
	return OK;
}

void os_close(struct os_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = OS_FILE_NONE;
}

enum err os_slurp(struct ctx *c, const char *path, size_t max, struct str *out)
{
	struct os_file file DEFER(os_close) = { OS_FILE_NONE };
	int64_t size;
	size_t got;

	TRY(os_open_read(c, path, &file));
	TRY(os_size(c, file, &size));

	/* Files of /proc tell no size, and any may grow: one byte more shows that it did. */
	if (size > 0 && (uint64_t)size > max)
		return refuse(c, ERR_LIMIT, "%s is longer than %zu bytes", last_part(path), max);

	size_t unknown = max < 65536 ? max : 65536;
	size_t room = size > 0 ? (size_t)size : unknown;
	char *at = arena_take(c->mem, room + 1);

	TRY(os_read(c, file, 0, at, room + 1, &got));
	if (got > room)
		return refuse(c, ERR_LIMIT, "%s is longer than %zu bytes", last_part(path), room);
	*out = (struct str){ at, got };
	return OK;
}

/* The folder that `path` lies in. */
static struct str folder_of(const char *path)
{
	struct str whole = str_of(path);
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return S(".");
	return slash == path ? S("/") : str_cut(whole, 0, (size_t)(slash - path));
}

/* A name is on the disk only when its folder is. */
static enum err sync_folder(struct ctx *c, const char *path)
{
	struct os_file folder DEFER(os_close) = { OS_FILE_NONE };
	const char *name = str_c(c->mem, folder_of(path));

	TRY(open_as(c, name, O_RDONLY | O_DIRECTORY, 0, &folder));
	return os_sync(c, folder);
}

static enum err write_beside(struct ctx *c, const char *beside, struct str bytes, int mode)
{
	struct os_file file DEFER(os_close) = { OS_FILE_NONE };

	TRY(os_create(c, beside, &file));
	if (fchmod(file.fd, (mode_t)mode) != 0)
		return say(c, errno, beside);
	TRY(os_write(c, file, bytes));
	return os_sync(c, file);
}

enum err os_replace(struct ctx *c, const char *path, struct str bytes, int mode)
{
	uint64_t mark = ctx_random(c);
	struct str beside = str_format(c->mem, "%s.%016llx", path, (unsigned long long)mark);
	enum err err = write_beside(c, beside.at, bytes, mode);

	CRASH_HERE("before-replace");
	if (err == OK && rename(beside.at, path) != 0)
		err = say(c, errno, path);
	if (err != OK) {
		unlink(beside.at);
		return err;
	}
	return sync_folder(c, path);
}

enum err os_put_once(struct ctx *c, const char *path, struct str bytes, int mode)
{
	uint64_t mark = ctx_random(c);
	struct str beside = str_format(c->mem, "%s.%016llx", path, (unsigned long long)mark);
	enum err err = write_beside(c, beside.at, bytes, mode);

	/* A link, unlike a rename, does not take the place of another. */
	if (err == OK && link(beside.at, path) != 0 && errno != EEXIST)
		err = say(c, errno, path);
	unlink(beside.at);
	return err != OK ? err : sync_folder(c, path);
}

enum err os_rename(struct ctx *c, const char *from, const char *to)
{
	CRASH_HERE("before-rename");
	if (rename(from, to) != 0)
		return say(c, errno, errno == ENOENT ? from : to);
	CRASH_HERE("after-rename");
	TRY(sync_folder(c, to));
	return str_eq(folder_of(from), folder_of(to)) ? OK : sync_folder(c, from);
}

enum err os_make_folder(struct ctx *c, const char *path)
{
	struct stat about;
	struct str whole = str_of(path);

	/* Each part of the path in turn, from the top. */
	for (size_t len = 1; len <= whole.len; len++) {
		if (len < whole.len && path[len] != '/')
			continue;

		const char *part = str_c(c->mem, str_cut(whole, 0, len));

		if (mkdir(part, 0700) == 0)
			TRY(sync_folder(c, part));
		else if (errno != EEXIST)
			return say(c, errno, part);
	}
	if (stat(path, &about) != 0)
		return say(c, errno, path);
	if (!S_ISDIR(about.st_mode))
		return refuse(c, ERR_CONFLICT, "%s is there already and is no folder",
			      last_part(path));
	return OK;
}

enum err os_remove(struct ctx *c, const char *path)
{
	if (remove(path) != 0 && errno != ENOENT)
		return say(c, errno, path);
	return OK;
}

static void close_folder(DIR **folder)
{
	if (*folder != NULL)
		closedir(*folder);
}

static int by_bytes(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

enum err os_list(struct ctx *c, const char *path, struct str **names, size_t *count)
{
	DIR *folder DEFER(close_folder) = opendir(path);
	size_t used = 0, size = 64;

	if (folder == NULL)
		return say(c, errno, path);

	struct str *list = NEW_MANY(c->mem, struct str, size);

	for (;;) {
		errno = 0;

		const struct dirent *entry = readdir(folder);

		if (entry == NULL)
			break;

		struct str name = str_of(entry->d_name);

		if (str_eq(name, S(".")) || str_eq(name, S("..")))
			continue;
		if (used == size) {
			struct str *wider = NEW_MANY(c->mem, struct str, 2 * size);

			memcpy(wider, list, used * sizeof(*list));
			list = wider;
			size *= 2;
		}
		list[used++] = str_copy(c->mem, name);
	}
	if (errno != 0)
		return say(c, errno, path);
	qsort(list, used, sizeof(*list), by_bytes);
	*names = list;
	*count = used;
	return OK;
}

enum err os_remove_folder(struct ctx *c, const char *path)
{
	struct str *names;
	size_t count;

	if (!os_is_folder(path))
		return OK;
	TRY(os_list(c, path, &names, &count));
	for (size_t i = 0; i < count; i++)
		TRY(os_remove(c, str_c(c->mem,
				       str_format(c->mem, "%s/%.*s", path, STR_ARG(names[i])))));
	return os_remove(c, path);
}

bool os_is_folder(const char *path)
{
	struct stat about;

	return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

bool os_is_file(const char *path)
{
	struct stat about;

	return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}
