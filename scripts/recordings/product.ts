/** The product that recordings are replayed through, and its public APIs. @module */
import { stringifyWithBigint } from "../../shared/json.ts";
import type { Demo } from "../demo/mod.ts";
import { startRooms } from "./compose.ts";
import { type Plan, upstreamsSetting } from "./plan.ts";
import { priceFinder } from "./prices.ts";

/** A receipt, as far as a replay reads it. Amounts are kyat as decimal text. */
export interface Receipt {
  readonly state: "held" | "settled" | "released" | "expired" | "late_settled";
  readonly hold: string;
  readonly charged: string;
  readonly unbilled: string;
  readonly usage: Readonly<Record<string, number>> | null;
  readonly evidence: string | null;
  readonly call: {
    readonly outcome: string;
    readonly attempts: readonly { readonly errorCode: string | null }[];
    readonly upstreamCostNanoUsd?: number;
  } | null;
}

/** A running product with an account that pays. */
export interface ReplayProduct {
  readonly proxyUrl: string;
  readonly apiKey: string;
  /** Where each model's price comes from. */
  readonly priceOf: ReadonlyMap<string, "catalogue" | "stand-in">;
  /** Grants the account as much again as it was opened with. */
  topUp(): Promise<void>;
  /** A request's receipt once it has ended; as it is after a minute; null when there is none. */
  receiptOf(requestId: string): Promise<Receipt | null>;
  /** Stops it, if it was started here. */
  close(): Promise<void>;
}

/** A thousand million kyat: no recording is refused for want of credit. */
const CREDIT_MICRO_KYAT = "1000000000000000";
const RECEIPT_DEADLINE_MS = 60_000;
const READY_DEADLINE_MS = 60_000;
const PUBLISHED_AT_ONCE = 16;

/** Starts a ledger and a proxy in memory, on free ports, and prepares them. */
export async function startProduct(plan: Plan, upstreamUrl: string): Promise<ReplayProduct> {
  const rooms = await startRooms({
    SARGALAY_UPSTREAMS: upstreamsSetting(plan, upstreamUrl),
    SARGALAY_PROXY_BODY_BYTES: "100000000",
    // Receipts are asked for anyway.
    SARGALAY_PROXY_COST_WAIT_MS: "0",
  });
  try {
    return await prepared(plan, rooms, rooms.close);
  } catch (error) {
    await rooms.close();
    throw error;
  }
}

/** Prepares a product that runs already and was given the setting of {@link upstreamsSetting}. */
export async function attachProduct(plan: Plan, demoFile: string): Promise<ReplayProduct> {
  const demo: Demo = JSON.parse(await Deno.readTextFile(demoFile));
  return await prepared(plan, demo, () => Promise.resolve());
}

type Running = Pick<Demo, "proxyUrl" | "ledgerUrl" | "adminToken">;

async function prepared(
  plan: Plan,
  demo: Running,
  close: () => Promise<void>,
): Promise<ReplayProduct> {
  const ledger = (path: string, body: unknown) => ledgerCall(demo, path, body);
  const accountId = `recordings-${crypto.randomUUID().slice(0, 8)}`;
  await ledger("/v1/accounts", { accountId, name: "Replay of recordings" });
  const topUp = async () => {
    await ledger(`/v1/accounts/${accountId}/credits`, {
      amountMicroKyat: CREDIT_MICRO_KYAT,
      source: "promotion",
      reference: "Replay of recordings",
    });
  };
  await topUp();
  const { result } = await ledger(`/v1/accounts/${accountId}/keys`, {
    label: "Replay of recordings",
    expiresAtMs: null,
  });
  const apiKey = String(result.secret);
  const priceOf = await publishPrices(plan, ledger);
  await knownToProxy(demo.proxyUrl, apiKey, [...priceOf.keys()]);
  return {
    proxyUrl: demo.proxyUrl,
    apiKey,
    priceOf,
    topUp,
    receiptOf: (requestId) => receiptOf(demo.proxyUrl, apiKey, requestId),
    close,
  };
}

type LedgerCall = (path: string, body: unknown) => Promise<{ result: Record<string, unknown> }>;

async function publishPrices(
  plan: Plan,
  ledger: LedgerCall,
): Promise<Map<string, "catalogue" | "stand-in">> {
  const find = priceFinder();
  const priceOf = new Map<string, "catalogue" | "stand-in">();
  const waiting = plan.targets.flatMap(({ models }) => [...models]);
  const publishNext = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [sold, model] = next;
      const { body, from } = find(sold, model);
      await ledger("/v1/prices", body);
      priceOf.set(sold, from);
    }
  };
  await Promise.all(Array.from({ length: PUBLISHED_AT_ONCE }, publishNext));
  return priceOf;
}

async function ledgerCall(
  { ledgerUrl, adminToken }: Running,
  path: string,
  body: unknown,
): Promise<{ result: Record<string, unknown> }> {
  const response = await fetch(ledgerUrl + path, {
    method: "POST",
    headers: {
      authorization: `Bearer ${adminToken}`,
      "content-type": "application/json",
      "idempotency-key": crypto.randomUUID(),
    },
    body: stringifyWithBigint(body),
    signal: AbortSignal.timeout(30_000),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(`recordings: ${path} was refused: ${JSON.stringify(answer)}`);
  }
  return answer;
}

/** The proxy follows the ledger within a second or so. */
async function knownToProxy(
  proxyUrl: string,
  apiKey: string,
  models: readonly string[],
): Promise<void> {
  const until = Date.now() + READY_DEADLINE_MS;
  let missing: readonly string[] = models;
  while (Date.now() < until) {
    const response = await fetch(`${proxyUrl}/v1/models`, { headers: bearer(apiKey) });
    if (response.ok) {
      const { data } = await response.json() as { data: { id: string }[] };
      const known = new Set(data.map(({ id }) => id));
      missing = models.filter((model) => !known.has(model));
      if (missing.length === 0) return;
    } else await response.body?.cancel();
    await pause(100);
  }
  throw new Error(`recordings: the proxy does not serve ${missing.slice(0, 5).join(", ")}`);
}

async function receiptOf(
  proxyUrl: string,
  apiKey: string,
  requestId: string,
): Promise<Receipt | null> {
  const until = Date.now() + RECEIPT_DEADLINE_MS;
  for (let waitMs = 2;; waitMs = Math.min(50, waitMs * 2)) {
    const response = await fetch(`${proxyUrl}/v1/receipts/${requestId}`, {
      headers: bearer(apiKey),
    });
    if (response.status === 404) {
      await response.body?.cancel();
      return null;
    }
    const receipt: Receipt | null = response.ok ? await response.json() : null;
    if (receipt === null) await response.body?.cancel();
    if (receipt !== null && receipt.state !== "held") return receipt;
    if (Date.now() > until) return receipt;
    await pause(waitMs);
  }
}

const bearer = (apiKey: string) => ({ authorization: `Bearer ${apiKey}` });

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
