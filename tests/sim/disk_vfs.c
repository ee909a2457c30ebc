/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The disk as SQLite sees it. Every method takes the disk's lock, so threads may share it. */
#include "tests/sim/disk_in.h"

#include <stdlib.h>

struct handle {
	sqlite3_file base;
	struct disk *disk;
	struct disk_file *file;
	int level; /* SQLITE_LOCK_* */
	unsigned shm_shared, shm_exclusive;
};

static struct handle *handle_of(sqlite3_file *file)
{
	return (struct handle *)file;
}

static int code_of(enum disk_trouble trouble, int code)
{
	return trouble == DISK_FULL ? SQLITE_FULL : trouble == DISK_SOUND ? SQLITE_OK : code;
}

/* --- reading and writing --- */

static int file_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
	struct handle *h = handle_of(file);
	const struct disk_bytes *b = &h->file->bytes;
	size_t got = 0;

	os_lock_take(h->disk->lock);
	int code = code_of(disk_meet(h->disk, DISK_ON_READ), SQLITE_IOERR_READ);
	if (code == SQLITE_OK && (size_t)at < b->len) {
		got = b->len - (size_t)at < (size_t)len ? b->len - (size_t)at : (size_t)len;
		memcpy(out, b->at + at, got);
	}
	os_lock_give(h->disk->lock);
	if (code != SQLITE_OK)
		return SQLITE_IOERR_READ;
	if (got == (size_t)len)
		return SQLITE_OK;
	memset((char *)out + got, 0, (size_t)len - got);
	return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *from, int len, sqlite3_int64 at)
{
	struct handle *h = handle_of(file);
	struct str bytes = { from, (size_t)len };

	os_lock_take(h->disk->lock);
	enum disk_trouble trouble = disk_meet(h->disk, DISK_ON_WRITE);
	/* A full disk takes the beginning. */
	if (trouble == DISK_FULL)
		bytes.len /= 2;
	if (trouble == DISK_SOUND || trouble == DISK_FULL) {
		disk_bytes_write(&h->file->bytes, at, bytes.at, bytes.len);
		disk_log(h->disk, DISK_WRITE, h->file, at, bytes);
	}
	os_lock_give(h->disk->lock);
	return code_of(trouble, SQLITE_IOERR_WRITE);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	struct handle *h = handle_of(file);

	os_lock_take(h->disk->lock);
	enum disk_trouble trouble = disk_meet(h->disk, DISK_ON_WRITE);
	if (trouble == DISK_SOUND) {
		disk_bytes_cut(&h->file->bytes, len);
		disk_log(h->disk, DISK_TRUNCATE, h->file, len, (struct str){ 0 });
	}
	os_lock_give(h->disk->lock);
	return trouble == DISK_SOUND ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

static int file_sync(sqlite3_file *file, int flags)
{
	struct handle *h = handle_of(file);

	(void)flags;
	os_lock_take(h->disk->lock);
	enum disk_trouble trouble = disk_meet(h->disk, DISK_ON_SYNC);
	if (trouble == DISK_SOUND)
		disk_log(h->disk, DISK_SYNC, h->file, 0, (struct str){ 0 });
	os_lock_give(h->disk->lock);
	return code_of(trouble, SQLITE_IOERR_FSYNC);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *out)
{
	struct handle *h = handle_of(file);

	os_lock_take(h->disk->lock);
	*out = (sqlite3_int64)h->file->bytes.len;
	os_lock_give(h->disk->lock);
	return SQLITE_OK;
}

/* --- locks of the file --- */

static int lock_to(struct handle *h, int level)
{
	struct disk_file *f = h->file;

	if (h->level >= level)
		return SQLITE_OK;
	if (level == SQLITE_LOCK_SHARED) {
		if (f->pending != NULL || f->exclusive != NULL)
			return SQLITE_BUSY;
		f->shared++;
	} else if (level == SQLITE_LOCK_RESERVED) {
		if (f->reserved != NULL)
			return SQLITE_BUSY;
		f->reserved = h;
	} else {
		if (f->pending != NULL && f->pending != h)
			return SQLITE_BUSY;
		f->pending = h;
		if (f->shared > 1)
			return SQLITE_BUSY;
		f->exclusive = h;
		level = SQLITE_LOCK_EXCLUSIVE;
	}
	h->level = level;
	return SQLITE_OK;
}

static int file_lock(sqlite3_file *file, int level)
{
	struct handle *h = handle_of(file);

	os_lock_take(h->disk->lock);
	int code = lock_to(h, level);
	os_lock_give(h->disk->lock);
	return code;
}

static int file_unlock(sqlite3_file *file, int level)
{
	struct handle *h = handle_of(file);
	struct disk_file *f = h->file;

	os_lock_take(h->disk->lock);
	if (h->level > level) {
		if (f->reserved == h)
			f->reserved = NULL;
		if (f->pending == h)
			f->pending = NULL;
		if (f->exclusive == h)
			f->exclusive = NULL;
		if (level == SQLITE_LOCK_NONE)
			f->shared--;
		h->level = level;
	}
	os_lock_give(h->disk->lock);
	return SQLITE_OK;
}

static int file_reserved(sqlite3_file *file, int *out)
{
	struct handle *h = handle_of(file);

	os_lock_take(h->disk->lock);
	*out = h->file->reserved != NULL;
	os_lock_give(h->disk->lock);
	return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int what, void *arg)
{
	(void)file;
	(void)what;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *file)
{
	(void)file;
	return DISK_SECTOR;
}

static int file_traits(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* --- the index of the log, in memory --- */

static int shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **out)
{
	struct handle *h = handle_of(file);

	CHECK(region < DISK_SHM_REGIONS);
	os_lock_take(h->disk->lock);
	if (h->file->shm[region] == NULL && extend != 0) {
		h->file->shm[region] = calloc(1, (size_t)size);
		CHECK(h->file->shm[region] != NULL);
	}
	*out = h->file->shm[region];
	os_lock_give(h->disk->lock);
	return SQLITE_OK;
}

static bool shm_free(const struct handle *h, unsigned slot, bool exclusive)
{
	const struct disk_file *f = h->file;
	int mine = (h->shm_shared >> slot & 1) != 0;

	if (f->shm_exclusive[slot] != NULL && f->shm_exclusive[slot] != h)
		return false;
	return !exclusive || f->shm_shared[slot] == mine;
}

static void shm_unlock(struct handle *h, unsigned slot)
{
	if (h->shm_shared >> slot & 1)
		h->file->shm_shared[slot]--;
	if (h->shm_exclusive >> slot & 1)
		h->file->shm_exclusive[slot] = NULL;
	h->shm_shared &= ~(1u << slot);
	h->shm_exclusive &= ~(1u << slot);
}

static void shm_take(struct handle *h, unsigned slot, bool exclusive)
{
	if (exclusive) {
		h->shm_exclusive |= 1u << slot;
		h->file->shm_exclusive[slot] = h;
	} else if ((h->shm_shared >> slot & 1) == 0) {
		h->shm_shared |= 1u << slot;
		h->file->shm_shared[slot]++;
	}
}

static int shm_lock(sqlite3_file *file, int first, int count, int flags)
{
	struct handle *h = handle_of(file);
	bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0, all = true;
	unsigned end = (unsigned)(first + count);

	os_lock_take(h->disk->lock);
	for (unsigned slot = (unsigned)first; slot < end; slot++) {
		if ((flags & SQLITE_SHM_UNLOCK) != 0)
			shm_unlock(h, slot);
		else
			all = all && shm_free(h, slot, exclusive);
	}
	for (unsigned slot = (unsigned)first; slot < end; slot++)
		if ((flags & SQLITE_SHM_UNLOCK) == 0 && all)
			shm_take(h, slot, exclusive);
	os_lock_give(h->disk->lock);
	return all ? SQLITE_OK : SQLITE_BUSY;
}

static void shm_barrier(sqlite3_file *file)
{
	(void)file;
	__sync_synchronize();
}

void disk_shm_drop(struct disk_file *f)
{
	for (int i = 0; i < DISK_SHM_REGIONS; i++) {
		free(f->shm[i]);
		f->shm[i] = NULL;
	}
}

static int shm_unmap(sqlite3_file *file, int remove)
{
	struct handle *h = handle_of(file);

	os_lock_take(h->disk->lock);
	for (unsigned slot = 0; slot < SQLITE_SHM_NLOCK; slot++)
		shm_unlock(h, slot);
	if (remove != 0)
		disk_shm_drop(h->file);
	os_lock_give(h->disk->lock);
	return SQLITE_OK;
}

/* --- the files --- */

static int file_close(sqlite3_file *file)
{
	struct handle *h = handle_of(file);

	(void)file_unlock(file, SQLITE_LOCK_NONE);
	os_lock_take(h->disk->lock);
	h->file->handles--;
	os_lock_give(h->disk->lock);
	return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_traits,
	.xShmMap = shm_map,
	.xShmLock = shm_lock,
	.xShmBarrier = shm_barrier,
	.xShmUnmap = shm_unmap,
};

static struct disk *disk_of(sqlite3_vfs *vfs)
{
	return vfs->pAppData;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct disk *d = disk_of(vfs);
	struct handle *h = handle_of(file);

	h->base.pMethods = NULL;
	/* The house keeps what is temporary in memory. */
	if (name == NULL || strlen(name) >= DISK_NAME_MAX)
		return SQLITE_CANTOPEN;
	os_lock_take(d->lock);
	struct disk_file *f = disk_file_at(d, name);
	bool may = d->trouble != DISK_DEAD && (f->there || (flags & SQLITE_OPEN_CREATE) != 0);
	if (may) {
		if (!f->there)
			f->bytes.len = 0;
		f->there = true;
		f->handles++;
		*h = (struct handle){ .base = { &methods }, .disk = d, .file = f };
	}
	os_lock_give(d->lock);
	if (out != NULL)
		*out = flags;
	return may ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	struct disk *d = disk_of(vfs);

	(void)sync;
	os_lock_take(d->lock);
	struct disk_file *f = disk_file_at(d, name);
	bool was = f->there;
	enum disk_trouble trouble = disk_meet(d, DISK_ON_WRITE);
	if (was && trouble == DISK_SOUND) {
		f->there = false;
		f->bytes.len = 0;
		disk_log(d, DISK_REMOVE, f, 0, (struct str){ 0 });
	}
	os_lock_give(d->lock);
	if (trouble != DISK_SOUND)
		return SQLITE_IOERR_DELETE;
	return was ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	struct disk *d = disk_of(vfs);

	(void)flags;
	os_lock_take(d->lock);
	const struct disk_file *f = disk_file_at(d, name);
	*out = f->there && f->bytes.len > 0;
	os_lock_give(d->lock);
	return SQLITE_OK;
}

static int vfs_path(sqlite3_vfs *vfs, const char *name, int max, char *out)
{
	size_t len = strlen(name);

	(void)vfs;
	if (len >= (size_t)max)
		return SQLITE_CANTOPEN;
	memcpy(out, name, len + 1);
	return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int len, char *out)
{
	struct disk *d = disk_of(vfs);

	os_lock_take(d->lock);
	for (int i = 0; i < len; i++) {
		d->chance = d->chance * UINT64_C(6364136223846793005) + 1442695040888963407u;
		out[i] = (char)(d->chance >> 56);
	}
	os_lock_give(d->lock);
	return len;
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int vfs_time(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
	(void)vfs;
	*out = INT64_C(212400000000000); /* the house never asks */
	return SQLITE_OK;
}

static int vfs_error(sqlite3_vfs *vfs, int len, char *out)
{
	(void)vfs;
	(void)len;
	(void)out;
	return 0;
}

struct disk *disk_new(struct arena *mem)
{
	struct disk *d = NEW(mem, struct disk);

	d->lock = os_lock_new(mem);
	d->before = sqlite3_vfs_find(NULL);
	d->vfs = (sqlite3_vfs){
		.iVersion = 2,
		.szOsFile = sizeof(struct handle),
		.mxPathname = DISK_NAME_MAX - 10,
		.zName = "pretend",
		.pAppData = d,
		.xOpen = vfs_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_path,
		.xRandomness = vfs_random,
		.xSleep = vfs_sleep,
		.xGetLastError = vfs_error,
		.xCurrentTimeInt64 = vfs_time,
	};
	CHECK(sqlite3_vfs_register(&d->vfs, 1) == SQLITE_OK);
	return d;
}

void disk_seed(struct disk *d, uint64_t seed)
{
	os_lock_take(d->lock);
	d->chance = seed;
	os_lock_give(d->lock);
	sqlite3_randomness(0, NULL);
}

void disk_free(struct disk *d)
{
	disk_image_free(d->base);
	for (int i = 0; i < d->files; i++) {
		CHECK(d->file[i].handles == 0);
		disk_shm_drop(&d->file[i]);
		free(d->file[i].bytes.at);
	}
	free(d->op);
	free(d->written.at);
	sqlite3_vfs_unregister(&d->vfs);
	CHECK(sqlite3_vfs_register(d->before, 1) == SQLITE_OK);
}
