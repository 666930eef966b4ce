/** Texts of one part of the product, in every language side by side. @module */

/** The texts of an area: the same keys in each language. */
export interface AreaTexts<Key extends string> {
  readonly en: Readonly<Record<Key, string>>;
  readonly my: Readonly<Record<Key, string>>;
}

/** Declares an area; a key that one language lacks does not compile. */
export function area<const Texts extends Readonly<Record<string, string>>>(
  en: Texts,
  my: { readonly [Key in keyof Texts]: string },
): AreaTexts<Extract<keyof Texts, string>> {
  return { en, my };
}
