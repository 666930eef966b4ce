import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cursorSchema, pageOf } from "../../projections/http/page.ts";
import { requestIdSchema } from "../../shared/ids/mod.ts";
import { anyText, HOSTILE_VALUES } from "./hostile.ts";

const schema = cursorSchema([z.number().int(), requestIdSchema]);
const id = fc.nat(0xffff).map((n) => `01999999-0000-7000-8000-${n.toString(16).padStart(12, "0")}`);
const parts = fc.tuple(fc.integer(), id);

/** The cursor that a list gives out behind a row. */
function cursorOf(row: readonly [number, string]): string {
  const { nextCursor } = pageOf([row, row], 1, ([time, id]) => [time, id], (shown) => shown);
  return nextCursor!;
}

function base64(value: unknown): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value) ?? "")));
}

describe("the cursor of a list", () => {
  it("comes back as the row that it was made of, and needs no escaping in a URL", () => {
    fc.assert(fc.property(parts, (row) => {
      const cursor = cursorOf(row);
      expect(schema.parse(cursor)).toEqual(row);
      expect(encodeURIComponent(cursor)).toBe(cursor);
    }));
  });

  it("holds other than ASCII text as well", () => {
    const names = cursorSchema([z.string()]);
    fc.assert(fc.property(anyText().filter((text) => text.isWellFormed()), (name) => {
      const { nextCursor } = pageOf([name, name], 1, (row) => [row], (shown) => shown);
      expect(names.parse(nextCursor!)).toEqual([name]);
    }));
  });

  it("is never more than its parts allow, however it is damaged", () => {
    const damage = fc.tuple(fc.nat(), fc.nat(3), anyText(4));
    fc.assert(
      fc.property(parts, damage, (row, [at, remove, insert]) => {
        const cursor = cursorOf(row);
        const start = at % cursor.length;
        const damaged = cursor.slice(0, start) + insert + cursor.slice(start + remove);
        const read = schema.safeParse(damaged);
        if (!read.success) return;
        const [time, id] = read.data!;
        expect(Number.isSafeInteger(time)).toBe(true);
        expect(requestIdSchema.safeParse(id).success).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("is refused, and breaks nothing, when it is any other text or other JSON", () => {
    fc.assert(fc.property(anyText(), (text) => {
      expect(schema.safeParse(text).success).toBe(false);
    }));
    for (const value of HOSTILE_VALUES) {
      if (JSON.stringify(value)?.length > 50_000) continue;
      for (const members of [value, [value], [value, value], [1, value], [value, "x"]]) {
        expect(schema.safeParse(base64(members)).success).toBe(false);
      }
    }
    expect(schema.safeParse("a".repeat(1_000_000)).success).toBe(false);
  });
});
