/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * media: what is said between this process and tessera-media, the program that opens pictures,
 * sound, video and PDF (media/). Such files come from strangers and the libraries that read
 * them are large, so they are opened there alone: without network, within limits, and, where the
 * kernel has Landlock (confine.h), without the data folder.
 *
 * A process is started for a stretch of work (a slice of one upload), serves one file at a time
 * and ends with it, so no two projects ever share one. It gets the file and the files to write as
 * handles. What it says is bounded and checked here as what a stranger says. When it crashes or
 * does not answer in time, it is ended with all that it started, and the file tried once
 * more in a new one; after that the file is refused.
 *
 * What is made of each:
 *   picture  the same picture, written anew: upright, in sRGB, pixels and nothing else (no
 *            EXIF, XMP, comments, profile); and a WebP of at most MEDIA_THUMB_SIDE
 *   sound    the first sound track as it is, in its form, without tags; and its wave form
 *   video    first video and sound track as they are, without tags; and a picture of it as WebP
 *   page     one page of a PDF as a PNG of MEDIA_PAGE_SIDE; and a WebP as above
 *
 * A wave form is MEDIA_PEAKS_SIZE bytes in any case: "TPK1", the length in milliseconds and the
 * count of pairs as little-endian 32-bit numbers, 4 bytes of 0, then for each of MEDIA_PEAKS equal
 * stretches its least and greatest sample as signed bytes (-127 to 127).
 */
#ifndef MEDIA_MEDIA_H
#define MEDIA_MEDIA_H
#include "os/os.h"

enum {
	MEDIA_PEAKS = 2000,
	MEDIA_PEAKS_SIZE = 16 + 2 * MEDIA_PEAKS,
	MEDIA_THUMB_SIDE = 320,
	MEDIA_PAGE_SIDE = 2200,
	MEDIA_PAGES_MAX = 200,
	MEDIA_SIDE_MAX = 30000, /* pixels of a picture's side */
	MEDIA_PIXELS_MAX = 100000000,
	MEDIA_HOURS_MAX = 6,	 /* of sound or video */
	MEDIA_OUT_MAX = 1 << 30, /* bytes of a file that is made */
};

enum media_form {
	MEDIA_JPEG = 1,
	MEDIA_PNG,
	MEDIA_WEBP,
	MEDIA_GIF,
	MEDIA_WAV,
	MEDIA_MP3,
	MEDIA_OGG,
	MEDIA_FLAC,
	MEDIA_M4A,
	MEDIA_MP4,
	MEDIA_WEBM,
	MEDIA_PDF,
	MEDIA_FORMS,
};

/* What a file starts with tells its form, never its name; 0: none of ours. MPEG-4 without sound
 * alone said is MP4. */
enum media_form media_form_of(struct str start);
const char *media_form_ending(enum media_form); /* "jpg" */
const char *media_form_type(enum media_form);	/* "image/jpeg" */
/* The form whose ending this is, or 0. */
enum media_form media_form_by_ending(struct str ending);
bool media_form_is_picture(enum media_form);
bool media_form_is_sound(enum media_form);
bool media_form_is_video(enum media_form);

/* --- the messages: fixed, and the same machine on both sides --- */

/* With an ask go three handles: the file, and two to write: the cleaned file and the small one. */
struct media_ask {
	int32_t form; /* enum media_form */
	int32_t page; /* of a PDF, from 1; behind the first: of the file asked for before */
};

/* What may be wrong with a file, and how it is said behind its name. */
#define MEDIA_FAULT_TABLE(X)                                                                      \
	X(FINE, "is in order")                                                                    \
	X(BROKEN, "is cut off or broken")                                                         \
	X(LARGE, "is larger than 30000 pixels a side, 100 million pixels or 1 GiB")               \
	X(LONG, "is longer than 6 hours")                                                         \
	X(SILENT, "holds no sound")                                                               \
	X(BLIND, "is a video without a picture")                                                  \
	X(LOCKED, "is locked with a password")                                                    \
	X(PAGES, "has more than 200 pages")                                                       \
	X(DISK, "cannot be written")			      /* not the file's own: ERR_STORE */ \
	X(CRASH, "makes the program that reads it break off") /* said here, after a second try */ \
	X(SLOW, "takes too long to read")		      /* likewise */

enum media_fault {
#define MEDIA_FAULT_ENUM(name, words) MEDIA_##name,
	MEDIA_FAULT_TABLE(MEDIA_FAULT_ENUM)
#undef MEDIA_FAULT_ENUM
		MEDIA_FAULTS
};

struct media_said {
	int32_t fault;		      /* enum media_fault */
	int32_t form;		      /* of the cleaned file */
	int32_t width, height, pages; /* 0: it has none */
	int32_t duration_ms;
};

/* --- asking --- */

struct media {
	struct ctx ctx; /* to tidy up with */
	struct os_child child;
	const char *program, *folder;
	const char *memory; /* MiB, as a word of its command line */
	int64_t wait_us;    /* for one file */
	int starts;
};

/* Nothing is started before the first question. `seconds` for a file, `memory_mib` for each
 * program. ERR_INPUT the program is not installed. */
MUST_USE enum err media_open(struct ctx *, int64_t seconds, int64_t memory_mib, struct media *out);
void media_close(struct media *); /* for DEFER: ends the process and removes its folder */

/*
 * Clean the file at `path` into two new files, `clean` and `small`, which the caller removes or
 * renames in any case. When the file is at fault `*why` says how, to stand behind its name, and
 * what was made is rubbish; else it is NULL. ERR_STORE it cannot be started, or cannot write.
 */
MUST_USE enum err media_make(struct ctx *, struct media *, const char *path, enum media_form,
			     int page, const char *clean, const char *small, struct media_said *out,
			     const char **why);

#endif
