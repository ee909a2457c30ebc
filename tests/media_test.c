/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The real tessera-media, asked for what is in order and for what is hostile. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <zlib.h>
#include "media/confine.h"
#include "media/media.h"
#include "tests/material.h"

enum { SECONDS = 60, MEMORY_MIB = 1024, RATE = 8000, BYTES_MAX = 1 << 24 };

struct made {
	struct media_said said;
	const char *why;
	struct str clean, small;
};

static const char *path_of(struct ctx *c, const char *name)
{
	return str_c(c->mem, str_format(c->mem, "%s/%s", c->data, name));
}

static struct made make_with(struct ctx *c, struct media *m, enum media_form form, struct str bytes,
			     int page)
{
	const char *raw = path_of(c, "raw"), *clean = path_of(c, "clean");
	const char *small = path_of(c, "small");
	struct made out = { 0 };

	WANT_OK(os_replace(c, raw, bytes, 0600));
	WANT_OK(media_make(c, m, raw, form, page, clean, small, &out.said, &out.why));
	if (out.why == NULL) {
		WANT_OK(os_slurp(c, clean, BYTES_MAX, &out.clean));
		WANT_OK(os_slurp(c, small, BYTES_MAX, &out.small));
	}
	return out;
}

static struct made make(struct ctx *c, enum media_form form, struct str bytes)
{
	struct media m DEFER(media_close) = { 0 };

	WANT_OK(media_open(c, SECONDS, MEMORY_MIB, &m));
	return make_with(c, &m, form, bytes, 1);
}

static void is_refused(struct ctx *c, enum media_form form, struct str bytes, const char *why)
{
	struct made got = make(c, form, bytes);

	WANT(got.why != NULL);
	WANT_STR(str_of(why), str_of(got.why));
}

static bool holds(struct str bytes, struct str part)
{
	return str_find(bytes, part, &(size_t){ 0 });
}

/* What ffmpeg makes of its own test pictures and sounds. */
static struct str filmed(struct ctx *c, const char *arguments, const char *name)
{
	struct str path = str_format(c->mem, "%s/%s", c->data, name), out;
	struct str command =
		str_format(c->mem,
			   "ffmpeg -nostdin -v error -y %s -metadata title=secret-title '%.*s'",
			   arguments, STR_ARG(path));
	FILE *ran = popen(str_c(c->mem, command), "r");

	WANT(ran != NULL && pclose(ran) == 0);
	WANT_OK(os_slurp(c, str_c(c->mem, path), BYTES_MAX, &out));
	return out;
}

static void little(struct buf *out, uint32_t n, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_add_char(out, (char)(n >> 8 * i & 0xff));
}

/* A second of silence, then one of the loudest there is, then one at half of it. */
static struct str wave(struct ctx *c, uint32_t promised)
{
	struct buf out = buf_make(c->mem, 1 << 17);

	buf_add(&out, S("RIFF"));
	little(&out, 36 + promised, 4);
	buf_add(&out, S("WAVEfmt "));
	little(&out, 16, 4);
	little(&out, 1, 2);
	little(&out, 1, 2);
	little(&out, RATE, 4);
	little(&out, 2 * RATE, 4);
	little(&out, 2, 2);
	little(&out, 16, 2);
	buf_add(&out, S("data"));
	little(&out, promised, 4);
	for (int i = 0; i < 3 * RATE; i++) {
		int loud = i < RATE ? 0 : i < 2 * RATE ? 32767 : 16384;

		little(&out, (uint32_t)(i % 2 == 0 ? loud : -loud) & 0xffff, 2);
	}
	return buf_str(&out);
}

/* --- in order --- */

PLAIN_TEST(media, forms_are_known_by_their_first_bytes)
{
	WANT(media_form_of(S("\xff\xd8\xff\xe0            ")) == MEDIA_JPEG);
	WANT(media_form_of(S("RIFF....WAVEfmt ")) == MEDIA_WAV);
	WANT(media_form_of(S("RIFF....WEBPVP8 ")) == MEDIA_WEBP);
	WANT(media_form_of(S("RIFF....AVI LIST")) == 0);
	WANT(media_form_of(S("\0\0\0 ftypM4A mp42")) == MEDIA_M4A);
	WANT(media_form_of(S("\0\0\0 ftypisommp42")) == MEDIA_MP4);
	WANT(media_form_of(S("\xff\xfb\x90\x64            ")) == MEDIA_MP3);
	WANT(media_form_of(S("<svg xmlns='http")) == 0);
	WANT(media_form_of(S("#EXTM3U\nhttp://x")) == 0);
	for (enum media_form form = 1; form < MEDIA_FORMS; form++)
		WANT(media_form_by_ending(str_of(media_form_ending(form))) == form);
	WANT(media_form_by_ending(S("svg")) == 0);
}

PLAIN_TEST(media, a_picture_is_written_anew_with_its_small_one)
{
	struct str png = material_png(c, 800, 600, 7);
	struct made got = make(c, MEDIA_PNG, png);

	WANT(got.why == NULL);
	WANT_I64(800, got.said.width);
	WANT_I64(600, got.said.height);
	WANT(holds(png, S("salt")));
	WANT(!holds(got.clean, S("salt")));
	WANT(media_form_of(got.clean) == MEDIA_PNG);
	WANT(media_form_of(got.small) == MEDIA_WEBP);
	WANT(got.small.len < 20000);
}

/* A JPEG 40 wide and 20 high whose EXIF says that it lies on its side, and where it was taken. */
static struct str turned_jpeg(struct ctx *c)
{
	static const char exif[] = "Exif\0\0II*\0\x08\0\0\0\x02\0"
				   "\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
				   "\x0e\x01\x02\0\x10\0\0\0\x26\0\0\0"
				   "\0\0\0\0"
				   "48.8584N2.2945E";
	struct str jpeg = filmed(c, "-f lavfi -i testsrc2=s=40x20:d=1 -frames:v 1 -q:v 3", "a.jpg");
	struct buf out = buf_make(c->mem, 1 << 17);
	struct str body = { exif, sizeof(exif) };

	buf_add(&out, str_cut(jpeg, 0, 2));
	buf_add(&out, S("\xff\xe1"));
	buf_add_char(&out, 0);
	buf_add_char(&out, (char)(body.len + 2));
	buf_add(&out, body);
	buf_add(&out, str_cut(jpeg, 2, jpeg.len));
	return buf_str(&out);
}

PLAIN_TEST(media, a_photograph_stands_upright_and_says_nothing_of_where_it_was_taken)
{
	struct str jpeg = turned_jpeg(c);
	struct made got = make(c, MEDIA_JPEG, jpeg);

	WANT(holds(jpeg, S("48.8584N")));
	WANT(got.why == NULL);
	WANT_I64(20, got.said.width);
	WANT_I64(40, got.said.height);
	WANT(media_form_of(got.clean) == MEDIA_JPEG);
	WANT(!holds(got.clean, S("48.8584N")));
	WANT(!holds(got.clean, S("Exif")));
	WANT(!holds(got.clean, S("Lavc"))); /* its comment */
}

PLAIN_TEST(media, moving_pictures_keep_their_frames)
{
	struct str gif = filmed(c, "-f lavfi -i testsrc2=s=32x24:d=1:r=5", "a.gif");
	struct made got = make(c, MEDIA_GIF, gif);

	WANT(got.why == NULL);
	WANT_I64(32, got.said.width);
	WANT_I64(24, got.said.height);
	WANT(media_form_of(got.clean) == MEDIA_GIF);
	WANT(got.clean.len > 1500);
}

static int peak(struct str peaks, int at, int which)
{
	return (signed char)peaks.at[16 + 2 * at + which];
}

PLAIN_TEST(media, a_wave_form_has_a_fixed_size_and_the_shape_of_the_sound)
{
	struct made got = make(c, MEDIA_WAV, wave(c, 6 * RATE));

	WANT(got.why == NULL);
	WANT_I64(3000, got.said.duration_ms);
	WANT_I64(MEDIA_PEAKS_SIZE, (int64_t)got.small.len);
	WANT(str_starts(got.small, S("TPK1\xb8\x0b\0\0\xd0\x07\0\0\0\0\0\0")));
	WANT_I64(0, peak(got.small, 300, 0));
	WANT_I64(0, peak(got.small, 300, 1));
	WANT_I64(-127, peak(got.small, 1000, 0));
	WANT_I64(127, peak(got.small, 1000, 1));
	WANT_I64(63, peak(got.small, 1700, 1));
}

PLAIN_TEST(media, sounds_of_each_form_lose_their_tags_and_keep_their_length)
{
	static const struct {
		enum media_form form;
		const char *how, *name;
	} cases[] = {
		{ MEDIA_MP3, "-c:a libmp3lame", "a.mp3" }, { MEDIA_OGG, "-c:a libvorbis", "a.ogg" },
		{ MEDIA_OGG, "-c:a libopus", "b.ogg" },	   { MEDIA_FLAC, "", "a.flac" },
		{ MEDIA_M4A, "-c:a aac", "a.m4a" },	   { MEDIA_WAV, "", "a.wav" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str how = str_format(c->mem, "-f lavfi -i sine=440:d=2 %s", cases[i].how);
		struct str bytes = filmed(c, str_c(c->mem, how), cases[i].name);

		WANT(media_form_of(bytes) == cases[i].form);
		struct made got = make(c, cases[i].form, bytes);
		WANT(got.why == NULL);
		WANT(got.said.duration_ms > 1900 && got.said.duration_ms < 2200);
		WANT(holds(bytes, S("secret-title")));
		WANT(!holds(got.clean, S("secret-title")));
		/* An M4A without its brand is told by it no more; the ending says it. */
		WANT(media_form_of(got.clean) == cases[i].form ||
		     media_form_of(got.clean) == MEDIA_MP4);
	}
}

PLAIN_TEST(media, a_video_gives_its_size_length_and_first_frame)
{
	static const char *const how[] = {
		"-f lavfi -i testsrc2=s=160x120:d=2:r=10 -f lavfi -i sine=440:d=2 -c:v libx264 "
		"-pix_fmt yuv420p -c:a aac",
		"-f lavfi -i testsrc2=s=160x120:d=2:r=10 -c:v libvpx -b:v 200k",
	};
	static const char *const names[] = { "a.mp4", "a.webm" };

	for (int i = 0; i < 2; i++) {
		struct str bytes = filmed(c, how[i], names[i]);
		struct made got = make(c, i == 0 ? MEDIA_MP4 : MEDIA_WEBM, bytes);

		WANT(got.why == NULL);
		WANT_I64(160, got.said.width);
		WANT_I64(120, got.said.height);
		WANT(got.said.duration_ms >= 1900 && got.said.duration_ms <= 2200);
		WANT(media_form_of(got.small) == MEDIA_WEBP);
		WANT(!holds(got.clean, S("secret-title")));
		WANT(media_form_of(got.clean) == media_form_of(bytes));
	}
}

/* Pages of this size in points, each with a black square. */
static struct str pdf(struct ctx *c, int pages, int width, int height)
{
	struct buf out = buf_make(c->mem, 1 << 20);

	buf_add(&out,
		S("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/Author(secret-title)>>"
		  "endobj\n3 0 obj<</Length 19>>stream\n10 10 20 20 re f\n  endstream endobj\n"));
	buf_format(&out, "2 0 obj<</Type/Pages/Count %d/Kids[", pages);
	for (int i = 0; i < pages; i++)
		buf_format(&out, "%d 0 R ", i + 4);
	buf_add(&out, S("]>>endobj\n"));
	for (int i = 0; i < pages; i++)
		buf_format(&out,
			   "%d 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]"
			   "/Contents 3 0 R>>endobj\n",
			   i + 4, width, height);
	buf_add(&out, S("trailer<</Root 1 0 R>>\n%%EOF\n"));
	return buf_str(&out);
}

PLAIN_TEST(media, a_pdf_is_drawn_page_by_page)
{
	struct media m DEFER(media_close) = { 0 };
	struct str bytes = pdf(c, 2, 200, 100);

	WANT_OK(media_open(c, SECONDS, MEMORY_MIB, &m));
	for (int page = 1; page <= 2; page++) {
		struct made got = make_with(c, &m, MEDIA_PDF, bytes, page);

		WANT(got.why == NULL);
		WANT_I64(2, got.said.pages);
		WANT_I64(MEDIA_PNG, got.said.form);
		WANT_I64(MEDIA_PAGE_SIDE, got.said.width);
		WANT_I64(MEDIA_PAGE_SIDE / 2, got.said.height);
	}
	WANT_I64(1, m.starts);
}

/* --- hostile --- */

PLAIN_TEST(media, a_page_as_large_as_a_town_costs_no_more_than_a_letter)
{
	struct made got = make(c, MEDIA_PDF, pdf(c, 1, 1000000, 1000000));

	WANT(got.why != NULL || got.said.width <= MEDIA_PAGE_SIDE);
}

PLAIN_TEST(media, pages_without_end_are_refused)
{
	is_refused(c, MEDIA_PDF, pdf(c, MEDIA_PAGES_MAX + 1, 100, 100), "has more than 200 pages");
}

PLAIN_TEST(media, every_form_is_refused_when_it_is_cut_short)
{
	struct str png = material_png(c, 300, 200, 1);
	struct str jpeg = filmed(c, "-f lavfi -i testsrc2=s=400x300:d=1 -frames:v 1", "t.jpg");
	struct str mp4 = filmed(c,
				"-f lavfi -i testsrc2=s=160x120:d=2 -c:v libx264 -pix_fmt "
				"yuv420p -movflags +faststart",
				"t.mp4");
	struct str late = filmed(c,
				 "-f lavfi -i testsrc2=s=160x120:d=2 -c:v libx264 -pix_fmt "
				 "yuv420p",
				 "u.mp4");
	struct str webm =
		filmed(c, "-f lavfi -i testsrc2=s=160x120:d=2:r=10 -c:v libvpx", "t.webm");
	const struct {
		enum media_form form;
		struct str whole;
	} cases[] = {
		{ MEDIA_PNG, png },
		{ MEDIA_JPEG, jpeg },
		{ MEDIA_MP4, mp4 },
		{ MEDIA_MP4, late },
		{ MEDIA_WEBM, webm },
		{ MEDIA_MP3, filmed(c, "-f lavfi -i sine=440:d=2 -c:a libmp3lame", "t.mp3") },
		{ MEDIA_OGG, filmed(c, "-f lavfi -i sine=440:d=2 -c:a libvorbis", "t.ogg") },
		{ MEDIA_OGG, filmed(c, "-f lavfi -i sine=440:d=2 -c:a libopus", "u.ogg") },
		{ MEDIA_FLAC, filmed(c, "-f lavfi -i sine=440:d=2", "t.flac") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str half = str_cut(cases[i].whole, 0, cases[i].whole.len / 2);

		WANT(make(c, cases[i].form, cases[i].whole).why == NULL);
		is_refused(c, cases[i].form, half, "is cut off or broken");
	}
}

PLAIN_TEST(media, one_form_under_the_name_of_another_is_refused)
{
	struct str png = material_png(c, 30, 20, 1);

	is_refused(c, MEDIA_JPEG, png, "is cut off or broken");
	is_refused(c, MEDIA_WAV, png, "is cut off or broken");
	is_refused(c, MEDIA_MP4, wave(c, 6 * RATE), "is cut off or broken");
	is_refused(c, MEDIA_PDF, png, "is cut off or broken");
}

/* A playlist that asks for addresses and for files of this machine, as a sound or a video. */
PLAIN_TEST(media, a_list_of_addresses_is_no_sound)
{
	struct str list = S("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:1/\n"
			    "#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n");
	struct str concat = S("ffconcat version 1.0\nfile /etc/passwd\nfile http://127.0.0.1:1/\n");

	is_refused(c, MEDIA_MP3, list, "is cut off or broken");
	is_refused(c, MEDIA_MP4, list, "is cut off or broken");
	is_refused(c, MEDIA_WEBM, concat, "is cut off or broken");
}

static void chunk(struct ctx *c, struct buf *out, const char *name, struct str body)
{
	struct str all = str_format(c->mem, "%s", name);
	uLong sum =
		crc32(crc32(0, (const Bytef *)all.at, 4), (const Bytef *)body.at, (uInt)body.len);

	for (int i = 3; i >= 0; i--)
		buf_add_char(out, (char)(body.len >> 8 * i & 0xff));
	buf_add(out, all);
	buf_add(out, body);
	for (int i = 3; i >= 0; i--)
		buf_add_char(out, (char)(sum >> 8 * i & 0xff));
}

/* So many pixels a side in a few hundred kilobytes. */
static struct str png_bomb(struct ctx *c, uint32_t side)
{
	struct buf out = buf_make(c->mem, 4 << 20), head = buf_make(c->mem, 32);
	size_t len = ((size_t)side * 3 + 1) * side;
	z_stream z = { 0 };
	unsigned char zeros[4096] = { 0 };
	Bytef *packed = arena_take(c->mem, 4 << 20);

	for (int n = 0; n < 2; n++)
		for (int i = 3; i >= 0; i--)
			buf_add_char(&head, (char)(side >> 8 * i & 0xff));
	buf_add(&head, (struct str){ "\x08\x02\0\0\0", 5 });
	WANT(deflateInit(&z, 9) == Z_OK);
	z.next_out = packed;
	z.avail_out = 4 << 20;
	for (size_t done = 0; done < len; done += sizeof(zeros)) {
		z.next_in = zeros;
		z.avail_in = (uInt)(len - done < sizeof(zeros) ? len - done : sizeof(zeros));
		WANT(deflate(&z, Z_NO_FLUSH) == Z_OK);
	}
	WANT(deflate(&z, Z_FINISH) == Z_STREAM_END);
	deflateEnd(&z);
	buf_add(&out, S("\x89PNG\r\n\x1a\n"));
	chunk(c, &out, "IHDR", buf_str(&head));
	chunk(c, &out, "IDAT", (struct str){ (const char *)packed, z.total_out });
	chunk(c, &out, "IEND", S(""));
	return buf_str(&out);
}

PLAIN_TEST(media, a_picture_that_unpacks_to_far_more_than_it_is_is_refused_by_its_size)
{
	struct str bomb = png_bomb(c, 12000); /* 432 MB of pixels */

	WANT(bomb.len < 1 << 20);
	is_refused(c, MEDIA_PNG, bomb,
		   "is larger than 30000 pixels a side, 100 million pixels or 1 GiB");
}

PLAIN_TEST(media, the_largest_picture_that_is_taken_fits_into_the_memory)
{
	struct made got = make(c, MEDIA_PNG, png_bomb(c, 9999));

	WANT(got.why == NULL);
	WANT_I64(9999, got.said.width);
}

PLAIN_TEST(media, a_sound_that_promises_more_than_it_has_is_as_long_as_it_is)
{
	struct made got = make(c, MEDIA_WAV, wave(c, 0x7fffffff));

	WANT(got.why == NULL);
	WANT_I64(3000, got.said.duration_ms);
}

PLAIN_TEST(media, a_sound_of_many_hours_is_refused)
{
	struct str long_one =
		filmed(c, "-f lavfi -i anullsrc=r=8000:cl=mono -t 21700 -c:a flac", "long.flac");

	is_refused(c, MEDIA_FLAC, long_one, "is longer than 6 hours");
}

/* What a process that cannot be trusted any more may do: crash, hang. */
PLAIN_TEST(media, a_process_that_is_gone_is_started_again)
{
	struct media m DEFER(media_close) = { 0 };
	struct str png = material_png(c, 30, 20, 1);

	WANT_OK(media_open(c, SECONDS, MEMORY_MIB, &m));
	WANT(make_with(c, &m, MEDIA_PNG, png, 1).why == NULL);
	WANT(kill(m.child.pid, SIGSEGV) == 0);
	WANT(make_with(c, &m, MEDIA_PNG, png, 1).why == NULL);
	WANT_I64(2, m.starts);
}

PLAIN_TEST(media, a_file_that_takes_too_long_is_refused_after_a_second_try)
{
	struct media m DEFER(media_close) = { 0 };
	struct str bytes = png_bomb(c, 9999);

	WANT_OK(media_open(c, 0, MEMORY_MIB, &m)); /* no time at all */
	struct made got = make_with(c, &m, MEDIA_PNG, bytes, 1);

	WANT(got.why != NULL);
	WANT_STR(S("takes too long to read"), str_of(got.why));
	WANT_I64(2, m.starts);
	m.wait_us = SECONDS * USEC_SECOND;
	WANT(make_with(c, &m, MEDIA_PNG, material_png(c, 3, 3, 1), 1).why == NULL);
}

PLAIN_TEST(media, a_file_that_breaks_the_process_is_refused_after_a_second_try)
{
	struct media m DEFER(media_close) = { 0 };

	WANT_OK(media_open(c, SECONDS, MEMORY_MIB, &m));
	m.program = "/bin/false"; /* ends as one that is broken by each file does */
	struct made got = make_with(c, &m, MEDIA_PNG, material_png(c, 3, 3, 1), 1);

	WANT(got.why != NULL);
	WANT_STR(S("makes the program that reads it break off"), str_of(got.why));
	WANT_I64(2, m.starts);
}

/* One that answers every question with this form. */
static const char *liar(struct ctx *c, enum media_form form)
{
	const char *path = path_of(c, "liar");
	struct str text = str_format(c->mem,
				     "#!/bin/sh\ndd bs=64 count=1 >/dev/null 2>&1\n"
				     "printf '\\0\\0\\0\\0\\%o\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0"
				     "\\0\\0\\0\\0\\0\\0\\0\\0' >&0\nexec sleep 9\n",
				     (unsigned)form);

	WANT_OK(os_replace(c, path, text, 0700));
	return path;
}

PLAIN_TEST(media, what_is_made_has_the_form_that_was_asked_for_or_is_refused)
{
	static const struct {
		enum media_form asked, said;
		bool fine;
	} cases[] = { { MEDIA_PNG, MEDIA_PNG, true },
		      { MEDIA_PNG, MEDIA_MP4, false },
		      { MEDIA_PDF, MEDIA_PNG, true },
		      { MEDIA_PDF, MEDIA_PDF, false } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct media m DEFER(media_close) = { 0 };

		WANT_OK(media_open(c, SECONDS, MEMORY_MIB, &m));
		m.program = liar(c, cases[i].said);
		WANT((make_with(c, &m, cases[i].asked, S("x"), 1).why == NULL) == cases[i].fine);
	}
}

/* --- how it is locked in --- */

static struct str proc(struct ctx *c, int pid, const char *what)
{
	struct str path = str_format(c->mem, "/proc/%d/%s", pid, what), out;

	WANT_OK(os_slurp(c, str_c(c->mem, path), 1 << 16, &out));
	return out;
}

PLAIN_TEST(media, the_process_has_a_filter_no_new_rights_and_no_handle_but_its_line)
{
	struct media m DEFER(media_close) = { 0 };
	struct str *names, status;
	size_t count, lines = 0;

	WANT_OK(media_open(c, SECONDS, MEMORY_MIB, &m));
	WANT(make_with(c, &m, MEDIA_PNG, material_png(c, 3, 3, 1), 1).why == NULL);
	status = proc(c, m.child.pid, "status");
	WANT(holds(status, S("NoNewPrivs:\t1\n")));
	WANT(holds(status, S("Seccomp:\t2\n")));
	if (getuid() != 0)
		return; /* only root may look at the handles of one that cannot be traced */
	struct str path = str_format(c->mem, "/proc/%d/fd", m.child.pid);
	WANT_OK(os_list(c, str_c(c->mem, path), &names, &count));
	for (size_t i = 0; i < count; i++) {
		struct str link = str_format(c->mem, "%.*s/%.*s", STR_ARG(path), STR_ARG(names[i]));
		char to[256];
		ssize_t len = readlink(str_c(c->mem, link), to, sizeof(to));

		WANT(len > 0);
		bool is_line = str_starts((struct str){ to, (size_t)len }, S("socket:"));
		lines += is_line;
		WANT(is_line || str_eq((struct str){ to, (size_t)len }, S("/dev/null")) ||
		     str_starts((struct str){ to, (size_t)len }, S("anon_inode:")));
	}
	WANT_I64(1, (int64_t)lines);
}

/* --- what who is confined may not do --- */

enum { FILE_MAX = 32768, FILE_MODE = 0640, YOUNG_FCHMODAT2 = 452, YOUNG_SETXATTRAT = 463 };

static bool is_forbidden(long result)
{
	return result < 0 && (errno == EPERM || errno == EACCES);
}

/* Files outside: none is opened, and none is changed by its name. */
static const char *reaches_file(const char *outside, bool hides)
{
	static const struct timespec times[2] = { 0 };
	int null = open("/dev/null", O_RDWR);

	if (hides && !is_forbidden(open("/etc/passwd", O_RDONLY)))
		return "open";
	if (hides && !is_forbidden(open(outside, O_WRONLY | O_TRUNC)))
		return "open to write";
	if (!is_forbidden(truncate(outside, 0)))
		return "truncate";
	if (!is_forbidden(syscall(SYS_fchmodat, AT_FDCWD, outside, 0666)))
		return "fchmodat";
	if (!is_forbidden(syscall(YOUNG_FCHMODAT2, AT_FDCWD, outside, 0666, 0)))
		return "fchmodat2";
	if (!is_forbidden(chmod(outside, 0666)) || !is_forbidden(fchmod(null, 0666)))
		return "chmod";
	if (!is_forbidden(chown(outside, getuid(), getgid())) ||
	    !is_forbidden(lchown(outside, getuid(), getgid())) ||
	    !is_forbidden(fchown(null, getuid(), getgid())) ||
	    !is_forbidden(fchownat(AT_FDCWD, outside, getuid(), getgid(), 0)))
		return "chown";
	if (!is_forbidden(utimensat(AT_FDCWD, outside, times, 0)) ||
	    !is_forbidden(utimes(outside, NULL)))
		return "utimensat";
	if (!is_forbidden(setxattr(outside, "user.a", "a", 1, 0)) ||
	    !is_forbidden(lsetxattr(outside, "user.a", "a", 1, 0)) ||
	    !is_forbidden(fsetxattr(null, "user.a", "a", 1, 0)) ||
	    !is_forbidden(removexattr(outside, "user.a")) ||
	    !is_forbidden(syscall(YOUNG_SETXATTRAT, AT_FDCWD, outside, 0, "user.a", NULL, 0)))
		return "setxattr";
	return NULL;
}

static const char *reaches_others(void)
{
	struct rlimit limit;
	long clone3 = syscall(SYS_clone3, NULL, 0);

	if (clone3 >= 0 || errno != ENOSYS)
		return "clone3";
	if (!is_forbidden(socket(AF_INET, SOCK_STREAM, 0)))
		return "socket";
	if (!is_forbidden(kill(getppid(), 0)))
		return "kill";
	if (!is_forbidden(prlimit(getppid(), RLIMIT_NOFILE, NULL, &limit)))
		return "prlimit";
	if (prlimit(0, RLIMIT_NOFILE, NULL, &limit) != 0)
		return "no prlimit of its own";
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0)
		_exit(0);
	if (!is_forbidden(pid))
		return "clone";
	if (!is_forbidden(unshare(CLONE_NEWUSER)) || !is_forbidden(setns(0, CLONE_NEWUSER)))
		return "unshare, setns";
	pid = fork();
	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid((pid_t)pid, NULL, 0) == pid ? NULL : "no fork";
}

static const char *own_files(void)
{
	static const char zeros[2 * FILE_MAX];
	int own = open("own", O_RDWR | O_CREAT | O_TRUNC, 0600);

	signal(SIGXFSZ, SIG_IGN);
	if (own < 0)
		return "no file of its own";
	if (write(own, zeros, sizeof(zeros)) != FILE_MAX || write(own, zeros, 1) >= 0)
		return "room without end";
	return ftruncate(own, 0) == 0 && open("own", O_WRONLY | O_TRUNC) >= 0 ?
		       NULL :
		       "no file of its own made short";
}

/* In a process of its own: NULL, or what it reached that it must not. */
static const char *reached(const char *folder, const char *outside, bool hides)
{
	const char *what;

	if (chdir(folder) != 0 || !confine(".", 0, FILE_MAX))
		return "anything: it is not confined";
	what = reaches_file(outside, hides);
	if (what == NULL)
		what = reaches_others();
	return what != NULL ? what : own_files();
}

/* What a confined process says that it reached; "" nothing. */
static struct str reach(struct ctx *c, const char *outside)
{
	/* A kernel without Landlock hides no files. */
	bool hides =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
	const char *folder = path_of(c, "own");
	char *text = arena_take(c->mem, 256);
	int line[2], status;

	WANT_OK(os_make_folder(c, folder));
	WANT(pipe(line) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		const char *what = reached(folder, outside, hides);

		if (what != NULL && write(line[1], what, strlen(what)) < 0)
			_exit(1);
		_exit(0);
	}
	close(line[1]);
	ssize_t len = read(line[0], text, 256);
	close(line[0]);
	WANT(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	WANT(len >= 0);
	return (struct str){ text, (size_t)len };
}

PLAIN_TEST(media, who_is_confined_reaches_no_socket_no_file_and_no_other_process)
{
	const char *outside = path_of(c, "database");
	struct stat now;

	WANT_OK(os_replace(c, outside, S("all that there is"), FILE_MODE));
	WANT_STR(S(""), reach(c, outside));
	WANT(stat(outside, &now) == 0);
	WANT_I64(17, now.st_size);
	WANT_I64(FILE_MODE, now.st_mode & 0777);
}

PLAIN_TEST(media, nothing_of_the_environment_reaches_the_process)
{
	struct media m DEFER(media_close) = { 0 };

	WANT_OK(media_open(c, SECONDS, MEMORY_MIB, &m));
	WANT(make_with(c, &m, MEDIA_PNG, material_png(c, 3, 3, 1), 1).why == NULL);
	if (getuid() != 0)
		return; /* only root may look at one that cannot be traced */
	struct str whole = str_format(c->mem, "PATH=/usr/bin:/bin%cLANG=C.UTF-8%cTMPDIR=%s%c", 0, 0,
				      m.folder, 0);
	WANT_STR(whole, proc(c, m.child.pid, "environ"));
}

PLAIN_TEST(media, nothing_is_left_behind)
{
	struct str *names;
	size_t count;

	WANT(make(c, MEDIA_WAV, wave(c, 6 * RATE)).why == NULL);
	is_refused(c, MEDIA_PNG, S("nonsense of sixteen bytes"), "is cut off or broken");
	WANT_OK(os_list(c, path_of(c, "tmp"), &names, &count));
	WANT_I64(0, (int64_t)count);
}

/* As when the server is killed: what is made of a file finds no room in a pipe nobody reads. */
PLAIN_TEST(media, it_ends_with_its_server_in_the_middle_of_a_file)
{
	const char *folder = path_of(c, "tmp/media-alone"), *program, *raw = path_of(c, "raw");
	struct media_ask ask = { .form = MEDIA_PNG, .page = 1 };
	struct media_said said;
	struct os_file in;
	struct os_child child;
	int full[2], left = 300;

	WANT_OK(os_replace(
		c, raw, filmed(c, "-f lavfi -i testsrc2=s=1600x1200:d=1 -frames:v 1", "large.png"),
		0600));
	WANT_OK(os_open_read(c, raw, &in));
	WANT_OK(os_make_folder(c, folder));
	WANT_OK(os_beside(c, "tessera-media", &program));
	const char *const words[] = { program, folder, "1024", NULL };

	WANT_OK(os_child_start(c, words, folder, &child));
	WANT(pipe(full) == 0);
	const struct os_file files[] = { in, { full[1] }, { full[1] } };

	WANT(os_child_say(child, &ask, sizeof(ask), files, 3));
	WANT(os_child_hear(child, &said, sizeof(said), 1000000) == OS_CHILD_SILENT);
	close(child.fd);
	while (waitpid(child.pid, NULL, WNOHANG) == 0 && left-- > 0)
		usleep(10000);
	WANT(left > 0);
	close(full[0]);
	close(full[1]);
	os_close(&in);
	WANT_OK(os_remove_folder(c, folder));
}
