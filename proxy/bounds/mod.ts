/** How much a call can consume at most, and how much it probably does. @module */
export {
  boundCall,
  boundWays,
  type CallBounds,
  estimatedTokens,
  inputEstimate,
  type ProviderHabits,
  TOKENS_PER_IMAGE,
} from "./bounds.ts";
