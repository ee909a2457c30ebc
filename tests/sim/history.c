/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The checker. Events are looked at one by one, by the keys of the tables; what concerns all of a
 * table is one statement. The statements stand here and not in a room: the checker shares
 * nothing with what it checks but the tables.
 */
#include "tests/sim/history.h"

enum { TEXT_MAX = 400 };

/* An assignment with its answer and how often it was paid. */
static const struct store_stmt look_stmt = {
	"history_look",
	"SELECT a.state, a.epoch, COALESCE(w.body, ''), (SELECT COUNT(*) FROM pay_line AS l"
	" WHERE l.project_id = a.project_id AND l.task_id = a.task_id"
	" AND l.worker_id = a.worker_id) FROM assignment AS a LEFT JOIN answer AS w"
	" ON w.project_id = a.project_id AND w.task_id = a.task_id AND w.worker_id = a.worker_id"
	" WHERE a.project_id = $1 AND a.task_id = $2 AND a.worker_id = $3",
	"iii",
	"iiti",
	STORE_MANY,
	"local",
	0,
	NULL,
	"",
};

static const struct store_stmt entry_stmt = {
	"history_entry",
	"SELECT amount_minor FROM account_entry"
	" WHERE account_id = $1 AND transfer = $2 AND sub = $3",
	"itt",
	"i",
	STORE_MANY,
	"local",
	0,
	NULL,
	"",
};

static const struct store_stmt balance_stmt = {
	"history_balance",
	"SELECT balance_minor FROM account_balance WHERE account_id = $1 AND sub = 'available'",
	"i",
	"i",
	STORE_MANY,
	"local",
	0,
	NULL,
	"",
};

static const struct store_stmt overfilled_stmt = {
	"history_overfilled",
	"SELECT a.project_id, a.task_id, COUNT(*) FROM assignment AS a"
	" JOIN task AS t ON t.project_id = a.project_id AND t.id = a.task_id"
	" JOIN project_state AS s ON s.project_id = a.project_id"
	" WHERE a.state IN (1, 2, 3) AND a.spare = 0 GROUP BY a.project_id, a.task_id, t.gold,"
	" s.gold, t.extra, s.redundancy, s.gold_redundancy HAVING COUNT(*) - t.extra > CASE WHEN"
	" t.gold = 1 AND s.gold > 0 AND s.gold_redundancy > s.redundancy THEN s.gold_redundancy"
	" ELSE s.redundancy END"
	/* Second copies, those out and those that came second: as many as were paid for. */
	" UNION ALL SELECT s.project_id, 0, s.copies FROM project_state AS s"
	" LEFT JOIN (SELECT project_id, SUM(extra) AS n FROM task GROUP BY project_id) AS t"
	" ON t.project_id = s.project_id"
	" LEFT JOIN (SELECT project_id, SUM(spare) AS n FROM assignment GROUP BY project_id) AS a"
	" ON a.project_id = s.project_id WHERE COALESCE(t.n, 0) + COALESCE(a.n, 0) > s.copies"
	" LIMIT 1",
	"",
	"iii",
	STORE_MANY,
	"local",
	0,
	NULL,
	"",
};

/* Approved and not paid, and money on its way: nothing of it where a site has come to rest. */
static const struct store_stmt unpaid_stmt = {
	"history_unpaid",
	"SELECT project_id, task_id, worker_id FROM assignment WHERE state = 3 AND paid = 0"
	" UNION ALL SELECT project_id, 0, account_id FROM project_outbox WHERE state = 0"
	" UNION ALL SELECT project_id, 0, account_id FROM account_outbox WHERE state = 0 LIMIT 1",
	"",
	"iii",
	STORE_MANY,
	"local",
	0,
	NULL,
	"",
};

/* A worker's money is that of his lines. */
static const struct store_stmt earned_stmt = {
	"history_earned",
	"SELECT COALESCE(l.worker_id, e.account_id), CAST(COALESCE(l.sum, 0) AS BIGINT),"
	" CAST(COALESCE(e.sum, 0) AS BIGINT)"
	" FROM (SELECT worker_id, SUM(reward_minor) AS sum FROM pay_line GROUP BY worker_id) AS l"
	" FULL JOIN (SELECT account_id, -SUM(amount_minor) AS sum FROM account_entry"
	" WHERE sub = 'recv' AND transfer >= 'pay:' AND transfer < 'pay;' GROUP BY account_id) AS e"
	" ON e.account_id = l.worker_id WHERE COALESCE(l.sum, 0) <> COALESCE(e.sum, 0) LIMIT 1",
	"",
	"iii",
	STORE_MANY,
	"local",
	0,
	NULL,
	"",
};

/* What came in from outside, and what all books together hold of it. */
static const struct store_stmt books_stmt = {
	"history_books",
	"SELECT CAST(COALESCE(-SUM(CASE WHEN sub = 'external' THEN amount_minor END), 0) AS"
	" BIGINT),"
	" CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM account_entry",
	"",
	"ii",
	STORE_MANY,
	"local",
	0,
	NULL,
	"",
};

static const struct store_stmt escrow_books_stmt = {
	"history_escrow_books",
	"SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM project_entry",
	"",
	"i",
	STORE_MANY,
	"local",
	0,
	NULL,
	"",
};

struct check {
	struct ctx *c;
	const struct history *history;
	struct history_fault *out;
	struct arena *keep;
};

static enum err found(struct check *k, const char *name, const char *what,
		      const struct history_event *e)
{
	if (k->out->name != NULL)
		return OK;
	k->out->name = name;
	k->out->about =
		str_format(k->keep,
			   "%s: request %lld, project %lld, task %lld, worker %lld, epoch "
			   "%lld, %.*s",
			   what, (long long)e->id, (long long)e->project, (long long)e->task,
			   (long long)e->worker, (long long)e->epoch, STR_ARG(e->text));
	return OK;
}

/* --- requests about one assignment --- */

enum { ACCEPTED = 1, SUBMITTED, APPROVED, REJECTED };

static enum err check_submit(struct check *k, const struct history_event *e,
			     const struct store_value *row)
{
	if (e->epoch != 0 && row[1].i != e->epoch)
		return found(k, "history.epoch", "an answer was taken under another epoch", e);
	if (row[0].i < SUBMITTED || row[0].i > REJECTED)
		return found(k, "history.lost", "an answer that was acknowledged does not count",
			     e);
	if (e->text.len > 0 && !str_eq(e->text, row[2].s))
		return found(k, "history.lost", "another answer is kept than was acknowledged", e);
	if (row[3].i > 1)
		return found(k, "history.paid_twice", "an answer has two payments", e);
	return OK;
}

/* The state that a request which was acknowledged must have led to. */
static bool state_fits(enum history_op op, int64_t state)
{
	switch (op) {
	case HISTORY_APPROVE:
		return state == APPROVED;
	case HISTORY_REJECT:
		return state == REJECTED;
	case HISTORY_RETURN: /* one that had expired may still be handed in */
		return state != ACCEPTED;
	default:
		return true;
	}
}

static enum err check_assignment(struct check *k, const struct history_event *e)
{
	struct store_value args[] = { { .i = e->project }, { .i = e->task }, { .i = e->worker } };
	struct store_rows rows;

	TRY(store_run(k->c, &look_stmt, args, NULL, &rows));
	if (rows.count == 0)
		return found(k, "history.lost", "what was acknowledged is not there", e);
	if (e->op == HISTORY_SUBMIT)
		return check_submit(k, e, rows.value);
	if (e->op == HISTORY_ACCEPT && e->epoch != 0 && rows.value[1].i != e->epoch)
		return found(k, "history.double", "a task was given under two leases", e);
	if (!state_fits(e->op, rows.value[0].i))
		return found(k, "history.lost", "a decision that was acknowledged is another", e);
	return OK;
}

/* --- requests about money --- */

static enum err check_entry(struct check *k, const struct history_event *e, struct str transfer,
			    struct str sub)
{
	struct store_value args[] = { { .i = e->account }, { .s = transfer }, { .s = sub } };
	struct store_rows rows;

	TRY(store_run(k->c, &entry_stmt, args, NULL, &rows));
	if (rows.count == 0 || rows.value[0].i != e->amount)
		return found(k, "history.lost", "money that was acknowledged is not in the book",
			     e);
	return OK;
}

/* Nobody takes money out of these accounts: what was seen once is still there. */
static enum err check_balance(struct check *k, const struct history_event *e)
{
	struct store_value args[] = { { .i = e->worker } };
	struct store_rows rows;

	TRY(store_run(k->c, &balance_stmt, args, NULL, &rows));
	if ((rows.count == 0 ? 0 : rows.value[0].i) < e->amount)
		return found(k, "history.lost", "a balance has become less", e);
	return OK;
}

static enum err check_event(struct check *k, const struct history_event *e)
{
	switch (e->op) {
	case HISTORY_DEPOSIT:
		return check_entry(k, e,
				   str_format(k->c->mem, "deposit:manual:%.*s", STR_ARG(e->text)),
				   S("available"));
	case HISTORY_PUBLISH:
		return e->amount == 0 ? OK : check_entry(k, e, e->text, S("sent"));
	case HISTORY_BALANCE:
		return check_balance(k, e);
	default:
		/* An accept that was given nothing has nothing to compare. */
		return e->task == 0 ? OK : check_assignment(k, e);
	}
}

/* --- the whole --- */

static enum err check_table(struct check *k, const struct store_stmt *stmt, const char *name,
			    const char *what)
{
	struct store_rows rows;

	TRY(store_run(k->c, stmt, NULL, NULL, &rows));
	if (rows.count > 0 && k->out->name == NULL) {
		k->out->name = name;
		k->out->about = str_format(k->keep, "%s: %lld, %lld, %lld", what,
					   (long long)rows.value[0].i, (long long)rows.value[1].i,
					   (long long)rows.value[2].i);
	}
	return OK;
}

static enum err check_money(struct check *k, bool all)
{
	const struct history *h = k->history;
	int64_t sure = 0, perhaps = 0;
	struct store_rows books, escrows;

	/* The same reference is the same deposit, however often it was sent. */
	for (size_t i = 0; i < h->count; i++) {
		const struct history_event *e = &h->event[i];
		bool first = e->op == HISTORY_DEPOSIT && e->end != HISTORY_REFUSED, ok = false;

		for (size_t j = 0; first && j < h->count; j++) {
			const struct history_event *f = &h->event[j];
			bool same = f->op == HISTORY_DEPOSIT && f->end != HISTORY_REFUSED &&
				    f->account == e->account && str_eq(f->text, e->text);

			first = !(same && j < i);
			ok = ok || (same && f->end == HISTORY_OK);
		}
		perhaps += first ? e->amount : 0;
		sure += first && ok ? e->amount : 0;
	}
	TRY(store_run(k->c, &books_stmt, NULL, NULL, &books));
	TRY(store_run(k->c, &escrow_books_stmt, NULL, NULL, &escrows));
	int64_t in = books.value[0].i;
	bool sound = in >= sure && (!all || in <= perhaps) && books.value[1].i == 0 &&
		     escrows.value[0].i == 0;

	if (!sound && k->out->name == NULL) {
		k->out->name = "history.money";
		k->out->about =
			str_format(k->keep,
				   "%lld came in, %lld to %lld was deposited; the books "
				   "are off by %lld and %lld",
				   (long long)in, (long long)sure, (long long)perhaps,
				   (long long)books.value[1].i, (long long)escrows.value[0].i);
	}
	return OK;
}

enum err history_check(struct ctx *c, const struct history *h, bool rest, bool all,
		       struct history_fault *out)
{
	struct check k = { c, h, out, h->mem };

	*out = (struct history_fault){ 0 };
	for (size_t i = 0; i < h->count && out->name == NULL; i++) {
		struct arena_mark mark = arena_mark(c->mem);

		if (h->event[i].end != HISTORY_OK)
			continue;
		TRY(check_event(&k, &h->event[i]));
		arena_reset(c->mem, mark);
		out->compared++;
	}
	TRY(check_table(&k, &overfilled_stmt, "history.overfilled",
			"a task has more answers and leases than places (project, task, count)"));
	if (rest) {
		TRY(check_table(&k, &unpaid_stmt, "history.paid_never",
				"an answer or a parcel is still under way (project, task, "
				"account)"));
		TRY(check_table(&k, &earned_stmt, "history.paid_twice",
				"a worker has other money than his lines (worker, lines, money)"));
	}
	return check_money(&k, all);
}
