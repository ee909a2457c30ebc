/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* csv_in: the delimiters, which reading, writing and guessing share. */
#ifndef BASE_CSV_IN_H
#define BASE_CSV_IN_H
#include "base/csv.h"

static inline char csv_delimiter(enum csv_form form)
{
	static const char delimiters[] = {
		[CSV_COMMA] = ',', [CSV_SEMICOLON] = ';', [CSV_TAB] = '\t',
		[CSV_BAR] = '|',   [CSV_JSONL] = '\n',	  [CSV_JSON] = '\n'
	};

	CHECK((unsigned)form < sizeof(delimiters));
	return delimiters[form];
}

#endif
