/** The members that a chat completions request may have. @module */

/**
 * Members of OpenAI's chat completions, and three samplers of servers that speak its language, that
 * buy nothing but tokens within the bounds of the hold. What is not named here may cost what nobody
 * priced, so it is refused.
 */
export const KNOWN_MEMBERS: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "stream",
  "stream_options",
  "n",
  "max_tokens",
  "max_completion_tokens",
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "repetition_penalty",
  "presence_penalty",
  "frequency_penalty",
  "logit_bias",
  "logprobs",
  "top_logprobs",
  "stop",
  "seed",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "functions",
  "function_call",
  "response_format",
  "reasoning_effort",
  "verbosity",
  "prediction",
  "user",
  "safety_identifier",
  "prompt_cache_key",
  "metadata",
  "store",
  // Only with values that cost nothing of their own; the schema says which.
  "modalities",
  "audio",
  "web_search_options",
  "service_tier",
]);

/** The first member that is not known, or null. */
export function unknownMember(body: object): string | null {
  return Object.keys(body).find((member) => !KNOWN_MEMBERS.has(member)) ?? null;
}
