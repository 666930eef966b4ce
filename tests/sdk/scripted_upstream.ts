/** A provider that answers with what it is given and remembers what it was asked. @module */

/** A request as the provider saw it. */
export interface Asked {
  readonly path: string;
  readonly headers: Headers;
  readonly text: string;
}

/** An answer to give. */
export interface Scripted {
  readonly status?: number;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** See {@link startScriptedUpstream}. */
export interface ScriptedUpstream {
  readonly url: string;
  /** Requests in the order of their arrival. */
  readonly asked: Asked[];
  /** What every request is answered with from now on. */
  answer(script: Scripted): void;
  stop(): Promise<void>;
}

const PIECE_BYTES = 97;

/** Starts it on a free port; bodies are sent in pieces that are cut anywhere. */
export function startScriptedUpstream(): ScriptedUpstream {
  const asked: Asked[] = [];
  let script: Scripted = { status: 500, contentType: "text/plain", body: "nothing is scripted" };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      asked.push({ path: pathname + search, headers: request.headers, text: await request.text() });
      const { status = 200, contentType, headers = {}, body } = script;
      const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
      return new Response(inPieces(bytes), {
        status,
        headers: { "content-type": contentType, ...headers },
      });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    answer: (next) => script = next,
    stop: () => server.shutdown(),
  };
}

function inPieces(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + PIECE_BYTES));
      at += PIECE_BYTES;
    },
  });
}
