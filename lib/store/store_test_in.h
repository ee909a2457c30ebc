/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* store_test_in: what the tests of the store share: a connection of their own, and its table. */
#ifndef STORE_TEST_IN_H
#define STORE_TEST_IN_H
#include "store/store.h"
#include "store/store_in.h"
#include "tests/test.h"

#define STMT(name, sql, params, columns, shape)                                       \
	static const struct store_stmt name = { #name,	 sql, params, columns, shape, \
						"local", 0,   NULL,   "" }

/* A connection of the test's own beside the one of the harness, which has a transaction open. */
struct own {
	struct store *home, *store;
	const char *url;
};
/* Open for writing, with an empty table store_probe(id, word, bytes, share), id not 13; and what
 * ends it. */
struct own own_open(struct ctx *);
void own_close(struct ctx *, struct own *);
struct store *own_opened(struct ctx *, const char *url, enum store_mode);
const char *own_url(struct ctx *);
MUST_USE enum err own_add(struct ctx *, int64_t id);
int64_t own_count(struct ctx *);
/* The row of one key, or none. */
bool own_has(struct ctx *, int64_t id);
/* The refusal is as wanted; it is taken off. */
void own_refused(struct ctx *, enum err wanted, enum err got, const char *message);

#endif
