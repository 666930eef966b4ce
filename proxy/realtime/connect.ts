/** Opening the socket to a provider. @module */
import type { Timers } from "../../shared/effects.ts";
import { type Failure, failure } from "../../shared/errors.ts";
import { credentialsOf, type UpstreamTarget } from "../upstream/mod.ts";
import type { RealtimeApi } from "./protocol.ts";

/** The sockets of this platform. */
export interface RealtimeSockets {
  /** Opens a socket to a server; it is not connected yet. */
  connect(url: string, headers: Record<string, string>): WebSocket;
  /** Turns a request into a socket and the answer that tells the client so. */
  upgrade(request: Request, protocol: string | undefined): {
    readonly socket: WebSocket;
    readonly response: Response;
  };
}

const CONNECT_MS = 10_000;

/** An open socket to a provider. */
export interface Connected {
  readonly socket: WebSocket;
  /** What was said until somebody else listens, in order. */
  readonly heard: readonly unknown[];
}

/** Connects to a target, or says why that failed; at most 10 s. */
export async function connectUpstream(
  sockets: RealtimeSockets,
  timers: Timers,
  target: UpstreamTarget,
  api: RealtimeApi,
  query: URLSearchParams,
): Promise<Connected | { readonly failure: Failure }> {
  const path = target.profile.realtime?.[api];
  if (path === undefined) {
    return {
      failure: failure("model_not_found", `${target.name} has no ${api}.`, { param: "model" }),
    };
  }
  const url = new URL(path, target.baseUrl);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = query.toString();
  const socket = sockets.connect(url.href, { ...target.profile.headers, ...credentialsOf(target) });
  // Some speak JSON in binary frames: what comes as a Blob could not be read at once.
  socket.binaryType = "arraybuffer";
  const heard: unknown[] = [];
  // Listening begins at once: some providers speak first.
  socket.onmessage = ({ data }) => heard.push(data);
  return await new Promise((resolve) => {
    const give = (outcome: Connected | { readonly failure: Failure }) => {
      timer.cancel();
      socket.onopen = socket.onerror = socket.onclose = null;
      resolve(outcome);
    };
    const timer = timers.after(CONNECT_MS, () => {
      socket.close();
      give({
        failure: failure("upstream_first_byte_timeout", "The provider did not open a session."),
      });
    });
    const refused = () =>
      give({ failure: failure("upstream_unreachable", "The provider refused the session.") });
    socket.onopen = () => give({ socket, heard });
    socket.onerror = refused;
    socket.onclose = refused;
  });
}
