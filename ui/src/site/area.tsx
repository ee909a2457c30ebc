// SPDX-License-Identifier: AGPL-3.0-or-later
// The site area: the pages of people who are not signed in, and the page about the API.
import { wordsLoad } from '../base/i18n.ts';
import { later, type PageEntry } from '../ui/page.tsx';
import { Home } from './home.tsx';
import { Forgot, Reset, SignIn, SignUp } from './user/sign.tsx';

export const pages: PageEntry[] = [
  { path: '/', view: Home },
  { path: '/sign-in', view: SignIn },
  { path: '/sign-up', view: SignUp },
  { path: '/forgot', view: Forgot },
  { path: '/reset', view: Reset },
  { path: '/docs/api', view: later(async () => (await Promise.all([import('./app/api.tsx'), wordsLoad('docs')]))[0].ApiDocs) },
];
