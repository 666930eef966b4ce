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
  /** Why the answer broke off under the client's hands; null when it came to an end. */
  readonly broken: string | null;
}

/** When a client goes away; without it, it stays to the end. */
export interface Leaving {
  /** Resolves when it is time to go. */
  readonly when: Promise<void>;
  /** Called when the head of the answer is there: before, nobody knows the request's id. */
  readonly onHead: () => void;
}

const DEADLINE_MS = 60_000;

/** A request as it is sent. */
export interface SentRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: BodyInit;
}

/** The request for a model as it is sold here; a path that names it does so already. */
export function requestInit(request: ClientRequest, sold: string): SentRequest {
  const { path, headers, body, modelInPath } = request;
  if (body.kind === "form") {
    const form = new FormData();
    for (const [name, value] of body.form) form.append(name, name === "model" ? sold : value);
    return { path, headers, body: form };
  }
  const { json } = body;
  const named = !modelInPath && typeof json.model === "string";
  return {
    path,
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(named ? { ...json, model: sold } : json),
  };
}

/** Makes the call. Throws when the proxy can't be reached or takes longer than a minute. */
export async function callProxy(
  url: string,
  apiKey: string,
  init: SentRequest,
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
    const error = parsed(text);
    return { status, requestId, error, bytes: text.length, left: false, broken: null };
  }
  leaving?.onHead();
  let left = false;
  leaving?.when.then(() => {
    left = true;
    gone.abort();
  });
  let bytes = 0;
  let broken: string | null = null;
  try {
    for await (const chunk of response.body ?? []) bytes += chunk.length;
    left = false;
  } catch (error) {
    if (!left) broken = String(error);
  }
  return { status, requestId, error: null, bytes, left, broken };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
