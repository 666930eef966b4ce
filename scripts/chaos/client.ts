/** A client of the gateway that writes down all that it receives; it knows HTTP and no more. @module */
import { CLIENT_APIS } from "./apis.ts";
import type { CallPlan } from "./plan.ts";

/** Where a call goes. */
export interface Destination {
  readonly accountId: string;
  readonly apiKey: string;
  /** Names the proxy, such as `edge-1`. */
  readonly edgeId: string;
  readonly proxyUrl: string;
  /** The idempotency key of the call; null without one. */
  readonly key: string | null;
}

/** What a client saw of a call; times in milliseconds since the epoch. */
export interface CallRecord {
  readonly plan: CallPlan;
  readonly accountId: string;
  readonly edgeId: string;
  readonly key: string | null;
  readonly startedAtMs: number;
  endedAtMs: number;
  /** Of the `x-request-id` header; null when no answer came. */
  requestId: string | null;
  status: number | null;
  /** What went wrong: the error's code, or how the connection ended; null when nothing did. */
  problem: string | null;
  /** The output limit that the answer named, when it was lowered. */
  loweredLimit: number | null;
  /** The text of the answer as far as it came. */
  text: string;
  /** The answer came to its own end: a whole body, or a stream's end mark. */
  finished: boolean;
  /** The usage that the answer named, and its cost in kyat. */
  usage: { readonly input: number; readonly output: number } | null;
  costKyat: string | null;
  /** The answer is that of an earlier call under the same key. */
  replayed: boolean;
}

const GIVE_UP_MS = 20_000;

/** Makes a call and follows it to its end; never rejects. */
export async function makeCall(plan: CallPlan, to: Destination): Promise<CallRecord> {
  const record: CallRecord = {
    plan,
    accountId: to.accountId,
    edgeId: to.edgeId,
    key: to.key,
    startedAtMs: Date.now(),
    endedAtMs: 0,
    requestId: null,
    status: null,
    problem: null,
    loweredLimit: null,
    text: "",
    finished: false,
    usage: null,
    costKyat: null,
    replayed: false,
  };
  const leave = new AbortController();
  const timer = setTimeout(() => leave.abort("left"), plan.leavesAfterMs ?? GIVE_UP_MS);
  try {
    await converse(record, to, leave);
  } catch (error) {
    record.problem ??= leave.signal.aborted ? "left" : connectionProblem(error);
  }
  clearTimeout(timer);
  record.endedAtMs = Date.now();
  return record;
}

async function converse(
  record: CallRecord,
  to: Destination,
  leave: AbortController,
): Promise<void> {
  const { plan } = record;
  const api = CLIENT_APIS[plan.api];
  const response = await fetch(`${to.proxyUrl}${api.path}`, {
    method: "POST",
    headers: {
      ...api.headersOf(to.apiKey),
      "content-type": "application/json",
      ...(record.key === null ? {} : { "idempotency-key": record.key }),
    },
    body: JSON.stringify(api.bodyOf(plan)),
    signal: leave.signal,
  });
  record.status = response.status;
  record.requestId = response.headers.get("x-request-id");
  const limit = response.headers.get("x-sargalay-output-limit");
  record.loweredLimit = limit === null ? null : parseInt(limit, 10);
  record.costKyat = response.headers.get("x-sargalay-cost");
  record.replayed = response.headers.has("x-sargalay-replayed");
  if (plan.stream && response.ok) await readStream(record, response, leave);
  else api.takeWhole(record, JSON.parse(await response.text()));
}

async function readStream(
  record: CallRecord,
  response: Response,
  leave: AbortController,
): Promise<void> {
  const { leavesAfterChunks, readingMs } = record.plan;
  let [pending, chunks] = ["", 0];
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const events = (pending + text).split("\n\n");
    pending = events.pop() ?? "";
    for (const event of events) CLIENT_APIS[record.plan.api].takeEvent(record, event);
    chunks += events.length;
    if (leavesAfterChunks !== null && chunks >= leavesAfterChunks) leave.abort("left");
    leave.signal.throwIfAborted();
    if (readingMs > 0) await new Promise((resolve) => setTimeout(resolve, readingMs));
  }
  if (!record.finished) record.problem ??= "cut short";
}

function connectionProblem(error: unknown): string {
  return error instanceof SyntaxError ? "answer not JSON" : "connection lost";
}
