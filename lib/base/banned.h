/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * banned: functions that the house does without, made to stop the compiler.
 *
 * Force-included (`-include base/banned.h`) everywhere but in the wrapper of a
 * foreign library, whose headers may name them. BASE_MAY_ALLOCATE, defined by the
 * build for the few files that may, lets the malloc family through.
 *
 * Instead: num_i64 and num_f64, str_format and buf_format, usec_text, ctx->now,
 * ctx_random, os_slurp and its neighbours, an arena.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/* What declares them comes first: a poisoned name may not even be declared. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

/* With _FORTIFY_SOURCE libc makes macros of these for clang. */
#undef sprintf
#undef vsprintf
#undef asprintf
#undef vasprintf

#pragma GCC poison strcpy strcat strncpy strncat stpcpy stpncpy sprintf vsprintf strtok strtok_r
#pragma GCC poison gets atoi atol atoll atof strtol strtoul strtoll strtoull
#pragma GCC poison gmtime localtime gmtime_r localtime_r ctime asctime mktime
#pragma GCC poison srand srandom rand_r drand48 popen tmpnam tempnam mktemp

/* Words that may also name a thing: only the call stops. */
#undef time
#undef rand
#undef random
#undef system
#define time(...) banned_time(__VA_ARGS__)
#define rand(...) banned_rand(__VA_ARGS__)
#define random(...) banned_random(__VA_ARGS__)
#define system(...) banned_system(__VA_ARGS__)
#pragma GCC poison banned_time banned_rand banned_random banned_system

#ifndef BASE_MAY_ALLOCATE
#undef alloca
#pragma GCC poison malloc calloc realloc reallocarray strdup strndup asprintf vasprintf
#pragma GCC poison aligned_alloc posix_memalign alloca getline getdelim
#undef free
#define free(...) banned_free(__VA_ARGS__)
#pragma GCC poison banned_free
#endif

#endif
