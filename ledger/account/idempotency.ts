/**
 * Which calls a client has named by an idempotency key, so that a repetition is told from a new one:
 * 24 hours long, and of each account the newest 10,000.
 *
 * @module
 */
import { Fifo } from "./fifo.ts";

/** For how long the ledger remembers an idempotency key. */
export const IDEMPOTENCY_WINDOW_MS = 86_400_000;

/** How many idempotency keys the ledger remembers of one account. */
export const MAXIMUM_IDEMPOTENT_CALLS = 10_000;

/** A call with an idempotency key. */
export interface IdempotentCall {
  readonly accountId: string;
  /** SHA-256 of the client's key, and of what it asked for. */
  readonly keyHash: string;
  readonly bodyHash: string;
  readonly requestId: string;
  readonly placedAtMs: number;
  /** Whether its hold was charged; until then it runs. */
  isSettled: boolean;
}

interface AccountMemory {
  readonly calls: Map<string, IdempotentCall>;
  /** By age; calls that were replaced or given back are among them. */
  readonly order: Fifo<IdempotentCall>;
}

/** See the module; changed by the functions of this file only. */
export interface IdempotencyBook {
  readonly accounts: Map<string, AccountMemory>;
  /** Accounts to look through again, at the latest a window after they were put here. */
  readonly sweep: Fifo<{ readonly accountId: string; readonly atMs: number }>;
}

/** No calls. */
export function newIdempotencyBook(): IdempotencyBook {
  return { accounts: new Map(), sweep: new Fifo() };
}

/** The call that stands under a key at `nowMs`, or null; changes nothing. */
export function findCall(
  book: IdempotencyBook,
  of: { readonly accountId: string; readonly keyHash: string },
  nowMs: number,
): IdempotentCall | null {
  const call = book.accounts.get(of.accountId)?.calls.get(of.keyHash);
  return call === undefined || isOver(call, nowMs) ? null : call;
}

/** Remembers a call under its key, in place of an earlier one. */
export function rememberCall(book: IdempotencyBook, call: IdempotentCall): void {
  const { accountId, placedAtMs } = call;
  let memory = book.accounts.get(accountId);
  if (memory === undefined) {
    memory = { calls: new Map(), order: new Fifo() };
    book.accounts.set(accountId, memory);
    book.sweep.push({ accountId, atMs: placedAtMs + IDEMPOTENCY_WINDOW_MS });
  }
  memory.calls.set(call.keyHash, call);
  memory.order.push(call);
  forgetOld(memory, placedAtMs);
}

/** Frees the key of a call that ended without a charge. */
export function freeCall(book: IdempotencyBook, call: IdempotentCall): void {
  const memory = book.accounts.get(call.accountId);
  if (memory?.calls.get(call.keyHash) === call) memory.calls.delete(call.keyHash);
}

/** Notes that a call was charged; late usage takes its key back unless a newer call has it. */
export function settleCall(book: IdempotencyBook, call: IdempotentCall, nowMs: number): void {
  call.isSettled = true;
  const memory = book.accounts.get(call.accountId);
  if (memory === undefined || memory.calls.has(call.keyHash) || isOver(call, nowMs)) return;
  memory.calls.set(call.keyHash, call);
  memory.order.push(call);
  forgetOld(memory, nowMs);
}

/** Forgets what accounts without new calls still hold; a constant effort on average. */
export function sweepCalls(book: IdempotencyBook, nowMs: number): void {
  for (let next = book.sweep.oldest(); next !== undefined; next = book.sweep.oldest()) {
    if (next.atMs > nowMs) return;
    book.sweep.shift();
    const memory = book.accounts.get(next.accountId);
    if (memory === undefined) continue;
    forgetOld(memory, nowMs);
    if (memory.order.size === 0) book.accounts.delete(next.accountId);
    else book.sweep.push({ ...next, atMs: nowMs + IDEMPOTENCY_WINDOW_MS });
  }
}

function forgetOld(memory: AccountMemory, nowMs: number): void {
  for (let oldest = memory.order.oldest(); oldest !== undefined; oldest = memory.order.oldest()) {
    if (!isOver(oldest, nowMs) && memory.order.size <= MAXIMUM_IDEMPOTENT_CALLS) return;
    memory.order.shift();
    if (memory.calls.get(oldest.keyHash) === oldest) memory.calls.delete(oldest.keyHash);
  }
}

function isOver(call: IdempotentCall, nowMs: number): boolean {
  return nowMs >= call.placedAtMs + IDEMPOTENCY_WINDOW_MS;
}
