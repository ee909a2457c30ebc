/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A message of our own: a few headers and plain text, eight bits, lines ended by CR LF. Everything
 * that comes from a person and stands in a header is checked once more here, at the last door.
 */
#include "notice/notice_in.h"

enum { MESSAGE_MAX = 100000, WORD_BYTES = 42 };

static bool is_plain(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < 32 || text.at[i] == 127)
			return false;
	return true;
}

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] > 126)
			return false;
	return true;
}

/* The address inside "Name <address>", or the whole. */
static struct str bare(struct str text)
{
	struct str name, rest, address, tail;

	if (str_split(text, '<', &name, &rest) && str_split(rest, '>', &address, &tail))
		return str_trim(address);
	return str_trim(text);
}

static bool is_address(struct str text)
{
	size_t at;

	return text.len > 2 && is_plain(text) && is_ascii(text) && str_find(text, S("@"), &at) &&
	       !str_find(text, S(" "), &at) && !str_find(text, S("<"), &at) &&
	       !str_find(text, S(">"), &at);
}

/* RFC 2047 words of at most 75 signs, cut between code points. */
static void put_encoded(struct arena *mem, struct buf *out, struct str text)
{
	while (text.len > 0) {
		size_t len = text.len < WORD_BYTES ? text.len : WORD_BYTES;

		while (len < text.len && ((unsigned char)text.at[len] & 0xc0) == 0x80)
			len--;
		struct str word = text_base64url(mem, text.at, len);
		char *sign = NEW_MANY(mem, char, word.len);
		for (size_t i = 0; i < word.len; i++)
			sign[i] = word.at[i] == '-' ? '+' : word.at[i] == '_' ? '/' : word.at[i];
		buf_add(out, S("=?UTF-8?B?"));
		buf_add(out, (struct str){ sign, word.len });
		for (size_t i = word.len; i % 4 != 0; i++)
			buf_add_char(out, '=');
		buf_add(out, S("?="));
		text = str_cut(text, len, text.len);
		if (text.len > 0)
			buf_add(out, S("\r\n "));
	}
}

/* "Sat, 21 Nov 2026 09:30:00 +0000" out of 2026-11-21T09:30:00.000Z */
static void put_date(struct arena *mem, struct buf *out, usec at)
{
	static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct str text = usec_text(mem, at);
	int64_t month = 0;

	CHECK(num_i64(str_cut(text, 5, 7), 1, 12, &month));
	buf_format(out, "%s, %.*s %s %.*s %.*s +0000", days[usec_day(at) % 7],
		   STR_ARG(str_cut(text, 8, 10)), months[month - 1], STR_ARG(str_cut(text, 0, 4)),
		   STR_ARG(str_cut(text, 11, 19)));
}

static void put_lines(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\r')
			continue;
		if (text.at[i] == '\n')
			buf_add_char(out, '\r');
		buf_add_char(out, text.at[i]);
	}
	if (!str_ends(text, S("\n")))
		buf_add(out, S("\r\n"));
}

/* Letters, digits and blanks alone need no quotes (RFC 5322, 3.2.3). */
static bool is_words(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (c != ' ' && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= 'a' && c <= 'z'))
			return false;
	}
	return true;
}

static void put_from(struct arena *mem, struct buf *out, const struct mail *m)
{
	struct str from = str_trim(m->from), address = bare(m->from);

	buf_add(out, S("From: "));
	if (address.len < from.len || m->name.len == 0) {
		buf_add(out, from);
		return;
	}
	if (is_words(m->name))
		buf_add(out, m->name);
	else
		put_encoded(mem, out, m->name);
	buf_format(out, " <%.*s>", STR_ARG(address));
}

/* ERR_INPUT, and nothing made: what mail_send refuses. */
static enum err mail_text(struct ctx *c, const struct mail *m, struct str *out)
{
	struct buf text = buf_make(c->mem, MESSAGE_MAX);
	struct str from = bare(m->from), host, local;

	if (!is_plain(m->name) || !is_plain(m->from) || !is_ascii(m->from) || !is_address(from) ||
	    !is_address(m->to))
		return refuse_field(c, ERR_INPUT, S("to"), "this is no address to write to");
	if (!is_plain(m->subject) || !is_plain(m->id))
		return refuse_field(c, ERR_INPUT, S("subject"),
				    "this is not one line of plain text");
	CHECK(str_split(from, '@', &local, &host));
	put_from(c->mem, &text, m);
	buf_format(&text, "\r\nTo: <%.*s>\r\nSubject: ", STR_ARG(m->to));
	if (is_ascii(m->subject))
		buf_add(&text, m->subject);
	else
		put_encoded(c->mem, &text, m->subject);
	buf_add(&text, S("\r\nDate: "));
	put_date(c->mem, &text, m->at);
	buf_format(&text, "\r\nMessage-ID: <%.*s@%.*s>\r\n", STR_ARG(m->id), STR_ARG(host));
	buf_add(&text, S("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
			 "Content-Type: text/plain; charset=utf-8\r\n"
			 "Content-Transfer-Encoding: 8bit\r\n\r\n"));
	put_lines(&text, m->text);
	*out = buf_str(&text);
	return OK;
}

static enum err put_file(struct ctx *c, struct str id, struct str message)
{
	const char *folder = str_c(c->mem, str_format(c->mem, "%s/mail", c->data));
	const char *path = str_c(c->mem, str_format(c->mem, "%s/%.*s.eml", folder, STR_ARG(id)));

	TRY(os_make_folder(c, folder));
	return os_replace(c, path, message, 0600);
}

enum err mail_send(struct ctx *c, const struct mail *m)
{
	struct str url = setting_text(c, "notice.smtp_url"), message;

	TRY(mail_text(c, m, &message));
	if (url.len == 0)
		return put_file(c, m->id, message);
	return smtp_send(c, url, setting_number(c, "notice.smtp_tls") == 1, bare(m->from), m->to,
			 message);
}
