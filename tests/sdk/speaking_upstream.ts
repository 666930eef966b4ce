/** A provider of four APIs that says what it is told to, and makes pictures, sound and vectors. @module */
import { type Protocol, type Said, streamedAnswer, wholeAnswer } from "./provider_words.ts";

/** A whole answer of some other kind: an error, a picture. */
export interface Given {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | (() => ReadableStream<Uint8Array>);
}

/** See {@link startSpeakingUpstream}. */
export interface SpeakingUpstream {
  readonly url: string;
  /** Requests in the order of their arrival; the body as JSON, or null. */
  // deno-lint-ignore no-explicit-any
  readonly asked: { readonly path: string; readonly headers: Headers; readonly body: any }[];
  /** Forgets what was asked, and answers the next requests with these, one each. */
  say(...answers: (Said | Given)[]): void;
  stop(): Promise<void>;
}

/** Starts it on a free port. What nobody told it is answered with 418, which no test expects. */
export function startSpeakingUpstream(): SpeakingUpstream {
  const asked: SpeakingUpstream["asked"] = [];
  let answers: (Said | Given)[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname: path, search } = new URL(request.url);
      const isJson = request.headers.get("content-type")?.includes("json") ?? false;
      const body = isJson ? await request.json() : (await request.arrayBuffer(), null);
      asked.push({ path: path + search, headers: request.headers, body });
      const next = answers.shift();
      if (next === undefined) return new Response("nobody told me what to say", { status: 418 });
      if (typeof next === "object" && "body" in next) return given(next);
      const streaming = body?.stream === true || path.includes(":stream");
      const protocol = protocolOf(path);
      return streaming
        ? new Response(streamedAnswer(protocol, next), {
          headers: { "content-type": "text/event-stream" },
        })
        : new Response(wholeAnswer(protocol, next), {
          headers: { "content-type": "application/json" },
        });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    say(...next) {
      asked.length = 0;
      answers = next;
    },
    stop: () => server.shutdown(),
  };
}

function given({ status = 200, headers, body }: Given): Response {
  return new Response(typeof body === "function" ? body() : body, {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

function protocolOf(path: string): Protocol {
  if (path.endsWith("/chat/completions")) return "chat";
  if (path.endsWith("/responses")) return "responses";
  return path.endsWith("/messages") ? "messages" : "gemini";
}
