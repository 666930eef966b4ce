/** Opening and closing balances, compared with the replayed books. @module */
import type { VerifierCrypto } from "./crypto.ts";
import type { Findings } from "./findings.ts";
import type { ExportSource } from "./lines.ts";
import { type BalanceLine, SHAPES } from "./lines_of_export.ts";
import type { Manifest } from "./manifest.ts";
import type { Balances } from "./replay/balances.ts";
import { Series } from "./series.ts";

/** What reading balances needs. */
export interface BooksSettings {
  readonly source: ExportSource;
  readonly manifest: Manifest;
  readonly crypto: VerifierCrypto;
  readonly findings: Findings;
}

/** Takes the opening balances into the books. */
export async function readOpening(settings: BooksSettings, balances: Balances): Promise<void> {
  if (settings.manifest.from === 1) return;
  await readBalances(settings, "opening.ndjson", ({ account, currency, balance }) => {
    balances.open(account, currency, BigInt(balance));
    return null;
  });
}

/** Compares the closing balances with the books. */
export async function compareClosing(settings: BooksSettings, balances: Balances): Promise<void> {
  const name = "balances.ndjson";
  const lines = await readBalances(settings, name, ({ account, currency, balance }) => {
    const computed = balances.of(account, currency);
    return computed === BigInt(balance)
      ? null
      : `${account} closes with ${balance} ${currency}, its postings give ${computed}`;
  });
  if (lines === balances.size) return;
  fail(settings, name, `there are ${lines} balances, the postings give ${balances.size}`);
}

async function readBalances(
  settings: BooksSettings,
  name: string,
  take: (line: BalanceLine) => string | null,
): Promise<number> {
  const { source, manifest, crypto, findings } = settings;
  const series = new Series<BalanceLine>({
    source,
    files: manifest.files.filter((file) => file.name === name),
    shape: SHAPES.balance,
    crypto,
    findings,
  });
  const sums = new Map<string, bigint>();
  let before: BalanceLine | null = null;
  let lines = 0;
  for (let read = await series.next(); read !== null; read = await series.next()) {
    lines++;
    const line = read.value;
    if (line === null) continue;
    findings.checked("closing");
    const problem = before !== null && !inOrder(before, line)
      ? `${line.account} ${line.currency} does not come after ${before.account} ${before.currency}`
      : take(line);
    if (problem !== null) fail(settings, series.at, problem);
    before = line;
    sums.set(line.currency, (sums.get(line.currency) ?? 0n) + BigInt(line.balance));
  }
  for (const [currency, sum] of sums) {
    if (sum !== 0n) fail(settings, name, `all balances in ${currency} sum to ${sum}, not to 0`);
  }
  return lines;
}

function inOrder(one: BalanceLine, next: BalanceLine): boolean {
  return one.account < next.account ||
    (one.account === next.account && one.currency < next.currency);
}

function fail({ findings }: BooksSettings, at: string, message: string): void {
  findings.fail("closing", { position: null, at }, message);
}
