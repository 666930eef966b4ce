/** Which models a key may call. @module */

/** A model as far as rules know it. */
export interface RuledModel {
  /** Its name in our price list, such as `openai/gpt-4o` or `gpt-4o`. */
  readonly model: string;
  /** Who made it, by its price; null when it has none. */
  readonly ownedBy: string | null;
}

/**
 * Whether the rules let a model be called; null: all are. A rule is a model's name, or `maker/*` for
 * every model whose name begins with `maker/` or whose price says that the maker owns it.
 */
export function isModelAllowed(
  allowedModels: readonly string[] | null,
  { model, ownedBy }: RuledModel,
): boolean {
  if (allowedModels === null) return true;
  return allowedModels.some((rule) => {
    if (!rule.endsWith("/*")) return rule === model;
    const maker = rule.slice(0, -2);
    return maker === ownedBy || model.startsWith(`${maker}/`);
  });
}
