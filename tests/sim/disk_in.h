/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the disk and its VFS share. */
#ifndef TESTS_SIM_DISK_IN_H
#define TESTS_SIM_DISK_IN_H
#include <sqlite3.h>
#include "tests/sim/disk.h"

struct disk_bytes {
	char *at;
	size_t len, size;
};

enum { DISK_SHM_REGIONS = 64 };

struct disk_file {
	char name[DISK_NAME_MAX];
	bool there;
	int handles;
	struct disk_bytes bytes;
	/* Who has which lock: SQLite's levels, and the eight slots of a log's index. */
	int shared;
	const void *reserved, *pending, *exclusive;
	int shm_shared[SQLITE_SHM_NLOCK];
	const void *shm_exclusive[SQLITE_SHM_NLOCK];
	void *shm[DISK_SHM_REGIONS];
};

struct disk {
	sqlite3_vfs vfs;
	sqlite3_vfs *before;  /* the default that it takes the place of */
	struct os_lock *lock; /* of everything below */
	struct disk_file file[DISK_FILES_MAX];
	int files;
	uint64_t chance;
	bool recording;
	struct disk_image *base; /* where the log begins */
	struct disk_op *op;
	size_t ops, ops_size;
	struct disk_bytes written;
	enum disk_trouble trouble; /* now */
	enum disk_trouble asked;
	int on;
	int64_t wait, times;
	bool met;
};

struct disk_file *disk_file_at(struct disk *, const char *name);
void disk_bytes_write(struct disk_bytes *, int64_t at, const void *from, size_t len);
void disk_bytes_cut(struct disk_bytes *, int64_t len);
void disk_log(struct disk *, enum disk_op_type, const struct disk_file *, int64_t at,
	      struct str bytes);
/* What this call meets; the caller has the lock. */
enum disk_trouble disk_meet(struct disk *, int on);
void disk_shm_drop(struct disk_file *);

#endif
