/** Filters above a list: a plain GET form, so that every view has an address. @module */
import { emptyForm } from "../forms/mod.ts";
import type { State } from "../state.ts";
import { Field } from "./form_parts.tsx";

/** One filter: a line of text, a moment or a day. */
export interface FilterField {
  /** The name in the query. */
  readonly name: string;
  readonly label: string;
  readonly kind?: "text" | "moment" | "day";
  /** What may be chosen; other values can be typed too. */
  readonly suggestions?: readonly string[];
}

/** The form; `url` is what is shown now. */
export function FilterForm(
  { fields, url, state }: {
    readonly fields: readonly FilterField[];
    readonly url: URL;
    readonly state: State;
  },
) {
  const { t } = state;
  const values = Object.fromEntries(
    fields.map(({ name }) => [name, filterValue(url, name) ?? ""]),
  );
  const form = emptyForm("", values);
  const isFiltered = Object.values(values).some((value) => value !== "");
  return (
    <form method="get" class="filters" role="search">
      {fields.map(({ name, label, kind, suggestions }) => (
        <div key={name}>
          <Field
            name={name}
            label={label}
            type={kind === "moment" ? "datetime-local" : kind === "day" ? "date" : "text"}
            list={suggestions === undefined ? undefined : `${name}-known`}
            optional
            form={form}
            state={state}
          />
          {suggestions !== undefined && (
            <datalist id={`${name}-known`}>
              {suggestions.map((value) => <option key={value} value={value} />)}
            </datalist>
          )}
        </div>
      ))}
      <div class="filters-actions">
        <button type="submit" class="button button-quiet">{t("filter")}</button>
        {isFiltered && <a class="py-2" href={url.pathname}>{t("clear_filter")}</a>}
      </div>
    </form>
  );
}

const MAXIMUM_LENGTH = 160;

/** A filter's value in the address, trimmed; null when it is absent or empty. */
export function filterValue(url: URL, name: string): string | null {
  const value = (url.searchParams.get(name) ?? "").trim().slice(0, MAXIMUM_LENGTH);
  return value === "" ? null : value;
}
