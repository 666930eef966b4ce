/** The ledger's own commands about how its log is vouched for; refused from outside. @module */
import { eventSchemas } from "../events/mod.ts";

/** Body schemas, by type. */
export const integrityCommandSchemas = {
  SetSigningKey: eventSchemas.SigningKeySet.omit({ keyHash: true }),
} as const;
