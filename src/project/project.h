/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * project: what a requester wants done, for how much, by when, and how far it is.
 *
 * The *header* (texts, template, rules, price) is written by people and lies in the
 * reference group. The *state* (where the project stands, what was paid for) is moved
 * by the house and lies with the project's work. A draft's header may be edited freely;
 * each edit adds one to its revision. Once published, title, brief, instructions, deadline and
 * priority alone may change.
 *
 *   draft -> funding -> open <-> paused -> done -> closed
 *         -> leaving -> gone
 *
 * What money and tasks are counted by is frozen into the state by project_fund,
 * under the guard that the state still is draft and counts the same records: so neither an
 * edit nor an import can change what was paid for.
 *
 * A project belongs to an org. To everybody outside it there is no such project,
 * but for what workers see of an open one (dispatch).
 */
#ifndef PROJECT_H
#define PROJECT_H
#include "kind/kind.h"
#include "org/org.h"
#include "room/room.h"
#include "user/user.h"

typedef struct {
	int64_t v;
} project_id;

/*       name     number word */
#define PROJECT_STATE_TABLE(X)                                       \
	X(DRAFT, 0, "draft")                                         \
	X(FUNDING, 1, "funding") /* paid for; tasks are being cut */ \
	X(OPEN, 2, "open")                                           \
	X(PAUSED, 3, "paused")                                       \
	X(DONE, 4, "done")	 /* every task is judged */          \
	X(CLOSED, 5, "closed")	 /* shut; what was left went back */ \
	X(LEAVING, 6, "leaving") /* a deleted draft: its records are being taken out */

enum project_state_word {
#define PROJECT_STATE_ENUM(name, number, word) PROJECT_##name = number,
	PROJECT_STATE_TABLE(PROJECT_STATE_ENUM)
#undef PROJECT_STATE_ENUM
};
/* The words as a view. */
#define PROJECT_STATE_VIEW "(draft|funding|open|paused|done|closed|leaving)"
struct str project_state_text(int64_t state);

/* How results are made of answers; see quality.h. */
enum project_method { PROJECT_PLURALITY = 0, PROJECT_SHRUNK = 1 };

/* Before which others its tasks go to workers who take any work; see dispatch. Anybody who may edit
 * the project sets it to low or normal, an operator also to high. */
enum project_priority { PROJECT_LOW = 0, PROJECT_NORMAL = 1, PROJECT_HIGH = 2 };

/* How long a task may be held while that is learned and too few answers are in. */
enum { PROJECT_TIME_FIRST_S = 300 };

struct project {
	project_id id;
	org_id org;
	struct str title;	 /* 1 to 200 code points */
	struct str brief;	 /* private to the org */
	struct str instructions; /* markdown for workers */
	struct str template;	 /* JSON text; see kind.h */
	struct str kind_line;	 /* kind of its fields, for filters */
	money reward;		 /* for one answer */
	int64_t fee_permille;	 /* of the reward, for the house; the site's when it was made */
	int64_t redundancy;	 /* answers per task, 1 to 100 */
	int64_t gold_share_permille;
	int64_t gold_redundancy; /* answers per gold task, 1 to 10,000; while it is the same as
				    redundancy, it changes along with that */
	int64_t gold_grown;	 /* tasks whose sure result may become a known answer; 0: none */
	int64_t time_allowed_s;	 /* 0: learned from the times that answers take */
	int64_t approve_after_s;
	usec deadline;	    /* 0: none */
	bool invited_only;  /* audience */
	bool picking;	    /* workers may choose a task from the list */
	int64_t estimate_s; /* per answer, the requester's guess; 0: none */
	enum project_method method;
	int64_t confidence_permille; /* no more answers than make this sure; 0: all */
	int64_t redundancy_least;    /* answers per task with such a target */
	enum project_priority priority;
	int64_t copy_permille; /* places for second copies, of those asked for; see task.h */
	int64_t revision;
	usec created;
	user_id created_by;
};

struct project_state {
	project_id id;
	org_id org;
	int64_t state;	       /* enum project_state_word */
	int64_t revision;      /* of the header that was paid for */
	struct str columns;    /* JSON list of the imported columns' names, gold_ ones too */
	int64_t records, gold; /* imported, and how many of them have a known answer */
	/* Frozen by project_fund, 0 before: */
	int64_t redundancy, gold_redundancy;
	int64_t tasks;	/* = records at that time */
	int64_t places; /* = (tasks - gold) * redundancy + gold * gold_redundancy + copies */
	int64_t copies; /* for second copies of slow tasks */
	money unit, reward, fee; /* unit = reward + fee */
	int64_t refunded;	 /* places given back so far */
	int64_t copies_left;	 /* of these no task has now */
	usec published, done;
	/* Known answers are compared with the questions while it is a draft: up to this record, so
	 * many do not fit, and whether some are left. */
	int64_t gold_checked, gold_bad;
	bool gold_left;
};

/* ERR_MISSING: no such project. For jobs and for what is open to everybody. */
MUST_USE enum err project_get(struct ctx *, project_id, struct project *out);
MUST_USE enum err project_state_get(struct ctx *, project_id, struct project_state *out);
/*
 * May who acts do this here? Members of its org with at least that role, operators, and
 * commands. To all others ERR_MISSING, as if it were not there; ERR_DENIED to
 * a member whose role does not reach.
 */
MUST_USE enum err project_must_reach(struct ctx *, project_id, enum org_role at_least,
				     struct project *out);
/* The same with ORG_MEMBER: who makes and runs projects. */
MUST_USE enum err project_must_own(struct ctx *, project_id, struct project *out);
/* ERR_CONFLICT when the state is not draft. */
MUST_USE enum err project_must_be_draft(struct ctx *, project_id, struct project_state *out);
/* project_state_get for a writer: until his transaction ends no other moves the state. */
MUST_USE enum err project_hold(struct ctx *, project_id, struct project_state *out);
/* Remove a draft, or one that is leaving, without records; ERR_CONFLICT otherwise. The caller has
 * seen that it has no sources. */
MUST_USE enum err project_remove_draft(struct ctx *, project_id);
/* Is this worker in the audience? */
MUST_USE enum err project_may_work(struct ctx *, const struct project *, user_id, bool *out);

/*
 * A worker gets no more tasks of this project, for a reason that he reads, or again. In the
 * project's shard group; project_state counts them, so that nobody looks where there are none.
 * `*changed` is false when it was so before.
 */
MUST_USE enum err project_bar(struct ctx *, project_id, user_id, struct str reason, bool *changed);
MUST_USE enum err project_unbar(struct ctx *, project_id, user_id, bool *changed);
/* One more task of an open project is gold by its own result; `*counted` is false when there are
 * as many as are wanted. */
MUST_USE enum err project_grow(struct ctx *, const struct project *, bool *counted);
MUST_USE enum err project_grown(struct ctx *, project_id, int64_t *out);
MUST_USE enum err project_is_barred(struct ctx *, project_id, user_id, bool *out);

/*
 * How many answers the imported records ask for, and how many more there may be of second copies:
 * copy_permille of those that ordinary ones ask for, rounded down; none where there is one record,
 * for then all answer the same and each answer is a person's own. ERR_LIMIT: too many to count.
 */
MUST_USE enum err project_places(struct ctx *, const struct project *, const struct project_state *,
				 int64_t *out, int64_t *copies);

/* What is still in the way of publishing, with the header's field as path; for the quote. */
MUST_USE enum err project_faults(struct ctx *, const struct project *, const struct project_state *,
				 struct kind_faults *out);
/* What is likely a slip, though nothing refuses it: a page may hold a link, or be a trial. */
struct project_looks {
	bool alike;	/* no column of the data is shown, so all of several rows look the same */
	bool untouched; /* a text says what stood there from the start */
};
void project_look(struct ctx *, const struct project *, const struct project_state *,
		  struct project_looks *out);

/*
 * Known answers or questions have changed: those of a draft are compared anew, by the job
 * intake.known, and until that is done and all of them fit, project_faults says so. `step` is one
 * slice of it, from behind record `before` to `upto`; `*moved` is false when it was begun anew or
 * is done meanwhile. project_records_shift begins anew by itself.
 */
MUST_USE enum err project_gold_anew(struct ctx *, project_id);
MUST_USE enum err project_gold_step(struct ctx *, project_id, int64_t before, int64_t upto,
				    int64_t bad, bool left, bool *moved);

/* --- for pay, in the project's shard group --- */

/* What was paid for: compared with what is there. */
struct project_funding {
	int64_t revision, records, gold;
	int64_t redundancy, gold_redundancy;
	int64_t places, copies; /* the copies are among the places */
	money unit, reward, fee;
};
/*
 * Draft -> funding, and freeze the numbers; signals task.cut, which makes the
 * tasks and then opens the project. `*moved` is false when the project is no longer
 * what was paid for: give the money back.
 */
MUST_USE enum err project_fund(struct ctx *, project_id, const struct project_funding *,
			       bool *moved);
/* Guarded by `from`. `*moved` is false when the state is another one. */
MUST_USE enum err project_state_move(struct ctx *, project_id, enum project_state_word from,
				     enum project_state_word to, bool *moved);
/* Count places that were given back: refunded `before` -> `after`; false when another was first. */
MUST_USE enum err project_refunded(struct ctx *, project_id, int64_t before, int64_t after,
				   bool *moved);

/*
 * Places for second copies, which the project was paid for and no task has: take `n` of an open
 * project, `*got` is false when there are fewer; give back; shut all that are left, to refund
 * exactly `*places`.
 */
MUST_USE enum err project_copies_take(struct ctx *, project_id, int64_t n, bool *got);
MUST_USE enum err project_copies_give(struct ctx *, project_id, int64_t n);
MUST_USE enum err project_copies_shut(struct ctx *, project_id, int64_t *places);

/* --- for intake, in the project's shard group --- */

/* Imported records come (or go, with negative counts); `columns` is the new list of names.
 * `*moved` is false when the project is not a draft any more. */
MUST_USE enum err project_records_shift(struct ctx *, project_id, int64_t records, int64_t gold,
					struct str columns, bool *moved);

/*
 * Put a template, given as an object or as a text that holds one, into a project in memory; nothing
 * is written. `columns` is a list of names as in project_state; with none any may be used.
 * ERR_INPUT at its path: the template has faults, or a column that the data does not have.
 */
MUST_USE enum err project_template_put(struct ctx *, const struct json_value *given,
				       struct str columns, struct project *);
/* The template of a project, read and known to be right. */
MUST_USE enum err project_template(struct ctx *, const struct project *, struct kind_template *out);
/* What workers see of many tasks: what no record changes is made once. Lives in c->mem. */
struct project_sheet {
	struct kind_template template;
	struct kind_sheet blocks;
	struct str title, instructions; /* as JSON */
};
MUST_USE enum err project_sheet(struct ctx *, const struct project *, const struct kind_media *,
				struct project_sheet **out);
/* The page of one record as project_page writes it, in a seed's order; in the memory of `c`. */
MUST_USE enum err project_sheet_page(struct ctx *, const struct project_sheet *, struct str fields,
				     const struct kind_media *, uint64_t seed, struct json *out);
/* What a worker sees: {"title","instructions","blocks"}. `fields`: the record's JSON. */
MUST_USE enum err project_page(struct ctx *, const struct project *, struct str fields,
			       const struct kind_media *, struct json *out);

extern const struct room project_room;

#endif
