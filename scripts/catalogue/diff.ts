/**
 * `deno task catalogue diff`: what differs between the prices that the ledger knows and the
 * catalogue, model by model and class by class. It changes nothing.
 *
 * @module
 */
import { toJsonValue } from "../../shared/json.ts";
import { readArguments } from "../audit/arguments.ts";
import { changesText } from "./change_text.ts";
import { findLedger, type LedgerAccess } from "./ledger_prices.ts";
import { isPublished, selectChanges, SELECTION } from "./selection.ts";

/** Runs the command; 0 when `publish` would change nothing, else 1. */
export async function run(
  args: readonly string[],
  ledger?: LedgerAccess,
  print: (text: string) => void = console.log,
): Promise<number> {
  const given = readArguments(args, { ...SELECTION, flags: [...SELECTION.flags, "--json"] });
  if (given.plain.length > 0) throw new Error(`diff takes no ${given.plain.join(" ")}`);
  const changes = await selectChanges(given, ledger ?? await findLedger());
  const toPublish = (change: (typeof changes)[number]) => isPublished(change, given);
  if (given.has("--json")) {
    for (const change of changes) {
      print(JSON.stringify({ ...toJsonValue(change) as object, publish: toPublish(change) }));
    }
  } else {
    print(changesText(changes, toPublish, { chosen: given.values("--only").length > 0 }));
  }
  return changes.some(toPublish) ? 1 : 0;
}
