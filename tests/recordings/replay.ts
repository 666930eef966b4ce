/** Puts a recording through a dialect without any server. @module */
import { arrive, findApi } from "../../proxy/api/mod.ts";
import type {
  AnswerReader,
  Bytes,
  CallRequest,
  Dialect,
  ParsedCall,
  StreamOutput,
  StreamState,
} from "../../proxy/dialects/mod.ts";
import { type ClientRequest, clientRequest } from "./client_request.ts";
import { answerBytes, type Recording } from "./recording.ts";

/** A recording's request, as it arrives at the product and as a dialect understands it. */
export interface ParsedRecording {
  readonly recording: Recording;
  readonly client: ClientRequest;
  readonly parsed: ParsedCall;
}

/**
 * Parses the recorded request. Throws Error when the path of the recording's API leads nowhere.
 */
export async function parseRecording(
  dialect: Dialect,
  recording: Recording,
): Promise<ParsedRecording> {
  const client = clientRequest(recording);
  const url = `http://product.invalid${client?.path ?? "/"}`;
  const route = findApi(new URL(url).pathname);
  if (client === null || route === null || route.dialect !== dialect.name) {
    throw new Error(`${recording.id}: no path of ${dialect.name} for ${recording.api}`);
  }
  const request = new Request(url, {
    method: "POST",
    headers: client.body.kind === "json"
      ? { ...client.headers, "content-type": "application/json" }
      : client.headers,
    body: client.body.kind === "json" ? JSON.stringify(client.body.json) : client.body.form,
  });
  const bytes = new Uint8Array(await request.clone().arrayBuffer());
  return { recording, client, parsed: dialect.parse(await arrive(request, route, bytes)) };
}

/** The reader of a recording's answer. */
export interface ReadRecording {
  readonly reader: AnswerReader;
  readonly head: { readonly status: number; readonly headers: Headers };
  readonly bytes: Bytes;
}

/** The recorded answer with its reader. */
export function readerOf(
  dialect: Dialect,
  request: CallRequest,
  recording: Recording,
): ReadRecording {
  const headers = new Headers();
  for (const [name, value] of Object.entries(recording.response.headers)) {
    for (const each of [value].flat()) headers.append(name, each);
  }
  return {
    reader: dialect.reader(request),
    head: { status: recording.response.status, headers },
    bytes: answerBytes(recording),
  };
}

/** What a stream came to. */
export interface StreamRun {
  readonly state: StreamState;
  readonly outputs: readonly StreamOutput[];
}

/** Runs pieces of a stream through its reader; without `end` it is left open, as an abort does. */
export function runStream(
  { reader, head }: ReadRecording,
  pieces: readonly Bytes[],
  end = true,
): StreamRun {
  let state = reader.streamStart(head);
  const outputs: StreamOutput[] = [];
  for (const piece of pieces) {
    const [next, more] = reader.streamStep(state, piece);
    state = next;
    outputs.push(...more);
  }
  if (end) {
    const [next, more] = reader.streamEnd(state);
    state = next;
    outputs.push(...more);
  }
  return { state, outputs };
}

/** The bytes that came out, joined. */
export function bytesOut(outputs: readonly StreamOutput[]): Bytes {
  const parts = outputs.flatMap((output) => output.kind === "failure" ? [] : [output.bytes]);
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The ends of a recording's events, in bytes, by the framing that it says it has. */
export function eventEnds(recording: Recording, bytes: Bytes): number[] {
  const ends = recording.framing === "eventstream" ? frameEnds(bytes) : textEnds(recording, bytes);
  return ends.at(-1) === bytes.length ? ends : [...ends, bytes.length];
}

function frameEnds(bytes: Bytes): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ends: number[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = view.getUint32(at);
    if (length < 16 || at + length > bytes.length) break;
    at += length;
    ends.push(at);
  }
  return ends;
}

const NEWLINE = 10;
const RETURN = 13;

function textEnds({ framing }: Recording, bytes: Bytes): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) {
    const blank = bytes[at - 1] === NEWLINE ||
      (bytes[at - 1] === RETURN && bytes[at - 2] === NEWLINE);
    if (framing !== "sse" || blank) ends.push(at + 1);
  }
  return ends;
}
