/** Puts the demo's account, credit and key into a running ledger, through its public API. @module */

/** The demo developer's account. */
export const DEMO_ACCOUNT_ID = "demo";

const DEMO_CREDIT_MICRO_KYAT = "50000000000";

interface SeedOptions {
  readonly ledgerUrl: string;
  readonly adminToken: string;
  /** A key that an earlier start was given, or null. */
  readonly knownKey: string | null;
}

/**
 * Opens the demo account, grants 50,000 kyat and issues a key. Each step has a fixed idempotency
 * key, so that doing it again changes nothing. Returns the API key. Throws when the ledger refuses.
 */
export async function seedDemo(options: SeedOptions): Promise<string> {
  const account = `/v1/accounts/${DEMO_ACCOUNT_ID}`;
  await post(options, "/v1/accounts", "demo-account", {
    accountId: DEMO_ACCOUNT_ID,
    name: "Demo developer",
  });
  await post(options, `${account}/credits`, "demo-credit", {
    amountMicroKyat: DEMO_CREDIT_MICRO_KYAT,
    source: "promotion",
    reference: "Demo credit",
  });
  if (options.knownKey !== null) return options.knownKey;
  // The secret exists only in this answer, so a new file needs a new key.
  const { result } = await post(options, `${account}/keys`, `demo-key-${crypto.randomUUID()}`, {
    label: "Demo key",
    expiresAtMs: null,
  });
  return String(result.secret);
}

async function post(
  options: SeedOptions,
  path: string,
  idempotencyKey: string,
  body: Record<string, unknown>,
): Promise<{ result: Record<string, unknown> }> {
  const response = await fetch(options.ledgerUrl + path, {
    method: "POST",
    headers: {
      authorization: `Bearer ${options.adminToken}`,
      "content-type": "application/json",
      "idempotency-key": idempotencyKey,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(`seeding ${path} failed with ${response.status}: ${JSON.stringify(answer)}`);
  }
  return answer;
}
