/** Pictures, sound and videos: each of them the smallest that there is. @module */
import { only, type PlainApi, simulatedJson } from "../plain_api.ts";
import { tokensOf } from "../tokens.ts";

/** One grey point. */
const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";
const TOKENS_PER_PICTURE = 272;
const SAMPLES_PER_SECOND = 8_000;
const CHARACTERS_PER_SECOND = 15;
const MOST_SECONDS = 10;
/** How long a video is in the making. */
const VIDEO_MS = 2_000;

function pictures(path: string): PlainApi {
  return {
    method: "POST",
    match: only(path),
    standardModel: "gpt-image-1",
    answer({ model, body: { prompt, n } }) {
      if (typeof prompt !== "string") return null;
      const count = Math.max(1, Math.min(10, Number(n ?? 1)));
      const input = tokensOf(prompt).length;
      const output = count * TOKENS_PER_PICTURE;
      return simulatedJson({
        created: 1_700_000_000,
        data: Array.from({ length: count }, () => ({ b64_json: PICTURE })),
        // Only the newer models count tokens.
        ...(!/(^|\/)(gpt-image|chatgpt-image)/.test(model) ? {} : {
          usage: {
            input_tokens: input,
            input_tokens_details: { text_tokens: input, image_tokens: 0 },
            output_tokens: output,
            total_tokens: input + output,
          },
        }),
      });
    },
  };
}

/** OpenAI's new pictures, and edited ones. */
export const imageGenerations: PlainApi = pictures("/v1/images/generations");
/** See {@link imageGenerations}. */
export const imageEdits: PlainApi = pictures("/v1/images/edits");

/** OpenAI's speech: silence as a WAV, whatever form was asked for. */
export const speech: PlainApi = {
  method: "POST",
  match: only("/v1/audio/speech"),
  standardModel: "tts-1",
  answer({ body: { input, stream_format: format } }) {
    if (typeof input !== "string") return null;
    const seconds = Math.min(MOST_SECONDS, Math.ceil(input.length / CHARACTERS_PER_SECOND));
    const sound = silence(seconds);
    if (format !== "sse") {
      return new Response(sound, {
        headers: { "content-type": "audio/wav", "x-simulated": "true" },
      });
    }
    const [heard, said] = [tokensOf(input).length, seconds * 20];
    const usage = { input_tokens: heard, output_tokens: said, total_tokens: heard + said };
    const events = [
      { type: "speech.audio.delta", audio: sound.toBase64() },
      { type: "speech.audio.done", usage },
    ];
    return new Response(events.map((each) => `data: ${JSON.stringify(each)}\n\n`).join(""), {
      headers: { "content-type": "text/event-stream", "x-simulated": "true" },
    });
  },
};

function transcribed(path: string): PlainApi {
  return {
    method: "POST",
    match: only(path),
    standardModel: "whisper-1",
    answer({ body: { file, response_format: format } }) {
      if (!(file instanceof File)) return null;
      const text = "This text is simulated: nobody listened.";
      if (format === "text") {
        return new Response(`${text}\n`, { headers: { "content-type": "text/plain" } });
      }
      return simulatedJson({ text, usage: { type: "duration", seconds: secondsOf(file) } });
    },
  };
}

/** OpenAI's transcriptions and translations. */
export const transcriptions: PlainApi = transcribed("/v1/audio/transcriptions");
/** See {@link transcriptions}. */
export const translations: PlainApi = transcribed("/v1/audio/translations");

const VIDEO = /^\/v1\/videos\/video_sim_(\d{1,15})_(\d{1,3})$/;
const VIDEO_CONTENT = /^\/v1\/videos\/video_sim_(\d{1,15})_(\d{1,3})\/content$/;

/** OpenAI's videos; a job's id says when it began and how long its video is. */
export function videos(nowMs: () => number): readonly PlainApi[] {
  const job = (madeAtMs: number, seconds: number, model?: string) => {
    const done = nowMs() - madeAtMs >= VIDEO_MS;
    const at = Math.floor(madeAtMs / 1_000);
    return {
      id: `video_sim_${madeAtMs}_${seconds}`,
      object: "video",
      ...(model === undefined ? {} : { model }),
      status: done ? "completed" : "in_progress",
      progress: done ? 100 : 50,
      created_at: at,
      ...(done ? { completed_at: at + VIDEO_MS / 1_000 } : {}),
      seconds: `${seconds}`,
      size: "720x1280",
      error: null,
    };
  };
  const named = (pattern: RegExp): PlainApi["match"] => (path) => {
    const found = pattern.exec(path);
    return found === null ? null : { madeAtMs: found[1] ?? "", seconds: found[2] ?? "" };
  };
  const standardModel = "sora-2";
  return [
    {
      method: "POST",
      match: only("/v1/videos"),
      standardModel,
      answer: ({ model, body: { prompt, seconds } }) =>
        typeof prompt === "string"
          ? simulatedJson(job(nowMs(), Number(seconds ?? 4), model))
          : null,
    },
    {
      method: "GET",
      match: named(VIDEO),
      standardModel,
      answer: ({ params }) => simulatedJson(job(Number(params.madeAtMs), Number(params.seconds))),
    },
    {
      method: "DELETE",
      match: named(VIDEO),
      standardModel,
      answer: ({ params: { madeAtMs, seconds } }) =>
        simulatedJson({
          id: `video_sim_${madeAtMs}_${seconds}`,
          object: "video.deleted",
          deleted: true,
        }),
    },
    {
      method: "GET",
      match: named(VIDEO_CONTENT),
      standardModel,
      answer: () =>
        new Response("This is no video: it is simulated.", {
          headers: { "content-type": "video/mp4", "x-simulated": "true" },
        }),
    },
  ];
}

/** A WAV of silence: 8 bits, one channel. */
function silence(seconds: number): Uint8Array<ArrayBuffer> {
  const length = seconds * SAMPLES_PER_SECOND;
  const wav = new Uint8Array(44 + length).fill(128, 44);
  const view = new DataView(wav.buffer);
  const text = (at: number, value: string) => wav.set(new TextEncoder().encode(value), at);
  text(0, "RIFF");
  view.setUint32(4, 36 + length, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, SAMPLES_PER_SECOND, true);
  view.setUint32(28, SAMPLES_PER_SECOND, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, "data");
  view.setUint32(40, length, true);
  return wav;
}

/** By the size of the file, as of speech at 16 KB a second; one at least. */
function secondsOf({ size }: File): number {
  return Math.max(1, Math.ceil(size / 16_000));
}
