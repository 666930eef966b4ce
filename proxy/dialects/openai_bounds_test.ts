import { describe, expect, it } from "vitest";
import { clientRequest } from "../../tests/recordings/client_request.ts";
import {
  INPUT_CLASSES,
  OUTPUT_CLASSES,
  readRecordings,
  recordedApis,
} from "../../tests/recordings/mod.ts";
import { parseRecording, readerOf, runStream } from "../../tests/recordings/replay.ts";
import { UNIT_CLASSES, type Usage } from "../../shared/usage/mod.ts";
import { boundCall } from "../bounds/mod.ts";
import { profileFor, profileOf } from "../upstream/mod.ts";
import { OPENAI_DIALECTS } from "./openai.ts";

/** Wide enough to bound nothing by itself, where a call can be bounded without it. */
const model = { contextWindowTokens: 2_000_000, maxOutputTokens: 200_000 };

/** An answer made up for a test, with every class that there is, to a request without sound. */
const EVERY_CLASS = "openai.openai.chat.completions.json.200.3f77d90b94";

const sum = (usage: Usage, classes: readonly (keyof Usage)[]) =>
  classes.reduce((all, each) => all + (usage[each] ?? 0), 0);

describe("the bounds of a call hold for every recorded exchange", () => {
  const recorded = OPENAI_DIALECTS.filter(({ name }) => recordedApis().includes(name));

  it.each(recorded.map((dialect) => [dialect.name, dialect] as const))(
    "%s",
    async (name, dialect) => {
      const exceeded: Record<string, unknown> = {};
      let judged = 0;
      for (const recording of readRecordings({ api: name })) {
        const { response, request: { body_elided } } = recording;
        const client = clientRequest(recording);
        if (response.status >= 300 || client === null) continue;
        // What was made up, or cut out of the recording, cannot be judged; files keep their length.
        if (body_elided && client.body.kind === "json") continue;
        if (client.madeUp.some((each) => each !== "model")) continue;
        const { parsed } = await parseRecording(dialect, recording);
        if ("failure" in parsed) continue;
        const read = readerOf(dialect, parsed.request, recording);
        const reading = read.reader.streams
          ? runStream(read, [read.bytes]).state
          : read.reader.readAnswer(read.bytes, read.head);
        if ("failure" in reading || reading.usage === null) continue;
        const profile = profileOf(recording.provider) ?? profileOf("openai_compatible");
        const habits = profile === undefined ? [] : [profileFor(profile, client.model)];
        const bounds = boundCall(parsed.request, model, habits);
        const { classes } = parsed.request;
        const over = [
          sum(reading.usage, INPUT_CLASSES) > bounds.inputTokensBound,
          sum(reading.usage, OUTPUT_CLASSES) > (bounds.outputTokensRequested ?? Infinity),
          ...UNIT_CLASSES.map((each) =>
            (reading.usage?.[each] ?? 0) > (bounds.unitsBound[each] ?? 0)
          ),
          ...Object.entries(reading.usage).map(([each, units]) =>
            recording.id !== EVERY_CLASS && units > 0 && classes !== null &&
            !classes.includes(each as keyof Usage)
          ),
        ];
        judged += 1;
        if (over.includes(true)) exceeded[recording.id] = { usage: reading.usage, bounds };
      }
      expect(judged).toBeGreaterThan(name === "openai.audio.translations" ? -1 : 0);
      expect(exceeded).toEqual({});
    },
  );
});
