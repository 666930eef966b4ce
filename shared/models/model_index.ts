/**
 * From the name in a call to the models for sale that it may mean. Names of ours are
 * `provider/name`, where the second part is what that provider's API takes; it may hold slashes, as
 * in `groq/openai/gpt-oss-120b`.
 *
 * @module
 */

/** A model for sale, as far as names go. */
export interface NamedModel {
  readonly model: string;
}

/** The models for sale by every name that means them. */
export interface ModelIndex<Model extends NamedModel> {
  /**
   * What a name means, best first; empty when nothing of that name is for sale. An alias means its
   * models alone. A name of ours that is for sale means that model alone. Any other name means the
   * model of exactly that name and every provider's model that its provider calls so, and a name
   * without a slash also every model whose last part is the same: letters of either case, and `.`
   * and `-` (and Fireworks' `3p1` for `3.1`) alike.
   */
  resolve(name: string): readonly Model[];
}

/**
 * The last part of a model's name in the form in which names are compared: `claude-3-5-sonnet` for
 * `openrouter/anthropic/Claude-3.5-Sonnet`. A variant behind a colon, such as `:free`, stays.
 */
export function bareModelName(model: string): string {
  return model.slice(model.lastIndexOf("/") + 1).toLowerCase()
    .replaceAll(".", "-").replace(/(?<=\d)p(?=\d)/g, "-");
}

/**
 * Builds the index once for many names: about a microsecond a model, and none of that in `resolve`.
 * Models of one meaning come in the order of `models`. An alias may name models in any way but by
 * another alias, so that none leads round in a circle; what it names and is not for sale is left out.
 */
export function createModelIndex<Model extends NamedModel>(
  models: Iterable<Model>,
  aliases: ReadonlyMap<string, readonly string[]> = new Map(),
): ModelIndex<Model> {
  const byName = new Map<string, Model>();
  const byUpstreamName = new Map<string, Model[]>();
  const byBareName = new Map<string, Model[]>();
  for (const model of models) {
    const name = model.model;
    byName.set(name, model);
    const slash = name.indexOf("/");
    if (slash > 0) add(byUpstreamName, name.slice(slash + 1), model);
    add(byBareName, bareModelName(name), model);
  }
  const named = (name: string): readonly Model[] => {
    const exact = byName.get(name);
    if (exact !== undefined && name.includes("/")) return [exact];
    return unique([
      ...exact === undefined ? [] : [exact],
      ...byUpstreamName.get(name) ?? [],
      ...name.includes("/") ? [] : byBareName.get(bareModelName(name)) ?? [],
    ]);
  };
  return {
    resolve(name) {
      const alias = aliases.get(name);
      return alias === undefined ? named(name) : unique(alias.flatMap(named));
    },
  };
}

function add<Model>(to: Map<string, Model[]>, name: string, model: Model): void {
  const list = to.get(name);
  if (list === undefined) to.set(name, [model]);
  else list.push(model);
}

function unique<Model>(models: readonly Model[]): readonly Model[] {
  return [...new Set(models)];
}
