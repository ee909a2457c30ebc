/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * disk: a pretend disk for SQLite, on which the power can go.
 *
 * Files live in memory, behind a VFS that is the process's default while the disk stands. Its
 * chance is seeded and its sleep takes no time, so what SQLite does repeats to the byte. Any
 * number of connections, of one process, may use it, from any thread.
 *
 * Every change is kept in a log with its bytes. From the log the disk can say what a machine
 * would find that lost its power at any moment of it: what was synced is there; of what was
 * written to a file since its last sync each sector of 512 bytes may be there or not, and so
 * may each truncation. The -shm file is memory: it is gone with the process. Not told: a disk
 * that lies about its syncs; creating and removing a file count as durable at once.
 *
 * SQLite is told, as its own VFS for Linux tells it, that a write changes no byte beside it even
 * when the power goes (SQLITE_IOCAP_POWERSAFE_OVERWRITE), and the tearing keeps to that.
 */
#ifndef TESTS_SIM_DISK_H
#define TESTS_SIM_DISK_H
#include "base/base.h"
#include "os/os.h"

struct disk;

/* One at a time; `disk_free` gives the process its old VFS back. */
struct disk *disk_new(struct arena *);
void disk_free(struct disk *);
/* From now on SQLite draws its chance (the salt of a log, say) from here. */
void disk_seed(struct disk *, uint64_t seed);

/* --- what went on --- */
enum disk_op_type { DISK_WRITE, DISK_TRUNCATE, DISK_SYNC, DISK_REMOVE, DISK_MARK };
enum { DISK_NAME_MAX = 64, DISK_FILES_MAX = 8, DISK_SECTOR = 512 };

struct disk_op {
	enum disk_op_type type;
	int file;      /* its number; names are kept for the life of the disk */
	int64_t at;    /* of a write; the new length; a mark's number */
	size_t len;    /* of a write */
	size_t offset; /* of its bytes in the log */
};
/* Begin the log anew: what is there now is durable. */
void disk_record(struct disk *);
/* A word of the test in the log: so much has been promised. */
void disk_mark(struct disk *, int64_t number);
size_t disk_ops(const struct disk *, const struct disk_op **);
const char *disk_file_name(const struct disk *, int file);

/* --- states of the whole disk --- */
struct disk_image;
struct disk_image *disk_image_now(struct disk *); /* as kill -9 leaves it */
/*
 * As a loss of power leaves it that comes after `ops` operations of the log. `dice` tears what is
 * pending: all of it is lost in a quarter of the cases, none in a tenth, else each sector by a
 * probability of its own. NULL: all of it is lost.
 */
struct disk_image *disk_image_cut(struct disk *, size_t ops, struct dice *);
/* The disk is as it was then; nobody may have a file open. The log stays, recording ends. */
void disk_image_put(struct disk *, const struct disk_image *);
void disk_image_free(struct disk_image *);
struct str disk_image_bytes(const struct disk_image *, const char *end_of_name);

/* --- trouble --- */
enum disk_trouble {
	DISK_SOUND,
	DISK_FULL,  /* a write is cut short in the middle */
	DISK_ERROR, /* EIO */
	DISK_DEAD,  /* from here on nothing reaches the disk: the machine or the process is gone */
};
enum { DISK_ON_READ = 1, DISK_ON_WRITE = 2, DISK_ON_SYNC = 4, DISK_ON_ALL = 7 };
/* The n-th call (from 1) of these kinds from now on meets it, and `times` - 1 behind it. */
void disk_trouble(struct disk *, enum disk_trouble, int on, int64_t nth, int64_t times);
bool disk_trouble_met(const struct disk *); /* since it was asked for */
bool disk_is_dead(const struct disk *);

#endif
