// SPDX-License-Identifier: AGPL-3.0-or-later
// The requester area's words. Not translated yet: said in English.
export const words = {};
