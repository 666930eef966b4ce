/** Tools that the provider runs within a call. @module */
import type { ResponsesBody } from "./parse.ts";

/** How often such tools may run where the client set no bound of its own. */
export const MAX_HOSTED_RUNS = 10;

/** Tools that the client runs, or that cost nothing but tokens. */
const FREE: ReadonlySet<string> = new Set([
  "function",
  "custom",
  "mcp",
  "tool_search",
  "namespace",
  "local_shell",
  "apply_patch",
  "computer",
  "computer_use_preview",
]);

/** The most runs of tools that the provider bills by the run, 0 when the call has none. */
export function hostedRuns({ tools, max_tool_calls }: ResponsesBody): number {
  const hosted = tools?.some(({ type }) => type != null && !FREE.has(type)) === true;
  return hosted ? max_tool_calls ?? MAX_HOSTED_RUNS : 0;
}

/** Whether the provider runs anything within the call, and reads its context again after it. */
export function readsAgain({ tools }: ResponsesBody): boolean {
  return tools?.some(({ type }) => type === "mcp" || type != null && !FREE.has(type)) === true;
}

/** The place of a tool whose cost no class has, such as `tools[0].type`; null when there is none. */
export function unpricedTool({ tools }: ResponsesBody): string | null {
  const at = tools?.findIndex(({ type }) => type === "image_generation") ?? -1;
  return at === -1 ? null : `tools[${at}].type`;
}
