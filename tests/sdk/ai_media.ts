/** Vectors, pictures, speech and transcripts by Vercel's ai package. @module */
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embed, embedMany, generateImage, generateSpeech, transcribe } from "ai";
import { describe, expect, it } from "vitest";
import { billed, type PayingSystem } from "./paying_system.ts";

const VECTORS = [[0.25, -0.5], [0.75, 1]];
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/** A second of silence as a WAV file: 8,000 samples of one byte. */
function silence(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(44 + 8_000).fill(128);
  const view = new DataView(bytes.buffer);
  const text = (at: number, letters: string) =>
    [...letters].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + 8_000, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8_000, true);
  view.setUint32(28, 8_000, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  text(36, "data");
  view.setUint32(40, 8_000, true);
  return bytes;
}

const embedding = (vectors: number[][]) => ({
  body: JSON.stringify({
    object: "list",
    model: "upstream",
    data: vectors.map((each, index) => ({ object: "embedding", index, embedding: each })),
    usage: { prompt_tokens: 12, total_tokens: 12 },
  }),
});

/** Adds the scenarios to the suite of a system. */
export function describeMedia(system: () => PayingSystem): void {
  const at = (apiKey: string) => ({ apiKey, baseURL: `${system().proxyUrl}/v1` });
  const openai = (apiKey: string) => createOpenAI(at(apiKey));

  describe("the ai package beside texts", () => {
    it("embeds one text, and many in one call", async () => {
      system().upstream.say(embedding(VECTORS.slice(0, 1)), embedding(VECTORS));
      const { receipts } = await billed(system(), async ({ apiKey }) => {
        const model = openai(apiKey).embedding("text-embedding-3-small");
        const one = await embed({ model, value: "Mingalaba!", maxRetries: 0 });
        expect([one.embedding, one.usage.tokens]).toEqual([VECTORS[0], 12]);
        const many = await embedMany({ model, values: ["one", "two"], maxRetries: 0 });
        expect([many.embeddings, many.usage.tokens]).toEqual([VECTORS, 12]);
        const responses = [one.response, many.responses?.[0]];
        return responses.map((response) => response?.headers?.["x-request-id"]);
      });
      expect(receipts.map(({ usage }) => usage)).toEqual([{ input: 12 }, { input: 12 }]);
    });

    it("embeds by a compatible provider", async () => {
      system().upstream.say(embedding(VECTORS));
      const { receipts } = await billed(system(), async ({ apiKey }) => {
        const model = createOpenAICompatible({ ...at(apiKey), name: "sargalay" })
          .embeddingModel("openai/text-embedding-3-small");
        const many = await embedMany({ model, values: ["one", "two"], maxRetries: 0 });
        expect(many.embeddings).toEqual(VECTORS);
        return [many.responses?.[0]?.headers?.["x-request-id"]];
      });
      expect(receipts.map(({ usage }) => usage)).toEqual([{ input: 12 }]);
    });

    it("embeds by Google's API, whose answers count nothing", async () => {
      const values = VECTORS.map((each) => ({ values: each }));
      system().upstream.say(
        { body: JSON.stringify({ embedding: values[0] }) },
        { body: JSON.stringify({ embeddings: values }) },
      );
      const { receipts, lostMicroKyat } = await billed(system(), async ({ apiKey }) => {
        const model = createGoogle({ apiKey, baseURL: `${system().proxyUrl}/v1beta` })
          .embedding("gemini-embedding-001");
        const one = await embed({ model, value: "Mingalaba!", maxRetries: 0 });
        expect(one.embedding).toEqual(VECTORS[0]);
        const many = await embedMany({ model, values: ["one", "two"], maxRetries: 0 });
        expect(many.embeddings).toEqual(VECTORS);
        const responses = [one.response, many.responses?.[0]];
        return responses.map((response) => response?.headers?.["x-request-id"]);
      });
      expect(receipts.map(({ evidence }) => evidence)).toEqual(["observed", "observed"]);
      expect(lostMicroKyat).toBeGreaterThan(0n);
    });

    it("makes a picture", async () => {
      const usage = {
        input_tokens: 14,
        input_tokens_details: { text_tokens: 14, image_tokens: 0 },
        output_tokens: 272,
        total_tokens: 286,
      };
      system().upstream.say({
        body: JSON.stringify({ created: 1, data: [{ b64_json: PNG }], usage }),
      });
      const { receipts } = await billed(system(), async ({ apiKey }) => {
        const result = await generateImage({
          model: openai(apiKey).image("gpt-image-1"),
          prompt: "A pagoda at dawn",
          size: "1024x1024",
          maxRetries: 0,
        });
        expect(result.image.base64).toBe(PNG);
        expect(result.usage).toMatchObject({ inputTokens: 14, outputTokens: 272 });
        return result.responses.map(({ headers }) => headers?.["x-request-id"]);
      });
      const [{ input = 0, output = 0, image_output: image = 0 }] = receipts.map((r) => r.usage) as [
        Record<string, number>,
      ];
      expect([input, output + image]).toEqual([14, 272]);
    });

    it("speaks a text, charged by its characters", async () => {
      const sound = new Uint8Array([255, 243, 68, 196, 1, 2, 3]);
      system().upstream.say({ headers: { "content-type": "audio/mpeg" }, body: sound });
      const { receipts } = await billed(system(), async ({ apiKey }) => {
        const result = await generateSpeech({
          model: openai(apiKey).speech("tts-1"),
          text: "Mingalaba!",
          voice: "alloy",
          maxRetries: 0,
        });
        expect(result.audio.uint8Array).toEqual(sound);
        return result.responses.map(({ headers }) => headers?.["x-request-id"]);
      });
      expect(receipts.map(({ usage }) => usage)).toEqual([{ characters: 10 }]);
    });

    it("writes down a sound, charged by its seconds", async () => {
      const heard = { text: "Mingalaba!", language: "burmese", duration: 1, segments: [] };
      system().upstream.say({ body: JSON.stringify(heard) });
      const { receipts } = await billed(system(), async ({ apiKey }) => {
        const result = await transcribe({
          model: openai(apiKey).transcription("whisper-1"),
          audio: silence(),
          maxRetries: 0,
        });
        expect(result.text).toBe("Mingalaba!");
        return result.responses.map(({ headers }) => headers?.["x-request-id"]);
      });
      expect(receipts.map(({ usage }) => usage)).toEqual([{ seconds: 1 }]);
    });
  });
}
