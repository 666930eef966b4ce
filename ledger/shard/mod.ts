/** One shard's domain: accounts and prices under one writer; see ../README.md. @module */
export { ledgerDomain } from "./domain.ts";
export { balanceView, changesAfter, limitsView } from "./queries.ts";
export { type ShardState } from "./state.ts";
