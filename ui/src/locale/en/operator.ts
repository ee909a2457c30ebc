// SPDX-License-Identifier: AGPL-3.0-or-later
// The operator area's words.
export const words = {} as const;
