// SPDX-License-Identifier: AGPL-3.0-or-later
// Form controls with label, hint and error beside them, and the form that holds them.
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../api/client.ts';
import { t } from '../base/i18n.ts';
import { errorText, Notice } from './page.tsx';

interface Common {
  label: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  name?: string;
  disabled?: boolean;
}

function Frame({ p, id, children }: { p: Common; id: string; children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={id}>{p.label}</label>
      {p.hint && <p class="hint" id={id + 'h'}>{p.hint}</p>}
      {children}
      {p.error && <p class="fault" id={id + 'e'}>{p.error}</p>}
    </div>
  );
}

const aria = (p: Common, id: string) => ({
  id,
  name: p.name,
  disabled: p.disabled,
  'aria-invalid': p.error ? ('true' as const) : undefined,
  'aria-describedby': [p.hint ? id + 'h' : '', p.error ? id + 'e' : ''].join(' ').trim() || undefined,
});

export interface TextProps extends Common {
  value: string;
  onValue: (value: string) => void;
  type?: 'text' | 'email' | 'password' | 'search' | 'date' | 'datetime-local' | 'number';
  autocomplete?: string;
  inputMode?: 'text' | 'decimal' | 'numeric' | 'email';
  required?: boolean;
  maxLength?: number;
  placeholder?: string;
  /** Words before or behind the control: a currency, "minutes". */
  unit?: string;
  onBlur?: () => void;
}

export function TextField(p: TextProps) {
  const id = useId();
  const input = (
    <input {...aria(p, id)} type={(p.type ?? 'text') as 'text'} value={p.value} autocomplete={p.autocomplete}
      inputMode={p.inputMode} aria-required={p.required || undefined} maxLength={p.maxLength}
      placeholder={p.placeholder} dir={p.type ? undefined : 'auto'} onBlur={p.onBlur}
      spellcheck={p.type === 'email' || p.type === 'password' ? false : undefined}
      onInput={(ev) => p.onValue(ev.currentTarget.value)} />
  );
  return (
    <Frame p={p} id={id}>
      {p.unit ? <div class="with-unit">{input}<span>{p.unit}</span></div> : input}
    </Frame>
  );
}

export function AreaField(p: Common & {
  value: string; onValue: (value: string) => void; rows?: number; maxLength?: number; code?: boolean; onBlur?: () => void;
  area?: RefObject<HTMLTextAreaElement | null>;
}) {
  const id = useId();
  return (
    <Frame p={p} id={id}>
      <textarea {...aria(p, id)} ref={p.area} class={p.code ? 'code' : undefined} rows={p.rows ?? 4} maxLength={p.maxLength}
        value={p.value} dir="auto" spellcheck={p.code ? false : undefined} onBlur={p.onBlur}
        onInput={(ev) => p.onValue(ev.currentTarget.value)} />
    </Frame>
  );
}

export function SelectField(p: Common & {
  value: string; onValue: (value: string) => void; options: readonly (readonly [value: string, label: string])[];
}) {
  const id = useId();
  return (
    <Frame p={p} id={id}>
      <select {...aria(p, id)} value={p.value} onChange={(ev) => p.onValue(ev.currentTarget.value)}>
        {p.options.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
      </select>
    </Frame>
  );
}

export function CheckField(p: Common & { value: boolean; onValue: (value: boolean) => void }) {
  const id = useId();
  return (
    <div class="field check">
      <label>
        <input {...aria(p, id)} type="checkbox" checked={p.value} onChange={(ev) => p.onValue(ev.currentTarget.checked)} />
        <span>{p.label}</span>
      </label>
      {p.hint && <p class="hint" id={id + 'h'}>{p.hint}</p>}
      {p.error && <p class="fault" id={id + 'e'}>{p.error}</p>}
    </div>
  );
}

/** A few exclusive choices, all in sight. */
export function RadioField(p: Common & {
  value: string; onValue: (value: string) => void;
  options: readonly { value: string; label: string; note?: string }[];
}) {
  const id = useId();
  return (
    <fieldset class="field radios" aria-describedby={p.error ? id + 'e' : undefined}>
      <legend>{p.label}</legend>
      {p.hint && <p class="hint">{p.hint}</p>}
      <div class="radio-list">
        {p.options.map((o) => (
          <label key={o.value} class="radio">
            <input type="radio" name={id} value={o.value} checked={p.value === o.value} disabled={p.disabled}
              onChange={() => p.onValue(o.value)} />
            <span>{o.label}{o.note && <span class="note">{o.note}</span>}</span>
          </label>
        ))}
      </div>
      {p.error && <p class="fault" id={id + 'e'}>{p.error}</p>}
    </fieldset>
  );
}

export interface FormState<T> {
  values: T;
  set: <K extends keyof T>(name: K, value: T[K]) => void;
  setAll: (values: T) => void;
  errors: Partial<Record<keyof T, string>>;
  problem: unknown;
  busy: boolean;
  /** Value, change and error of one field: <TextField label="…" {...form.field('email')} />. */
  field: <K extends keyof T>(name: K) => {
    name: string; value: T[K]; onValue: (value: T[K]) => void; error: string | undefined;
  };
  submit: (ev?: Event) => void;
  ref: RefObject<HTMLFormElement | null>;
}

/**
 * A form's values, errors and sending. `check` finds faults before sending; a refusal that names a
 * field is shown there, any other on top. The focus goes to the first fault.
 */
export function useForm<T extends object>(
  start: T,
  send: (values: T) => Promise<unknown>,
  check?: (values: T) => Partial<Record<keyof T, string>>,
): FormState<T> {
  const [values, setValues] = useState(start);
  const [errors, setErrors] = useState<Partial<Record<keyof T, string>>>({});
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(0);
  const ref = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (failed) ref.current?.querySelector<HTMLElement>('[aria-invalid=true], [role=alert]')?.focus();
  }, [failed]);
  const set: FormState<T>['set'] = (name, value) => {
    setValues((old) => ({ ...old, [name]: value }));
    setErrors((old) => ({ ...old, [name]: undefined }));
  };
  return {
    values, errors, problem, busy, set, setAll: setValues, ref,
    field: (name) => ({
      name: String(name), value: values[name], error: errors[name], onValue: (value) => set(name, value),
    }),
    submit: (ev) => {
      ev?.preventDefault();
      if (busy) return;
      setProblem(undefined);
      const found = check?.(values) ?? {};
      setErrors(found);
      if (Object.values(found).some(Boolean)) {
        setFailed((n) => n + 1);
        return;
      }
      setBusy(true);
      send(values)
        .catch((error: unknown) => {
          const e = error as Partial<ApiError>;
          const at = e.field?.replace(/^(\$\.?|\/)/, '').split(/[./[]/)[0];
          if (at && at in values) setErrors({ [at]: errorText(error) } as Partial<Record<keyof T, string>>);
          else setProblem(error);
          setFailed((n) => n + 1);
        })
        .finally(() => setBusy(false));
    },
  };
}

/** The form's frame: a general refusal stands on top. */
export function Form<T extends object>({ form, children, label }: {
  form: FormState<T>; children: ComponentChildren; label?: string;
}) {
  return (
    <form class="form" ref={form.ref} noValidate aria-label={label} onSubmit={form.submit}>
      {form.problem !== undefined && <Notice tone="bad">{errorText(form.problem)}</Notice>}
      {children}
    </form>
  );
}

/** The usual check: these fields must not be empty. */
export function needed<T extends object>(values: T, ...names: (keyof T)[]): Partial<Record<keyof T, string>> {
  const found: Partial<Record<keyof T, string>> = {};
  for (const name of names) {
    if (String(values[name]).trim() === '') found[name] = t('form.needed');
  }
  return found;
}
