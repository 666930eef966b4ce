/** Events about providers, their keys, routers and aliases; all of them stand in shard 0. @module */
import { z } from "zod";
import { identifierSchema, labelSchema } from "../ids/mod.ts";
import {
  aliasNameSchema,
  baseUrlSchema,
  envelopeSchema,
  fingerprintSchema,
  ownerIdSchema,
  profileSchema,
  PROVIDER_KEY_LEVELS,
  providerNameSchema,
  routerDefinitionSchema,
  routerIdSchema,
} from "../routing/mod.ts";

const version = z.number().int().min(1);
const ofProvider = { provider: providerNameSchema };
const ofKey = { ...ofProvider, keyId: identifierSchema, keyVersion: version };
const ofRouter = { routerId: routerIdSchema, routerVersion: version };

/** What an admin says of a provider; the whole of it replaces what was said before. */
export const providerSettings = {
  profile: profileSchema,
  /** Null: the profile's own address. */
  baseUrl: baseUrlSchema.nullable(),
  enabled: z.boolean(),
  /** Upstream model by model for sale; null: whatever the catalogue says that it serves. */
  models: z.record(identifierSchema, identifierSchema).nullable(),
  /** Lower ones are tried first where nothing else decides; 0 to 1,000,000. */
  priority: z.number().int().min(0).max(1_000_000),
} as const;

/** What a stored key is, beside its version; see {@link envelopeSchema}. */
export const storedProviderKey = {
  level: z.enum(PROVIDER_KEY_LEVELS),
  ownerId: ownerIdSchema,
  envelope: envelopeSchema,
  fingerprint: fingerprintSchema,
} as const;

/** The payload schema of each event about routing, by type. */
export const routingEventSchemas = {
  ProviderConfigured: z.object({ ...ofProvider, providerVersion: version, ...providerSettings }),
  /** A key, or the same key in another envelope after the master key was changed. */
  ProviderKeyStored: z.object({ ...ofKey, ...storedProviderKey }),
  ProviderKeyRemoved: z.object({ ...ofKey, reason: labelSchema }),
  RouterConfigured: z.object({ ...ofRouter, definition: routerDefinitionSchema }),
  /** What was configured is gone: the built-in router of this id, if there is one, holds again. */
  RouterRemoved: z.object({ ...ofRouter, reason: labelSchema }),
  /** What a name stands for, best first; without models the name is free again. */
  ModelAliasSet: z.object({
    alias: aliasNameSchema,
    aliasVersion: version,
    models: z.array(identifierSchema).max(16),
  }),
} as const;
