/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The side of the server: starting, asking, and starting again. One process for all was
 * turned down: a file that takes it over would see those of other people that come behind.
 */
#include "media/media.h"

enum { TRIES = 2 };

static const char *words_of(enum media_fault fault)
{
	static const char *const words[] = {
#define MEDIA_FAULT_WORDS(name, words) words,
		MEDIA_FAULT_TABLE(MEDIA_FAULT_WORDS)
#undef MEDIA_FAULT_WORDS
	};

	CHECK(fault >= 0 && fault < MEDIA_FAULTS);
	return words[fault];
}

enum err media_open(struct ctx *c, int64_t seconds, int64_t memory_mib, struct media *out)
{
	struct str folder = str_format(c->mem, "%s/tmp/media-%016llx", c->data,
				       (unsigned long long)ctx_random(c));

	*out = (struct media){ .ctx = *c,
			       .child = { .fd = OS_FILE_NONE },
			       .wait_us = seconds * USEC_SECOND,
			       .folder = str_c(c->mem, folder) };
	struct str memory = str_format(c->mem, "%lld", (long long)memory_mib);
	out->memory = str_c(c->mem, memory);
	TRY(os_beside(c, "tessera-media", &out->program));
	if (os_is_file(out->program))
		return OK;
	return refuse(c, ERR_INPUT,
		      "what opens pictures and sound, tessera-media, is not "
		      "installed on this site");
}

void media_close(struct media *m)
{
	os_child_stop(&m->child);
	if (m->folder == NULL)
		return;
	m->ctx.refusal = (struct refusal){ 0 };
	(void)!os_remove_folder(&m->ctx, m->folder); /* else it is only lost space */
	m->folder = NULL;
}

/* A fresh process in an empty folder. */
static enum err begin(struct ctx *c, struct media *m)
{
	const char *const words[] = { m->program, m->folder, m->memory, NULL };

	TRY(os_remove_folder(c, m->folder));
	TRY(os_make_folder(c, m->folder));
	m->starts++;
	return os_child_start(c, words, m->folder, &m->child);
}

/* Pages become pictures, all else stays what it is; the form of what is at fault is not used. */
static bool is_sane(const struct media_said *s, const struct media_ask *a)
{
	int32_t becomes = a->form == MEDIA_PDF ? MEDIA_PNG : a->form;

	return s->fault >= 0 && s->fault < MEDIA_CRASH &&
	       (s->fault != MEDIA_FINE || s->form == becomes) && s->width >= 0 &&
	       s->width <= MEDIA_SIDE_MAX && s->height >= 0 && s->height <= MEDIA_SIDE_MAX &&
	       s->pages >= 0 && s->pages <= MEDIA_PAGES_MAX && s->duration_ms >= 0 &&
	       s->duration_ms <= MEDIA_HOURS_MAX * 3600 * 1000;
}

static enum err ask(struct ctx *c, struct media *m, const char *path, const struct media_ask *a,
		    const char *clean, const char *small, struct media_said *out)
{
	struct os_file in DEFER(os_close) = { OS_FILE_NONE };
	struct os_file to DEFER(os_close) = { OS_FILE_NONE };
	struct os_file beside DEFER(os_close) = { OS_FILE_NONE };

	if (m->child.pid == 0)
		TRY(begin(c, m));
	TRY(os_remove(c, clean));
	TRY(os_remove(c, small));
	TRY(os_open_read(c, path, &in));
	TRY(os_create(c, clean, &to));
	TRY(os_create(c, small, &beside));
	const struct os_file files[] = { in, to, beside };
	enum os_child_end end = OS_CHILD_GONE;
	if (os_child_say(m->child, a, sizeof(*a), files, 3))
		end = os_child_hear(m->child, out, sizeof(*out), m->wait_us);
	if (end == OS_CHILD_SAID && is_sane(out, a))
		return OK;
	out->fault = end == OS_CHILD_SILENT ? MEDIA_SLOW : MEDIA_CRASH;
	os_child_stop(&m->child);
	return OK;
}

enum err media_make(struct ctx *c, struct media *m, const char *path, enum media_form form,
		    int page, const char *clean, const char *small, struct media_said *out,
		    const char **why)
{
	struct media_ask a = { .form = (int32_t)form, .page = page };
	int tries = 0;

	do {
		*out = (struct media_said){ 0 };
		TRY(ask(c, m, path, &a, clean, small, out));
		tries++;
	} while (out->fault >= MEDIA_CRASH && tries < TRIES);
	if (out->fault == MEDIA_DISK)
		return refuse(c, ERR_STORE, "there is no room for what is made of a file");
	*why = out->fault == MEDIA_FINE ? NULL : words_of((enum media_fault)out->fault);
	return OK;
}
