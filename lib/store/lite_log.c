/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * SQLite's write-ahead log, written in few pieces.
 *
 * SQLite hands the log over frame by frame, in two calls each: a head of 24 bytes and a page. A
 * commit of the writer has some fifty of them, and each costs a system call. They lie one behind
 * the other, so the writer's connection gathers them and writes them at once when the log is
 * synced, which at synchronous=FULL every commit asks for before anybody is told of its frames.
 * Whoever looks at the file through this connection in between (reads, asks for its size, cuts it)
 * finds all written first. What is wrong with a write is told by the sync that it waited for, and
 * fails the commit as it should.
 *
 * What a transaction has left here that was taken back is dropped when the next one begins: by
 * then another program may have written its own frames in that place.
 *
 * The log's file is lent by SQLITE_FCNTL_JOURNAL_POINTER; its table of methods is replaced by one
 * that begins the struct below. A file system of our own (a VFS) was turned down: it would be
 * three times as much, for the sake of one file of one connection.
 */
#include "store/store_in.h"

#include <sqlite3.h>

/* SQLite's own unix file system writes at most 128 KiB less one byte at a time. */
enum { GATHER_MAX = 96 * 1024 };

struct lite_log {
	sqlite3_io_methods methods; /* first: what the file points at */
	const sqlite3_io_methods *real;
	int count;
	sqlite3_int64 at;
	char bytes[GATHER_MAX];
};

static struct lite_log *log_of(sqlite3_file *file)
{
	return (struct lite_log *)(uintptr_t)file->pMethods;
}

static int log_flush(sqlite3_file *file)
{
	struct lite_log *l = log_of(file);
	int count = l->count;

	l->count = 0;
	return count == 0 ? SQLITE_OK : l->real->xWrite(file, l->bytes, count, l->at);
}

static int log_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at)
{
	struct lite_log *l = log_of(file);
	int code = SQLITE_OK;

	if (l->count > 0 && (at != l->at + l->count || l->count + count > GATHER_MAX))
		code = log_flush(file);
	if (code != SQLITE_OK)
		return code;
	if (count > GATHER_MAX)
		return l->real->xWrite(file, bytes, count, at);
	if (l->count == 0)
		l->at = at;
	memcpy(l->bytes + l->count, bytes, (size_t)count);
	l->count += count;
	return SQLITE_OK;
}

static int log_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at)
{
	int code = log_flush(file);

	return code != SQLITE_OK ? code : log_of(file)->real->xRead(file, bytes, count, at);
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int code = log_flush(file);

	return code != SQLITE_OK ? code : log_of(file)->real->xTruncate(file, size);
}

static int log_sync(sqlite3_file *file, int flags)
{
	int code = log_flush(file);

	return code != SQLITE_OK ? code : log_of(file)->real->xSync(file, flags);
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size)
{
	int code = log_flush(file);

	return code != SQLITE_OK ? code : log_of(file)->real->xFileSize(file, size);
}

static int log_close(sqlite3_file *file)
{
	const sqlite3_io_methods *real = log_of(file)->real;
	int code = log_flush(file), closed = real->xClose(file);

	return code != SQLITE_OK ? code : closed;
}

void lite_log_drop(struct lite_log *l)
{
	l->count = 0;
}

struct lite_log *lite_log_gather(struct arena *mem, sqlite3 *db)
{
	sqlite3_file *file = NULL;

	/* The log's file is there from the first look at the data on. */
	if (sqlite3_exec(db, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL) !=
		    SQLITE_OK ||
	    sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK ||
	    file == NULL || file->pMethods == NULL)
		return NULL;
	/* Else frames are padded behind the sync, where they would stay unwritten. */
	if ((file->pMethods->xDeviceCharacteristics(file) & SQLITE_IOCAP_POWERSAFE_OVERWRITE) == 0)
		return NULL;
	struct lite_log *l = NEW(mem, struct lite_log);
	l->real = file->pMethods;
	l->methods = *l->real;
	l->methods.xWrite = log_write;
	l->methods.xRead = log_read;
	l->methods.xTruncate = log_truncate;
	l->methods.xSync = log_sync;
	l->methods.xFileSize = log_size;
	l->methods.xClose = log_close;
	file->pMethods = &l->methods;
	return l;
}
