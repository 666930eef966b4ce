/** The chat completions request: what is known to cost nothing unpriced passes, the rest is refused. @module */
export {
  boundCall,
  type CallBounds,
  estimatedTokens,
  inputEstimate,
  TOKENS_PER_IMAGE,
} from "./bounds.ts";
export { type ChatRequest, parseChatRequest } from "./schema.ts";
