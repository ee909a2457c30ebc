/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Any bytes as a template: refused with a fault, or made into a page that is JSON. The same
 * bytes as markdown: prose without an address that is not allowed.
 *   build/fuzz/template_fuzz -max_total_time=60 build/fuzz/template tests/fuzz/corpus/template
 */
#include "kind/kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const struct json_value *must_be_json(struct arena *mem, struct str text)
{
	struct json_value *value;
	struct json_fault fault;

	CHECK(json_read(mem, text, &value, &fault));
	return value;
}

static void look_at(const struct json_value *node)
{
	static const char *const schemes[] = { "http://", "https://", "mailto:" };
	bool allowed = false;
	struct str href;

	for (const struct json_value *m = node->first; m != NULL; m = m->next)
		look_at(m);
	if (!json_is(node, JSON_OBJECT) || !json_text(json_get(node, S("href")), &href))
		return;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		struct str scheme = str_of(schemes[i]);

		allowed = allowed || str_eq_nocase(str_cut(href, 0, scheme.len), scheme);
	}
	CHECK(allowed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *mem = arena_new(64 << 20);
	struct kind_faults *faults = NEW(mem, struct kind_faults);
	struct kind_media media = { .bound = S("m-1-1") };
	struct str text = { (const char *)bytes, len };
	struct json page = json_make(mem, 32 << 20), prose = json_make(mem, 32 << 20);
	struct kind_template template;

	*faults = kind_faults_make(mem, text);
	if (kind_template_read(faults, text, &template)) {
		kind_page(mem, &template, NULL, &media, &page);
		look_at(must_be_json(mem, json_end(&page)));
	} else {
		CHECK(faults->count > 0 && faults->list[0].message.len > 0);
	}
	if (len <= KIND_TEXT_MAX && kind_is_clean(text)) {
		kind_prose(mem, text, NULL, &media, &prose);
		look_at(must_be_json(mem, json_end(&prose)));
	}
	arena_free(mem);
	return 0;
}
