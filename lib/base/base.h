/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* base: the ground floor's ground; everything but json, csv and settings in one include. */
#ifndef BASE_BASE_H
#define BASE_BASE_H
#include "base/arena.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/num.h"
#include "base/str.h"
#endif
