/** Putting the catalogue's models on sale in a ledger that does not know them yet. @module */
import { createHash } from "node:crypto";
import type { Catalogue } from "./catalogue.ts";
import { publishCommand } from "./catalogue.ts";
import type { SeedCommand } from "./seed_command.ts";

/** What a shard knows already. */
export interface KnownNames {
  /** Whether a price was ever published for a model, withdrawn or not. */
  isPriced(model: string): boolean;
  /** Whether an alias was ever set, removed or not. */
  isAlias(alias: string): boolean;
}

/**
 * The commands that put on sale what is for sale in the catalogue and what the shard has never
 * known, and on shard 0 its aliases. A model that the shard knows is left as people have it: a newer
 * catalogue never changes a price by itself, and never sells again what was withdrawn.
 */
export function catalogueSeedCommands(
  catalogue: Catalogue,
  known: KnownNames,
  shard: number,
): SeedCommand[] {
  const commands: SeedCommand[] = [];
  const idOf = (kind: string, name: string) =>
    `seed:catalogue:${catalogue.revision}:${kind}:${shortHash(name)}`;
  for (const entry of catalogue.models) {
    if (entry.held !== undefined || entry.onRequest || known.isPriced(entry.model)) continue;
    const command = publishCommand(entry, catalogue);
    commands.push({ operationId: idOf("price", entry.model), command });
  }
  // Aliases stand in shard 0 alone.
  for (const [alias, models] of shard === 0 ? Object.entries(catalogue.aliases) : []) {
    if (known.isAlias(alias)) continue;
    const command = { type: "SetModelAlias" as const, body: { alias, models } };
    commands.push({ operationId: idOf("alias", alias), command });
  }
  return commands;
}

/** An operation id knows fewer characters than a model's name. */
function shortHash(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 24);
}
