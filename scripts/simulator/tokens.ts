/** Deterministic tokens: what the simulator reports is exactly what it counts here. @module */

/** Splits text into words with the space before them, and each other character by itself. */
export function tokensOf(text: string): string[] {
  return text.match(/ ?[A-Za-z0-9]{1,12}|\s|[^\sA-Za-z0-9]/gu) ?? [];
}

/** The input tokens of a request's messages: three for each message, three for the reply. */
export function promptTokens(messages: unknown): number {
  if (!Array.isArray(messages)) return 0;
  let tokens = 3;
  for (const message of messages) tokens += 3 + tokensOf(textOf(message)).length;
  return tokens;
}

/** All text of a message. */
export function textOf(message: unknown): string {
  if (typeof message !== "object" || message === null) return "";
  const { content } = message as { content?: unknown };
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => typeof part?.text === "string" ? part.text : "").join("\n");
}
