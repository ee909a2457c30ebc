/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Any bytes as the run-length code of a mask: refused, or runs of its picture in order; as an
 * answer it gets one spelling, which is taken again as it is.
 *   build/fuzz/mask_fuzz -max_total_time=60 build/fuzz/mask tests/fuzz/corpus/mask
 */
#include "kind/kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const char template[] = "{\"blocks\":[{\"type\":\"mask\",\"name\":\"m\",\"label\":\"?\","
			       "\"src\":\"{{i}}\"}]}";

static bool take(struct arena *mem, const struct kind_template *t, struct str answer,
		 struct str *canonical)
{
	struct kind_faults *faults = NEW(mem, struct kind_faults);
	struct json_value *value;
	struct json_fault fault;

	*faults = kind_faults_make(mem, answer);
	return json_read(mem, answer, &value, &fault) &&
	       kind_answer_check(faults, t, value, canonical);
}

/* The first byte is the size of the picture: a multiple of the height. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *mem = arena_new(64 << 20);
	struct str code = { (const char *)bytes + 1, len > 0 ? len - 1 : 0 }, first, second;
	int64_t high = len > 0 ? bytes[0] % 16 + 1 : 1, wide = len > 0 ? bytes[0] / 16 + 1 : 1;
	struct json answer = json_make(mem, 32 << 20);
	struct kind_template t;

	json_object(&answer);
	json_key(&answer, "m");
	json_object(&answer);
	json_i64_of(&answer, "width", wide);
	json_i64_of(&answer, "height", high);
	json_key(&answer, "shapes");
	json_list(&answer);
	json_object(&answer);
	json_text_of(&answer, "counts", code);
	json_object_end(&answer);
	json_list_end(&answer);
	json_object_end(&answer);
	json_object_end(&answer);
	kind_template_load(mem, str_of(template), &t);
	if (take(mem, &t, json_end(&answer), &first)) {
		CHECK(take(mem, &t, first, &second));
		CHECK(str_eq(first, second));
	}
	arena_free(mem);
	return 0;
}
