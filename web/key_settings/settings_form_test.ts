import { describe, expect, it } from "vitest";
import type { KeyRow } from "../../shared/read_api/mod.ts";
import { settingsOfForm, valuesOfKey } from "./mod.ts";

const END_MS = Date.UTC(2026, 11, 24, 17, 29, 59) + 123;
const key: KeyRow = {
  keyId: "key-1",
  accountId: "demo",
  label: "Night batch",
  prefix: "sk-sgl-Ab1",
  state: "active",
  issuedAtMs: 0,
  expiresAtMs: END_MS,
  revokedAtMs: null,
  settingsVersion: 2,
  allowedModels: ["openai/*", "gpt-4o"],
  ipRanges: [],
  routerId: "free-first",
  tags: ["batch", "night"],
  lastUsedAtMs: null,
};
const asked = (change: Record<string, string> = {}) => {
  const values: Record<string, string> = { ...valuesOfKey(key), ...change };
  return settingsOfForm((name) => values[name] ?? "", key);
};

describe("settings that go through the form", () => {
  it("are the same settings, the end of the key to the millisecond", () => {
    expect(asked()).toEqual({
      ok: true,
      body: {
        label: "Night batch",
        expiresAtMs: END_MS,
        allowedModels: ["openai/*", "gpt-4o"],
        ipRanges: [],
        routerId: "free-first",
        tags: ["batch", "night"],
      },
    });
  });

  it("of a key as it was issued restrict nothing", () => {
    const { allowedModels: _, ipRanges: __, routerId: ___, tags: ____, ...issued } = key;
    const values: Record<string, string> = valuesOfKey(issued);
    const settings = settingsOfForm((name) => values[name] ?? "", issued);
    expect(settings.ok && settings.body).toMatchObject({
      allowedModels: null,
      ipRanges: null,
      routerId: null,
      tags: [],
    });
  });

  it.each([
    [{ expires: "2027-01-01T00:00" }, { expiresAtMs: Date.UTC(2026, 11, 31, 17, 30) }],
    [{ expires: "" }, { expiresAtMs: null }],
    [{ modelScope: "all" }, { allowedModels: null }],
    [{ models: "" }, { allowedModels: [] }],
    [{ ipRanges: "192.0.2.0/24\r\n2001:db8::/32" }, {
      ipRanges: ["192.0.2.0/24", "2001:db8::/32"],
    }],
    [{ router: "" }, { routerId: null }],
  ])("change by %j", (change, settings) => {
    const answer = asked(change as Record<string, string>);
    expect(answer.ok && answer.body).toMatchObject(settings);
  });

  it.each([
    [{ label: "" }, { label: "required" }],
    [{ expires: "tomorrow" }, { expires: "moment_bad" }],
    [{ models: "gpt 4o?" }, { models: "models_bad" }],
    [{ ipRanges: "192.0.2.0/33" }, { ipRanges: "ip_bad" }],
    [{ tags: 'a"b' }, { tags: "names_bad" }],
    [{ ipRanges: "192.0.2.1 ".repeat(101) }, { ipRanges: "list_long" }],
  ])("with %j are refused at the field", (change, problems) => {
    expect(asked(change as Record<string, string>)).toEqual({ ok: false, problems });
  });
});
