import { describe, expect, it } from "vitest";
import type { CommandEnvelope, CommandReply } from "../../shared/commands/mod.ts";
import { UNKNOWN_CALL } from "../../shared/events/mod.ts";
import type { EventType, RecordedEvent } from "../../shared/events/mod.ts";
import { toJsonValue } from "../../shared/json.ts";
import { silentLog } from "../../shared/log.ts";
import { acceptEnvelope } from "./accept.ts";
import { handleMeterMessage } from "./meter.ts";
import { receiptOf } from "./receipt.ts";
import { signCommand } from "./signature.ts";

const requestId = "0190b0a0-0000-7000-8000-000000000001";
const place = { shard: 0, shards: 1 };
const serviceSecret = "a-secret-of-at-least-32-characters!";
const settle: CommandEnvelope = {
  operationId: `settle:${requestId}`,
  actor: "edge:edge-1",
  occurredAtMs: 1,
  type: "SettleHold",
  body: { accountId: "acc-1", requestId },
};

const grant: CommandEnvelope = {
  operationId: "grant:1",
  actor: "user:anyone",
  occurredAtMs: 1,
  type: "GrantCredit",
  body: { accountId: "acc-1", amountMicroKyat: "1" },
};
const signed = (envelope: CommandEnvelope): CommandEnvelope => ({
  ...envelope,
  signature: signCommand(envelope, serviceSecret),
});
const progress: CommandEnvelope = {
  ...settle,
  operationId: `usage:${requestId}:3`,
  type: "ReportUsage",
  body: { ...settle.body, sequence: 3 },
};

describe("what a shard takes from the bus", () => {
  const message = (envelope: unknown, at = place) => {
    const acceptance = acceptEnvelope(envelope, { place: at, serviceSecret, log: silentLog });
    return acceptance.ok ? "taken" : acceptance.reply.rejection.message;
  };

  it.each([
    ["an edge's settlement", settle, "taken"],
    [
      "an admin's grant, signed",
      { ...grant, signature: signCommand(grant, serviceSecret) },
      "taken",
    ],
    ["anyone's grant", grant, "lacks the signature"],
    ["a grant signed by another secret", { ...grant, signature: signCommand(grant, "x") }, "lacks"],
    ["a signed grant with another amount", {
      ...grant,
      body: { ...grant.body, amountMicroKyat: "2" },
      signature: signCommand(grant, serviceSecret),
    }, "lacks the signature"],
    [
      "a grant with no exact text",
      { ...grant, body: { n: 0.5 }, signature: "0".repeat(64) },
      "lacks",
    ],
    [
      "a grant under an id of the ledger's own",
      signed({ ...grant, operationId: "expire:1" }),
      "own",
    ],
    ["a person's settlement", signed({ ...settle, actor: "user:1" }), "only an edge may"],
    ["a second settlement", { ...settle, operationId: "settle:again" }, "must be settle:0190"],
    ["an expiry's id", { ...settle, operationId: `expire:${requestId}` }, "must be settle:0190"],
    ["a hold", { ...settle, type: "PlaceHold", operationId: `hold:${requestId}` }, "taken"],
    [
      "a hold under a new id",
      { ...settle, type: "PlaceHold", operationId: "hold:2" },
      "must be hold",
    ],
    [
      "a broken request id",
      { ...settle, body: { requestId: { toString: 1 } } },
      "must be settle:,",
    ],
    ["progress", progress, "taken"],
    [
      "progress under another number",
      { ...progress, operationId: `usage:${requestId}:4` },
      "be usage",
    ],
    [
      "an extension",
      { ...progress, type: "ExtendHold", operationId: `extend:${requestId}:3` },
      "taken",
    ],
    ["no envelope", "hello", "the envelope's shape"],
    ["an unknown command", { ...settle, type: "MintMoney" }, "the envelope's type"],
    ["an expiry from outside", { ...settle, type: "ExpireHold" }, "the ledger's own"],
    ["an edge's grant", { ...settle, type: "GrantCredit" }, "may not send GrantCredit"],
    ["a key's grant", { ...settle, actor: "key:1", type: "GrantCredit" }, "may not send"],
  ])("%s", (_name, envelope, expected) => {
    expect(message(envelope)).toContain(expected);
  });

  it("another shard's account", () => {
    expect(message(settle, { shard: 0, shards: 4 })).toContain("lives in shard 1, not 0");
    expect(message(settle, { shard: 1, shards: 4 })).toBe("taken");
  });
});

describe("a METER message", () => {
  function meter(reply: CommandReply) {
    const seen = {
      submitted: 0,
      notices: [] as unknown[],
      buried: [] as string[],
      errors: [] as string[],
    };
    const options = {
      place,
      serviceSecret,
      log: { ...silentLog, error: (event: string) => void seen.errors.push(event) },
      bus: {
        publish: (subject: string, notice: unknown) => void seen.notices.push([subject, notice]),
      } as unknown as Parameters<typeof handleMeterMessage>[1]["bus"],
      deadLetters: {
        keep(_message: unknown, { reason }: { reason: string }) {
          seen.buried.push(reason);
          return Promise.resolve();
        },
        count: () => Promise.resolve(seen.buried.length),
      },
      submit() {
        seen.submitted++;
        return Promise.resolve(reply);
      },
    };
    const handle = (message: unknown) =>
      handleMeterMessage({
        subject: "sargalay.0.meter.settle",
        message: toJsonValue(message),
        sequence: 1,
        deliveries: 1,
      }, options);
    return { seen, handle };
  }
  const accepted: CommandReply = { status: "accepted", position: "3", result: {} };

  it("is acknowledged once decided, and its edge is told", async () => {
    const { seen, handle } = meter(accepted);
    await handle(settle);
    expect(seen.notices).toEqual([[
      "sargalay.edge.edge-1.settled",
      { operationId: settle.operationId, reply: accepted },
    ]]);
  });

  it("is left for redelivery when nothing could be decided", async () => {
    const { seen, handle } = meter({ status: "unavailable", message: "stopping", retryAfterMs: 1 });
    await expect(handle(settle)).rejects.toThrow("stopping");
    expect(seen.notices).toEqual([]);
  });

  it("that was rejected is acknowledged, and its edge is told why", async () => {
    const rejection = { code: "hold_settled", message: "settled", details: {} } as const;
    const { seen, handle } = meter({ status: "rejected", rejection });
    await handle(settle);
    expect(seen.notices).toHaveLength(1);
    expect(seen.buried).toEqual([]);
  });

  it.each(
    [
      "hold_not_found",
      "hold_released",
      "late_window_passed",
      "amount_overflow",
      "operation_conflict",
    ] as const,
  )("whose settlement is lost by %s is kept for a person", async (code) => {
    const rejection = { code, message: "never charged", details: {} };
    const { seen, handle } = meter({ status: "rejected", rejection });
    await handle(settle);
    expect(seen.buried).toEqual([`${code}: never charged`]);
    expect(seen.errors).toEqual(["settlement_lost"]);
    expect(seen.notices).toHaveLength(1);
  });

  it("whose progress finds no hold is no loss", async () => {
    const rejection = { code: "hold_not_found", message: "none", details: {} } as const;
    const { seen, handle } = meter({ status: "rejected", rejection });
    await handle(progress);
    expect(seen.buried).toEqual([]);
    expect(seen.errors).toEqual([]);
  });

  it.each([
    ["no envelope", { hello: 1 }],
    ["a command that does not travel here", {
      ...settle,
      type: "PlaceHold",
      operationId: `hold:${requestId}`,
    }],
    ["a grant of credit", grant],
    ["a signed grant of credit", signed(grant)],
  ])("with %s is kept as a dead letter, undecided", async (_name, message) => {
    const { seen, handle } = meter(accepted);
    await handle(message);
    expect(seen.buried).toHaveLength(1);
    expect(seen.submitted).toBe(0);
  });

  it("whose body is wrong is kept as a dead letter, and its edge is told", async () => {
    const rejection = { code: "invalid_command", message: "usage: missing", details: {} } as const;
    const { seen, handle } = meter({ status: "rejected", rejection });
    await handle(settle);
    expect(seen.buried).toEqual(["usage: missing"]);
    expect(seen.notices).toHaveLength(1);
  });
});

describe("a receipt", () => {
  const pricing = {
    priceVersion: 1,
    ratesPicoUsdPerUnit: { input: "1" },
    markupVersion: 1,
    markupPartsPerMillion: 0,
    fxVersion: 1,
    fxMicroKyat: "1",
    fxNanoUsd: "1",
  };
  const ofRequest = { accountId: "acc-1", requestId };
  let position = 0n;
  const event = (type: EventType, payload: Record<string, unknown>): RecordedEvent => ({
    shard: 0,
    position: ++position,
    stream: "account-acc-1",
    version: 1,
    type,
    schemaVersion: 1,
    eventId: requestId,
    requestId,
    actor: "edge:1",
    occurredAtMs: 1,
    recordedAtMs: 1_000 + parseInt(position.toString()),
    payload: toJsonValue({ ...ofRequest, ...payload }) as RecordedEvent["payload"],
  });
  const placed = () => {
    position = 0n;
    return event("HoldPlaced", {
      keyId: "k",
      edgeId: "e",
      model: "m",
      endpoint: "chat",
      amountMicroKyat: "100",
      inputTokensBound: 1,
      outputTokensRequested: null,
      outputTokensGranted: 1,
      pricing,
      expiresAtMs: 5,
    });
  };
  const settled = (basis: "final" | "expiry") =>
    event("HoldSettled", {
      basis,
      holdMicroKyat: "100",
      usage: { input: 4 },
      evidence: "reported",
      chargeMicroKyat: "60",
      chargedMicroKyat: "60",
      overageMicroKyat: "0",
      releasedMicroKyat: "40",
      unbilledMicroKyat: "0",
      costNanoUsd: "1",
      call: UNKNOWN_CALL,
    });

  it("of an open hold shows its progress", () => {
    const usage = { input: 2 };
    const receipt = receiptOf("acc-1", [
      placed(),
      event("HoldExtended", { sequence: 1, expiresAtMs: 9 }),
      event("UsageReported", { sequence: 1, usage, evidence: "observed" }),
    ]);
    expect(receipt).toMatchObject({ state: "held", usage, endedAtMs: null, placedAtMs: 1_001 });
    expect(receipt?.positions).toEqual(["1", "2", "3"]);
  });

  it("of a settled one shows the charge and the terms it was made of", () => {
    expect(receiptOf("acc-1", [placed(), settled("final")])).toMatchObject({
      state: "settled",
      holdMicroKyat: 100n,
      chargedMicroKyat: 60n,
      usage: { input: 4 },
      pricing,
      endedAtMs: 1_002,
    });
  });

  it("of a late settlement adds what came late", () => {
    const late = [
      placed(),
      settled("expiry"),
      event("LateUsageSettled", {
        usage: { input: 9 },
        evidence: "reported",
        chargeMicroKyat: "90",
        alreadyChargedMicroKyat: "60",
        chargedMicroKyat: "20",
        unbilledMicroKyat: "10",
        costNanoUsd: "1",
        call: UNKNOWN_CALL,
      }),
    ];
    expect(receiptOf("acc-1", late)).toMatchObject({
      state: "late_settled",
      chargedMicroKyat: 80n,
      unbilledMicroKyat: 10n,
      usage: { input: 9 },
    });
  });

  it("of a hold without a charge says how it ended", () => {
    const released = event("HoldReleased", {
      amountMicroKyat: "100",
      reason: "upstream_failed",
      call: UNKNOWN_CALL,
    });
    expect(receiptOf("acc-1", [placed(), released])?.state).toBe("released");
    const expired = [placed(), event("HoldExpired", { amountMicroKyat: "100" })];
    expect(receiptOf("acc-1", expired)?.state).toBe("expired");
  });

  it("is nobody else's to see", () => {
    expect(receiptOf("acc-2", [placed(), settled("final")])).toBeNull();
    expect(receiptOf("acc-1", [])).toBeNull();
  });
});
