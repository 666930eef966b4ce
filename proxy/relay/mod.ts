/** Carries a call to an upstream and the answer back. @module */
export {
  type AttemptPolicy,
  type BegunAnswer,
  type Opened,
  type OpenOptions,
  openUpstream,
} from "./open.ts";
export type { Fetch, OpenStream, RelayDeps, WholeAnswer } from "./attempt.ts";
export { type StreamEnd, streamToClient } from "./stream.ts";
