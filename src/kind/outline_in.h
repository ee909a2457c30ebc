/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Shapes made of points, for the kinds polygon, polyline and point: outline.c. */
#ifndef KIND_OUTLINE_IN_H
#define KIND_OUTLINE_IN_H
#include "kind/kind_in.h"

enum outline_form { OUTLINE_POINT, OUTLINE_LINE, OUTLINE_POLYGON };

/* As the functions of struct kind. */
void kind_outline_check_block(struct kind_faults *, const struct json_value *block, struct str path,
			      enum outline_form);
bool kind_outline_check_answer(struct kind_faults *, const struct kind_field *,
			       const struct json_value *value, struct json *out, enum outline_form);
bool kind_outline_same(struct arena *, const struct kind_field *, const struct json_value *,
		       const struct json_value *, enum outline_form);
void kind_outline_agree(struct arena *, const struct kind_field *,
			const struct json_value *const *values, int count, struct kind_result *out,
			enum outline_form);

#endif
