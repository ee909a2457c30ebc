/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Sound: its first track goes over as it is, so nothing is lost by it, and without the tags,
 * chapters and pictures around it. The wave form is read from the samples that ffmpeg decodes,
 * 8,000 a second: each hundredth of a second keeps its least and greatest, and of those the
 * stretches.
 */
#include <signal.h>
#include <unistd.h>
#include "media/media_in.h"

enum {
	RATE = 8000,
	GRAIN = RATE / 100,
	GRAINS_MAX = MEDIA_HOURS_MAX * 3600 * 100,
	PIECE = 1 << 16,
	LOUDEST = 32767,
};

struct wave {
	int64_t samples;
	struct {
		signed char least, most;
	} grain[GRAINS_MAX];
};

const char *form_name(enum media_form form)
{
	static const char *const names[MEDIA_FORMS] = {
		[MEDIA_WAV] = "wav",   [MEDIA_MP3] = "mp3", [MEDIA_OGG] = "ogg",
		[MEDIA_FLAC] = "flac", [MEDIA_M4A] = "mp4", [MEDIA_MP4] = "mp4",
		[MEDIA_WEBM] = "webm",
	};

	CHECK(form > 0 && form < MEDIA_FORMS && names[form] != NULL);
	return names[form];
}

/* --- the wave form --- */

static void see(struct wave *w, int sample)
{
	int64_t at = w->samples / GRAIN;
	signed char level =
		(signed char)(sample * 127 / LOUDEST < -127 ? -127 : sample * 127 / LOUDEST);

	if (w->samples % GRAIN == 0 || level < w->grain[at].least)
		w->grain[at].least = level;
	if (w->samples % GRAIN == 0 || level > w->grain[at].most)
		w->grain[at].most = level;
	w->samples++;
}

/* False: it goes on for too long. */
static bool read_samples(int line, struct wave *w)
{
	static unsigned char piece[PIECE];
	size_t have = 0;
	ssize_t got;

	while ((got = read(line, piece + have, PIECE - have)) > 0) {
		have += (size_t)got;
		for (size_t i = 0; i + 1 < have; i += 2) {
			if (w->samples >= (int64_t)GRAINS_MAX * GRAIN)
				return false;
			see(w, (short)(piece[i] | piece[i + 1] << 8));
		}
		if (have % 2 == 1)
			piece[0] = piece[have - 1];
		have %= 2;
	}
	return true;
}

/* FLAC alone is taken at its word: old MP3 are often damaged where nobody hears it. */
static enum media_fault decode(enum media_form form, struct wave *w)
{
	const char *const words[] = { FFMPEG,  form == MEDIA_FLAC ? "-xerror" : "-noxerror",
				      "-i",    "file:output",
				      "-map",  "0:a:0",
				      "-vn",   "-ac",
				      "1",     "-ar",
				      "8000",  "-f",
				      "s16le", "pipe:1",
				      NULL };
	int line, pid;

	w->samples = 0;
	if (!run_begin(words, &line, &pid))
		return MEDIA_DISK;
	bool ends = read_samples(line, w);
	close(line); /* who still writes ends by that */
	bool well = run_end(pid);
	if (!ends)
		return MEDIA_LONG;
	return well && w->samples > 0 ? MEDIA_FINE : MEDIA_BROKEN;
}

static void put32(unsigned char *out, int64_t n)
{
	for (int i = 0; i < 4; i++)
		out[i] = (unsigned char)(n >> 8 * i);
}

static enum media_fault write_peaks(const struct wave *w, int out)
{
	static unsigned char bytes[MEDIA_PEAKS_SIZE];
	int64_t grains = (w->samples + GRAIN - 1) / GRAIN;

	memcpy(bytes, "TPK1", 4);
	put32(bytes + 4, w->samples * 1000 / RATE);
	put32(bytes + 8, MEDIA_PEAKS);
	for (int i = 0; i < MEDIA_PEAKS; i++) {
		int64_t from = grains * i / MEDIA_PEAKS, to = grains * (i + 1) / MEDIA_PEAKS;
		signed char least = w->grain[from].least, most = w->grain[from].most;

		for (int64_t g = from + 1; g < to; g++) {
			least = w->grain[g].least < least ? w->grain[g].least : least;
			most = w->grain[g].most > most ? w->grain[g].most : most;
		}
		bytes[16 + 2 * i] = (unsigned char)least;
		bytes[17 + 2 * i] = (unsigned char)most;
	}
	return write(out, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes) ?
		       MEDIA_FINE :
		       file_fault(out, MEDIA_DISK);
}

enum media_fault sound_work(const struct media_ask *ask, const struct media_files *files,
			    struct media_said *out)
{
	static struct wave wave;
	const char *form = form_name((enum media_form)ask->form);
	const char *const words[] = { FFMPEG,	    "-f",   form,    "-i",
				      "file:input", "-map", "0:a:0", FFMPEG_COPY(form) };
	enum media_fault fault = file_take(files->in, "input");

	if (fault != MEDIA_FINE)
		return fault;
	if (!is_whole(files->in, (enum media_form)ask->form))
		return MEDIA_BROKEN;
	(void)unlink("output");
	if (!run(words, -1))
		return file_fault_of("output", MEDIA_BROKEN);
	fault = decode((enum media_form)ask->form, &wave);
	if (fault == MEDIA_FINE)
		fault = write_peaks(&wave, files->small);
	if (fault == MEDIA_FINE)
		fault = file_give("output", files->clean);
	out->duration_ms = (int32_t)(wave.samples * 1000 / RATE);
	return fault;
}
