import { describe, expect, it } from "vitest";
import type { Usage } from "../../shared/usage/mod.ts";
import {
  INPUT_CLASSES,
  parseRecording,
  readerOf,
  readRecordings,
  runStream,
} from "../../tests/recordings/mod.ts";
import { boundCall } from "../bounds/mod.ts";
import { findApi } from "../api/mod.ts";
import { NATIVE_PROFILES } from "../upstream/native_profiles.ts";
import { dialectOf } from "./mod.ts";

const NATIVE = /^(?:anthropic|google|cohere|ollama|bedrock)\./;
const MODEL = { contextWindowTokens: 1_000_000, maxOutputTokens: 128_000 };

const sum = (usage: Usage, classes: readonly (keyof Usage)[]) =>
  classes.reduce((all, each) => all + (usage[each] ?? 0), 0);

/** What the hold was too small for; empty where it covers the recorded usage. */
async function uncovered(recording: ReturnType<typeof readRecordings>[number]) {
  const { client, parsed } = await parseRecording(dialectFor(recording.api), recording);
  if ("failure" in parsed || client.madeUp.includes("request") || recording.request.body_elided) {
    return [];
  }
  const { request } = parsed;
  const read = readerOf(dialectOf(request.dialect), request, recording);
  const { reader, bytes, head } = read;
  const reading = reader.streams ? runStream(read, [bytes]).state : reader.readAnswer(bytes, head);
  const usage = "failure" in reading ? {} : reading.usage ?? {};
  const habits = NATIVE_PROFILES.filter(({ dialects }) => dialects[request.dialect] !== undefined);
  const bounds = boundCall(request, MODEL, habits);
  const output = sum(usage, ["output", "reasoning", "audio_output", "image_output"]);
  return [
    sum(usage, INPUT_CLASSES) > bounds.inputTokensBound ? "input" : null,
    output > (bounds.outputTokensRequested ?? MODEL.maxOutputTokens) ? "output" : null,
    ...(["characters", "seconds", "images", "requests", "searches"] as const)
      .map((unit) => (usage[unit] ?? 0) > (bounds.unitsBound[unit] ?? 0) ? unit : null),
    ...Object.keys(usage).map((each) =>
      request.classes !== null && !request.classes.includes(each as keyof Usage) ? each : null
    ),
  ].filter((each) => each !== null);
}

function dialectFor(api: string) {
  const path: Readonly<Record<string, string>> = {
    "google.streamGenerateContent": "google.generateContent",
    "bedrock.converse-stream": "bedrock.converse",
    "bedrock.invoke-stream": "bedrock.invoke",
  };
  return dialectOf((path[api] ?? api) as Parameters<typeof dialectOf>[0]);
}

describe("the bounds of a call to a native API", () => {
  it("cover what every recorded call consumed, and name every class that it has", async () => {
    const wrong: string[] = [];
    for (const recording of readRecordings()) {
      if (!NATIVE.test(recording.api) || recording.response.status !== 200) continue;
      const complaints = await uncovered(recording);
      if (complaints.length > 0) wrong.push(`${recording.id}: ${complaints.join(", ")}`);
    }
    expect(wrong).toEqual([]);
  });

  it("have a route for every native API", () => {
    const paths = [
      "/v1/messages",
      "/v1/anthropic/v1/messages",
      "/v1/messages/count_tokens",
      "/v1/complete",
      "/v1beta/models/gemini-2.5-flash:generateContent",
      "/v1/models/gemini-2.5-flash:generateContent",
      "/v1/gemini/v1beta/models/gemini-2.5-flash:streamGenerateContent",
      "/v1beta1/projects/p/locations/global/publishers/google/models/gemini-2.5-flash:countTokens",
      "/v1/projects/p/locations/global/publishers/anthropic/models/claude@1:streamRawPredict",
      "/v1beta/models/gemini-embedding-001:batchEmbedContents",
      "/v1beta/models/imagen-4.0-generate-001:predict",
      "/v1beta/models/gemini-2.5-flash:countTokens",
      "/v1beta/interactions",
      "/v1/cohere/v2/chat",
      "/v1/rerank",
      "/v1/ollama/api/chat",
      "/v1/bedrock/model/amazon.nova-lite-v1%3A0/converse-stream",
      "/v1/bedrock/model/amazon.titan-text-lite-v1/invoke",
      "/v1/text-to-speech/voice1/stream",
      "/v1/speech-to-text",
    ];
    expect(paths.filter((path) => findApi(path) === null)).toEqual([]);
  });
});
