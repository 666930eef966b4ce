/** Explains a request from its events. @module */
import type { CallFacts, EventOf, PinnedPricing } from "../../shared/events/mod.ts";
import type { LogEvent } from "../log/mod.ts";
import { feeStepsOf, FREE_STEPS, type Step, stepsOf } from "./steps.ts";

type Held = EventOf<"HoldPlaced">["payload"];
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
  const ending = endingOf(events, hold);
  const { settlements } = ending;
  const model = settlements.at(-1)?.model ?? hold.model;
  const sum = (name: "chargedMicroKyat" | "unbilledMicroKyat" | "recordedCostNanoUsd") =>
    settlements.reduce((total, settlement) => total + settlement[name], 0n);
  return {
    requestId: hold.requestId,
    accountId: hold.accountId,
    keyId: hold.keyId,
    model,
    askedModel: hold.askedModel ?? hold.model,
    endpoint: hold.endpoint,
    placedAtMs: first.recordedAtMs,
    terms: pricingOf(hold, model),
    hold: {
      position: first.position,
      holdMicroKyat: hold.amountMicroKyat,
      model: hold.model,
      alternatives: hold.alternatives?.map((one) => one.model) ?? [],
      billing: hold.billing ?? "tokens",
      unitsBound: hold.unitsBound ?? {},
      classes: hold.classes ?? null,
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

function endingOf(events: readonly LogEvent[], hold: Held): Ending {
  return events.reduce((ending, placed) => ended(ending, placed, hold), STILL_HELD);
}

function ended(before: Ending, placed: LogEvent, hold: Held): Ending {
  const { event, position, recordedAtMs: endedAtMs } = placed;
  switch (event.type) {
    case "HoldSettled": {
      const settlements = [...before.settlements, settlementOf(position, event.payload, hold)];
      return { ...before, state: "settled", endedAtMs, settlements, call: event.payload.call };
    }
    case "LateUsageSettled": {
      const late = lateSettlementOf(position, event.payload, hold, before.settlements);
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

/** The terms of a model of the hold. */
function pricingOf(hold: Held, model: string): PinnedPricing {
  return hold.alternatives?.find((one) => one.model === model)?.pricing ?? hold.pricing;
}

/** Who served, and what that costs by the pinned terms. */
function pricedOf(payload: Settled | Late, hold: Held) {
  const model = payload.model ?? hold.model;
  const pricing = pricingOf(hold, model);
  const fee = payload.ownKey ? hold.ownKeyFee : undefined;
  const served = { model, ownKey: fee !== undefined, priceVersion: pricing.priceVersion };
  if (hold.billing === "free") return { served, ...FREE_STEPS };
  return {
    served,
    ...(fee === undefined ? stepsOf(payload.usage, pricing) : feeStepsOf(fee, pricing)),
  };
}

function settlementOf(position: bigint, payload: Settled, hold: Held) {
  const { usage, evidence, chargedMicroKyat, overageMicroKyat } = payload;
  const { served, steps, chargeMicroKyat, costNanoUsd } = pricedOf(payload, hold);
  return {
    position,
    basis: payload.basis as "final" | "expiry" | "late",
    evidence,
    ...served,
    usage,
    steps: steps as readonly Step[],
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
  hold: Held,
  before: Ending["settlements"],
): Ending["settlements"][number] {
  const { usage, evidence, chargedMicroKyat, unbilledMicroKyat } = payload;
  const { served, steps, chargeMicroKyat, costNanoUsd } = pricedOf(payload, hold);
  const already = before.reduce((sum, each) => sum + each.recordedChargeMicroKyat, 0n);
  const booked = before.reduce((sum, each) => sum + each.recordedCostNanoUsd, 0n);
  const due = chargeMicroKyat > already ? chargeMicroKyat - already : 0n;
  const cost = costNanoUsd > booked ? costNanoUsd - booked : 0n;
  return {
    position,
    basis: "late",
    evidence,
    ...served,
    usage,
    steps: steps as readonly Step[],
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
