/** Storing, showing and re-wrapping the keys of providers. Secrets come in and never go out. @module */
import { createHash } from "node:crypto";
import { z } from "zod";
import { type EdgeProviderKey, edgeProviderKeySchema } from "../../shared/edge_config/mod.ts";
import {
  fingerprintOf,
  type MasterKeys,
  type ProviderKeyLevel,
  randomFromContext,
  rewrapEnvelope,
  sealSecret,
} from "../../shared/routing/mod.ts";
import { type Answer, problem, success } from "./answer.ts";
import { operationIdOf } from "./idempotency.ts";
import { answerOf, type ApiCall, type ApiContext, isUnreachable, unavailable } from "./route.ts";

/** What anybody is shown of a key. */
export const shownKeySchema = edgeProviderKeySchema.omit({ envelope: true }).extend({
  masterKeyId: z.string(),
});

/** A key without its envelope. */
export function shownKey({ envelope, ...key }: EdgeProviderKey) {
  return { ...key, masterKeyId: envelope?.masterKeyId ?? "" };
}

/** A key to be stored. */
export interface NewProviderKey {
  readonly provider: string;
  readonly level: ProviderKeyLevel;
  readonly ownerId: string | null;
  readonly secret: string;
}

/**
 * Seals a key and stores it. The same Idempotency-Key and secret lead to the same id and envelope, so
 * that a repetition gets the first outcome.
 */
export async function storeKey(
  { secret, ...of }: NewProviderKey,
  call: ApiCall,
  { commands, masterKeys }: ApiContext,
): Promise<Answer> {
  if (masterKeys === null) return noMasterKey();
  const { operationId, principal: { actor } } = call;
  const keyId = `pk-${createHash("sha256").update(operationId).digest("hex").slice(0, 24)}`;
  const place = { ...of, keyId };
  const random = randomFromContext(masterKeys, [operationId, JSON.stringify(place), secret]);
  const envelope = sealSecret(secret, place, { masterKeys, random });
  const body = { ...place, envelope, fingerprint: fingerprintOf(secret) };
  const command = { type: "StoreProviderKey", body } as const;
  return answerOf(await commands.toShard(0, { operationId, actor, command }), 201);
}

const KEYS_A_ROTATION = 1_000;
const AT_ONCE = 16;

/** What a rotation answers. */
export const rotationSchema = z.object({
  /** Names the master key that seals now. */
  masterKeyId: z.string(),
  /** Keys that were put into another envelope by this call. */
  rewrapped: z.number().int(),
  /** Keys that still are in an envelope of another master key: call again. */
  remaining: z.number().int(),
  /** Ids of keys that no master key here opens, at most 100. */
  unreadable: z.array(z.string()),
});

/**
 * Wraps stored keys by the first master key, at most 1,000 a call; a key that changes meanwhile is
 * left for the next call. Repeating it changes nothing that is done.
 */
export async function rotateKeys(call: ApiCall, context: ApiContext): Promise<Answer> {
  const { masterKeys } = context;
  if (masterKeys === null) return noMasterKey();
  const view = await context.routing.read();
  if (isUnreachable(view)) return unavailable(view);
  const current = masterKeys[0].id;
  const due = view.providerKeys.filter(({ envelope }) => envelope?.masterKeyId !== current);
  const readable = due.filter((key) => rewrapped(key, masterKeys) !== null);
  const now = readable.slice(0, KEYS_A_ROTATION);
  let done = 0;
  for (let at = 0; at < now.length; at += AT_ONCE) {
    const some = now.slice(at, at + AT_ONCE);
    const replies = await Promise.all(some.map((key) => sendRewrapped(key, call, context)));
    for (const reply of replies) {
      if (isUnreachable(reply)) return unavailable(reply);
      if (reply?.status === "accepted") done++;
    }
  }
  const unreadable = due.filter((key) => !readable.includes(key)).map(({ keyId }) => keyId);
  return success(200, {
    masterKeyId: current,
    rewrapped: done,
    remaining: readable.length - done,
    unreadable: unreadable.slice(0, 100),
  });
}

async function sendRewrapped(key: EdgeProviderKey, call: ApiCall, context: ApiContext) {
  const { provider, keyId, keyVersion } = key;
  const { commands, masterKeys } = context;
  const envelope = masterKeys === null ? null : rewrapped(key, masterKeys);
  if (masterKeys === null || envelope === null) return null;
  const digest = createHash("sha256").update(keyId).digest("hex").slice(0, 24);
  const { actor } = call.principal;
  const step = `rewrap-${digest}-${keyVersion}-${masterKeys[0].id}`;
  return await commands.toShard(0, {
    operationId: operationIdOf(actor, step),
    actor,
    command: { type: "RewrapProviderKey", body: { provider, keyId, keyVersion, envelope } },
  });
}

/** The key's envelope under the first master key, always the same one; null when none opens it. */
function rewrapped({ envelope, ...place }: EdgeProviderKey, masterKeys: MasterKeys) {
  if (envelope === null) return null;
  const random = randomFromContext(masterKeys, ["rewrap", place.keyId, JSON.stringify(envelope)]);
  return rewrapEnvelope(envelope, place, { masterKeys, random });
}

function noMasterKey(): Answer {
  return problem(
    "conflict",
    "the ledger has no master key, so no provider's key can be stored; set SARGALAY_MASTER_KEYS",
  );
}
