/** Events about how the log itself is vouched for. @module */
import { z } from "zod";

/** 32 bytes in base64 with padding. */
const publicKeySchema = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, "expected 32 bytes in base64");

/** What puts a checkpoint key in force; see docs/ledger-format.md, "Keys". */
export const signingKeySetSchema = z.object({
  /** `<log name>/shard-<shard>`. */
  keyName: z.string().regex(/^[A-Za-z0-9._/-]{1,128}$/),
  keyHash: z.string().regex(/^[0-9a-f]{8}$/),
  publicKey: publicKeySchema,
  /** By the key that was in force, 64 bytes in base64; null for the first key. */
  endorsement: z.string().regex(/^[A-Za-z0-9+/]{86}==$/, "expected 64 bytes in base64").nullable(),
});

/** The payload schema of each event of the log's integrity, by type. */
export const integrityEventSchemas = { SigningKeySet: signingKeySetSchema } as const;
