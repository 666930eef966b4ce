/** What the verifier says of a real export after somebody tampered with it. @module */
import { signingKeyOf } from "../../ledger/integrity/mod.ts";
import { nodeCrypto } from "../../scripts/audit/node_crypto.ts";
import { writeExport } from "../../scripts/audit/exporting/write_export.ts";
import { fromBase64, type NamedKey, verifyExport } from "../../shared/verifier/mod.ts";
import { type Effort, Forgery } from "./forge.ts";
import { FIRST_KEY, openRealLedger, ORIGIN, SECOND_KEY } from "./real_ledger.ts";
import { tellStory } from "./story.ts";

/** A key that was never in force. */
export const ATTACKER = signingKeyOf(new Uint8Array(32).fill(9));

/** How far the forger goes, and what the verifier is told. */
export interface Tampering {
  readonly effort: Effort;
  /** Whose key signs the checkpoints again; absent: the old signatures stay. */
  readonly key?: "true" | "attacker" | "attacker in the second's place";
  readonly checkpoints?: readonly string[];
  /** The keys that are told; the true first one when absent. */
  readonly tell?: readonly NamedKey[];
}

/** Everything is hashed again and signed with the key that was really in force. */
export const PERFECT: Tampering = { effort: "checkpoints", key: "true" };

/** Tells the story to a real ledger and exports it; `from` 1 when absent. */
export async function exportStory(directory: string, from: bigint | null = null): Promise<void> {
  const ledger = await openRealLedger();
  try {
    await tellStory(ledger);
    await writeExport({ database: ledger.database, shard: 0, from, to: null, directory });
  } finally {
    await ledger.close();
  }
}

/** Tells the story and exports it into `whole`, and what came after its second key into `late`. */
export async function exportStories(directory: string): Promise<void> {
  const ledger = await openRealLedger();
  try {
    await tellStory(ledger);
    const whole = { database: ledger.database, shard: 0, from: null, to: null };
    const { to } = await writeExport({ ...whole, directory: `${directory}/whole` });
    await writeExport({ ...whole, from: to, directory: `${directory}/late` });
  } finally {
    await ledger.close();
  }
}

/** Asks for verdicts on the export in a directory. */
export function verdictsOn(directory: string) {
  const told = [{ name: ORIGIN, publicKey: fromBase64(FIRST_KEY.publicKey)! }];
  return {
    /** What the verifier says after `tamper`, with as much made to fit again as the forger can. */
    async verdict(how: Tampering, tamper: (forgery: Forgery) => void) {
      const forgery = await Forgery.read(directory);
      const second = forgery.events.findLast(({ type }) => type === "SigningKeySet")?.position ?? 0;
      const trueKey = (position: number) => position < second ? FIRST_KEY : SECOND_KEY;
      const usurped = (position: number) => position < second ? FIRST_KEY : ATTACKER;
      const keyOf = how.key === "attacker"
        ? () => ATTACKER
        : how.key === "true"
        ? trueKey
        : usurped;
      tamper(forgery);
      forgery.reseal(how.effort, how.key === undefined ? () => null : keyOf);
      const report = await verifyExport(forgery.source(), {
        crypto: nodeCrypto,
        keys: how.tell ?? told,
        checkpoints: how.checkpoints ?? [],
      });
      const failed = report.checks.filter((check) => check.failed > 0).map(({ id }) => id);
      return { ok: report.ok, failed, first: report.first, report };
    },
  };
}
