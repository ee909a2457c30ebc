/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * embed FOLDER OUT.S OUT.c: puts the files of the browser build into the binary.
 *
 * OUT.S holds the bytes (.incbin), OUT.c the table `app_assets` of struct web_asset,
 * sorted by path and ended by a NULL path. NAME.gz and NAME.br beside NAME become its
 * encodings. Whatever lies under assets/ is named by its content, so it never changes.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILES_MAX = 2000, PATH_SIZE = 1024 };

struct file {
	char path[PATH_SIZE]; /* below the folder, with a leading slash */
	uint64_t hash;
};

static struct file files[FILES_MAX];
static int file_count;

_Noreturn static void fail(const char *what, const char *name)
{
	fprintf(stderr, "embed: %s: %s\n", name, what);
	exit(1);
}

static bool ends(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a >= b && strcmp(text + a - b, end) == 0;
}

/* -1: there is no such file. */
static long long size_of(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 && S_ISREG(s.st_mode) ? (long long)s.st_size : -1;
}

/* FNV-1a over the content: it names a version, it protects nothing. */
static uint64_t content_hash(const char *path)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	FILE *in = fopen(path, "rb");
	int byte;

	if (in == NULL)
		fail(strerror(errno), path);
	while ((byte = getc(in)) != EOF)
		hash = (hash ^ (uint64_t)byte) * UINT64_C(0x100000001b3);
	fclose(in);
	return hash;
}

static void add(const char *full, const char *path)
{
	if (ends(path, ".gz") || ends(path, ".br"))
		return;
	if (strpbrk(path, "\"\\") != NULL)
		fail("a name with a quote or backslash", path);
	if (file_count == FILES_MAX)
		fail("too many files", path);

	struct file *f = &files[file_count++];
	if (snprintf(f->path, sizeof(f->path), "%s", path) >= (int)sizeof(f->path))
		fail("a path that is too long", path);
	f->hash = content_hash(full);
}

static void walk(const char *root, const char *below, int depth)
{
	char folder[PATH_SIZE];
	struct dirent *entry;

	snprintf(folder, sizeof(folder), "%s%s", root, below);
	DIR *dir = opendir(folder);
	if (dir == NULL || depth > 8)
		fail(dir == NULL ? strerror(errno) : "nested too deep", folder);
	while ((entry = readdir(dir)) != NULL) {
		char full[2 * PATH_SIZE], path[2 * PATH_SIZE];
		struct stat s;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", below, entry->d_name);
		if (snprintf(full, sizeof(full), "%s%s", root, path) >= (int)sizeof(full))
			fail("a path that is too long", path);
		if (stat(full, &s) != 0)
			fail(strerror(errno), full);
		if (S_ISDIR(s.st_mode))
			walk(root, path, depth + 1);
		else
			add(full, path);
	}
	closedir(dir);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

static const char *type_of(const char *path)
{
	static const char *const types[][2] = {
		{ ".html", "text/html; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".mjs", "text/javascript; charset=utf-8" },
		{ ".css", "text/css; charset=utf-8" },
		{ ".json", "application/json" },
		{ ".webmanifest", "application/manifest+json" },
		{ ".svg", "image/svg+xml" },
		{ ".png", "image/png" },
		{ ".ico", "image/x-icon" },
		{ ".webp", "image/webp" },
		{ ".jpg", "image/jpeg" },
		{ ".woff2", "font/woff2" },
		{ ".txt", "text/plain; charset=utf-8" },
		{ ".map", "application/json" },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (ends(path, types[i][0]))
			return types[i][1];
	fail("a type that is not known", path);
}

/* The bytes of FOLDER + path + end as NAME_NUMBER; false when there is no such file. */
static bool put_bytes(FILE *s, FILE *c, const char *root, const struct file *f, const char *end,
		      const char *name)
{
	char full[2 * PATH_SIZE];
	int number = (int)(f - files);

	snprintf(full, sizeof(full), "%s%s%s", root, f->path, end);
	if (size_of(full) < 0)
		return false;
	fprintf(s, ".globl %s_%d\n.balign 16\n%s_%d:\n.incbin \"%s\"\n.byte 0\n", name, number, name,
		number, full);
	fprintf(c, "extern const unsigned char %s_%d[];\n", name, number);
	return true;
}

static void put_row(FILE *c, const char *root, const struct file *f, bool gzip, bool brotli)
{
	char full[3][2 * PATH_SIZE];
	int number = (int)(f - files);

	snprintf(full[0], sizeof(full[0]), "%s%s", root, f->path);
	snprintf(full[1], sizeof(full[1]), "%s%s.gz", root, f->path);
	snprintf(full[2], sizeof(full[2]), "%s%s.br", root, f->path);
	fprintf(c, "\t{ .path = \"%s\",\n\t  .type = \"%s\",\n\t  .etag = \"\\\"%016llx\\\"\",\n",
		f->path, type_of(f->path), (unsigned long long)f->hash);
	fprintf(c, "\t  .plain = asset_%d,\n\t  .plain_len = %lld,\n", number, size_of(full[0]));
	if (gzip)
		fprintf(c, "\t  .gzip = asset_gzip_%d,\n\t  .gzip_len = %lld,\n", number,
			size_of(full[1]));
	if (brotli)
		fprintf(c, "\t  .brotli = asset_brotli_%d,\n\t  .brotli_len = %lld,\n", number,
			size_of(full[2]));
	fprintf(c, "\t  .immutable = %s },\n",
		strncmp(f->path, "/assets/", 8) == 0 ? "true" : "false");
}

int main(int count, char **word)
{
	static bool gzip[FILES_MAX], brotli[FILES_MAX];

	if (count != 4)
		fail("embed FOLDER OUT.S OUT.c", "use");
	walk(word[1], "", 0);
	qsort(files, (size_t)file_count, sizeof(files[0]), by_path);

	FILE *s = fopen(word[2], "w"), *c = fopen(word[3], "w");
	if (s == NULL || c == NULL)
		fail(strerror(errno), s == NULL ? word[2] : word[3]);
	fprintf(s, ".section .note.GNU-stack,\"\",@progbits\n.section .rodata\n");
	fprintf(c, "/* Made by tools/embed.c. */\n#include \"app/assets_in.h\"\n\n");
	for (int i = 0; i < file_count; i++) {
		put_bytes(s, c, word[1], &files[i], "", "asset");
		gzip[i] = put_bytes(s, c, word[1], &files[i], ".gz", "asset_gzip");
		brotli[i] = put_bytes(s, c, word[1], &files[i], ".br", "asset_brotli");
	}
	fprintf(c, "\nconst struct web_asset app_assets[] = {\n");
	for (int i = 0; i < file_count; i++)
		put_row(c, word[1], &files[i], gzip[i], brotli[i]);
	fprintf(c, "\t{ .path = NULL },\n};\n");
	if (fclose(s) != 0 || fclose(c) != 0)
		fail(strerror(errno), word[3]);
	return 0;
}
