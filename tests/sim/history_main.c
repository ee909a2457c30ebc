/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * history: compare clients' logs with the database of the site they worked on; see history.h.
 *
 *   history --database URL [--rest] LOG...
 *
 * The URL is that of the store: sqlite:PATH or postgresql://… . --rest: the site has come to
 * rest, so everything must be paid and nothing under way. The last line is 'N passed, N failed'.
 */
#include <stdio.h>
#include "os/os.h"
#include "tests/sim/history.h"

enum { LOG_MAX = 1 << 30 };

static enum err compare(struct ctx *c, struct history *h, const char *url, bool rest,
			struct history_fault *fault)
{
	struct store *store DEFER(store_close) = NULL;

	TRY(store_open(c, h->mem, url, STORE_READ, &store));
	c->store = store;
	return history_check(c, h, rest, false, fault);
}

static enum err run(struct ctx *c, int count, char **word, struct history_fault *fault)
{
	struct history h = history_make(arena_new(0));
	const char *url = NULL;
	bool rest = false;
	struct str text;

	for (int i = 1; i < count; i++) {
		if (strcmp(word[i], "--rest") == 0) {
			rest = true;
		} else if (strcmp(word[i], "--database") == 0 && i + 1 < count) {
			url = word[++i];
		} else {
			TRY(os_slurp(c, word[i], LOG_MAX, &text));
			TRY(history_read(c, &h, text));
		}
	}
	if (url == NULL)
		return refuse(c, ERR_INPUT, "history --database URL [--rest] LOG...");
	enum err err = compare(c, &h, url, rest, fault);
	int known = 0;

	for (size_t i = 0; i < h.count; i++)
		known += h.event[i].end != HISTORY_UNKNOWN;
	if (err == OK)
		printf("%zu requests, %d with a reply, %lld compared\n", h.count, known,
		       (long long)fault->compared);
	arena_free(h.mem);
	return err;
}

int main(int count, char **word)
{
	struct ctx c = { .mem = arena_new(0) };
	struct history_fault fault = { 0 };

	c.dice = dice_real(c.mem);
	if (run(&c, count, word, &fault) != OK) {
		fprintf(stderr, "history: %.*s %.*s\n", STR_ARG(c.refusal.message),
			STR_ARG(c.refusal.said));
		return 2;
	}
	if (fault.name != NULL)
		printf("not ok: %s: %.*s\n", fault.name, STR_ARG(fault.about));
	printf("%d passed, %d failed\n", fault.name == NULL, fault.name != NULL);
	return fault.name != NULL;
}
