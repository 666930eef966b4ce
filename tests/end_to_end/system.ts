/** A whole running product as its users see it: addresses, a key, and the public APIs. @module */
import OpenAI from "openai";
import type { Demo } from "../../scripts/demo/mod.ts";

/** A product under test. */
export interface System
  extends Pick<Demo, "ledgerUrl" | "projectionsUrl" | "webUrl" | "adminToken"> {
  /** Every proxy; a cluster has two. */
  readonly proxyUrls: readonly string[];
  stop(): Promise<void>;
}

/** One call's row in the read API. */
export interface RequestRow {
  readonly requestId: string;
  readonly state: string;
  readonly usage: Record<string, number> | null;
  readonly evidence: string | null;
  readonly holdMicroKyat: string;
  readonly chargeMicroKyat: string | null;
  readonly chargedMicroKyat: string | null;
  readonly unbilledMicroKyat: string | null;
  /** Whether no provider bills such a call. */
  readonly isFree?: boolean;
  readonly pricing: {
    readonly ratesPicoUsdPerUnit: Record<string, string>;
    readonly markupPartsPerMillion: number;
    readonly fxMicroKyat: string;
    readonly fxNanoUsd: string;
  };
  readonly outputTokensGranted: number;
  readonly call: { readonly attempts: readonly unknown[]; readonly outcome: string } | null;
}

/** A fresh account with its own key. */
export interface Customer {
  readonly accountId: string;
  readonly apiKey: string;
  readonly keyId: string;
}

/** The wallet as the ledger has it now. */
export interface Balance {
  readonly creditedMicroKyat: string;
  readonly settledMicroKyat: string;
  readonly heldMicroKyat: string;
  readonly availableMicroKyat: string;
  readonly openHolds: number;
  /** Of the log, as of which this is. */
  readonly position: string;
}

/** Sends an admin's request to the ledger; throws when it is refused. */
export async function ledgerCall<T = Record<string, unknown>>(
  system: System,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(system.ledgerUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${system.adminToken}`,
      "content-type": "application/json",
      "idempotency-key": crypto.randomUUID(),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  }
  return answer;
}

const READ_DEADLINE_MS = 60_000;

/**
 * Reads from the projections as an admin; throws when it is refused. Asks again while the answer is
 * 503, as any reader should, for at most a minute.
 */
export async function readCall<T>(system: System, path: string): Promise<T> {
  const until = Date.now() + READ_DEADLINE_MS;
  while (true) {
    const response = await fetch(system.projectionsUrl + path, {
      headers: { authorization: `Bearer ${system.adminToken}` },
      signal: AbortSignal.timeout(30_000),
    });
    const answer = await response.json();
    if (response.ok) return answer;
    if (response.status !== 503 || Date.now() > until) {
      throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Opens an account with `kyat` of credit (0: none) and issues a key. */
export async function newCustomer(system: System, kyat: number): Promise<Customer> {
  const accountId = `test-${crypto.randomUUID()}`;
  await ledgerCall(system, "POST", "/v1/accounts", { accountId, name: "Test customer" });
  if (kyat > 0) {
    await ledgerCall(system, "POST", `/v1/accounts/${accountId}/credits`, {
      amountMicroKyat: `${kyat}000000`,
      source: "manual_payment",
      reference: "test",
    });
  }
  const issued = await ledgerCall<{ result: { secret: string; keyId: string } }>(
    system,
    "POST",
    `/v1/accounts/${accountId}/keys`,
    { label: "test", expiresAtMs: null },
  );
  const customer = { accountId, apiKey: issued.result.secret, keyId: issued.result.keyId };
  for (const proxyUrl of system.proxyUrls) await knownToProxy(proxyUrl, customer.apiKey);
  return customer;
}

async function knownToProxy(proxyUrl: string, apiKey: string): Promise<void> {
  await eventually(async () => {
    const response = await fetch(`${proxyUrl}/v1/credits`, {
      headers: { authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.timeout(5_000),
    });
    await response.body?.cancel();
    return response.status === 200 || response.status;
  }, "the new key is known to the proxy");
}

/** The official client, without its own retries unless asked for. */
export function clientOf(
  system: System,
  apiKey: string,
  options: { proxy?: number; maxRetries?: number } = {},
): OpenAI {
  return new OpenAI({
    apiKey,
    baseURL: `${system.proxyUrls[options.proxy ?? 0]}/v1`,
    maxRetries: options.maxRetries ?? 0,
    timeout: 30_000,
  });
}

/** The account's wallet, straight from the ledger. */
export async function balanceOf(system: System, accountId: string): Promise<Balance> {
  const answer = await ledgerCall<{ result?: Balance } & Balance>(
    system,
    "GET",
    `/v1/accounts/${accountId}/balance`,
  );
  return answer.result ?? answer;
}

/**
 * All of the account's calls, newest first, read page by page, as of `position` of the log or later.
 */
export async function requestsOf(
  system: System,
  accountId: string,
  position: string,
): Promise<RequestRow[]> {
  const rows: RequestRow[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: RequestRow[]; nextCursor: string | null } = await readCall(
      system,
      `/v1/requests?account=${accountId}&limit=200&min_position=${position}${from}`,
    );
    rows.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
}

/**
 * Asks until the answer is `true`, for at most `deadlineMs`; any other answer is shown when time is
 * up. Only for what is asynchronous by design, such as a read model that follows.
 */
export async function eventually(
  question: () => Promise<unknown>,
  what: string,
  deadlineMs = 120_000,
): Promise<void> {
  const until = Date.now() + deadlineMs;
  let last: unknown;
  while (Date.now() < until) {
    try {
      last = await question();
      if (last === true) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const shown = last instanceof Error ? last.message : JSON.stringify(last);
  throw new Error(`it never came true that ${what}; last seen: ${shown}`);
}
