import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as shapes from "../../shared/read_api/mod.ts";
import {
  failingCalls,
  historyOf,
  openReadApi,
  type TestReadApi,
} from "../../tests/projections/mod.ts";
import { ALL_PROJECTIONS } from "../all.ts";
import { createEffects, platformOf } from "../../shared/effects.ts";
import { rebuild } from "../rebuild/mod.ts";
import { COST_VIEWS } from "./mod.ts";

const START_MS = Date.parse("2026-11-20T17:00:00Z");
const RANGE = "from=2026-11-01&to=2026-12-31";
const own = { role: "developer", accountId: "acc-1" } as const;
let api: TestReadApi;

beforeAll(async () => {
  api = await openReadApi();
  await api.append(historyOf(7, 600), { recordedAtMs: START_MS, stepMs: 300_000 });
  await api.append(failingCalls(), { recordedAtMs: START_MS + 200_000_000, stepMs: 1_000 });
});

afterAll(() => api.close());

// deno-lint-ignore no-explicit-any
type Row = any;

const totals = (rows: Row[]) => [
  rows.reduce((sum, { requests }) => sum + requests, 0),
  ...["chargedMicroKyat", "unbilledMicroKyat", "costNanoUsd"].map((name) =>
    rows.reduce((sum, row) => sum + BigInt(row[name]), 0n)
  ),
];

const effects = createEffects(platformOf(globalThis));

describe("cost", () => {
  it.each(["by-day", "by-model", "by-provider", "by-key", "by-modality"])(
    "%s has the shape of its contract and the sums of daily usage",
    async (name) => {
      const whole = totals(await api.all(`/v1/usage/daily?${RANGE}&group_by=day`, 200));
      for (const query of [RANGE, `${RANGE}&daily=true`]) {
        const rows = await api.all(`/v1/costs/${name}?${query}`, 200);
        for (const row of rows) shapes.costRowSchema.strict().parse(row);
        expect(totals(rows)).toEqual(whole);
        expect(await api.all(`/v1/costs/${name}?${query}`, 1)).toEqual(rows);
        for (const row of rows) {
          expect(row.day === null).toBe(name !== "by-day" && query === RANGE);
        }
      }
    },
  );

  it("is confined by every filter", async () => {
    const by = async (path: string) => totals(await api.all(path, 200));
    for (
      const filter of ["account=acc-2", "key=k1", "model=gpt-4o", "provider=azure", "account=acc-4"]
    ) {
      const modal = await by(`/v1/costs/by-modality?${RANGE}&${filter}`);
      expect(modal).toEqual(await by(`/v1/costs/by-day?${RANGE}&${filter}`));
      expect(modal[0]).toBeGreaterThan(0);
      expect(modal).not.toEqual(await by(`/v1/costs/by-day?${RANGE}`));
    }
    const oneDay = await api.all("/v1/costs/by-day?from=2026-11-21&to=2026-11-21", 5);
    expect(oneDay.map(({ day }) => day)).toEqual(["2026-11-21"]);
  });

  it("tells modalities apart by endpoint and usage", async () => {
    const rows = await api.all(`/v1/costs/by-modality?${RANGE}&account=acc-4`, 10);
    expect(rows.map(({ modality, requests }) => [modality, requests])).toEqual([
      ["audio", 2],
      ["embedding", 1],
    ]);
  });

  it("is the own account's for a developer", async () => {
    const rows = await api.all(`/v1/costs/by-key?${RANGE}`, 200, own);
    expect(new Set(rows.map(({ accountId }) => accountId))).toEqual(new Set(["acc-1"]));
    expect((await api.get("/v1/costs/by-day?account=acc-2", own)).status).toBe(403);
  });

  it("of days in the wrong order or too many is refused", async () => {
    for (const days of ["from=2026-02-02&to=2026-02-01", "from=2024-01-01&to=2026-01-01"]) {
      expect(await api.json(`/v1/costs/by-day?${days}`))
        .toMatchObject({ status: 400, error: { param: "from" } });
    }
  });
});

describe("usage by model", () => {
  it("has units by class, latency and time to first token", async () => {
    const [row] = await api.all(`/v1/costs/usage-by-model?${RANGE}&account=acc-4`, 10);
    shapes.modelUsageRowSchema.strict().parse(row);
    expect(row).toMatchObject({
      day: null,
      model: "zeta",
      requests: 3,
      usage: { input: 20, audio_output: 10 },
      latency: { calls: 3, meanMs: 150, p50Ms: 100, p95Ms: 300, p99Ms: 300, maxMs: 300 },
      timeToFirstToken: { calls: 2, meanMs: 20, p50Ms: 10, maxMs: 30 },
    });
  });

  it("adds up to daily usage", async () => {
    const rows = await api.all(`/v1/costs/usage-by-model?${RANGE}&daily=true`, 7);
    const daily = await api.all(`/v1/usage/daily?${RANGE}&group_by=day,model`, 200);
    const key = ({ day, model }: Row) => `${day} ${model}`;
    expect(rows.map((row) => [key(row), row.usage]).sort()).toEqual(
      daily.map((row) => [key(row), row.usage]).sort(),
    );
  });
});

describe("error patterns", () => {
  it("count failed attempts, also those that another provider made good, and failed calls", async () => {
    const rows = await api.all(`/v1/costs/errors?${RANGE}&account=acc-4`, 1);
    for (const row of rows) shapes.errorPatternRowSchema.strict().parse(row);
    const errorClass = "upstream_error";
    const model = "zeta";
    expect(rows.map(({ hourMs: _, ...row }) => row)).toEqual([
      { scope: "attempt", provider: "azure", model, errorClass, failures: 1, requests: 1 },
      { scope: "attempt", provider: "openai", model, errorClass, failures: 2, requests: 2 },
      { scope: "call", provider: "none", model, errorClass, failures: 1, requests: 1 },
    ]);
    expect(rows[0].hourMs % 3_600_000).toBe(0);
    expect(await api.all(`/v1/costs/errors?${RANGE}&error=no_such`, 5)).toEqual([]);
  });

  it("of a hold that expired go when its usage arrives late", async () => {
    const { rows } = await sql<{ expired: number; open: number }>`
      select count(*)::int as expired,
        count(*) filter (where exists (select from ledger.event e
          where e.request_id = f.request_id::text and e.type = 'LateUsageSettled'))::int as open
      from projections.call_failures f where error_class = 'hold_expired'
    `.execute(api.log.db);
    expect(rows[0]!.expired).toBeGreaterThan(0);
    expect(rows[0]!.open).toBe(0);
  });
});

describe("the SQL views", () => {
  it("say what the read API says", async () => {
    const byModel = await api.all(`/v1/costs/by-model?${RANGE}&daily=true`, 200);
    const { rows } = await sql<Row>`
      select day::text, model, requests, charged_micro_kyat::text as charged
      from reports.cost_by_model order by day, model collate "C"
    `.execute(api.log.db);
    expect(rows.map(({ day, model, requests, charged }: Row) => [
      day,
      model,
      Number(requests),
      charged,
    ])).toEqual(
      byModel.map(({ day, model, requests, chargedMicroKyat }) => [
        day,
        model,
        requests,
        chargedMicroKyat,
      ]),
    );
    for (const name of Object.keys(COST_VIEWS)) {
      const found = await sql`select * from ${sql.raw(`reports.${name}`)} limit 1`
        .execute(api.log.db);
      expect(found.rows.length).toBe(1);
    }
  });

  it("stand in the way of no rebuild, and of no row", async () => {
    const before = await api.all(`/v1/costs/usage-by-model?${RANGE}`, 200);
    const errors = await api.all(`/v1/costs/errors?${RANGE}`, 200);
    for (const projection of ALL_PROJECTIONS) {
      await rebuild({
        db: api.log.db,
        projection,
        shards: 1,
        effects,
        requestedBy: "system:test",
        stepEvents: 37,
      });
    }
    expect(await api.all(`/v1/costs/usage-by-model?${RANGE}`, 200)).toEqual(before);
    expect(await api.all(`/v1/costs/errors?${RANGE}`, 200)).toEqual(errors);
  });
});

describe("as CSV", () => {
  const textOf = async (path: string, headers?: HeadersInit) => {
    const response = await api.get(path, { role: "auditor" }, headers);
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    // Text decoding would take the byte order mark away.
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer());
  };

  it("a list has a line for every row, and no formula", async () => {
    const text = await textOf(`/v1/costs/by-model?${RANGE}&format=csv`);
    const [head, ...lines] = text.trimEnd().split("\r\n");
    expect(head).toBe(`\ufeff${Object.keys(shapes.costRowSchema.shape).join(",")}`);
    expect(lines.length).toBe(3);
    expect(await textOf("/v1/accounts?account=acc-4&format=csv")).toContain("acc-4,'=evil(),");
    expect(await textOf(`/v1/costs/by-model?${RANGE}`, { accept: "text/csv" })).toBe(text);
  });

  it("runs over pages", async () => {
    const rows = await api.all("/v1/events", 200);
    const text = await textOf("/v1/events?format=csv");
    expect(text.trimEnd().split("\r\n").length).toBe(rows.length + 1);
    const few = await textOf("/v1/events?format=csv&limit=3");
    expect(few.trimEnd().split("\r\n").length).toBe(4);
  });

  it("is not there for one thing", async () => {
    expect(await api.json("/v1/accounts/acc-1?format=csv"))
      .toMatchObject({ status: 400, error: { param: "format" } });
    expect(await api.json("/v1/events?format=xml"))
      .toMatchObject({ status: 400, error: { param: "format" } });
  });
});
