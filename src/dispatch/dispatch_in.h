/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the room's parts share: what a process remembers, all of it hints.
 *
 * A *window* holds the open tasks of a project over a stretch of their numbers, with the places
 * that are thought to be free: 8 bytes for each. A *hint* says how far a worker has come in a
 * project. Both are guarded by one lock, which is never held while the store is asked.
 */
#ifndef DISPATCH_IN_H
#define DISPATCH_IN_H
#include "dispatch/dispatch.h"

enum {
	DISPATCH_HINTS = 1 << 15, /* about 100 bytes each */
	DISPATCH_WINDOWS = 256,	  /* projects that are handed out at a time */
	DISPATCH_PLACES = 4096,	  /* tasks of one window */
	DISPATCH_READ = 1024,	  /* tasks that are read at a time */
	DISPATCH_ROUNDS = 64,	  /* candidates looked at for one request */
	DISPATCH_SWEEP = 256,	  /* tasks of one look for what was passed by */
	DISPATCH_SAVE_EVERY = 8,  /* grants, then a worker's hint is written down */
	DISPATCH_TRIES = 64,	  /* projects that are asked for one request of a stream */
	DISPATCH_OFFERS = 4096,	  /* open projects that a stream looks at, 24 bytes each */
	DISPATCH_NONES = 1 << 14, /* 24 bytes each */
};

/* How far a worker has come in a project. */
struct dispatch_hint {
	int64_t project, worker;
	bool known;		      /* read from the store, or new */
	int64_t after[2];	      /* the last task looked at: of the plain ones, of gold */
	int64_t again_us, again_id;   /* the last of those that were opened again */
	int64_t sweep_gold, sweep_id; /* where the look for what was passed by goes on */
	int64_t swept_us;	      /* when that look came to its end last */
	int64_t gold_had;	      /* tasks with a known answer that he was given */
	int64_t unsaved;	      /* grants since it was written down */
	int64_t used;		      /* the clock of the table: the oldest goes first */
};

struct dispatch_place {
	uint32_t behind; /* the task's number, less the window's base */
	uint16_t free;
};

struct dispatch_window {
	int64_t project;
	bool gold;
	bool whole;	 /* nothing lies behind `upto` */
	int64_t read_us; /* when that was seen */
	int64_t slow_us; /* when no task was slow */
	int64_t base, from, upto;
	size_t count;
	struct dispatch_place *place; /* DISPATCH_PLACES, once it is in use */
};

/* A project that gives out tasks, as a stream sees it. */
struct dispatch_offer {
	project_id project;
	int64_t priority;
	usec deadline;
};

/* There was nothing for this worker in that project. */
struct dispatch_none {
	int64_t worker, project, at_us;
};

struct dispatch_memory {
	struct arena *mem;
	bool is_small; /* made for a single call: what is learned is written down at once */
	struct os_lock *lock;
	int64_t used;
	size_t hint_count, window_count;
	struct dispatch_hint *hint;
	struct dispatch_window *window;
	/* For streams; made when the first one asks. */
	size_t offer_count;
	usec offers_read;
	struct dispatch_offer *offer; /* DISPATCH_OFFERS */
	struct dispatch_none *none;   /* DISPATCH_NONES */
};

/* --- hints.c --- */
MUST_USE enum err dispatch_memory_open(struct ctx *, struct arena *, void *state);
/* That of the process, or a small one for this call where there is none. */
struct dispatch_memory *dispatch_memory(struct ctx *);
struct dispatch_hint dispatch_hint_get(struct dispatch_memory *, project_id, user_id);
void dispatch_hint_keep(struct dispatch_memory *, const struct dispatch_hint *);

/* --- window.c; the lock is held --- */
enum dispatch_look {
	DISPATCH_FOUND,
	DISPATCH_MORE, /* read on behind `upto` */
	DISPATCH_LEFT, /* the window begins further on: ask the store */
	DISPATCH_NONE,
};
struct dispatch_window *dispatch_window_of(struct dispatch_memory *, project_id, bool gold);
/* The first task behind `after` with a place; the place is counted as taken. */
enum dispatch_look dispatch_window_take(struct dispatch_window *, int64_t after, usec now,
					task_id *out);
/* Tasks behind `upto`, in the order of their numbers; fewer than were asked for: the last ones. */
struct dispatch_open_task {
	task_id id;
	int64_t free;
};
void dispatch_window_add(struct dispatch_memory *, struct dispatch_window *,
			 const struct dispatch_open_task *, size_t count, size_t asked, usec now);
/* What a claim has taught: no place is free; or one is again. */
void dispatch_window_full(struct dispatch_window *, task_id);
void dispatch_window_back(struct dispatch_window *, task_id);

/* --- dispatch.c --- */
/* dispatch_next for the next task, without a refusal: whoever may have none here gets none. */
MUST_USE enum err dispatch_offer_next(struct ctx *, const struct dispatch_desk *,
				      struct dispatch_ask *, size_t count);

/* --- grant.c --- */
/* Find and claim a task for each that has none yet; those who ask differ. */
MUST_USE enum err dispatch_seek(struct ctx *, const struct dispatch_desk *,
				struct dispatch_ask *const *, size_t count);
/* The submitted task is one that the worker has been at, whichever server gave it to him. */
void dispatch_seen(struct ctx *, const struct dispatch_desk *, user_id, task_id);

/* --- copies.c --- */
/* A second copy of a slow task for each that has none yet; those who ask differ. */
MUST_USE enum err dispatch_copies(struct ctx *, const struct dispatch_desk *,
				  struct dispatch_ask *const *, size_t count);

extern const struct web_route dispatch_routes[];

/* The quotas that an answer counts for; how many. */
int dispatch_quotas(const struct kind_template *, const struct json_value *answer,
		    struct assignment_quota out[KIND_QUOTAS_MAX]);

#endif
