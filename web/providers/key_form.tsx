/** Storing a provider's key: the secret goes in, and comes back in no answer. @module */
import type { JsonObject } from "../../shared/json.ts";
import { isOwnerOf, PROVIDER_KEY_LEVELS, providerSecretSchema } from "../../shared/routing/mod.ts";
import type { FormState } from "../forms/mod.ts";
import type { TextKey } from "../i18n/mod.ts";
import type { State } from "../state.ts";
import { Field, FormTokens, Problems, Select } from "../ui/mod.ts";

/** The fields that are shown again when something is wrong: never the secret. */
export const KEY_FIELDS = ["level", "ownerId"] as const;

type Read = (name: string) => string;

/** The body of the ledger's command, or what is wrong by field. */
export type AskedKey =
  | { readonly ok: true; readonly body: JsonObject }
  | { readonly ok: false; readonly problems: Readonly<Record<string, TextKey>> };

/** Reads the form of a key of `provider`. */
export function keyOfForm(field: Read, provider: string): AskedKey {
  const level = PROVIDER_KEY_LEVELS.find((known) => known === field("level")) ?? "system";
  const ownerId = level === "system" || field("ownerId") === "" ? null : field("ownerId");
  const problems: Record<string, TextKey> = {};
  if (!isOwnerOf(level, ownerId)) problems.ownerId = "owner_bad";
  if (!providerSecretSchema.safeParse(field("secret")).success) problems.secret = "secret_bad";
  if (Object.keys(problems).length > 0) return { ok: false, problems };
  return { ok: true, body: { provider, level, ownerId, secret: field("secret") } };
}

/** The form; without scripts as well. */
export function KeyForm({ form, state }: { readonly form: FormState; readonly state: State }) {
  const { t } = state;
  const labels = { ownerId: t("key_owner"), secret: t("provider_secret") };
  return (
    <form method="post" class="form">
      <FormTokens state={state} form={form} />
      <input type="hidden" name="what" value="key" />
      <Problems form={form} t={t} labels={labels} />
      <Select
        name="level"
        label={t("key_level")}
        options={PROVIDER_KEY_LEVELS.toReversed().map((value) => ({
          value,
          text: t(`level_${value}`),
        }))}
        form={form}
        state={state}
      />
      <Field
        name="ownerId"
        label={labels.ownerId}
        hint={t("key_level_hint")}
        optional
        form={form}
        state={state}
      />
      <Field
        name="secret"
        label={labels.secret}
        type="password"
        hint={t("provider_secret_hint")}
        autocomplete="new-password"
        maxLength={4_096}
        form={form}
        state={state}
      />
      <p>
        <button type="submit" class="button">{t("store_provider_key")}</button>
      </p>
    </form>
  );
}
