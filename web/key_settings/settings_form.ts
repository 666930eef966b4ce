/** From the settings of an API key to a form and back. @module */
import { identifierSchema } from "../../shared/ids/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { keySettingsSchema } from "../../shared/key_settings/mod.ts";
import type { KeyRow } from "../../shared/read_api/mod.ts";
import { momentInYangon, timeInYangon } from "../format/mod.ts";
import { checkFields, type FieldCheck, names, optionalIdentifier, text } from "../forms/mod.ts";
import type { TextKey } from "../i18n/mod.ts";

/** The fields of the form. */
export const SETTING_FIELDS = [
  "label",
  "expires",
  "modelScope",
  "models",
  "ipScope",
  "ipRanges",
  "router",
  "tags",
] as const;

type Read = (name: string) => string;

/** The whole of a key's settings, or what is wrong by field. */
export type AskedSettings =
  | { readonly ok: true; readonly body: JsonObject }
  | { readonly ok: false; readonly problems: Readonly<Record<string, TextKey>> };

/** What stands in the form of a key; the end of its life is in Yangon's time, to the minute. */
export function valuesOfKey(key: KeyRow): Record<(typeof SETTING_FIELDS)[number], string> {
  return {
    label: key.label,
    expires: typedMoment(key.expiresAtMs),
    modelScope: listScope(key.allowedModels),
    models: (key.allowedModels ?? []).join("\n"),
    ipScope: listScope(key.ipRanges),
    ipRanges: (key.ipRanges ?? []).join("\n"),
    router: key.routerId ?? "",
    tags: (key.tags ?? []).join(", "),
  };
}

function listScope(list: readonly string[] | null | undefined): "all" | "listed" {
  return list === null || list === undefined ? "all" : "listed";
}

function typedMoment(atMs: number | null): string {
  return atMs === null ? "" : timeInYangon(atMs).slice(0, 16).replace(" ", "T");
}

/** Reads the form of `key`. An end that was not touched stays exact to the millisecond. */
export function settingsOfForm(field: Read, key: KeyRow): AskedSettings {
  const checked = checkFields({
    label: text(field("label")),
    expires: field("expires") === typedMoment(key.expiresAtMs)
      ? { ok: true, value: key.expiresAtMs } as const
      : moment(field("expires")),
    models: listed(field, "modelScope", models(field("models"))),
    ipRanges: listed(field, "ipScope", ranges(field("ipRanges"))),
    router: optionalIdentifier(field("router")),
    tags: names(field("tags"), identifierSchema),
  });
  if (!checked.ok) return checked;
  const { label, expires, models: allowedModels, ipRanges, router, tags } = checked.value;
  const body = { label, expiresAtMs: expires, allowedModels, ipRanges, routerId: router, tags };
  const settings = keySettingsSchema.safeParse(body);
  if (settings.success) return { ok: true, body };
  // Each item was checked, so that only the length of a list can be wrong.
  const fields: Record<string, string> = { allowedModels: "models" };
  const wrong = settings.error.issues.map(({ path }) => String(path[0]));
  return {
    ok: false,
    problems: Object.fromEntries(wrong.map((name) => [fields[name] ?? name, "list_long"])),
  };
}

/** Null where nothing is restricted, whatever the list says. */
function listed(
  field: Read,
  scope: string,
  list: FieldCheck<string[]>,
): FieldCheck<string[] | null> {
  return field(scope) === "listed" ? list : { ok: true, value: null };
}

const { allowedModels, ipRanges } = keySettingsSchema.shape;

function models(given: string): FieldCheck<string[]> {
  const checked = names(given, allowedModels.unwrap().element);
  return checked.ok ? checked : { ok: false, problem: "models_bad" };
}

function ranges(given: string): FieldCheck<string[]> {
  const checked = names(given, ipRanges.unwrap().element);
  return checked.ok ? checked : { ok: false, problem: "ip_bad" };
}

function moment(typed: string): FieldCheck<number | null> {
  if (typed === "") return { ok: true, value: null };
  const zoned = momentInYangon(typed);
  return zoned === null
    ? { ok: false, problem: "moment_bad" }
    : { ok: true, value: Date.parse(zoned) };
}
