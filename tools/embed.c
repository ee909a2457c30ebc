/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * embed LIST OUT.S OUT.c: puts the files of the browser build into the binary.
 *
 * LIST has a line for each file: path, type, file, file with gzip, file with brotli ("-" for
 * none), 1 if the content never changes; between tabs, sorted by path. OUT.S takes in the bytes
 * (.incbin), OUT.c is the table `app_assets` of struct web_asset, ended by a NULL path.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 2000, LINE_SIZE = 4096, COLUMNS = 6 };
enum { PATH, TYPE, PLAIN, GZIP, BROTLI, IMMUTABLE };

struct content {
	uint64_t hash;
	long long size;
};

_Noreturn static void fail(const char *what, const char *name)
{
	fprintf(stderr, "embed: %s: %s\n", name, what);
	exit(1);
}

/* FNV-1a over the content: it names a version, it protects nothing. */
static struct content content_of(const char *path)
{
	struct content c = { UINT64_C(0xcbf29ce484222325), 0 };
	FILE *in = fopen(path, "rb");
	int byte;

	if (in == NULL)
		fail(strerror(errno), path);
	while ((byte = getc(in)) != EOF) {
		c.hash = (c.hash ^ (uint64_t)byte) * UINT64_C(0x100000001b3);
		c.size++;
	}
	fclose(in);
	return c;
}

static void split(char *line, char **column)
{
	line[strcspn(line, "\n")] = '\0';
	if (strpbrk(line, "\"\\") != NULL)
		fail("a quote or backslash", line);
	for (int i = 0; i < COLUMNS; i++) {
		column[i] = line;
		line += strcspn(line, "\t");
		if (*line != '\0')
			*line++ = '\0';
		if (*column[i] == '\0')
			fail("a column is missing", column[PATH]);
	}
}

/* The bytes of one file under the name asset_KIND_NUMBER, and its two members in the row. */
static void put_bytes(FILE *s, FILE *row, const char *file, const char *kind, int number)
{
	if (strcmp(file, "-") == 0)
		return;
	fprintf(s, ".globl asset_%s_%d\n.balign 16\nasset_%s_%d:\n.incbin \"%s\"\n.byte 0\n", kind,
		number, kind, number, file);
	fprintf(row, "\t  .%s = asset_%s_%d, .%s_len = %lld,\n", kind, kind, number, kind,
		content_of(file).size);
}

static void put_row(FILE *s, FILE *c, FILE *rows, char **column, int number)
{
	const char *const kinds[] = { "plain", "gzip", "brotli" };

	fprintf(rows, "\t{ .path = \"%s\", .type = \"%s\", .etag = \"\\\"%016llx\\\"\",\n",
		column[PATH], column[TYPE], (unsigned long long)content_of(column[PLAIN]).hash);
	for (int i = 0; i < 3; i++) {
		if (strcmp(column[PLAIN + i], "-") != 0)
			fprintf(c, "extern const unsigned char asset_%s_%d[];\n", kinds[i], number);
		put_bytes(s, rows, column[PLAIN + i], kinds[i], number);
	}
	fprintf(rows, "\t  .immutable = %s },\n",
		strcmp(column[IMMUTABLE], "1") == 0 ? "true" : "false");
}

int main(int count, char **word)
{
	char line[LINE_SIZE], *column[COLUMNS], *text = NULL;
	size_t text_size = 0;
	int number = 0;

	if (count != 4)
		fail("embed LIST OUT.S OUT.c", "use");
	FILE *list = fopen(word[1], "r"), *s = fopen(word[2], "w"), *c = fopen(word[3], "w");
	FILE *rows = open_memstream(&text, &text_size);
	if (list == NULL || s == NULL || c == NULL || rows == NULL)
		fail(strerror(errno), list == NULL ? word[1] : word[3]);

	fprintf(s, ".section .note.GNU-stack,\"\",@progbits\n.section .rodata\n");
	fprintf(c, "/* Made by tools/embed.c. */\n#include \"app/assets_in.h\"\n\n");
	while (fgets(line, sizeof(line), list) != NULL && number < FILES_MAX) {
		split(line, column);
		put_row(s, c, rows, column, number++);
	}
	if (fclose(rows) != 0 || !feof(list))
		fail("too many files, or a line too long", word[1]);
	fprintf(c, "\nconst struct web_asset app_assets[] = {\n%s\t{ .path = NULL },\n};\n", text);
	free(text);
	fclose(list);
	if (fclose(s) != 0 || fclose(c) != 0)
		fail(strerror(errno), word[3]);
	return 0;
}
