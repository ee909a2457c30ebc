/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Video: the first tracks go over as they are, without tags; the picture is the first frame. A
 * reader that complains about the file (cut off, a damaged index) makes it a broken one.
 */
#include <fcntl.h>
#include <unistd.h>
#include "media/media_in.h"

enum { TEXT_MAX = 4096 };

/* ffmpeg says at which level it complains; its complaints come on standard error, which is nowhere,
 * so -xerror and -err_detect turn them into its end. */
static bool copy_tracks(const char *form)
{
	const char *const words[] = { FFMPEG, "-xerror", "-err_detect",	   "explode", "-f",
				      form,   "-i",	 "file:input",	   "-map",    "0:v:0",
				      "-map", "0:a:0?",	 FFMPEG_COPY(form) };
	/* Forms without such a flag: ffmpeg passes -movflags over with a warning. */
	return run(words, -1);
}

/*
 * The first frame. Decoding all of them would not be done in the time for a file where a video is
 * long. What ends too early is found out by copy_tracks (MP4) and is_whole (WebM).
 */
static bool decodes(void)
{
	static const char *const words[] = { FFMPEG,  "-xerror",    "-i", "file:output", "-map",
					     "0:v:0", "-frames:v",  "1",  "-c:v",	 "png",
					     "-f",    "image2pipe", "-y", "file:frame",	 NULL };
	return run(words, -1);
}

/* Seconds with a fraction, as ffprobe prints them. */
static bool duration(int32_t *ms)
{
	static const char *const words[] = { "/usr/bin/ffprobe",    "-v",   "quiet",
					     "-protocol_whitelist", "file", "-show_entries",
					     "format=duration",	    "-of",  "csv=p=0",
					     "file:output",	    NULL };
	char text[TEXT_MAX];
	struct str whole, part;
	int64_t seconds, rest = 0;
	size_t len;

	if (!run_text(words, text, sizeof(text), &len))
		return false;
	if (!str_split(str_trim((struct str){ text, len }), '.', &whole, &part))
		part = S("0");
	part = str_cut(part, 0, part.len < 3 ? part.len : 3);
	if (!num_i64(whole, 0, INT32_MAX, &seconds) || !num_i64(part, 0, 999, &rest))
		return false;
	for (size_t i = part.len; i < 3; i++)
		rest *= 10;
	if (seconds > MEDIA_HOURS_MAX * 3600)
		*ms = INT32_MAX;
	else
		*ms = (int32_t)(seconds * 1000 + rest);
	return true;
}

enum media_fault video_work(const struct media_ask *ask, const struct media_files *files,
			    struct media_said *out)
{
	enum media_fault fault = file_take(files->in, "input");

	if (fault != MEDIA_FINE)
		return fault;
	if (!is_whole(files->in, (enum media_form)ask->form))
		return MEDIA_BROKEN;
	(void)unlink("output");
	if (!copy_tracks(form_name((enum media_form)ask->form)) || !duration(&out->duration_ms) ||
	    !decodes()) {
		out->duration_ms = 0;
		return file_fault_of("output", MEDIA_BROKEN);
	}
	if (out->duration_ms > MEDIA_HOURS_MAX * 3600 * 1000) {
		out->duration_ms = 0;
		return MEDIA_LONG;
	}
	int frame = open("frame", O_RDONLY | O_CLOEXEC);
	if (frame < 0)
		return MEDIA_BROKEN;
	fault = picture_small(frame, files->small, out);
	close(frame);
	return fault == MEDIA_FINE ? file_give("output", files->clean) : fault;
}
