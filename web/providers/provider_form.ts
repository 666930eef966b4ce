/** From what a provider is configured as to a form and back. @module */
import type { EdgeProvider } from "../../shared/edge_config/mod.ts";
import { providerSettings } from "../../shared/events/mod.ts";
import { identifierSchema } from "../../shared/ids/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { CUSTOM_PROFILE, profileSchema } from "../../shared/routing/mod.ts";
import { checkFields, type FieldCheck } from "../forms/mod.ts";
import type { TextKey } from "../i18n/mod.ts";

/** The fields of the form; `version` is the one that it was filled from, empty for none. */
export const PROVIDER_FIELDS = [
  "profile",
  "baseUrl",
  "enabled",
  "priority",
  "modelScope",
  "models",
  "version",
] as const;

type Read = (name: string) => string;

/** The body of the ledger's command, or what is wrong by field. */
export type AskedProvider =
  | { readonly ok: true; readonly body: JsonObject }
  | { readonly ok: false; readonly problems: Readonly<Record<string, TextKey>> };

/** What stands in the form of a provider. */
export function valuesOfProvider(
  provider: EdgeProvider,
): Record<(typeof PROVIDER_FIELDS)[number], string> {
  const models = Object.entries(provider.models ?? {});
  return {
    profile: provider.profile,
    baseUrl: provider.baseUrl ?? "",
    enabled: provider.enabled ? "yes" : "no",
    priority: String(provider.priority),
    modelScope: provider.models === null ? "all" : "listed",
    models: models.map(([sold, upstream]) => `${sold} = ${upstream}`).join("\n"),
    version: String(provider.providerVersion),
  };
}

/** Reads the form. */
export function providerOfForm(field: Read): AskedProvider {
  const profile = profileSchema.safeParse(field("profile"));
  const checked = checkFields({
    profile: profile.success
      ? { ok: true, value: profile.data } as const
      : { ok: false, problem: "slug_bad" } as const,
    baseUrl: baseUrl(field),
    priority: priority(field("priority")),
    models: field("modelScope") === "listed"
      ? mapping(field("models"))
      : { ok: true, value: null } as const,
  });
  if (!checked.ok) return checked;
  const expected = /^\d{1,9}$/.test(field("version"))
    ? { expectedVersion: parseInt(field("version"), 10) }
    : {};
  return { ok: true, body: { ...checked.value, enabled: field("enabled") === "yes", ...expected } };
}

function baseUrl(field: Read): FieldCheck<string | null> {
  const given = field("baseUrl");
  if (given === "") {
    return field("profile") === CUSTOM_PROFILE
      ? { ok: false, problem: "base_url_needed" }
      : { ok: true, value: null };
  }
  return providerSettings.baseUrl.safeParse(given).success
    ? { ok: true, value: given }
    : { ok: false, problem: "base_url_bad" };
}

function priority(given: string): FieldCheck<number> {
  const value = /^\d{1,7}$/.test(given) ? parseInt(given, 10) : NaN;
  return providerSettings.priority.safeParse(value).success
    ? { ok: true, value }
    : { ok: false, problem: "priority_bad" };
}

/** Lines of `model for sale = model at the provider`; a line of one name stands for both. */
function mapping(given: string): FieldCheck<Record<string, string>> {
  const models: Record<string, string> = {};
  for (const line of given.split("\n").map((each) => each.trim())) {
    if (line === "") continue;
    const [sold = "", upstream = sold, ...rest] = line.split("=").map((part) => part.trim());
    const valid = [sold, upstream].every((name) => identifierSchema.safeParse(name).success);
    if (!valid || rest.length > 0 || Object.hasOwn(models, sold)) {
      return { ok: false, problem: "mapping_bad" };
    }
    models[sold] = upstream;
  }
  return { ok: true, value: models };
}
