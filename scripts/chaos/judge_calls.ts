/** What each client saw, against what the ledger did. @module */
import { formatDecimal } from "../../shared/money/mod.ts";
import type { SeenRequest } from "./books.ts";
import type { CallRecord } from "./client.ts";
import { estimateOf, truthOf } from "./oracle.ts";
import type { HoldHistory } from "./wallets.ts";

/** A proxy's death by kill -9. */
export interface EdgeDeath {
  readonly edgeId: string;
  readonly atMs: number;
}

/** What came of comparing. */
export interface CallFindings {
  /** Calls whose clients saw something for which no settlement exists. */
  readonly lost: string[];
  /** Calls that were charged what they did not use, or shown what was not charged. */
  readonly wrong: string[];
  /** Calls that broke off with their proxy's death before it had left any evidence. */
  readonly writtenOff: string[];
}

/** Models whose whole answers, or error answers, may cost something although the client got none. */
const CHARGED_ALTHOUGH_BROKEN = new Set([
  "sim-cut",
  "sim-stall",
  "sim-garbage",
  "sim-stream-error",
]);

/** Compares every record with its request and its hold. */
export function judgeCalls(
  records: readonly CallRecord[],
  requests: ReadonlyMap<string, SeenRequest>,
  holds: ReadonlyMap<string, HoldHistory>,
  deaths: readonly EdgeDeath[],
): CallFindings {
  const findings: CallFindings = { lost: [], wrong: [], writtenOff: [] };
  for (const record of records) {
    const { requestId, plan } = record;
    if (requestId === null) continue;
    const name = `${requestId} (${plan.model}, ${plan.stream ? "streamed" : "whole"})`;
    const request = requests.get(requestId);
    const settled = request?.state === "settled" || request?.state === "late_settled";
    if ((record.text !== "" || record.finished) && !settled) {
      const what = `${name} is ${request?.state ?? "not in the log"}; its client saw ` +
        `${record.text.length} characters${record.finished ? ", the end too" : ""}`;
      const list = !record.finished && diedWithIt(record, deaths) ? "writtenOff" : "lost";
      findings[list].push(what);
      continue;
    }
    if (request === undefined || !settled) continue;
    const problem = refusalProblem(record, request) ?? serverProblem(record, request) ??
      usageProblem(record, request, holds.get(requestId)) ?? shownProblem(record, request);
    if (problem !== null) findings.wrong.push(`${name} ${problem}`);
  }
  return findings;
}

const SETTLE_MS = 5_000;

/** Whether the call's proxy was killed during the call, or before it could have settled it. */
function diedWithIt(record: CallRecord, deaths: readonly EdgeDeath[]): boolean {
  return deaths.some(({ edgeId, atMs }) =>
    edgeId === record.edgeId && atMs >= record.startedAtMs && atMs <= record.endedAtMs + SETTLE_MS
  );
}

function refusalProblem(record: CallRecord, request: SeenRequest): string | null {
  if (record.status === null || record.status < 400 || request.chargeMicroKyat === "0") return null;
  if (CHARGED_ALTHOUGH_BROKEN.has(record.plan.model)) return null;
  // A provider that breaks off in the middle of a whole answer has to be paid for what came.
  // The messages API names no more than the kind of an error.
  const byUpstream = record.plan.api === "messages"
    ? record.status >= 500
    : record.problem?.startsWith("upstream_");
  if (byUpstream && !record.plan.stream) return null;
  return `was refused with ${record.status} ${record.problem} and charged ${request.chargeMicroKyat}`;
}

/** Whoever answered in full is whom the call is charged as. */
function serverProblem({ plan, finished }: CallRecord, { model }: SeenRequest): string | null {
  return !finished || model === plan.servedBy ? null : `was answered by ${plan.servedBy} and is ` +
    `charged as ${model}`;
}

function usageProblem(
  { plan, loweredLimit, text, finished }: CallRecord,
  { usage, evidence, state }: SeenRequest,
  hold: HoldHistory | undefined,
): string | null {
  const limit = loweredLimit ?? plan.limit;
  const truth = truthOf(plan.servedBy, plan.content, limit);
  const { input = 0, output = 0 } = usage ?? {};
  const said = `settled as ${JSON.stringify(usage)}, ${evidence}; truly ` +
    `${truth.inputTokens} in, ${truth.outputTokens} out`;
  if (Object.keys(usage ?? {}).some((one) => one !== "input" && one !== "output")) return said;
  const byTime = hold?.byTime === true && state !== "late_settled";
  if (evidence === "reported") {
    const cumulative = plan.model === "sim-usage-every-chunk" && !finished;
    const exact = input === truth.inputTokens && output === truth.outputTokens;
    const soFar = input === truth.inputTokens && output <= truth.outputTokens;
    return exact || cumulative && soFar ? null : said;
  }
  const most = Math.max(estimateOf(truth.text), truth.outputTokens);
  // No estimate exceeds the limit that the provider was given.
  const least = byTime ? 0 : Math.min(estimateOf(text), limit ?? Infinity);
  return output <= most && output >= least ? null : `${said}; expected ${least} to ${most} out`;
}

/** What an answer that came to its end showed of usage and cost must be what the ledger has. */
function shownProblem(record: CallRecord, request: SeenRequest): string | null {
  const { usage, costKyat, finished } = record;
  const { input = 0, output = 0 } = request.usage ?? {};
  const shown = usage === null || (usage.input === input && usage.output === output);
  if (finished && request.evidence === "reported" && !shown) {
    return `showed ${JSON.stringify(usage)} and was settled as ${JSON.stringify(request.usage)}`;
  }
  const charged = formatDecimal(BigInt(request.chargedMicroKyat ?? "0"), 6);
  if (costKyat === null || request.state !== "settled" || costKyat === charged) return null;
  return `showed a cost of ${costKyat} and was charged ${charged}`;
}
