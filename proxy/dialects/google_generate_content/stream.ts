/** The events of a stream of contents. @module */
import { classifyInside } from "../../failures/mod.ts";
import { besides } from "../counts.ts";
import { hasMember, type StreamForm } from "../event_stream.ts";
import { wordsIn } from "../failure_words.ts";
import type { Framing } from "../framing/mod.ts";
import { countCandidates } from "./text.ts";
import { overlaid, searchesIn, usageOf } from "./usage.ts";

/** See StreamForm: `usageMetadata` on nearly every event, no mark at the end, errors as events. */
export function contentStream(framing: Framing): StreamForm {
  return {
    framing,
    endMark: null,
    isNotable: (text) =>
      hasMember(text, '"usageMetadata"') || hasMember(text, '"error"') ||
      hasMember(text, '"groundingMetadata"'),
    read(event, _name, state) {
      if (event.error !== undefined && event.error !== null) {
        return { failure: classifyInside(wordsIn(event)) };
      }
      const searches = Math.max(searchesIn(event), state.usage?.searches ?? 0);
      const raw = event.usageMetadata == null ? null : overlaid(state.raw, event.usageMetadata);
      const usage = raw === null ? state.usage : usageOf(raw);
      const known = { ...usage, ...besides([["searches", searches]]) };
      if (Object.keys(known).length === 0) return {};
      return raw === null ? { usage: known } : { usage: known, raw };
    },
    count: countCandidates,
  };
}
