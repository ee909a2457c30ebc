/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Inside of brand: colours, and what is changed. */
#ifndef BRAND_IN_H
#define BRAND_IN_H
#include "brand/brand.h"

/* "#17724f" or "17724F" as 0xrrggbb. */
MUST_USE bool brand_colour_read(struct str, int64_t *out);
/*
 * (L1 + 0.05) / (L2 + 0.05) of the lighter and the darker, from 1 to 21.
 * Source: WCAG 2.2, contrast ratio and relative luminance,
 * https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
 */
double brand_contrast(int64_t one, int64_t other);
/*
 * Can the accent be read where pages use it, in light (or else dark) look: as text on the three
 * grounds and on its own tint, with the muted text on that tint, and a word on it? 4.5 to 1 is
 * the least. ERR_INPUT `field`, with the ground and the figure.
 */
MUST_USE enum err brand_accent_check(struct ctx *, const char *field, int64_t accent, bool dark);
/* The accent mixed with white, by twentieths, up to the first that can be read in the dark. */
int64_t brand_accent_for_dark(int64_t accent);
/* The style sheet. Its rules count more than those of the app's own, wherever it stands. */
struct str brand_style(struct arena *, int64_t accent, int64_t accent_dark);

/* What is given changes, the rest stays. A colour for the dark is found when none is given. */
struct brand_change {
	struct str name;
	struct str accent, accent_dark;
	struct str logo; /* the path of a file */
	struct str kept; /* what was made of it, for the transaction */
	int64_t width, height;
};
/*
 * Make a small WebP of the logo, ahead of the transaction.
 * ERR_INPUT  logo: no picture of ours, broken, too large; its reason. ERR_MISSING no such file.
 */
MUST_USE enum err brand_logo_make(struct ctx *, struct brand_change *);
/* ERR_INPUT  name, accent, accent_dark */
MUST_USE enum err brand_set(struct ctx *, const struct brand_change *);
MUST_USE enum err brand_reset(struct ctx *);

extern const struct room_option brand_set_options[];
MUST_USE enum err brand_set_command(struct ctx *, const struct room_call *);
MUST_USE enum err brand_show_command(struct ctx *, const struct room_call *);
MUST_USE enum err brand_reset_command(struct ctx *, const struct room_call *);

struct brand_file_form {
	struct str file;
};
web_handler brand_file_page;

#endif
