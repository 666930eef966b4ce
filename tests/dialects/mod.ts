/** Requests as they arrive at a dialect, and streams run through a reader, for tests. @module */
import type {
  AnswerReader,
  Arrived,
  Bytes,
  CallRequest,
  Dialect,
  StreamOutput,
  StreamState,
} from "../../proxy/dialects/mod.ts";
import type { JsonObject } from "../../shared/json.ts";

/** The bytes of a text in UTF-8. */
export function bytesOf(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** A JSON body as it arrives. */
export function arrivedJson(json: JsonObject, more: Partial<Arrived> = {}): Arrived {
  return {
    body: { kind: "json", json },
    bodyBytes: bytesOf(JSON.stringify(json)),
    params: {},
    action: null,
    query: new URLSearchParams(),
    headers: new Headers({ "content-type": "application/json" }),
    ...more,
  };
}

/** A form as it arrives, written by the platform itself. */
export async function arrivedForm(
  form: FormData,
): Promise<Arrived> {
  const sent = new Response(form);
  return {
    body: { kind: "form", form },
    bodyBytes: new Uint8Array(await sent.arrayBuffer()),
    params: {},
    action: null,
    query: new URLSearchParams(),
    headers: sent.headers,
  };
}

/** The request that a dialect makes of what arrived. Throws Error when it is refused. */
export function requestOf(dialect: Dialect, arrived: Arrived): CallRequest {
  const parsed = dialect.parse(arrived);
  if ("failure" in parsed) throw new Error(`${parsed.failure.param}: ${parsed.failure.message}`);
  return parsed.request;
}

/** What came of chunks. */
export interface StreamRun {
  readonly state: StreamState;
  readonly outputs: readonly StreamOutput[];
}

const OK = { status: 200, headers: new Headers() };

/**
 * Runs chunks through a reader; `end` false leaves the stream open, as an abort does. Nothing comes
 * after a failure.
 */
export function runStream(
  reader: AnswerReader,
  chunks: readonly Bytes[],
  end = true,
  head = OK,
): StreamRun {
  let state = reader.streamStart(head);
  const outputs: StreamOutput[] = [];
  const failed = () => outputs.at(-1)?.kind === "failure";
  for (const chunk of chunks) {
    const [next, more] = reader.streamStep(state, chunk);
    state = next;
    outputs.push(...more);
    if (failed()) break;
  }
  if (end && !failed()) {
    const [next, more] = reader.streamEnd(state);
    state = next;
    outputs.push(...more);
  }
  return { state, outputs };
}

/** The bytes that came out, as one. */
export function passedBytes(outputs: readonly StreamOutput[]): Bytes {
  const parts = outputs.flatMap((each) => each.kind === "failure" ? [] : [each.bytes]);
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
