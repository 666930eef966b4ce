import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STRATEGIES } from "../../shared/routing/mod.ts";
import { MAX_TARGETS, routingFactsOf } from "./mod.ts";
import {
  attached,
  model,
  NOON_MS,
  places,
  provider,
  resolved,
  type WorldParts,
} from "./testing.ts";

const simulator = provider("simulator", { servesAll: true, simulated: true });
const world: WorldParts = {
  providers: [provider("openai"), provider("groq"), provider("openrouter"), simulator],
  models: [
    model("openai/gpt-4o-mini"),
    model("openrouter/openai/gpt-4o-mini"),
    model("groq/llama-70b"),
    model("openrouter/meta/llama-70b"),
    model("openai/embed", { kind: "embedding" }),
  ],
  aliases: { fast: ["groq/llama-70b"] },
};

describe("a model that is named", () => {
  // deno-fmt-ignore
  it.each([
    ["with its provider goes there alone, and to what makes answers up last", "openai/gpt-4o-mini", ["openai gpt-4o-mini", "simulator openai/gpt-4o-mini"]],
    ["by its bare name goes to everybody who has it", "gpt-4o-mini", ["openai gpt-4o-mini", "openrouter openai/gpt-4o-mini", "simulator openai/gpt-4o-mini"]],
    ["by an alias goes where its models go", "fast", ["groq llama-70b", "simulator groq/llama-70b"]],
    ["of another kind is not kept from its provider", "openai/embed", ["openai embed", "simulator openai/embed"]],
  ])("%s", (_, name, expected) => {
    expect(places(resolved(name, world))).toEqual(expected);
  });

  it("by its bare name means one model at each provider, its own before any", () => {
    const any = provider("openai", { servesAll: true });
    const proxy = provider("own-server", { servesAll: true });
    const models = [
      model("gpt-4o-mini", { ownedBy: "openai" }),
      model("azure/gpt-4o-mini"),
      model("openai/gpt-4o-mini"),
      model("x/other"),
    ];
    const parts = {
      providers: [any, proxy, simulator],
      models,
      aliases: { two: ["x/other", "gpt-4o-mini"] },
    };
    expect(places(resolved("gpt-4o-mini", parts)))
      .toEqual(["openai gpt-4o-mini", "own-server gpt-4o-mini", "simulator gpt-4o-mini"]);
    expect(places(resolved("two", { ...parts, providers: [proxy] })))
      .toEqual(["own-server x/other", "own-server gpt-4o-mini"]);
  });

  it("is left out with the whole provider where that one is unhealthy, and is told of once", () => {
    const ill = { ...world, phases: { openai: "open" as const } };
    const { skipped } = resolved("gpt-4o-mini", ill);
    expect(skipped).toEqual([
      { provider: "openai", model: "any", reason: "unhealthy, cooling down" },
    ]);
  });

  it("and is not for sale is not found, and nothing else is put in its place", () => {
    expect(resolved("gpt-9", world)).toMatchObject({ targets: [], refusal: "model_not_found" });
    expect(resolved("router/none", world)).toMatchObject({ refusal: "model_not_found" });
    const forbidden = { ...world, forbidden: ["openai/gpt-4o-mini"] };
    expect(resolved("openai/gpt-4o-mini", forbidden)).toMatchObject({ refusal: "model_not_found" });
  });

  it("is left out where there is no key, where it is unhealthy, and says why", () => {
    const ill = {
      ...world,
      providers: world.providers.filter(({ simulated }) => !simulated),
      withoutKey: ["openrouter"],
      phases: { "openai gpt-4o-mini": "open" as const },
    };
    expect(resolved("gpt-4o-mini", ill)).toMatchObject({
      targets: [],
      refusal: "no_target_left",
      skipped: [
        { provider: "openrouter", reason: "no usable key" },
        { provider: "openai", model: "openai/gpt-4o-mini", reason: "unhealthy, cooling down" },
      ],
    });
  });

  it("is tried in its place when it is half-open, and says that it is a probe", () => {
    const healing = { ...world, phases: { "openai gpt-4o-mini": "half_open" as const } };
    expect(resolved("openai/gpt-4o-mini", healing).targets[0]?.reasons)
      .toEqual(["asked for", "a probe after a failure"]);
  });

  it("goes to a provider's own name for it where one is set", () => {
    const mapped = provider("vllm", { models: new Map([["openai/gpt-4o-mini", "local"]]) });
    const parts = { ...world, providers: [mapped, ...world.providers] };
    expect(places(resolved("openai/gpt-4o-mini", parts))[0]).toBe("vllm local");
    expect(places(resolved("groq/llama-70b", parts))[0]).toBe("groq llama-70b");
  });

  it("that is named after nobody goes to whoever takes any", () => {
    const any = provider("own-server", { servesAll: true });
    const parts = { providers: [provider("openai"), any], models: [model("house-model")] };
    expect(places(resolved("house-model", parts))).toEqual(["own-server house-model"]);
  });

  it("that is named after nobody goes to its maker, and to nobody else who is known", () => {
    const models = [model("gpt-4o-mini", { ownedBy: "openai" })];
    const providers = [provider("groq"), provider("mine", { prefixes: ["openai"] })];
    expect(places(resolved("gpt-4o-mini", { providers, models }))).toEqual(["mine gpt-4o-mini"]);
  });

  it("goes to the providers that its price names", () => {
    const models = [model("gpt-4o", { providers: ["azure", "openai"] })];
    const providers = [provider("groq"), provider("openai-eu", { prefixes: ["openai"] })];
    expect(places(resolved("gpt-4o", { providers, models }))).toEqual(["openai-eu gpt-4o"]);
  });
});

describe("the router free-first", () => {
  const chain = ["groq", "sambanova", "cerebras", "gemini", "openrouter"];
  const parts: WorldParts = {
    providers: [
      simulator,
      ...chain.toReversed().map((name) =>
        provider(name, name === "gemini" ? { prefixes: ["google"] } : {})
      ),
    ],
    models: [
      model("sim-fast", { providers: ["simulator"] }),
      ...["groq", "sambanova", "cerebras", "google", "openrouter"].map((name) =>
        model(`${name}/m`)
      ),
    ],
  };
  const all = [...chain.map((name) => `${name} m`), "simulator groq/m"];

  it("tries its chain in its order, whatever the priorities", () => {
    expect(places(resolved("router/free-first", parts))).toEqual(all);
    expect(places(resolved("free-first", parts))).toEqual(all);
  });

  it("leaves out exactly those without a usable key, in every combination", () => {
    fc.assert(
      fc.property(fc.subarray([...chain, "simulator"]), (withoutKey) => {
        const { targets } = resolved("free-first", { ...parts, withoutKey });
        expect(targets.map((target) => target.provider.name))
          .toEqual([...chain, "simulator"].filter((name) => !withoutKey.includes(name)));
      }),
    );
  });

  it("attached to a key, prefers the model that was asked for where a provider has it", () => {
    const router = { routerId: "free-first", ...worldRouter() };
    const models = [...parts.models, model("groq/other"), model("cerebras/other")];
    const found = resolved("other", { ...parts, models }, { keyRouter: router });
    expect(places(found)).toEqual([
      "groq other",
      "sambanova m",
      "cerebras other",
      "gemini m",
      "openrouter m",
      "simulator groq/other",
    ]);
  });

  function worldRouter() {
    const fallback = [...chain, "simulator"].map((name) => ({ provider: name, model: "auto" }));
    return {
      routerVersion: null,
      definition: { name: "Free", enabled: true, rules: [], fallback },
    };
  }
});

describe("a router", () => {
  const toGroq = {
    name: "Groq",
    strategy: "manual" as const,
    targets: [{ provider: "groq", model: "auto" }],
  };
  const fallback = [{ provider: "openai", model: "openai/gpt-4o-mini" }];
  const through = (when: object, needs = {}, nowMs = NOON_MS) => {
    const router = attached("r", { rules: [{ ...toGroq, when }], fallback });
    return resolved("gpt-4o-mini", { ...world, nowMs }, { keyRouter: router, needs });
  };
  const yangon = (hour: number) => Date.UTC(2026, 10, 21, hour) - 6.5 * 3_600_000;

  // deno-fmt-ignore
  it.each([
    ["model", { models: ["gpt-4o-mini"] }, {}, NOON_MS, true],
    ["another model", { models: ["gpt-4o"] }, {}, NOON_MS, false],
    ["a prefix", { models: ["openai/*"] }, {}, NOON_MS, false],
    ["modality", { modalities: ["image", "text"] }, {}, NOON_MS, true],
    ["another modality", { modalities: ["image"] }, {}, NOON_MS, false],
    ["size above", { inputTokensAbove: 99 }, {}, NOON_MS, true],
    ["size not above", { inputTokensAbove: 100 }, {}, NOON_MS, false],
    ["size at most", { inputTokensAtMost: 100 }, {}, NOON_MS, true],
    ["size more than at most", { inputTokensAtMost: 99 }, {}, NOON_MS, false],
    ["tags", { tags: ["a", "b"] }, { tags: ["b", "c", "a"] }, NOON_MS, true],
    ["a missing tag", { tags: ["a", "b"] }, { tags: ["a"] }, NOON_MS, false],
    ["key", { keyIds: ["key-1"] }, {}, NOON_MS, true],
    ["another key", { keyIds: ["key-2"] }, {}, NOON_MS, false],
    ["hour", { hours: { from: 12, to: 13 } }, {}, yangon(12), true],
    ["the end of an hour", { hours: { from: 12, to: 13 } }, {}, yangon(13), false],
    ["night", { hours: { from: 22, to: 6 } }, {}, yangon(5), true],
    ["the whole day", { hours: { from: 0, to: 24 } }, {}, yangon(23), true],
    ["day at night", { hours: { from: 22, to: 6 } }, {}, yangon(6), false],
    ["all of several", { keyIds: ["key-1"], tags: ["x"] }, {}, NOON_MS, false],
  ])("looks at the condition: %s", (_, when, needs, nowMs, applies) => {
    const { rule, targets } = through(when, needs, nowMs);
    expect([rule, targets[0]?.provider.name]).toEqual(applies ? ["Groq", "groq"] : [null, "openai"]);
  });

  it("uses the first rule that applies, and then its chain", () => {
    const rules = [
      { ...toGroq, name: "never", when: { tags: ["x"] } },
      { ...toGroq, name: "first" },
      { ...toGroq, name: "second", targets: [{ provider: "openai", model: "auto" }] },
    ];
    const found = resolved("auto", world, { keyRouter: attached("r", { rules, fallback }) });
    expect([found.rule, places(found)]).toEqual(["first", [
      "groq llama-70b",
      "openai gpt-4o-mini",
    ]]);
    expect(found.targets.map(({ reasons }) => reasons[0])).toEqual(["rule “first”", "fallback 1"]);
  });

  it("has nothing for a call that names no model where its targets need one", () => {
    const router = attached("r", { fallback: [{ provider: null, model: null }] });
    expect(resolved("auto", world, { keyRouter: router })).toMatchObject({
      refusal: "no_target_left",
      skipped: [{ reason: "no model was asked for" }],
    });
    expect(places(resolved("fast", world, { keyRouter: router }))[0]).toBe("groq llama-70b");
  });

  it("divides the traffic by weights, the same way for the same seed", () => {
    const targets = [
      { provider: "groq", model: "auto", weight: 3 },
      { provider: "openai", model: "openai/gpt-4o-mini", weight: 1 },
    ];
    const rules = [{ name: "split", strategy: "weighted" as const, targets }];
    const at = (seed: string) =>
      places(resolved("auto", { ...world, seed }, { keyRouter: attached("r", { rules }) }));
    const first = Array.from({ length: 4_000 }, (_, n) => at(`call-${n}`)[0]);
    const share = first.filter((place) => place === "groq llama-70b").length / first.length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
    expect(at("call-7")).toEqual(at("call-7"));
    expect(at("call-7").toSorted()).toEqual(["groq llama-70b", "openai gpt-4o-mini"]);
  });
});

describe("the free choice", () => {
  const usd = (input: bigint) => ({ input, output: input * 4n });
  const models = [
    model("groq/small", { ratesPicoUsdPerUnit: usd(50_000n), capabilities: [] }),
    model("openai/large", {
      ratesPicoUsdPerUnit: usd(2_000_000n),
      capabilities: ["tools", "vision"],
      inputModalities: ["text", "image"],
    }),
    model("openai/long", {
      ratesPicoUsdPerUnit: usd(1_000_000n),
      capabilities: ["tools"],
      contextWindowTokens: 1_000_000,
      maxOutputTokens: 60_000,
    }),
    model("openai/embed", { kind: "embedding", ratesPicoUsdPerUnit: { input: 1n } }),
    model("openai/gone", { retiredOn: "2026-11-21", ratesPicoUsdPerUnit: usd(1n) }),
  ];
  const providers = [provider("openai"), provider("groq"), simulator];
  const parts: WorldParts = {
    providers,
    models,
    latencies: { "openai large": 300, "groq small": 900 },
  };
  const first = (strategy: (typeof STRATEGIES)[number], needs = {}) =>
    resolved("auto", parts, { strategy, needs }).targets[0]?.model.model;

  // deno-fmt-ignore
  it.each([
    ["cheapest", {}, "groq/small"],
    ["fastest", {}, "openai/large"],
    ["quality", {}, "openai/large"],
    ["balanced", {}, "openai/large"],
    ["cheapest", { capabilities: ["tools"] }, "openai/long"],
    ["cheapest", { inputModalities: ["text", "image"] }, "openai/large"],
    ["cheapest", { inputTokens: 40_000 }, "openai/long"],
    ["cheapest", { outputTokens: 5_000 }, "openai/long"],
    ["cheapest", { kind: "embedding" }, "openai/embed"],
    ["cheapest", { excludes: ["vision"], capabilities: ["tools"] }, "openai/long"],
  ] as const)("by %s with %o takes %s", (strategy, needs, expected) => {
    expect(first(strategy, needs)).toBe(expected);
  });

  it("without a strategy is auto, made-up answers come last, and each says why", () => {
    const found = resolved("auto", parts);
    expect(found.strategy).toBe("auto");
    expect(found.targets.at(-1)?.provider.name).toBe("simulator");
    expect(found.targets[0]?.reasons[0]).toMatch(/^auto, balanced: score \d/);
    const demanding = resolved("auto", parts, { needs: { capabilities: ["tools"] } });
    expect(demanding.targets[0]?.reasons[0]).toMatch(/quality first for tools/);
  });

  it("takes a quality that an admin set before the estimate", () => {
    const router = attached("r", {
      rules: [{
        name: "q",
        strategy: "quality",
        targets: [{ provider: null, model: "groq/small" }, {
          provider: null,
          model: "openai/large",
        }],
      }],
      quality: { "groq/small": 10 },
    });
    const found = resolved("auto", parts, { keyRouter: router });
    expect(found.targets[0]?.model.model).toBe("groq/small");
    expect(found.targets.map(({ reasons }) => reasons[0]?.includes("(estimated)")).slice(0, 1))
      .toEqual([false]);
  });

  it("takes few of several providers, and of what makes answers up one that stands for another", () => {
    const many: WorldParts = {
      providers: [...["a", "b", "c", "d"].map((name) => provider(name)), simulator],
      models: [
        ...["a", "b", "c", "d"].flatMap((name) => [1, 2, 3].map((n) => model(`${name}/m-${n}`))),
        model("sim-broken", { ownedBy: "simulator" }),
      ],
    };
    const { targets } = resolved("auto", many);
    const names = targets.map((target) => target.provider.name);
    expect(names).toEqual(["a", "a", "b", "b", "c", "c", "simulator"]);
    expect(targets.at(-1)?.model.model).toBe("a/m-1");
  });

  it("chooses among what the allowance carries, and turns to the last resort after all others", () => {
    const free = provider("workers", { lastResort: true });
    const all: WorldParts = {
      ...parts,
      providers: [free, provider("groq")],
      models: [
        ...models,
        model("workers/big", { ratesPicoUsdPerUnit: usd(9_000_000n) }),
        model("workers/tiny"),
      ],
      tooDear: (one, cost) =>
        one.lastResort && (cost ?? 0n) > 3_000_000_000n ? "no neurons left" : null,
    };
    const found = resolved("auto", all);
    expect(places(found)).toEqual(["groq small", "workers tiny"]);
    expect(found.skipped).toContainEqual({
      provider: "workers",
      model: "workers/big",
      reason: "no neurons left",
    });
    expect(places(resolved("groq/small", { ...all, phases: { "groq small": "open" } }))).toEqual(
      [],
    );
  });
});

describe("whatever the world is like", () => {
  const names = ["a", "b", "c", "d"];
  const worlds = fc.record({
    served: fc.uniqueArray(fc.tuple(fc.constantFrom(...names), fc.constantFrom("x", "y", "z")), {
      selector: ([one, other]) => `${one}/${other}`,
      minLength: 1,
      maxLength: 12,
    }),
    open: fc.uniqueArray(fc.tuple(fc.constantFrom(...names), fc.constantFrom("x", "y", "z"))),
    withoutKey: fc.subarray(names),
    asked: fc.constantFrom("x", "y", "a/x", "auto", "router/r", "nothing"),
    strategy: fc.constantFrom(null, ...STRATEGIES),
    seed: fc.string(),
  });
  const partsOf = (
    { served, open, withoutKey, seed }: typeof worlds extends fc.Arbitrary<infer W> ? W : never,
  ): WorldParts => ({
    providers: names.map((name) => provider(name)),
    models: served.map(([name, rest], at) =>
      model(`${name}/${rest}`, { ratesPicoUsdPerUnit: { input: BigInt(at) } })
    ),
    phases: Object.fromEntries(open.map(([name, rest]) => [`${name} ${rest}`, "open" as const])),
    withoutKey,
    seed,
    routers: [attached("r", {
      rules: [{
        name: "w",
        strategy: "weighted",
        targets: names.map((name, at) => ({ provider: name, model: "auto", weight: at + 1 })),
      }],
      fallback: [{ provider: null, model: "y" }],
    })],
  });

  it("the same seed leads to the same targets; nothing open, keyless, or twice is among them", () => {
    fc.assert(
      fc.property(worlds, (given) => {
        const parts = partsOf(given);
        const found = resolved(given.asked, parts, { strategy: given.strategy });
        expect(resolved(given.asked, parts, { strategy: given.strategy })).toEqual(found);
        const tried = places(found);
        expect(new Set(tried).size).toBe(tried.length);
        expect(tried.length).toBeLessThanOrEqual(MAX_TARGETS);
        expect(found.refusal === null).toBe(tried.length > 0);
        for (const { provider: { name }, upstreamModel } of found.targets) {
          expect(given.withoutKey).not.toContain(name);
          expect(parts.phases?.[`${name} ${upstreamModel}`]).toBeUndefined();
        }
        for (const { reasons } of found.targets) expect(reasons.length).toBeGreaterThan(0);
        const facts = routingFactsOf(given.asked, found);
        expect(facts.reasons.length).toBe(Math.min(32, tried.length + found.skipped.length));
      }),
      { numRuns: 500 },
    );
  });
});
