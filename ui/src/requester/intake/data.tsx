// SPDX-License-Identifier: AGPL-3.0-or-later
// The files of a draft: dropped, chosen or pasted; looked at as a whole; imported when confirmed.
import { useEffect, useRef, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Id, Source } from '../../api/types.ts';
import { hasWord, number, t } from '../../base/i18n.ts';
import { Button } from '../../ui/button.tsx';
import { AreaField, CheckField, SelectField } from '../../ui/field.tsx';
import { announce, useLoad } from '../../ui/hooks.ts';
import { errorText, Notice, Problem, Skeleton } from '../../ui/page.tsx';
import { Chip } from '../../ui/text.tsx';

const BUSY = ['checking', 'importing', 'undoing'];
const LOOK_MS = 500;
const FAULTS_SHOWN = 8;

/** The name of pasted text by its look. */
function pastedName(text: string): string {
  const line = text.trimStart().split('\n', 1)[0] ?? '';
  if (line.startsWith('[')) return 'pasted.json';
  return line.startsWith('{') ? 'pasted.jsonl' : line.includes('\t') ? 'pasted.tsv' : 'pasted.csv';
}

function size(bytes: number): string {
  const [n, unit] = bytes < 1e3 ? [bytes, 'byte'] : bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : [bytes / 1e6, 'megabyte'];
  return number(n, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: n < 10 ? 1 : 0 });
}

/** A cell as it is, or the picture that it stands for. */
function Cell({ text, small }: { text: string; small: Source['small'] }) {
  const src = small[text];
  return src ? <img class="cell-picture" src={src} alt={text} loading="lazy" /> : <span class="cell">{text}</span>;
}

function Sample({ s }: { s: Source }) {
  return (
    <div class="table-box scrolls" tabIndex={0} role="region" aria-label={t('data.sample', { name: s.name })}>
      <table class="table dense grid">
        <caption class="hidden">{t('data.sample', { name: s.name })}</caption>
        <thead>
          <tr>
            {s.columns.map((c) => {
              const type = `data.type.${c.type}`;
              return (
                <th key={c.name} scope="col">
                  <bdi>{c.name}</bdi> <span class="note">{c.name.startsWith('gold_') ? t('data.type.gold') : hasWord(type) ? t(type) : c.type}</span>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {s.sample.map((row, i) => (
            <tr key={i}>{s.columns.map((c) => <td key={c.name}><Cell text={String(row[c.name] ?? '')} small={c.type === 'file' ? s.small : {}} /></td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Faults({ said, list }: { said: string; list: { where: string; reason: string }[] }) {
  const [all, setAll] = useState(false);
  if (list.length === 0) return null;
  const shown = all ? list : list.slice(0, FAULTS_SHOWN);
  return (
    <div class="notice warn faults">
      <div class="notice-text">
        <p>{said}</p>
        <ul>{shown.map((f, i) => <li key={i}>{f.where}: {f.reason}</li>)}</ul>
        {!all && list.length > FAULTS_SHOWN && (
          <Button kind="quiet" onClick={() => setAll(true)}>{t('data.bad.all', { n: list.length })}</Button>
        )}
      </div>
    </div>
  );
}

const BadRows = ({ s }: { s: Source }) => (
  <Faults said={t('data.bad', { n: s.bad })} list={s.faults.map((f) => ({
    where: f.row > 0 ? t('data.bad.row', { row: f.row, line: f.line }) : t('data.bad.line', { line: f.line }), reason: f.reason,
  }))} />
);

/** Known answers that do not fit the questions as they are now. */
const BadGold = ({ s }: { s: Source }) => (
  <Faults said={t('data.gold.bad')} list={s.gold_faults.map((f) => ({ where: t('data.gold.row', { row: f.row }), reason: f.reason }))} />
);

function Checked({ project, s, changed }: { project: Id; s: Source; changed: () => void }) {
  const [skip, setSkip] = useState(true);
  const [key, setKey] = useState('');
  const [given, setGiven] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const good = s.rows - s.bad;
  const answered = s.columns.filter((c) => c.name.startsWith('given_')).map((c) => c.name.slice(6));
  const run = () => {
    setBusy(true);
    setError(undefined);
    call('POST /projects/{project}/sources/{source}/import', {
      path: { project, source: s.id }, body: { skip_bad: s.bad > 0 && skip, ...(given && { given }), ...(key && { key }) },
    }).then(changed, setError).finally(() => setBusy(false));
  };
  return (
    <>
      <p class="note">{t('data.first', { n: s.sample.length })}</p>
      <Sample s={s} />
      <BadRows s={s} />
      {error !== undefined && <Notice tone="bad">{errorText(error)}</Notice>}
      <div class="import">
        {s.bad > 0 && <CheckField label={t('data.skip', { n: s.bad })} value={skip} onValue={setSkip} />}
        {answered.length > 0 && (
          <CheckField label={t('data.given')} hint={t('data.given.hint', { names: answered.join(', ') })} value={given} onValue={setGiven} />
        )}
        {s.columns.length > 1 && (
          <SelectField label={t('data.key')} value={key} onValue={setKey}
            options={[['', t('data.key.none')], ...s.columns.map((c) => [c.name, c.name] as const)]} />
        )}
        <Button kind="primary" icon="check" busy={busy} disabled={good <= 0 || (s.bad > 0 && !skip)} onClick={run}>
          {t('data.import', { n: good })}
        </Button>
      </div>
    </>
  );
}

function SourceCard({ project, s, changed }: { project: Id; s: Source; changed: () => void }) {
  const [error, setError] = useState<unknown>();
  const drop = () => {
    setError(undefined);
    call('DELETE /projects/{project}/sources/{source}', { path: { project, source: s.id } }).then(changed, setError);
  };
  const tone = ({ imported: 'good', refused: 'bad', checked: 'accent' } as const)[s.state as 'imported'];
  return (
    <li class="panel source" aria-busy={BUSY.includes(s.state)}>
      <div class="source-head">
        <div class="source-name">
          <h3><bdi>{s.name}</bdi></h3>
          <p class="note">
            {size(s.size)}
            {s.state === 'imported' ? ` · ${t('data.items', { n: s.records })}` : s.rows > 0 ? ` · ${t('data.rows', { n: s.rows })}` : ''}
            {s.gold > 0 && ` · ${t('data.gold', { n: s.gold })}`}
          </p>
        </div>
        <Chip tone={tone}>{t(`data.state.${s.state}`)}</Chip>
        {s.state !== 'undoing' && <Button kind="quiet" icon="trash-2" label={t('data.remove', { name: s.name })} onClick={drop} />}
      </div>
      {error !== undefined && <Notice tone="bad">{errorText(error)}</Notice>}
      {BUSY.includes(s.state) && <progress max={1} value={s.state === 'undoing' ? undefined : s.done} aria-label={t(`data.state.${s.state}`)} />}
      {s.state === 'refused' && <Notice tone="bad">{s.message ?? t('data.refused')}</Notice>}
      {s.state === 'refused' && <BadRows s={s} />}
      {s.state === 'imported' && <BadGold s={s} />}
      {s.state === 'checked' && s.message && <Notice tone="warn">{s.message}</Notice>}
      {s.state === 'checked' && <Checked project={project} s={s} changed={changed} />}
    </li>
  );
}

function Upload({ project, changed }: { project: Id; changed: () => void }) {
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<string[]>([]);
  const [error, setError] = useState<unknown>();
  const [text, setText] = useState('');
  const file = useRef<HTMLInputElement>(null);
  const send = async (files: { name: string; body: Blob }[]) => {
    setError(undefined);
    setSending(files.map((f) => f.name));
    try {
      for (const f of files) {
        await call('POST /projects/{project}/sources', { path: { project }, query: { name: f.name }, body: f.body });
        announce(t('data.sent', { name: f.name }));
      }
      setText('');
    } catch (e) {
      setError(e);
    } finally {
      setSending([]);
      changed();
    }
  };
  const take = (list: FileList | null | undefined) => {
    const files = [...(list ?? [])].map((f) => ({ name: f.name, body: f as Blob }));
    if (files.length) void send(files);
    return files.length > 0;
  };
  return (
    <>
      <div class={over ? 'drop over' : 'drop'}
        onDragOver={(ev) => {
          ev.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(ev) => {
          ev.preventDefault();
          setOver(false);
          take(ev.dataTransfer?.files);
        }}
        onPaste={(ev) => {
          if (take(ev.clipboardData?.files)) ev.preventDefault();
        }}>
        <p>{t('data.drop')}</p>
        <Button icon="upload" busy={sending.length > 0} onClick={() => file.current?.click()}>
          {sending.length ? t('data.sending', { name: sending[0]! }) : t('data.choose')}
        </Button>
        <input ref={file} type="file" hidden multiple accept=".csv,.tsv,.txt,.jsonl,.ndjson,.json,.zip,.pdf,image/jpeg,image/png,image/gif,image/webp,audio/*,video/mp4,video/webm" aria-label={t('data.choose')}
          onChange={(ev) => {
            take(ev.currentTarget.files);
            ev.currentTarget.value = '';
          }} />
        <p class="note">{t('data.forms')}</p>
      </div>
      {error !== undefined && <Notice tone="bad">{errorText(error)}</Notice>}
      <details class="more-of">
        <summary>{t('data.paste')}</summary>
        <div class="stack">
          <AreaField label={t('data.paste.label')} hint={t('data.paste.hint')} code rows={5} value={text} onValue={setText} />
          <div><Button disabled={!text.trim()} onClick={() => void send([{ name: pastedName(text), body: new Blob([text]) }])}>{t('data.paste.act')}</Button></div>
        </div>
      </details>
    </>
  );
}

/** `changed` is called when records came or went; `gold` tells of known answers: when it changes, their faults have. */
export function Data({ project, gold, changed }: { project: Id; gold: string; changed: () => void }) {
  const { data, error, reload } = useLoad((signal) => call('GET /projects/{project}/sources', { path: { project }, signal }), [project, gold]);
  const items = data?.items;
  const busy = items?.some((s) => BUSY.includes(s.state)) ?? false;
  const mark = items?.map((s) => `${s.id} ${s.state} ${s.records}`).join();
  const last = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (!busy) return;
    const timer = setTimeout(reload, LOOK_MS);
    return () => clearTimeout(timer);
  }, [data]);
  useEffect(() => {
    if (mark === undefined) return;
    if (last.current !== undefined && last.current !== mark) changed();
    last.current = mark;
  }, [mark]);
  if (!items) return error === undefined ? <Skeleton tall rows={1} /> : <Problem error={error} retry={reload} />;
  return (
    <div class="stack">
      {items.length > 0 && <ul class="stack">{items.map((s) => <SourceCard key={s.id} project={project} s={s} changed={reload} />)}</ul>}
      <Upload project={project} changed={reload} />
    </div>
  );
}
