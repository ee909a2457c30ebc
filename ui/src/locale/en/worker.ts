// SPDX-License-Identifier: AGPL-3.0-or-later
// The worker area's words.
export const words = {} as const;
