/**
 * What any edge must know of a job to end it, sealed into the id that the client gets. The key is the
 * gateway's own and never the caller's: a caller could otherwise name another one's job.
 *
 * @module
 */
import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { z } from "zod";
import type { Random } from "../../shared/effects.ts";
import { attemptSchema } from "../../shared/events/mod.ts";
import { accountIdSchema, identifierSchema, requestIdSchema } from "../../shared/ids/mod.ts";
import type { MasterKeys } from "../../shared/routing/mod.ts";

const ticketSchema = z.object({
  requestId: requestIdSchema,
  accountId: accountIdSchema,
  /** The model as the client named it. */
  asked: z.string().max(200),
  provider: identifierSchema,
  upstreamModel: identifierSchema,
  upstreamId: z.string().min(1).max(300),
  /** Names the provider's key that the job was made with; null when it needs none. */
  keyId: z.string().max(300).nullable(),
  /** What was asked for, and so what is charged where the provider does not say what it made. */
  seconds: z.number().int().min(0),
  placedAtMs: z.number().int().min(0),
  firstByteMs: z.number().int().min(0),
  simulated: z.boolean(),
  /** The newest tries of the call that began the job. */
  attempts: z.array(attemptSchema).max(4),
  /** The model that served, where the hold covers more than one. */
  model: identifierSchema.optional(),
  ownKey: z.literal(true).optional(),
});

/** See the module. */
export type JobTicket = Readonly<z.output<typeof ticketSchema>>;

/** Turns tickets into ids, and ids into tickets. */
export interface TicketSealer {
  /** The id that the client gets; another one each time. */
  seal(ticket: JobTicket): string;
  /** The ticket; null for an id that was not made here, or with a key that is gone. */
  open(id: string): JobTicket | null;
}

const PREFIX = "video_";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const MAX_ID_LENGTH = 8_000;
const ENCODING = { alphabet: "base64url", omitPadding: true } as const;

/**
 * Seals with AES-256-GCM under keys that are derived from the master keys: the first one seals, all of
 * them open. Without master keys a key of this process's own is drawn: no other edge opens its ids then.
 */
export function createTicketSealer(masterKeys: MasterKeys | null, random: Random): TicketSealer {
  const secrets = masterKeys?.map(({ bytes }) => bytes) ?? [random.bytes(KEY_BYTES)];
  const keys = secrets.map((secret) =>
    new Uint8Array(hkdfSync("sha256", secret, "sargalay job ticket 1", "", KEY_BYTES))
  );
  return {
    seal(ticket) {
      const nonce = random.bytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", keys[0]!, nonce);
      const body = cipher.update(JSON.stringify(ticket), "utf8");
      cipher.final();
      const tag = cipher.getAuthTag();
      const sealed = new Uint8Array(NONCE_BYTES + body.length + TAG_BYTES);
      sealed.set(nonce);
      sealed.set(body, NONCE_BYTES);
      sealed.set(tag, NONCE_BYTES + body.length);
      return PREFIX + sealed.toBase64(ENCODING);
    },
    open(id) {
      const sealed = bytesOf(id);
      if (sealed === null) return null;
      for (const key of keys) {
        const ticket = opened(sealed, key);
        if (ticket !== null) return ticket;
      }
      return null;
    },
  };
}

function bytesOf(id: string): Uint8Array | null {
  if (!id.startsWith(PREFIX) || id.length > MAX_ID_LENGTH) return null;
  try {
    const bytes = Uint8Array.fromBase64(id.slice(PREFIX.length), { alphabet: "base64url" });
    return bytes.length > NONCE_BYTES + TAG_BYTES ? bytes : null;
  } catch {
    return null;
  }
}

function opened(sealed: Uint8Array, key: Uint8Array): JobTicket | null {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const body = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
    decipher.final();
    const parsed = ticketSchema.safeParse(JSON.parse(new TextDecoder().decode(body)));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
