/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the parts of the town share: the people, what they ask for, and the day itself. */
#ifndef TESTS_SIM_TOWN_IN_H
#define TESTS_SIM_TOWN_IN_H
#include "org/org.h"
#include "pay/pay_in.h"
#include "project/project_in.h"
#include "tests/sim/hot.h"
#include "tests/sim/town.h"

enum { WORKERS = 10, REQUESTERS = 2, PROJECTS = 6, REQUESTS = 64, REDUNDANCY_MAX = 3 };

enum habit { HONEST, SLOW, SPAMMING, LEAVING, HABITS };

/* What can be asked for. */
enum op {
	OP_PEOPLE, /* the first request of a day: everybody signs up */
	OP_DEPOSIT,
	OP_NEW,
	OP_EDIT,
	OP_UPLOAD,
	OP_IMPORT,
	OP_PUBLISH,
	OP_PAUSE,
	OP_RESUME,
	OP_CLOSE,
	OP_ACCEPT,
	OP_PICK,
	OP_SUBMIT,
	OP_RETURN,
	OP_HEARTBEAT,
	OP_DRAFT,
	OP_APPROVE,
	OP_REJECT,
	OP_APPROVE_ALL,
};

enum reply { REPLY_UNKNOWN, REPLY_OK, REPLY_REFUSED };

struct town;

struct request {
	struct town *town;
	bool busy, posted, done, quiet; /* quiet: a repeat, whose reply nobody waits for */
	bool lost;			/* the reply does not arrive */
	enum op op;
	int64_t arrives_us;
	int requester, worker, project; /* places in the town, -1: none */
	struct assignment_key key;
	int64_t epoch, amount;
	char text[200];
	size_t event; /* in the history, or NO_EVENT */
	struct arena *mem;
	struct ctx ctx;
	struct store_task task;
	enum err verdict;
	/* What came back. */
	bool got;
	struct assignment assignment;
	struct pay_publish publish;
	int64_t made;
};
#define NO_EVENT ((size_t)-1)

struct requester {
	user_id user;
	org_id org;
	int64_t deposits;
	bool asked, poor;
};

struct worker {
	user_id user;
	enum habit habit;
	int64_t wake_us;
	bool asked; /* waits for a reply */
	bool holds;
	struct assignment lease; /* the latest, held or not */
	char answer[32];
	int tries;
	int project;
};

struct project_plan {
	bool used, asked;
	int requester;
	project_id id;
	int64_t wake_us, source;
	bool edited, uploaded, published;
	int rows, redundancy, gold, share, copies; /* in thousandths, as the share */
	int64_t reward, approve_after_s, time_allowed_s;
	bool picking;
	int64_t close_us; /* from when on he closes it */
};

struct town {
	struct town_options o;
	struct town_result *result;
	struct site site;
	struct arena *mem;     /* of the day */
	struct arena *scratch; /* of one look */
	struct dice *dice;     /* of the people and the faults */
	struct history history;
	struct requester requester[REQUESTERS];
	struct worker worker[WORKERS];
	struct project_plan project[PROJECTS];
	struct request request[REQUESTS];
	int step;
	int64_t begin_us; /* steady */
	bool people;	  /* have signed up */
	bool resting;	  /* the faults have stopped */
	bool up;
	int faults; /* of a thousand steps, how many have one */
	enum town_fault armed;
};

/* --- chance: of the town's own dice --- */
static inline int64_t roll(struct town *t, int64_t sides)
{
	return (int64_t)(dice_u64(t->dice) % (uint64_t)sides);
}
static inline bool chance(struct town *t, int permille)
{
	return roll(t, 1000) < permille;
}
static inline int64_t now_us(const struct town *t)
{
	return clock_steady_us(t->site.clock);
}

void town_say(const struct town *, const char *format, ...) PRINTF_LIKE(2, 3);
/* What did not hold; the first one counts. */
void town_broken(struct town *, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);

/* --- requests.c --- */
/* A free request, filled in by the caller before it is sent; NULL when all are out. */
struct request *request_new(struct town *, enum op, int requester, int worker, int project);
void request_send(struct request *);
/* What has come to the site's door by now goes to the writer. */
void requests_arrive(struct town *);
/* Replies to whom they belong; `alive` false: the process died before it could send any. */
void requests_reply(struct town *, bool alive);

/* --- people.c --- */
void people_act(struct town *);
/* Is there nothing left to do? Else `left` says what. */
bool people_rest(struct town *, char *left, size_t size);
/* A read as the actor of a page would do it. */
struct ctx town_look(struct town *, struct actor);
struct actor town_requester(const struct town *, int requester);

#endif
