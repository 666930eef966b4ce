/** The events of a model's own stream, unwrapped. @module */
import type { JsonObject } from "../../../shared/json.ts";
import { messageStream, readMessageEvent } from "../anthropic_messages/mod.ts";
import { exceptionIn } from "../bedrock_converse/mod.ts";
import { addConverseEvent } from "../bedrock_converse/mod.ts";
import { laterReport, memberAt } from "../counts.ts";
import type { StreamState, TextCount } from "../dialect.ts";
import { type EventReading, hasMember, type StreamForm } from "../event_stream.ts";
import { awsEventStream, EXCEPTION } from "../framing/mod.ts";
import { addText, countChoices } from "../text.ts";
import { bodyReport, completed, metricsOf } from "./usage.ts";

/** A guardrail's answer, which no model wrote, is whole. */
const GUARDRAIL = "amazon-bedrock-guardrailAction";
const METRICS = "amazon-bedrock-invocationMetrics";

/** See StreamForm: the model's own events, and metrics in the last one of any model. */
export const invokeStream: StreamForm = {
  framing: awsEventStream,
  endMark: null,
  isNotable: (text) =>
    hasMember(text, '"usage"') || text.includes('okenCount"') || text.includes('oken_count"') ||
    text.includes('"error"') || text.includes(EXCEPTION),
  read(event, name, state) {
    const failure = exceptionIn(name, event);
    if (failure !== null) return { failure };
    const { ends: _moreFollows, ...reading } = ownReading(event, name, state);
    const metrics = metricsOf(event);
    if (metrics === null) return reading;
    const known = reading.usage === undefined ? state.usage : reading.usage;
    return {
      ...reading,
      usage: completed(known, metrics),
      ...(known === null ? { raw: event[METRICS] ?? null } : {}),
    };
  },
  count(before, event, name) {
    return {
      counted: addEvent(messageStream.count(before, event, name).counted, event),
      finished:
        event[METRICS] !== undefined || event[GUARDRAIL] === "INTERVENED" || hasReason(event)
          ? 1
          : 0,
    };
  },
};

function ownReading(event: JsonObject, name: string | null, state: StreamState): EventReading {
  if (typeof event.type === "string") return readMessageEvent(event, name, state);
  const report = bodyReport(event);
  return report === null ? {} : { usage: laterReport(state.usage, report.usage), raw: report.raw };
}

function hasReason(event: JsonObject): boolean {
  const reasons = [
    event.stop_reason,
    event.stopReason,
    event.finish_reason,
    event.completionReason,
    memberAt(event, "messageStop", "stopReason"),
    memberAt(event, "delta", "stop_reason"),
  ];
  return reasons.some((reason) => typeof reason === "string");
}

function addEvent(before: TextCount, event: JsonObject): TextCount {
  let count = addConverseEvent(before, event.contentBlockDelta);
  count = addConverseEvent(count, event.contentBlockStart);
  for (const name of ["generation", "outputText", "completion", "text"]) {
    count = addText(count, event[name]);
  }
  const outputs = event.outputs;
  for (const output of Array.isArray(outputs) ? outputs : []) {
    count = addText(count, memberAt(output, "text"));
  }
  return countChoices(count, event.choices);
}
