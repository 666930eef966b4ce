/** Telling a provider's own words from those of the caller that it repeats. @module */

const TELLING_WORD = /api.?key|[a-z]{5,}/gi;

/**
 * Whether words of an error may be an echo of what was sent: any telling one of them stands there as
 * well. Too much suspicion is cheap, because the same failure of another call is believed; too little
 * would let one caller's odd request take a key or a model from everybody.
 */
export function isEcho(words: string, sent: string | FormData): boolean {
  const telling = words.toLowerCase().match(TELLING_WORD) ?? [];
  if (telling.length === 0) return false;
  const said = (typeof sent === "string" ? sent : textOf(sent)).toLowerCase();
  return telling.some((word) => said.includes(word));
}

function textOf(form: FormData): string {
  return [...form].map(([name, value]) =>
    `${name}\n${typeof value === "string" ? value : value.name}`
  ).join("\n");
}
