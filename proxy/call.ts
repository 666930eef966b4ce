/** One call that has, or may have, a hold: how it ends is decided here, once. @module */
import { failure } from "../shared/errors.ts";
import type { CallFacts } from "../shared/events/mod.ts";
import type { ProxyDeps } from "./app.ts";
import type { Caller } from "./authenticate/mod.ts";
import { type CallBounds, estimatedTokens, inputEstimate } from "./bounds/mod.ts";
import type { AnswerReader, CallRequest, StreamState } from "./dialects/mod.ts";
import type { Watch } from "./limits/mod.ts";
import { measure, type MeterReading } from "./meter/mod.ts";
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
  readonly bounds: CallBounds;
}

type ServedCall = Extract<Opened, { served: unknown }>;

/** The ways in which a call ends; the first one counts. */
export interface CallEnding {
  /** The hold stands: from now on the call is followed. */
  opened(): void;
  /** Takes note of the exchange that runs now. */
  watched(watch: Watch): void;
  /** Takes note of how far a stream has come. */
  progress(reader: AnswerReader, state: StreamState): void;
  /** Whether there is a hold is unknown, and nothing was sent upstream. */
  neverCalled(): void;
  /** No target answered; an answer that began and broke off is charged for what came of it. */
  failed(opened: Exclude<Opened, ServedCall>): void;
  /** A whole answer came. */
  answered(opened: ServedCall, answer: WholeAnswer): OpenSettlement;
  /** A stream ended, well or not. */
  streamEnded(opened: ServedCall, end: StreamEnd): OpenSettlement;
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
  let watch: Watch | null = null;

  const facts = (opened: Opened | null, more: Partial<CallFacts>): CallFacts => ({
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
  const settle = (reading: MeterReading, facts: CallFacts) =>
    once(() =>
      deps.journal.settle({
        type: "SettleHold",
        body: { accountId, requestId, ...reading, call: facts },
      })
    );
  return {
    opened() {
      unfollow = deps.progress.follow({
        accountId,
        requestId,
        shard: call.shard,
        startedAtMs: call.startedAtMs,
        holdTtlMs: deps.holdTtlMs,
        reading: () => current === null ? null : readStream(call, current, false),
        abort: () =>
          watch?.abort(
            failure("shutting_down", "This proxy had to shut down before the answer was complete."),
          ),
      });
    },
    watched: (next) => watch = next,
    progress(reader, state) {
      if (current === null) current = { reader, state };
      else current.state = state;
    },
    neverCalled: () =>
      void release("upstream_not_called", facts(null, { outcome: "ledger_unavailable" })),
    failed(opened) {
      const outcome = opened.failure.code;
      if (opened.begun !== null) {
        const { served, text } = opened.begun;
        const reading = measure({
          reported: null,
          complete: false,
          inputTokens: () => inputEstimate(call.request, call.bounds),
          outputTokens: () => estimatedTokens(text),
        });
        void settle(reading, facts(opened, { ...targetFacts(served), outcome }));
        return;
      }
      const reason = opened.attempts.length === 0 ? "upstream_not_called" : "upstream_failed";
      void release(reason, facts(opened, { outcome }));
    },
    answered(opened, answer) {
      const reading = measure({
        reported: answer.reading.usage,
        complete: true,
        inputTokens: () => inputEstimate(call.request, call.bounds),
        outputTokens: () => estimatedTokens(answer.reading.text()),
      });
      return settle(
        reading,
        facts(opened, { clientStatus: answer.status, outcome: "completed" }),
      );
    },
    streamEnded(opened, end) {
      const source = { reader: opened.reader, state: end.state };
      return settle(
        readStream(call, source, end.state.done || end.outcome === "completed"),
        facts(opened, { clientStatus: opened.answer.status, outcome: end.outcome }),
      );
    },
    broken: () => void release("upstream_failed", facts(null, { outcome: "internal_error" })),
  };
}

interface MeterSource {
  readonly reader: AnswerReader;
  state: StreamState;
}

function readStream(call: Call, source: MeterSource, complete: boolean): MeterReading {
  const { reader, state } = source;
  return measure({
    reported: state.usage,
    complete,
    inputTokens: () => inputEstimate(call.request, call.bounds),
    outputTokens: () => estimatedTokens(reader.streamCount(state).counted),
  });
}

function servedFacts(opened: ServedCall): Partial<CallFacts> {
  return { ...targetFacts(opened.served), firstByteMs: opened.firstByteMs };
}

function targetFacts({ target, upstreamModel }: ServedCall["served"]): Partial<CallFacts> {
  return { provider: target.name, upstreamModel, simulated: target.simulated };
}
