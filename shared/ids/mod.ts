/** Identifiers: UUID version 7, API keys and the mapping from accounts to shards. @module */
export { uuidv7, uuidv7TimeMs } from "./uuidv7.ts";
export { type ApiKey, apiKeyHash, createApiKey, looksLikeApiKey } from "./api_key.ts";
export { shardOf } from "./shard.ts";
export { accountIdSchema, identifierSchema, labelSchema, requestIdSchema } from "./schema.ts";
