/** Commands about providers, their keys, routers and aliases; all of them go to shard 0. @module */
import { z } from "zod";
import { providerSettings, storedProviderKey } from "../events/mod.ts";
import { identifierSchema, labelSchema } from "../ids/mod.ts";
import {
  aliasNameSchema,
  envelopeSchema,
  ownerIdSchema,
  providerNameSchema,
  routerDefinitionSchema,
  routerIdSchema,
} from "../routing/mod.ts";

/** The version that the caller read, 0 for a name that never was; absent: whichever it is. */
const expectedVersion = z.number().int().min(0).optional();
const ofKey = { provider: providerNameSchema, keyId: identifierSchema };

/** Body schemas of the commands about routing, by type. */
export const routingCommandSchemas = {
  ConfigureProvider: z.object({
    provider: providerNameSchema,
    ...providerSettings,
    expectedVersion,
  }),
  /** The secret is sealed outside; only its envelope comes here. */
  StoreProviderKey: z.object({ ...ofKey, ...storedProviderKey }),
  /** The same secret in another envelope, if the key still has this version. */
  RewrapProviderKey: z.object({
    ...ofKey,
    keyVersion: z.number().int().min(1),
    envelope: envelopeSchema,
  }),
  /** `ownerId` is whose key may be removed, a user's key of that account included; absent: any. */
  RemoveProviderKey: z.object({ ...ofKey, ownerId: ownerIdSchema.optional(), reason: labelSchema }),
  ConfigureRouter: z.object({
    routerId: routerIdSchema,
    definition: routerDefinitionSchema,
    expectedVersion,
  }),
  RemoveRouter: z.object({ routerId: routerIdSchema, reason: labelSchema }),
  SetModelAlias: z.object({
    alias: aliasNameSchema,
    models: z.array(identifierSchema).max(16),
  }),
} as const;
