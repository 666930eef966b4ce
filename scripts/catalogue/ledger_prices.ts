/** The ledger's prices over HTTP: reading them, publishing and withdrawing them. @module */
import { z } from "zod";
import { type EdgeModel, edgeModelSchema } from "../../shared/edge_config/mod.ts";
import { stringifyWithBigint } from "../../shared/json.ts";
import { readDemo } from "../demo/mod.ts";

/** A ledger and a token that may publish prices. */
export interface LedgerAccess {
  readonly url: string;
  readonly token: string;
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** What became of one publication or withdrawal. */
export type Published =
  | { readonly status: "done"; readonly priceVersion: number; readonly position: string }
  | { readonly status: "refused"; readonly message: string };

const pricesSchema = z.object({ position: z.string(), models: z.array(edgeModelSchema) });
const acceptedSchema = z.object({
  position: z.string(),
  result: z.object({ priceVersion: z.number().int() }),
});

/**
 * The ledger at `SARGALAY_LEDGER_URL` under `SARGALAY_TOKEN`; what is not set is taken from the demo
 * file of the data folder `SARGALAY_DATA_DIR` (default `.data`). Throws Error when neither tells.
 */
export async function findLedger(): Promise<LedgerAccess> {
  const file = `${Deno.env.get("SARGALAY_DATA_DIR") || ".data"}/demo.json`;
  const demo = await readDemo(file);
  const url = Deno.env.get("SARGALAY_LEDGER_URL") || demo?.ledgerUrl;
  const token = Deno.env.get("SARGALAY_TOKEN") || demo?.adminToken;
  if (url && token) return { url, token, fetch };
  throw new Error(`no SARGALAY_LEDGER_URL and SARGALAY_TOKEN, and no ${file} to take them from`);
}

/** Every model's newest price. Throws Error when the ledger does not answer with it. */
export async function readPrices(ledger: LedgerAccess): Promise<EdgeModel[]> {
  const response = await ledger.fetch(`${ledger.url}/v1/prices`, {
    headers: { authorization: `Bearer ${ledger.token}` },
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`the ledger's prices: ${messageOf(answer, response.status)}`);
  return pricesSchema.parse(answer).models;
}

/**
 * Sends one command to the ledger's price routes; sent again under the same key, it has its first
 * outcome.
 */
export async function sendPrice(
  ledger: LedgerAccess,
  path: "/v1/prices" | "/v1/prices/withdraw",
  { body, idempotencyKey }: { readonly body: unknown; readonly idempotencyKey: string },
): Promise<Published> {
  const response = await ledger.fetch(`${ledger.url}${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ledger.token}`,
      "content-type": "application/json",
      "idempotency-key": idempotencyKey,
    },
    body: stringifyWithBigint(body),
  });
  const answer = await response.json();
  if (!response.ok) return { status: "refused", message: messageOf(answer, response.status) };
  const { position, result: { priceVersion } } = acceptedSchema.parse(answer);
  return { status: "done", priceVersion, position };
}

function messageOf(answer: { error?: { message?: string } }, status: number): string {
  return answer.error?.message ?? `status ${status}`;
}
