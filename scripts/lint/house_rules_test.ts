import { describe, expect, it } from "vitest";
import houseRules from "./house_rules.ts";

/** The rules that `source` breaks when it stands at `path`, without the plugin's prefix. */
function broken(source: string, path: string): string[] {
  return Deno.lint.runPlugin(houseRules, path, source).map(({ id }) => id.replace("house/", ""));
}

const inside = "ledger/account/decide.ts";

describe("no-real-clock", () => {
  it.each([
    "const at = Date.now();",
    "const at = new Date();",
    "const at = Date();",
    "const at = performance.now();",
    "setTimeout(() => {}, 5);",
    "globalThis.setInterval(tick, 5);",
    "const later = setTimeout;",
    "const timers = { setTimeout };",
    "const { now } = Date;",
    "const signal = AbortSignal.timeout(5);",
    "const now = Date['now'];",
    "import { setTimeout as sleep } from 'node:timers/promises';",
  ])("refuses %s", (source) => {
    expect(broken(source, inside)).toEqual(["no-real-clock"]);
  });
  it.each([
    "const at = new Date(command.atMs);",
    "const at = Date.UTC(2026, 0, 1);",
    "clearTimeout(timer);",
    "platform.setTimeout(task, 5);",
    "const after = (setTimeout: Timer) => setTimeout(5);",
    "interface Platform { setTimeout(task: () => void): number }",
    "import { now as Date } from './time.ts'; Date.now();",
  ])("allows %s", (source) => {
    expect(broken(source, inside)).toEqual([]);
  });
});

describe("no-real-randomness", () => {
  it.each([
    "const x = Math.random();",
    "const id = crypto.randomUUID();",
    "crypto.getRandomValues(bytes);",
    "import { randomBytes } from 'node:crypto';",
  ])("refuses %s", (source) => {
    expect(broken(source, "shared/ids/uuidv7.ts")).toEqual(["no-real-randomness"]);
  });
  it.each([
    "import { createHash } from 'node:crypto';",
    "const bytes = random.bytes(16);",
    "const top = Math.max(1, 2);",
  ])("allows %s", (source) => expect(broken(source, inside)).toEqual([]));
});

describe("no-environment", () => {
  it.each([
    "const url = Deno.env.get('DATABASE_URL');",
    "const { env } = Deno;",
    "const url = process.env.DATABASE_URL;",
    "import { env } from 'node:process';",
  ])("refuses %s", (source) => {
    expect(broken(source, "proxy/relay/relay.ts")).toEqual(["no-environment"]);
  });
  it("allows settings handed down", () => {
    expect(broken("const url = settings.env.databaseUrl;", "proxy/app.ts")).toEqual([]);
  });
});

describe("no-real-fetch", () => {
  it.each([
    "await fetch(url);",
    "await globalThis.fetch(url);",
    "const send = options.fetch ?? fetch;",
  ])("refuses %s", (source) => {
    expect(broken(source, "proxy/relay/relay.ts")).toEqual(["no-real-fetch"]);
  });
  it.each([
    "const send = (fetch: Fetch) => fetch(url);",
    "function send({ fetch }: Needs) { return fetch(url); }",
    "export default { fetch: app.fetch };",
    "type Fetch = typeof fetch;",
  ])("allows %s", (source) => expect(broken(source, "proxy/relay/relay.ts")).toEqual([]));
});

describe("where effects are allowed", () => {
  const effects = "Date.now(); Math.random(); Deno.env.get('A'); await fetch('http://x');";
  it.each([
    "proxy/main.ts",
    "ledger/compose.ts",
    "web/config.ts",
    "scripts/start.ts",
    "tests/servers/mod.ts",
    "ledger/store/store_test.ts",
    "shared/bus/bus_contract.ts",
    "ledger/writer/writer_bench.ts",
    "web/islands/Balance.tsx",
    "web/client.ts",
  ])("allows them in %s", (path) => expect(broken(effects, path)).toEqual([]));
  it.each([
    "proxy/app.ts",
    "web/routes/index.tsx",
    "ledger/domain.ts",
    "shared/recompose.ts",
  ])("refuses them in %s", (path) => expect(broken(effects, path)).toHaveLength(4));
});

describe("no-float-money", () => {
  it.each([
    "const rate = 1.5;",
    "const rate = 15e-1;",
    "const rate = .5;",
    "const amount = parseFloat(text);",
    "const amount = Number(text);",
    "const amount = Number.parseFloat(text);",
    "const text = amount.toFixed(2);",
    "const amount = Math.round(x);",
  ])("refuses %s", (source) => {
    for (const path of ["shared/money/arithmetic.ts", "ledger/pricing/charge.ts", inside]) {
      expect(broken(source, path)).toEqual(["no-float-money"]);
    }
  });
  it.each([
    "const rate = 1_500n;",
    "const count = 1_500;",
    "const mask = 0xe1;",
    "const fine = Number.isSafeInteger(count);",
    "type Count = Number;",
  ])("allows %s", (source) => {
    expect(broken(source, "ledger/pricing/charge.ts")).toEqual([]);
  });
  it("leaves other code and tests alone", () => {
    expect(broken("const share = 0.5;", "web/charts/scale.ts")).toEqual([]);
    expect(broken("const share = 0.5;", "shared/money/arithmetic_test.ts")).toEqual([]);
  });
});

describe("documented-exports", () => {
  const path = "shared/errors.ts";
  it.each([
    "export const limit = 5;",
    "/* not documentation */ export type Limit = bigint;",
    "/** */ export interface Limit { readonly atMost: bigint }",
    "// The limit.\nexport function limit() {}",
    "/** About the module. */\nimport './other.ts';\nexport class Limit {}",
  ])("refuses %s", (source) => expect(broken(source, path)).toEqual(["documented-exports"]));
  it.each([
    "/** The limit. */\nexport const limit = 5;",
    "/**\n * The limit.\n */\nexport class Limit {}",
    "export { limit } from './limit.ts';",
    "const limit = 5;",
    "/** The limit. */\n// deno-lint-ignore no-explicit-any\nexport const limit: any = 5;",
    "/** Adds. */\nexport function add(a: bigint): bigint;\nexport function add(a: string): bigint;" +
    "export function add(a: unknown) { return a; }",
  ])("allows %s", (source) => expect(broken(source, path)).toEqual([]));
  it("leaves tests and routes alone", () => {
    expect(broken("export const limit = 5;", "shared/errors_test.ts")).toEqual([]);
    expect(broken("export const handler = 5;", "web/routes/index.tsx")).toEqual([]);
  });
});
