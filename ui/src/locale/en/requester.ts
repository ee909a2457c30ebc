// SPDX-License-Identifier: AGPL-3.0-or-later
// The requester area's words.
export const words = {} as const;
