/** What the fake projections answer to auditors. @module */
import { stepsOf } from "../../projections/explain/mod.ts";
import { pinnedPricingSchema } from "../../shared/events/pricing.ts";
import { toJsonValue } from "../../shared/json.ts";
import type {
  AdminAction,
  BalanceAsOf,
  EventDetail,
  EventRow,
  JournalRow,
  RequestRow,
} from "../../shared/read_api/mod.ts";

const hash = (digit: string) => digit.repeat(64);

/** An event of the log. */
export function sampleEvent(nowMs: number): EventRow {
  return {
    shard: 0,
    position: "7",
    version: 2,
    schemaVersion: 1,
    eventId: "01900000-0000-7000-8000-00000000e007",
    occurredAtMs: nowMs,
    type: "CreditGranted",
    stream: "account-demo",
    actor: "service:demo",
    requestId: null,
    recordedAtMs: nowMs,
    payload: { accountId: "demo", amountMicroKyat: "50000000000", source: "promotion" },
  };
}

/** The same in full. */
export function sampleDetail(nowMs: number): EventDetail {
  const reference = (position: string, type: string) => ({
    shard: 0,
    position,
    eventId: `01900000-0000-7000-8000-00000000e00${position}`,
    type,
    recordedAtMs: nowMs,
  });
  return {
    event: sampleEvent(nowMs),
    hash: hash("a"),
    legs: sampleLegs(),
    frame: {
      firstPosition: "6",
      count: 3,
      previousHash: hash("b"),
      merkleRoot: hash("c"),
      hash: hash("d"),
      epoch: "2",
      recordedAtMs: nowMs,
    },
    previous: reference("6", "AccountOpened"),
    next: reference("8", "KeyIssued"),
    previousInStream: reference("6", "AccountOpened"),
    nextInStream: reference("8", "KeyIssued"),
    ofRequest: [],
  };
}

function sampleLegs(): JournalRow["legs"] {
  const leg = { currency: "MMK" as const };
  return [
    { ...leg, leg: 1, account: "4090", amount: "50000000000", balanceAfter: "50000000000" },
    { ...leg, leg: 2, account: "2000:demo", amount: "-50000000000", balanceAfter: "-50000000000" },
  ];
}

/** What people did: one change with a before, one without. */
export function sampleActions(nowMs: number): AdminAction[] {
  const action = { shard: 0, recordedAtMs: nowMs, payload: {} };
  return [
    {
      ...action,
      position: "9",
      actor: "user:admin-1",
      type: "FxRateSet",
      subject: "fx",
      accountId: null,
      before: { microKyat: "4400000000", source: "Reference rate" },
      after: { microKyat: "4500000000", source: "Reference rate" },
    },
    {
      ...action,
      position: "6",
      actor: "user:admin-1",
      type: "AccountOpened",
      subject: "account:demo",
      accountId: "demo",
      before: null,
      after: { name: "Demo developer" },
    },
  ];
}

/** The balance as of `at` (epoch milliseconds): a kyat for each minute since the account's opening. */
export function sampleBalance(at: number, openedAtMs: number): BalanceAsOf | null {
  if (at < openedAtMs) return null;
  const minutes = Math.floor((at - openedAtMs) / 60_000);
  const available = (BigInt(minutes) * 1_000_000n).toString();
  return {
    accountId: "demo",
    currency: "MMK",
    asOf: { shard: 0, position: String(minutes), recordedAtMs: at },
    availableMicroKyat: available,
    heldMicroKyat: "0",
    totalMicroKyat: available,
    movedAtPosition: null,
  };
}

/** What moved the account's money. */
export function sampleJournal(nowMs: number): JournalRow[] {
  const event = sampleEvent(nowMs);
  return [{
    shard: 0,
    position: "7",
    eventId: event.eventId,
    type: event.type,
    requestId: null,
    actor: "service",
    occurredAtMs: nowMs,
    recordedAtMs: nowMs,
    changeMicroKyat: "50000000000",
    availableMicroKyat: "50000000000",
    heldMicroKyat: "0",
    legs: sampleLegs(),
  }];
}

/** The explanation of a sample request, by the real steps. */
export function sampleExplanation(request: RequestRow): unknown {
  const pricing = pinnedPricingSchema.parse(request.pricing);
  const { usage } = request;
  const { steps, chargeMicroKyat, costNanoUsd } = stepsOf(usage ?? {}, pricing);
  const settlement = {
    position: request.endedPosition,
    basis: "final",
    evidence: "reported",
    model: request.model,
    priceVersion: pricing.priceVersion,
    ownKey: false,
    usage,
    steps,
    chargeMicroKyat,
    recordedChargeMicroKyat: chargeMicroKyat,
    costNanoUsd,
    recordedCostNanoUsd: costNanoUsd,
    agrees: true,
    alreadyChargedMicroKyat: "0",
    chargedMicroKyat: chargeMicroKyat,
    fromHoldMicroKyat: chargeMicroKyat,
    overageMicroKyat: "0",
    releasedMicroKyat: BigInt(request.holdMicroKyat) - chargeMicroKyat,
    unbilledMicroKyat: "0",
  };
  const charged = usage === null ? 0n : chargeMicroKyat;
  return toJsonValue({
    requestId: request.requestId,
    accountId: request.accountId,
    keyId: request.keyId,
    model: request.model,
    askedModel: request.askedModel,
    endpoint: request.endpoint,
    state: request.state,
    placedAtMs: request.placedAtMs,
    endedAtMs: request.endedAtMs,
    terms: pricing,
    hold: {
      position: request.placedPosition,
      holdMicroKyat: request.holdMicroKyat,
      model: request.model,
      alternatives: [],
      billing: "tokens",
      unitsBound: {},
      classes: null,
      inputTokensBound: request.inputTokensBound,
      outputTokensRequested: request.outputTokensRequested,
      outputTokensGranted: request.outputTokensGranted,
    },
    release: null,
    settlements: usage === null ? [] : [settlement],
    chargedMicroKyat: charged,
    unbilledMicroKyat: "0",
    costNanoUsd: usage === null ? "0" : costNanoUsd,
    agrees: true,
    call: request.call,
    events: [],
  });
}
