/** The judgement over a run: what was lost, doubled, overspent, left open or wrong. @module */
import type { Books, SeenRequest } from "./books.ts";
import type { CallRecord } from "./client.ts";
import { answersMixed, keysTakenTwice } from "./judge_again.ts";
import { type EdgeDeath, judgeCalls } from "./judge_calls.ts";
import { expectedCharge } from "./oracle.ts";
import { type Fold, foldLog, type HoldHistory } from "./wallets.ts";

/** What is judged. */
export interface Evidence {
  readonly records: readonly CallRecord[];
  readonly books: Books;
  readonly deaths: readonly EdgeDeath[];
  /** What each account was given and told so, in microkyat. */
  readonly credits: ReadonlyMap<string, bigint>;
}

/** Findings, one line each; all but `writtenOff` must be empty. */
export interface Verdict {
  /** Calls whose clients saw tokens or an end, without a settlement. */
  readonly lost: readonly string[];
  /** Holds with more than one end, or more than one late settlement. */
  readonly doubled: readonly string[];
  /** Wallets below zero, at any position. */
  readonly overspent: readonly string[];
  /** Holds that nothing ended. */
  readonly unresolved: readonly string[];
  /** Books that do not agree: with themselves, the read models, or the oracle. */
  readonly wrong: readonly string[];
  /** Answers that broke off when their proxy was killed, before it had left evidence of usage. */
  readonly writtenOff: readonly string[];
  /** How the holds ended, by event. */
  readonly endings: ReadonlyMap<string, number>;
}

/** Judges a run; pure. */
export function judge({ records, books, deaths, credits }: Evidence): Verdict {
  const fold = foldLog(books.events, new Set(books.trials.map(({ position }) => position)));
  const requests = new Map(books.requests.map((request) => [request.requestId, request]));
  const calls = judgeCalls(records, requests, fold.holds, deaths);
  const doubled = keysTakenTwice(books.events);
  const unresolved: string[] = [];
  const wrong: string[] = [...fold.broken, ...calls.wrong, ...answersMixed(records)];
  const endings = new Map<string, number>();
  for (const hold of fold.holds.values()) {
    const { requestId, placed, endings: ends, late } = hold;
    if (placed !== 1 || ends.length > 1 || late > 1) {
      doubled.push(`${requestId}: placed ${placed} times, ended by ${ends}, late ${late} times`);
    }
    if (ends.length === 0) unresolved.push(`${requestId}: its hold is open`);
    const ending = late > 0 ? "LateUsageSettled" : ends[0] ?? "open";
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    if (credits.has(hold.accountId)) wrong.push(...requestProblems(hold, requests.get(requestId)));
  }
  for (const [accountId, granted] of credits) {
    wrong.push(...walletProblems(accountId, granted, fold, books));
  }
  return {
    lost: calls.lost,
    doubled,
    overspent: fold.overspent,
    unresolved,
    wrong: [...wrong, ...trialProblems(fold, books, credits)],
    writtenOff: calls.writtenOff,
    endings,
  };
}

/** The read model's row against the log, and the charge against the oracle. */
function requestProblems(hold: HoldHistory, row: SeenRequest | undefined): string[] {
  const { requestId } = hold;
  if (row === undefined) return [`${requestId} is in the log and not in the read model`];
  const problems: string[] = [];
  const charged = BigInt(row.chargedMicroKyat ?? "0");
  const unbilled = BigInt(row.unbilledMicroKyat ?? "0");
  if (charged !== hold.charged || unbilled !== hold.unbilled) {
    problems.push(`${requestId}: the log charges ${hold.charged}, the read model ${charged}`);
  }
  if (row.state !== "settled" && row.state !== "late_settled") return problems;
  const charge = expectedCharge(row.usage ?? {}, row.pricing);
  if (BigInt(row.chargeMicroKyat ?? "-1") !== charge) {
    problems.push(`${requestId}: a charge of ${row.chargeMicroKyat} where ${charge} is right`);
  }
  if (charged + unbilled !== hold.largestCharge) {
    problems.push(`${requestId}: ${charged} + ${unbilled} is not ${hold.largestCharge}`);
  }
  return problems;
}

function walletProblems(
  accountId: string,
  granted: bigint,
  fold: Fold,
  { balances }: Books,
): string[] {
  const wallet = fold.wallets.get(accountId);
  const seen = balances.get(accountId);
  if (wallet === undefined || seen === undefined) return [`${accountId} is not in the books`];
  const problems: string[] = [];
  if (wallet.credited !== granted) {
    problems.push(`${accountId} was credited ${wallet.credited} and told of ${granted}`);
  }
  for (const [who, balance] of Object.entries(seen)) {
    const same = BigInt(balance.availableMicroKyat) === wallet.available &&
      BigInt(balance.heldMicroKyat) === wallet.held &&
      BigInt(balance.settledMicroKyat) === wallet.charged &&
      BigInt(balance.creditedMicroKyat) === wallet.credited &&
      balance.openHolds === wallet.openHolds;
    if (!same) problems.push(`${accountId}: the ${who} has ${JSON.stringify(balance)}`);
  }
  return problems;
}

/** Postings must sum to zero, and show the same wallets as the events do. */
function trialProblems(
  fold: Fold,
  { trials }: Books,
  credits: ReadonlyMap<string, bigint>,
): string[] {
  const problems: string[] = [];
  for (const { position, rows } of trials) {
    const sums = new Map<string, bigint>();
    const balances = new Map<string, bigint>();
    for (const { account, currency, balance } of rows) {
      sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(balance));
      if (currency === "MMK") balances.set(account, BigInt(balance));
    }
    for (const [currency, sum] of sums) {
      if (sum !== 0n) problems.push(`at ${position} the ${currency} accounts sum to ${sum}`);
    }
    for (const [accountId, wallet] of fold.snapshots.get(position) ?? []) {
      if (!credits.has(accountId)) continue;
      const available = -(balances.get(`2000:${accountId}`) ?? 0n);
      const held = -(balances.get(`2010:${accountId}`) ?? 0n);
      if (available !== wallet.available || held !== wallet.held) {
        problems.push(
          `at ${position} ${accountId} has ${wallet.available} + ${wallet.held} by events and ` +
            `${available} + ${held} by postings`,
        );
      }
    }
  }
  if (trials.length === 0) problems.push("there is no trial balance");
  return problems;
}
