/** What a replay says about a recording: pure, from what was recorded and what came of it. @module */
import type { JsonValue } from "../../shared/json.ts";
import { parseDecimal } from "../../shared/money/mod.ts";
import { type Usage, usageSchema } from "../../shared/usage/mod.ts";
import {
  answerBytes,
  type ClientRequest,
  compareUsage,
  expectedCostNanoUsd,
  type Mismatch,
  type Recording,
} from "../../tests/recordings/mod.ts";
import type { ClientOutcome } from "./client.ts";
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

/** Judges a replay. */
export function lineOf(replayed: Replayed): ReplayLine {
  const { recording, client, outcome, receipt } = replayed;
  const metered = receipt?.usage == null ? null : usageSchema.parse(receipt.usage);
  const holdMicroKyat = receipt === null ? null : parseDecimal(receipt.hold, 6);
  const chargeMicroKyat = receipt === null ? null : parseDecimal(receipt.charged, 6);
  const dueMicroKyat = receipt === null
    ? null
    : parseDecimal(receipt.charged, 6) + parseDecimal(receipt.unbilled, 6);
  const differences = mismatchesOf(replayed, metered);
  const beyond = differences.filter((each) => isNamedInAnswer(recording, each));
  const mismatches = differences.filter((each) => !beyond.includes(each));
  const verdict = verdictOf(replayed, mismatches);
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
    errorClass: errorClassOf(receipt),
    expected: expectedOf(recording),
    verdict,
    mismatches,
    beyondSummary: beyond.map(({ what }) => what),
    refused,
    message: outcome.error === null ? null : messageOf(outcome.error),
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
  const found = compareUsage(metered, recording, { zeroMayBeMissing: true });
  return receipt.evidence === "reported"
    ? found
    : found.filter(({ expected }) => expected !== null);
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
function saysItAll({ recording, client }: Replayed): boolean {
  return client.madeUp.every((each) => each === "model") && !recording.request.body_elided;
}

function ratioOf(
  replayed: Replayed,
  holdMicroKyat: bigint | null,
  chargeMicroKyat: bigint | null,
): number | null {
  const { client: { body }, recording: { response } } = replayed;
  const limited = body.kind === "json" && hasOutputLimit(body.json);
  if (!limited || response.status >= 400 || !saysItAll(replayed) || replayed.outcome.left) {
    return null;
  }
  if (holdMicroKyat === null || chargeMicroKyat === null || chargeMicroKyat === 0n) return null;
  return Number(holdMicroKyat * 1_000n / chargeMicroKyat) / 1_000;
}

const OUTPUT_LIMITS = [
  "max_tokens",
  "max_completion_tokens",
  "max_output_tokens",
  "max_tokens_to_sample",
  "maxTokens",
  "maxOutputTokens",
  "max_new_tokens",
  "max_gen_len",
  "maxTokenCount",
  "num_predict",
];

function hasOutputLimit(json: JsonValue | undefined, depth = 0): boolean {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return false;
  return Object.entries(json).some(([name, value]) =>
    (OUTPUT_LIMITS.includes(name) && typeof value === "number") ||
    (depth === 0 && hasOutputLimit(value, depth + 1))
  );
}

function errorClassOf(receipt: Receipt | null): string | null {
  if (receipt === null || receipt.call === null) return null;
  const { attempts, outcome } = receipt.call;
  const last = attempts.at(-1)?.errorCode ?? null;
  return last ?? (["completed", "client_gone"].includes(outcome) ? null : outcome);
}

const hasError = ({ tags }: Recording) =>
  ["midstream-error", "error-in-200", "content-filter/refusal"].some((each) => tags.includes(each));

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

/** The error's code in the form of whichever API was called. */
function refusalOf({ error, status }: ClientOutcome): ReplayLine["refused"] {
  const body = objectOf(objectOf(error)?.error) ?? objectOf(error);
  const code = [body?.code, body?.status, body?.type, body?.__type]
    .find((each) => typeof each === "string" && each !== "");
  const param = typeof body?.param === "string" ? body.param : null;
  return { code: typeof code === "string" ? code : `status_${status}`, param };
}

function messageOf(error: unknown): string | null {
  const body = objectOf(objectOf(error)?.error) ?? objectOf(error);
  const message = body?.message ?? objectOf(error)?.error;
  return typeof message === "string" ? message.slice(0, 300) : null;
}

function objectOf(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : null;
}
