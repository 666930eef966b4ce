/** Fields of forms, each with its label, hint and problem. @module */
import type { FormState } from "../forms/mod.ts";
import type { State } from "../state.ts";

/** The hidden fields that every form carries. */
export function FormTokens(
  { state, form }: { readonly state: State; readonly form?: FormState },
) {
  const token = state.services.guard.token(state.visitor, state.person?.id ?? null);
  return (
    <>
      <input type="hidden" name="_token" value={token} />
      {form !== undefined && <input type="hidden" name="_operation" value={form.operationId} />}
    </>
  );
}

/** What every field is given. */
interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly form: FormState;
  readonly state: State;
  readonly hint?: string;
}

function describedBy({ name, hint, form }: FieldProps): string | undefined {
  const ids = [
    hint === undefined ? null : `${name}-hint`,
    form.problems[name] === undefined ? null : `${name}-problem`,
  ].filter((id) => id !== null);
  return ids.length === 0 ? undefined : ids.join(" ");
}

function Below({ name, hint, form, state }: FieldProps) {
  const problem = form.problems[name];
  return (
    <>
      {hint !== undefined && <p class="hint" id={`${name}-hint`}>{hint}</p>}
      {problem !== undefined && <p class="problem" id={`${name}-problem`}>{state.t(problem)}</p>}
    </>
  );
}

/** A line of text. */
export function Field(
  props: FieldProps & {
    readonly type?: "text" | "email" | "password" | "datetime-local" | "date";
    readonly inputMode?: "decimal" | "numeric" | "email";
    readonly autocomplete?: string;
    readonly optional?: boolean;
    readonly maxLength?: number;
    readonly placeholder?: string;
    /** The id of a datalist with suggestions. */
    readonly list?: string | undefined;
  },
) {
  const { name, label, form, type = "text" } = props;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        type={type}
        value={type === "password" ? "" : form.values[name] ?? ""}
        inputMode={props.inputMode}
        autocomplete={props.autocomplete ?? "off"}
        maxLength={props.maxLength ?? 200}
        placeholder={props.placeholder}
        list={props.list}
        required={props.optional !== true}
        aria-invalid={form.problems[name] !== undefined ? "true" : undefined}
        aria-describedby={describedBy(props)}
      />
      <Below {...props} />
    </div>
  );
}

/** Several lines of text. */
export function TextArea(
  props: FieldProps & { readonly rows: number; readonly optional?: boolean },
) {
  const { name, label, form, rows } = props;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <textarea
        id={name}
        name={name}
        rows={rows}
        spellcheck={false}
        required={props.optional !== true}
        aria-invalid={form.problems[name] !== undefined ? "true" : undefined}
        aria-describedby={describedBy(props)}
      >
        {form.values[name] ?? ""}
      </textarea>
      <Below {...props} />
    </div>
  );
}

/** Check boxes under one heading; each posts `yes` under its own name. */
export function Checks(
  { legend, options, form }: {
    readonly legend: string;
    readonly options: readonly { readonly name: string; readonly text: string }[];
    readonly form: FormState;
  },
) {
  return (
    <fieldset class="field">
      <legend>{legend}</legend>
      <div class="flex flex-wrap gap-x-4 gap-y-1">
        {options.map(({ name, text }) => (
          <label key={name} class="check">
            <input type="checkbox" name={name} value="yes" checked={form.values[name] === "yes"} />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A choice of one. */
export function Select(
  props: FieldProps & {
    readonly options: readonly { readonly value: string; readonly text: string }[];
  },
) {
  const { name, label, form, options } = props;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <select id={name} name={name} aria-describedby={describedBy(props)}>
        {options.map(({ value, text }) => (
          <option key={value} value={value} selected={form.values[name] === value}>{text}</option>
        ))}
      </select>
      <Below {...props} />
    </div>
  );
}
