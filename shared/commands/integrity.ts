/** The ledger's own commands about how its log is vouched for; refused from outside. @module */
import { signingKeySetSchema } from "../events/integrity.ts";

/** Body schemas, by type. */
export const integrityCommandSchemas = {
  SetSigningKey: signingKeySetSchema.omit({ keyHash: true }),
} as const;
