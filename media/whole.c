/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Forms that a reader takes for shorter ones when they are cut: what they say of their own
 * length is held against the bytes that are there.
 *
 *   WebM  the size of its Segment (RFC 8794, section 6; unknown while it was recorded: passes)
 *   Ogg   the last page is whole (RFC 3533, section 6; one cut between two pages passes)
 *   MP3   the count of bytes in the Xing or Info frame, when it has one
 */
#include <sys/stat.h>
#include <unistd.h>
#include "media/media_in.h"

enum {
	START = 4096,
	OGG_HEAD = 27,
	OGG_SEGMENTS = 255,
	ID3_HEAD = 10,
	XING_FAR = 64,	      /* bytes from a frame's start by which it is found */
	MP3_SLACK = 2 * 1441, /* two frames at most: counts differ in what they leave out */
};

static int64_t read_at(int fd, int64_t at, unsigned char *out, int64_t most)
{
	ssize_t got = pread(fd, out, (size_t)most, at);

	return got > 0 ? got : 0;
}

static int64_t big(const unsigned char *at, int bytes)
{
	int64_t n = 0;

	for (int i = 0; i < bytes; i++)
		n = n << 8 | at[i];
	return n;
}

/* A length of EBML, and how many bytes it takes itself; -1: unknown or none. */
static int64_t ebml_size(const unsigned char *at, int *bytes)
{
	int len = 1;

	while (len <= 8 && (at[0] & 0x80 >> (len - 1)) == 0)
		len++;
	*bytes = len;
	if (len > 8)
		return -1;
	int64_t all = ((int64_t)1 << 7 * len) - 1, n = big(at, len) & all;
	return n == all ? -1 : n;
}

static bool webm_is_whole(int fd, int64_t size)
{
	unsigned char head[START] = { 0 };
	int bytes;

	if (read_at(fd, 0, head, START) < 16)
		return false;
	int64_t at = 4 + ebml_size(head + 4, &bytes);
	at += bytes;
	if (at < 8 || at > START - 16 || big(head + at, 4) != 0x18538067)
		return true; /* for its reader to judge */
	int64_t body = ebml_size(head + at + 4, &bytes);
	return body < 0 || body <= size - at - 4 - bytes;
}

static bool ogg_is_whole(int fd, int64_t size)
{
	unsigned char head[OGG_HEAD + OGG_SEGMENTS];
	int64_t at = 0;

	while (at < size) {
		int64_t got = read_at(fd, at, head, sizeof(head));

		if (got >= 4 && memcmp(head, "OggS", 4) != 0)
			return true; /* for its reader to judge */
		if (got < OGG_HEAD || got < OGG_HEAD + head[OGG_HEAD - 1])
			return false;
		int count = head[OGG_HEAD - 1];
		at += OGG_HEAD + count;
		for (int i = 0; i < count; i++)
			at += head[OGG_HEAD + i];
	}
	return at == size;
}

static bool mp3_is_whole(int fd, int64_t size)
{
	unsigned char head[XING_FAR + 16] = { 0 };
	int64_t at = 0;

	if (read_at(fd, 0, head, ID3_HEAD) == ID3_HEAD && memcmp(head, "ID3", 3) == 0)
		at = ID3_HEAD + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]);
	if (read_at(fd, at, head, sizeof(head)) < (int64_t)sizeof(head))
		return at < size;
	for (int i = 4; i < XING_FAR; i++) {
		const unsigned char *tag = head + i;
		bool is_tag = memcmp(tag, "Xing", 4) == 0 || memcmp(tag, "Info", 4) == 0;

		/* Flags: 1 a count of frames is there, 2 one of bytes. */
		if (is_tag && (tag[7] & 2) != 0)
			return at + big(tag + ((tag[7] & 1) != 0 ? 12 : 8), 4) <= size + MP3_SLACK;
	}
	return true;
}

bool is_whole(int fd, enum media_form form)
{
	struct stat file;

	if (fstat(fd, &file) != 0)
		return false;
	if (form == MEDIA_WEBM)
		return webm_is_whole(fd, file.st_size);
	if (form == MEDIA_OGG)
		return ogg_is_whole(fd, file.st_size);
	return form != MEDIA_MP3 || mp3_is_whole(fd, file.st_size);
}
