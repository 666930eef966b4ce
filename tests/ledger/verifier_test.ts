import { describe, expect, it, onTestFinished } from "vitest";
import { openNote } from "../../ledger/checkpoint/testing/check.ts";
import {
  memoryPlace,
  startSigning,
  untilCovered,
} from "../../ledger/checkpoint/testing/deployment.ts";
import { openPglite } from "../../ledger/store/mod.ts";
import { nodeCrypto } from "../../scripts/audit/node_crypto.ts";
import { verifyConsistency, verifyReceipt } from "../../shared/verifier/mod.ts";

describe("what a ledger hands out", () => {
  it("is found good by the independent verifier, before and after a new key", async () => {
    const database = await openPglite(null);
    onTestFinished(() => database.destroy());
    const places = [memoryPlace("one")];
    const before = await startSigning({ database, places });
    await before.ledger.ready(240_000);
    const old = await untilCovered(before);
    await before.close();
    const ledger = await startSigning({ database, places, keys: [2, 1] });
    onTestFinished(() => ledger.close());
    await ledger.ledger.ready(240_000);
    await ledger.call("POST", "/v1/accounts", { accountId: "acc-1", name: "“မြန်မာ”" });
    const newest = await untilCovered(ledger);
    const listed = JSON.parse((await ledger.read("/checkpoints/0/keys")).text);
    expect(listed.keys).toHaveLength(2);
    const keys = listed.keys.map(({ keyName, publicKey }: Record<string, string>) => ({
      name: keyName,
      publicKey: Uint8Array.fromBase64(publicKey!),
    }));
    const trust = { crypto: nodeCrypto, keys };

    const { position, frames } = openNote(newest, keys[1].publicKey);
    for (let at = 1n; at <= position; at++) {
      const { answer } = await ledger.call("GET", `/v1/shards/0/events/${at}/proof`);
      const report = await verifyReceipt(JSON.stringify(answer), trust);
      expect([at, report.ok, report.problems]).toEqual([at, true, []]);
    }
    const from = openNote(old, keys[0].publicKey).frames;
    const proof = await ledger.read(`/checkpoints/0/consistency?from=${from}&to=${frames}`);
    const report = await verifyConsistency(proof.text, trust);
    expect([report.ok, report.problems]).toEqual([true, []]);
    expect(report.signers).toHaveLength(2);
  });
});
