/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Label Studio's configurations as templates, and what is refused in them. */
#include "intake/intake_in.h"
#include "tests/test.h"

static struct str made(struct ctx *c, const char *xml)
{
	struct kind_faults f = kind_faults_make(c->mem, S(""));
	struct str template;

	if (intake_labelling_read(&f, str_of(xml), &template))
		return template;
	return str_format(c->mem, "%.*s, line %d: %.*s", STR_ARG(f.list[0].path), f.list[0].line,
			  STR_ARG(f.list[0].message));
}

static const struct {
	const char *xml, *blocks;
} templates[] = {
	{ "<View><Text name=\"t\" value=\"$text\"/><Header value=\"What mood?\"/>"
	  "<Choices name=\"Mood-1\" toName=\"t\" choice=\"multiple\" required=\"true\">"
	  "<Choice value=\"Good &amp; well\" hotkey=\"g\"/><Choice value=\"Bad\" ali"
	  "as=\"b\"/>"
	  "</Choices></View>",
	  "{\"type\":\"markdown\",\"text\":\"{{text}}\"},{\"type\":\"choice\",\"name\":"
	  "\"mood_1\",\"label\":\"What mood?\",\"required\":true,\"options\":[{\"value\":"
	  "\"Good & well\",\"label\":\"Good & well\"},{\"value\":\"b\",\"label\":\"B"
	  "ad\"}],"
	  "\"many\":true}" },
	{ "<View><Labels name=\"n\" toName=\"t\"><Label value=\"PER\" background=\"r"
	  "ed\"/>"
	  "</Labels><Text name=\"t\" value=\"$text\"/></View>",
	  "{\"type\":\"spans\",\"name\":\"n\",\"label\":\"n\",\"required\":false,\"t"
	  "ext\":"
	  "\"{{text}}\",\"labels\":[\"PER\"]}" },
	{ "<View><Image name=\"i\" value=\"$image\"/><RectangleLabels name=\"b\" toN"
	  "ame=\"i\">"
	  "<Label value=\"Car\"/></RectangleLabels><PolygonLabels name=\"p\" toName"
	  "=\"i\">"
	  "<Label value=\"Car\"/></PolygonLabels><KeyPointLabels name=\"k\" toName=\"i\">"
	  "<Label value=\"Eye\"/></KeyPointLabels></View>",
	  "{\"type\":\"box\",\"name\":\"b\",\"label\":\"b\",\"required\":false,\"src\":"
	  "\"{{image}}\",\"labels\":[\"Car\"]},{\"type\":\"polygon\",\"name\":\"p\""
	  ",\"label\":"
	  "\"p\",\"required\":false,\"src\":\"{{image}}\",\"labels\":[\"Car\"]},{\"t"
	  "ype\":"
	  "\"point\",\"name\":\"k\",\"label\":\"k\",\"required\":false,\"src\":\"{{i"
	  "mage}}\","
	  "\"labels\":[\"Eye\"]}" },
	{ "<View><Image name=\"i\" value=\"$image\"/><BrushLabels name=\"b\" toName=\"i\">"
	  "<Label value=\"Sky\"/></BrushLabels></View>",
	  "{\"type\":\"mask\",\"name\":\"b\",\"label\":\"b\",\"required\":false,\"src\":"
	  "\"{{image}}\",\"labels\":[\"Sky\"]}" },
	{ "<View><View><Image name=\"i\" value=\"$image\"/></View><TextArea name=\"a\" "
	  "toName=\"i\" rows=\"3\"/><Rating name=\"r\" toName=\"i\" maxRating=\"7\"/>"
	  "<Number name=\"c\" toName=\"i\" min=\"0\" max=\"1.5\"/><DateTime name=\"d\" "
	  "toName=\"i\" only=\"date\"/></View>",
	  "{\"type\":\"image\",\"src\":\"{{image}}\"},{\"type\":\"text\",\"name\":\"a\","
	  "\"label\":\"a\",\"required\":false,\"long\":true},{\"type\":\"scale\",\"n"
	  "ame\":\"r\","
	  "\"label\":\"r\",\"required\":false,\"min\":1,\"max\":7},{\"type\":\"number\","
	  "\"name\":\"c\",\"label\":\"c\",\"required\":false,\"min\":0,\"max\":1.5},"
	  "{\"type\":"
	  "\"date\",\"name\":\"d\",\"label\":\"d\",\"required\":false}" },
	{ "<View><Header value=\"*Read*\"/><Text name=\"a\" value=\"$left\"/><Text n"
	  "ame=\"b\" "
	  "value=\"$right\"/><Pairwise name=\"p\" toName=\"a,b\"/><Taxonomy name=\"x\" "
	  "toName=\"a\" leafsOnly=\"true\"><Choice value=\"Food\"><Choice value=\"Fr"
	  "uit\"/>"
	  "</Choice><Choice value=\"Tools\"/></Taxonomy></View>",
	  "{\"type\":\"markdown\",\"text\":\"### \\\\*Read\\\\*\"},{\"type\":\"pai"
	  "r\",\"name\":"
	  "\"p\",\"label\":\"p\",\"required\":false,\"options\":[{\"value\":\"left\""
	  ",\"label\":"
	  "\"{{left}}\"},{\"value\":\"right\",\"label\":\"{{right}}\"}]},{\"type\""
	  ":\"taxonomy\","
	  "\"name\":\"x\",\"label\":\"x\",\"required\":false,\"tree\":\"Food\\n\\tFr"
	  "uit\\nTools\","
	  "\"leaf\":true}" },
	{ "<View><Text name=\"t\" value=\"$text\"/><Choices name=\"a\" toName=\"t\">"
	  "<Choice "
	  "value=\"yes\"/><Choice value=\"no\"/></Choices><TextArea name=\"why\" toN"
	  "ame=\"t\" "
	  "visibleWhen=\"choice-selected\" whenTagName=\"a\" whenChoiceValue=\"no\"/"
	  "></View>",
	  "{\"type\":\"markdown\",\"text\":\"{{text}}\"},{\"type\":\"choice\",\"nam"
	  "e\":\"a\","
	  "\"label\":\"a\",\"required\":false,\"options\":[{\"value\":\"yes\",\"labe"
	  "l\":\"yes\"},"
	  "{\"value\":\"no\",\"label\":\"no\"}]},{\"type\":\"text\",\"name\":\"why\""
	  ",\"label\":"
	  "\"why\",\"required\":false,\"show_if\":{\"field\":\"a\",\"is\":[\"no\"]}"
	  ",\"long\":"
	  "false}" },
};

PLAIN_TEST(intake, a_labelling_configuration_is_a_template)
{
	for (size_t i = 0; i < sizeof(templates) / sizeof(*templates); i++)
		WANT_STR(str_format(c->mem, "{\"blocks\":[%s]}", templates[i].blocks),
			 made(c, templates[i].xml));
}

static const struct {
	const char *inside, *wanted;
} refusals[] = {
	{ "<EllipseLabels name=\"b\" toName=\"t\"/>",
	  "EllipseLabels, line 3: the tag EllipseLabels is not known here" },
	{ "<BrushLabels name=\"b\" toName=\"t\"><Label value=\"a\"/></BrushLabels>",
	  "BrushLabels, line 3: toName=\"t\" names no Image" },
	{ "<Audio name=\"a\" value=\"$a\"/>", "Audio, line 3: the tag Audio is not known here" },
	{ "<Style>.a{}</Style>", "Style, line 3: the tag Style is not known here" },
	{ "<Choices name=\"c\" toName=\"t\"><Choice value=\"a\"/><Label value=\"b\"/"
	  "></Choices>",
	  "Label, line 3: the tag Label is not known here" },
	{ "<TextArea name=\"c\" toName=\"t\" perRegion=\"true\"/>",
	  "TextArea, line 3: perRegion is not known here: a question is about the wh"
	  "ole item" },
	{ "<Labels name=\"c\" toName=\"h\"><Label value=\"a\"/></Labels>",
	  "Labels, line 3: toName=\"h\" names no Text" },
	{ "<RectangleLabels name=\"c\" toName=\"t\"><Label value=\"a\"/></RectangleL"
	  "abels>",
	  "RectangleLabels, line 3: toName=\"t\" names no Image" },
	{ "<DateTime name=\"c\" toName=\"t\"/>",
	  "DateTime, line 3: times of day are not known here: say only=\"date\"" },
	{ "<Rating name=\"c\" toName=\"t\" maxRating=\"99\"/>",
	  "Rating, line 3: maxRating is a whole number from 2 to 11 here" },
	{ "<TextArea toName=\"t\"/>", "TextArea, line 3: a control has a name" },
	{ "<Header value=\"$a{b}\"/>",
	  "Header, line 3: value is one $column, or a text without braces" },
	{ "<TextArea name=\"c\" toName=\"t\" visibleWhen=\"region-selected\"/>",
	  "TextArea, line 3: visibleWhen is choice-selected with whenTagName and "
	  "whenChoiceValue here" },
	{ "<Pairwise name=\"p\" toName=\"t\"/>", "Pairwise, line 3: toName names two objects" },
	{ "<Choices name=\"c\" toName=\"t\"><Choice value=\"a\"/></Choices>",
	  "blocks[2].options, line 0: options is a list of 2 to 200" },
};

PLAIN_TEST(intake, what_a_configuration_has_that_is_not_known_is_refused_by_name_and_line)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		WANT_STR(str_of(refusals[i].wanted),
			 made(c, str_c(c->mem,
				       str_format(c->mem,
						  "<View>\n<Text name=\"t\" value=\"$t\"/><Hype"
						  "rText "
						  "name=\"h\" value=\"$h\"/>\n%s\n</View>",
						  refusals[i].inside))));
}

PLAIN_TEST(intake, hostile_xml_is_refused)
{
	struct buf deep = buf_make(c->mem, 1 << 20);
	static const char *const bad[] = {
		"",
		"no xml",
		"<View>",
		"<View/><View/>",
		"<Other/>",
		"<View><Text name=\"t\" value=\"&undefined;\"/></View>",
		"<!DOCTYPE View [<!ENTITY a \"b\">]><View><Header value=\"&a;\"/></View>",
		"<View><Text name=\"\x01\" value=\"$a\"/></View>",
		"<View/>",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		WANT(!str_starts(made(c, bad[i]), S("{")));
	for (int i = 0; i < 5000; i++)
		buf_add(&deep, S("<View>"));
	for (int i = 0; i < 5000; i++)
		buf_add(&deep, S("</View>"));
	WANT(!str_starts(made(c, str_c(c->mem, buf_str(&deep))), S("{")));
	buf_add(&deep, S("<View>"));
	WANT(!str_starts(made(c, str_c(c->mem, buf_str(&deep))), S("{")));
}
