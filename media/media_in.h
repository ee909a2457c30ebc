/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Inside of tessera-media: what is done with each form of file. See lib/media/media.h for what
 * comes out. Everything here runs confined (confine.h), with the own folder as the current one, and
 * may be killed at any moment: the folder goes with it.
 */
#ifndef MEDIA_IN_H
#define MEDIA_IN_H
#include "media/media.h"

/* The handles of one ask. */
struct media_files {
	int in, clean, small;
};

typedef enum media_fault media_work(const struct media_ask *, const struct media_files *,
				    struct media_said *);

media_work picture_work; /* picture.c */
media_work sound_work;	 /* sound.c */
media_work video_work;	 /* video.c */
media_work page_work;	 /* page.c */

/* A picture of this form out of one handle into another, written anew as `to`, and its WebP. */
enum media_fault picture_clean(int in, enum media_form form, enum media_form to, int clean,
			       int small, struct media_said *out);
/* Only the WebP of a PNG of ours, and its size. */
enum media_fault picture_small(int in, int small, struct media_said *out);

/* --- run.c: other programs --- */
/* Run it with standard output at `out` (or -1: nowhere). True: it ended well. Each has at most so
 * much processor time as a file may take in all. */
bool run(const char *const *words, int out);
/* The same with what it prints, at most `max` bytes, in `*text`. */
bool run_text(const char *const *words, char *text, size_t max, size_t *len);
/* Its standard output as it comes; the caller closes `*out` and calls run_end. */
bool run_begin(const char *const *words, int *out, int *pid);
bool run_end(int pid);

/* A handle's bytes into a new file of the own folder, and the other way round. */
enum media_fault file_take(int in, const char *name);
enum media_fault file_give(const char *name, int out);
/* Does the file hold as much as it says of itself (whole.c)? True for forms that say nothing. */
bool is_whole(int fd, enum media_form);
/* A write that did not work: is it the file that is too large, or the disk that is full? */
enum media_fault file_fault(int out, enum media_fault otherwise);

/* The same of a file of the own folder; what it holds is rubbish then. */
enum media_fault file_fault_of(const char *name, enum media_fault otherwise);

/* What ffmpeg calls a form. */
const char *form_name(enum media_form);

/*
 * Its first words in every run: it asks nothing, says nothing, has one thread, and what it is given
 * may name no other place than a file of ours.
 */
#define FFMPEG \
	"/usr/bin/ffmpeg", "-nostdin", "-v", "quiet", "-threads", "1", "-protocol_whitelist", "file"
/* Its last words where tracks of `input` go over into `output` as they are, without tags. */
#define FFMPEG_COPY(form)                                                                   \
	"-c", "copy", "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", \
		"-flags", "+bitexact", "-movflags", "+faststart", "-y", "-f", (form),       \
		"file:output", NULL

#endif
