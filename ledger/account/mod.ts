/** Accounts: wallets, keys, budgets, holds and what ends them; see ../README.md. @module */
export { type AccountCommand, decideAccounts } from "./decide.ts";
export { dueExpiries } from "./decide_expiry.ts";
export { MAXIMUM_OPEN_HOLDS } from "./decide_hold.ts";
export { MAXIMUM_ACTIVE_KEYS } from "./decide_key.ts";
export { type AccountEvent, evolveAccounts } from "./evolve.ts";
export { accountPostings, holdsAccount, walletAccount } from "./postings.ts";
export { keyRevoked, noAccount, noKey } from "./refusals.ts";
export { LATE_WINDOW_MS } from "./request.ts";
export {
  type Account,
  type AccountBook,
  type ApiKey,
  availableMicroKyat,
  emptyAccountBook,
} from "./state.ts";
