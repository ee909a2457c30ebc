/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The head of a chain is moved by a guarded change before the entry is written, so two
 * writers of one chain cannot both stand at its end: who comes second looks at the new head
 * and tries again. A counter without a hash would do for order, but would not show a cut end.
 */
#include "audit/audit.h"
#include "audit/audit.sql.h"
#include "os/hash.h"

enum { TRIES_MAX = 16, PAGE = 500 };

struct entry {
	int64_t scope, seq;
	usec at;
	int64_t actor;
	struct str via, request, act;
	int64_t about;
	struct str detail;
};

static struct str entry_hash(struct arena *mem, struct str before, const struct entry *e)
{
	struct hash *h = hash_start(mem);

	hash_add_text(h, before);
	hash_add_i64(h, e->scope);
	hash_add_i64(h, e->seq);
	hash_add_i64(h, e->at.us);
	hash_add_i64(h, e->actor);
	hash_add_text(h, e->via);
	hash_add_text(h, e->request);
	hash_add_text(h, e->act);
	hash_add_i64(h, e->about);
	hash_add_text(h, e->detail);
	return hash_end(h);
}

enum err audit_add(struct ctx *c, int64_t scope, struct str act, int64_t about, struct str detail)
{
	CHECK(act.len > 0 && act.len <= 64);
	CHECK(detail.len <= AUDIT_DETAIL_MAX);

	for (int i = 0; i < TRIES_MAX; i++) {
		struct audit_head_get head;
		bool found;
		int64_t moved;

		TRY(audit_head_get(c, scope, &head, &found));
		struct entry e = { .scope = scope,
				   .seq = found ? head.seq + 1 : 1,
				   .at = c->now,
				   .actor = c->actor.id,
				   .via = c->actor.via,
				   .request = c->request,
				   .act = act,
				   .about = about,
				   .detail = detail };
		struct str hash = entry_hash(c->mem, found ? head.hash : S(""), &e);
		if (found)
			TRY(audit_head_move(c, scope, head.seq, hash, &moved));
		else
			TRY(audit_head_start(c, scope, hash, &moved));
		if (moved == 1)
			return audit_append(c, scope, e.seq, e.at, e.actor, e.via, c->actor.address,
					    e.request, e.act, e.about, e.detail, hash);
	}
	return refuse(c, ERR_BUSY, "too many acts of this kind at once");
}

/* One chain up to its head; sets `*broken` at the first entry that does not fit. */
static enum err verify_chain(struct ctx *c, const struct audit_head_list *head, struct str *broken)
{
	char last[HASH_BYTES];
	struct str before = { last, 0 };
	int64_t seq = 0;
	size_t count = PAGE;

	while (broken->len == 0 && count == PAGE) {
		struct arena_mark mark = arena_mark(c->mem);
		struct audit_chain *row;

		TRY(audit_chain(c, head->scope, seq, PAGE, &row, &count));
		for (size_t i = 0; i < count; i++) {
			struct entry e = { head->scope,	 seq + 1,      row[i].at,
					   row[i].actor, row[i].via,   row[i].request,
					   row[i].act,	 row[i].about, row[i].detail };
			struct str hash = entry_hash(c->mem, before, &e);

			if (row[i].seq != seq + 1 || !str_eq(hash, row[i].hash))
				break;
			memcpy(last, hash.at, HASH_BYTES);
			before.len = HASH_BYTES;
			seq++;
		}
		bool whole = count == 0 || seq == row[count - 1].seq;
		arena_reset(c->mem, mark);
		if (!whole)
			*broken = str_format(c->mem, "scope %lld, entry %lld: not what was written",
					     (long long)head->scope, (long long)seq + 1);
	}
	if (broken->len == 0 && (seq != head->seq || !str_eq(before, head->hash)))
		*broken = str_format(c->mem, "scope %lld, entry %lld: the end of the chain is cut",
				     (long long)head->scope, (long long)seq + 1);
	return OK;
}

enum err audit_verify(struct ctx *c, struct str *broken)
{
	int64_t after = INT64_MIN;
	size_t count = PAGE;

	*broken = (struct str){ 0 };
	while (broken->len == 0 && count == PAGE) {
		struct audit_head_list *head;

		TRY(audit_head_list(c, after, PAGE, &head, &count));
		for (size_t i = 0; i < count && broken->len == 0; i++) {
			TRY(verify_chain(c, &head[i], broken));
			after = head[i].scope;
		}
	}
	return OK;
}
