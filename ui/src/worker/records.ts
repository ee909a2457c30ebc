// SPDX-License-Identifier: AGPL-3.0-or-later
// The worker's pages beside the work itself, in one file of their own.
export { Contests } from './assignment/contests.tsx';
export { Mine } from './assignment/mine.tsx';
export { Notices } from './notice/notices.tsx';
export { Earnings } from './pay/earnings.tsx';
export { Profile } from './user/profile.tsx';
