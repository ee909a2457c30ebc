/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Inside of brand: colours, and what is changed. */
#ifndef BRAND_IN_H
#define BRAND_IN_H
#include "brand/brand.h"
#include "web/web.h"

/* "#17724f" or "17724F" as 0xrrggbb. */
MUST_USE bool brand_colour_read(struct str, int64_t *out);
/*
 * (L1 + 0.05) / (L2 + 0.05) of the lighter and the darker, from 1 to 21.
 * Source: WCAG 2.2, contrast ratio and relative luminance,
 * https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
 */
double brand_contrast(int64_t one, int64_t other);
/* How an accent can be read in the light or the dark look. */
struct brand_seen {
	int64_t accent, word, tint; /* the colour, what is written on it, and its quiet ground */
	int64_t page;		    /* the look's own ground */
	double ratio;		    /* the least of its contrasts */
	const char *where;	    /* where that is: one of BRAND_WHERE */
	const char *said;	    /* the same in words */
	bool enough;
};
#define BRAND_WHERE "page|panel|sunk|tint|quiet|word"
/*
 * Looked at where pages use it: as text on the three grounds and on its own tint, with the muted
 * text on that tint, and a word on it. BRAND_LEAST to 1 is enough everywhere.
 */
struct brand_seen brand_seen(int64_t accent, bool dark);
extern const double BRAND_LEAST;
/* ERR_INPUT `field`, with the ground and the figure, when that is not enough. */
MUST_USE enum err brand_accent_check(struct ctx *, const char *field, int64_t accent, bool dark);
/* The accent mixed with white, by twentieths, up to the first that can be read in the dark. */
int64_t brand_accent_for_dark(int64_t accent);
/* The style sheet. Its rules count more than those of the app's own, wherever it stands. */
struct str brand_style(struct arena *, int64_t accent, int64_t accent_dark);

/*
 * The colours that are asked for; one for the dark is found when only the other is given, and
 * both stay as they are when none is. ERR_INPUT accent, accent_dark: no colour, or one alone.
 */
MUST_USE enum err brand_colours_read(struct ctx *, struct str accent, struct str accent_dark,
				     int64_t *light, int64_t *dark);

/* What is given changes, the rest stays. */
struct brand_change {
	struct str name;
	struct str accent, accent_dark;
	bool no_name, no_accent; /* back to the house's */
	struct str logo;	 /* the path of a file */
	struct str kept;	 /* what was made of it, for the transaction */
	int64_t width, height;
};
/*
 * Make a small WebP of the logo, ahead of the transaction.
 * ERR_INPUT  logo: no picture of ours, broken, too large; its reason. ERR_MISSING no such file.
 */
MUST_USE enum err brand_logo_make(struct ctx *, struct brand_change *);
/* ERR_INPUT  name, accent, accent_dark */
MUST_USE enum err brand_set(struct ctx *, const struct brand_change *);
MUST_USE enum err brand_logo_leave(struct ctx *);
MUST_USE enum err brand_reset(struct ctx *);

extern const struct room_option brand_set_options[];
MUST_USE enum err brand_set_command(struct ctx *, const struct room_call *);
MUST_USE enum err brand_show_command(struct ctx *, const struct room_call *);
MUST_USE enum err brand_reset_command(struct ctx *, const struct room_call *);

struct brand_file_form {
	struct str file;
};
struct brand_form {
	struct str name, accent, accent_dark;
	bool has_name, has_accent;
};
struct brand_logo_form {
	struct web_upload file;
	struct brand_change made; /* ahead of the transaction */
};
web_handler brand_file_page, brand_page, brand_contrast_page, brand_post;
web_handler brand_logo_before, brand_logo_post, brand_logo_delete, brand_delete;

#endif
