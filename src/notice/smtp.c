/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The one door to libcurl for mail: one message, one connection, half a minute at most. */
#include <curl/curl.h>
#include "notice/notice_in.h"

enum { CONNECT_S = 10, WHOLE_S = 30 };

struct upload {
	struct str left;
};

static size_t read_piece(char *out, size_t size, size_t count, void *arg)
{
	struct upload *upload = arg;
	size_t len = size * count;

	if (len > upload->left.len)
		len = upload->left.len;
	if (len > 0)
		memcpy(out, upload->left.at, len);
	upload->left = str_cut(upload->left, len, upload->left.len);
	return len;
}

static CURLcode talk(CURL *curl, struct ctx *c, struct str url, bool tls, struct str from,
		     struct curl_slist *to, struct upload *upload)
{
	const char *sender = str_c(c->mem, str_format(c->mem, "<%.*s>", STR_ARG(from)));

	curl_easy_setopt(curl, CURLOPT_URL, str_c(c->mem, url));
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_piece);
	curl_easy_setopt(curl, CURLOPT_READDATA, upload);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WHOLE_S);
	return curl_easy_perform(curl);
}

enum err smtp_send(struct ctx *c, struct str url, bool tls, struct str from, struct str to,
		   struct str message)
{
	struct upload upload = { message };
	const char *rcpt = str_c(c->mem, str_format(c->mem, "<%.*s>", STR_ARG(to)));
	CURL *curl = curl_easy_init();
	struct curl_slist *list = curl_slist_append(NULL, rcpt);
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if (curl != NULL && list != NULL)
		code = talk(curl, c, url, tls, from, list, &upload);
	curl_slist_free_all(list);
	curl_easy_cleanup(curl);
	if (code != CURLE_OK)
		return refuse(c, ERR_CONFLICT, "the mail server: %s", curl_easy_strerror(code));
	return OK;
}
