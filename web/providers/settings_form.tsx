/** The form of a provider's settings. @module */
import type { FormState } from "../forms/mod.ts";
import type { State } from "../state.ts";
import { Field, FormTokens, Problems, Select, TextArea } from "../ui/mod.ts";

/** The form; `named`: it names a new provider as well. */
export function ProviderForm(
  { form, state, named, mayEdit }: {
    readonly form: FormState;
    readonly state: State;
    readonly named: boolean;
    readonly mayEdit: boolean;
  },
) {
  const { t } = state;
  const labels = {
    provider: t("provider_name"),
    profile: t("profile"),
    baseUrl: t("base_url"),
    priority: t("priority"),
    models: t("mapping"),
  };
  const field = { form, state };
  return (
    <form method="post" class="form">
      <FormTokens state={state} form={form} />
      <input type="hidden" name="version" value={form.values.version ?? ""} />
      <Problems form={form} t={t} labels={labels} />
      {named && (
        <Field name="provider" label={labels.provider} hint={t("provider_name_hint")} {...field} />
      )}
      <Field name="profile" label={labels.profile} hint={t("profile_hint")} {...field} />
      <Field
        name="baseUrl"
        label={labels.baseUrl}
        hint={t("base_url_hint")}
        maxLength={500}
        optional
        {...field}
      />
      <Select
        name="enabled"
        label={t("provider_enabled")}
        options={[{ value: "yes", text: t("yes") }, { value: "no", text: t("no") }]}
        {...field}
      />
      <Field
        name="priority"
        label={labels.priority}
        inputMode="numeric"
        hint={t("priority_hint")}
        {...field}
      />
      <Select
        name="modelScope"
        label={t("provider_models")}
        options={[
          { value: "all", text: t("mapping_all") },
          { value: "listed", text: t("mapping_listed") },
        ]}
        {...field}
      />
      <TextArea
        name="models"
        label={labels.models}
        rows={5}
        hint={t("mapping_hint")}
        optional
        {...field}
      />
      {mayEdit && (
        <p>
          <button type="submit" class="button">{t("configure_provider")}</button>
        </p>
      )}
    </form>
  );
}
