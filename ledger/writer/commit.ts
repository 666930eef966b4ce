/** Getting a batch into the log, or learning that it cannot be. @module */
import type { Effects } from "../../shared/effects.ts";
import { sameHash } from "../integrity/mod.ts";
import type { AppendResult, Batch, EventStore, Outcome, Ownership } from "../store/mod.ts";
import { LogDamagedError } from "./catch_up.ts";
import { type PendingBatch, seal } from "./batch.ts";
import { DeadlineError, within } from "./deadline.ts";
import type { Replica } from "./replica.ts";

/**
 * How it ended. `committed`: it is in the log. `decided_before`: some of its operations have an
 * outcome and yet led to events here, so the batch must be decided anew. `lost`: the shard is
 * another's. `refused`: the database will never take it. `damaged`: the database has lost what it
 * had committed. `stopped`: nobody knows, and the writer
 * gave up waiting for the database.
 */
export type CommitResult =
  | { readonly status: "committed"; readonly ownership: Ownership; readonly stored: Outcome[] }
  | { readonly status: "decided_before"; readonly ownership: Ownership; readonly stored: Outcome[] }
  | { readonly status: "lost" }
  | { readonly status: "refused"; readonly ownership: Ownership; readonly error: unknown }
  | { readonly status: "damaged"; readonly error: LogDamagedError }
  | { readonly status: "stopped" };

/** What committing needs. */
export interface Committing {
  readonly store: EventStore;
  readonly effects: Effects;
  readonly leaseMs: number;
  /** How long one call to the store may take, in milliseconds. */
  readonly callTimeoutMs: number;
  /** Told when a call that prolonged the lease was begun, in epoch milliseconds. */
  onRenewed(calledAtMs: number): void;
  /** False once the writer should give up. */
  mayGoOn(): boolean;
  /** Told of every failure that is tried again. */
  onRetry(error: unknown): void;
}

const RETRY_MS = 100;

/**
 * Appends a batch, again after each failure that may pass: as long as the head of the log is where
 * the batch begins, the same events under a new epoch are still the right ones. Sets the replica's
 * frame hash when it committed.
 */
export async function commitBatch(
  committing: Committing,
  batch: PendingBatch,
  start: { readonly replica: Replica<unknown>; readonly ownership: Ownership },
): Promise<CommitResult> {
  const { replica } = start;
  let { ownership } = start;
  const stored: Outcome[] = [];
  while (true) {
    const sealed = seal(batch, { replica, ownership, leaseMs: committing.leaseMs });
    const calledAtMs = committing.effects.clock.nowMs();
    const attempt = await tryAppend(committing, sealed);
    switch (attempt.status) {
      case "fenced":
        return { status: "lost" };
      case "refused":
        return { status: "refused", ownership, error: attempt.error };
      case "version_conflict":
        return refused(ownership, "a stream is not at the version that the log gives it");
      case "committed":
        committing.onRenewed(calledAtMs);
        replica.frameHash = sealed.frame?.hash ?? replica.frameHash;
        return { status: "committed", ownership, stored };
      case "operation_exists": {
        const found = await findStored(committing, batch, ownership.shard);
        if (found === null) return { status: "stopped" };
        if (found.length === 0) return refused(ownership, "an outcome exists and cannot be found");
        stored.push(...found);
        if (mustDecideAnew(batch, found)) return { status: "decided_before", ownership, stored };
        for (const { operationId } of found) batch.storedAlready.add(operationId);
        break;
      }
      case "unknown": {
        committing.onRetry(attempt.error);
        const truth = await learnTruth(committing, sealed);
        if (truth.status !== "not_committed") {
          if (!("ownership" in truth)) return truth;
          replica.frameHash = sealed.frame?.hash ?? replica.frameHash;
          return { status: "committed", ownership: truth.ownership, stored };
        }
        ownership = truth.ownership;
        await committing.effects.timers.sleep(RETRY_MS);
        // Whoever gave the shard up must not write under the epoch that was just taken.
        if (!committing.mayGoOn()) return { status: "stopped" };
        break;
      }
      default:
        return attempt satisfies never;
    }
  }
}

function refused(ownership: Ownership, what: string): CommitResult {
  return { status: "refused", ownership, error: new Error(what) };
}

type Attempt = AppendResult | { readonly status: "refused"; readonly error: unknown };

async function tryAppend(committing: Committing, sealed: Batch): Promise<Attempt> {
  try {
    return await call(committing, "an append", committing.store.append(sealed));
  } catch (error) {
    if (error instanceof DeadlineError) return { status: "unknown", error };
    return { status: "refused", error };
  }
}

type Truth =
  | { readonly status: "committed"; readonly ownership: Ownership }
  | { readonly status: "not_committed"; readonly ownership: Ownership }
  | { readonly status: "lost" }
  | { readonly status: "damaged"; readonly error: LogDamagedError }
  | { readonly status: "stopped" };

/**
 * Finds out whether an append whose answer was lost is in the log: taking a new epoch waits for what
 * is under way and fences what has yet to begin, so the head is final.
 */
async function learnTruth(committing: Committing, sealed: Batch): Promise<Truth> {
  const { store, leaseMs } = committing;
  const { shard, owner } = sealed.ownership;
  let calledAtMs = 0;
  const head = await untilDone(committing, () => {
    calledAtMs = committing.effects.clock.nowMs();
    return call(committing, "taking a new epoch", store.reclaim({ shard, owner }, leaseMs));
  });
  if (head === STOPPED) return { status: "stopped" };
  if (head === null) return { status: "lost" };
  committing.onRenewed(calledAtMs);
  const ownership = { ...sealed.ownership, epoch: head.epoch };
  const { frame, afterPosition } = sealed;
  if (frame !== null && sameHash(head.frameHash, frame.hash)) {
    return { status: "committed", ownership };
  }
  if (head.position !== afterPosition) {
    // Nobody else may append between two epochs of one owner.
    const what = `the log ends here, but position ${afterPosition} was committed`;
    return { status: "damaged", error: new LogDamagedError(shard, head.position, what) };
  }
  // A batch of rejections leaves no frame to know it by. Appended again, it meets its own outcomes, or
  // those that its operations had long before it: either way what is stored is what is answered.
  return { status: "not_committed", ownership };
}

/** Which operations of the batch have an outcome in the store; null when the writer stops. */
async function findStored(
  committing: Committing,
  { decided, storedAlready }: PendingBatch,
  shard: number,
): Promise<Outcome[] | null> {
  const ids = decided.map(({ operation }) => operation.operationId)
    .filter((id) => !storedAlready.has(id));
  const found = await untilDone(
    committing,
    () => call(committing, "finding outcomes", committing.store.findOutcomes(shard, ids)),
  );
  return found === STOPPED ? null : found;
}

/** Whether an operation that has an outcome led to events in this batch. */
function mustDecideAnew({ decided }: PendingBatch, found: readonly Outcome[]): boolean {
  const ids = new Set(found.map(({ operationId }) => operationId));
  return decided.some(({ operation, eventCount }) =>
    eventCount > 0 && ids.has(operation.operationId)
  );
}

const STOPPED = Symbol("stopped");

async function untilDone<T>(
  committing: Committing,
  task: () => Promise<T>,
): Promise<T | typeof STOPPED> {
  while (committing.mayGoOn()) {
    try {
      return await task();
    } catch (error) {
      committing.onRetry(error);
      await committing.effects.timers.sleep(RETRY_MS);
    }
  }
  return STOPPED;
}

function call<T>(committing: Committing, what: string, promise: Promise<T>): Promise<T> {
  return within(committing.effects.timers, { what, ms: committing.callTimeoutMs }, promise);
}
