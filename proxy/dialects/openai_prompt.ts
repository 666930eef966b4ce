/** What servers put around a call's own words. @module */

/** A template's own words: 200 of Llama Guard's were seen. */
const TEMPLATE_TOKENS = 320;

/** The same with a preamble on tools or on the form of the answer: 500 of Llama 4's were seen. */
const TOOL_TEMPLATE_TOKENS = 1_024;

/** The most tokens that a template adds to a call, `withTools` or with a form for its answer. */
export function promptTokens(withTools: boolean): number {
  return withTools ? TOOL_TEMPLATE_TOKENS : TEMPLATE_TOKENS;
}
