/** Keeps one-way messages moving over WebSocket. @module */
import type { NatsConnection } from "@nats-io/nats-core";
import type { Link } from "./link.ts";

const overWebSocket = new WeakSet<NatsConnection>();

/** Notes that a connection is a WebSocket. */
export function markWebSocket(connection: NatsConnection): NatsConnection {
  overWebSocket.add(connection);
  return connection;
}

/**
 * A function to call after sending what the server does not answer. A WebSocket has no
 * TCP_NODELAY: a second small message would wait up to 40 ms for the server to confirm the first.
 * A PING in the same write makes it answer at once. Over TCP there is nothing to do.
 */
export function createNudge(connection: NatsConnection, link: Link): () => void {
  if (!overWebSocket.has(connection)) return () => {};
  let waiting = false;
  let again = false;
  const nudge = () => {
    again = waiting;
    if (waiting || !link.isUp()) return;
    waiting = true;
    const answered = () => {
      waiting = false;
      if (again) nudge();
    };
    connection.flush().then(answered, answered);
  };
  link.onUp(() => {
    waiting = false;
    again = false;
  });
  return nudge;
}
