import { describe, expect, it } from "vitest";
import { createEffects, platformOf } from "../shared/effects.ts";
import { arrivedJson, requestOf } from "../tests/dialects/mod.ts";
import { type Call, createCallEnding } from "./call.ts";
import { openaiChat } from "./dialects/openai_chat/mod.ts";

/** A call whose settlements are kept. */
function call() {
  const ends: string[] = [];
  const settled = { stored: Promise.resolve(), settled: Promise.resolve(null) };
  const deps = {
    effects: createEffects(platformOf(globalThis)),
    progress: { follow: () => () => {} },
    journal: {
      settle({ type }: { type: string }) {
        ends.push(type);
        return settled;
      },
    },
  };
  const messages = [{ role: "user", content: "hi" }];
  const ending = createCallEnding({
    deps,
    requestId: "r",
    caller: { accountId: "acc" },
    request: requestOf(openaiChat, arrivedJson({ model: "m", messages })),
    startedAtMs: 0,
    bounds: { inputTokensBound: 1 },
    plan: { candidates: [{}], routing: null },
  } as unknown as Call);
  return { ending, ends };
}

describe("a call in which something unexpected happens", () => {
  it("is released once, and goes on at no provider", () => {
    const { ending, ends } = call();
    ending.opened({ outputTokensGranted: 10 });
    const aborted: string[] = [];
    for (const name of ["first", "hedge"]) {
      ending.watched({ abort: ({ code }) => void aborted.push(`${name} ${code}`) });
    }
    ending.broken();
    ending.broken();
    expect(new Set(aborted)).toEqual(new Set(["first internal_error", "hedge internal_error"]));
    expect(ends).toEqual(["ReleaseHold"]);
  });
});
