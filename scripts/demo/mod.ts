/** The demo deployment: an account with credit, a key, users, and how to make the first call. @module */
export { ensureCheckpointKey, rotateCheckpointKey } from "./checkpoint_key.ts";
export { type Demo, type DemoUser, demoUsers, readDemo, writeDemo } from "./demo_file.ts";
export { firstCallText } from "./first_call.ts";
export { addMasterKey, ensureMasterKeys } from "./master_keys.ts";
export { loadSecrets, type Secrets } from "./secrets.ts";
export { DEMO_ACCOUNT_ID, seedDemo } from "./seed.ts";
export { ADMIN_TOKEN_TTL_MS, signAdminToken } from "./admin_token.ts";
