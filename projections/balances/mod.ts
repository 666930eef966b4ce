/** Accounts and their balances. @module */
export { balances } from "./balances.ts";
export { accountRow, balanceRoutes, readBalances } from "./routes.ts";
