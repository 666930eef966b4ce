/** Providers: what each one needs to be asked, and how its answers are understood. @module */
export type {
  Adapter,
  AnswerReading,
  RequestOptions,
  StreamOutput,
  StreamState,
  TextCount,
  UpstreamFailure,
  UpstreamRequest,
  UpstreamTarget,
} from "./adapter.ts";
export { openaiCompatible } from "./openai_compatible/mod.ts";
