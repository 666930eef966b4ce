/** A client of the gateway that writes down all that it receives; it knows HTTP and no more. @module */
import type { CallPlan } from "./plan.ts";

/** Where a call goes. */
export interface Destination {
  readonly accountId: string;
  readonly apiKey: string;
  /** Names the proxy, such as `edge-1`. */
  readonly edgeId: string;
  readonly proxyUrl: string;
}

/** What a client saw of a call; times in milliseconds since the epoch. */
export interface CallRecord {
  readonly plan: CallPlan;
  readonly accountId: string;
  readonly edgeId: string;
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
}

const GIVE_UP_MS = 20_000;

/** Makes a call and follows it to its end; never rejects. */
export async function makeCall(plan: CallPlan, to: Destination): Promise<CallRecord> {
  const record: CallRecord = {
    plan,
    accountId: to.accountId,
    edgeId: to.edgeId,
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
  const response = await fetch(`${to.proxyUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${to.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: plan.model,
      messages: [{ role: "user", content: plan.content }],
      ...(plan.stream ? { stream: true } : {}),
      ...(plan.usageAsked ? { stream_options: { include_usage: true } } : {}),
      ...(plan.limit === null ? {} : { max_tokens: plan.limit }),
    }),
    signal: leave.signal,
  });
  record.status = response.status;
  record.requestId = response.headers.get("x-request-id");
  const limit = response.headers.get("x-sargalay-output-limit");
  record.loweredLimit = limit === null ? null : parseInt(limit, 10);
  record.costKyat = response.headers.get("x-sargalay-cost");
  if (plan.stream && response.ok) await readStream(record, response, leave);
  else takeWhole(record, JSON.parse(await response.text()));
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
    for (const event of events) takeEvent(record, event);
    chunks += events.length;
    if (leavesAfterChunks !== null && chunks >= leavesAfterChunks) leave.abort("left");
    leave.signal.throwIfAborted();
    if (readingMs > 0) await new Promise((resolve) => setTimeout(resolve, readingMs));
  }
  if (!record.finished) record.problem ??= "cut short";
}

interface Answer {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string };
    readonly message?: { readonly content?: string };
  }[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly cost?: string;
  } | null;
  readonly error?: { readonly code?: string | null; readonly type?: string } | null;
}

function takeEvent(record: CallRecord, event: string): void {
  if (!event.startsWith("data: ")) return;
  const data = event.slice(6);
  if (data === "[DONE]") record.finished = true;
  else take(record, JSON.parse(data));
}

function takeWhole(record: CallRecord, answer: Answer): void {
  take(record, answer);
  record.finished = record.problem === null;
}

function take(record: CallRecord, { choices = [], usage, error }: Answer): void {
  if (error) record.problem = error.code ?? error.type ?? "error";
  for (const { delta, message } of choices) {
    record.text += delta?.content ?? message?.content ?? "";
  }
  if (!usage) return;
  record.usage = { input: usage.prompt_tokens, output: usage.completion_tokens };
  record.costKyat = usage.cost ?? record.costKyat;
}

function connectionProblem(error: unknown): string {
  return error instanceof SyntaxError ? "answer not JSON" : "connection lost";
}
