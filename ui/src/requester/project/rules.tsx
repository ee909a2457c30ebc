// SPDX-License-Identifier: AGPL-3.0-or-later
// Quality and pay of a draft: what an answer earns, how many are asked for, and who may give them.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Priority, ProjectEdit } from '../../api/types.ts';
import { t, type Key } from '../../base/i18n.ts';
import { money, moneyParse, moneyPlain } from '../../base/money.ts';
import { site } from '../../base/site.ts';
import { Button } from '../../ui/button.tsx';
import { CheckField, RadioField, TextField } from '../../ui/field.tsx';
import { useList } from '../../ui/hooks.ts';
import { errorText, Notice } from '../../ui/page.tsx';
import type { Draft } from './draft.ts';
import { PriorityField } from './parts.tsx';

/** A whole number of some unit, kept in the server's own: minutes as seconds, percent as permille. */
function Whole({ draft, name, word, note, unit, times = 1, min = 0, max }: {
  draft: Draft; name: 'redundancy' | 'gold_share_permille' | 'gold_redundancy' | 'time_allowed_s' | 'approve_after_s' | 'estimate_s' | 'confidence_permille' | 'redundancy_least' | 'gold_grown' | 'copy_permille';
  word: Key; note?: Key; unit?: string; times?: number; min?: number; max: number;
}) {
  const [text, setText] = useState(String(Math.round((draft.p[name] / times) * 100) / 100));
  const [wrong, setWrong] = useState(false);
  return (
    <TextField label={t(word)} hint={note && t(note)} inputMode="decimal" unit={unit} value={text}
      error={wrong ? t('rules.between', { min, max }) : draft.errors[name]}
      onValue={(v) => {
        setText(v);
        const n = Number(v.replace(',', '.'));
        const kept = Math.round(n * times);
        const good = v.trim() !== '' && Number.isFinite(n) && n >= min && n <= max && (times > 1 || Number.isInteger(n));
        setWrong(!good);
        if (good) draft.change({ [name]: kept } as ProjectEdit);
      }} />
  );
}

function Reward({ draft }: { draft: Draft }) {
  const [text, setText] = useState(moneyPlain(draft.p.reward));
  const [wrong, setWrong] = useState(false);
  const seconds = draft.p.estimate_s;
  return (
    <TextField label={t('rules.reward')} inputMode="decimal" unit={site.value.currency} value={text}
      hint={seconds > 0 ? t('rules.hourly', { money: money(Math.floor((draft.p.reward * 3600) / seconds)) }) : t('rules.reward.hint')}
      error={wrong ? t('rules.reward.wrong') : draft.errors.reward}
      onValue={(v) => {
        setText(v);
        const minor = moneyParse(v);
        setWrong(minor === null);
        if (minor !== null) draft.change({ reward: minor });
      }} />
  );
}

function Invites({ project }: { project: string }) {
  const list = useList((after, signal) => call('GET /projects/{project}/invites', { path: { project }, query: { after }, signal }), [project]);
  const [email, setEmail] = useState('');
  const [error, setError] = useState<unknown>();
  const run = (what: Promise<unknown>) => {
    setError(undefined);
    what.then(() => {
      setEmail('');
      list.reload();
    }, setError);
  };
  const add = () => run(call('POST /projects/{project}/invites', { path: { project }, body: { email: email.trim() } }));
  return (
    <div class="stack">
      <div class="beside">
        <TextField label={t('rules.invite')} type="email" value={email} onValue={setEmail} error={error === undefined ? undefined : errorText(error)} />
        <Button icon="plus" disabled={!email.trim()} onClick={add}>{t('rules.invite.act')}</Button>
      </div>
      {list.items?.length === 0 && <Notice>{t('rules.invite.none')}</Notice>}
      {!!list.items?.length && (
        <ul class="people">
          {list.items.map((i) => (
            <li key={i.user}>
              <span><bdi>{i.name}</bdi> <span class="note">{i.email}</span></span>
              <Button kind="quiet" icon="x" label={t('rules.invite.drop', { name: i.name })}
                onClick={() => run(call('DELETE /projects/{project}/invites/{user}', { path: { project, user: i.user } }))} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function Rules({ draft }: { draft: Draft }) {
  const { p } = draft;
  const [audience, setAudience] = useState(p.audience);
  const [method, setMethod] = useState(p.method);
  const target = method === 'shrunk' ? p.confidence_permille : 0;
  const [picking, setPicking] = useState(p.picking);
  const [priority, setPriority] = useState(p.priority);
  const [deadline, setDeadline] = useState(p.deadline?.slice(0, 10) ?? '');
  return (
    <div class="stack">
      <div class="fields rules">
        <Reward draft={draft} />
        <Whole draft={draft} name="estimate_s" word="rules.estimate" note="rules.estimate.hint" unit={t('unit.seconds')} max={86400} />
        <Whole draft={draft} name="redundancy" word={target > 0 ? 'rules.most' : 'rules.redundancy'} note={target > 0 ? 'rules.most.hint' : 'rules.redundancy.hint'} min={1} max={100} />
        {method === 'shrunk' && <Whole draft={draft} name="confidence_permille" word="rules.target" note="rules.target.hint" unit="%" times={10} max={99.9} />}
        {target > 0 && <Whole draft={draft} name="redundancy_least" word="rules.least" note="rules.least.hint" min={1} max={100} />}
        <Whole draft={draft} name="time_allowed_s" word="rules.time" note="rules.time.hint" unit={t('unit.minutes')} times={60} max={1440} />
        <Whole draft={draft} name="approve_after_s" word="rules.approve" note="rules.approve.hint" unit={t('unit.hours')} times={3600} max={720} />
        <Whole draft={draft} name="gold_share_permille" word="rules.gold" note={p.gold > 0 || p.gold_grown > 0 ? 'rules.gold.hint' : 'rules.gold.none'} unit="%" times={10} max={100} />
        {target > 0 && <Whole draft={draft} name="gold_grown" word="rules.grown" note="rules.grown.hint" max={1000} />}
        {p.gold > 0 && <Whole key={`gold ${p.redundancy}`} draft={draft} name="gold_redundancy" word="rules.gold-redundancy" note="rules.gold-redundancy.hint" min={1} max={1000} />}
        <Whole draft={draft} name="copy_permille" word="rules.copies" note="rules.copies.hint" unit="%" times={10} max={100} />
        <TextField label={t('rules.deadline')} hint={t('rules.deadline.hint')} type="date" value={deadline} error={draft.errors.deadline}
          onValue={(v) => {
            setDeadline(v);
            draft.change({ deadline: v });
          }} />
        <PriorityField was={p.priority} value={priority} error={draft.errors.priority}
          onValue={(v) => {
            setPriority(v as Priority);
            draft.change({ priority: v as Priority });
          }} />
      </div>
      <RadioField label={t('rules.audience')} value={audience} error={draft.errors.audience}
        onValue={(v) => {
          setAudience(v as typeof audience);
          draft.change({ audience: v as typeof audience });
        }}
        options={[
          { value: 'everyone', label: t('rules.audience.everyone') },
          { value: 'invited', label: t('rules.audience.invited') },
        ]} />
      <RadioField label={t('rules.method')} value={method} error={draft.errors.method}
        onValue={(v) => {
          setMethod(v as typeof method);
          draft.change({ method: v as typeof method });
        }}
        options={[
          { value: 'shrunk', label: t('rules.method.shrunk') },
          { value: 'plurality', label: t('rules.method.plurality') },
        ]} />
      {audience === 'invited' && <Invites project={p.id} />}
      <CheckField label={t('rules.picking')} hint={t('rules.picking.hint')} value={picking}
        onValue={(v) => {
          setPicking(v);
          draft.change({ picking: v });
        }} />
    </div>
  );
}
