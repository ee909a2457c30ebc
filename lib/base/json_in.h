/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* json_in: what the reader and the writer both know of strings. */
#ifndef BASE_JSON_IN_H
#define BASE_JSON_IN_H
#include "base/json.h"

/*
 * Bytes at the start that a string holds as they are: ASCII from the blank on, but
 * not `"` and `\`. Eight are looked at together: a byte that is none of these
 * leaves its top bit set, as may one after it, so the last few are looked at alone.
 */
static inline size_t json_plain_run(const char *at, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	size_t run = 0;

	for (; len - run >= sizeof(uint64_t); run += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, at + run, sizeof(word));

		uint64_t quote = (word ^ ones * '"') - ones;
		uint64_t slash = (word ^ ones * '\\') - ones;
		uint64_t control = word - ones * 0x20;

		if (((word | quote | slash | control) & ones * 0x80) != 0)
			break;
	}
	for (; run < len; run++) {
		unsigned char c = (unsigned char)at[run];

		if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
			break;
	}
	return run;
}

#endif
