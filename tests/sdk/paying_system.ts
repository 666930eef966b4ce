/** The whole product over an upstream that speaks as tests want, and what a call there has cost. @module */
import { expect } from "vitest";
import { parseDecimal } from "../../shared/money/mod.ts";
import { assertBooks, settled } from "../end_to_end/books.ts";
import { startEmbedded } from "../end_to_end/embedded.ts";
import {
  balanceOf,
  type Customer,
  eventually,
  newCustomer,
  type System,
} from "../end_to_end/system.ts";
import { type SpeakingUpstream, startSpeakingUpstream } from "./speaking_upstream.ts";

/** Models for sale, by the names that the upstream knows. */
export const SOLD = {
  openai: {
    "gpt-4o-mini": "gpt-upstream",
    "openai/text-embedding-3-small": "embedding-upstream",
    "openai/gpt-image-1": "image-upstream",
    "openai/tts-1": "speech-upstream",
    "openai/whisper-1": "transcription-upstream",
  },
  anthropic: { "anthropic/claude-haiku-4-5": "claude-upstream" },
  google: {
    "google/gemini-2.5-flash": "gemini-upstream",
    "google/gemini-embedding-001": "gemini-embedding-upstream",
  },
} as const;

/** What runs. */
export interface PayingSystem extends System {
  readonly proxyUrl: string;
  readonly upstream: SpeakingUpstream;
}

/** A receipt as the proxy shows it, as far as tests look at it. */
export interface Receipt {
  readonly state: string;
  readonly charged: string;
  readonly unbilled: string;
  readonly evidence: string;
  readonly usage: Readonly<Record<string, number>>;
}

/** Starts the product in a process of its own, with silent upstreams given up after two seconds. */
export async function startPayingSystem(): Promise<PayingSystem> {
  const upstream = startSpeakingUpstream();
  const target = (profile: keyof typeof SOLD, path: string) => ({
    name: profile,
    profile,
    baseUrl: upstream.url + path,
    apiKey: "provider-secret",
    models: SOLD[profile],
  });
  const system = await startEmbedded({
    env: {
      SARGALAY_UPSTREAMS: JSON.stringify([
        target("openai", "/v1"),
        target("anthropic", "/v1"),
        target("google", ""),
      ]),
      SARGALAY_PROXY_FIRST_BYTE_MS: "2000",
      SARGALAY_PROXY_IDLE_MS: "2000",
    },
  });
  return {
    ...system,
    proxyUrl: system.demo.proxyUrl,
    upstream,
    async stop() {
      await system.stop();
      await upstream.stop();
    },
  };
}

/** What calls cost: their receipts in the order of the ids, and what the wallet lost. */
export interface Bill {
  readonly receipts: readonly Receipt[];
  readonly lostMicroKyat: bigint;
}

/**
 * A new customer makes calls; `call` returns their ids (`x-request-id`). When all holds have ended,
 * the balance has fallen by exactly what the receipts charge, and the books balance.
 */
export async function billed(
  system: PayingSystem,
  call: (customer: Customer) => Promise<readonly (string | null | undefined)[]>,
): Promise<Bill> {
  const customer = await newCustomer(system, 10_000);
  const before = BigInt((await balanceOf(system, customer.accountId)).availableMicroKyat);
  const ids = await call(customer);
  await settled(system, customer.accountId, ids.length);
  const receipts = await Promise.all(ids.map((id) => receiptOf(system, customer, String(id))));
  const after = BigInt((await balanceOf(system, customer.accountId)).availableMicroKyat);
  const charged = receipts.map((receipt) => parseDecimal(receipt.charged, 6));
  expect(before - after).toBe(charged.reduce((sum, each) => sum + each, 0n));
  await assertBooks(system, customer.accountId);
  return { receipts, lostMicroKyat: before - after };
}

async function receiptOf(system: PayingSystem, { apiKey }: Customer, id: string): Promise<Receipt> {
  let receipt: Receipt | undefined;
  await eventually(async () => {
    const response = await fetch(`${system.proxyUrl}/v1/receipts/${id}`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    const body = await response.json();
    receipt = body;
    return response.ok && body.state !== "held" || body;
  }, `the receipt of ${id} shows its end`);
  return receipt!;
}
