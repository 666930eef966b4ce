/** Calls that fail, or fail over. @module */
import { type DomainEvent, UNKNOWN_CALL } from "../../shared/events/mod.ts";
import { historyOf } from "./history.ts";

/** Two calls of one more account: the second fails over, and the third fails whole. */
export function failingCalls(): DomainEvent[] {
  const placed = historyOf(1, 60).find(({ type }) => type === "HoldPlaced");
  if (placed?.type !== "HoldPlaced") throw new Error("no hold");
  const attempt = { provider: "openai", upstreamModel: "gpt-4o", status: 500, durationMs: 9 };
  const failed = { ...attempt, errorCode: "upstream_error" };
  const served = { ...attempt, provider: "azure", status: 200, errorCode: null };
  const call = { ...UNKNOWN_CALL, outcome: "completed", provider: "azure", clientStatus: 200 };
  const ids = [1, 2, 3].map((each) => `01900000-0000-7000-8000-00000000000${each}`);
  const hold = (requestId: string, endpoint: string): DomainEvent => ({
    type: "HoldPlaced",
    payload: { ...placed.payload, accountId: "acc-4", requestId, endpoint, model: "zeta" },
  });
  const settled = (requestId: string, more: object): DomainEvent => ({
    type: "HoldSettled",
    payload: {
      accountId: "acc-4",
      requestId,
      basis: "final",
      holdMicroKyat: placed.payload.amountMicroKyat,
      usage: { input: 10, audio_output: 5 },
      evidence: "reported",
      chargeMicroKyat: 7n,
      chargedMicroKyat: 7n,
      overageMicroKyat: 0n,
      releasedMicroKyat: placed.payload.amountMicroKyat - 7n,
      unbilledMicroKyat: 0n,
      costNanoUsd: 3n,
      call: { ...call, ...more },
    },
  });
  const [first, second, third] = ids as [string, string, string];
  return [
    { type: "AccountOpened", payload: { accountId: "acc-4", name: "=evil()", currency: "MMK" } },
    {
      type: "KeyIssued",
      payload: {
        accountId: "acc-4",
        keyId: placed.payload.keyId,
        keyHash: "0".repeat(64),
        prefix: "sk-sgl-0000…",
        label: "test",
        expiresAtMs: null,
      },
    },
    hold(first, "chat/completions"),
    settled(first, { attempts: [served], totalMs: 100, firstByteMs: 10 }),
    hold(second, "chat/completions"),
    settled(second, { attempts: [failed, served], totalMs: 300, firstByteMs: 30 }),
    hold(third, "embeddings"),
    {
      type: "HoldReleased",
      payload: {
        accountId: "acc-4",
        requestId: third,
        amountMicroKyat: placed.payload.amountMicroKyat,
        reason: "upstream_failed",
        call: {
          ...call,
          provider: null,
          outcome: "upstream_error",
          attempts: [failed, { ...failed, provider: "azure" }],
          totalMs: 50,
        },
      },
    },
  ];
}
