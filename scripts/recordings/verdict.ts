/** What a replay says about a recording: pure, from what was recorded and what came of it. @module */
import type { Usage } from "../../shared/usage/mod.ts";
import {
  answerBytes,
  type ClientRequest,
  compareCost,
  compareUsage,
  type Mismatch,
  type Recording,
} from "../../tests/recordings/mod.ts";
import type { ClientOutcome } from "./client.ts";
import { hasOutputLimit } from "./output_limit.ts";
import type { Receipt } from "./product.ts";

/**
 * `matched`: metered as recorded. `unreported`: the recording has no usage, and none is claimed to be
 * reported. `ambiguous`: its own numbers don't add up, so there is nothing to match. `error_matched`:
 * the provider failed, and nothing was charged. `refused`: not sent upstream. `failed`: the product
 * turned a recorded answer into an error. `aborted`: the client left, and the grade says so.
 */
export const VERDICTS = [
  "matched",
  "mismatched",
  "unreported",
  "ambiguous",
  "error_matched",
  "error_mismatched",
  "refused",
  "failed",
  "aborted",
] as const;

/** One of {@link VERDICTS}. */
export type VerdictName = (typeof VERDICTS)[number];

/** What came of a replay. */
export interface Replayed {
  readonly recording: Recording;
  readonly client: ClientRequest;
  readonly outcome: ClientOutcome;
  readonly receipt: Receipt | null;
  readonly price: "catalogue" | "stand-in" | null;
  readonly chunks: number;
  readonly leftAfterChunk: number | null;
}

/** A verdict and its reasons. */
export interface Judgement {
  readonly verdict: VerdictName;
  readonly mismatches: readonly Mismatch[];
  /** Sides that the recording's summary does not name and its answer does. */
  readonly beyond: readonly Mismatch[];
}

/** Judges a replay by what was settled. */
export function judge(replayed: Replayed, metered: Usage | null): Judgement {
  const differences = mismatchesOf(replayed, metered);
  const beyond = differences.filter((each) => isNamedInAnswer(replayed.recording, each));
  const mismatches = differences.filter((each) => !beyond.includes(each));
  return { verdict: verdictOf(replayed, mismatches), mismatches, beyond };
}

function verdictOf(
  { recording, outcome, receipt }: Replayed,
  mismatches: readonly Mismatch[],
): VerdictName {
  if (receipt === null) return "refused";
  if (recording.response.status >= 400) {
    return receipt.state === "released" && outcome.status >= 400
      ? "error_matched"
      : "error_mismatched";
  }
  if (outcome.status >= 400) return hasError(recording) ? "error_matched" : "failed";
  if (receipt.state !== "settled" && receipt.state !== "late_settled") return "failed";
  if (outcome.left) return isAbortWellGraded(receipt, mismatches) ? "aborted" : "mismatched";
  if (mismatches.length > 0) return "mismatched";
  const { expected_usage: expected } = recording;
  if (expected === null) return "unreported";
  return expected.ambiguous.length > 0 ? "ambiguous" : "matched";
}

/** What a client that left can have: what was counted or bounded, or, once drained, the report. */
function isAbortWellGraded({ evidence }: Receipt, mismatches: readonly Mismatch[]): boolean {
  return evidence === "observed" || evidence === "bounded" ||
    (evidence === "reported" && mismatches.length === 0);
}

/**
 * What was metered otherwise than recorded. A side that nobody reported is an estimate, which the
 * grade says, and is not compared; but nothing may be graded as reported that was not.
 */
function mismatchesOf(
  { recording, receipt, outcome }: Replayed,
  metered: Usage | null,
): Mismatch[] {
  const usable = recording.response.status < 400 && outcome.status < 400 && receipt !== null;
  if (!usable || metered === null) return [];
  if (outcome.left && receipt.evidence !== "reported") return [];
  const cost = compareCost(receipt.call?.upstreamCostNanoUsd ?? null, recording);
  const found = compareUsage(metered, recording, { zeroMayBeMissing: true });
  return [
    ...receipt.evidence === "reported" ? found : found.filter(({ expected }) => expected !== null),
    ...cost === null || recording.expected_usage?.ambiguous.length !== 0 ? [] : [cost],
  ];
}

/** Whether a side that the summary calls unreported stands in the answer, as a count under a name. */
function isNamedInAnswer(recording: Recording, { expected, metered }: Mismatch): boolean {
  if (expected !== null || metered === null) return false;
  const { body, headers } = recording.response;
  const counted = new RegExp(`"[A-Za-z_]*(?:[Tt]oken|count)[A-Za-z_]*"\\s*:\\s*${metered}\\b`);
  if (
    Object.entries(headers).some(([name, value]) =>
      /token/i.test(name) && String(value) === `${metered}`
    )
  ) return true;
  return counted.test(body) || payloadsOf(recording).some((payload) => counted.test(payload));
}

/** The texts inside of the frames of a binary stream. */
function payloadsOf(recording: Recording): string[] {
  if (recording.framing !== "eventstream") return [];
  const text = new TextDecoder().decode(answerBytes(recording));
  return [
    text,
    ...text.matchAll(/"bytes":"([A-Za-z0-9+/=]+)"/g).map(([, base64]) => {
      try {
        return atob(base64 ?? "");
      } catch {
        return "";
      }
    }),
  ];
}

/** Whether the request says all that the provider was told, so that a bound of it can hold. */
export function saysItAll({ recording, client }: Replayed): boolean {
  return client.madeUp.every((each) => each === "model") && !recording.request.body_elided;
}

/** Hold by charge where the request limits its output and something was charged; else null. */
export function ratioOf(
  replayed: Replayed,
  holdMicroKyat: bigint | null,
  chargeMicroKyat: bigint | null,
): number | null {
  const { client: { body }, recording: { api, response } } = replayed;
  const limited = body.kind === "json" && hasOutputLimit(api, body.json);
  if (!limited || response.status >= 400 || !saysItAll(replayed) || replayed.outcome.left) {
    return null;
  }
  if (holdMicroKyat === null || chargeMicroKyat === null || chargeMicroKyat === 0n) return null;
  return Number(holdMicroKyat * 1_000n / chargeMicroKyat) / 1_000;
}

const hasError = ({ tags }: Recording) =>
  ["midstream-error", "error-in-200", "content-filter/refusal"].some((each) => tags.includes(each));
