/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * brand: under whose name the site stands: its name, its accent colour and its logo.
 *
 * One row, made on the operator's page or by `tessera brand set` and read anew for each page, so a
 * change shows at once on all servers; until there is one, the house's own look and the setting
 * `site.name` hold. A colour is taken only if everything that is written in it or on it can be
 * read: see brand_accent_check. A logo is a picture from outside and goes the way of all of them:
 * opened by tessera-media alone, written anew as a small WebP without anything but pixels; SVG is
 * none. Colours reach the browser as a style sheet of its own address, the logo as a file: the
 * content policy stays as strict as it is.
 */
#ifndef BRAND_H
#define BRAND_H
#include "room/room.h"

enum {
	BRAND_NAME_MAX = 60,	     /* characters */
	BRAND_LOGO_MAX = 5 << 20,    /* bytes of the file that is given */
	BRAND_LOGO_KEPT_MAX = 65536, /* bytes of what is made of it */
	BRAND_LOGO_WIDE = 6,	     /* times its height: a phone has room for no more */
	BRAND_NONE = -1,	     /* no colour of its own */
};

struct brand {
	struct str name;	     /* empty: the setting site.name */
	int64_t accent, accent_dark; /* 0xrrggbb; both or none */
	struct str logo;	     /* its file's name; empty: none */
	int64_t logo_width, logo_height;
};

/* The site's brand; all empty when nothing was set. */
MUST_USE enum err brand_look(struct ctx *, struct brand *out);
/* How the site is called: the brand's name, else the setting. */
MUST_USE enum err brand_name(struct ctx *, struct str *out);
/* "/brand/NAME" of style sheet and logo; empty: none. */
struct str brand_style_path(struct arena *, const struct brand *);
struct str brand_logo_path(struct arena *, const struct brand *);

extern const struct room brand_room;

#endif
