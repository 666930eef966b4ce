/** Beginning and ending subscriptions without losing what is on its way. @module */
import type { NatsConnection, Subscription } from "@nats-io/nats-core";
import type { Timers } from "../../effects.ts";
import type { Link } from "./link.ts";

const waitMs = 2_000;

/** Resolves to whether `work` was done within `timeoutMs`; a failure counts as not. */
export function within(work: Promise<unknown>, timers: Timers, timeoutMs: number) {
  return new Promise<boolean>((resolve) => {
    const timer = timers.after(timeoutMs, () => resolve(false));
    const finish = (done: boolean) => {
      timer.cancel();
      resolve(done);
    };
    work.then(() => finish(true), () => finish(false));
  });
}

/** Waits until the server knows all that was sent; a lost connection sends it again anyway. */
export async function flushConnection(
  connection: NatsConnection,
  { link, timers }: { readonly link: Link; readonly timers: Timers },
): Promise<void> {
  if (link.isUp()) await within(connection.flush(), timers, waitMs);
}

/** Ends a subscription after the messages that the server had sent already. */
export async function drainSubscription(
  subscription: Subscription,
  { link, timers }: { readonly link: Link; readonly timers: Timers },
): Promise<void> {
  if (subscription.isClosed()) return;
  const drained = link.isUp() && await within(subscription.drain(), timers, waitMs);
  if (!drained) subscription.unsubscribe();
}
