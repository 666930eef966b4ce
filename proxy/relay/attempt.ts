/** One try at one target. @module */
import type { Effects } from "../../shared/effects.ts";
import { type Failure, failure } from "../../shared/errors.ts";
import { type CallLimits, createWatch, type Watch } from "../limits/mod.ts";
import type {
  AnswerReader,
  AnswerReading,
  Bytes,
  StreamOutput,
  StreamState,
  TextCount,
} from "../dialects/mod.ts";
import { type Exchange, type UpstreamFailure, upstreamFailure } from "../upstream/mod.ts";

/** The network, as the relay needs it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What the relay works with. */
export interface RelayDeps {
  readonly fetch: Fetch;
  readonly effects: Effects;
  readonly limits: CallLimits;
}

/** The one way in which a stream is read. */
export interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Bytes }>;
  cancel(): Promise<void>;
}

/** A whole answer that was received and understood. */
export interface WholeAnswer {
  readonly kind: "answer";
  readonly status: number;
  readonly bytes: Bytes;
  readonly contentType: string;
  readonly reading: AnswerReading;
}

/** A stream whose first event has come and is valid. */
export interface OpenStream {
  readonly kind: "stream";
  readonly status: number;
  /** The upstream's own content type. */
  readonly contentType: string;
  readonly reader: Reader;
  readonly watch: Watch;
  readonly state: StreamState;
  /** What came with the first bytes. */
  readonly outputs: readonly StreamOutput[];
}

/** A try that served nothing. */
export interface FailedAttempt {
  readonly kind: "failed";
  readonly status: number | null;
  readonly failure: UpstreamFailure;
  /** The text of a good answer that began and broke off; null when none began. */
  readonly begun: TextCount | null;
}

/** How a try ended. */
export type AttemptOutcome = WholeAnswer | OpenStream | FailedAttempt;

const MAX_ERROR_BYTES = 262_144;
const MAX_COMMENT_BYTES = 1_000_000;
const SPACE = 0x20;

/** Sends the request and waits for the whole answer, or for the first event of a stream. */
export async function attempt(
  deps: RelayDeps,
  { request, reader }: Pick<Exchange, "request" | "reader">,
  options: {
    readonly endsAtMs: number;
    readonly onWatch: (watch: Watch) => void;
  },
): Promise<AttemptOutcome> {
  const firstByteMs = reader.streams ? deps.limits.firstByteMs : deps.limits.wholeMs;
  const limits = { ...deps.limits, firstByteMs };
  const watch = createWatch(deps.effects, limits, options.endsAtMs);
  options.onWatch(watch);
  let status: number | null = null;
  // Filled while a whole answer comes, so that what came is known when the rest doesn't.
  const parts: Bytes[] = [];
  const fail = (upstream: UpstreamFailure): FailedAttempt => {
    watch.abort(upstream.failure);
    return { kind: "failed", status, failure: upstream, begun: null };
  };
  const breakOff = (upstream: UpstreamFailure): AttemptOutcome => {
    const came = joined(parts);
    // White space keeps a connection alive; it is not the beginning of an answer.
    const begun = came.some((byte) => byte > SPACE) ? reader.readBeginning(came) : null;
    return { ...fail(upstream), begun };
  };
  try {
    const response = await deps.fetch(request.url, {
      method: "POST",
      headers: request.headers,
      body: request.body,
      signal: watch.signal,
      // A redirect would carry the credentials elsewhere.
      redirect: "manual",
    });
    status = response.status;
    const contentType = response.headers.get("content-type") ?? "";
    if (!response.ok || !reader.accepts(contentType)) {
      const said: Bytes[] = [];
      await readUpTo(response, watch, MAX_ERROR_BYTES, said);
      const text = new TextDecoder().decode(joined(said));
      return fail(reader.failure(response, text));
    }
    if (reader.streams) return await openStream(reader, response, watch, fail);
    if (!await readUpTo(response, watch, deps.limits.answerBytes, parts)) {
      return breakOff(tooLarge(deps.limits));
    }
    const bytes = joined(parts);
    const reading = reader.readAnswer(bytes, response);
    if ("failure" in reading) return fail(reading);
    watch.stop();
    return { kind: "answer", status: response.status, bytes, contentType, reading };
  } catch {
    const why = watch.failure() ?? unreachable(status);
    return breakOff({
      failure: why,
      errorClass: why.code.endsWith("_timeout") ? "timeout" : "network",
      tryNext: why.code !== "shutting_down",
    });
  }
}

async function openStream(
  answer: AnswerReader,
  response: Response,
  watch: Watch,
  fail: (upstream: UpstreamFailure) => AttemptOutcome,
): Promise<AttemptOutcome> {
  const reader = readerOf(response.body ?? new Blob([]).stream(), watch.signal);
  const outputs: StreamOutput[] = [];
  let state = answer.streamStart(response);
  let received = 0;
  while (!state.started) {
    const { done, value } = await reader.read();
    if (!done) watch.received();
    const [next, more] = done || value === undefined
      ? answer.streamEnd(state)
      : answer.streamStep(state, value);
    state = next;
    received += value?.length ?? 0;
    for (const output of more) {
      if (output.kind === "failure" && !state.started) return fail(output.failure);
      outputs.push(output);
    }
    if (done || received > MAX_COMMENT_BYTES) break;
    if (!state.started) watch.waiting();
  }
  if (!state.started) {
    return fail(upstreamFailure("malformed", "The provider's stream has no event."));
  }
  const contentType = response.headers.get("content-type") ?? "";
  return { kind: "stream", status: response.status, contentType, reader, watch, state, outputs };
}

const READ_BYTES = 16_384;

/**
 * Reads until the body ends, or until `signal` aborts: then the body is cancelled and a read that
 * waits rejects with the signal's reason. The signal alone does not see to that: the runtime forgets
 * that it belongs to the body once the response itself is garbage.
 */
function readerOf(body: ReadableStream<Bytes>, signal: AbortSignal): Reader {
  const reader = fittingReaderOf(body);
  const end = () => void reader.cancel().catch(() => {});
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  return {
    read: () =>
      reader.read().then((result) => {
        if (result.done && signal.aborted) throw signal.reason;
        return result;
      }),
    cancel: () => reader.cancel(),
  };
}

/**
 * Reads into buffers of a fitting size where the body allows it: left to itself, the runtime takes a
 * fresh 64 KB for each chunk of a few hundred bytes.
 */
function fittingReaderOf(body: ReadableStream<Bytes>): Reader {
  try {
    const reader = body.getReader({ mode: "byob" });
    return {
      read: () => reader.read(new Uint8Array(READ_BYTES)),
      cancel: () => reader.cancel(),
    };
  } catch {
    return body.getReader();
  }
}

/** Reads into `parts`, of at most `limit` bytes together; false when there is more. */
async function readUpTo(
  response: Response,
  watch: Watch,
  limit: number,
  parts: Bytes[],
): Promise<boolean> {
  if (response.body === null) return true;
  const reader = readerOf(response.body, watch.signal);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || value === undefined) return true;
    watch.received();
    watch.waiting();
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      return false;
    }
    parts.push(value);
  }
}

function joined(parts: readonly Bytes[]): Bytes {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function unreachable(status: number | null): Failure {
  return status === null
    ? failure("upstream_unreachable", "The provider could not be reached.")
    : failure("upstream_stream_cut", "The provider broke off its answer before the end.");
}

function tooLarge(limits: CallLimits): UpstreamFailure {
  const message = `The provider's answer has more than ${limits.answerBytes} bytes.`;
  return upstreamFailure("malformed", message, {
    code: "upstream_response_too_large",
    tryNext: false,
  });
}
