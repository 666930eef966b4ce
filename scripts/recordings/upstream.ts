/** The upstream that stands in for every provider: it answers with what was recorded. @module */
import { answerHeader, type Recording } from "../../tests/recordings/mod.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a target is to answer next, until it is told otherwise. */
export interface Staged {
  readonly recording: Recording;
  readonly chunks: readonly Bytes[];
  /** Asked before each chunk, by its number from 0; a stream waits for it. Null goes on at once. */
  readonly gate: ((chunk: number) => Promise<void>) | null;
}

/** What came in for a staged answer. */
export interface Seen {
  /** Requests, more than one where the proxy tried again. */
  readonly requests: number;
  /** Path and query of the last one, without the target's part. */
  readonly path: string | null;
  /** Whether the proxy went away before the last chunk was sent. */
  readonly cancelled: boolean;
  /** Resolves when the proxy has gone away or has got everything; at once if nothing was asked. */
  readonly over: Promise<void>;
}

/** The replaying upstream. */
export interface ReplayingUpstream {
  /** Without a trailing slash; a target's own base URL is its name behind it. */
  readonly url: string;
  stage(target: string, staged: Staged): void;
  seen(target: string): Seen;
  close(): Promise<void>;
}

/** Headers that belong to the connection that was recorded, and not to the answer. */
const DROPPED = [
  "content-length",
  "content-encoding",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "set-cookie",
];

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  sse: "text/event-stream",
  ndjson: "application/x-ndjson",
  eventstream: "application/vnd.amazon.eventstream",
  text: "text/plain; charset=utf-8",
  binary: "application/octet-stream",
};

interface Slot {
  readonly staged: Staged;
  requests: number;
  path: string | null;
  cancelled: boolean;
  over: PromiseWithResolvers<void>;
}

/** Starts it on loopback. Throws when the port is taken. */
export function startReplayingUpstream(port: number): ReplayingUpstream {
  const slots = new Map<string, Slot>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const [, target = "", ...rest] = pathname.split("/");
      // The body is read, as a provider does, and nothing is made of it.
      await request.body?.pipeTo(new WritableStream()).catch(() => {});
      const slot = slots.get(target);
      if (slot === undefined) return new Response("nothing is staged here", { status: 500 });
      slot.requests += 1;
      slot.path = `/${rest.join("/")}${search}`;
      return answerOf(slot);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    stage(target, staged) {
      const over = Promise.withResolvers<void>();
      slots.set(target, { staged, requests: 0, path: null, cancelled: false, over });
    },
    seen(target) {
      const slot = slots.get(target);
      if (slot === undefined) throw new RangeError(`nothing was staged for ${target}`);
      if (slot.requests === 0) slot.over.resolve();
      const { requests, path, cancelled } = slot;
      return { requests, path, cancelled, over: slot.over.promise };
    },
    close: () => server.shutdown(),
  };
}

function answerOf(slot: Slot): Response {
  const { staged: { recording, chunks, gate } } = slot;
  const { status } = recording.response;
  const init = { status, headers: headersOf(recording) };
  if (chunks.length <= 1 && gate === null) {
    slot.over.resolve();
    return new Response(status === 204 || status === 304 ? null : chunks[0] ?? "", init);
  }
  let next = 0;
  const body = new ReadableStream<Bytes>({
    async pull(controller) {
      await gate?.(next);
      const chunk = chunks[next++];
      if (chunk !== undefined) return controller.enqueue(chunk);
      slot.over.resolve();
      controller.close();
    },
    cancel() {
      slot.cancelled = next < chunks.length;
      slot.over.resolve();
    },
  }, { highWaterMark: 0 });
  return new Response(body, init);
}

function headersOf(recording: Recording): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(recording.response.headers)) {
    if (DROPPED.includes(name.toLowerCase())) continue;
    for (const each of [value].flat()) {
      try {
        headers.append(name, String(each));
      } catch {
        // A placeholder that no header can carry was put there by whoever recorded it.
      }
    }
  }
  if (answerHeader(recording, "content-type") === null) {
    headers.set("content-type", CONTENT_TYPES[recording.framing] ?? "application/json");
  }
  return headers;
}
