/** Settings of API keys, and the rules that the ledger and the edges both apply. @module */
export { type IpRange, ipRangeMatcher, parseIpRange } from "./ip_range.ts";
export { isModelAllowed, type RuledModel } from "./model_rules.ts";
export { type KeySettings, keySettingsSchema } from "./settings.ts";
