/** One call that has, or may have, a hold: how it ends is decided here, once. @module */
import { failure } from "../shared/errors.ts";
import type { CommandBody, HoldGrant } from "../shared/commands/mod.ts";
import type { CallFacts } from "../shared/events/mod.ts";
import type { ProxyDeps } from "./app.ts";
import type { Caller } from "./authenticate/mod.ts";
import { type CallBounds, estimatedTokens, inputEstimate } from "./bounds/mod.ts";
import type {
  AnswerReader,
  CallRequest,
  ReportedExtras,
  StreamState,
  TextCount,
} from "./dialects/mod.ts";
import type { Watch } from "./limits/mod.ts";
import { type Evidence, measure, type MeterReading } from "./meter/mod.ts";
import type { CallPlan, Candidate } from "./candidates.ts";
import type { Opened, StreamEnd, WholeAnswer } from "./relay/mod.ts";
import type { OpenSettlement } from "./settle/mod.ts";

/** A call from its hold on. */
export interface Call {
  readonly deps: ProxyDeps;
  readonly requestId: string;
  readonly shard: number;
  readonly caller: Caller;
  readonly request: CallRequest;
  readonly startedAtMs: number;
  /** Life of its hold without an extension, in milliseconds. */
  readonly holdTtlMs: number;
  /** Longest life of the call where it is not that of any call, in milliseconds. */
  readonly longestMs?: number;
  readonly bounds: CallBounds;
  readonly plan: CallPlan;
}

const MAX_RAW_LENGTH = 4_000;

type OpenedCall = Opened<Candidate>;
/** A call that a target has answered. */
export type ServedCall = Extract<OpenedCall, { served: unknown }>;

/** The ways in which a call ends; the first one counts. */
export interface CallEnding {
  /** The hold stands: from now on the call is followed. */
  opened(grant: Pick<HoldGrant, "outputTokensGranted">): void;
  /** Takes note of an exchange that runs. */
  watched(watch: Pick<Watch, "abort">): void;
  /** Takes note of how far a stream has come. */
  progress(served: Candidate, reader: AnswerReader, state: StreamState): void;
  /** Whether there is a hold is unknown, and nothing was sent upstream. */
  neverCalled(): void;
  /** No target answered; an answer that began and broke off is charged for what came of it. */
  failed(opened: Exclude<OpenedCall, ServedCall>): void;
  /** A whole answer came. */
  answered(opened: ServedCall, answer: WholeAnswer): OpenSettlement;
  /** A stream ended, well or not. */
  streamEnded(opened: ServedCall, end: StreamEnd): OpenSettlement;
  /**
   * Somebody else ends the call, as that of a job: from now on nothing here does. It is followed, and
   * its hold extended, until the returned function is called.
   */
  handOver(): () => void;
  /** Something unexpected happened here. */
  broken(): void;
}

/** Prepares the ending of a call. */
export function createCallEnding(call: Call): CallEnding {
  const { deps, requestId, request, caller: { accountId } } = call;
  const { clock } = deps.effects;
  let settled: OpenSettlement | null = null;
  let unfollow = () => {};
  let current: MeterSource | null = null;
  /** Of all attempts: those that have ended take no more notice. */
  const watches: Pick<Watch, "abort">[] = [];
  let outputTokensGranted = Infinity;

  // What is counted here is an estimate, and no call makes more than it was granted.
  const countedTokens = (text: TextCount) => Math.min(outputTokensGranted, estimatedTokens(text));
  const measured = (evidence: Pick<Evidence, "reported" | "complete">, text: () => TextCount) =>
    measure({
      ...evidence,
      hasOutput: request.outputLimit !== 0,
      inputTokens: () => inputEstimate(request, call.bounds),
      outputTokens: () => countedTokens(text()),
    });
  const measuredStream = ({ reader, state }: Omit<MeterSource, "served">, complete: boolean) =>
    measured({ reported: state.usage, complete }, () => reader.streamCount(state).counted);
  const facts = (opened: OpenedCall | null, more: Partial<CallFacts>): CallFacts => ({
    provider: null,
    upstreamModel: null,
    firstByteMs: null,
    simulated: false,
    clientStatus: null,
    outcome: "internal_error",
    ...(opened !== null && "served" in opened ? servedFacts(opened) : {}),
    attempts: [...opened?.attempts ?? []],
    streaming: request.streaming,
    totalMs: Math.max(0, clock.nowMs() - call.startedAtMs),
    ...(call.plan.routing === null ? {} : { routing: call.plan.routing }),
    ...more,
  });
  const once = (end: () => OpenSettlement): OpenSettlement => {
    if (settled === null) {
      settled = end();
      // A call counts as open until the ledger knows its end: shutdown waits for the journal then.
      unfollow();
    }
    return settled;
  };
  const release = (reason: "upstream_not_called" | "upstream_failed", facts: CallFacts) =>
    once(() =>
      deps.journal.settle({
        type: "ReleaseHold",
        body: { accountId, requestId, reason, call: facts },
      })
    );
  const settle = (reading: MeterReading, served: Candidate, facts: CallFacts) =>
    once(() =>
      deps.journal.settle({
        type: "SettleHold",
        body: { accountId, requestId, ...reading, ...servedTerms(call, served), call: facts },
      })
    );
  return {
    opened(grant) {
      outputTokensGranted = grant.outputTokensGranted;
      unfollow = deps.progress.follow({
        accountId,
        requestId,
        shard: call.shard,
        startedAtMs: call.startedAtMs,
        holdTtlMs: call.holdTtlMs,
        ...(call.longestMs === undefined ? {} : { longestMs: call.longestMs }),
        reading: () =>
          current === null ? null : {
            ...measuredStream(current, false),
            ...servedTerms(call, current.served),
          },
        abort() {
          const why = "This proxy had to shut down before the answer was complete.";
          for (const watch of watches) watch.abort(failure("shutting_down", why));
        },
      });
    },
    watched: (watch) => void watches.push(watch),
    progress(served, reader, state) {
      if (current === null) current = { served, reader, state };
      else current.state = state;
    },
    neverCalled: () =>
      void release("upstream_not_called", facts(null, { outcome: "ledger_unavailable" })),
    failed(opened) {
      const outcome = opened.failure.code;
      if (opened.begun !== null) {
        const { served, text } = opened.begun;
        const reading = measured({ reported: null, complete: false }, () => text);
        void settle(reading, served, facts(opened, { ...targetFacts(served), outcome }));
        return;
      }
      const reason = opened.attempts.length === 0 ? "upstream_not_called" : "upstream_failed";
      void release(reason, facts(opened, { outcome }));
    },
    answered(opened, answer) {
      const { usage, text } = answer.reading;
      return settle(
        measured({ reported: usage, complete: true }, text),
        opened.served,
        facts(opened, {
          ...reportedFacts(answer.reading),
          clientStatus: answer.status,
          outcome: "completed",
        }),
      );
    },
    streamEnded(opened, end) {
      const { state, outcome } = end;
      const complete = state.done || outcome === "completed";
      return settle(
        measuredStream({ reader: opened.reader, state }, complete),
        opened.served,
        facts(opened, {
          ...reportedFacts(state),
          clientStatus: opened.answer.status,
          outcome,
        }),
      );
    },
    handOver() {
      settled ??= { stored: Promise.resolve(), settled: Promise.resolve(null) };
      return unfollow;
    },
    broken() {
      void release("upstream_failed", facts(null, { outcome: "internal_error" }));
      // Nothing may go on at a provider that no hold covers any more.
      const why = failure("internal_error", "Something went wrong here in the middle of the call.");
      for (const watch of watches) watch.abort(why);
    },
  };
}

interface MeterSource {
  readonly served: Candidate;
  readonly reader: AnswerReader;
  state: StreamState;
}

/** Which of the held terms are to be charged, where the hold covers more than one. */
function servedTerms(
  { plan: { candidates: [first] }, request: { free } }: Pick<Call, "plan" | "request">,
  { model, key }: Candidate,
): Pick<CommandBody<"SettleHold">, "model" | "ownKey"> {
  return {
    ...(model.model === first.model.model ? {} : { model: model.model }),
    ...(key.own && free !== true ? { ownKey: true } : {}),
  };
}

/** The provider's own report, for reconciliation; cut where nobody wants to keep it all. */
function reportedFacts({ raw, costNanoUsd }: ReportedExtras): Partial<CallFacts> {
  return {
    ...(raw === null ? {} : { rawUsage: JSON.stringify(raw).slice(0, MAX_RAW_LENGTH) }),
    ...(costNanoUsd === null ? {} : { upstreamCostNanoUsd: costNanoUsd }),
  };
}

function servedFacts(opened: ServedCall): Partial<CallFacts> {
  return { ...targetFacts(opened.served), firstByteMs: opened.firstByteMs };
}

function targetFacts({ target, upstreamModel }: ServedCall["served"]): Partial<CallFacts> {
  return { provider: target.name, upstreamModel, simulated: target.simulated };
}
