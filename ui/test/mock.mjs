// SPDX-License-Identifier: AGPL-3.0-or-later
// A stand-in for the server, for tests of the browser app's own parts and for work on its look:
// serves build/ui with the real headers and a small site in memory. Stories run against
// the real server; nothing here proves anything about it.
//   node test/mock.mjs [PORT] [ROLE]     ROLE: signed in from the start
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "media-src 'self' blob:; connect-src 'self'; font-src 'self'; frame-src 'self'; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'; report-uri /csp";

const currency = 'EUR';
const minutes = (n) => new Date(Date.now() + n * 60000).toISOString();
const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480"><rect width="640" height="480" fill="#e8dccb"/>' +
  [[140, 120, 60], [320, 200, 74], [480, 330, 66], [200, 350, 58], [520, 110, 48]].map(([x, y, r], i) =>
    `<circle cx="${x}" cy="${y}" r="${r}" fill="${i === 3 ? '#7c5a9c' : '#cf8d86'}"/><circle cx="${x}" cy="${y}" r="${r / 2.6}" fill="${i === 3 ? '#553a78' : '#dcaaa2'}"/>`).join('') + '</svg>';

export function makeSite(options = {}) {
  const instructions = [
    { t: 'p', c: ['Count the ', { t: 'strong', c: ['white'] }, ' cells you see. They are larger and violet; red cells are pale and have no dark middle.'] },
    { t: 'h4', c: ['Right'] },
    { t: 'ul', c: [{ t: 'li', c: ['A cell cut by the edge counts.'] }, { t: 'li', c: ['Two that touch are two.'] }] },
    { t: 'h4', c: ['Wrong'] },
    { t: 'ul', c: [{ t: 'li', c: ['Small violet dots are platelets: do not count them.'] }] },
  ];
  const page = (n) => ({
    title: 'How many white cells?', instructions,
    blocks: [
      { type: 'markdown', nodes: [{ t: 'p', c: [`Slide ${n}`] }] },
      { type: 'image', src: `/media/cell-${n}.svg`, alt: `Blood smear ${n}` },
      { type: 'choice', name: 'white', label: 'How many white cells do you see?', options: ['none', 'one', { value: 'two', label: 'two' }, 'more than two', { value: 'cannot', label: 'I cannot tell' }], required: true },
    ],
  });
  const mixed = (n) => ({
    title: 'Check an address', instructions,
    blocks: options.blocks ?? [
      { type: 'markdown', nodes: [{ t: 'p', c: [`Harbour Street ${n}, Eastnort`] }] },
      { type: 'choice', name: 'kind', label: 'What is this?', options: ['A street address', 'A company', 'Neither'], required: true },
      { type: 'choice', name: 'faults', label: 'Which faults do you see?', options: ['Spelling', 'Number missing', 'Town missing'], many: true, max: 2 },
      { type: 'text', name: 'street', label: 'Street as it should be', max: 60, required: true },
      { type: 'number', name: 'house', label: 'House number', min: 1, max: 999, integer: true, required: false },
    ],
  });
  const work = [
    { project: '11', title: 'How many white cells?', requester: 'Northlab', kind: 'choice', reward: 4, hourly: 1620, hourly_measured: true, seconds: 9, left: 2318, approve_after_s: 172800, picking: false, currency, pages: page },
    { project: '12', title: 'Check an address', requester: 'Hafen & Söhne', kind: 'text', reward: 12, hourly: 1180, hourly_measured: true, seconds: 37, left: 412, approve_after_s: 86400, picking: true, currency, pages: mixed },
    { project: '13', title: 'Is this a bird? Tell us whether the picture shows a bird, and nothing but a bird', requester: 'Museum of Natural History', kind: 'choice', reward: 3, hourly: null, hourly_measured: false, seconds: 12, left: 1, approve_after_s: 86400, picking: false, currency, pages: page },
  ];
  const site = {
    options, work, csp: [], requests: [], held: new Map(), answers: [], drafts: [], fail: null, delay: 0, seq: 1,
    me: options.role ? makeUser(options.role) : null, sessions: 2, lease: options.lease ?? 10,
  };
  function makeUser(role) {
    return { user: { id: '7', name: 'Amina Yusuf', email: 'amina@example.org', roles: role.split(','), locale: '' }, orgs: [{ id: '3', name: 'Northlab', role: 'owner' }], balance: 1840, currency };
  }
  site.makeUser = makeUser;
  return site;
}

const view = ({ pages: _, ...w }, site) => {
  const held = site.held.get(w.project);
  return { ...w, held: held ? { task: held.task, until: held.until } : null };
};

function lease(site, w, task) {
  const held = site.held.get(w.project);
  if (held && Date.parse(held.until) > Date.now()) return held;
  const done = site.answers.filter((a) => a.project === w.project).length;
  const n = task ?? done + 1 + (site.skipped ?? 0);
  const a = {
    project: w.project, task: n, epoch: `e${site.seq++}`, until: minutes(site.lease), accepted: minutes(0), reward: w.reward,
    page: w.pages(n), now: minutes(0), draft: site.drafts.filter((d) => d.project === w.project && String(d.task) === String(n)).pop()?.answer ?? null,
  };
  site.held.set(w.project, a);
  return a;
}

class Refusal extends Error {
  constructor(status, detail, field) {
    super(detail);
    Object.assign(this, { status, field });
  }
}

function operation(site, verb, path, query, body) {
  const user = () => {
    if (!site.me) throw new Refusal(401, 'sign in first');
    return site.me;
  };
  const m = (pattern) => {
    const found = new RegExp('^' + pattern.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)') + '$').exec(`${verb} ${path}`);
    return found && (found.groups ?? {});
  };
  let g;
  if (m('GET /me')) return user();
  if (m('POST /sign-in')) {
    if (body.password !== 'correct horse') throw new Refusal(401, 'email or password is wrong');
    site.me = site.makeUser(site.options.signInAs ?? 'worker');
    return { user: site.me.user };
  }
  if (m('POST /sign-up')) {
    if (body.email === 'taken@example.org') throw new Refusal(409, 'this email has an account already', 'email');
    site.options.signInAs = body.role;
    return { id: '7' };
  }
  if (m('POST /sign-out')) { site.me = null; return undefined; }
  if (m('POST /password/forgot') || m('POST /password/reset')) return undefined;
  user();
  if (m('POST /me/password')) {
    if (body.old !== 'correct horse') throw new Refusal(400, 'this is not your password', 'old');
    return undefined;
  }
  if (m('GET /me/sessions')) {
    return { items: [
      { id: '1', created: minutes(-4000), seen: minutes(0), address: '127.0.0.1', agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0', current: true },
      { id: '2', created: minutes(-90000), seen: minutes(-3000), address: '192.0.2.17', agent: 'Mozilla/5.0 (Android 15; Mobile) Firefox/140.0', current: false },
    ].slice(0, site.sessions) };
  }
  if (m('POST /me/locale')) { site.me.user.locale = body.locale; return undefined; }
  if (m('POST /me/sessions/{session}/end')) { site.sessions = 1; return undefined; }
  if (m('GET /me/notices')) return { items: [{ id: '2', kind: 'user', text: 'Your password was changed.', at: minutes(-20), read: false }], unread: 1 };
  if (m('POST /me/notices/read')) return undefined;
  if (m('GET /me/skills')) {
    return { items: [
      { project: '11', title: 'How many white cells?', answers: 140, rejected: 1, percent: 90, at_least: 85 },
      { project: '12', title: 'Check an address', answers: 6, rejected: 0 },
    ] };
  }
  if (m('GET /me/contests')) {
    return { items: [
      { project: '11', task: 7, title: 'How many white cells?', about: 'known', answer: { label: '4' }, truth: { label: '5' }, state: 'open' },
      { project: '12', task: 2, title: 'Check an address', about: 'rejection', answer: { label: 'yes' }, reason: 'The street is missing.', state: 'waiting', text: 'It stands on the back.' },
    ] };
  }
  if (m('POST /work/{project}/tasks/{task}/contest')) return undefined;
  if (m('GET /projects/{project}/contests')) return { items: [] };
  if (m('GET /me/accuracy')) return { percent: 96 };
  if (m('GET /me/earnings')) {
    const sent = site.answers.reduce((n, a) => n + a.reward, 0);
    return { available: 1840, pending: 96 + sent, today: 212 + sent, week: 1430 + sent, total: 28410 + sent, currency, hourly: 1385 };
  }
  if (m('GET /me/entries')) {
    return { items: Array.from({ length: 5 }, (_, i) => ({ transfer: `release:11:${i}`, sub: 0, amount: 4 + i * 3, at: minutes(-60 * (i + 1)), about: 'How many white cells?' })), next: query.after ? null : 'c2' };
  }
  if (m('GET /work')) {
    if (site.empty) return { items: [] };
    return { items: site.work.filter((w) => (!query.kind || w.kind === query.kind) && (!query.min_hourly || (w.hourly ?? 0) >= Number(query.min_hourly))).map((w) => view(w, site)), next: null };
  }
  if (m('GET /work/mine')) {
    if (site.empty) return { items: [] };
    return { items: [
      { project: '11', title: 'How many white cells?', task: '41', state: 'submitted', reward: 4, at: minutes(-3) },
      { project: '11', title: 'How many white cells?', task: '40', state: 'approved', reward: 4, at: minutes(-13) },
      { project: '12', title: 'Check an address', task: '9', state: 'rejected', reward: 12, reason: 'The town is missing in the street field, as the second example of the instructions says.', at: minutes(-2000) },
    ], next: null };
  }
  const find = (id) => {
    const w = site.work.find((o) => o.project === id);
    if (!w) throw new Refusal(404, 'there is no such project');
    return w;
  };
  if ((g = m('GET /work/{project}'))) {
    const w = find(g.project);
    return { ...view(w, site), page: w.pages('0'), time_allowed_s: 600 };
  }
  if ((g = m('GET /work/{project}/tasks'))) return { items: [1, 2, 3].map((task) => ({ task })), next: null };
  // The run ends after two answers: then the next project's turn comes.
  const any = () => site.work[Math.floor(site.answers.length / 2) % site.work.length];
  if (m('POST /work/accept')) return site.none ? { none: 'no task is left for you here' } : { assignment: lease(site, any()) };
  if ((g = m('POST /work/{project}/accept'))) {
    const w = find(g.project);
    if (body.task !== undefined && !w.picking) throw new Refusal(403, 'in this project tasks are handed out, not picked');
    if (site.none) return { none: 'no task is left for you here' };
    return { assignment: lease(site, w, body?.task) };
  }
  if ((g = m('POST /work/{project}/tasks/{task}/{act}'))) {
    const w = find(g.project);
    const held = site.held.get(g.project);
    if (g.act === 'submit') {
      const again = site.answers.find((a) => a.epoch === body.epoch);
      if (!again && held?.epoch !== body.epoch) throw new Refusal(409, 'your time for this task is over');
      if (!again) site.answers.push({ project: g.project, task: g.task, epoch: body.epoch, answer: body.answer, reward: w.reward });
      site.held.delete(g.project);
      if (!body.next) return { state: 'submitted' };
      return site.none ? { state: 'submitted', none: 'no task is left for you here' } : { state: 'submitted', next: lease(site, body.any ? any() : w) };
    }
    if (held?.epoch !== body.epoch) throw new Refusal(409, 'your time for this task is over');
    if (g.act === 'heartbeat') { if (!body.every_s) held.until = minutes(site.lease); return { until: held.until }; }
    if (g.act === 'draft') { site.drafts.push({ project: g.project, task: g.task, answer: body.answer }); return undefined; }
    if (g.act === 'return') { site.held.delete(g.project); site.skipped = (site.skipped ?? 0) + 1; return undefined; }
  }
  const more = site.options.more?.(verb, path, query, body, site);
  if (more !== undefined) return more;
  throw new Refusal(404, 'there is nothing here');
}

/** Starts on 127.0.0.1; resolves to {url, site, stop}. */
export async function start(site = makeSite(), port = 0, dir = join(root, 'build', 'ui')) {
  const assets = new Map(readFileSync(join(dir, 'assets.tsv'), 'utf8').trim().split('\n').map((line) => {
    const [path, type] = line.split('\t');
    return [path, { type, bytes: readFileSync(join(dir, path === '/' ? 'index.html' : path)) }];
  }));
  const server = createServer((req, res) => {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', () => setTimeout(() => {
      const url = new URL(req.url, 'http://localhost');
      const text = Buffer.concat(parts).toString();
      site.requests.push({ verb: req.method, path: url.pathname, body: text, headers: req.headers });
      const send = (status, type, body, more = {}) => {
        res.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin', ...more });
        res.end(body);
      };
      if (url.pathname === '/csp') { site.csp.push(text); return send(204, 'text/plain', ''); }
      if (url.pathname.startsWith('/media/')) return send(200, 'image/svg+xml', PICTURE);
      if (url.pathname.startsWith('/api/v1/')) {
        const refuse = (status, detail, field) => send(status, 'application/problem+json', JSON.stringify({ type: 'about:blank', title: 'refused', status, detail, field, request: 'r-1' }));
        if (site.fail) return refuse(site.fail, 'just now not');
        if (req.method !== 'GET' && req.headers['x-tessera'] !== '1') return refuse(403, 'the request does not come from this site');
        try {
          const value = operation(site, req.method, url.pathname.slice(7), Object.fromEntries(url.searchParams), text ? JSON.parse(text) : undefined);
          return value === undefined ? send(204, 'application/json', '') : send(200, 'application/json', JSON.stringify(value), { 'cache-control': 'no-store' });
        } catch (error) {
          return refuse(error.status ?? 500, error.status ? error.message : String(error.stack), error.field);
        }
      }
      const asset = assets.get(url.pathname);
      if (asset && url.pathname !== '/') return send(200, asset.type, asset.bytes, { 'cache-control': 'max-age=31536000, immutable' });
      const boot = JSON.stringify({ site: { name: 'Tessera', currency: 'EUR', sign_up: true, floor_per_hour: 900, fee_permille: 150 }, me: site.me }).replace(/</g, '\\u003c');
      return send(200, 'text/html; charset=utf-8', assets.get('/').bytes.toString().replace('id="boot"></script>', () => `id="boot">${boot}</script>`), { 'content-security-policy': CSP, 'cache-control': 'private, no-cache' });
    }, site.delay && req.url.startsWith('/api/') ? site.delay : 0));
  });
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, site, stop: () => new Promise((done) => { server.closeAllConnections?.(); server.close(done); }) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const running = await start(makeSite({ role: process.argv[3] }), Number(process.argv[2] ?? 8081));
  console.log(running.url);
}
