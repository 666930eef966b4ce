/** How often a call may search the web. @module */
import { countAt } from "../counts.ts";
import type { ChatBody } from "./parse.ts";

/** What a call is taken to search at most where nothing else bounds it; xAI's own default is 20. */
const SEARCHES = 20;

const MEMBERS = ["web_search_options", "search_parameters", "plugins", "web_search"] as const;

/** Tools that the client runs, or that cost nothing but tokens. */
const FREE_TOOLS: ReadonlySet<string> = new Set(["function", "custom"]);

/** The most searches of a call, 0 when it has none. */
export function searchesAllowed(data: ChatBody): number {
  const asked = MEMBERS.some((member) => data[member] !== undefined && data[member] !== null);
  const byTool = data.tools?.some(({ type }) => type != null && !FREE_TOOLS.has(type)) === true;
  if (!asked && !byTool) return 0;
  return Math.max(SEARCHES, countAt(data.search_parameters, "max_search_results") ?? 0);
}
