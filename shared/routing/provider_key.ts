/** Keys that providers gave: whose they are, and how they stand in the log. @module */
import { z } from "zod";
import { accountIdSchema, identifierSchema } from "../ids/mod.ts";

/** Whose key it is, in the order in which keys are looked for. */
export const PROVIDER_KEY_LEVELS = ["user", "organisation", "tier", "system"] as const;

/** One of {@link PROVIDER_KEY_LEVELS}. */
export type ProviderKeyLevel = (typeof PROVIDER_KEY_LEVELS)[number];

/** Whether a key of this level is the customer's own: a call with it costs a fee, not its tokens. */
export function isCustomersOwn(level: string): boolean {
  return level === "user" || level === "organisation";
}

/** The owner of a user's key: a user means something within one account only. */
export function userOwnerId(accountId: string, userId: string): string {
  return `${accountId}/${userId}`;
}

/** Who owns a key: `<account>/<user>`, an account, a tier's name, or null for the whole system. */
export const ownerIdSchema = identifierSchema.nullable();

/** Whether an owner is one that this level can have. */
export function isOwnerOf(level: ProviderKeyLevel, ownerId: string | null): boolean {
  if (level === "system") return ownerId === null;
  if (ownerId === null) return false;
  switch (level) {
    case "user": {
      const at = ownerId.indexOf("/");
      return at > 0 && at < ownerId.length - 1 &&
        accountIdSchema.safeParse(ownerId.slice(0, at)).success;
    }
    case "organisation":
      return accountIdSchema.safeParse(ownerId).success;
    case "tier":
      return true;
    default:
      return level satisfies never;
  }
}

const base64 = (least: number, most: number) =>
  z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/, "expected base64").min(least).max(most);

/**
 * A secret under AES-256-GCM: encrypted by a data key of its own, which a master key has wrapped.
 * Both are bound to the key's place, so that an envelope cannot be moved to another owner.
 */
export const envelopeSchema = z.strictObject({
  algorithm: z.literal("A256GCM"),
  /** Names the master key in SARGALAY_MASTER_KEYS. */
  masterKeyId: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/),
  wrapNonce: base64(16, 16),
  wrappedKey: base64(64, 64),
  nonce: base64(16, 16),
  ciphertext: base64(24, 6_000),
});

/** See {@link envelopeSchema}. */
export type Envelope = z.output<typeof envelopeSchema>;

/** What people recognise a key by. */
export const fingerprintSchema = z.strictObject({
  /** The last four characters; empty for a key of fewer than 12. */
  last4: z.string().max(4),
  /** The first 8 hexadecimal digits of its SHA-256. */
  sha256Prefix: z.string().regex(/^[0-9a-f]{8}$/),
});

/** See {@link fingerprintSchema}. */
export type Fingerprint = z.output<typeof fingerprintSchema>;

/** A provider's key as text: 4 to 4,096 visible ASCII characters. */
export const providerSecretSchema = z.string().regex(
  /^[\x21-\x7e]{4,4096}$/,
  "expected 4 to 4,096 visible ASCII characters",
);
