// SPDX-License-Identifier: AGPL-3.0-or-later
// The operator area's words. Not translated yet: said in English.
export const words = {};
