/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * os: the outside: clock, dice, files, threads and processes.
 *
 * Clock and dice are each real or pretend; the pretend ones are for tests and
 * simulation, move only when told and repeat from a seed. Handles live here
 * and are closed where they were opened.
 */
#ifndef OS_OS_H
#define OS_OS_H
#include "base/base.h"

/* --- clock.c: wall time for what is kept, a steady clock for how long things take --- */
struct clock;
struct clock *clock_real(struct arena *);
struct clock *clock_pretend(struct arena *, usec start);
/* Goes back within a process by no more than the system's own correction. */
usec clock_now(struct clock *);
int64_t clock_steady_us(struct clock *);
void clock_move(struct clock *, int64_t us); /* pretend only */
/* Pretend only: somebody sets the wall clock, forth or back; the steady one does not notice. */
void clock_jump(struct clock *, int64_t us);

/* --- dice.c: thread-safe; the real one is the kernel's generator, the pretend one is seeded --- */
struct dice;
struct dice *dice_real(struct arena *);
struct dice *dice_pretend(struct arena *, uint64_t seed);
void dice_bytes(struct dice *, void *out, size_t len);
uint64_t dice_u64(struct dice *);
/* The low 21 bits and order of ids; see ctx_new_id. Kept here because it is shared by a process. */
int64_t dice_new_id(struct dice *, usec now);

/* --- files.c: paths are C strings; what is wrong is said in the context's refusal --- */
struct os_file {
	int fd;
};
enum { OS_FILE_NONE = -1 };

MUST_USE enum err os_open_read(struct ctx *, const char *path, struct os_file *out);
/* A new file with mode 0600; ERR_CONFLICT if it is there. */
MUST_USE enum err os_create(struct ctx *, const char *path, struct os_file *out);
/* ERR_STORE with "the disk is full" for ENOSPC and EDQUOT. */
MUST_USE enum err os_write(struct ctx *, struct os_file, struct str bytes);
MUST_USE enum err os_read(struct ctx *, struct os_file, int64_t at, void *out, size_t max,
			  size_t *got);
MUST_USE enum err os_size(struct ctx *, struct os_file, int64_t *out);
MUST_USE enum err os_sync(struct ctx *, struct os_file);
void os_close(struct os_file *); /* for DEFER; harmless when closed */
/* Whole small file, at most `max` bytes (ERR_LIMIT). ERR_MISSING when it is not there. */
MUST_USE enum err os_slurp(struct ctx *, const char *path, size_t max, struct str *out);
/* Write beside it, fsync, rename, fsync the folder: whole or not at all. */
MUST_USE enum err os_replace(struct ctx *, const char *path, struct str bytes, int mode);
/* The same where nothing is yet; what is there already stays, whoever made it. */
MUST_USE enum err os_put_once(struct ctx *, const char *path, struct str bytes, int mode);
/* And fsync of both folders. */
MUST_USE enum err os_rename(struct ctx *, const char *from, const char *to);
/* With parents, mode 0700; fine if there. */
MUST_USE enum err os_make_folder(struct ctx *, const char *path);
MUST_USE enum err os_remove(struct ctx *, const char *path); /* fine if absent */
/* A folder with the files in it, not with folders in it; fine if absent. */
MUST_USE enum err os_remove_folder(struct ctx *, const char *path);
bool os_is_folder(const char *path);
bool os_is_file(const char *path);
/* Names in a folder, sorted by bytes, without . and .. */
MUST_USE enum err os_list(struct ctx *, const char *path, struct str **names, size_t *count);

/* --- thread.c: the only way to start a thread; docs/design.md lists who does --- */
struct os_thread;
struct os_thread *os_thread_start(struct arena *, const char *name, void (*body)(void *),
				  void *arg);
void os_thread_join(struct os_thread *);

struct os_lock;
struct os_lock *os_lock_new(struct arena *);
void os_lock_take(struct os_lock *);
void os_lock_give(struct os_lock *);
/* Wait for a wake or for `us` (negative: for ever); the lock is held before and after. */
void os_lock_wait(struct os_lock *, int64_t us);
void os_lock_wake(struct os_lock *); /* one waiter */
void os_lock_wake_all(struct os_lock *);

/* --- process.c --- */
int os_cores(void);
int64_t os_memory_peak_bytes(void); /* VmHWM of this process */
int64_t os_memory_bytes(void);	    /* VmRSS */
int64_t os_cpu_us(void);	    /* user + system time of this process */
bool os_is_terminal(int fd);
/* The version of the kernel's Landlock, by which a process gives up its view of files; 0: none. */
int os_landlock(void);
/* From now on SIGINT and SIGTERM are only noted, and a long command asks whether one came. */
void os_stop_watch(void);
bool os_stop_asked(void);

/* --- child.c: a program beside this process, spoken to in messages --- */
struct os_child {
	int pid, fd; /* 0 and OS_FILE_NONE: there is none */
};
enum { OS_CHILD_FILES_MAX = 4 };
/* How a wait for a message ended. */
enum os_child_end { OS_CHILD_SAID, OS_CHILD_GONE, OS_CHILD_SILENT };

/*
 * Start a program with these words (the first is its path, NULL ends them). Standard input is our
 * line to it, one message at a time; it sees no other handle, no environment but PATH, LANG and
 * TMPDIR, which is `folder`, and nobody reads what it prints. ERR_STORE it cannot be started.
 */
MUST_USE enum err os_child_start(struct ctx *, const char *const *words, const char *folder,
				 struct os_child *out);
/* Say something and give it these files. False: it is gone. */
bool os_child_say(struct os_child, const void *bytes, size_t len, const struct os_file *files,
		  int count);
/* The next message of exactly `len` bytes, within `us`. */
enum os_child_end os_child_hear(struct os_child, void *out, size_t len, int64_t us);
/* End it and all that it has started, at once; harmless when there is none. For DEFER. */
void os_child_stop(struct os_child *);
/* A program that lies beside the one that runs, as a path. */
MUST_USE enum err os_beside(struct ctx *, const char *name, const char **out);

/* --- progress.c: long work tells how far it is; the code does not know who watches --- */
struct progress;
/* `total` < 0 when unknown. Shown on stderr after one second, at most ten times a
 * second on a terminal, every ten seconds in a log; never when `quiet`. */
struct progress *progress_start(struct arena *, struct clock *, const char *title, const char *unit,
				int64_t total, bool quiet);
void progress_at(struct progress *, int64_t done);
void progress_done(struct progress *);

#endif
