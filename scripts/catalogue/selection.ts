/** Which catalogue to compare, and which of its models, by the arguments of a command. @module */
import { type Catalogue, packagedCatalogue, parseCatalogue } from "../../ledger/catalog/mod.ts";
import type { Arguments } from "../audit/arguments.ts";
import { type Change, compareCatalogue } from "./compare.ts";
import { generateCatalogue, tokenlensFacts } from "./generate.ts";
import { readFacts } from "./kept_facts.ts";
import { type LedgerAccess, readPrices } from "./ledger_prices.ts";

/** The options that choose. */
export const SELECTION = {
  options: ["--only", "--file"],
  flags: ["--fresh", "--held", "--gone"],
} as const;

/**
 * The changes that were asked for: of the packaged catalogue, of `--file FILE`, or of one that is
 * made anew from its sources (`--fresh`); all, or those of `--only NAME`, where `provider/*` names
 * all of a provider. Throws Error when a name chooses nothing.
 */
export async function selectChanges(given: Arguments, ledger: LedgerAccess): Promise<Change[]> {
  const catalogue = await chosenCatalogue(given);
  const all = compareCatalogue(await readPrices(ledger), catalogue);
  const names = given.values("--only");
  for (const name of names) {
    if (!catalogue.models.some(({ model }) => isNamed(name, model)) && !given.has("--gone")) {
      throw new Error(`--only ${name} names no model of the catalogue`);
    }
  }
  return names.length === 0
    ? all
    : all.filter(({ model }) => names.some((name) => isNamed(name, model)));
}

/** Whether `name`, a model or `provider/*`, names a model. */
export function isNamed(name: string, model: string): boolean {
  return name.endsWith("/*") ? model.startsWith(name.slice(0, -1)) : name === model;
}

/**
 * Which changes are published: new and changed prices; what is available only with `--only`; what is
 * held back or withdrawn only when its very name was given (and `--held` for what is held back);
 * withdrawals with `--gone` alone.
 */
export function isPublished(change: Change, given: Arguments): boolean {
  const named = given.values("--only").includes(change.model);
  switch (change.kind) {
    case "new":
    case "changed":
      return true;
    case "available":
      return given.values("--only").some((name) => isNamed(name, change.model));
    case "withdrawn":
      return named;
    case "held":
      return named && given.has("--held");
    case "gone":
      return given.has("--gone");
    default:
      throw change satisfies never;
  }
}

async function chosenCatalogue(given: Arguments): Promise<Catalogue> {
  const file = given.value("--file");
  if (given.has("--fresh")) {
    if (file !== null) throw new Error("--fresh and --file exclude each other");
    return generateCatalogue({ ...await readFacts(), tokenlens: tokenlensFacts() }).catalogue;
  }
  if (file === null) return packagedCatalogue();
  return parseCatalogue(JSON.parse(await Deno.readTextFile(file)));
}
