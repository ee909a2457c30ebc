/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Progress on stderr: one line that is written over on a terminal, lines far
 * apart in a log. Work of less than a second says nothing at all.
 */
#include "os/os.h"

#include <stdio.h>

struct progress {
	struct clock *clock;
	const char *title;
	const char *unit;
	int64_t total;
	int64_t done;
	int64_t start_us;
	int64_t next_us; /* when something may be shown again */
	bool quiet;
	bool terminal;
	bool shown;
};

struct progress *progress_start(struct arena *mem, struct clock *clock, const char *title,
				const char *unit, int64_t total, bool quiet)
{
	struct progress *p = NEW(mem, struct progress);

	*p = (struct progress){
		.clock = clock,
		.title = str_c(mem, str_of(title)),
		.unit = str_c(mem, str_of(unit)),
		.total = total,
		.quiet = quiet,
		.terminal = os_is_terminal(2),
		.start_us = clock_steady_us(clock),
	};
	p->next_us = p->start_us + USEC_SECOND;
	return p;
}

static void show(struct progress *p, int64_t now_us, bool end)
{
	char line[256];
	double seconds = (double)(now_us - p->start_us) / 1e6;
	int used = snprintf(line, sizeof(line), "%s: %lld", p->title, (long long)p->done);
	size_t at = used < 0 ? 0 : (size_t)used;

	if (at < sizeof(line) && p->total >= 0)
		at += (size_t)snprintf(line + at, sizeof(line) - at, " of %lld",
				       (long long)p->total);
	if (at < sizeof(line))
		at += (size_t)snprintf(line + at, sizeof(line) - at, " %s", p->unit);
	if (at < sizeof(line) && p->total > 0 && !end)
		at += (size_t)snprintf(line + at, sizeof(line) - at, ", %d %%",
				       (int)(100.0 * (double)p->done / (double)p->total));
	if (at < sizeof(line) && seconds > 0)
		snprintf(line + at, sizeof(line) - at, ", %.0f a second, %.0f s",
			 (double)p->done / seconds, seconds);
	if (p->terminal)
		fprintf(stderr, "\r\033[K%s%s", line, end ? "\n" : "");
	else
		fprintf(stderr, "%s\n", line);
	fflush(stderr);
	p->shown = true;
	p->next_us = now_us + (p->terminal ? USEC_SECOND / 10 : 10 * USEC_SECOND);
}

void progress_at(struct progress *p, int64_t done)
{
	p->done = done;
	if (p->quiet)
		return;

	int64_t now_us = clock_steady_us(p->clock);

	if (now_us >= p->next_us)
		show(p, now_us, false);
}

/* The last line is told when there was one before, so that a watcher sees the end. */
void progress_done(struct progress *p)
{
	if (p->shown)
		show(p, clock_steady_us(p->clock), true);
}
