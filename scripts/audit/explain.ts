/**
 * `deno task audit explain REQUEST`: from tokens to kyat, each step with its numbers, computed again
 * from the request's events. The exit code is 1 when the ledger recorded other amounts.
 *
 * @module
 */
import type { Kysely } from "kysely";
import { type ExplainedRequest, explainRequest, type Step } from "../../projections/explain/mod.ts";
import { requestIdSchema } from "../../shared/ids/mod.ts";
import { formatDecimal } from "../../shared/money/mod.ts";
import { optionValue, readArguments } from "./arguments.ts";
import { openLedgerDatabase } from "./open_database.ts";

/** Runs the command; 0 when the ledger's amounts are what the steps lead to. */
export async function run(args: readonly string[]): Promise<number> {
  const { plain: [request, ...more] } = readArguments(args, { options: [], flags: [] });
  if (request === undefined || more.length > 0) throw new Error("explain needs one REQUEST");
  const requestId = optionValue("REQUEST", requestIdSchema, request);
  const { database, where, close } = await openLedgerDatabase();
  try {
    const found = await explainRequest(database as unknown as Kysely<unknown>, requestId);
    if (found === null) throw new Error(`${where} has no request ${requestId}`);
    console.log(explanationText(found));
    return found.agrees ? 0 : 1;
  } finally {
    await close();
  }
}

/** An explanation for people. */
export function explanationText(request: ExplainedRequest): string {
  const { hold, terms, release, call } = request;
  return [
    `request ${request.requestId} of account ${request.accountId}, key ${request.keyId}`,
    `${request.model}${
      request.askedModel === request.model ? "" : ` (asked for ${request.askedModel})`
    } by ${request.endpoint}: ${request.state}, placed ${iso(request.placedAtMs)}` +
    (request.endedAtMs === null ? "" : `, ended ${iso(request.endedAtMs)}`),
    `terms: price version ${terms.priceVersion}, markup version ${terms.markupVersion} ` +
    `(${formatDecimal(BigInt(terms.markupPartsPerMillion), 4)} %), FX version ${terms.fxVersion} ` +
    `(${terms.fxMicroKyat} microkyat for ${terms.fxNanoUsd} nanodollars)`,
    `#${hold.position} held ${kyat(hold.holdMicroKyat)} MMK for at most ${hold.inputTokensBound} ` +
    `tokens in and ${hold.outputTokensGranted} out (asked for ${
      hold.outputTokensRequested ?? "the model's limit"
    })${
      hold.alternatives.length === 0 ? "" : ` over ${[hold.model, ...hold.alternatives].join(", ")}`
    }` +
    BILLED[hold.billing],
    ...(release === null ? [] : [
      `#${release.position} released ${kyat(release.releasedMicroKyat)} MMK: ${release.reason}`,
    ]),
    ...request.settlements.flatMap(settlementText),
    ...(call === null ? [] : [
      `call: ${call.outcome}, ${call.attempts.length} attempts, ${call.totalMs} ms`,
      ...call.attempts.map(({ provider, upstreamModel, status, errorCode, durationMs }) =>
        `    ${provider} ${upstreamModel}: ${status ?? "no answer"}, ` +
        `${errorCode ?? "served"}, ${durationMs} ms`
      ),
    ]),
    `charged ${kyat(request.chargedMicroKyat)} MMK, unbilled ` +
    `${kyat(request.unbilledMicroKyat)} MMK, cost ${usd(request.costNanoUsd)} USD`,
    request.agrees
      ? "the ledger recorded just that"
      : "FINDING: the ledger recorded other amounts than usage and terms lead to",
  ].join("\n");
}

const BILLED: Readonly<Record<ExplainedRequest["hold"]["billing"], string>> = {
  tokens: "",
  own_key: ", billed by own_key",
  either: ", billed by either",
  free: ", not billed by the provider",
};

function settlementText(settlement: ExplainedRequest["settlements"][number]): string[] {
  const already = settlement.alreadyChargedMicroKyat;
  return [
    `#${settlement.position} priced (${settlement.basis}, evidence ${settlement.evidence}) as ` +
    `${settlement.model}, price version ${settlement.priceVersion}` +
    `${settlement.ownKey ? ", on the customer's own key" : ""}:`,
    ...settlement.steps.map((step) => `    ${stepText(step)}`),
    `    charge ${kyat(settlement.chargeMicroKyat)} MMK, recorded ` +
    `${kyat(settlement.recordedChargeMicroKyat)} MMK` +
    (already > 0n ? `, of which ${kyat(already)} MMK was charged at expiry` : ""),
    `    paid ${kyat(settlement.fromHoldMicroKyat)} from the hold and ` +
    `${kyat(settlement.overageMicroKyat)} from the wallet beyond it, released ` +
    `${kyat(settlement.releasedMicroKyat)}, unbilled ${kyat(settlement.unbilledMicroKyat)}`,
  ];
}

function stepText(step: Step): string {
  switch (step.kind) {
    case "tier":
      return step.aboveInputTokens === null
        ? `${step.inputTokens} tokens in: the base rates`
        : `${step.inputTokens} tokens in: the rates above ${step.aboveInputTokens}`;
    case "fee":
      return `fee for an own key, version ${step.feeVersion}: ${step.picoUsd} pUSD = ` +
        `${step.attoUsd} aUSD, without markup`;
    case "class": {
      const rated = step.ratedAs === null
        ? "no rate"
        : step.ratedAs === step.usageClass
        ? ""
        : `rate of ${step.ratedAs}`;
      const note = rated === "" ? "" : ` (${rated})`;
      return `${step.usageClass}: ${step.units} × ${step.ratePicoUsdPerUnit} pUSD${note} = ` +
        `${step.picoUsd} pUSD`;
    }
    case "free":
      return "not billed by the provider: the usage is recorded, and nothing is charged";
    case "cost":
      return `sum ${step.picoUsd} pUSD; provider's cost ${usd(step.costNanoUsd)} USD`;
    case "markup":
      return `× (1,000,000 + ${step.markupPartsPerMillion}) = ${step.attoUsd} aUSD`;
    case "fx":
      return `× ${step.fxMicroKyat} ÷ (1,000,000,000 × ${step.fxNanoUsd}) = ` +
        `${step.numerator} / ${step.denominator} microkyat`;
    case "rounding":
      return `= ${step.wholeMicroKyat}, remainder ${step.remainder}, rounded ` +
        `${step.roundedUp ? "up" : "down"}: ${step.chargeMicroKyat} microkyat`;
    default:
      return step satisfies never;
  }
}

const kyat = (microKyat: bigint) => formatDecimal(microKyat, 6);
const usd = (nanoUsd: bigint) => formatDecimal(nanoUsd, 9);
const iso = (atMs: number) => new Date(atMs).toISOString();
