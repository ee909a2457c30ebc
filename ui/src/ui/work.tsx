// SPDX-License-Identifier: AGPL-3.0-or-later
// One task's page as its worker sees it: prose, images and the kinds' custom elements. Used by the
// player and by every preview. The area that shows it imports `widgets`, which defines
// the elements; here they are only named.
import type { HTMLAttributes, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer, AnswerBlock, Block } from '../api/types.ts';
import { t } from '../base/i18n.ts';
import { kindKnown, kindReady, kindsLoad } from '../base/kinds.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Prose } from './prose.tsx';

/** What the page asks of a widget: see widgets/widget.ts. */
export interface WidgetElement extends HTMLElement {
  spec: { name: string; required?: boolean; many?: boolean };
  value: unknown;
  disabled: boolean;
  digits: boolean;
  check(): { path: string; message: string }[];
  focusFirst(): void;
  key(ev: KeyboardEvent): boolean;
  say(message: string): void;
}

type WidgetProps = HTMLAttributes<WidgetElement> & {
  spec: AnswerBlock;
  value: unknown;
  disabled: boolean;
  'onsubmit-request'?: (ev: Event) => void;
};

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'x-choice': WidgetProps; // and each other kind
    }
  }
}

/** The widgets inside a page, in reading order. */
export function widgetsOf(root: Element | null): WidgetElement[] {
  return root ? [...root.querySelectorAll<WidgetElement>('[data-widget]')] : [];
}

function Image({ src, alt, blur, crop }: { src: string; alt: string; blur: boolean; crop: number[] | undefined }) {
  const [state, setState] = useState<'wait' | 'ok' | 'bad'>('wait');
  const [large, setLarge] = useState(false);
  // What may shock is seen only by who asks for it, and in grey if that is easier to bear.
  const [shown, setShown] = useState(!blur);
  const [grey, setGrey] = useState(blur);
  const look = `${shown ? '' : ' blurred'}${grey ? ' grey' : ''}`;
  const [tries, setTries] = useState(0);
  const name = alt || t('work.image.alt');
  const heard = { onLoad: () => setState('ok'), onError: () => setState('bad') };
  return (
    <figure class="work-image">
      {state === 'bad'
        ? (
          <div class="notice warn" role="alert">
            <div class="notice-text">{t('work.image.bad')}</div>
            <Button icon="refresh-cw" onClick={() => {
              setState('wait');
              setTries(tries + 1);
            }}>{t('error.again')}</Button>
          </div>
        )
        : crop
          ? (
            <svg key={tries} viewBox={crop.join(' ')} width={crop[2]! * 4} height={crop[3]! * 4} class={'work-strip ' + state + look} role="img" aria-label={name}>
              <image href={src} {...heard} />
            </svg>
          )
          : (
            <img key={tries} src={src} alt={name} class={state + look} decoding="async" {...heard} />
          )}
      {state === 'ok' && blur && (
        <div class="work-veil">
          <Button icon="eye" pressed={shown} onClick={() => setShown(!shown)}>{t('work.image.show')}</Button>
          <Button pressed={grey} onClick={() => setGrey(!grey)}>{t('work.image.grey')}</Button>
        </div>
      )}
      {state === 'ok' && shown && <Button kind="quiet" icon="zoom-in" label={t('work.image.enlarge')} onClick={() => setLarge(true)} />}
      <Dialog full open={large} title={name} onClose={() => setLarge(false)}>
        <img class={`work-image-large${look}`} src={src} alt={name} />
      </Dialog>
    </figure>
  );
}

export interface WorkProps {
  blocks: Block[];
  answer: Answer;
  onAnswer: (answer: Answer, name: string, finished: boolean) => void;
  onSubmitRequest?: () => void;
  disabled?: boolean;
  /** false: only what has a quota is asked yet; true: that is settled. */
  screened?: boolean;
  /** That of the highest heading in its texts. */
  level?: number;
  root?: RefObject<HTMLDivElement | null>;
}

const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : [v]);

/** Is this block asked, as the answer stands? */
const isAsked = (b: Block, answer: Answer) =>
  !('name' in b) || !b.show_if || list(b.show_if.is).some((wanted) => list(answer[b.show_if!.field]).includes(wanted));

/** Behind the last block that has a quota; 0: none has. */
export const quotaEnd = (blocks: Block[]) => blocks.reduce((n, b, i) => ('quota' in b ? i + 1 : n), 0);

/** The answer without what is not asked any more; conditions hang on earlier blocks alone. */
function pruned(blocks: Block[], answer: Answer): Answer {
  const kept = { ...answer };
  for (const b of blocks) if ('name' in b && !isAsked(b, kept)) delete kept[b.name];
  return kept;
}

export function Work(p: WorkProps) {
  const latest = useRef(p);
  latest.current = p;
  const take = (ev: Event, finished: boolean) => {
    const el = ev.currentTarget as WidgetElement;
    const { [el.spec.name]: _, ...rest } = latest.current.answer;
    const answer = el.value === null ? rest : { ...rest, [el.spec.name]: el.value };
    latest.current.onAnswer(pruned(latest.current.blocks, answer), el.spec.name, finished);
  };
  // Elements that are not there yet would take their spec for an attribute.
  const [, come] = useState(0);
  const part = p.screened === false ? p.blocks.slice(0, quotaEnd(p.blocks)) : p.blocks;
  const blocks = part.filter((b) => isAsked(b, p.answer));
  const wanted = p.blocks.flatMap((b) => ('name' in b && kindKnown(b.type) && !kindReady(b.type) ? [b.type] : []));
  useEffect(() => {
    if (wanted.length) void kindsLoad(wanted).then(() => come((n) => n + 1));
  }, [wanted.join(' ')]);
  const show = (b: Block, i: number) => {
    if (b.type === 'markdown') return <Prose key={i} nodes={b.nodes} level={p.level ?? 3} />;
    if (b.type === 'image') return <Image key={`${i} ${b.src}`} src={b.src} alt={b.alt ?? ''} blur={!!b.blur} crop={b.crop} />;
    if (!kindKnown(b.type)) return <p key={i} class="notice bad">{t('work.unknown', { kind: String(b.type) })}</p>;
    if (!kindReady(b.type)) return <p key={b.name} class="note">{t('loading')}</p>;
    const Tag = `x-${b.type}` as 'x-choice';
    return (
      <Tag key={b.name} data-widget={b.type} spec={b} value={p.answer[b.name] ?? null} disabled={!!p.disabled || (!!p.screened && !!b.quota)}
        onInput={(ev: Event) => take(ev, false)} onChange={(ev: Event) => take(ev, true)}
        onsubmit-request={() => latest.current.onSubmitRequest?.()} />
    );
  };
  // Pictures first, then questions: where it is wide enough they lie side by side.
  const cut = blocks.findIndex((b) => 'name' in b);
  const before = blocks.slice(0, cut);
  const split = cut > 0 && before.some((b) => b.type === 'image') && blocks.slice(cut).every((b) => 'name' in b);
  return (
    <div class={split ? 'work split' : 'work'} ref={p.root}>
      {split
        ? <><div class="work-part">{before.map(show)}</div><div class="work-part">{blocks.slice(cut).map((b, i) => show(b, cut + i))}</div></>
        : blocks.map(show)}
    </div>
  );
}

/** Asks every widget; the first one in fault gets the focus. True when all is well. */
export function workCheck(root: Element | null): boolean {
  const bad = widgetsOf(root).filter((w) => w.check().length > 0);
  bad[0]?.focusFirst();
  return bad.length === 0;
}
