/** OpenAI's Realtime API: one `response.done` with usage for each answer. @module */
import type { JsonObject } from "../../shared/json.ts";
import type { Usage } from "../../shared/usage/mod.ts";
import { countAt } from "../dialects/mod.ts";
import { errorBody } from "../errors.ts";
import {
  objectIn,
  type ProviderMessage,
  QUIET,
  type RealtimeProtocol,
  SILENT,
  textIn,
  tokensOfSound,
  tokensOfText,
} from "./protocol.ts";

/** PCM of 16 bits at 24 kHz; the provider counts ten tokens for a second heard, twenty for one said. */
const HEARD = { bytesPerSecond: 48_000, tokensPerSecond: 10 };
const SAID = { bytesPerSecond: 48_000, tokensPerSecond: 20 };

/** See the module. */
export const openaiRealtime: RealtimeProtocol = {
  name: "openai.realtime",
  slicing: { by: "answer", overlapping: true },
  namedByFirstMessage: false,
  modelOf: (query) => query.get("model"),
  upstreamQuery: (_query, upstreamModel) => new URLSearchParams({ model: upstreamModel }),
  toUpstream(message, upstreamModel) {
    const session = objectIn(message, "session");
    return session.model === undefined
      ? message
      : { ...message, session: { ...session, model: upstreamModel } };
  },
  fromClient(message) {
    switch (textIn(message, "type")) {
      case "response.create":
        return { starts: 1, reads: {} };
      case "input_audio_buffer.append": {
        const tokens = tokensOfSound(textIn(message, "audio").length, HEARD);
        return { starts: 0, reads: { audio_input: tokens } };
      }
      case "conversation.item.create":
      case "session.update":
        return { starts: 0, reads: { input: tokensOfText(JSON.stringify(message)) } };
      default:
        return QUIET;
    }
  },
  fromProvider(message): ProviderMessage {
    switch (textIn(message, "type")) {
      case "response.created":
        return { ...SILENT, begins: 1 };
      case "response.output_audio.delta":
      case "response.audio.delta": {
        const tokens = tokensOfSound(textIn(message, "delta").length, SAID);
        return { ...SILENT, makes: { audio_output: tokens } };
      }
      case "response.output_text.delta":
      case "response.text.delta":
      case "response.function_call_arguments.delta":
      case "response.output_audio_transcript.delta":
      case "response.audio_transcript.delta":
        return { ...SILENT, makes: { output: tokensOfText(textIn(message, "delta")) } };
      case "conversation.item.input_audio_transcription.completed": {
        const usage = transcriptionUsage(objectIn(message, "usage"));
        return usage === null ? SILENT : { ...SILENT, adds: usage };
      }
      case "response.done": {
        const raw = objectIn(objectIn(message, "response"), "usage");
        return { ...SILENT, ends: true, reports: answerUsage(raw), raw };
      }
      default:
        return SILENT;
    }
  },
  error: (failure) => ({ type: "error", ...errorBody(failure) }),
};

/** The usage of an answer in disjoint classes; null when the answer reports none, as a cancelled one. */
export function answerUsage(report: JsonObject): Usage | null {
  const input = countAt(report, "input_tokens");
  const output = countAt(report, "output_tokens");
  if (input === null && output === null) return null;
  const heard = objectIn(report, "input_token_details");
  const made = objectIn(report, "output_token_details");
  const cached = Math.min(countAt(heard, "cached_tokens") ?? 0, input ?? 0);
  const cachedSound = countAt(objectIn(heard, "cached_tokens_details"), "audio_tokens") ?? 0;
  const cachedImages = countAt(objectIn(heard, "cached_tokens_details"), "image_tokens") ?? 0;
  const left = (input ?? 0) - cached;
  // What was cached of the sound is billed as cached, and so is no sound any more.
  const sound = clamp((countAt(heard, "audio_tokens") ?? 0) - cachedSound, left);
  const images = clamp((countAt(heard, "image_tokens") ?? 0) - cachedImages, left - sound);
  const spoken = clamp(countAt(made, "audio_tokens") ?? 0, output ?? 0);
  return {
    ...(input === null ? {} : {
      input: left - sound - images,
      ...(cached > 0 ? { cached_input: cached } : {}),
      ...(sound > 0 ? { audio_input: sound } : {}),
      ...(images > 0 ? { image_input: images } : {}),
    }),
    ...(output === null ? {} : {
      output: output - spoken,
      ...(spoken > 0 ? { audio_output: spoken } : {}),
    }),
  };
}

/** What the transcription of the client's words took: tokens, or seconds rounded up. */
function transcriptionUsage(report: JsonObject): Usage | null {
  if (report.type === "duration" && typeof report.seconds === "number" && report.seconds >= 0) {
    return { seconds: Math.ceil(report.seconds) };
  }
  return answerUsage(report);
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
