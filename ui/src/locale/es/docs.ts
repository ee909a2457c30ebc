// SPDX-License-Identifier: AGPL-3.0-or-later
// Words of the page about the API. Not translated yet: said in English.
export const words = {};
