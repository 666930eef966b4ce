import { describe, expect, it } from "vitest";
import { arrivedJson, requestOf } from "../../tests/dialects/mod.ts";
import { openaiChat } from "../dialects/openai_chat/mod.ts";
import { openaiTranscriptions } from "../dialects/openai_transcriptions/mod.ts";
import { boundCall } from "./mod.ts";

const model = { contextWindowTokens: 100_000, maxOutputTokens: 2_000, capabilities: ["reasoning"] };
const chat = (more: Record<string, unknown> = {}) =>
  requestOf(
    openaiChat,
    arrivedJson({ model: "m", messages: [{ role: "user", content: "hi" }], ...more }),
  );

describe("the least that a call must carry", () => {
  it("is little where a limit that is sent holds", () => {
    expect(boundCall(chat(), model, [{}]).minimumOutputTokens).toBe(16);
    expect(boundCall(chat({ max_tokens: 5, n: 2 }), model, [{}]).minimumOutputTokens).toBe(10);
  });

  it("is all of what is written down, which nothing in a request limits", () => {
    const asked = requestOf(openaiTranscriptions, arrivedJson({ model: "m", file: "UklGRg==" }));
    expect(boundCall(asked, model)).toMatchObject({
      outputTokensRequested: null,
      minimumOutputTokens: 2_000,
    });
  });

  it("has room for thoughts where the limit does not hold them", () => {
    const free = [{ limitsReasoning: false }];
    expect(boundCall(chat({ max_tokens: 5 }), model, free)).toMatchObject({
      outputTokensRequested: 2_000,
      minimumOutputTokens: 2_000,
    });
    const wide = { ...model, maxOutputTokens: 256_000 };
    expect(boundCall(chat(), wide, free).minimumOutputTokens).toBe(16_384);
    const plain = { ...model, capabilities: ["tools"] };
    expect(boundCall(chat(), plain, free).minimumOutputTokens).toBe(16);
  });
});
