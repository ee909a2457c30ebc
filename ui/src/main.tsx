// SPDX-License-Identifier: AGPL-3.0-or-later
// The shell of the app: reads who is here, finds the area of the address, loads it, shows its page
// under the top bar, and stands by when a page breaks or the session ends.
import '@preact/signals';
import { Component, render, type ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { hasRole, languageChoose, languageStart, me, mustSignIn, reached, sessionStart, signIn, signOut, meLoad } from './api/session.ts';
import type { Role } from './api/types.ts';
import { areaName, type AreaName } from './areas.ts';
import { languageNow, t, wordsLoad, type Key } from './base/i18n.ts';
import { languageName, languages } from './base/language.ts';
import { go, match, place, routeStart } from './base/route.ts';
import { site } from './base/site.ts';
import { Button } from './ui/button.tsx';
import { Dialog } from './ui/dialog.tsx';
import { Form, needed, TextField, useForm } from './ui/field.tsx';
import { said } from './ui/hooks.ts';
import { Icon, type IconName } from './ui/icon.tsx';
import { Empty, Page, Skeleton, useTitle, type PageEntry } from './ui/page.tsx';

interface NavEntry { href: string; word: Key; icon: IconName }

interface Area {
  name: AreaName;
  /** Who may come in; absent: anybody. Profile and notices are everybody's. */
  roles?: Role[];
  nav: NavEntry[];
  load: () => Promise<{ pages: PageEntry[] }>;
}

const areas: Area[] = [
  {
    name: 'site',
    nav: [],
    load: () => import('./site/area.tsx'),
  },
  {
    name: 'worker',
    roles: ['worker'],
    nav: [
      { href: '/work', word: 'nav.work', icon: 'list' },
      { href: '/held', word: 'nav.held', icon: 'clock' },
      { href: '/answers', word: 'nav.answers', icon: 'history' },
      { href: '/earnings', word: 'nav.earnings', icon: 'wallet' },
    ],
    load: () => {
      if (/^\/work\/./.test(location.pathname)) void import('./worker/play.ts').catch(() => {});
      return import('./worker/area.tsx');
    },
  },
  {
    name: 'requester',
    roles: ['requester', 'reviewer', 'manager', 'operator'],
    nav: [
      { href: '/projects', word: 'nav.projects', icon: 'layers' },
      { href: '/billing', word: 'nav.billing', icon: 'wallet' },
      { href: '/team', word: 'nav.team', icon: 'users' },
      { href: '/keys', word: 'nav.keys', icon: 'key-round' },
    ],
    load: () => import('./requester/area.tsx'),
  },
  {
    name: 'operator',
    roles: ['operator'],
    nav: [
      { href: '/operate', word: 'nav.operate', icon: 'activity' },
      { href: '/operate/users', word: 'nav.users', icon: 'users' },
      { href: '/operate/projects', word: 'nav.all-projects', icon: 'layers' },
      { href: '/operate/ledger', word: 'nav.ledger', icon: 'scale' },
      { href: '/operate/jobs', word: 'nav.jobs', icon: 'settings' },
      { href: '/operate/audit', word: 'nav.audit', icon: 'file-text' },
    ],
    load: () => import('./operator/area.tsx'),
  },
];

const EVERYBODYS = new Set(['profile', 'notices']);
const areaOf = (path: string) => areas.find((a) => a.name === areaName(path));

/** The page on which somebody starts. */
function homeOf(): string {
  if (hasRole('operator')) return '/operate';
  if (hasRole('requester', 'reviewer', 'manager')) return '/projects';
  return '/work';
}

const loaded = new Map<string, PageEntry[]>();

/** The area's pages once they are loaded; loads them on the first call. */
function usePages(area: Area | undefined): { pages?: PageEntry[]; error?: unknown; again: () => void } {
  const [state, setState] = useState<{ error?: unknown; turn: number }>({ turn: 0 });
  useEffect(() => {
    if (!area || loaded.has(area.name)) return;
    let off = false;
    Promise.all([area.load(), wordsLoad(area.name)]).then(
      ([{ pages }]) => {
        loaded.set(area.name, pages);
        if (!off) setState((s) => ({ turn: s.turn + 1 }));
      },
      (error: unknown) => {
        if (!off) setState((s) => ({ turn: s.turn, error }));
      },
    );
    return () => {
      off = true;
    };
  }, [area?.name, state.turn]);
  return {
    pages: area && loaded.get(area.name),
    error: state.error,
    again: () => setState((s) => ({ turn: s.turn + 1 })),
  };
}

/** Catches what a page throws while it is drawn. */
class Boundary extends Component<{ children: ComponentChildren }, { number?: string }> {
  override componentDidCatch(error: unknown): void {
    const number = Math.random().toString(36).slice(2, 8);
    console.error(`page ${number}`, error);
    this.setState({ number });
  }
  override render() {
    if (!this.state.number) return this.props.children;
    return (
      <Page title={t('crash.title')} narrow>
        <p>{t('crash.text', { number: this.state.number })}</p>
        <p><Button kind="primary" icon="refresh-cw" onClick={() => location.reload()}>{t('crash.reload')}</Button></p>
      </Page>
    );
  }
}

function isCurrent(href: string, nav: NavEntry[]): boolean {
  const { path } = place.value;
  const best = nav
    .filter((n) => path === n.href || path.startsWith(n.href + '/'))
    .sort((a, b) => b.href.length - a.href.length)[0];
  return best?.href === href;
}

function NavLinks({ nav }: { nav: NavEntry[] }) {
  return (
    <>
      {nav.map((n) => (
        <a key={n.href} href={n.href} aria-current={isCurrent(n.href, nav) ? 'page' : undefined}>
          <Icon name={n.icon} /><span>{t(n.word)}</span>
        </a>
      ))}
    </>
  );
}

function AccountMenu() {
  const [open, setOpen] = useState(false);
  const { turn } = place.value;
  useEffect(() => setOpen(false), [turn]);
  useEffect(() => {
    if (!open) return;
    const shut = (ev: Event) => {
      if (ev instanceof KeyboardEvent ? ev.key === 'Escape' : !(ev.target as Element).closest('.account')) setOpen(false);
    };
    document.addEventListener('keydown', shut);
    document.addEventListener('pointerdown', shut);
    return () => {
      document.removeEventListener('keydown', shut);
      document.removeEventListener('pointerdown', shut);
    };
  }, [open]);
  const who = me.value;
  if (!who) return null;
  const others = areas.filter((a) => a.roles && hasRole(...a.roles));
  return (
    <div class="account">
      <button class="button quiet" aria-expanded={open} aria-label={`${t('nav.account')}: ${who.user.name}`} onClick={() => setOpen(!open)}>
        <Icon name="user" /><bdi class="account-name">{who.user.name}</bdi><Icon name="chevron-down" />
      </button>
      {open && (
        <div class="account-menu">
          <p class="account-who"><bdi>{who.user.name}</bdi><span class="note">{who.user.email}</span></p>
          <ul>
            {others.length > 1 && others.map((a) => (
              <li key={a.name}><a href={a.nav[0]!.href}><Icon name={a.nav[0]!.icon} />{t(`role.${a.name}` as Key)}</a></li>
            ))}
            <li><a href="/notices"><Icon name="inbox" />{t('nav.notices')}</a></li>
            <li><a href="/profile"><Icon name="user" />{t('nav.profile')}</a></li>
            <li><button onClick={() => void signOut().then(() => go('/'))}><Icon name="log-out" />{t('nav.sign-out')}</button></li>
          </ul>
        </div>
      )}
    </div>
  );
}

function TopBar({ nav }: { nav: NavEntry[] }) {
  const { logo } = site.value;
  return (
    <header class="top">
      <div class="top-in">
        <a class="brand" href={me.value ? homeOf() : '/'}>
          {logo
            ? <img src={logo.src} alt="" width={Math.round((24 * logo.width) / logo.height)} height={24} />
            : <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
            <path class="brand-a" d="M4 2h7v9H2V4a2 2 0 0 1 2-2zM2 13h9v9H4a2 2 0 0 1-2-2zM13 13h9v7a2 2 0 0 1-2 2h-7z" />
            <path class="brand-b" d="M13 2h7a2 2 0 0 1 2 2v7h-9z" />
          </svg>}
          <span>{site.value.name}</span>
        </a>
        {nav.length > 0 && <nav class="top-nav" aria-label={t('nav.main')}><NavLinks nav={nav} /></nav>}
        <div class="top-end">
          {me.value
            ? <AccountMenu />
            : <>
              <Button kind="quiet" href="/sign-in">{t('nav.sign-in')}</Button>
              {site.value.sign_up && <Button href="/sign-up">{t('nav.sign-up')}</Button>}
            </>}
        </div>
      </div>
    </header>
  );
}

/** On phones: the first four links at the bottom, under the thumb; the rest in the account menu's page. */
function BottomBar({ nav }: { nav: NavEntry[] }) {
  return <nav class="bottom-nav" aria-label={t('nav.main')}><NavLinks nav={nav} /></nav>;
}

function SignInAgain() {
  const form = useForm(
    { email: me.value?.user.email ?? '', password: '' },
    (v) => signIn(v.email, v.password),
    (v) => needed(v, 'email', 'password'),
  );
  return (
    <Dialog open title={t('again.title')} onClose={() => (mustSignIn.value = false)}>
      <p>{t('again.text')}</p>
      <Form form={form}>
        <TextField label={t('user.email')} type="email" autocomplete="username" {...form.field('email')} />
        <TextField label={t('user.password')} type="password" autocomplete="current-password" {...form.field('password')} />
        <Button kind="primary" type="submit" busy={form.busy} wide>{t('nav.sign-in')}</Button>
      </Form>
    </Dialog>
  );
}

function Lost() {
  return (
    <Page title={t('lost.title')} narrow>
      <Empty icon="search" text={t('lost.text')}
        action={<Button kind="primary" href={me.value ? homeOf() : '/'}>{t('lost.home')}</Button>} />
    </Page>
  );
}

function Refused() {
  return (
    <Page title={t('refused.title')} narrow>
      <Empty icon="shield-check" text={t('refused.text')}
        action={<Button kind="primary" href={homeOf()}>{t('lost.home')}</Button>} />
    </Page>
  );
}

function LanguageSwitch() {
  const [failed, setFailed] = useState(false);
  return (
    <div>
      <select aria-label={t('nav.language')} value={languageNow()} onChange={(ev) => {
        setFailed(false);
        languageChoose(ev.currentTarget.value).catch(() => setFailed(true));
      }}>
        {languages.map((tag) => <option key={tag} value={tag} lang={tag}>{languageName(tag)}</option>)}
      </select>
      {failed && <span role="alert">{t('error.0')}</span>}
    </div>
  );
}

function Waiting() {
  useTitle(t('loading'));
  return <div class="page"><Skeleton rows={4} tall /></div>;
}

function App() {
  const { path, query } = place.value;
  const first = path.split('/')[1] ?? '';
  const area = areaOf(path);
  const { pages, error, again } = usePages(area);
  const signedIn = me.value !== null;
  const locked = area?.roles !== undefined && !signedIn;
  const home = signedIn && path === '/';
  useEffect(() => {
    if (locked) go(`/sign-in?to=${encodeURIComponent(path + (query.toString() && `?${query}`))}`, true);
    else if (home) go(homeOf(), true);
  }, [locked, home, path]);

  const nav = !signedIn ? [] : area?.nav.length ? area.nav : areas.find((a) => a.nav[0]?.href === homeOf())?.nav ?? [];
  const shown = EVERYBODYS.has(first) ? areas.find((a) => a.nav[0]?.href === homeOf())?.nav ?? nav : nav;
  let body: ComponentChildren = <Waiting />;
  let bare = false;
  if (!area) body = <Lost />;
  else if (area.roles && signedIn && !EVERYBODYS.has(first) && !hasRole(...area.roles)) body = <Refused />;
  else if (error !== undefined && !pages) {
    body = (
      <Page title={t('crash.title')} narrow>
        <p>{t('error.502')}</p>
        <p><Button kind="primary" icon="refresh-cw" onClick={again}>{t('error.again')}</Button></p>
      </Page>
    );
  } else if (pages && !locked && !home) {
    const found = pages.map((p) => [p, match(p.path, path)] as const).find(([, params]) => params !== null);
    if (found) {
      const View = found[0].view;
      bare = !!found[0].bare;
      body = <View key={path} params={found[1]!} />;
    } else body = <Lost />;
  }
  return (
    <>
      <a class="skip" href="#main">{t('skip.main')}</a>
      {!bare && <TopBar nav={shown} />}
      {!reached.value && (
        <div class="offline" role="status">
          <Icon name="cloud-off" />{t('offline.bar')}
          <button class="button quiet" onClick={() => void meLoad().catch(() => {})}>{t('offline.again')}</button>
        </div>
      )}
      <main id="main" class={bare ? 'main bare' : 'main'} tabIndex={-1}>
        {/* In another language the page is made anew: widgets and lists keep words too. */}
        <Boundary key={`${path} ${languageNow()}`}>{body}</Boundary>
      </main>
      {!bare && (
        <footer class="foot">
          <a href="/docs/api" aria-current={path === '/docs/api' ? 'page' : undefined}>{t('nav.api')}</a>
          <LanguageSwitch />
        </footer>
      )}
      {!bare && shown.length > 0 && <BottomBar nav={shown} />}
      {mustSignIn.value && <SignInAgain />}
      <div class="hidden" aria-live="polite">{said.value}</div>
    </>
  );
}

async function start(): Promise<void> {
  languageStart();
  const words = wordsLoad('base');
  routeStart();
  // The area is fetched while the server says who is here.
  const area = areaOf(location.pathname);
  if (area && location.pathname !== '/') void Promise.all([area.load(), wordsLoad(area.name)]).catch(() => {});
  try {
    await sessionStart();
  } catch {
    // The server cannot be reached: the bar says so, and pages try again by themselves.
  }
  await words;
  // Colour scheme and theme were set before the first paint; see early.ts.
  render(<App />, document.getElementById('app')!);
}

void start();
