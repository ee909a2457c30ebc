// SPDX-License-Identifier: AGPL-3.0-or-later
// The site's own name, accent colour and logo. What a colour comes to is asked of the server while it is
// written, so that the page and what is saved cannot differ; the looks are drawn as SVG, whose colours are attributes.
import { useEffect, useState } from 'preact/hooks';
import { call, type Reply } from '../../api/client.ts';
import type { Brand, Seen } from '../../api/types.ts';
import { number, t } from '../../base/i18n.ts';
import { site } from '../../base/site.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Form, TextField, useForm } from '../../ui/field.tsx';
import { announce, useLoad } from '../../ui/hooks.ts';
import { errorText, Notice, Page, Problem, Section, Skeleton } from '../../ui/page.tsx';
import { Chip } from '../../ui/text.tsx';

const COLOUR = /^#?[0-9a-f]{6}$/i;
const ASK_MS = 150;
const NAME_MAX = 60;

type Contrast = Reply<'GET /brand/contrast'>;

/** What the shell shows from now on, without loading the page anew. */
function show(b: Brand) {
  site.value = { ...site.value, name: b.name || b.house, logo: b.logo ?? undefined, sheet: b.sheet ?? undefined };
  for (const old of document.querySelectorAll('link[href^="/brand/accent-"]')) old.remove();
  if (!b.sheet) return;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = b.sheet;
  document.head.append(link);
}

/** A button, a link and a mark in this colour on the look's own ground. */
function Sample({ seen, name }: { seen: Seen; name: string }) {
  return (
    <svg viewBox="0 0 264 64" width="264" height="64" aria-hidden="true">
      <rect width="264" height="64" rx="10" fill={seen.page} />
      <rect x="12" y="12" width="92" height="40" rx="10" fill={seen.accent} />
      <text x="58" y="37" text-anchor="middle" fill={seen.word}>{t('brand.save')}</text>
      <text x="116" y="37" fill={seen.accent}>{name.slice(0, 10)}</text>
      <rect x="212" y="16" width="40" height="32" rx="10" fill={seen.tint} />
      <circle cx="232" cy="32" r="7" fill={seen.accent} />
    </svg>
  );
}

function Look({ title, seen, least, name }: { title: string; seen: Seen; least: number; name: string }) {
  return (
    <div>
      <h2>{title}</h2>
      <Sample seen={seen} name={name} />
      <p>
        <Chip tone={seen.enough ? 'good' : 'bad'}>{t(seen.enough ? 'brand.enough' : 'brand.little')}</Chip>{' '}
        <span class="figure">{t('brand.ratio', { ratio: number(seen.ratio, { minimumFractionDigits: 2 }), where: t(`brand.where.${seen.where}`), least: number(least) })}</span>
      </p>
    </div>
  );
}

function useContrast(accent: string, dark: string): Contrast | undefined {
  const [found, setFound] = useState<Contrast>();
  const asked = COLOUR.test(accent) && (dark === '' || COLOUR.test(dark));
  useEffect(() => {
    setFound(undefined);
    if (!asked) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      call('GET /brand/contrast', { query: { accent, ...(dark && { accent_dark: dark }) }, signal: stop.signal }).then(setFound, () => {});
    }, ASK_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [accent, dark]);
  return found;
}

/** The browser's own way to choose a colour, beside the field that holds it. */
function Pick({ label, value, onValue }: { label: string; value: string; onValue: (value: string) => void }) {
  return (
    <label class="field">
      <span class="hint">{label}</span>
      <input type="color" value={COLOUR.test(value) ? value : undefined} onInput={(ev) => onValue(ev.currentTarget.value)} />
    </label>
  );
}

function Settings({ brand, set }: { brand: Brand; set: (b: Brand) => void }) {
  const form = useForm(
    { name: brand.name, accent: brand.accent ?? '', accent_dark: brand.accent_dark ?? '' },
    async (v) => {
      set(await call('POST /brand', { body: { ...v, accent_dark: v.accent ? v.accent_dark : '' } }));
      announce(t('brand.saved'));
    },
    (v) => ({
      accent: v.accent && !COLOUR.test(v.accent) ? t('brand.badhex') : '',
      accent_dark: v.accent_dark && !COLOUR.test(v.accent_dark) ? t('brand.badhex') : '',
    }),
  );
  const { accent, accent_dark: dark, name } = form.values;
  const seen = useContrast(accent, accent && dark);
  return (
    <Form form={form} label={t('brand.title')}>
      <TextField label={t('brand.name')} hint={t('brand.name.hint', { name: brand.house })} maxLength={NAME_MAX} {...form.field('name')} />
      <TextField label={t('brand.accent')} hint={t('brand.accent.hint')} maxLength={7} {...form.field('accent')} />
      <Pick label={t('brand.pick')} value={accent} onValue={(v) => form.set('accent', v)} />
      <TextField label={t('brand.dark')} hint={t('brand.dark.hint')} maxLength={7} {...form.field('accent_dark')} />
      <Pick label={t('brand.pick.dark')} value={dark || (seen?.dark.accent ?? '')} onValue={(v) => form.set('accent_dark', v)} />
      <div role="status" aria-label={t('brand.colours')}>
        {seen && <Look title={t('brand.light.seen')} seen={seen.light} least={seen.least} name={name || brand.house} />}
        {seen && <Look title={t('brand.dark.seen')} seen={seen.dark} least={seen.least} name={name || brand.house} />}
      </div>
      <Button kind="primary" type="submit" busy={form.busy}>{t('brand.save')}</Button>
    </Form>
  );
}

/** The top bar's logo on both grounds: the one that is chosen, else the one that is used. */
function OnBoth({ src, wide, grounds }: { src: string; wide: number; grounds: Contrast }) {
  return (
    <div class="row">
      {(['light', 'dark'] as const).map((look) => (
        <svg key={look} viewBox="0 0 200 56" width="200" height="56" role="img" aria-label={t(`brand.logo.on.${look}`)}>
          <rect width="200" height="56" rx="10" fill={grounds[look].page} />
          <image href={src} x="16" y="16" width={Math.round(24 * wide)} height="24" />
        </svg>
      ))}
    </div>
  );
}

function Logo({ brand, set }: { brand: Brand; set: (b: Brand) => void }) {
  const [file, setFile] = useState<{ blob: File; src: string; wide: number }>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  // Any colour will do: only the grounds are wanted.
  const grounds = useLoad((signal) => call('GET /brand/contrast', { query: { accent: '000000' }, signal }), []).data;
  useEffect(() => () => {
    if (file) URL.revokeObjectURL(file.src);
  }, [file]);
  const choose = (blob: File | undefined) => {
    setError(undefined);
    setFile(undefined);
    if (!blob) return;
    const src = URL.createObjectURL(blob);
    const image = new Image();
    image.onload = () => setFile({ blob, src, wide: image.naturalWidth / image.naturalHeight });
    // The server says why it is none.
    image.onerror = () => setFile({ blob, src, wide: 1 });
    image.src = src;
  };
  const run = (act: Promise<Brand>) => {
    setBusy(true);
    setError(undefined);
    act.then((b) => {
      setFile(undefined);
      set(b);
      announce(t('brand.saved'));
    }, setError).finally(() => setBusy(false));
  };
  const { logo } = brand;
  return (
    <Section title={t('brand.logo')} note={t('brand.logo.note')}>
      <div class="form">
        {error !== undefined && <Notice tone="bad">{errorText(error)}</Notice>}
        <label class="field">
          <span>{t('brand.logo.choose')}</span>
          <input type="file" accept="image/jpeg,image/png,image/webp,image/gif" onChange={(ev) => choose(ev.currentTarget.files?.[0])} />
        </label>
        {grounds && file && <OnBoth src={file.src} wide={file.wide} grounds={grounds} />}
        {grounds && !file && logo && <OnBoth src={logo.src} wide={logo.width / logo.height} grounds={grounds} />}
        {!file && !logo && <p class="note">{t('brand.logo.none')}</p>}
        <div class="row">
          {file && <Button kind="primary" icon="upload" busy={busy} onClick={() => run(call('POST /brand/logo', { body: file.blob }))}>{t('brand.logo.save')}</Button>}
          {logo && <Button icon="trash-2" busy={busy} onClick={() => run(call('DELETE /brand/logo'))}>{t('brand.logo.leave')}</Button>}
        </div>
      </div>
    </Section>
  );
}

export function BrandPage() {
  const loaded = useLoad((signal) => call('GET /brand', { signal }), []);
  const [asking, setAsking] = useState(false);
  const [turn, setTurn] = useState(0);
  const brand = loaded.data;
  const set = (b: Brand) => {
    loaded.set(b);
    show(b);
  };
  return (
    <Page title={t('brand.title')} lead={t('brand.lead')} up={['/operate', t('today.title')]}
      actions={brand && <Button icon="undo-2" onClick={() => setAsking(true)}>{t('brand.reset')}</Button>}>
      {!brand && (loaded.error === undefined ? <Skeleton tall /> : <Problem error={loaded.error} retry={loaded.reload} />)}
      {brand && <Settings key={turn} brand={brand} set={set} />}
      {brand && <Logo brand={brand} set={set} />}
      <Confirm open={asking} danger title={t('brand.reset')} yes={t('brand.reset')} onClose={() => setAsking(false)}
        act={async () => {
          set(await call('DELETE /brand'));
          setTurn(turn + 1);
        }}>
        <p>{t('brand.reset.text')}</p>
      </Confirm>
    </Page>
  );
}
