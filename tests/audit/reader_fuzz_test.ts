import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeCrypto } from "../../scripts/audit/node_crypto.ts";
import { verifyExport } from "../../shared/verifier/mod.ts";
import { canonicalText, readCanonical } from "../../shared/verifier/canonical.ts";
import { canonicalJson } from "../../ledger/integrity/mod.ts";
import { sourceOf } from "./forge.ts";
import { exportStory } from "./verdict.ts";

const directory = await Deno.makeTempDir({ prefix: "sargalay-audit-" });
const files = new Map<string, Uint8Array>();

beforeAll(async () => {
  await exportStory(directory);
  for (const { name } of Deno.readDirSync(directory)) {
    files.set(name, await Deno.readFile(`${directory}/${name}`));
  }
});

afterAll(() => Deno.remove(directory, { recursive: true }));

const name = fc.constantFrom(
  "balances.ndjson",
  "checkpoints-000001.ndjson",
  "events-000001.ndjson",
  "frames-000001.ndjson",
  "manifest.json",
);

type Mutation = (bytes: Uint8Array) => Uint8Array;

function splice(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  const start = at % (bytes.length + 1);
  return new Uint8Array([...bytes.slice(0, start), ...insert, ...bytes.slice(start + remove)]);
}

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, mask]): Mutation => (bytes) => {
    const changed = bytes.slice();
    changed[at % changed.length]! ^= mask;
    return changed;
  }),
  fc.tuple(fc.nat(), fc.nat(40), fc.uint8Array({ maxLength: 12 }))
    .map(([at, remove, insert]): Mutation => (bytes) => splice(bytes, at, remove, insert)),
  fc.tuple(fc.nat(), fc.constantFrom("\n", " ", "\r", "\ufeff", "\\u0000", "9", '"', "{", "]"))
    .map(([at, text]): Mutation => (bytes) => splice(bytes, at, 0, new TextEncoder().encode(text))),
  fc.nat().map((at): Mutation => (bytes) => bytes.slice(0, at % bytes.length)),
);

/** What every answer must be, however the files look. */
async function refused(changed: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const report = await verifyExport(sourceOf(changed), { crypto: nodeCrypto });
  expect(report.ok).toBe(false);
  expect(report.findingCount).toBeGreaterThan(0);
  for (const { message } of report.findings) {
    expect(message).not.toMatch(/undefined|TypeError|is not a function|Cannot (read|mix|convert)/);
    expect(message.length).toBeGreaterThan(10);
  }
}

describe("an export whose bytes were changed anywhere", () => {
  it("is never verified, and never ends in an error that tells nothing", async () => {
    await fc.assert(
      fc.asyncProperty(name, mutation, async (file, mutate) => {
        const bytes = mutate(files.get(file)!);
        if (sameBytes(bytes, files.get(file)!)) return;
        await refused(new Map([...files, [file, bytes]]));
      }),
      { numRuns: 600 },
    );
  });

  it("is refused when a file is missing or empty", async () => {
    for (const file of files.keys()) {
      await refused(new Map([...files].filter(([other]) => other !== file)));
      await refused(new Map([...files, [file, new Uint8Array()]]));
    }
  });

  it("is read the same however its bytes are cut", async () => {
    const verdicts = [];
    for (const piece of [1, 7, 1_024, 10_000_000]) {
      const report = await verifyExport(sourceOf(files, piece), { crypto: nodeCrypto });
      expect(report.ok).toBe(true);
      verdicts.push(JSON.stringify(report));
    }
    expect(new Set(verdicts).size).toBe(1);
  });
});

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

const isExact = (value: unknown): boolean => {
  try {
    canonicalJson(value);
    return true;
  } catch {
    return false;
  }
};

describe("canonical JSON", () => {
  it("is read back as what the ledger wrote, and never otherwise", () => {
    fc.assert(fc.property(fc.jsonValue().filter(isExact), (value) => {
      const text = canonicalJson(value);
      expect(canonicalText(readCanonical(text))).toBe(text);
    }));
  });

  it("is what the ledger would write, or it is refused", () => {
    const near = fc.tuple(fc.jsonValue().filter(isExact), fc.nat(), fc.string({ maxLength: 2 }))
      .map(([value, at, insert]) => {
        const text = canonicalJson(value);
        const start = at % (text.length + 1);
        return text.slice(0, start) + insert + text.slice(start);
      });
    fc.assert(
      fc.property(fc.oneof(near, fc.json(), fc.string()), (text) => {
        let value: unknown;
        try {
          value = readCanonical(text);
        } catch (error) {
          expect((error as Error).name).toBe("NotCanonicalError");
          return;
        }
        expect(canonicalJson(value)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    '{"a": 1}',
    '{"a":1.0}',
    '{"a":1e2}',
    '{"a":-0}',
    '{"a":9007199254740993}',
    '{"a":0.5}',
    '"\\u0041"',
    '"\\/"',
    '"\\u0000"',
    '"\\ud800"',
    '"\\u000A"',
    '{"10":1,"9":1,"a":1}\r',
    " 1",
    "",
  ])("refuses %s", (text) => {
    expect(() => readCanonical(text)).toThrow();
  });

  it("refuses what is nested too deeply, without ending itself", () => {
    for (const depth of [40, 1_000_000]) {
      expect(() => readCanonical("[".repeat(depth) + "]".repeat(depth))).toThrow("nested");
      expect(() => readCanonical("[".repeat(depth))).toThrow("not JSON");
    }
  });

  it("sorts names as UTF-16 code units, also those that look like numbers", () => {
    for (
      const text of ['{"10":1,"9":1,"a":1}', '{"\u{1f600}":2,"\ufb33":1}', '{"":0,"__proto__":1}']
    ) {
      expect(canonicalText(readCanonical(text))).toBe(text);
    }
  });
});
