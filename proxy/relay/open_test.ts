import { describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { DEFAULT_LIMITS } from "../limits/mod.ts";
import { arrivedJson, requestOf } from "../../tests/dialects/mod.ts";
import { openaiChat } from "../dialects/openai_chat/mod.ts";
import { simulatorTarget } from "../config.ts";
import { openUpstream } from "./mod.ts";

const call = requestOf(
  openaiChat,
  arrivedJson({ model: "m", messages: [{ role: "user", content: "" }] }),
);

describe("opening an upstream", () => {
  it("counts no negative time when the clock steps back, which the ledger would refuse", async () => {
    const real = createEffects(platformOf(globalThis));
    let nowMs = 1_790_000_000_000;
    const opened = await openUpstream({
      effects: { ...real, clock: { nowMs: () => nowMs } },
      limits: DEFAULT_LIMITS,
      fetch() {
        nowMs -= 5_000;
        return Promise.resolve(Response.json({
          choices: [{ index: 0, message: { role: "assistant", content: "hi" } }],
        }));
      },
    }, {
      candidates: [{ target: simulatorTarget("http://127.0.0.1:9"), upstreamModel: "m" }],
      call,
      limits: () => ({ outputLimit: null }),
      enter: () => ({ probe: false, succeeded() {}, failed() {}, abandoned() {} }),
      describe: () => ({}),
      endsAtMs: nowMs + 60_000,
      onWatch: () => {},
    });
    expect(opened).toMatchObject({ firstByteMs: 0, attempts: [{ durationMs: 0 }] });
  });
});
