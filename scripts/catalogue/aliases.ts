/** Names that mean the newest model of a line. @module */
import type { CatalogueEntry } from "../../ledger/catalog/mod.ts";
import type { CollectedModel } from "./collect.ts";

// Makers whose lines are told cleanly; others publish such names of their own.
const MAKERS = ["anthropic", "deepseek", "google", "openai", "xai"];

/**
 * `<line>-latest` for each line of models whose maker serves it, such as `claude-sonnet-latest`: the
 * newest that is for sale, by the day of its release; of several of that day the shortest name. A
 * name that is a model's own is no alias.
 */
export function aliasesOf(
  entries: readonly CatalogueEntry[],
  collected: readonly CollectedModel[],
): Record<string, string[]> {
  const forSale = new Map(
    entries.filter(({ held, kind }) => held === undefined && kind === "chat")
      .map((entry) => [entry.model, entry]),
  );
  const taken = new Set(entries.map(({ model }) => model.slice(model.indexOf("/") + 1)));
  const newest = new Map<string, { readonly model: string; readonly releasedOn: string }>();
  for (const { provider, id, told } of collected) {
    const model = `${provider.name}/${id}`;
    const line = told.find(({ family }) => family !== null)?.family ?? null;
    const releasedOn = told.find((one) => one.releasedOn !== null)?.releasedOn ?? null;
    if (
      !MAKERS.includes(provider.name) || !forSale.has(model) || line === null || releasedOn === null
    ) {
      continue;
    }
    const known = newest.get(line);
    if (known === undefined || isNewer({ model, releasedOn }, known)) {
      newest.set(line, { model, releasedOn });
    }
  }
  const aliases: Record<string, string[]> = {};
  for (const [line, { model }] of [...newest].sort(([a], [b]) => a < b ? -1 : 1)) {
    const alias = `${line}-latest`;
    if (/^[a-z0-9][a-z0-9.-]*$/.test(alias) && !taken.has(alias)) aliases[alias] = [model];
  }
  return aliases;
}

interface Released {
  readonly model: string;
  readonly releasedOn: string;
}

function isNewer(one: Released, other: Released): boolean {
  if (one.releasedOn !== other.releasedOn) return one.releasedOn > other.releasedOn;
  if (one.model.length !== other.model.length) return one.model.length < other.model.length;
  return one.model < other.model;
}
