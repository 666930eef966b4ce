/** The texts of the pages in their languages. @module */
import { en, type TextKey } from "./en.ts";
import { my } from "./my.ts";

export type { TextKey } from "./en.ts";

/** The languages with their own names. */
export const LANGUAGES = { en: "English", my: "မြန်မာ" } as const;

/** One of {@link LANGUAGES}. */
export type Language = keyof typeof LANGUAGES;

const TEXTS: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { en, my };

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
