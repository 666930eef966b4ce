/** The client: it speaks the protocol of the recording to the running proxy. @module */
import type { ClientRequest } from "../../tests/recordings/mod.ts";

/** How a call went for its client. */
export interface ClientOutcome {
  readonly status: number;
  readonly requestId: string | null;
  /** The body of an answer that is no success, as far as it is JSON; else null. */
  readonly error: unknown;
  readonly bytes: number;
  /** Whether the client went away before the end. */
  readonly left: boolean;
}

/** When a client goes away; without it, it stays to the end. */
export interface Leaving {
  /** Resolves when it is time to go. */
  readonly when: Promise<void>;
  /** Called when the head of the answer is there: before, nobody knows the request's id. */
  readonly onHead: () => void;
}

const DEADLINE_MS = 60_000;

/** The body and headers of a request for a model as it is sold here. */
export function requestInit(
  request: ClientRequest,
  sold: string,
): { readonly path: string; readonly headers: Record<string, string>; readonly body: BodyInit } {
  const path = request.path.replace(
    encodeURIComponent(request.model),
    () => encodeURIComponent(sold),
  );
  const headers: Record<string, string> = { ...request.headers };
  if (request.body.kind === "form") {
    const form = new FormData();
    for (const [name, value] of request.body.form) {
      form.append(name, name === "model" ? sold : value);
    }
    return { path, headers, body: form };
  }
  headers["content-type"] = "application/json";
  const { json } = request.body;
  const named = typeof json.model === "string" || path === request.path;
  return { path, headers, body: JSON.stringify(named ? { ...json, model: sold } : json) };
}

/** Makes the call. Throws when the proxy can't be reached or takes longer than a minute. */
export async function callProxy(
  url: string,
  apiKey: string,
  init: ReturnType<typeof requestInit>,
  leaving: Leaving | null = null,
): Promise<ClientOutcome> {
  const gone = new AbortController();
  const response = await fetch(url + init.path, {
    method: "POST",
    headers: { ...init.headers, authorization: `Bearer ${apiKey}` },
    body: init.body,
    signal: AbortSignal.any([gone.signal, AbortSignal.timeout(DEADLINE_MS)]),
  });
  const requestId = response.headers.get("x-request-id");
  const { status } = response;
  if (!response.ok) {
    const text = await response.text();
    return { status, requestId, error: parsed(text), bytes: text.length, left: false };
  }
  leaving?.onHead();
  let left = false;
  leaving?.when.then(() => {
    left = true;
    gone.abort();
  });
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) bytes += chunk.length;
    left = false;
  } catch (error) {
    if (!left) throw error;
  }
  return { status, requestId, error: null, bytes, left };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
