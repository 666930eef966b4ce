import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failure } from "../../shared/errors.ts";
import type { EvidenceGrade, Usage } from "../../shared/usage/mod.ts";
import { elevenlabsConversation } from "./elevenlabs.ts";
import { googleLive } from "./google.ts";
import { openaiRealtime } from "./openai.ts";
import type { RealtimeProtocol } from "./protocol.ts";
import { runSession, type Session } from "./session.ts";
import type { Slice, Slices } from "./slices.ts";

/** A socket as strict as the platform's: what it would throw at is thrown at. */
class ScriptedSocket {
  readyState: number = WebSocket.OPEN;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: unknown[] = [];

  send(data: unknown) {
    if (this.readyState !== WebSocket.OPEN) throw new DOMException("not open", "InvalidStateError");
    this.sent.push(data);
  }

  close(code = 1000, reason = "") {
    if (code !== 1000 && (code < 3000 || code > 4999)) throw new DOMException("code");
    if (new TextEncoder().encode(reason).length > 123) throw new DOMException("reason");
    this.readyState = WebSocket.CLOSED;
  }

  /** The other side begins to close: nothing can be sent any more, but its end is not told yet. */
  closing() {
    if (this.readyState === WebSocket.OPEN) this.readyState = WebSocket.CLOSING;
  }

  closed(code: number, reason: string) {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.({ code, reason });
  }
}

interface Ended {
  readonly usage: Usage | null;
  readonly evidence: EvidenceGrade | null;
}

/** Time that passes when it is told to. */
class ManualTime {
  nowMs = 1_000_000;
  readonly #tasks = new Set<{ dueMs: number; everyMs: number | null; task: () => void }>();
  readonly clock = { nowMs: () => this.nowMs };
  readonly timers = {
    after: (delayMs: number, task: () => void) => this.#add(delayMs, null, task),
    every: (everyMs: number, task: () => void) => this.#add(everyMs, everyMs, task),
    sleep: () => Promise.reject(new Error("nobody sleeps here")),
  };

  #add(delayMs: number, everyMs: number | null, task: () => void) {
    const added = { dueMs: this.nowMs + delayMs, everyMs, task };
    this.#tasks.add(added);
    return { cancel: () => void this.#tasks.delete(added) };
  }

  get waiting(): number {
    return [...this.#tasks].filter(({ everyMs }) => everyMs !== null).length;
  }

  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const [next] = [...this.#tasks].filter(({ dueMs }) => dueMs <= untilMs)
        .sort((one, other) => one.dueMs - other.dueMs);
      if (next === undefined) break;
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      if (next.everyMs === null) this.#tasks.delete(next);
      else next.dueMs += next.everyMs;
      next.task();
      await settle();
    }
    this.nowMs = untilMs;
  }
}

const settle = async () => {
  for (let turns = 0; turns < 12; turns++) await Promise.resolve();
};

interface World {
  readonly session: Session;
  readonly client: ScriptedSocket;
  readonly upstream: ScriptedSocket;
  readonly time: ManualTime;
  /** How each slice ended, in the order of opening; more than one ending is more than one entry. */
  readonly slices: Ended[][];
  readonly ends: number[];
  refused: boolean;
  /** Lets the holds that wait be answered. */
  answerHolds(): void;
  holdsWait: boolean;
}

function start(protocol: RealtimeProtocol): World {
  const [client, upstream, time] = [new ScriptedSocket(), new ScriptedSocket(), new ManualTime()];
  const slices: Ended[][] = [];
  const ends: number[] = [];
  let waiting: (() => void)[] = [];
  const opened = (): Slice => {
    const endings: Ended[] = [];
    slices.push(endings);
    return {
      requestId: `${slices.length}`,
      observed: null,
      settle: (usage, evidence) => void endings.push({ usage, evidence }),
      release: () => void endings.push({ usage: null, evidence: null }),
    };
  };
  const world = { refused: false, holdsWait: false };
  const holds: Slices = {
    async open() {
      if (world.holdsWait) await new Promise<void>((resolve) => waiting.push(resolve));
      return world.refused ? { failure: failure("insufficient_quota", "Empty.") } : opened();
    },
  };
  const session = runSession({
    effects: time,
    protocol,
    client: client as unknown as WebSocket,
    upstream: upstream as unknown as WebSocket,
    upstreamModel: "up",
    slices: holds,
    first: opened(),
    early: [],
    limits: { sessionMs: 3_600_000, idleMs: 600_000, spareMs: 300_000 },
    onEnd: () => ends.push(time.nowMs),
  });
  return Object.assign(world, {
    ...{ session, client, upstream, time, slices, ends },
    answerHolds() {
      for (const answer of waiting) answer();
      waiting = [];
    },
  });
}

const say = (socket: ScriptedSocket, message: unknown) =>
  socket.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) });

describe("a session by time", () => {
  it("holds one minute, the next one before it is over, and charges each that passes", async () => {
    const { time, slices, client, ends } = start(elevenlabsConversation);
    await time.pass(47_000);
    expect(slices).toHaveLength(2);
    await time.pass(3_000);
    expect(slices.map(({ length }) => length)).toEqual([0, 0]);
    await time.pass(11_000);
    expect(slices[0]).toEqual([{ usage: { seconds: 60 }, evidence: "bounded" }]);
    await time.pass(64_000);
    client.closed(1005, "");
    expect(slices.slice(0, 3)).toEqual([
      [{ usage: { seconds: 60 }, evidence: "bounded" }],
      [{ usage: { seconds: 60 }, evidence: "bounded" }],
      [{ usage: { seconds: 5 }, evidence: "observed" }],
    ]);
    expect(slices.slice(3).flat()).toEqual(
      slices.slice(3).map(() => ({ usage: null, evidence: null })),
    );
    expect(ends).toHaveLength(1);
  });

  it("ends when no further minute is carried, at the end of the one that is paid for", async () => {
    const world = start(elevenlabsConversation);
    await settle();
    world.refused = true;
    // The next minute is held at the beginning already.
    await world.time.pass(119_000);
    expect(world.client.readyState).toBe(WebSocket.OPEN);
    await world.time.pass(2_000);
    expect([world.client.readyState, world.upstream.readyState]).toEqual([3, 3]);
    expect(JSON.parse(String(world.client.sent.at(-1)))).toMatchObject({
      type: "error",
      code: "insufficient_quota",
    });
    expect(world.slices.flat().map(({ usage }) => usage?.seconds)).toEqual([60, 60]);
    expect(world.ends).toHaveLength(1);
  });
});

describe("a session by answers", () => {
  it("lets go of what was asked for and never began", async () => {
    const { client, time, slices } = start(openaiRealtime);
    for (let times = 0; times < 3; times++) say(client, { type: "response.create" });
    await settle();
    expect(slices).toHaveLength(3);
    await time.pass(310_000);
    const open = slices.filter(({ length }) => length === 0);
    expect(open).toHaveLength(1);
    client.closed(1000, "");
    expect(slices.map(({ length }) => length)).toEqual(slices.map(() => 1));
  });

  it("settles an answer whose report comes after its end, or does not come", async () => {
    const { upstream, client, time, slices } = start(googleLive);
    const turn = (more = {}) => ({
      serverContent: { modelTurn: { parts: [{ text: "abcd" }] } },
      ...more,
    });
    say(upstream, turn());
    say(upstream, { serverContent: { turnComplete: true } });
    expect(slices[0]).toEqual([]);
    say(upstream, { usageMetadata: { promptTokenCount: 5, responseTokenCount: 2 } });
    expect(slices[0]).toEqual([{ usage: { input: 5, output: 2 }, evidence: "reported" }]);
    await settle();
    say(upstream, turn());
    say(upstream, { serverContent: { turnComplete: true } });
    await time.pass(2_000);
    expect(slices[1]).toEqual([{ usage: { output: 1 }, evidence: "observed" }]);
    client.closed(1000, "");
  });

  it("takes the last report of a turn, also when an earlier one came before its end", async () => {
    const { upstream, client, time, slices } = start(googleLive);
    const turn = { serverContent: { modelTurn: { parts: [{ text: "abcd" }] } } };
    const report = (responseTokenCount: number) => ({
      usageMetadata: { promptTokenCount: 5, responseTokenCount },
    });
    say(upstream, { ...turn, ...report(1) });
    say(upstream, { serverContent: { turnComplete: true } });
    expect(slices[0]).toEqual([]);
    say(upstream, report(9));
    expect(slices[0]).toEqual([{ usage: { input: 5, output: 9 }, evidence: "reported" }]);
    await settle();
    say(upstream, { ...turn, ...report(3) });
    say(upstream, { serverContent: { turnComplete: true } });
    await time.pass(2_000);
    expect(slices[1]).toEqual([{ usage: { input: 5, output: 3 }, evidence: "reported" }]);
    client.closed(1000, "");
  });

  it("survives a client that is about to go, and a reason that no close frame holds", () => {
    const { client, upstream, slices, ends } = start(openaiRealtime);
    say(upstream, { type: "response.created" });
    client.closing();
    say(upstream, { type: "response.output_text.delta", delta: "abcdefgh" });
    upstream.closed(1011, "မင်္ဂလာပါ".repeat(20));
    expect(slices[0]).toEqual([{ usage: { output: 2 }, evidence: "observed" }]);
    expect(ends).toHaveLength(1);
  });
});

const MESSAGES: Readonly<Record<string, readonly (readonly ["client" | "upstream", unknown])[]>> = {
  "openai.realtime": [
    ["client", { type: "response.create" }],
    ["client", { type: "conversation.item.create", item: {} }],
    ["client", "{not json"],
    ["upstream", { type: "response.created" }],
    ["upstream", { type: "response.output_text.delta", delta: "abc" }],
    ["upstream", { type: "response.done", response: { usage: { input_tokens: 4 } } }],
    ["upstream", { type: "response.done", response: {} }],
    ["upstream", {
      type: "conversation.item.input_audio_transcription.completed",
      usage: { type: "duration", seconds: 1 },
    }],
  ],
  "google.live": [
    ["client", { clientContent: { turns: [], turnComplete: true } }],
    ["client", { realtimeInput: { text: "abc" } }],
    ["upstream", { serverContent: { modelTurn: { parts: [{ text: "abc" }] } } }],
    ["upstream", { serverContent: { turnComplete: true } }],
    ["upstream", { usageMetadata: { promptTokenCount: 5, responseTokenCount: 2 } }],
    ["upstream", { toolCall: {} }],
  ],
  "elevenlabs.conversation": [
    ["client", { user_audio_chunk: "AAAA" }],
    ["upstream", { type: "agent_response" }],
  ],
};

const PROTOCOLS = [openaiRealtime, googleLive, elevenlabsConversation];

type Step = (world: World, name: string) => void | Promise<void>;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.nat(20).map((at): Step => (world, name) => {
      const messages = MESSAGES[name] ?? [];
      const [side, message] = messages[at % messages.length]!;
      if (world[side].readyState < WebSocket.CLOSED) say(world[side], message);
    }),
  },
  { weight: 3, arbitrary: fc.constant<Step>(() => settle()) },
  { weight: 2, arbitrary: fc.nat(400_000).map((ms): Step => ({ time }) => time.pass(ms)) },
  {
    weight: 2,
    arbitrary: fc.boolean().map((wait): Step => (world) => {
      world.holdsWait = wait;
      if (!wait) world.answerHolds();
    }),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((refused): Step => (world) => {
      world.refused = refused;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("client", "upstream").map((side): Step => (world) =>
      world[side as "client"].closing()
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("client", "upstream").map((side): Step => (world) =>
      world[side as "client"].closed(1011, "gone ၊".repeat(30))
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>(({ upstream }) => upstream.onerror?.()) },
  {
    weight: 1,
    arbitrary: fc.constant<Step>(({ session }) => session.end(failure("shutting_down", "Bye."))),
  },
);

describe("every slice of every session", () => {
  it("ends exactly once, whatever comes first", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(PROTOCOLS.length - 1),
        fc.array(step, { maxLength: 40 }),
        async (index, steps) => {
          const protocol = PROTOCOLS[index]!;
          const world = start(protocol);
          for (const each of steps) await each(world, protocol.name);
          expect(world.slices.every(({ length }) => length <= 1)).toBe(true);
          world.client.closed(1000, "");
          world.holdsWait = false;
          world.answerHolds();
          await settle();
          expect(world.slices.map(({ length }) => length)).toEqual(world.slices.map(() => 1));
          expect(world.ends).toHaveLength(1);
          for (const { readyState } of [world.client, world.upstream]) {
            expect(readyState).toBeGreaterThan(WebSocket.OPEN);
          }
          expect(world.time.waiting).toBe(0);
        },
      ),
      { numRuns: 400 },
    );
  });
});
