/** Providers: what each one needs to be asked, and what its failures mean. @module */
export {
  ERROR_POLICIES,
  type ErrorPolicy,
  UPSTREAM_ERROR_CLASSES,
  type UpstreamErrorClass,
  type UpstreamFailure,
  upstreamFailure,
} from "../failures/mod.ts";
export {
  type Askable,
  credentialsOf,
  type Exchange,
  type ExchangeOptions,
  exchangeWith,
  serves,
  type UpstreamRequest,
  waysOf,
} from "./exchange.ts";
export { profileFor, profileOf, PROFILES } from "./profiles.ts";
export type { AuthForm, ProviderProfile, UpstreamTarget } from "./target.ts";
