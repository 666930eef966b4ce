/** A ledger for tests of the proxy: answers on the bus, remembers what it was told. @module */
import { type Bus, METER_STREAM, subjects } from "../../shared/bus/mod.ts";
import type { CommandReply, RejectionCode } from "../../shared/commands/mod.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";

/** A command as the fake ledger received it. */
export interface Told {
  readonly operationId: string;
  readonly type: string;
  readonly body: JsonObject;
}

/** See {@link startFakeLedger}. */
export interface FakeLedger {
  /** Commands in the order of their arrival, repetitions included. */
  readonly told: Told[];
  /** What a hold is answered with from now on; null grants it. */
  refuse(code: RejectionCode | "silence" | "unavailable" | null): void;
  /** Answers no hold until the returned function is called. */
  keepHoldsWaiting(): () => void;
  /** Grants no more output tokens than this; null grants what is asked. */
  carry(outputTokens: number | null): void;
  /** Answers no settlement, so that they come by the stream, and drops this many notices of them. */
  dropNotices(count: number): void;
  /** Changes a key in the configuration and tells the edges. */
  setKey(
    key: {
      keyHash: string;
      accountId?: string;
      revoked?: boolean;
      expiresAtMs?: number | null;
    },
  ): void;
  /** From now on the holds of calls that have not ended are told to have expired. */
  expireHolds(): void;
  /** Commands about the end of a call, each operation once. */
  ends(): Told[];
  /** Resolves when `count` calls have ended. */
  ended(count: number): Promise<Told[]>;
  stop(): Promise<void>;
}

interface Options {
  readonly bus: Bus;
  readonly keyHash: string;
  readonly models: readonly string[];
  readonly maxOutputTokens?: number;
  readonly contextWindowTokens?: number;
}

/** Starts it for one account, `acc`, with one key. A charge is one kyat for each unit of usage. */
export async function startFakeLedger(options: Options): Promise<FakeLedger> {
  const { bus } = options;
  const told: Told[] = [];
  const outcomes = new Map<string, CommandReply>();
  const edges = new Map<string, string>();
  let refusal: RejectionCode | "silence" | "unavailable" | null = null;
  let patience: Promise<void> = Promise.resolve();
  let carried: number | null = null;
  let noticesToDrop = 0;
  let position = 1;
  let expired = false;
  let waiting: { count: number; resolve: (ends: Told[]) => void }[] = [];
  const keys = [key(options.keyHash, {}, 1)];

  let stop = () => {};
  const stopping = new Promise<void>((resolve) => stop = resolve);

  const ends = () => {
    const seen = new Map<string, Told>();
    for (const each of told) {
      if (each.type === "SettleHold" || each.type === "ReleaseHold") {
        if (!seen.has(each.operationId)) seen.set(each.operationId, each);
      }
    }
    return [...seen.values()];
  };
  const stateOf = (requestId: string) => {
    const of = (each: Told) => each.body.requestId === requestId;
    const end = ends().find(of);
    if (end !== undefined) return end.type === "SettleHold" ? "settled" : "released";
    if (!told.some((each) => each.type === "PlaceHold" && of(each))) return null;
    return expired ? "expired" : "held";
  };
  const remember = (message: JsonValue): Told => {
    const each = message as unknown as Told;
    told.push(each);
    waiting = waiting.filter(({ count, resolve }) => {
      if (ends().length < count) return true;
      resolve(ends());
      return false;
    });
    return each;
  };
  const command = async (message: JsonValue): Promise<JsonValue> => {
    if (isEnd(message)) return noticesToDrop > 0 ? UNAVAILABLE : end(message);
    const { type, body } = remember(message);
    if (type !== "PlaceHold") return accepted({});
    edges.set(String(body.requestId), String(body.edgeId));
    await patience;
    if (refusal === "silence") await stopping;
    if (refusal === "unavailable") return UNAVAILABLE;
    if (refusal !== null && refusal !== "silence") {
      return {
        status: "rejected",
        rejection: { code: refusal, message: `refused with ${refusal}`, details: {} },
      };
    }
    const asked = typeof body.outputTokensRequested === "number"
      ? body.outputTokensRequested
      : options.maxOutputTokens ?? 4_096;
    return accepted({
      requestId: body.requestId,
      holdMicroKyat: "9000000",
      outputTokensGranted: Math.min(asked, carried ?? asked),
      expiresAtMs: 1,
      availableMicroKyat: "1000000",
    });
  };
  const end = (message: JsonValue): CommandReply => {
    const { operationId, type, body } = remember(message);
    const usage = (body.usage ?? {}) as Record<string, number>;
    const units = Object.values(usage).reduce((sum, each) => sum + each, 0);
    const reply = outcomes.get(operationId) ?? accepted({
      requestId: body.requestId,
      state: type === "SettleHold" ? "settled" : "released",
      chargedMicroKyat: `${BigInt(units) * 1_000_000n}`,
      unbilledMicroKyat: "0",
      availableMicroKyat: "123456789",
    });
    outcomes.set(operationId, reply);
    return reply;
  };
  const settle = (message: JsonValue) => {
    if (!isEnd(message)) {
      remember(message);
      return Promise.resolve();
    }
    const reply = end(message);
    const { operationId, body } = message as unknown as Told;
    if (noticesToDrop > 0) {
      noticesToDrop -= 1;
    } else {
      const edge = edges.get(String(body.requestId));
      if (edge !== undefined) bus.publish(subjects.settled(edge), { operationId, reply });
    }
    return Promise.resolve();
  };
  await bus.ensureStream(METER_STREAM);
  const parts = await Promise.all([
    bus.respond(subjects.command(0), "ledger", command),
    bus.respond(
      subjects.query(0),
      "ledger",
      (query) => Promise.resolve(answerQuery(query, stateOf)),
    ),
    bus.respond(subjects.config(0), "ledger", (request) => {
      const after = Number((request as { afterPosition: string }).afterPosition);
      return Promise.resolve({
        position: `${position}`,
        keys: keys.filter((each) => each.changedAt > after).map(({ changedAt: _, ...each }) =>
          each
        ),
        models: after === 0 ? options.models.map((name) => model(name, options)) : [],
        more: false,
      });
    }),
    bus.consume(METER_STREAM.name, {
      durableName: "fake-ledger",
      filterSubject: METER_STREAM.subjects[0],
      maxInFlight: 64,
      ackWaitMs: 5_000,
    }, ({ message }) => settle(message)),
  ]);
  return {
    told,
    refuse: (code) => refusal = code,
    keepHoldsWaiting() {
      const { promise, resolve } = Promise.withResolvers<void>();
      patience = promise;
      return resolve;
    },
    carry: (outputTokens) => carried = outputTokens,
    dropNotices: (count) => noticesToDrop = count,
    setKey({ keyHash, ...changes }) {
      position += 1;
      const at = keys.findIndex((each) => each.keyHash === keyHash);
      if (at !== -1) keys.splice(at, 1);
      keys.push(key(keyHash, changes, position));
      bus.publish(subjects.configChanged(0), { position: `${position}` });
    },
    expireHolds: () => expired = true,
    ends,
    ended: (count) =>
      new Promise((resolve) => {
        if (ends().length >= count) resolve(ends());
        else waiting.push({ count, resolve });
      }),
    async stop() {
      stop();
      await Promise.all(parts.map((part) => part.stop()));
    },
  };
}

const UNAVAILABLE = { status: "unavailable", message: "no writer", retryAfterMs: 700 } as const;

function isEnd(message: JsonValue): boolean {
  const { type } = message as unknown as Told;
  return type === "SettleHold" || type === "ReleaseHold";
}

function accepted(result: JsonObject) {
  return { status: "accepted", position: "7", result } as const;
}

function key(
  keyHash: string,
  changes: { accountId?: string; revoked?: boolean; expiresAtMs?: number | null },
  changedAt: number,
) {
  return {
    keyHash,
    keyId: `key-${keyHash.slice(0, 4)}`,
    accountId: "acc",
    expiresAtMs: null,
    revoked: false,
    ...changes,
    changedAt,
  };
}

function model(name: string, options: Options): JsonObject {
  return {
    model: name,
    displayName: name,
    ownedBy: "sargalay",
    contextWindowTokens: options.contextWindowTokens ?? 128_000,
    maxOutputTokens: options.maxOutputTokens ?? 4_096,
    ratesPicoUsdPerUnit: { input: "1", output: "1" },
    publishedAtMs: 1_700_000_000_000,
  };
}

function answerQuery(
  query: JsonValue,
  stateOf: (requestId: string) => string | null,
): JsonValue {
  const { type, accountId, requestId } = query as Record<string, string>;
  if (type === "GetBalance") {
    return {
      result: {
        accountId,
        currency: "MMK",
        creditedMicroKyat: "50000000",
        settledMicroKyat: "1500000",
        heldMicroKyat: "0",
        availableMicroKyat: "48500000",
        openHolds: 0,
        position: "7",
      },
    };
  }
  const known = stateOf(String(requestId)) !== null || requestId?.endsWith("0") === false;
  return {
    result: known
      ? {
        requestId,
        accountId,
        keyId: "key-1",
        model: "gpt-4o-mini",
        state: stateOf(String(requestId)) ?? "settled",
        holdMicroKyat: "9000000",
        chargedMicroKyat: "1500000",
        unbilledMicroKyat: "0",
        usage: { input: 1, output: 2 },
        evidence: "reported",
        pricing: {},
        call: null,
        placedAtMs: 1,
        endedAtMs: 2,
        positions: ["5", "6"],
      }
      : null,
  };
}
