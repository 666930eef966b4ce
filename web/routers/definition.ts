/** A router as text that people edit, and what is wrong with such a text. @module */
import { type RouterDefinition, routerDefinitionSchema } from "../../shared/routing/mod.ts";

/** The definition, or every mistake: where it is, and what was expected. */
export type ReadDefinition =
  | { readonly ok: true; readonly definition: RouterDefinition }
  | { readonly ok: false; readonly mistakes: readonly string[] };

const MOST_MISTAKES = 12;

/** A definition as JSON with a member a line. */
export function textOfDefinition(definition: RouterDefinition): string {
  return JSON.stringify(definition, null, 2);
}

/** Reads JSON; members that a router does not have are mistakes too. At most 12 are told. */
export function readDefinition(text: string): ReadDefinition {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, mistakes: [`JSON: ${placed(error, text)}`] };
  }
  const parsed = routerDefinitionSchema.safeParse(value);
  if (parsed.success) return { ok: true, definition: parsed.data };
  const mistakes = parsed.error.issues.map(({ path, message }) => {
    const where = pathText(path);
    return where === "" ? message : `${where}: ${message}`;
  });
  return { ok: false, mistakes: mistakes.slice(0, MOST_MISTAKES) };
}

/** `rules[0].targets[1].model` */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === "number"
        ? `${text}[${part}]`
        : text === ""
        ? String(part)
        : `${text}.${String(part)}`,
    "",
  );
}

/** The message of a syntax error, with the line where the engine names one by its offset. */
function placed(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/line \d/.test(message)) return message;
  const offset = /position (\d+)/.exec(message)?.[1];
  if (offset === undefined) return message;
  const line = text.slice(0, parseInt(offset, 10)).split("\n").length;
  return `${message} (line ${line})`;
}

/** What a new router begins with. */
export const FIRST_DEFINITION: RouterDefinition = {
  name: "My router",
  enabled: true,
  rules: [{
    name: "Long input to a large context",
    when: { inputTokensAbove: 100_000 },
    strategy: "cheapest",
    targets: [{ provider: "gemini", model: "auto" }],
  }],
  fallback: [{ provider: "groq", model: "auto" }, { provider: "openrouter", model: "auto" }],
};
