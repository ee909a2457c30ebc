/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One page of a PDF, drawn by pdftoppm at a fixed length of its longer side, so that a page
 * that calls itself as large as a house costs no more than a letter.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "media/media_in.h"

enum { TEXT_MAX = 65536, WORD_MAX = 16 };

static enum media_fault count_pages(int32_t *pages)
{
	static const char *const words[] = { "/usr/bin/pdfinfo", "input", NULL };
	static char text[TEXT_MAX];
	struct str rest, line;
	int64_t count;
	size_t len;

	if (!run_text(words, text, sizeof(text), &len))
		return MEDIA_BROKEN;
	rest = (struct str){ text, len };
	while (str_split(rest, '\n', &line, &rest))
		if (str_starts(line, S("Pages:")) &&
		    num_i64(str_trim(str_cut(line, 6, line.len)), 1, INT32_MAX, &count)) {
			*pages = count <= MEDIA_PAGES_MAX ? (int32_t)count : 0;
			return count <= MEDIA_PAGES_MAX ? MEDIA_FINE : MEDIA_PAGES;
		}
	return MEDIA_BROKEN;
}

static bool draw(int page)
{
	char number[WORD_MAX], side[WORD_MAX];
	const char *const words[] = {
		"/usr/bin/pdftoppm", "-png", "-singlefile", "-f",    number, "-l", number,
		"-scale-to",	     side,   "input",	    "drawn", NULL
	};

	snprintf(number, sizeof(number), "%d", page);
	snprintf(side, sizeof(side), "%d", MEDIA_PAGE_SIDE);
	return run(words, -1);
}

enum media_fault page_work(const struct media_ask *ask, const struct media_files *files,
			   struct media_said *out)
{
	enum media_fault fault = MEDIA_FINE;

	if (ask->page <= 1 || access("input", F_OK) != 0)
		fault = file_take(files->in, "input");
	if (fault == MEDIA_FINE)
		fault = count_pages(&out->pages);
	if (fault != MEDIA_FINE)
		return fault;
	(void)unlink("drawn.png");
	if (!draw(ask->page))
		return file_fault(files->clean, MEDIA_BROKEN);
	int drawn = open("drawn.png", O_RDONLY | O_CLOEXEC);
	if (drawn < 0)
		return file_fault(files->clean, MEDIA_BROKEN);
	fault = picture_clean(drawn, MEDIA_PNG, MEDIA_PNG, files->clean, files->small, out);
	close(drawn);
	return fault;
}
