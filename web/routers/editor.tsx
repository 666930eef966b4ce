/** The form in which a router is edited as JSON, every mistake named with its place. @module */
import type { FormState } from "../forms/mod.ts";
import type { State } from "../state.ts";
import { Field, FormTokens, Notice, Problems, TextArea } from "../ui/mod.ts";

const ROWS = 26;

/** The form; `named`: it names a new router as well. */
export function RouterEditor(
  { form, mistakes, state, named }: {
    readonly form: FormState;
    readonly mistakes: readonly string[];
    readonly state: State;
    readonly named: boolean;
  },
) {
  const { t } = state;
  const labels = { routerId: t("router_id"), definition: t("router_definition") };
  return (
    <form method="post" class="form max-w-none!">
      <FormTokens state={state} form={form} />
      <input type="hidden" name="version" value={form.values.version ?? ""} />
      <Problems form={form} t={t} labels={labels} />
      {named && (
        <div class="max-w-80">
          <Field
            name="routerId"
            label={labels.routerId}
            hint={t("router_id_hint")}
            form={form}
            state={state}
          />
        </div>
      )}
      {mistakes.length > 0 && (
        <Notice tone="bad" role="alert">
          <ul class="list-disc pl-5">
            {mistakes.map((mistake) => <li key={mistake} class="break">{mistake}</li>)}
          </ul>
        </Notice>
      )}
      <TextArea
        name="definition"
        label={labels.definition}
        rows={ROWS}
        hint={t("router_definition_hint")}
        form={form}
        state={state}
      />
      <p class="actions">
        <button type="submit" class="button">{t("save_router")}</button>
        <a class="button button-quiet" href="/routers">{t("cancel")}</a>
      </p>
    </form>
  );
}
