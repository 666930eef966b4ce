/** One line of the output for each replay. @module */
import type { JsonValue } from "../../shared/json.ts";
import { parseDecimal } from "../../shared/money/mod.ts";
import { type Usage, usageSchema } from "../../shared/usage/mod.ts";
import { expectedCostNanoUsd, type Mismatch, type Recording } from "../../tests/recordings/mod.ts";
import { messageOf, refusalOf } from "./client_errors.ts";
import type { Receipt } from "./product.ts";
import { judge, ratioOf, type Replayed, saysItAll, type VerdictName } from "./verdict.ts";

/** One line of the output. */
export interface ReplayLine {
  readonly id: string;
  readonly provider: string;
  readonly api: string;
  readonly model: string | null;
  readonly streaming: boolean;
  readonly recordedStatus: number;
  readonly clientStatus: number | null;
  readonly requestId: string | null;
  readonly metered: Usage | null;
  readonly evidence: string | null;
  readonly holdKyat: string | null;
  readonly holdMicroKyat: string | null;
  readonly chargeKyat: string | null;
  readonly chargeMicroKyat: string | null;
  readonly state: string | null;
  /** What the provider says it charges, in nanodollars; null when it does not say. */
  readonly upstreamCostNanoUsd: number | null;
  /** The code under which the failure of the provider, or of the call, is known here. */
  readonly errorClass: string | null;
  readonly expected: JsonValue;
  readonly verdict: VerdictName;
  readonly mismatches: readonly Mismatch[];
  /**
   * Sides that the recording's summary doesn't name and its answer does, such as counts in a header:
   * metered, and no mismatch.
   */
  readonly beyondSummary: readonly Mismatch["what"][];
  readonly refused: { readonly code: string; readonly param: string | null } | null;
  readonly message: string | null;
  /** Null where the request does not say what was asked, so that nothing can bound it. */
  readonly holdCoversCharge: boolean | null;
  /** Hold by charge, where the request limits its output and something was charged. */
  readonly holdToCharge: number | null;
  readonly price: "catalogue" | "stand-in" | null;
  /** What the API demands and the recording does not say. */
  readonly madeUp: readonly string[];
  readonly chunks: number;
  /** The chunk after which the client left; null when it stayed. */
  readonly leftAfterChunk: number | null;
}

/** The line of a replay. */
export function lineOf(replayed: Replayed): ReplayLine {
  const { recording, client, outcome, receipt } = replayed;
  const metered = receipt?.usage == null ? null : usageSchema.parse(receipt.usage);
  const holdMicroKyat = receipt === null ? null : parseDecimal(receipt.hold, 6);
  const chargeMicroKyat = receipt === null ? null : parseDecimal(receipt.charged, 6);
  const dueMicroKyat = receipt === null
    ? null
    : parseDecimal(receipt.charged, 6) + parseDecimal(receipt.unbilled, 6);
  const { verdict, mismatches, beyond } = judge(replayed, metered);
  const refused = verdict === "refused" ? refusalOf(outcome) : null;
  return {
    id: recording.id,
    provider: recording.provider,
    api: recording.api,
    model: recording.model,
    streaming: recording.streaming,
    recordedStatus: recording.response.status,
    clientStatus: outcome.status,
    requestId: outcome.requestId,
    metered,
    evidence: receipt?.evidence ?? null,
    holdKyat: receipt?.hold ?? null,
    holdMicroKyat: holdMicroKyat?.toString() ?? null,
    chargeKyat: receipt?.charged ?? null,
    chargeMicroKyat: chargeMicroKyat?.toString() ?? null,
    state: receipt?.state ?? null,
    upstreamCostNanoUsd: receipt?.call?.upstreamCostNanoUsd ?? null,
    errorClass: errorClassOf(receipt),
    expected: expectedOf(recording),
    verdict,
    mismatches,
    beyondSummary: beyond.map(({ what }) => what),
    refused,
    message: outcome.error === null ? outcome.broken : messageOf(outcome.error),
    holdCoversCharge: holdMicroKyat === null || dueMicroKyat === null || !saysItAll(replayed)
      ? null
      : dueMicroKyat <= holdMicroKyat,
    holdToCharge: ratioOf(replayed, holdMicroKyat, chargeMicroKyat),
    price: replayed.price,
    madeUp: client.madeUp,
    chunks: replayed.chunks,
    leftAfterChunk: replayed.leftAfterChunk,
  };
}

/** The line of a replay that came to nothing, because the proxy did not answer at all. */
export function brokenLine(path: string, recording: Recording, message: string): ReplayLine {
  const line = unplayableLine(path, recording, { code: "no_answer", message });
  return { ...line, verdict: "failed", refused: null };
}

/** The line of a recording that never went upstream because nothing here takes it. */
export function unplayableLine(
  path: string,
  recording: Recording | null,
  { code, message }: { readonly code: string; readonly message: string },
): ReplayLine {
  return {
    id: recording?.id ?? path,
    provider: recording?.provider ?? "unknown",
    api: recording?.api ?? "unknown",
    model: recording?.model ?? null,
    streaming: recording?.streaming ?? false,
    recordedStatus: recording?.response.status ?? 0,
    clientStatus: null,
    requestId: null,
    metered: null,
    evidence: null,
    holdKyat: null,
    holdMicroKyat: null,
    chargeKyat: null,
    chargeMicroKyat: null,
    state: null,
    upstreamCostNanoUsd: null,
    errorClass: null,
    expected: recording === null ? null : expectedOf(recording),
    verdict: "refused",
    mismatches: [],
    beyondSummary: [],
    refused: { code, param: null },
    message,
    holdCoversCharge: null,
    holdToCharge: null,
    price: null,
    madeUp: [],
    chunks: 0,
    leftAfterChunk: null,
  };
}

function errorClassOf(receipt: Receipt | null): string | null {
  if (receipt === null || receipt.call === null) return null;
  const { attempts, outcome } = receipt.call;
  const last = attempts.at(-1)?.errorCode ?? null;
  return last ?? (["completed", "client_gone"].includes(outcome) ? null : outcome);
}

/** The recorded usage, without what it says nothing of. */
function expectedOf(recording: Recording): JsonValue {
  const { expected_usage: expected } = recording;
  if (expected === null) return null;
  const said = Object.entries(expected).filter(([name, value]) =>
    /_(tokens|units|seconds|requests|usd)$/.test(name) && value !== null
  );
  return {
    ...Object.fromEntries(said),
    ...expected.inclusive,
    cost_nano_usd: expectedCostNanoUsd(recording),
    ambiguous: expected.ambiguous,
  };
}
