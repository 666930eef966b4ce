/** What an answer says, in whichever protocol it was read; for comparing translations. @module */

/** One function call. */
export interface SaidCall {
  readonly name: string;
  readonly args: unknown;
}

/** What matters of an answer to whoever reads it. */
export interface Said {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly SaidCall[];
  /** In OpenAI's words. */
  readonly stop: string | null;
}

/** The value of a JSON text; what is no JSON stands for itself. */
export function argumentsIn(json: string): unknown {
  if (json.trim() === "") return {};
  try {
    return JSON.parse(json);
  } catch {
    return { arguments: json };
  }
}

/** Anthropic's reasons in OpenAI's words. */
export const STOPS: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  tool_use: "tool_calls",
  refusal: "content_filter",
};
