/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Forms of media by their first bytes. What starts like one of them need not be one. */
#include "media/media.h"

static const struct {
	const char *ending, *type;
} forms[MEDIA_FORMS] = {
	[MEDIA_JPEG] = { "jpg", "image/jpeg" },	 [MEDIA_PNG] = { "png", "image/png" },
	[MEDIA_WEBP] = { "webp", "image/webp" }, [MEDIA_GIF] = { "gif", "image/gif" },
	[MEDIA_WAV] = { "wav", "audio/wav" },	 [MEDIA_MP3] = { "mp3", "audio/mpeg" },
	[MEDIA_OGG] = { "ogg", "audio/ogg" },	 [MEDIA_FLAC] = { "flac", "audio/flac" },
	[MEDIA_M4A] = { "m4a", "audio/mp4" },	 [MEDIA_MP4] = { "mp4", "video/mp4" },
	[MEDIA_WEBM] = { "webm", "video/webm" }, [MEDIA_PDF] = { "pdf", "application/pdf" },
};

/* The second byte of a frame of MPEG layer 3, version 1, 2 or 2.5. */
static bool is_layer_3(unsigned char byte)
{
	return (byte & 0xe6) == 0xe2 && (byte & 0x18) != 0x08;
}

static enum media_form riff(struct str start)
{
	if (str_eq(str_cut(start, 8, 12), S("WEBP")))
		return MEDIA_WEBP;
	return str_eq(str_cut(start, 8, 12), S("WAVE")) ? MEDIA_WAV : 0;
}

static enum media_form iso(struct str start)
{
	struct str brand = str_cut(start, 8, 12);

	return str_eq(brand, S("M4A ")) || str_eq(brand, S("M4B ")) ? MEDIA_M4A : MEDIA_MP4;
}

enum media_form media_form_of(struct str start)
{
	static const struct {
		const char *magic;
		size_t len;
		enum media_form form;
	} magics[] = {
		{ "\xff\xd8\xff", 3, MEDIA_JPEG },
		{ "\x89PNG\r\n\x1a\n", 8, MEDIA_PNG },
		{ "GIF87a", 6, MEDIA_GIF },
		{ "GIF89a", 6, MEDIA_GIF },
		{ "OggS", 4, MEDIA_OGG },
		{ "fLaC", 4, MEDIA_FLAC },
		{ "\x1a\x45\xdf\xa3", 4, MEDIA_WEBM },
		{ "%PDF-", 5, MEDIA_PDF },
		{ "ID3", 3, MEDIA_MP3 },
	};

	if (start.len < 16)
		return 0;
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (str_starts(start, (struct str){ magics[i].magic, magics[i].len }))
			return magics[i].form;
	if (str_starts(start, S("RIFF")))
		return riff(start);
	if (str_eq(str_cut(start, 4, 8), S("ftyp")))
		return iso(start);
	if ((unsigned char)start.at[0] == 0xff && is_layer_3((unsigned char)start.at[1]))
		return MEDIA_MP3;
	return 0;
}

const char *media_form_ending(enum media_form form)
{
	CHECK(form > 0 && form < MEDIA_FORMS);
	return forms[form].ending;
}

const char *media_form_type(enum media_form form)
{
	CHECK(form > 0 && form < MEDIA_FORMS);
	return forms[form].type;
}

enum media_form media_form_by_ending(struct str ending)
{
	for (enum media_form form = 1; form < MEDIA_FORMS; form++)
		if (str_eq(ending, str_of(forms[form].ending)))
			return form;
	return 0;
}

bool media_form_is_picture(enum media_form form)
{
	return form >= MEDIA_JPEG && form <= MEDIA_GIF;
}

bool media_form_is_sound(enum media_form form)
{
	return form >= MEDIA_WAV && form <= MEDIA_M4A;
}

bool media_form_is_video(enum media_form form)
{
	return form == MEDIA_MP4 || form == MEDIA_WEBM;
}
