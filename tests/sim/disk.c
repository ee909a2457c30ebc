/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The idea: the live files are what the kernel would show; the log is what the disk was told.
 * A state after a loss of power is made from the image at the log's begin by going through the
 * log again with, for each file, a list of writes that no sync has followed yet.
 *
 * A preloaded library in front of write and fsync was turned down: it sees a process, not a
 * connection, and cannot run in the middle of a test.
 */
#include "tests/sim/disk_in.h"

#include <stdlib.h>

struct disk_file *disk_file_at(struct disk *d, const char *name)
{
	for (int i = 0; i < d->files; i++)
		if (strcmp(d->file[i].name, name) == 0)
			return &d->file[i];
	CHECK(d->files < DISK_FILES_MAX && strlen(name) < DISK_NAME_MAX);
	struct disk_file *f = &d->file[d->files++];

	memcpy(f->name, name, strlen(name) + 1);
	return f;
}

/* --- bytes --- */

static void bytes_room(struct disk_bytes *b, size_t len)
{
	if (len > b->size) {
		size_t size = b->size == 0 ? 65536 : b->size;

		while (size < len)
			size *= 2;
		b->at = realloc(b->at, size);
		CHECK(b->at != NULL);
		b->size = size;
	}
}

void disk_bytes_write(struct disk_bytes *b, int64_t at, const void *from, size_t len)
{
	size_t end = (size_t)at + len;

	if (len == 0)
		return;
	bytes_room(b, end);
	if ((size_t)at > b->len)
		memset(b->at + b->len, 0, (size_t)at - b->len);
	memcpy(b->at + at, from, len);
	b->len = end > b->len ? end : b->len;
}

void disk_bytes_cut(struct disk_bytes *b, int64_t len)
{
	if ((size_t)len > b->len) {
		bytes_room(b, (size_t)len);
		memset(b->at + b->len, 0, (size_t)len - b->len);
	}
	b->len = (size_t)len;
}

static struct disk_bytes bytes_copy(const struct disk_bytes *b)
{
	struct disk_bytes copy = { 0 };

	disk_bytes_write(&copy, 0, b->at, b->len);
	return copy;
}

/* --- the log --- */

void disk_log(struct disk *d, enum disk_op_type type, const struct disk_file *f, int64_t at,
	      struct str bytes)
{
	if (!d->recording)
		return;
	if (d->ops == d->ops_size) {
		d->ops_size = d->ops_size == 0 ? 1024 : 2 * d->ops_size;
		d->op = realloc(d->op, d->ops_size * sizeof(*d->op));
		CHECK(d->op != NULL);
	}
	d->op[d->ops++] = (struct disk_op){
		.type = type,
		.file = f == NULL ? -1 : (int)(f - d->file),
		.at = at,
		.len = bytes.len,
		.offset = d->written.len,
	};
	disk_bytes_write(&d->written, (int64_t)d->written.len, bytes.at, bytes.len);
}

void disk_record(struct disk *d)
{
	os_lock_take(d->lock);
	d->ops = 0;
	d->written.len = 0;
	disk_image_free(d->base);
	d->base = NULL;
	os_lock_give(d->lock);
	d->base = disk_image_now(d);
	d->recording = true;
}

void disk_mark(struct disk *d, int64_t number)
{
	os_lock_take(d->lock);
	if (d->trouble != DISK_DEAD)
		disk_log(d, DISK_MARK, NULL, number, (struct str){ 0 });
	os_lock_give(d->lock);
}

size_t disk_ops(const struct disk *d, const struct disk_op **out)
{
	*out = d->op;
	return d->ops;
}

const char *disk_file_name(const struct disk *d, int file)
{
	return d->file[file].name;
}

/* --- images --- */

struct disk_image {
	bool there[DISK_FILES_MAX];
	char name[DISK_FILES_MAX][DISK_NAME_MAX];
	struct disk_bytes bytes[DISK_FILES_MAX];
};

static struct disk_image *image_new(void)
{
	struct disk_image *image = calloc(1, sizeof(*image));

	CHECK(image != NULL);
	return image;
}

struct disk_image *disk_image_now(struct disk *d)
{
	struct disk_image *image = image_new();

	os_lock_take(d->lock);
	for (int i = 0; i < d->files; i++) {
		memcpy(image->name[i], d->file[i].name, DISK_NAME_MAX);
		image->there[i] = d->file[i].there;
		if (d->file[i].there)
			image->bytes[i] = bytes_copy(&d->file[i].bytes);
	}
	os_lock_give(d->lock);
	return image;
}

void disk_image_free(struct disk_image *image)
{
	if (image == NULL)
		return;
	for (int i = 0; i < DISK_FILES_MAX; i++)
		free(image->bytes[i].at);
	free(image);
}

struct str disk_image_bytes(const struct disk_image *image, const char *end_of_name)
{
	for (int i = 0; i < DISK_FILES_MAX; i++)
		if (image->there[i] && str_ends(str_of(image->name[i]), str_of(end_of_name)))
			return (struct str){ image->bytes[i].at, image->bytes[i].len };
	return (struct str){ 0 };
}

void disk_image_put(struct disk *d, const struct disk_image *image)
{
	os_lock_take(d->lock);
	d->recording = false;
	d->trouble = DISK_SOUND;
	d->asked = DISK_SOUND;
	for (int i = 0; i < d->files; i++) {
		struct disk_file *f = &d->file[i];

		CHECK(f->handles == 0);
		disk_shm_drop(f);
		f->there = image->there[i];
		f->bytes.len = 0;
		if (f->there)
			disk_bytes_write(&f->bytes, 0, image->bytes[i].at, image->bytes[i].len);
	}
	os_lock_give(d->lock);
}

/* --- a loss of power --- */

/* How much of what is pending reached the disk. */
struct tear {
	struct dice *dice;
	unsigned share; /* of 1000 */
};

static struct tear tear_choose(struct dice *dice)
{
	struct tear t = { dice, 0 };

	if (dice == NULL)
		return t;
	uint64_t roll = dice_u64(dice) % 20;

	t.share = roll < 5 ? 0 : roll < 7 ? 1000 : (unsigned)(dice_u64(dice) % 1000);
	return t;
}

static bool tear_keeps(const struct tear *t)
{
	return t->share == 1000 || (t->share > 0 && dice_u64(t->dice) % 1000 < t->share);
}

static void apply(struct disk_bytes *to, const struct disk *d, const struct disk_op *op)
{
	if (op->type == DISK_WRITE)
		disk_bytes_write(to, op->at, d->written.at + op->offset, op->len);
	else if (op->type == DISK_TRUNCATE)
		disk_bytes_cut(to, op->at);
}

/* One pending write, sector by sector of the file. */
static void apply_torn(struct disk_bytes *to, const struct disk *d, const struct disk_op *op,
		       const struct tear *t)
{
	if (op->type != DISK_WRITE) {
		if (tear_keeps(t))
			apply(to, d, op);
		return;
	}
	for (size_t done = 0; done < op->len;) {
		int64_t at = op->at + (int64_t)done;
		size_t left = (size_t)(DISK_SECTOR - at % DISK_SECTOR);
		size_t len = op->len - done < left ? op->len - done : left;

		if (tear_keeps(t))
			disk_bytes_write(to, at, d->written.at + op->offset + done, len);
		done += len;
	}
}

struct disk_image *disk_image_cut(struct disk *d, size_t ops, struct dice *dice)
{
	struct disk_image *image = image_new();
	size_t synced[DISK_FILES_MAX] = { 0 };

	CHECK(d->base != NULL && ops <= d->ops);
	/* A write is durable when a sync of its file comes behind it, before the cut. */
	for (size_t i = 0; i < ops; i++)
		if (d->op[i].type == DISK_SYNC || d->op[i].type == DISK_REMOVE)
			synced[d->op[i].file] = i;
	struct tear t = tear_choose(dice);

	for (int i = 0; i < d->files; i++) {
		memcpy(image->name[i], d->file[i].name, DISK_NAME_MAX);
		image->there[i] = d->base->there[i];
		image->bytes[i] = bytes_copy(&d->base->bytes[i]);
	}
	for (size_t i = 0; i < ops; i++) {
		const struct disk_op *op = &d->op[i];
		struct disk_bytes *to = &image->bytes[op->file < 0 ? 0 : op->file];

		if (op->type == DISK_MARK || op->type == DISK_SYNC)
			continue;
		image->there[op->file] = op->type != DISK_REMOVE;
		if (op->type == DISK_REMOVE)
			to->len = 0;
		else if (i < synced[op->file])
			apply(to, d, op);
		else
			apply_torn(to, d, op, &t);
	}
	return image;
}

/* --- trouble --- */

void disk_trouble(struct disk *d, enum disk_trouble what, int on, int64_t nth, int64_t times)
{
	os_lock_take(d->lock);
	d->trouble = DISK_SOUND;
	d->asked = what;
	d->on = on;
	d->wait = nth;
	d->times = times;
	d->met = false;
	os_lock_give(d->lock);
}

enum disk_trouble disk_meet(struct disk *d, int on)
{
	if (d->trouble == DISK_DEAD)
		return DISK_DEAD;
	if (d->asked == DISK_SOUND || (d->on & on) == 0 || --d->wait > 0)
		return DISK_SOUND;
	if (-d->wait >= d->times && d->asked != DISK_DEAD)
		return DISK_SOUND;
	d->met = true;
	if (d->asked == DISK_DEAD)
		d->trouble = DISK_DEAD;
	return d->asked;
}

bool disk_trouble_met(const struct disk *d)
{
	return d->met;
}

bool disk_is_dead(const struct disk *d)
{
	return d->trouble == DISK_DEAD;
}
