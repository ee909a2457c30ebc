/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Kinds that are refused for now. */
#include "model/aggregate_in.h"
enum err aggregate_number(struct aggregate *g)
{
	return refuse(g->c, ERR_INPUT, "this kind is not known yet");
}
enum err aggregate_box(struct aggregate *g)
{
	return refuse(g->c, ERR_INPUT, "this kind is not known yet");
}
enum err aggregate_text_kind(struct aggregate *g)
{
	return refuse(g->c, ERR_INPUT, "this kind is not known yet");
}
enum err aggregate_pair(struct aggregate *g)
{
	return refuse(g->c, ERR_INPUT, "this kind is not known yet");
}
