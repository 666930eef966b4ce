/** Explains a request from its events. @module */
import { type CallFacts, type EventOf, type PinnedPricing } from "../../shared/events/mod.ts";
import type { LogEvent } from "../log/mod.ts";
import { stepsOf } from "./steps.ts";

type Settled = EventOf<"HoldSettled">["payload"];
type Late = EventOf<"LateUsageSettled">["payload"];

/** A request and how it ended; amounts are bigint. */
export type ExplainedRequest = NonNullable<ReturnType<typeof explain>>;

/**
 * The explanation of a request from its events in their order (progress reports may be left out);
 * null when they do not begin with its hold.
 */
export function explain(events: readonly LogEvent[]) {
  const [first] = events;
  if (first?.event.type !== "HoldPlaced") return null;
  const hold = first.event.payload;
  const { amountMicroKyat: holdMicroKyat, pricing } = hold;
  const ending = endingOf(events, pricing);
  const { settlements } = ending;
  const sum = (name: "chargedMicroKyat" | "unbilledMicroKyat" | "recordedCostNanoUsd") =>
    settlements.reduce((total, settlement) => total + settlement[name], 0n);
  return {
    requestId: hold.requestId,
    accountId: hold.accountId,
    keyId: hold.keyId,
    model: hold.model,
    endpoint: hold.endpoint,
    placedAtMs: first.recordedAtMs,
    terms: pricing,
    hold: {
      position: first.position,
      holdMicroKyat,
      inputTokensBound: hold.inputTokensBound,
      outputTokensRequested: hold.outputTokensRequested,
      outputTokensGranted: hold.outputTokensGranted,
    },
    ...ending,
    chargedMicroKyat: sum("chargedMicroKyat"),
    unbilledMicroKyat: sum("unbilledMicroKyat"),
    costNanoUsd: sum("recordedCostNanoUsd"),
    agrees: settlements.every(({ agrees }) => agrees),
  };
}

interface Ending {
  readonly state: "held" | "settled" | "released" | "expired" | "late_settled";
  readonly endedAtMs: number | null;
  readonly release: {
    readonly position: bigint;
    readonly reason: string;
    readonly releasedMicroKyat: bigint;
  } | null;
  readonly settlements: readonly ReturnType<typeof settlementOf>[];
  readonly call: CallFacts | null;
}

const STILL_HELD: Ending = {
  state: "held",
  endedAtMs: null,
  release: null,
  settlements: [],
  call: null,
};

function endingOf(events: readonly LogEvent[], pricing: PinnedPricing): Ending {
  return events.reduce((ending, placed) => ended(ending, placed, pricing), STILL_HELD);
}

function ended(before: Ending, placed: LogEvent, pricing: PinnedPricing): Ending {
  const { event, position, recordedAtMs: endedAtMs } = placed;
  switch (event.type) {
    case "HoldSettled": {
      const settlements = [...before.settlements, settlementOf(position, event.payload, pricing)];
      return { ...before, state: "settled", endedAtMs, settlements, call: event.payload.call };
    }
    case "LateUsageSettled": {
      const late = lateSettlementOf(position, event.payload, pricing, before.settlements);
      const settlements = [...before.settlements, late];
      return { ...before, state: "late_settled", endedAtMs, settlements, call: event.payload.call };
    }
    case "HoldReleased": {
      const { reason, amountMicroKyat, call } = event.payload;
      const release = { position, reason, releasedMicroKyat: amountMicroKyat };
      return { ...before, state: "released", endedAtMs, release, call };
    }
    case "HoldExpired": {
      const releasedMicroKyat = event.payload.amountMicroKyat;
      const release = { position, reason: "expired", releasedMicroKyat };
      return { ...before, state: "expired", endedAtMs, release };
    }
    default:
      return before;
  }
}

function settlementOf(position: bigint, payload: Settled, pricing: PinnedPricing) {
  const { usage, evidence, chargedMicroKyat, overageMicroKyat } = payload;
  const { steps, chargeMicroKyat, costNanoUsd } = stepsOf(usage, pricing);
  return {
    position,
    basis: payload.basis as "final" | "expiry" | "late",
    evidence,
    usage,
    steps,
    chargeMicroKyat,
    recordedChargeMicroKyat: payload.chargeMicroKyat,
    costNanoUsd,
    recordedCostNanoUsd: payload.costNanoUsd,
    agrees: chargeMicroKyat === payload.chargeMicroKyat && costNanoUsd === payload.costNanoUsd &&
      chargeMicroKyat === chargedMicroKyat + payload.unbilledMicroKyat,
    alreadyChargedMicroKyat: 0n,
    chargedMicroKyat,
    fromHoldMicroKyat: chargedMicroKyat - overageMicroKyat,
    overageMicroKyat,
    releasedMicroKyat: payload.releasedMicroKyat,
    unbilledMicroKyat: payload.unbilledMicroKyat,
  };
}

/** What comes late is charged beyond what was charged at expiry, and only from the wallet. */
function lateSettlementOf(
  position: bigint,
  payload: Late,
  pricing: PinnedPricing,
  before: Ending["settlements"],
): Ending["settlements"][number] {
  const { usage, evidence, chargedMicroKyat, unbilledMicroKyat } = payload;
  const { steps, chargeMicroKyat, costNanoUsd } = stepsOf(usage, pricing);
  const already = before.reduce((sum, each) => sum + each.recordedChargeMicroKyat, 0n);
  const booked = before.reduce((sum, each) => sum + each.recordedCostNanoUsd, 0n);
  const due = chargeMicroKyat > already ? chargeMicroKyat - already : 0n;
  const cost = costNanoUsd > booked ? costNanoUsd - booked : 0n;
  return {
    position,
    basis: "late",
    evidence,
    usage,
    steps,
    chargeMicroKyat,
    recordedChargeMicroKyat: payload.chargeMicroKyat,
    costNanoUsd: cost,
    recordedCostNanoUsd: payload.costNanoUsd,
    agrees: chargeMicroKyat === payload.chargeMicroKyat && cost === payload.costNanoUsd &&
      due === chargedMicroKyat + unbilledMicroKyat,
    alreadyChargedMicroKyat: payload.alreadyChargedMicroKyat,
    chargedMicroKyat,
    fromHoldMicroKyat: 0n,
    overageMicroKyat: chargedMicroKyat,
    releasedMicroKyat: 0n,
    unbilledMicroKyat,
  };
}
