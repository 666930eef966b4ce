/** Pictures that come as a stream, each after its drafts. @module */
import type { Usage, UsageClass } from "../../../shared/usage/mod.ts";
import { hasMember, type StreamForm } from "../event_stream.ts";
import { sse } from "../framing/mod.ts";
import { classifyErrorMember } from "../openai_failure.ts";
import { reportIn } from "../openai_usage.ts";

/** See StreamForm: each picture's `….completed` event reports what that picture took. */
export const imagesStream: StreamForm = {
  framing: sse,
  endMark: "[DONE]",
  isNotable: (text) =>
    text.includes("[DONE]") || hasMember(text, '"usage"') || hasMember(text, '"error"') ||
    text.includes('.completed"') || text.includes('"error"'),
  read(event, _name, state) {
    if (event.type === "error" || (event.error !== undefined && event.error !== null)) {
      return { failure: classifyErrorMember(event.error ?? event) };
    }
    if (!completes(event.type)) return {};
    const report = reportIn(event);
    return { ...report, usage: added(state.usage, report.usage ?? { images: 1 }) };
  },
  count: (before, event) => ({ counted: before, finished: completes(event.type) ? 1 : 0 }),
};

function completes(type: unknown): boolean {
  return typeof type === "string" && type.endsWith(".completed");
}

function added(before: Usage | null, more: Usage): Usage {
  const sum: Partial<Record<UsageClass, number>> = { ...before };
  for (const [each, units] of Object.entries(more)) {
    sum[each as UsageClass] = (sum[each as UsageClass] ?? 0) + units;
  }
  return sum;
}
