/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Memory that is never given back, text that grows, and faults that are counted. */
#include "mksql_in.h"

#include <errno.h>
#include <stdarg.h>

void *take(size_t bytes)
{
	void *at = calloc(1, bytes > 0 ? bytes : 1);

	if (at == NULL) {
		fputs("mksql: out of memory\n", stderr);
		exit(1);
	}
	return at;
}

char *copy(const char *from, size_t len)
{
	char *to = take(len + 1);

	memcpy(to, from, len);
	return to;
}

void add_bytes(struct text *t, const char *from, size_t len)
{
	if (t->len + len + 1 > t->size) {
		size_t size = (t->len + len + 1) * 2;
		char *bigger = take(size);

		if (t->len > 0)
			memcpy(bigger, t->at, t->len);
		free(t->at);
		t->at = bigger;
		t->size = size;
	}
	memcpy(t->at + t->len, from, len);
	t->len += len;
	t->at[t->len] = 0;
}

void add(struct text *t, const char *format, ...)
{
	char line[2000];
	va_list rest;

	va_start(rest, format);
	int len = vsnprintf(line, sizeof(line), format, rest);
	va_end(rest);
	if (len < 0 || (size_t)len >= sizeof(line)) {
		fputs("mksql: a line is too long\n", stderr);
		exit(1);
	}
	add_bytes(t, line, (size_t)len);
}

void fault(const char *file, int line, const char *format, ...)
{
	va_list rest;

	fprintf(stderr, "%s:%d: ", file, line);
	va_start(rest, format);
	vfprintf(stderr, format, rest);
	va_end(rest);
	fputc('\n', stderr);
	faults++;
}

bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

bool is_name(const char *at)
{
	if (!islower((unsigned char)at[0]) || strlen(at) > NAME_BYTES_MAX)
		return false;
	for (; *at != 0; at++)
		if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '_')
			return false;
	return true;
}

bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && strcmp(text + len - end_len, end) == 0;
}

const char *quoted_end(const char *p)
{
	char quote = *p++;

	while (*p != 0 && !(p[0] == quote && p[1] != quote))
		p += p[0] == quote ? 2 : 1;
	return *p != 0 ? p + 1 : p;
}

char *slurp(const char *path)
{
	struct text t = { 0 };
	char piece[8192];
	size_t got;
	FILE *f = fopen(path, "rb");

	if (f == NULL) {
		fprintf(stderr, "%s:1: %s\n", path, strerror(errno));
		return NULL;
	}
	while ((got = fread(piece, 1, sizeof(piece), f)) > 0)
		add_bytes(&t, piece, got);
	fclose(f);
	add_bytes(&t, "", 0);
	if (strlen(t.at) != t.len)
		fault(path, 1, "a NUL byte inside");
	return t.at;
}
