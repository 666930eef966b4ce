import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ZodError } from "zod";
import { acceptEnvelope } from "../../ledger/edge/accept.ts";
import { command, requestId } from "../../ledger/shard/scenario.ts";
import {
  type CommandEnvelope,
  commandReplySchema,
  commandSchemas,
  type CommandType,
  decodeCommand,
} from "../../shared/commands/mod.ts";
import { type JsonObject, toJsonValue } from "../../shared/json.ts";
import { silentLog } from "../../shared/log.ts";
import { hostileValue, mutated } from "./hostile.ts";

const options = {
  place: { shard: 0, shards: 1 },
  serviceSecret: "a secret of at least thirty-two letters",
  log: silentLog,
};
const TYPES = Object.keys(commandSchemas) as CommandType[];
const signingKey: JsonObject = {
  keyName: "sargalay/shard-0",
  publicKey: `${"A".repeat(43)}=`,
  endorsement: null,
};
const bodyOf = (type: CommandType): JsonObject =>
  type === "SetSigningKey" ? signingKey : toJsonValue(command(type).body) as JsonObject;

const edgeEnvelopes: JsonObject[] = ([
  ["PlaceHold", `hold:${requestId(1)}`],
  ["ExtendHold", `extend:${requestId(1)}:1`],
  ["ReportUsage", `usage:${requestId(1)}:1`],
  ["SettleHold", `settle:${requestId(1)}`],
  ["ReleaseHold", `release:${requestId(1)}`],
] as const).map(([type, operationId]) => ({
  operationId,
  actor: "edge:edge-1",
  occurredAtMs: 1,
  type,
  body: bodyOf(type),
}));

describe("envelopes from the bus", () => {
  it("that are anything but envelopes are refused in words", () => {
    fc.assert(
      fc.property(hostileValue, (message) => {
        const acceptance = acceptEnvelope(message, options);
        expect(acceptance.ok).toBe(false);
        if (!acceptance.ok) expect(commandReplySchema.parse(acceptance.reply)).toBeTruthy();
      }),
      { numRuns: 500 },
    );
  });

  it("of an edge, damaged in one place, name the operation of their body or are refused", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...edgeEnvelopes).chain((envelope) => mutated(envelope)),
        (damaged) => {
          const acceptance = acceptEnvelope(damaged, options);
          if (!acceptance.ok) return;
          const { operationId, actor, type, body } = acceptance.envelope;
          expect(actor).toMatch(/^edge:/);
          expect(TYPES).toContain(type);
          expect(operationId).toContain(`${body.requestId}`);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it("of people are refused without a signature, and with any that is made up", () => {
    const people = TYPES.filter((type) =>
      !["PlaceHold", "ExtendHold", "ReportUsage", "SettleHold", "ReleaseHold"].includes(type)
    );
    const signature = fc.option(
      fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...people),
        fc.constantFrom("user:u-1", "service:web", "system:ledger", "edge:edge-1", "key:key-1"),
        signature,
        (type, actor, madeUp) => {
          const envelope = {
            operationId: "api:1",
            actor,
            occurredAtMs: 1,
            type,
            body: bodyOf(type),
            signature: madeUp,
          };
          expect(acceptEnvelope(envelope, options).ok).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("the body of a command", () => {
  it.each(TYPES)("of %s, damaged in one place, is decoded or refused by its schema", (type) => {
    const whole = bodyOf(type);
    expect(decodeCommand({ type, body: whole }).type).toBe(type);
    fc.assert(
      fc.property(mutated(whole), (body) => {
        try {
          decodeCommand({ type, body: body as CommandEnvelope["body"] });
        } catch (error) {
          expect(error).toBeInstanceOf(ZodError);
        }
      }),
      { numRuns: 150 },
    );
  });
});
