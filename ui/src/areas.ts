// SPDX-License-Identifier: AGPL-3.0-or-later
// Which area an address belongs to, by its first part. The router and what runs ahead of it agree.
export const AREAS = {
  site: ['', 'sign-in', 'sign-up', 'forgot', 'reset', 'docs'],
  worker: ['work', 'held', 'answers', 'earnings', 'profile', 'notices'],
  requester: ['projects', 'billing', 'team', 'keys'],
  operator: ['operate'],
} as const;

export type AreaName = keyof typeof AREAS;

export function areaName(path: string): AreaName | undefined {
  const first = path.split('/')[1] ?? '';
  return (Object.keys(AREAS) as AreaName[]).find((name) => (AREAS[name] as readonly string[]).includes(first));
}
