/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/test.h"

static const char *path_of(struct ctx *c, const char *name)
{
	return str_format(c->mem, "%s/%s", c->data, name).at;
}

static int mode_of(const char *path)
{
	struct stat about;

	return stat(path, &about) == 0 ? (int)(about.st_mode & 0777) : -1;
}

PLAIN_TEST(files, what_is_written_is_read)
{
	const char *path = path_of(c, "written");
	struct os_file file DEFER(os_close) = { OS_FILE_NONE },
			    again DEFER(os_close) = { OS_FILE_NONE };
	char bytes[20];
	size_t got;
	int64_t size;

	WANT_OK(os_create(c, path, &file));
	WANT_I64(0600, mode_of(path));
	WANT_OK(os_write(c, file, S("hello\0there")));
	WANT_OK(os_write(c, file, S("")));
	WANT_OK(os_sync(c, file));
	WANT_OK(os_size(c, file, &size));
	WANT_I64(11, size);
	WANT_OK(os_open_read(c, path, &again));
	WANT_OK(os_read(c, again, 6, bytes, sizeof(bytes), &got));
	WANT_STR(S("there"), ((struct str){ bytes, got }));
	WANT_OK(os_read(c, again, 0, bytes, 5, &got));
	WANT_STR(S("hello"), ((struct str){ bytes, got }));
	WANT_OK(os_read(c, again, 99, bytes, 5, &got));
	WANT_I64(0, (int64_t)got);
	os_close(&again);
	os_close(&again);
	WANT_I64(OS_FILE_NONE, again.fd);
}

PLAIN_TEST(files, what_is_there_is_not_made_again)
{
	const char *path = path_of(c, "twice");
	struct os_file file DEFER(os_close) = { OS_FILE_NONE }, other = { OS_FILE_NONE };

	WANT_OK(os_create(c, path, &file));
	WANT_ERR(ERR_CONFLICT, os_create(c, path, &other));
	WANT_I64(OS_FILE_NONE, other.fd);
}

PLAIN_TEST(files, what_is_not_there_is_missing_and_its_folder_is_not_told)
{
	struct os_file file = { OS_FILE_NONE };
	struct str text;
	size_t at;

	WANT_I64(ERR_MISSING, os_open_read(c, path_of(c, "nothing"), &file));
	WANT_STR(S("there is no nothing"), c->refusal.message);
	WANT(!str_find(c->refusal.message, str_of(c->data), &at));
	c->refusal = (struct refusal){ 0 };
	WANT_ERR(ERR_MISSING, os_slurp(c, path_of(c, "nothing"), 10, &text));
	WANT_ERR(ERR_MISSING, os_create(c, path_of(c, "no/folder"), &file));
	WANT_ERR(ERR_MISSING, os_rename(c, path_of(c, "nothing"), path_of(c, "new")));
	WANT_ERR(ERR_MISSING, os_replace(c, path_of(c, "no/folder"), S("x"), 0600));

	struct str *names;
	size_t count;

	WANT_ERR(ERR_MISSING, os_list(c, path_of(c, "nothing"), &names, &count));
	WANT_OK(os_remove(c, path_of(c, "nothing")));
}

PLAIN_TEST(files, a_small_file_is_read_whole_up_to_its_limit)
{
	const char *path = path_of(c, "small");
	struct str text;

	WANT_OK(os_replace(c, path, S("0123456789"), 0640));
	WANT_OK(os_slurp(c, path, 10, &text));
	WANT_STR(S("0123456789"), text);
	WANT_ERR(ERR_LIMIT, os_slurp(c, path, 9, &text));
	WANT_OK(os_replace(c, path, S(""), 0640));
	WANT_OK(os_slurp(c, path, 0, &text));
	WANT_STR(S(""), text);
	/* A file that does not tell its size. */
	WANT_OK(os_slurp(c, "/proc/self/status", 65536, &text));
	WANT(str_starts(text, S("Name:")));
	WANT_ERR(ERR_LIMIT, os_slurp(c, "/proc/self/status", 20, &text));
	WANT_ERR(ERR_STORE, os_slurp(c, c->data, 1 << 20, &text));
}

PLAIN_TEST(files, of_two_that_put_a_file_once_the_first_stays)
{
	const char *path = path_of(c, "once");
	struct str text, *names;
	size_t count;

	WANT_OK(os_put_once(c, path, S("first"), 0600));
	WANT_OK(os_put_once(c, path, S("second"), 0600));
	WANT_OK(os_slurp(c, path, 100, &text));
	WANT_STR(S("first"), text);
	WANT_OK(os_list(c, c->data, &names, &count));
	for (size_t i = 0; i < count; i++)
		WANT(!str_starts(names[i], S("once.")));
}

PLAIN_TEST(files, a_file_is_replaced_whole_and_nothing_is_left_beside_it)
{
	const char *path = path_of(c, "replaced");
	struct str text, *names;
	size_t count;

	WANT_OK(os_replace(c, path, S("first and long"), 0600));
	WANT_OK(os_replace(c, path, S("second"), 0640));
	WANT_I64(0640, mode_of(path));
	WANT_OK(os_slurp(c, path, 100, &text));
	WANT_STR(S("second"), text);
	WANT_OK(os_make_folder(c, path_of(c, "in the way/full")));
	WANT_ERR(ERR_STORE, os_replace(c, path_of(c, "in the way"), S("x"), 0600));
	WANT_OK(os_list(c, c->data, &names, &count));
	for (size_t i = 0; i < count; i++)
		WANT(!str_starts(names[i], S("in the way.")) &&
		     !str_starts(names[i], S("replaced.")));
}

PLAIN_TEST(files, folders_are_made_with_their_parents_and_listed_by_bytes)
{
	struct str *names;
	size_t count;

	WANT_OK(os_make_folder(c, path_of(c, "a/b//c/")));
	WANT_OK(os_make_folder(c, path_of(c, "a/b/c")));
	WANT_I64(0700, mode_of(path_of(c, "a/b")));
	for (int i = 0; i < 200; i++)
		WANT_OK(os_replace(c, path_of(c, str_format(c->mem, "a/b/%d", i * 7 % 200).at),
				   S(""), 0600));
	WANT_OK(os_list(c, path_of(c, "a/b"), &names, &count));
	WANT_I64(201, (int64_t)count);
	for (size_t i = 1; i < count; i++)
		WANT_I64(-1, str_compare(names[i - 1], names[i]));
	WANT_OK(os_replace(c, path_of(c, "plain"), S(""), 0600));
	WANT_ERR(ERR_CONFLICT, os_make_folder(c, path_of(c, "plain")));
	WANT_ERR(ERR_MISSING, os_make_folder(c, path_of(c, "plain/below")));
}

PLAIN_TEST(files, a_file_moves_between_folders_and_is_removed)
{
	struct str text;

	WANT_OK(os_make_folder(c, path_of(c, "from")));
	WANT_OK(os_make_folder(c, path_of(c, "to")));
	WANT_OK(os_replace(c, path_of(c, "from/x"), S("moved"), 0600));
	WANT_OK(os_rename(c, path_of(c, "from/x"), path_of(c, "to/y")));
	WANT_ERR(ERR_MISSING, os_slurp(c, path_of(c, "from/x"), 10, &text));
	WANT_OK(os_slurp(c, path_of(c, "to/y"), 10, &text));
	WANT_STR(S("moved"), text);
	WANT_I64(ERR_CONFLICT, os_remove(c, path_of(c, "to")));
	WANT_STR(S("to is not empty"), c->refusal.message);
	c->refusal = (struct refusal){ 0 };
	WANT_OK(os_remove(c, path_of(c, "to/y")));
	WANT_OK(os_remove(c, path_of(c, "to")));
	WANT_I64(-1, mode_of(path_of(c, "to")));
}

PLAIN_TEST(files, a_full_disk_is_told_as_such)
{
	struct os_file full DEFER(os_close) = { open("/dev/full", O_WRONLY) };

	WANT(full.fd >= 0);
	WANT_I64(ERR_STORE, os_write(c, full, S("x")));
	WANT_STR(S("the disk is full"), c->refusal.message);
	c->refusal = (struct refusal){ 0 };
}

/* A pipe that nobody reads takes a part and then nothing. */
PLAIN_TEST(files, a_write_that_is_cut_short_is_not_taken_for_whole)
{
	int ends[2];

	WANT(pipe2(ends, O_NONBLOCK) == 0);

	struct os_file reader DEFER(os_close) = { ends[0] }, writer DEFER(os_close) = { ends[1] };
	struct str much = { arena_take(c->mem, 4 << 20), 4 << 20 };

	WANT(reader.fd >= 0);
	WANT_ERR(ERR_STORE, os_write(c, writer, much));
}

PLAIN_TEST(files, what_the_kernel_refuses_is_a_refusal_and_no_abort)
{
	struct os_file closed = { OS_FILE_NONE };
	char byte;
	size_t got;
	int64_t size;

	WANT_ERR(ERR_STORE, os_read(c, closed, 0, &byte, 1, &got));
	WANT_ERR(ERR_STORE, os_write(c, closed, S("x")));
	WANT_ERR(ERR_STORE, os_size(c, closed, &size));
	WANT_ERR(ERR_STORE, os_sync(c, closed));
}
