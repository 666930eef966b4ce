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
      policy: { retries: 0, retryDelayMs: 1, hedgeAfterMs: 0 },
      endsAtMs: nowMs + 60_000,
      onWatch: () => {},
    });
    expect(opened).toMatchObject({ firstByteMs: 0, attempts: [{ durationMs: 0 }] });
  });
});

type Behaviour = "answers" | "hangs" | "is away" | "is overloaded" | "refuses the request";

const target = (name: string) => ({
  target: { ...simulatorTarget(`http://${name}.example`), name },
  upstreamModel: "m",
});

/** Opens a call over targets that behave as said, one behaviour for each try of a target. */
async function open(
  behaviours: Record<string, Behaviour[]>,
  policy: { retries?: number; hedgeAfterMs?: number },
) {
  const effects = createEffects(platformOf(globalThis));
  const cut: string[] = [];
  const opened = await openUpstream({
    effects,
    limits: DEFAULT_LIMITS,
    fetch(url, { signal }) {
      const name = new URL(url).hostname.split(".")[0] ?? "";
      switch (behaviours[name]?.shift()) {
        case "answers":
          return Promise.resolve(Response.json({ choices: [{ message: { content: name } }] }));
        case "is overloaded":
          return Promise.resolve(Response.json({ error: { message: "busy" } }, { status: 503 }));
        case "refuses the request":
          return Promise.resolve(Response.json({ error: { message: "no" } }, { status: 400 }));
        case "hangs":
          return new Promise((_, reject) =>
            signal?.addEventListener("abort", () => {
              cut.push(name);
              reject(signal.reason);
            })
          );
        default:
          return Promise.reject(new Error("away"));
      }
    },
  }, {
    candidates: Object.keys(behaviours).map(target),
    call,
    limits: () => ({ outputLimit: null }),
    enter: () => ({ probe: false, succeeded() {}, failed() {}, abandoned() {} }),
    describe: () => ({}),
    policy: { retries: 0, retryDelayMs: 1, hedgeAfterMs: 0, ...policy },
    endsAtMs: effects.clock.nowMs() + 60_000,
    onWatch: () => {},
  });
  return {
    served: "served" in opened ? opened.served.target.name : opened.failure.code,
    tries: opened.attempts.map(({ provider, errorCode, hedged }) =>
      `${provider}${hedged === true ? " beside" : ""}: ${errorCode ?? "served"}`
    ),
    ids: opened.attempts.map(({ attemptId }) => attemptId),
    cut,
  };
}

describe("hedging", () => {
  it("serves by whoever answers first, and cuts the other off", async () => {
    expect(await open({ one: ["hangs"], two: ["answers"] }, { hedgeAfterMs: 5 })).toEqual({
      served: "two",
      tries: ["two beside: served", "one: attempt_superseded"],
      ids: ["2", "1"],
      cut: ["one"],
    });
  });

  it("starts no more than one beside the first, and none where the first is quick", async () => {
    const { tries } = await open({ one: ["answers"], two: ["answers"] }, { hedgeAfterMs: 50 });
    expect(tries).toEqual(["one: served"]);
    const three = { one: ["is away"], two: ["hangs"], three: ["answers"] } as const;
    const opened = await open(
      Object.fromEntries(Object.entries(three).map(([name, each]) => [name, [...each]])),
      { hedgeAfterMs: 5 },
    );
    expect(opened).toMatchObject({ served: "three", cut: ["two"] });
  });
});

describe("a retry", () => {
  it("is made of the last candidate, as often as the policy says, where waiting may help", async () => {
    expect((await open({ one: ["is away", "answers"] }, { retries: 1 })).tries)
      .toEqual(["one: upstream_unreachable", "one: served"]);
    expect((await open({ one: ["is overloaded", "is away", "answers"] }, { retries: 1 })).served)
      .toBe("upstream_unreachable");
    expect((await open({ one: ["is away", "answers"] }, { retries: 0 })).tries).toHaveLength(1);
  });

  it("is not made of what was wrong with the request", async () => {
    const { tries } = await open({ one: ["refuses the request", "answers"] }, { retries: 3 });
    expect(tries).toEqual(["one: upstream_bad_request"]);
  });
});
