// SPDX-License-Identifier: AGPL-3.0-or-later
// What a task shows and asks: as a form with one card for each block, or as its JSON. Both are
// checked by the server while one writes; what is right is kept.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, call } from '../../api/client.ts';
import type { Template, TemplateCheck } from '../../api/types.ts';
import { t, type Key } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { AreaField, CheckField, SelectField, TextField } from '../../ui/field.tsx';
import { announce } from '../../ui/hooks.ts';
import { Notice } from '../../ui/page.tsx';
import { columnsOf, shown } from './columns.ts';
import type { Draft } from './draft.ts';
import { Match } from './ready.ts';

type Raw = Record<string, unknown>;
type Rest = Omit<Template, 'blocks'>;
const restOf = ({ blocks: _, ...rest }: Template): Rest => rest;
type Fault = TemplateCheck['faults'][number];

const WAIT_MS = 350;
const ASKS = ['choice', 'text', 'number', 'scale', 'date', 'pair', 'rank', 'taxonomy', 'spans', 'box', 'polygon', 'polyline', 'point', 'mask', 'track', 'transcript'] as const;
const KINDS = ['markdown', 'image', ...ASKS] as const;
/** Kinds with options. */
const OPTIONS: readonly string[] = ['choice', 'pair', 'rank'];
/** Kinds that ask about a picture. */
const PICTURES: readonly string[] = ['box', 'polygon', 'polyline', 'point', 'mask', 'track'];

const str = (v: unknown) => (typeof v === 'string' ? v : '');
const num = (v: unknown) => (typeof v === 'number' ? String(v) : '');

function freeName(blocks: Raw[]): string {
  const taken = new Set(blocks.map((b) => b['name']));
  for (let n = 1; ; n++) {
    const name = n === 1 ? 'answer' : `answer_${n}`;
    if (!taken.has(name)) return name;
  }
}

/** The column that most likely holds pictures. */
function pictureOf(columns: string[]): string {
  const column = columns.find((c) => /image|picture|photo/i.test(c)) ?? columns.find((c) => /file|url/i.test(c)) ?? columns[0] ?? 'image';
  return `{{${column}}}`;
}

/** The column that most likely holds videos. */
function videoOf(columns: string[]): string {
  const column = columns.find((c) => /video|media|clip/i.test(c));
  return column === undefined ? pictureOf(columns) : `{{${column}}}`;
}

/** The column that most likely holds sounds. */
function soundOf(columns: string[]): string {
  const column = columns.find((c) => /audio|sound|media|clip|recording/i.test(c));
  return column === undefined ? pictureOf(columns) : `{{${column}}}`;
}

function newBlock(kind: string, blocks: Raw[], columns: string[]): Raw {
  const name = freeName(blocks);
  switch (kind) {
    case 'markdown': return { type: kind, text: columns[0] ? `{{${columns[0]}}}` : t('block.markdown.new') };
    case 'image': return { type: kind, src: pictureOf(columns) };
    case 'box': case 'polygon': case 'polyline': case 'point': case 'mask': return { type: kind, name, label: t('block.label.new'), src: pictureOf(columns), required: true };
    case 'track': return { type: kind, name, label: t('block.label.new'), src: videoOf(columns), required: true };
    case 'transcript': return { type: kind, name, label: t('block.transcript.new'), src: soundOf(columns), regions: true, required: true };
    case 'spans': return { type: kind, name, label: t('block.spans.new'), text: columns[0] ? `{{${columns[0]}}}` : t('block.markdown.new'), labels: t('block.spans.labels').split('\n'), required: true };
    case 'pair': return { type: kind, name, label: t('block.pair.new'), options: ['A', 'B'], equal: true, required: true };
    case 'rank': return { type: kind, name, label: t('block.rank.new'), options: ['A', 'B', 'C'], required: true };
    case 'taxonomy': return { type: kind, name, label: t('block.label.new'), tree: t('block.tree.new'), leaf: true, required: true };
    case 'choice': return { type: kind, name, label: t('block.label.new'), options: [t('block.option.yes'), t('block.option.no')], required: true };
    default: return { type: kind, name, label: t('block.label.new'), required: true };
  }
}

/** Options as lines: "value", "value | label" where they differ, "value | label | {{column}}" with a picture. */
function optionLines(options: unknown): string {
  if (!Array.isArray(options)) return '';
  return options.map((o: unknown) => {
    if (typeof o !== 'object' || o === null) return String(o);
    const { value, label, image } = o as Raw;
    if (image !== undefined) return `${str(value)} | ${str(label ?? value)} | ${str(image)}`;
    return label === undefined || label === value ? str(value) : `${str(value)} | ${str(label)}`;
  }).join('\n');
}

const listOf = (options: unknown): unknown[] => (Array.isArray(options) ? options : []);
const isFixed = (o: unknown) => typeof o === 'object' && o !== null && (o as Raw)['fixed'] === true;
const valueOf = (o: unknown) => (typeof o === 'object' && o ? str((o as Raw)['value']) : str(o));

/** What stayed in its place by chance's order stays there under the same value. */
function optionsOf(lines: string, before: unknown): (string | Raw)[] {
  const fixed = new Set(listOf(before).filter(isFixed).map(valueOf));
  return lines.split('\n').map((l) => l.trim()).filter(Boolean).map((l) => {
    const [value, label, image] = l.split('|').map((part) => part.trim());
    const stays = fixed.has(value ?? '');
    if (label === undefined && !stays) return l;
    return { value, ...(label && { label }), ...(image && { image }), ...(stays && { fixed: true }) };
  });
}

/** The options with the last one fixed, or free again. */
const lastFixed = (options: unknown, fixed: boolean) => listOf(options).map((o, i, all) => {
  if (i < all.length - 1) return o;
  const { fixed: _, ...rest } = typeof o === 'object' && o ? o as Raw : { value: o };
  return fixed ? { ...rest, fixed: true } : Object.keys(rest).length === 1 ? rest['value'] : rest;
});

interface CardProps {
  block: Raw;
  at: number;
  last: boolean;
  columns: string[];
  /** The blocks above. */
  earlier: Raw[];
  faults: Fault[];
  set: (block: Raw) => void;
  /** What the template says beside its blocks. */
  rest: Rest;
  setRest: (rest: Rest) => void;
  move: (by: -1 | 1) => void;
  drop: () => void;
}

/** The faults of one member of a block, in one text. */
const said = (faults: Fault[], at: number, member: string) => {
  const path = `blocks[${at}].${member}`;
  return faults.filter((f) => f.path === path || f.path.startsWith(path + '[') || f.path.startsWith(path + '.'))
    .map((f) => f.message.charAt(0).toUpperCase() + f.message.slice(1) + '.').join(' ') || undefined;
};

function Markdown({ block, at, columns, faults, set, plain }: CardProps & { plain?: boolean }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const put = (column: string) => {
    const el = area.current;
    const text = str(block['text']);
    const from = el?.selectionStart ?? text.length;
    const to = el?.selectionEnd ?? from;
    const piece = `{{${column}}}`;
    set({ ...block, text: text.slice(0, from) + piece + text.slice(to) });
    requestAnimationFrame(() => {
      el?.focus();
      el?.setSelectionRange(from + piece.length, from + piece.length);
    });
  };
  return (
    <>
      <AreaField label={t('block.text')} hint={t(plain ? 'block.text.plain' : 'block.text.hint')} rows={3} area={area} value={str(block['text'])}
        error={said(faults, at, 'text')} onValue={(text) => set({ ...block, text })} />
      {columns.length > 0 && (
        <div class="row" role="group" aria-label={t('block.put')}>
          <span class="note">{t('block.put')}</span>
          {columns.slice(0, 12).map((c) => <button key={c} type="button" class="token" onClick={() => put(c)}>{`{{${c}}}`}</button>)}
        </div>
      )}
    </>
  );
}

/** Four numbers or a column, as one types them; what is neither is told by the server. */
function Crop({ block, error, set }: Pick<CardProps, 'block' | 'set'> & { error: string | undefined }) {
  const crop = block['crop'];
  const [text, setText] = useState(Array.isArray(crop) ? crop.join(', ') : str(crop));
  return (
    <TextField label={t('block.crop')} hint={t('block.crop.hint')} value={text} error={error}
      onValue={(v) => {
        const { crop: _, ...rest } = block;
        const numbers = v.split(',').map((n) => Number(n));
        setText(v);
        set(v.trim() === '' ? rest : { ...rest, crop: v.includes('{') || numbers.some(Number.isNaN) ? v : numbers });
      }} />
  );
}

function Picture({ block, at, columns, faults, set }: CardProps) {
  const src = str(block['src']);
  const options = columns.map((c) => [`{{${c}}}`, c] as const);
  const known = options.some(([v]) => v === src);
  return (
    <div class="fields">
      {columns.length > 0
        ? <SelectField label={t('block.src')} value={src} error={said(faults, at, 'src')} onValue={(v) => set({ ...block, src: v })}
          options={known ? options : [[src, src] as const, ...options]} />
        : <TextField label={t('block.src')} hint={t('block.src.hint')} value={src} error={said(faults, at, 'src')} onValue={(v) => set({ ...block, src: v })} />}
      {block['type'] === 'image' && <Crop block={block} error={said(faults, at, 'crop')} set={set} />}
      {block['type'] === 'image' && (
        <CheckField label={t('block.blur')} value={block['blur'] === true}
          onValue={(v) => {
            const { blur: _, ...rest } = block;
            set(v ? { ...rest, blur: true } : rest);
          }} />
      )}
      <TextField label={t('block.alt')} value={str(block['alt'])} error={said(faults, at, 'alt')}
        onValue={(v) => {
          const { alt: _, ...rest } = block;
          set(v ? { ...rest, alt: v } : rest);
        }} />
    </div>
  );
}

/** A number member: empty takes it away, so that the server's own rule holds. */
function NumberMember({ card, member, word }: { card: CardProps; member: string; word: Key }) {
  const [text, setText] = useState(num(card.block[member]));
  return (
    <TextField label={t(word)} inputMode="decimal" value={text} error={said(card.faults, card.at, member)}
      onValue={(v) => {
        setText(v);
        const { [member]: _, ...rest } = card.block;
        const n = Number(v.replace(',', '.'));
        card.set(v.trim() === '' ? rest : { ...rest, [member]: Number.isFinite(n) ? n : v });
      }} />
  );
}

/** A member that is a text: empty takes it away. */
function WordsMember({ card, member, word, type }: { card: CardProps; member: string; word: Key; type?: 'date' }) {
  return (
    <TextField label={t(word)} type={type} value={str(card.block[member])} error={said(card.faults, card.at, member)}
      onValue={(v) => {
        const { [member]: _, ...rest } = card.block;
        card.set(v ? { ...rest, [member]: v } : rest);
      }} />
  );
}

/** On which earlier choice a block hangs; a condition with several values is left to JSON. */
function Condition({ block, at, earlier, faults, set }: CardProps) {
  const options = earlier.filter((b) => b['type'] === 'choice' || b['type'] === 'pair').flatMap((b) => {
    const values = listOf(b['options']).map(valueOf);
    return [...values, ...(b['equal'] === true ? ['equal'] : [])].map((value) => {
      const is = JSON.stringify({ field: str(b['name']), is: value });
      return [is, t('block.show-if.is', { field: str(b['name']), value })] as const;
    });
  });
  const now = block['show_if'] === undefined ? '' : JSON.stringify(block['show_if']);
  if (options.length === 0 && !now) return null;
  const known = now === '' || options.some(([v]) => v === now);
  return (
    <SelectField label={t('block.show-if')} value={now} error={said(faults, at, 'show_if')}
      options={[['', t('block.show-if.always')], ...options, ...(known ? [] : [[now, now] as const])]}
      onValue={(v) => {
        const { show_if: _, ...rest } = block;
        set(v ? { ...rest, show_if: JSON.parse(v) as Raw } : rest);
      }} />
  );
}

/** A tree as it is typed: two blanks or a tab for each level. */
function Tree({ block, at, faults, set }: CardProps) {
  const [text, setText] = useState(str(block['tree']).replaceAll('\t', '  '));
  return (
    <AreaField label={t('block.tree')} hint={t('block.tree.hint')} code rows={6} value={text} error={said(faults, at, 'tree')}
      onValue={(v) => {
        setText(v);
        set({ ...block, tree: v.replace(/^(?: {2}|\t)+/gm, (blanks) => blanks.replaceAll('  ', '\t')) });
      }} />
  );
}

/** Labels as lines; none takes the member away. */
function Labels({ card: { block, at, faults, set }, member = 'labels' }: { card: CardProps; member?: 'labels' | 'relations' }) {
  const now = block[member];
  const [lines, setLines] = useState(Array.isArray(now) ? now.join('\n') : '');
  return (
    <AreaField label={t(`block.${member}`)} hint={t(`block.${member}.hint`)} rows={3} value={lines} error={said(faults, at, member)}
      onValue={(v) => {
        setLines(v);
        const { [member]: _, ...rest } = block;
        const labels = v.split('\n').map((l) => l.trim()).filter(Boolean);
        set(labels.length ? { ...rest, [member]: labels } : rest);
      }} />
  );
}

/** So many answers at most with an option; none takes the quota away. What counts several options is left to JSON. */
function Quotas({ block, rest, setRest }: CardProps) {
  const field = str(block['name']);
  const options = listOf(block['options']).map(valueOf);
  const mine = (rest.quotas ?? []).filter((q) => q.field === field);
  const [open, setOpen] = useState(mine.length > 0);
  const put = (is: string, v: string) => {
    const max = Number(v);
    const others = (rest.quotas ?? []).filter((q) => q.field !== field || q.is !== is);
    const { quotas: _, ...less } = rest;
    const quotas = [...others, ...(v.trim() && Number.isFinite(max) ? [{ field, is, max }] : [])];
    setRest(quotas.length ? { ...less, quotas } : less);
  };
  return (
    <details class="more-of" open={open} onToggle={(ev) => setOpen(ev.currentTarget.open)}>
      <summary>{t('block.quotas')}</summary>
      <p class="note">{t('block.quotas.note')}</p>
      <div class="fields rules">
        {options.map((is) => (
          <TextField key={is} label={t('block.quota', { option: is })} inputMode="numeric" value={num(mine.find((q) => q.is === is)?.max)} onValue={(v) => put(is, v)} />
        ))}
      </div>
    </details>
  );
}

/** Does the question trade places with the others that do? */
function Moves({ block, rest, setRest }: CardProps) {
  const field = str(block['name']);
  const groups = rest.shuffle ?? [];
  return (
    <CheckField label={t('block.moves')} value={groups.some((g) => g.includes(field))} onValue={(v) => {
      const next = v ? [[...(groups[0] ?? []), field], ...groups.slice(1)] : groups.map((g) => g.filter((f) => f !== field)).filter((g) => g.length);
      const { shuffle: _, ...less } = rest;
      setRest(next.length ? { ...less, shuffle: next } : less);
    }} />
  );
}

function Ask(card: CardProps) {
  const { block, at, faults, set } = card;
  const type = str(block['type']);
  const marks = PICTURES.includes(type);
  const [lines, setLines] = useState(optionLines(block['options']));
  return (
    <>
      <div class="fields">
        <TextField label={t('block.label')} value={str(block['label'])} error={said(faults, at, 'label')} onValue={(v) => set({ ...block, label: v })} />
        <TextField label={t('block.name')} value={str(block['name'])} error={said(faults, at, 'name')} onValue={(v) => set({ ...block, name: v })} />
      </div>
      {OPTIONS.includes(type) && (
        <AreaField label={t('block.options')} hint={t('block.options.hint')} rows={3} value={lines} error={said(faults, at, 'options')}
          onValue={(v) => {
            setLines(v);
            set({ ...block, options: optionsOf(v, block['options']) });
          }} />
      )}
      {(marks || type === 'transcript') && <Picture {...card} />}
      {marks && <Labels card={card} />}
      {type === 'spans' && <><Markdown {...card} plain /><Labels card={card} /><Labels card={card} member="relations" /></>}
      {type === 'taxonomy' && <Tree {...card} />}
      {type === 'date' && (
        <div class="fields">
          <WordsMember card={card} member="min" word="block.first" type="date" />
          <WordsMember card={card} member="max" word="block.last" type="date" />
        </div>
      )}
      {type === 'text' && (
        <div class="fields">
          <NumberMember card={card} member="max" word="block.longest" />
          <WordsMember card={card} member="pattern" word="block.pattern" />
        </div>
      )}
      {type === 'scale' && (
        <div class="fields">
          <NumberMember card={card} member="min" word="block.min" />
          <WordsMember card={card} member="low" word="block.low" />
          <NumberMember card={card} member="max" word="block.max" />
          <WordsMember card={card} member="high" word="block.high" />
        </div>
      )}
      {(type === 'number' || type === 'spans' || marks) && (
        <div class="fields">
          <NumberMember card={card} member="min" word={type === 'number' ? 'block.min' : 'block.least'} />
          <NumberMember card={card} member="max" word={type === 'number' ? 'block.max' : 'block.most'} />
          {type === 'number' && <NumberMember card={card} member="near" word="block.near" />}
        </div>
      )}
      <Condition {...card} />
      {type === 'choice' && <Quotas {...card} />}
      <div class="row checks">
        <CheckField label={t('block.required')} value={block['required'] !== false} onValue={(v) => set({ ...block, required: v })} />
        <Moves {...card} />
        {OPTIONS.includes(type) && (
          <CheckField label={t('block.shuffle')} value={block['shuffle'] === true}
            onValue={(v) => {
              const { shuffle: _, ...less } = block;
              set(v ? { ...less, shuffle: true } : less);
            }} />
        )}
        {block['shuffle'] === true && (
          <CheckField label={t('block.shuffle.last')} value={isFixed(listOf(block['options']).at(-1))}
            onValue={(v) => set({ ...block, options: lastFixed(block['options'], v) })} />
        )}
        {type === 'choice' && (
          <CheckField label={t('block.many')} value={block['many'] === true}
            onValue={(v) => {
              const { min: _a, max: _b, ...rest } = block;
              set({ ...rest, many: v });
            }} />
        )}
        {type === 'pair' && <CheckField label={t('block.equal')} value={block['equal'] === true} onValue={(v) => set({ ...block, equal: v })} />}
        {type === 'taxonomy' && <CheckField label={t('block.leaf')} value={block['leaf'] === true} onValue={(v) => set({ ...block, leaf: v })} />}
        {type === 'transcript' && <CheckField label={t('block.regions')} value={block['regions'] !== false} onValue={(v) => set({ ...block, regions: v })} />}
        {type === 'text' && <CheckField label={t('block.long')} value={block['long'] === true} onValue={(v) => set({ ...block, long: v })} />}
        {type === 'number' && <CheckField label={t('block.integer')} value={block['integer'] === true} onValue={(v) => set({ ...block, integer: v })} />}
      </div>
    </>
  );
}

function Card(card: CardProps) {
  const { block, at, faults } = card;
  const type = str(block['type']);
  const known = (KINDS as readonly string[]).includes(type);
  const title = known ? t(`block.${type as 'text'}.title`) : type;
  const own = faults.filter((f) => f.path === `blocks[${at}]` || (f.path.startsWith(`blocks[${at}].`)
    && !/\.(text|src|alt|crop|label|labels|relations|name|options|min|max|pattern|low|high|tree|show_if|shuffle)\b/.test(f.path)));
  return (
    <li class="block-card" aria-label={title}>
      <div class="block-head">
        <h3>{title}</h3>
        <Button kind="quiet" icon="arrow-up" label={t('block.up')} disabled={at === 0} onClick={() => card.move(-1)} />
        <Button kind="quiet" icon="arrow-down" label={t('block.down')} disabled={card.last} onClick={() => card.move(1)} />
        <Button kind="quiet" icon="trash-2" label={t('block.drop')} onClick={card.drop} />
      </div>
      {type === 'markdown' && <Markdown {...card} />}
      {type === 'image' && <Picture {...card} />}
      {(ASKS as readonly string[]).includes(type) && <Ask {...card} />}
      {!known && <p class="note">{t('block.unknown')}</p>}
      {own.map((f, i) => <p key={i} class="fault">{f.message}</p>)}
    </li>
  );
}

/** With another name for a field, or without it; what is empty then goes. */
function called(rest: Rest, was: string, name: string | null): Rest {
  const groups = (rest.shuffle ?? []).map((g) => g.flatMap((f) => (f !== was ? [f] : name === null ? [] : [name]))).filter((g) => g.length > 0);
  const quotas = (rest.quotas ?? []).flatMap((q) => (q.field !== was ? [q] : name === null ? [] : [{ ...q, field: name }]));
  return { ...(groups.length && { shuffle: groups }), ...(quotas.length && { quotas }) };
}

/** A block with a key of its own, so that moving keeps what is being written. */
interface Kept { key: number; block: Raw }
let keys = 0;
const keep = (blocks: unknown): Kept[] => (Array.isArray(blocks) ? blocks : [])
  .map((block) => ({ key: keys++, block: (typeof block === 'object' && block !== null ? block : {}) as Raw }));

function JsonEditor({ text, faults, change }: { text: string; faults: Fault[]; change: (text: string) => void }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const goTo = (line: number) => {
    const el = area.current;
    if (!el) return;
    const rows = el.value.split('\n');
    const from = rows.slice(0, line - 1).reduce((n, r) => n + r.length + 1, 0);
    el.focus();
    el.setSelectionRange(from, from + (rows[line - 1]?.length ?? 0));
  };
  return (
    <>
      <AreaField label={t('questions.json')} code rows={16} area={area} value={text} onValue={change}
        error={faults.length ? t('questions.faults', { n: faults.length }) : undefined} />
      {faults.length > 0 && (
        <ul class="fault-list">
          {faults.map((f, i) => (
            <li key={i}>
              {f.line ? <button type="button" class="link figure" onClick={() => goTo(f.line!)}>{t('questions.line', { n: f.line })}</button> : null}
              {f.path && <code>{f.path}</code>} {f.message}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export function Questions({ draft, onState }: { draft: Draft; onState: (good: boolean) => void }) {
  const [kept, setKept] = useState(() => keep(draft.p.template.blocks));
  const [rest, setRest] = useState<Rest>(() => restOf(draft.p.template));
  const [text, setText] = useState<string | null>(null);
  const [faults, setFaults] = useState<Fault[]>([]);
  const [failed, setFailed] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const turn = useRef(0);
  // A look at what has not changed, while new columns come in, is not to drop what waits to be kept.
  const unsaved = useRef(false);
  const columns = shown(draft.p.columns);

  const check = (template: Template | string, save: boolean) => {
    clearTimeout(timer.current);
    unsaved.current ||= save;
    timer.current = setTimeout(() => {
      const mine = ++turn.current;
      call('POST /projects/{project}/template/check', { path: { project: draft.p.id }, body: { template } }).then(
        (found) => {
          if (mine !== turn.current) return;
          setFailed(false);
          setFaults(found.faults);
          onState(found.ok);
          if (found.ok && unsaved.current) {
            unsaved.current = false;
            draft.change({ template });
          }
        },
        (error: unknown) => {
          if (mine !== turn.current) return;
          if (error instanceof ApiError && error.status >= 400 && error.status < 500) {
            setFaults([{ path: '', message: error.detail }]);
            onState(false);
          } else setFailed(true);
        },
      );
    }, WAIT_MS);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  // Other columns: what was right may be wrong now.
  useEffect(() => check(text ?? { ...rest, blocks: kept.map((k) => k.block) }, false), [draft.p.columns.join('\n')]);

  const put = (next: Kept[], others = rest) => {
    setKept(next);
    setRest(others);
    check({ ...others, blocks: next.map((k) => k.block) }, true);
  };
  /** One block; its name stays that of its quotas and of its place among those that move. */
  const set = (at: number, block: Raw) => {
    const was = str(kept[at]!.block['name']);
    put(kept.map((o, n) => (n === at ? { ...o, block } : o)), was === block['name'] ? rest : called(rest, was, str(block['name'])));
  };
  const asForm = () => {
    try {
      const found = JSON.parse(text ?? '') as Template;
      setKept(keep(found.blocks));
      setRest(restOf(found));
      setText(null);
    } catch {
      announce(t('questions.unread'));
    }
  };
  const move = (at: number, by: -1 | 1) => {
    const next = [...kept];
    [next[at], next[at + by]] = [next[at + by]!, next[at]!];
    put(next);
  };
  const general = faults.filter((f) => !/^blocks\[\d+\]/.test(f.path));
  return (
    <div class="stack">
      <div class="row switch" role="group" aria-label={t('questions.mode')}>
        <Button pressed={text === null} onClick={() => text !== null && asForm()}>{t('questions.form')}</Button>
        <Button pressed={text !== null} onClick={() => text === null && setText(JSON.stringify({ ...rest, blocks: kept.map((k) => k.block) }, null, 2))}>{t('questions.as-json')}</Button>
      </div>
      {failed && <Notice tone="warn">{t('error.0')}</Notice>}
      {draft.errors.template && <Notice tone="bad">{draft.errors.template}</Notice>}
      {text !== null
        ? (
          <JsonEditor text={text} faults={faults} change={(v) => {
            setText(v);
            check(v, true);
          }} />
        )
        : (
          <>
            {draft.p.records > 0 && columnsOf(kept.map((k) => k.block)).some((c) => !draft.p.columns.includes(c)) && (
              <Match blocks={kept.map((k) => k.block)} columns={draft.p.columns} put={(blocks) => put(keep(blocks))} />
            )}
            {general.map((f, i) => <Notice key={i} tone="bad">{f.message}</Notice>)}
            <ol class="stack">
              {kept.map((k, i) => (
                <Card key={k.key} block={k.block} at={i} last={i === kept.length - 1} columns={columns} faults={faults} earlier={kept.slice(0, i).map((o) => o.block)}
                  set={(block) => set(i, block)} rest={rest} setRest={(others) => put(kept, others)}
                  move={(by) => move(i, by)}
                  drop={() => {
                    put(kept.filter((_, n) => n !== i), called(rest, str(k.block['name']), null));
                    announce(t('block.dropped'));
                  }} />
              ))}
            </ol>
            <div class="row" role="group" aria-label={t('block.add')}>
              <span class="note">{t('block.add')}</span>
              {KINDS.map((kind) => (
                <Button key={kind} icon="plus" onClick={() => put([...kept, ...keep([newBlock(kind, kept.map((k) => k.block), columns)])])}>
                  {t(`block.${kind}.title`)}
                </Button>
              ))}
            </div>
          </>
        )}
    </div>
  );
}
