/** Connections to NATS, by TCP or WebSocket, that come back by themselves. @module */
import { connect as connectTcp, type NodeConnectionOptions } from "@nats-io/transport-node";
import { type NatsConnection, wsconnect } from "@nats-io/nats-core";
import type { Timers } from "../../effects.ts";
import { BusError } from "../bus.ts";
import { describeError } from "../handling.ts";
import { markWebSocket } from "./nudge.ts";

/** How to connect. */
export interface ConnectNatsOptions {
  /** Shown in the server's list of connections. */
  readonly name: string;
  readonly timers: Timers;
  /** Milliseconds until the first connection has failed; 30,000 when absent. */
  readonly timeoutMs?: number;
}

const attemptMs = 5_000;
const pauseMs = 250;

/**
 * Connects to `url`: `nats://` or `tls://` for TCP, `ws://` or `wss://` for WebSocket, several of
 * one kind separated by commas; `user:password@` or `token@` before the host. An established
 * connection reconnects for ever. Rejects with BusError `failed` when no server answers in time.
 *
 * All connections of one process must be of one kind: the client keeps its transport globally.
 */
export async function connectNats(
  url: string,
  { name, timers, timeoutMs = 30_000 }: ConnectNatsOptions,
): Promise<NatsConnection> {
  const { websocket, ...target } = parseNatsUrl(url);
  const options: NodeConnectionOptions = {
    ...target,
    name,
    timeout: Math.min(attemptMs, timeoutMs),
    maxReconnectAttempts: -1,
    reconnectTimeWait: pauseMs,
    // A peer that is gone without a word is noticed within half a minute.
    pingInterval: 10_000,
    maxPingOut: 2,
    // A stack for each request would cost more than the request.
    noAsyncTraces: true,
    // What a server says about its peers is for TCP, and may be unreachable from outside.
    ignoreClusterUpdates: websocket,
  };
  let attempts = Math.max(1, Math.ceil(timeoutMs / pauseMs));
  let late = false;
  const deadline = timers.after(timeoutMs, () => late = true);
  try {
    while (true) {
      try {
        if (websocket) return markWebSocket(await wsconnect(options));
        return await connectTcp(options);
      } catch (error) {
        attempts -= 1;
        if (late || attempts <= 0) {
          const servers = target.servers.join(", ");
          const message = `no connection to ${servers}: ${describeError(error)}`;
          throw new BusError("failed", message, { cause: error });
        }
        await timers.sleep(pauseMs);
      }
    }
  } finally {
    deadline.cancel();
  }
}

interface Target {
  readonly servers: string[];
  readonly websocket: boolean;
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  readonly tls?: Record<string, never>;
}

/** Takes a connection string apart; throws BusError `failed` without repeating its secrets. */
function parseNatsUrl(text: string): Target {
  const urls = text.split(",").map((part) => {
    if (!URL.canParse(part.trim())) throw new BusError("failed", "the NATS URL is not a URL");
    return new URL(part.trim());
  });
  const [first] = urls;
  if (first === undefined) throw new BusError("failed", "the NATS URL is empty");
  const kinds = new Set(urls.map(kindOf));
  if (kinds.size > 1) throw new BusError("failed", "the NATS URLs mix TCP and WebSocket");
  const websocket = kinds.has("websocket");
  const servers = urls.map(({ protocol, host, pathname }) =>
    websocket ? `${protocol}//${host}${pathname === "/" ? "" : pathname}` : host
  );
  const user = decodeURIComponent(first.username);
  const pass = decodeURIComponent(first.password);
  const credentials = user === "" ? {} : pass === "" ? { token: user } : { user, pass };
  return {
    servers,
    websocket,
    ...credentials,
    // Asking for TLS makes a server that offers none an error.
    ...(first.protocol === "tls:" ? { tls: {} } : {}),
  };
}

function kindOf({ protocol }: URL): "tcp" | "websocket" {
  switch (protocol) {
    case "nats:":
    case "tls:":
      return "tcp";
    case "ws:":
    case "wss:":
      return "websocket";
    default:
      throw new BusError(
        "failed",
        `the NATS URL has ${protocol}// and not nats, tls, ws or wss`,
      );
  }
}
