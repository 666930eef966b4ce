/** What servers put around a call's own words. @module */

/** A template's own words, such as today's date: 50 of gpt-oss' were seen. */
const TEMPLATE_TOKENS = 128;

/** The same with a preamble on tools or on the form of the answer: 430 of Llama 4's were seen. */
const TOOL_TEMPLATE_TOKENS = 640;

/** The most tokens that a template adds to a call, `withTools` or with a form for its answer. */
export function promptTokens(withTools: boolean): number {
  return withTools ? TOOL_TEMPLATE_TOKENS : TEMPLATE_TOKENS;
}
