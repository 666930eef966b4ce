/** Asking a ledger, call after call, to wrap all keys of providers by its newest master key. @module */
import { z } from "zod";

/** A ledger's HTTP API and a token that may edit providers. */
export interface LedgerAddress {
  readonly url: string;
  readonly token: string;
}

/** What came of a rotation. */
export interface Rotated {
  readonly masterKeyId: string;
  readonly rewrapped: number;
  /** Ids of keys that no master key of the ledger opens, at most 100. */
  readonly unreadable: readonly string[];
}

const answerSchema = z.object({
  masterKeyId: z.string(),
  rewrapped: z.number().int(),
  remaining: z.number().int(),
  unreadable: z.array(z.string()),
});

/**
 * Rotates until nothing remains; safe to repeat. Throws Error with the ledger's own words when it
 * refuses, and when three calls on end get no further.
 */
export async function rotateAll(
  { url, token }: LedgerAddress,
  fetch: (url: string, init: RequestInit) => Promise<Response>,
): Promise<Rotated> {
  let rewrapped = 0;
  for (let idle = 0; idle < 3;) {
    const response = await fetch(`${url}/v1/provider-key-rotations`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer?.error?.message ?? `status ${response.status}`);
    const { remaining, unreadable, ...step } = answerSchema.parse(answer);
    rewrapped += step.rewrapped;
    if (remaining === 0) return { masterKeyId: step.masterKeyId, rewrapped, unreadable };
    idle = step.rewrapped === 0 ? idle + 1 : 0;
  }
  throw new Error(`${rewrapped} keys were wrapped, and the rest keeps changing; run it again`);
}
