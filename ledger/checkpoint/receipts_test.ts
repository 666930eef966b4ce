import { describe, expect, it, onTestFinished } from "vitest";
import { subjects } from "../../shared/bus/mod.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { uuidv7 } from "../../shared/ids/mod.ts";
import type { JsonObject } from "../../shared/json.ts";
import { openPglite } from "../store/mod.ts";
import { checkReceipt } from "./testing/check.ts";
import {
  keyOf,
  memoryPlace,
  type SigningLedger,
  startSigning,
  untilCovered,
} from "./testing/deployment.ts";

const effects = createEffects(platformOf(globalThis));
const model = "gpt-4o-mini";
const requestId = uuidv7(effects);

/** Sends an edge's command about the one request. */
async function send(
  { bus }: SigningLedger,
  { type, kind, body }: { type: string; kind: string; body: JsonObject },
): Promise<void> {
  const reply = await bus.request(subjects.command(0), {
    operationId: `${kind}:${requestId}`,
    actor: "edge:edge-1",
    occurredAtMs: effects.clock.nowMs(),
    type,
    body: { accountId: "acc-1", requestId, ...body },
  }, { timeoutMs: 60_000 });
  expect(reply).toMatchObject({ status: "accepted" });
}

async function receiptsOf({ bus, call }: SigningLedger) {
  const path = `/v1/accounts/acc-1/receipts/${requestId}`;
  const { status, answer } = await call("GET", path);
  expect(status).toBe(200);
  const query = { type: "GetReceipt", accountId: "acc-1", requestId };
  const overBus = await bus.request(subjects.query(0), query, { timeoutMs: 60_000 });
  expect(overBus).toEqual({ result: answer });
  return answer;
}

describe("a receipt", () => {
  it("says that proofs are to come, has that of the hold, and then that of its end", async () => {
    const database = await openPglite(null);
    onTestFinished(() => database.destroy());
    const places = [memoryPlace("one")];
    const start = async (key: number) => {
      const ledger = await startSigning({ database, places, keys: [key] });
      onTestFinished(() => ledger.close());
      await ledger.ledger.ready(240_000);
      return ledger;
    };
    const first = await start(1);
    await first.call("POST", "/v1/accounts", { accountId: "acc-1", name: "A shop" });
    await first.call("PUT", "/v1/fx", { kyatPerUsd: "4000", source: "test" });
    await first.call("POST", "/v1/accounts/acc-1/credits", {
      amountMicroKyat: "1000000000",
      source: "manual_payment",
      reference: "KBZ 1",
    });
    const issued = await first.call("POST", "/v1/accounts/acc-1/keys", {
      label: "Key",
      expiresAtMs: null,
    });
    await untilCovered(first);
    await first.close();

    // Its key is not the one in force: it serves and signs nothing.
    const unsigned = await start(3);
    await send(unsigned, {
      type: "PlaceHold",
      kind: "hold",
      body: {
        keyId: issued.answer.result.keyId,
        edgeId: "edge-1",
        model,
        endpoint: "chat.completions",
        inputTokensBound: 100,
        outputTokensRequested: 50,
        minimumOutputTokens: 1,
        holdTtlMs: 3_600_000,
      },
    });
    expect(await receiptsOf(unsigned)).toMatchObject({ proofs: null, proofPending: true });
    await unsigned.close();

    const signing = await start(1);
    await untilCovered(signing);
    const { publicKey } = keyOf(1);
    const held = await receiptsOf(signing);
    expect([held.state, held.proofPending, held.proofs.length]).toEqual(["held", false, 1]);
    expect(checkReceipt(held.proofs[0], publicKey)).toBe(true);

    await send(signing, {
      type: "SettleHold",
      kind: "settle",
      body: {
        usage: { input: 80, output: 20 },
        evidence: "reported",
        call: {
          provider: "openai",
          upstreamModel: model,
          attempts: [],
          streaming: false,
          clientStatus: 200,
          outcome: "completed",
          firstByteMs: 10,
          totalMs: 20,
          simulated: false,
        },
      },
    });
    await untilCovered(signing);
    const settled = await receiptsOf(signing);
    const types = settled.proofs.map(({ event }: { event: { type: string } }) => event.type);
    expect([settled.state, types]).toEqual(["settled", ["HoldPlaced", "HoldSettled"]]);
    for (const proof of settled.proofs) expect(checkReceipt(proof, publicKey)).toBe(true);
    expect(settled.proofs[1].event.payload.chargedMicroKyat).toBe(settled.chargedMicroKyat);

    const missing = `/v1/accounts/acc-2/receipts/${requestId}`;
    expect((await signing.call("GET", missing)).status).toBe(404);
  });
});
