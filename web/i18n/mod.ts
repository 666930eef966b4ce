/** The texts of the pages in their languages. @module */
import type { AreaTexts } from "./area.ts";
import { accessTexts } from "./areas/access.ts";
import { catalogueTexts } from "./areas/catalogue.ts";
import { costTexts } from "./areas/costs.ts";
import { ledgerTexts } from "./areas/ledger.ts";
import { operationsTexts } from "./areas/operations.ts";
import { routingTexts } from "./areas/routing.ts";
import { verifyTexts } from "./areas/verify.ts";
import { en, type TextKey as PageTextKey } from "./en.ts";
import { my } from "./my.ts";

const AREAS = [
  accessTexts,
  catalogueTexts,
  costTexts,
  ledgerTexts,
  operationsTexts,
  routingTexts,
  verifyTexts,
] as const;

/** The name of a text. */
export type TextKey = PageTextKey | KeyOf<(typeof AREAS)[number]>;

type KeyOf<Area> = Area extends AreaTexts<infer Key> ? Key : never;

/** The languages with their own names. */
export const LANGUAGES = { en: "English", my: "မြန်မာ" } as const;

/** One of {@link LANGUAGES}. */
export type Language = keyof typeof LANGUAGES;

/** Every text of every language. */
export const TEXTS = {
  en: Object.assign({ ...en }, ...AREAS.map((area) => area.en)),
  my: Object.assign({ ...my }, ...AREAS.map((area) => area.my)),
} as Readonly<Record<Language, Readonly<Record<TextKey, string>>>>;

/** Gives a text in one language, its `{name}` parts replaced. */
export type Translate = (key: TextKey, values?: Readonly<Record<string, string>>) => string;

/** The texts of a language. */
export function translator(language: Language): Translate {
  return (key, values = {}) =>
    TEXTS[language][key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The language that was chosen, else the first known one that the browser asks for, else English. */
export function languageOf(chosen: string | null, acceptLanguage: string | null): Language {
  const wanted = [chosen ?? "", ...(acceptLanguage ?? "").slice(0, 200).split(",")];
  for (const text of wanted) {
    const code = text.trim().slice(0, 2).toLowerCase();
    if (code === "en" || code === "my") return code;
  }
  return "en";
}
