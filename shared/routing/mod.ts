/**
 * Providers, their keys, routers and aliases, as the ledger keeps them and edges follow them.
 *
 * @module
 */
export {
  aliasNameSchema,
  AUTO_MODEL,
  baseUrlSchema,
  CUSTOM_PROFILE,
  profileSchema,
  providerNameSchema,
  ROUTER_PREFIX,
  routerIdSchema,
} from "./names.ts";
export {
  BUILT_IN_ROUTERS,
  MAXIMUM_RULES,
  MAXIMUM_TARGETS,
  type RouterCondition,
  type RouterDefinition,
  routerDefinitionSchema,
  type RouterRule,
  routerRuleSchema,
  type RouterTarget,
  STRATEGIES,
  type Strategy,
} from "./router.ts";
export {
  type Envelope,
  envelopeSchema,
  type Fingerprint,
  fingerprintSchema,
  isCustomersOwn,
  isOwnerOf,
  ownerIdSchema,
  PROVIDER_KEY_LEVELS,
  type ProviderKeyLevel,
  providerSecretSchema,
  userOwnerId,
} from "./provider_key.ts";
export {
  fingerprintOf,
  makeMasterKey,
  type MasterKey,
  type MasterKeys,
  openSecret,
  parseMasterKeys,
  randomFromContext,
  rewrapEnvelope,
  type SealedPlace,
  sealSecret,
} from "./sealing.ts";
