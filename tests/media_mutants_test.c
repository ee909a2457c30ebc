/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * tessera-media asked for a small file of each form, whole and damaged by chance. With more of
 * them, on a release build, figures are printed (docs/operate.md has those of one run):
 *
 *   make MODE=release test-binary
 *   MEDIA_MUTANTS=10000 build/release/tests --only media.mutants_are_cleaned_or_refused
 *   MEDIA_WHOLE=20 build/release/tests --only media.whole_files_of_each_form_are_cleaned
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include "media/media.h"
#include "tests/material.h"

enum { SECONDS = 60, MEMORY_MIB = 1024, BYTES_MAX = 1 << 25, EACH = 3 };

struct pool {
	enum media_form form;
	const char *small, *large; /* ffmpeg's words for one of the tests, one of a day's work */
	struct str bytes;
};

#define PICTURE(size) "-f lavfi -i testsrc2=s=" size ":d=1 -frames:v 1"
#define TONE(seconds) "-f lavfi -i sine=440:d=" seconds
#define FILM(size, seconds) \
	"-f lavfi -i testsrc2=s=" size ":d=" seconds ":r=10 -f lavfi -i sine=440:d=" seconds

static const struct pool all_forms[] = {
	{ MEDIA_PNG, PICTURE("60x40"), PICTURE("1600x1200"), { 0 } },
	{ MEDIA_JPEG, PICTURE("64x48"), PICTURE("1600x1200"), { 0 } },
	{ MEDIA_GIF,
	  "-f lavfi -i testsrc2=s=32x24:d=1:r=3",
	  "-f lavfi -i testsrc2=s=320x240:d=2:r=5",
	  { 0 } },
	{ MEDIA_WEBP, PICTURE("64x48"), PICTURE("1600x1200"), { 0 } },
	{ MEDIA_WAV, TONE("0.2"), TONE("60"), { 0 } },
	{ MEDIA_MP3, TONE("0.2"), TONE("60"), { 0 } },
	{ MEDIA_OGG, TONE("0.2"), TONE("60"), { 0 } },
	{ MEDIA_FLAC, TONE("0.2"), TONE("60"), { 0 } },
	{ MEDIA_M4A, TONE("0.2"), TONE("60"), { 0 } },
	{ MEDIA_MP4, FILM("64x48", "0.4"), FILM("640x360", "20"), { 0 } },
	{ MEDIA_WEBM, FILM("64x48", "0.4"), FILM("640x360", "20"), { 0 } },
	{ MEDIA_PDF, NULL, NULL, { 0 } },
};

enum { FORMS = sizeof(all_forms) / sizeof(*all_forms) };

static const char *path_of(struct ctx *c, const char *name)
{
	return str_c(c->mem, str_format(c->mem, "%s/%s", c->data, name));
}

/* What ffmpeg makes of its own test pictures and sounds. */
static struct str filmed(struct ctx *c, const char *arguments, enum media_form form)
{
	const char *path = path_of(c, "material");
	struct str out;
	struct str command =
		str_format(c->mem, "ffmpeg -nostdin -v error -y %s '%s.%s' && mv '%s.%s' '%s'",
			   arguments, path, media_form_ending(form), path, media_form_ending(form),
			   path);
	FILE *ran = popen(str_c(c->mem, command), "r");

	WANT(ran != NULL && pclose(ran) == 0);
	WANT_OK(os_slurp(c, path, BYTES_MAX, &out));
	return out;
}

static void gather(struct ctx *c, bool large, struct pool pool[FORMS])
{
	for (int i = 0; i < FORMS; i++) {
		const char *words = large ? all_forms[i].large : all_forms[i].small;

		pool[i] = all_forms[i];
		pool[i].bytes = S("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
				  "2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
				  "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\n"
				  "trailer<</Root 1 0 R>>\n%%EOF\n");
		if (words != NULL)
			pool[i].bytes = filmed(c, words, pool[i].form);
	}
}

struct made {
	const char *why;
	int64_t clean; /* bytes */
	int64_t us;
};

static struct made make(struct ctx *c, struct media *m, enum media_form form, struct str bytes)
{
	const char *raw = path_of(c, "raw"), *clean = path_of(c, "clean");
	struct clock *clock = clock_real(c->mem);
	struct media_said said;
	struct made out = { 0 };

	WANT_OK(os_replace(c, raw, bytes, 0600));
	int64_t start = clock_steady_us(clock);
	WANT_OK(media_make(c, m, raw, form, 1, clean, path_of(c, "small"), &said, &out.why));
	out.us = clock_steady_us(clock) - start;
	struct os_file DEFER(os_close) made = { OS_FILE_NONE };

	WANT_OK(os_open_read(c, clean, &made));
	WANT_OK(os_size(c, made, &out.clean));
	return out;
}

static int64_t wanted_of(const char *name, int64_t otherwise)
{
	const char *asked = getenv(name);

	WANT(asked == NULL || num_i64(str_of(asked), 1, 1000000, &otherwise));
	return otherwise;
}

/* A few bytes changed, left out or doubled; the start stays, so that its reader is asked. */
static struct str mutant(struct ctx *c, struct str bytes)
{
	struct buf out = buf_make(c->mem, 2 * bytes.len + 64);
	size_t times = 1 + ctx_random(c) % 8, keep = 16;

	buf_add(&out, str_cut(bytes, 0, keep));
	for (size_t i = 0; i < times; i++) {
		size_t left = bytes.len - keep, at = keep + (left > 0 ? ctx_random(c) % left : 0);
		size_t much = ctx_random(c) % 32;

		buf_add(&out, str_cut(bytes, keep, at));
		if (ctx_random(c) % 3 == 0)
			buf_add(&out,
				str_cut(bytes, at, at + much < bytes.len ? at + much : bytes.len));
		if (ctx_random(c) % 2 == 0)
			buf_add_char(&out, (char)ctx_random(c));
		keep = at + (ctx_random(c) % 3 == 0 ? much : 1);
		keep = keep < bytes.len ? keep : bytes.len;
	}
	buf_add(&out, str_cut(bytes, keep, bytes.len));
	return buf_str(&out);
}

/* The most that one of the processes that have ended held at once. */
static int64_t children_mib(void)
{
	struct rusage used;

	WANT(getrusage(RUSAGE_CHILDREN, &used) == 0);
	return used.ru_maxrss >> 10;
}

/*
 * Each mutant is made clean or refused with a reason, within its time and memory, by a process that
 * goes on or is started anew.
 */
PLAIN_TEST(media, mutants_are_cleaned_or_refused)
{
	int64_t wanted = wanted_of("MEDIA_MUTANTS", EACH * FORMS), done = 0, refused = 0;
	int64_t slowest = 0, all_us = 0;
	struct media m = { 0 };
	struct pool pool[FORMS];

	gather(c, false, pool);
	WANT_OK(media_open(c, SECONDS, MEMORY_MIB, &m));
	for (; done < wanted; done++) {
		const struct pool *p = &pool[done % FORMS];
		struct arena_mark mark = arena_mark(c->mem);
		struct made got = make(c, &m, p->form, mutant(c, p->bytes));

		WANT(got.why != NULL || got.clean > 0);
		refused += got.why != NULL;
		all_us += got.us;
		slowest = got.us > slowest ? got.us : slowest;
		arena_reset(c->mem, mark);
	}
	int starts = m.starts;

	media_close(&m);
	WANT(done > 0);
	WANT(slowest < (int64_t)2 * SECONDS * USEC_SECOND);
	WANT(children_mib() <= MEMORY_MIB);
	if (getenv("MEDIA_MUTANTS") != NULL)
		printf("%lld mutants, %lld refused, %d processes, %lld ms each, %lld ms the "
		       "slowest, %lld MiB the largest of them, %lld MiB here\n",
		       (long long)done, (long long)refused, starts,
		       (long long)(done > 0 ? all_us / 1000 / done : 0),
		       (long long)(slowest / 1000), (long long)children_mib(),
		       (long long)(os_memory_peak_bytes() >> 20));
}

PLAIN_TEST(media, whole_files_of_each_form_are_cleaned)
{
	int64_t times = wanted_of("MEDIA_WHOLE", 1);
	bool large = getenv("MEDIA_WHOLE") != NULL;
	struct media m DEFER(media_close) = { 0 };
	struct pool pool[FORMS];

	gather(c, large, pool);
	WANT_OK(media_open(c, SECONDS, MEMORY_MIB, &m));
	for (int i = 0; i < FORMS; i++) {
		int64_t us = 0;

		for (int64_t n = 0; n < times; n++) {
			struct arena_mark mark = arena_mark(c->mem);
			struct made got = make(c, &m, pool[i].form, pool[i].bytes);

			WANT(got.why == NULL && got.clean > 0);
			us += got.us;
			arena_reset(c->mem, mark);
		}
		if (large)
			printf("%s: %zu bytes, %.1f files a second\n",
			       media_form_ending(pool[i].form), pool[i].bytes.len,
			       (double)times * 1e6 / (double)us);
	}
	WANT_I64(1, m.starts);
}
