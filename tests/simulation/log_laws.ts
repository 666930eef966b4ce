/** The laws about the log itself: order, chain, books. @module */
import {
  frameHash,
  GENESIS_HASH,
  leafHash,
  merkleRoot,
  sameHash,
} from "../../ledger/integrity/mod.ts";
import { canonicalJson } from "../../ledger/integrity/mod.ts";
import type { ShardTables } from "../../ledger/store/memory/mod.ts";
import { available, type Books } from "./books.ts";
import { digestOf, type Evidence } from "./evidence.ts";
import type { Violation } from "./laws.ts";

/** Checks one shard's tables against each other and against the books kept here. */
export function checkLog(
  shard: number,
  tables: ShardTables,
  books: Books,
  evidence: Evidence,
): Violation[] {
  return [
    ...books.wrong,
    ...order(tables),
    ...postings(tables),
    ...chain(shard, tables),
    ...audits(shard, tables, evidence),
    ...balances(tables, books),
    ...epochs(shard, tables, evidence),
  ];
}

function order({ events }: ShardTables): Violation[] {
  const found: Violation[] = [];
  const versions = new Map<string, number>();
  let recordedAtMs = 0;
  for (const [index, event] of events.entries()) {
    if (event.position !== BigInt(index + 1)) {
      found.push({ law: "8", detail: `event ${index + 1} has position ${event.position}` });
    }
    const version = (versions.get(event.stream) ?? 0) + 1;
    versions.set(event.stream, version);
    if (event.version !== version) {
      found.push({
        law: "8",
        detail: `${event.stream} has version ${event.version} as ${version}`,
      });
    }
    if (event.recordedAtMs < recordedAtMs) {
      found.push({ law: "15", detail: `position ${event.position} was recorded before the last` });
    }
    recordedAtMs = event.recordedAtMs;
  }
  return found;
}

function postings({ postings, balances }: ShardTables): Violation[] {
  const found: Violation[] = [];
  const current = new Map<string, bigint>();
  for (const [index, legs] of postings.entries()) {
    const sums = new Map<string, bigint>();
    for (const { account, currency, amount, balanceAfter } of legs) {
      sums.set(currency, (sums.get(currency) ?? 0n) + amount);
      const key = `${account}|${currency}`;
      const balance = (current.get(key) ?? 0n) + amount;
      current.set(key, balanceAfter);
      if (balance !== balanceAfter) {
        found.push({ law: "9", detail: `${key} at position ${index + 1}: ${balanceAfter}` });
      }
    }
    for (const [currency, sum] of sums) {
      if (sum !== 0n) found.push({ law: "2", detail: `position ${index + 1}: ${sum} ${currency}` });
    }
  }
  const totals = new Map<string, bigint>();
  for (const [key, { currency, balance }] of balances) {
    totals.set(currency, (totals.get(currency) ?? 0n) + balance);
    if (current.get(key) !== balance) {
      found.push({ law: "10", detail: `${key} is ${balance}, its postings ${current.get(key)}` });
    }
  }
  for (const [currency, total] of totals) {
    if (total !== 0n) found.push({ law: "3", detail: `all ${currency} accounts sum to ${total}` });
  }
  return found;
}

function chain(shard: number, { events, frames, postings, frameHash: head }: ShardTables) {
  const found: Violation[] = [];
  let previous = GENESIS_HASH;
  let position = 0n;
  for (const frame of frames) {
    const at = `the frame from position ${frame.firstPosition}`;
    const from = Number(position);
    const covered = events.slice(from, from + frame.count);
    const leaves = covered.map((event, index) =>
      leafHash({
        ...event,
        shard,
        payloadJson: canonicalJson(event.payload),
        legs: postings[from + index] ?? [],
      })
    );
    const fits = frame.firstPosition === position + 1n && covered.length === frame.count &&
      sameHash(frame.previousHash, previous) && sameHash(merkleRoot(leaves), frame.merkleRoot) &&
      sameHash(frameHash(frame), frame.hash);
    if (!fits) found.push({ law: "13", detail: `${at} does not follow from the log before it` });
    previous = frame.hash;
    position += BigInt(frame.count);
  }
  if (position !== BigInt(events.length) || !sameHash(previous, head)) {
    found.push({ law: "13", detail: `frames end at ${position}, the log at ${events.length}` });
  }
  return found;
}

function audits(shard: number, { events, frames }: ShardTables, evidence: Evidence) {
  const found: Violation[] = [];
  const hashes = new Set(frames.map(({ hash }) => hash.toHex()));
  for (const seen of evidence.audits) {
    if (seen.shard !== shard) continue;
    const at = `position ${seen.position}`;
    if (!hashes.has(seen.frameHash)) found.push({ law: "13", detail: `the head at ${at} is gone` });
    if (digestOf(events.slice(0, Number(seen.position))) !== seen.digest) {
      found.push({ law: "17", detail: `the log up to ${at} is not what it was` });
    }
  }
  return found;
}

function balances({ balances, holds, position }: ShardTables, books: Books): Violation[] {
  const found: Violation[] = [];
  const stored = (account: string) => balances.get(`${account}|MMK`)?.balance ?? 0n;
  for (const [accountId, wallet] of books.wallets) {
    const expected = [-available(wallet), -wallet.held];
    const actual = [stored(`2000:${accountId}`), stored(`2010:${accountId}`)];
    if (expected.join() !== actual.join()) {
      const detail = `wallet and holds of ${accountId} are ${actual}, the log says ${expected}`;
      found.push({ law: "10", detail });
    }
  }
  const open = [...books.requests.values()].filter(({ ends }) => ends.length === 0);
  const asText = (rows: readonly string[]) => rows.toSorted().join();
  const expected = asText(open.map((one) => `${one.requestId} ${one.hold} ${one.expiresAtMs}`));
  const actual = asText(
    [...holds.values()].map((one) => `${one.requestId} ${one.amountMicroKyat} ${one.expiresAtMs}`),
  );
  if (expected !== actual) {
    found.push({ law: "10", detail: `open holds are [${actual}], the log says [${expected}]` });
  }
  for (const hold of open) found.push({ law: "L1", detail: `${hold.requestId} is held for ever` });
  for (const { position: at } of balances.values()) {
    if (at > position) found.push({ law: "10", detail: `a balance of position ${at} is ahead` });
  }
  return found;
}

function epochs(shard: number, { frames }: ShardTables, evidence: Evidence): Violation[] {
  const found: Violation[] = [];
  let highest = 0n;
  for (const { epoch, taken, ...of } of evidence.epochs) {
    if (of.shard !== shard) continue;
    if (taken && epoch <= highest) {
      found.push({ law: "19", detail: `epoch ${epoch} was given out after ${highest}` });
    }
    if (!taken && epoch !== highest) {
      found.push({ law: "19", detail: `epoch ${epoch} appended when ${highest} was the newest` });
    }
    if (taken && epoch > highest) highest = epoch;
  }
  for (const [index, { epoch, firstPosition }] of frames.entries()) {
    if (index > 0 && epoch < frames[index - 1]!.epoch) {
      found.push({
        law: "19",
        detail: `the frame from position ${firstPosition} has epoch ${epoch}`,
      });
    }
  }
  return found;
}
