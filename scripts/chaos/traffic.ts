/** Paid traffic: clients that call without end, and wallets that are topped up. @module */
import { type BooksSource, callApi } from "./books.ts";
import type { Chance } from "./chance.ts";
import { type CallRecord, type Destination, makeCall } from "./client.ts";
import { pause } from "./faults.ts";
import { type CallPlan, CHAIN, planCall } from "./plan.ts";
import type { Surroundings } from "./surroundings.ts";

/** An account with a key. */
export interface Customer {
  readonly accountId: string;
  readonly apiKey: string;
  /** What a top-up brings, in microkyat; null for a wallet that never runs dry. */
  readonly topUpMicroKyat: bigint | null;
}

/** Traffic under way. */
export interface Traffic {
  /** Every call that has ended so far. */
  readonly records: readonly CallRecord[];
  /** What each account was granted and told so, in microkyat. */
  readonly credits: ReadonlyMap<string, bigint>;
  /** Starts nothing new, and waits for what is under way; each grant is sent until it is confirmed. */
  stop(): Promise<void>;
}

const RICH_MICRO_KYAT = 1_000_000_000_000n;
const POOR_MICRO_KYAT = 3_000_000n;
const WORKERS_PER_EDGE = 4;
const MOST_REPETITIONS = 4;

/** Opens the accounts that the traffic is paid from, and waits until every proxy knows their keys. */
export async function openCustomers(
  { cluster, edges }: Surroundings,
  source: BooksSource,
): Promise<Customer[]> {
  const open = async (name: string, topUpMicroKyat: bigint | null): Promise<Customer> => {
    const accountId = `chaos-${name}`;
    const url = `${cluster.demo.ledgerUrl}/v1/accounts`;
    await callApi(source, url, { method: "POST", body: { accountId, name } });
    const { result: { secret } } = await callApi<{ result: { secret: string } }>(
      source,
      `${url}/${accountId}/keys`,
      { method: "POST", body: { label: "chaos", expiresAtMs: null } },
    );
    await Promise.all(edges.map(({ process }) => untilKnown(process.url, secret)));
    return { accountId, apiKey: secret, topUpMicroKyat };
  };
  await openChain(source, cluster.demo.ledgerUrl);
  return [
    await open("rich-1", null),
    await open("rich-2", null),
    await open("poor-1", 2_000_000n),
    await open("poor-2", 700_000n),
  ];
}

/** Configures the fallback chain; the proxies have heard of it when they know a later key. */
async function openChain(source: BooksSource, ledgerUrl: string): Promise<void> {
  await callApi(source, `${ledgerUrl}/v1/routers/${CHAIN.routerId}`, {
    method: "PUT",
    body: {
      name: "Chaos",
      enabled: true,
      rules: [],
      fallback: CHAIN.targets.map((model) => ({ provider: null, model })),
    },
  });
}

async function untilKnown(proxyUrl: string, apiKey: string): Promise<void> {
  const until = performance.now() + 30_000;
  while (true) {
    const response = await fetch(`${proxyUrl}/v1/models`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    await response.body?.cancel();
    if (response.ok) return;
    if (performance.now() > until) throw new Error(`${proxyUrl} does not take a new key`);
    await pause(50);
  }
}

/** Starts four clients a proxy. `customers` must be fresh. */
export async function startTraffic(options: {
  readonly surroundings: Surroundings;
  readonly customers: readonly Customer[];
  readonly source: BooksSource;
  readonly chance: Chance;
}): Promise<Traffic> {
  const { surroundings: { edges }, customers, source, chance } = options;
  const records: CallRecord[] = [];
  const credits = new Map<string, bigint>();
  const sales = createSales(source, credits);
  let stopped = false;
  for (const { accountId, topUpMicroKyat } of customers) {
    await sales.grant(
      accountId,
      topUpMicroKyat === null ? RICH_MICRO_KYAT : POOR_MICRO_KYAT,
      chance,
    );
  }
  let keys = 0;
  const client = async (choices: Chance) => {
    while (!stopped) {
      const { accountId, apiKey } = choices.pick(customers);
      const plan = planCall(choices);
      const key = plan.repeats ? `chaos-call-${keys += 1}` : null;
      const callOnce = async (plan: CallPlan) => {
        const { edgeId, process } = choices.pick(edges);
        const to: Destination = { accountId, apiKey, edgeId, proxyUrl: process.url, key };
        const record = await makeCall(plan, to);
        records.push(record);
        if (record.status === null) await pause(100);
        else if (record.status >= 400) await pause(20);
        return record;
      };
      let record = await callOnce(plan);
      // Under a key it may be asked as often as one likes, also when it was answered.
      for (let again = 0; key !== null && again < MOST_REPETITIONS && !stopped; again++) {
        if (record.finished && !choices.happens(0.2)) break;
        await pause(choices.int(50, 1_500));
        record = await callOnce({ ...plan, leavesAfterChunks: null, leavesAfterMs: null });
      }
    }
  };
  const topUp = async ({ accountId, topUpMicroKyat }: Customer, choices: Chance) => {
    while (topUpMicroKyat !== null && !stopped) {
      await pause(choices.int(1_000, 3_000));
      await sales.grant(accountId, topUpMicroKyat, choices);
    }
  };
  const running = Promise.all([
    ...Array.from({ length: WORKERS_PER_EDGE * edges.length }, () => client(chance.branch())),
    ...customers.map((customer) => topUp(customer, chance.branch())),
  ]);
  return {
    records,
    credits,
    async stop() {
      stopped = true;
      await running;
    },
  };
}

/** Grants credit, each under a key of its own, until the ledger says that it is there. */
function createSales(source: BooksSource, credits: Map<string, bigint>) {
  let sold = 0;
  return {
    async grant(accountId: string, amountMicroKyat: bigint, chance: Chance): Promise<void> {
      const key = `chaos-${sold += 1}`;
      const body = {
        amountMicroKyat: amountMicroKyat.toString(),
        source: "manual_payment",
        reference: key,
      };
      // Some are sent again although they were confirmed: the same key must not pay twice.
      let confirmations = chance.happens(0.3) ? 2 : 1;
      while (confirmations > 0) {
        const url = `${chance.pick(source.ledgerUrls)}/v1/accounts/${accountId}/credits`;
        try {
          await callApi(source, url, { method: "POST", body, key });
          confirmations -= 1;
        } catch {
          await pause(200);
        }
      }
      credits.set(accountId, (credits.get(accountId) ?? 0n) + amountMicroKyat);
    },
  };
}
