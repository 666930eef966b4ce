/** The log, the books and the read models, read through the public APIs once all is calm. @module */

/** An event as the read API shows it. */
export interface SeenEvent {
  readonly position: string;
  readonly type: string;
  readonly requestId: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A call as the read API shows it. */
export interface SeenRequest {
  readonly requestId: string;
  readonly accountId: string;
  readonly edgeId: string;
  /** The one that served; before the end, the one that the hold names. */
  readonly model: string;
  readonly state: string;
  readonly usage: Readonly<Record<string, number>> | null;
  readonly evidence: string | null;
  readonly chargeMicroKyat: string | null;
  readonly chargedMicroKyat: string | null;
  readonly unbilledMicroKyat: string | null;
  readonly pricing: {
    readonly ratesPicoUsdPerUnit: Readonly<Record<string, string>>;
    readonly markupPartsPerMillion: number;
    readonly fxMicroKyat: string;
    readonly fxNanoUsd: string;
  };
}

/** A wallet as the ledger's writer, or a read model, has it. */
export interface SeenBalance {
  readonly creditedMicroKyat: string;
  readonly settledMicroKyat: string;
  readonly heldMicroKyat: string;
  readonly availableMicroKyat: string;
  readonly openHolds: number;
}

/** Everything that is judged. */
export interface Books {
  /** The whole log, oldest first. */
  readonly events: readonly SeenEvent[];
  readonly requests: readonly SeenRequest[];
  /** By account: as the writer has it, and as the read model has it. */
  readonly balances: ReadonlyMap<string, { writer: SeenBalance; readModel: SeenBalance }>;
  /** Trial balances at several positions. */
  readonly trials: readonly TrialBalance[];
}

/** Every ledger account's balance at a position; a debit when positive. */
export interface TrialBalance {
  readonly position: string;
  readonly rows: readonly { account: string; currency: string; balance: string }[];
}

/** Where to read, and as whom. */
export interface BooksSource {
  readonly ledgerUrls: readonly string[];
  readonly projectionsUrl: string;
  readonly adminToken: string;
}

/** Sends a request; resolves to the answer's JSON, and throws when it is refused. */
export async function callApi<Answer>(
  source: Pick<BooksSource, "adminToken">,
  url: string,
  init: { readonly method?: string; readonly body?: unknown; readonly key?: string } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: init.method ?? "GET",
    headers: {
      authorization: `Bearer ${source.adminToken}`,
      "content-type": "application/json",
      ...(init.key === undefined ? {} : { "idempotency-key": init.key }),
    },
    body: init.body === undefined ? undefined : JSON.stringify(init.body),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${init.method ?? "GET"} ${url}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** The account's wallet as the writer has it now, and the log's position that it reflects. */
export async function readBalance(
  source: BooksSource,
  accountId: string,
): Promise<SeenBalance & { readonly position: string }> {
  const path = `/v1/accounts/${accountId}/balance`;
  const { position, result } = await callApi<{ position: string; result: SeenBalance }>(
    source,
    source.ledgerUrls[0] + path,
  );
  return { ...result, position };
}

/** Reads everything, as of one moment at which nothing happens any more. */
export async function readBooks(
  source: BooksSource,
  accountIds: readonly string[],
): Promise<Books> {
  const writers = new Map<string, SeenBalance>();
  let head = 0n;
  for (const accountId of accountIds) {
    const balance = await readBalance(source, accountId);
    writers.set(accountId, balance);
    if (BigInt(balance.position) > head) head = BigInt(balance.position);
  }
  const at = `min_position=${head}`;
  const events = await readAll<SeenEvent>(source, `/v1/events?shard=0&order=oldest&${at}`);
  const requests: SeenRequest[] = [];
  const balances: Map<string, { writer: SeenBalance; readModel: SeenBalance }> = new Map();
  for (const [accountId, writer] of writers) {
    requests.push(...await readAll<SeenRequest>(source, `/v1/requests?account=${accountId}&${at}`));
    const { item } = await callApi<{ item: SeenBalance }>(
      source,
      `${source.projectionsUrl}/v1/accounts/${accountId}?${at}`,
    );
    balances.set(accountId, { writer, readModel: item });
  }
  const trials: TrialBalance[] = [];
  for (const position of sampled(events.map((event) => event.position))) {
    const rows = await readAll<TrialBalance["rows"][number]>(
      source,
      `/v1/trial-balance?position=${position}`,
    );
    trials.push({ position, rows });
  }
  return { events, requests, balances, trials };
}

const TRIALS = 12;

/** Some of the positions, evenly spread, the last one among them. */
function sampled(positions: readonly string[]): string[] {
  const step = Math.max(1, Math.floor(positions.length / TRIALS));
  return positions.filter((_, index) => (positions.length - 1 - index) % step === 0);
}

async function readAll<Item>(source: BooksSource, path: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: Item[]; nextCursor: string | null } = await callApi(
      source,
      `${source.projectionsUrl}${path}&limit=200${from}`,
    );
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}
