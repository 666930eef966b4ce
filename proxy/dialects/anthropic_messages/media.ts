/** What in a message request is not text, and what its tools may read. @module */
import { memberAt } from "../counts.ts";
import type { MediaCount } from "../dialect.ts";

/** The most tokens of one picture: 4,784 in the highest resolution, rounded up. */
const TOKENS_PER_IMAGE = 5_000;

/** What the provider writes around a conversation, and what it adds as soon as there are tools. */
const TOKENS_PER_CALL = 64;
const TOKENS_FOR_TOOLS = 1_024;

/** The most tokens that the definition of a built-in tool and its instructions add. */
const TOKENS_PER_BUILT_IN_TOOL = 3_000;

/** How often a provider samples within one call while its own tools run, by its reference. */
const MOST_ITERATIONS = 10;

/** Tools that the client itself runs: only their definitions add tokens. */
const CLIENT_TOOL = /^(?:custom$|bash_|text_editor_|computer_|memory_)/;

/** A web search, of any version. */
export const WEB_SEARCH = /^web_search_/;

interface Tool {
  readonly type?: string | null;
  readonly max_uses?: number | null;
}

/** What the bound of the input depends on, of a request's `body`. */
export function mediaOf(
  body: { readonly [member: string]: unknown; readonly tools?: readonly Tool[] | null },
): MediaCount {
  const found = { images: 0, dataBytes: 0, unbounded: false };
  const { messages, system, tools } = body;
  for (const message of Array.isArray(messages) ? messages : []) {
    walk(memberAt(message, "content"), found);
  }
  walk(system, found);
  const typed = (tools ?? []).filter(({ type }) => type != null && type !== "custom");
  const readings = Math.max(readingsOf(typed, body), compacts(body) ? 2 : 1);
  return {
    ...found,
    unbounded: found.unbounded || runsServerTools(typed, body),
    tokensPerImage: TOKENS_PER_IMAGE,
    addedTokens: TOKENS_PER_CALL + ((tools ?? []).length > 0 ? TOKENS_FOR_TOOLS : 0) +
      typed.length * TOKENS_PER_BUILT_IN_TOOL,
    readings,
  };
}

function runsServerTools(typed: readonly Tool[], body: { readonly [member: string]: unknown }) {
  return body.mcp_servers != null || body.container != null ||
    typed.some(({ type }) => !CLIENT_TOOL.test(type ?? ""));
}

/** Each use of a tool at the provider is followed by another reading of the whole context. */
function readingsOf(typed: readonly Tool[], body: { readonly [member: string]: unknown }): number {
  if (!runsServerTools(typed, body)) return 1;
  const server = typed.filter(({ type }) => !CLIENT_TOOL.test(type ?? ""));
  const bounded = body.mcp_servers == null && body.container == null &&
    server.every(({ max_uses }) => typeof max_uses === "number");
  const uses = server.reduce((sum, { max_uses }) => sum + (max_uses ?? 0), 0);
  return bounded ? Math.min(uses + 1, MOST_ITERATIONS) : MOST_ITERATIONS;
}

function compacts(body: { readonly [member: string]: unknown }): boolean {
  const edits = memberAt(body.context_management, "edits");
  return Array.isArray(edits) &&
    edits.some((edit) => `${memberAt(edit, "type")}`.startsWith("compact"));
}

interface Found {
  images: number;
  dataBytes: number;
  unbounded: boolean;
}

function walk(content: unknown, found: Found): void {
  if (!Array.isArray(content)) return;
  for (const block of content) {
    const type = memberAt(block, "type");
    const source = memberAt(block, "source");
    if (type === "image") {
      found.images += 1;
      const data = memberAt(source, "data");
      if (typeof data === "string") found.dataBytes += data.length;
    } else if (type === "document") {
      const kind = memberAt(source, "type");
      if (kind === "content") walk(memberAt(source, "content"), found);
      else if (kind !== "text") found.unbounded = true;
    } else if (type === "container_upload" || isServerResult(type)) {
      found.unbounded = true;
    } else {
      walk(memberAt(block, "content"), found);
    }
  }
}

/** What a tool at the provider found is sealed in the request, and read opened. */
function isServerResult(type: unknown): boolean {
  return typeof type === "string" && type.endsWith("_tool_result");
}
