/**
 * `deno task catalogue publish`: shows the same as `diff` and publishes exactly what it marks, one
 * event a model, under the token's name. `--dry-run` only shows.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { stringifyWithBigint } from "../../shared/json.ts";
import { readArguments } from "../audit/arguments.ts";
import { changesText } from "./change_text.ts";
import type { Change } from "./compare.ts";
import { findLedger, type LedgerAccess, type Published, sendPrice } from "./ledger_prices.ts";
import { isPublished, selectChanges, SELECTION } from "./selection.ts";

/** Runs the command; 0 when everything shown is published, 1 when something was refused. */
export async function run(
  args: readonly string[],
  ledger?: LedgerAccess,
  print: (text: string) => void = console.log,
): Promise<number> {
  const given = readArguments(args, { ...SELECTION, flags: [...SELECTION.flags, "--dry-run"] });
  if (given.plain.length > 0) throw new Error(`publish takes no ${given.plain.join(" ")}`);
  const access = ledger ?? await findLedger();
  const changes = await selectChanges(given, access);
  const toPublish = (change: Change) => isPublished(change, given);
  print(changesText(changes, toPublish, { chosen: given.values("--only").length > 0 }));
  if (given.has("--dry-run")) return 0;
  let refused = false;
  for (const change of changes.filter(toPublish)) {
    const outcome = await publish(change, access);
    print(outcomeText(change, outcome));
    // Somebody who published meanwhile must hear of it: what was shown was another change.
    refused ||= outcome.status === "refused" || !isAsShown(change, outcome.priceVersion);
  }
  return refused ? 1 : 0;
}

function publish(change: Change, ledger: LedgerAccess): Promise<Published> {
  if (change.kind === "gone") {
    const body = { model: change.model, reason: "not in the catalogue" };
    return sendPrice(ledger, "/v1/prices/withdraw", { body, idempotencyKey: keyOf(change, body) });
  }
  const { body } = change;
  return sendPrice(ledger, "/v1/prices", { body, idempotencyKey: keyOf(change, body) });
}

/** The same change of the same price has the same key: repeated after a cut, it is made once. */
function keyOf(change: Change, body: unknown): string {
  const text = stringifyWithBigint([change.kind, change.model, expectedVersion(change), body]);
  return `catalogue:${createHash("sha256").update(text).digest("hex").slice(0, 48)}`;
}

/** The number of the price once the shown change is made and nobody else published meanwhile. */
function expectedVersion(change: Change): number {
  if (change.kind === "new" || change.kind === "available") return 1;
  return change.kind === "gone" ? change.priceVersion : change.priceVersion + 1;
}

function isAsShown(change: Change, priceVersion: number): boolean {
  return expectedVersion(change) === priceVersion;
}

function outcomeText(change: Change, outcome: Published): string {
  if (outcome.status === "refused") return `${change.model}: refused: ${outcome.message}`;
  const { priceVersion, position } = outcome;
  if (!isAsShown(change, priceVersion)) {
    return `${change.model}: price ${priceVersion} at position ${position}, not ` +
      `${expectedVersion(change)} as shown: somebody else published meanwhile; look at it again`;
  }
  return change.kind === "gone"
    ? `${change.model}: withdrawn at position ${position}`
    : `${change.model}: price ${priceVersion} at position ${position}`;
}
