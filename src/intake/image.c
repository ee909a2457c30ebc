/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Pictures are known by their first bytes, never by their names. Nothing is decoded here: size
 * and a proper end are read, so that a cut file and a header that promises a
 * thousand million pixels are refused before tessera-media is asked to open them.
 */
#include "intake/intake_in.h"
#include "media/media.h"

static int64_t big16(const unsigned char *p)
{
	return p[0] << 8 | p[1];
}

static int64_t big32(const unsigned char *p)
{
	return (int64_t)p[0] << 24 | (int64_t)p[1] << 16 | (int64_t)p[2] << 8 | p[3];
}

static int64_t little16(const unsigned char *p)
{
	return p[1] << 8 | p[0];
}

static int64_t little24(const unsigned char *p)
{
	return (int64_t)p[2] << 16 | (int64_t)p[1] << 8 | p[0];
}

static bool is_frame(unsigned char marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
	       marker != 0xcc;
}

/* Segments up to the frame header; the end mark may have a few bytes of padding behind it. */
static bool read_jpeg(const unsigned char *p, size_t len, struct intake_image *out)
{
	size_t at = 2;
	bool ends = false;

	out->ending = "jpg";
	for (size_t back = 2; back <= 64 && back <= len; back++)
		ends = ends || (p[len - back] == 0xff && p[len - back + 1] == 0xd9);
	while (ends && at + 9 < len) {
		if (p[at] != 0xff)
			return false;
		if (p[at + 1] == 0xff) { /* padding */
			at++;
			continue;
		}
		if (is_frame(p[at + 1])) {
			out->height = big16(p + at + 5);
			out->width = big16(p + at + 7);
			return true;
		}
		at += 2 + (size_t)big16(p + at + 2);
	}
	return false;
}

static bool read_png(const unsigned char *p, size_t len, struct intake_image *out)
{
	bool ends = false;

	out->ending = "png";
	for (size_t back = 8; back <= 64 && back <= len; back++)
		ends = ends || memcmp(p + len - back, "IEND", 4) == 0;
	if (!ends || len < 45 || memcmp(p + 12, "IHDR", 4) != 0)
		return false;
	out->width = big32(p + 16);
	out->height = big32(p + 20);
	return true;
}

static bool read_gif(const unsigned char *p, size_t len, struct intake_image *out)
{
	out->ending = "gif";
	if (len < 14 || p[len - 1] != 0x3b)
		return false;
	out->width = little16(p + 6);
	out->height = little16(p + 8);
	return true;
}

static bool read_webp(const unsigned char *p, size_t len, struct intake_image *out)
{
	int64_t promised = little16(p + 4) | little16(p + 6) << 16;

	out->ending = "webp";
	if (len < 30 || (int64_t)len < promised + 8)
		return false;
	if (memcmp(p + 12, "VP8X", 4) == 0) {
		out->width = little24(p + 24) + 1;
		out->height = little24(p + 27) + 1;
	} else if (memcmp(p + 12, "VP8L", 4) == 0) {
		out->width = ((p[22] & 0x3f) << 8 | p[21]) + 1;
		out->height = ((p[24] & 0x0f) << 10 | p[23] << 2 | (p[22] & 0xc0) >> 6) + 1;
	} else {
		out->width = little16(p + 26) & 0x3fff;
		out->height = little16(p + 28) & 0x3fff;
	}
	return true;
}

static bool starts(struct str bytes, struct str magic)
{
	return str_starts(bytes, magic);
}

bool intake_image_read(struct str bytes, struct intake_image *out, const char **why)
{
	const unsigned char *p = (const unsigned char *)bytes.at;
	bool whole;

	*out = (struct intake_image){ 0 };
	if (bytes.len == 0) {
		*why = "is empty";
		return false;
	}
	if (starts(bytes, S("\xff\xd8\xff")))
		whole = read_jpeg(p, bytes.len, out);
	else if (starts(bytes, S("\x89PNG\r\n\x1a\n")))
		whole = read_png(p, bytes.len, out);
	else if (starts(bytes, S("GIF87a")) || starts(bytes, S("GIF89a")))
		whole = read_gif(p, bytes.len, out);
	else if (starts(bytes, S("RIFF")) && bytes.len > 16 && memcmp(p + 8, "WEBP", 4) == 0)
		whole = read_webp(p, bytes.len, out);
	else {
		*why = "is no JPEG, PNG, GIF or WebP picture";
		return false;
	}
	if (!whole) {
		*why = "is a picture that is cut off or broken";
		return false;
	}
	if (out->width < 1 || out->height < 1 || out->width > INTAKE_SIDE_MAX ||
	    out->height > INTAKE_SIDE_MAX || out->width * out->height > INTAKE_PIXELS_MAX) {
		*why = "is a picture of a size that is not shown";
		return false;
	}
	return true;
}

bool intake_asset_name(struct str name)
{
	static const char *const endings[] = { ".jpg",	".jpeg", ".png", ".gif",  ".webp",
					       ".wav",	".mp3",	 ".ogg", ".oga",  ".opus",
					       ".flac", ".m4a",	 ".mp4", ".webm", ".pdf" };
	size_t page;
	int64_t number;

	if (str_find(name, S(".pdf#"), &page) &&
	    num_i64(str_cut(name, page + 5, name.len), 1, INT32_MAX, &number))
		return true;
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		struct str ending = str_of(endings[i]);

		if (name.len > ending.len &&
		    str_eq_nocase(str_cut(name, name.len - ending.len, name.len), ending))
			return true;
	}
	return false;
}

static enum media_form form_of(struct str asset)
{
	struct str hash, ending;

	return str_split(asset, '.', &hash, &ending) ? media_form_by_ending(ending) : 0;
}

bool intake_is_picture(struct str asset)
{
	return media_form_is_picture(form_of(asset));
}

bool intake_has_picture(struct str asset)
{
	enum media_form form = form_of(asset);

	return media_form_is_picture(form) || media_form_is_video(form);
}
