/** Whether a connection can be used right now, and waiting until it can. @module */
import type { NatsConnection } from "@nats-io/nats-core";
import type { Timers } from "../../effects.ts";
import { BusError } from "../bus.ts";
import { closedError } from "../handling.ts";

/** The state of a connection. */
export interface Link {
  /** Whether messages reach the server now. */
  isUp(): boolean;
  /**
   * Resolves at once when up, else with the next connection. Rejects with BusError `closed` after
   * the end and `no_responders` after `timeoutMs`: nothing has been sent then.
   */
  untilUp(timeoutMs: number): Promise<void>;
  /** Calls `task` each time the connection is back; the result stops that. */
  onUp(task: () => void): () => void;
}

/** Follows a connection until it is closed. */
export function followLink(connection: NatsConnection, timers: Timers): Link {
  let up = !connection.isClosed();
  const tasks = new Set<() => void>();
  const changed = new Set<() => void>();
  const set = (value: boolean) => {
    up = value;
    for (const wake of [...changed]) wake();
    if (value) { for (const task of [...tasks]) task(); }
  };
  void (async () => {
    for await (const { type } of connection.status()) {
      if (type === "disconnect" || type === "staleConnection") set(false);
      else if (type === "reconnect") set(true);
    }
  })();
  void connection.closed().then(() => set(false));

  return {
    isUp: () => up && !connection.isClosed(),
    untilUp(timeoutMs) {
      if (connection.isClosed()) return Promise.reject(closedError());
      if (up) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const finish = (error: BusError | null) => {
          timer.cancel();
          changed.delete(wake);
          if (error === null) resolve();
          else reject(error);
        };
        const timer = timers.after(
          timeoutMs,
          () => finish(new BusError("no_responders", `no connection within ${timeoutMs} ms`)),
        );
        const wake = () => {
          if (connection.isClosed()) finish(closedError());
          else if (up) finish(null);
        };
        changed.add(wake);
      });
    },
    onUp(task) {
      tasks.add(task);
      return () => void tasks.delete(task);
    },
  };
}
