/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Any bytes: refused with a place inside them, or read, and then what is written of
 * the tree is read again and written the same.
 *   build/fuzz/json_fuzz -max_total_time=60 build/fuzz/json tests/fuzz/corpus/json
 */
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct str written(struct arena *mem, const struct json_value *value)
{
	struct json j = json_make(mem, 64 << 20);

	json_put_value(&j, value);
	return json_end(&j);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *mem = arena_new(8 << 20);
	struct str text = { (const char *)bytes, len };
	struct json_value *value, *again;
	struct json_fault fault;

	if (json_read(mem, text, &value, &fault)) {
		struct str first = written(mem, value);

		CHECK(value->to <= len && value->from < value->to);
		CHECK(json_read(mem, first, &again, &fault));
		CHECK(str_eq(first, written(mem, again)));
	} else {
		CHECK(fault.at <= len && fault.reason != NULL && fault.line > 0 &&
		      fault.column > 0);
	}
	arena_free(mem);
	return 0;
}
